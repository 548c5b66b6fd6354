"""``python -m dupdetect`` is the command line."""

from dupdetect.cli import main

main()
