"""``dupdetect tune``: what the settings and thresholds cost and bring, one module a subcommand."""

from __future__ import annotations

import click

from dupdetect.cli.lazy import LazyGroup

__all__ = ["tune"]


@click.group(
    cls=LazyGroup, verbs={"bands": "dupdetect.cli.tune_bands:bands", "pairs": "dupdetect.cli.tune_pairs:pairs"}
)
def tune() -> None:
    """Show what settings and thresholds cost and bring, before an index is built with them."""
