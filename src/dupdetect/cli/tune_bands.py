"""``dupdetect tune bands``: the S-curve of bands and rows, what it finds and what it costs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dupdetect.cli.exits import Exit
from dupdetect.cli.inputs import echo_json, json_option
from dupdetect.errors import SettingsError
from dupdetect.settings import Settings

__all__ = ["bands"]

USUAL = ("16x8", "21x6", "25x5", "32x4", "42x3", "64x2")
JACCARDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SAMPLED = 20_000
"""Articles of an index that are looked at, the oldest."""

_COLOURS = ("#1b6ca8", "#c0392b", "#1e8449", "#b9770e", "#6c3483", "#117a65", "#5d6d7e")


@click.command()
@click.argument("choices", metavar="[BANDSxROWS]...", nargs=-1)
@click.option("--index", "path", help="Count what each choice would make of this index's articles.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the curves here, an SVG file of its own."
)
@json_option
def bands(choices: tuple[str, ...], *, path: str | None, plot: Path | None, as_json: bool) -> int:
    """Show how likely two articles become candidates by their Jaccard similarity.

    \b
    dupdetect tune bands                           the usual choices
    dupdetect tune bands 32x4 20x5 --plot s.svg    these two, drawn
    dupdetect tune bands --index site.db           how many candidates each gives an article of yours

    A signature is cut into BANDS of ROWS values. Two articles of similarity s share a band with probability
    1 - (1 - s^ROWS)^BANDS. More rows: fewer strangers to compare, more duplicates missed. More bands: the other way
    round, and some 13 bytes of the index each. What bands miss the containment sample finds, if the index has one.
    """
    told = [_choice(choice) for choice in choices or USUAL]
    rows = [_row(one) for one in told]
    if path is not None:
        from dupdetect.index import open_index

        with open_index(path) as index:
            for row, mean in zip(rows, _others(index, told), strict=True):
                row["candidates an article"] = mean
    if plot is not None:
        plot.write_text(_drawn(told), encoding="utf-8")
    if as_json:
        echo_json({"choices": rows})
    else:
        _print(rows)
    if plot is not None:
        click.echo(f"Plot: {plot}", err=True)
    return Exit.NOTHING_FOUND


def _choice(text: str) -> Settings:
    match = re.fullmatch(r"(\d{1,4})[x×](\d{1,2})", text)
    if match is None:
        raise SettingsError(f"{text!r}: write bands and rows as 32x4")
    many, deep = int(match[1]), int(match[2])
    if not many * deep:
        raise SettingsError(f"{text!r}: at least one band of one row is needed")
    return Settings(bands=many, rows=deep, permutations=max(8, many * deep))


def _row(settings: Settings) -> dict[str, Any]:
    from dupdetect.fingerprint import candidate_probability

    return {
        "bands": settings.bands,
        "rows": settings.rows,
        "probability": {str(jaccard): candidate_probability(jaccard, settings) for jaccard in JACCARDS},
        "half at": (1 - 0.5 ** (1 / settings.bands)) ** (1 / settings.rows),
    }


def _others(index: Any, choices: Sequence[Settings]) -> list[float | None]:
    """Return how many others share a band with an article of the index, on average; None where none was measured."""
    from itertools import islice

    import numpy as np

    from dupdetect.fingerprint import band_keys

    signatures = [one.signature for _, one in islice(index.iterate(), SAMPLED) if one.shingles]
    if len(signatures) < 2:
        return [None] * len(choices)
    scale = (len(index) - 1) / (len(signatures) - 1)
    stacked = np.stack(signatures)
    found: list[float | None] = []
    for choice in choices:
        if choice.permutations > stacked.shape[1]:
            found.append(None)
            continue
        keys = band_keys(stacked, choice)
        codes = []
        for band in keys.T:
            order = np.argsort(band, kind="stable")
            step = 1
            while step < len(order) and len(near := np.flatnonzero(band[order[step:]] == band[order[:-step]])):
                codes.append(order[near] * len(order) + order[near + step])
                step += 1
        pairs = len(np.unique(np.concatenate(codes))) if codes else 0
        found.append(2 * pairs / len(order) * scale)
    return found


def _print(rows: Sequence[dict[str, Any]]) -> None:
    counted = "candidates an article" in rows[0]
    heads = ["bands × rows", *(f"s={jaccard:g}" for jaccard in JACCARDS), "half at"]
    click.echo("  ".join(f"{head:>7}" for head in [*heads, *(["candidates an article"] if counted else [])]))
    for row in rows:
        cells = [f"{row['bands']} × {row['rows']}".rjust(len(heads[0]))]
        cells += [f"{100 * share:6.2f}%" for share in row["probability"].values()]
        cells.append(f"{row['half at']:7.2f}")
        if counted:
            mean = row["candidates an article"]
            cells.append("–" if mean is None else f"{mean:.3g}".rjust(len("candidates an article")))
        click.echo("  ".join(cells))


def _drawn(choices: Sequence[Settings]) -> str:
    """Return the curves as an SVG document: similarity to the right, probability up."""
    from dupdetect.fingerprint import candidate_probability

    left, top, width, height = 50, 20, 500, 300
    lines = []
    for tenth in range(0, 11, 2):
        x, y = left + width * tenth / 10, top + height * (1 - tenth / 10)
        lines.append(f'<path d="M{left} {y:g}h{width}M{x:g} {top}v{height}" stroke="#ddd"/>')
        lines.append(f'<text x="{left - 8}" y="{y + 4:g}" text-anchor="end">{10 * tenth} %</text>')
        lines.append(f'<text x="{x:g}" y="{top + height + 18}" text-anchor="middle">{tenth / 10:g}</text>')
    for number, choice in enumerate(choices):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(
            f"{left + width * step / 100:g},{top + height * (1 - candidate_probability(step / 100, choice)):.2f}"
            for step in range(101)
        )
        y = top + 16 * (number + 1)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{left + width + 12}" y="{y}" fill="{colour}">{choice.bands} × {choice.rows}</text>')
    middle = left + width / 2
    lines.append(f'<text x="{middle:g}" y="{top + height + 38}" text-anchor="middle">Jaccard similarity</text>')
    size = f'viewBox="0 0 {left + width + 90} {top + height + 50}"'
    style = 'font-family="sans-serif" font-size="13" role="img"'
    title = "<title>Probability that two articles share a band, by their Jaccard similarity</title>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{title}\n' + "\n".join(lines) + "\n</svg>\n"
