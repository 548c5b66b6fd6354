"""Benchmarks: ``python -m benchmarks`` lists them; ``docs/how-to/benchmarks.md`` says how to read them."""
