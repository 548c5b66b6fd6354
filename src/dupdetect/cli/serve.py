"""``dupdetect serve``. The one place that reads the environment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from dupdetect.cli.inputs import opened
from dupdetect.errors import InputError

__all__ = ["serve"]

_TOKEN = "DUPDETECT_TOKEN"  # noqa: S105  # a variable's name


@click.command()
@click.option("--index", "index", required=True, help="The index, a file or a PostgreSQL URL; made if it is not there.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Another address than this machine's needs a token."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 takes a free one.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"File with the token that callers must send. [default: the environment variable {_TOKEN}, if set]",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Policy, a TOML file. [default: block copies, warn of containment]",
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Checks at a time in each.")
@click.option("--first-fill", is_flag=True, help="Not ready until the first fill has said that it is done.")
@click.option(
    "--keep-checks",
    type=click.IntRange(0, 100_000),
    default=500,
    show_default=True,
    help="Recent checks that the built-in page shows.",
)
@click.option("--no-drafts", is_flag=True, help="Do not keep the texts of checked drafts for the built-in page.")
@click.option(
    "--durability",
    type=click.Choice(["normal", "full"]),
    default="normal",
    show_default=True,
    help="full: what was acknowledged survives a loss of power too; slower.",
)
def serve(
    *,
    index: str,
    host: str,
    port: int,
    token_file: Path | None,
    policy_file: Path | None,
    workers: int,
    threads: int,
    first_fill: bool,
    keep_checks: int,
    no_drafts: bool,
    durability: str,
) -> int:
    """Answer CMSs over HTTP: check, claim, remember. A page for people stands at `/`.

    \b
    dupdetect serve --index site.db
    dupdetect serve --index site.db --policy policy.toml --host 0.0.0.0 --token-file token
    """
    from dupdetect.index import shown
    from dupdetect.policy import Policy, parse_policy

    policy = Policy() if policy_file is None else parse_policy(_text(policy_file))
    token = os.environ.get(_TOKEN) if token_file is None else _text(token_file)  # noqa: TID251
    with tempfile.TemporaryDirectory(prefix="dupdetect-metrics-") as metrics:
        # prometheus_client looks at this when it is imported, here and in the workers.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics  # noqa: TID251
        from dupdetect.server import Options, listen
        from dupdetect.server import serve as run

        options = Options(
            index=index,
            policy=policy,
            token=token.strip() if token is not None else None,
            host=host,
            port=port,
            workers=workers,
            threads=threads,
            first_fill=first_fill,
            keep_checks=keep_checks,
            keep_texts=not no_drafts,
            metrics=metrics,
            durability="full" if durability == "full" else "normal",
        )
        # What is wrong with the index is said now, not by each worker.
        store, new = opened(index)
        store.close()
        with listen(host, port) as listener:
            if new:
                click.echo(f"{shown(index)}: new index", err=True)
            address, number = listener.getsockname()[:2]
            host = f"[{address}]" if ":" in address else address
            click.echo(f"dupdetect: serving {shown(index)} at http://{host}:{number}/", err=True)
            run(options, listener)
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
