"""Write docs/reference/cli.md and docs/reference/python.md from the code: ``python tools/reference.py``.

Tests hold the pages to what this writes, so neither can be forgotten.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import click

import dupdetect
from dupdetect.cli import cli

FOLDER = Path(__file__).parent.parent / "docs" / "reference"


def commands(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    """Return a command and all below it, with how each is called."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                found += commands(below, f"{path} {name}")
    return found


def cli_page() -> str:
    """Return the page of the command line."""
    lines = ["# The command line", "", "Written by `tools/reference.py` from the program's own help.", ""]
    for path, command in commands(cli, "dupdetect"):
        arguments = [p.metavar or (p.name or "").upper() for p in command.params if isinstance(p, click.Argument)]
        lines += [f"## {' '.join([path, *arguments])}", ""]
        lines += _prose(command.help or "")
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden and p.name != "version"]
        if options:
            lines += ["| option | |", "|---|---|"]
            for option in options:
                choices = f" One of {', '.join(option.type.choices)}." if isinstance(option.type, click.Choice) else ""
                default = f" Default: {option.default}." if option.show_default else ""
                lines.append(f"| `{', '.join(option.opts)}` | {option.help}{choices}{default} |")
            lines.append("")
    return "\n".join(lines)


def _prose(text: str) -> list[str]:
    """Return a command's help as Markdown: paragraphs, and the parts that keep their line breaks as code."""
    lines: list[str] = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            lines += ["```", *paragraph.split("\n")[1:], "```", ""]
        else:
            lines += [*paragraph.split("\n"), ""]
    return lines


def python_page() -> str:
    """Return the page of the public names."""
    lines = [
        "# Python",
        "",
        "Everything in `dupdetect`, by name; the docstrings say more. Written by `tools/reference.py`.",
        "",
    ]
    for title, wanted in (("Functions", inspect.isfunction), ("Classes", inspect.isclass)):
        lines += [f"## {title}", "", "| name | |", "|---|---|"]
        for name in dupdetect.__all__:
            thing = getattr(dupdetect, name)
            if wanted(thing):
                first = (inspect.getdoc(thing) or "").split("\n")[0].replace("|", "\\|")
                lines.append(f"| `{name}` | {first} |")
        lines.append("")
    return "\n".join(lines)


PAGES = {"cli.md": cli_page, "python.md": python_page}


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        sys.stderr.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
