"""The command line. stdout is data, stderr is talk; the exit code is an answer (`dupdetect.cli.exits`)."""

from __future__ import annotations

import os
import sys
import traceback

import click

from dupdetect.cli.exits import Exit, exit_code_of
from dupdetect.cli.lazy import LazyGroup
from dupdetect.errors import DupdetectError

__all__ = ["main"]


@click.group(
    cls=LazyGroup,
    verbs={
        "check": "dupdetect.cli.check:check",
        "compare": "dupdetect.cli.compare:compare",
        "extract": "dupdetect.cli.extract:extract",
        "index": "dupdetect.cli.index:index",
        "repeats": "dupdetect.cli.repeats:repeats",
        "scan": "dupdetect.cli.scan:scan",
        "serve": "dupdetect.cli.serve:serve",
        "tune": "dupdetect.cli.tune:tune",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="dupdetect")
def cli() -> None:
    """Tell whether a piece is already out there, before it is published.

    \b
    dupdetect scan pages/ --report report.html          which of these pages are one piece?
    dupdetect index add --index site.db pages/          remember what is published
    dupdetect check draft.html --index site.db          is this draft out there already?
    dupdetect compare a.html b.html                     how do these two relate?

    FILE may be `-` for standard input. Results go to standard output, as JSON with --json; everything else goes to
    standard error.

    \b
    Exit codes: 0 nothing found · 1 duplicates found · 2 usage · 3 unreadable document
                4 unusable index · 5 no service · 70 internal error
    """


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line; return its exit code."""
    try:
        code = cli.main(arguments, prog_name="dupdetect", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except DupdetectError as error:
        click.echo(f"dupdetect: {error}", err=True)
        return exit_code_of(error)
    except BrokenPipeError:
        # The reader of our output has gone, as in `| head`: nothing is left to say, and nothing may be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.NOTHING_FOUND
    except Exception:
        traceback.print_exc()
        click.echo("dupdetect: this is a bug in dupdetect; please report it with the lines above", err=True)
        return Exit.INTERNAL
    return int(code or 0)
