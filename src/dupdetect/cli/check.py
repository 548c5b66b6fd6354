"""``dupdetect check``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dupdetect.cli.exits import Exit, fail_on_option
from dupdetect.cli.inputs import document_of, documents_of, echo_json, format_option, json_option, progress
from dupdetect.cli.wording import describe_answer
from dupdetect.errors import ExtractionError, InputError, ServiceError
from dupdetect.model import ContentFormat, Document, Failure

if TYPE_CHECKING:
    from dupdetect.cli.asking import Asked
    from dupdetect.policy import Policy

__all__ = ["check"]

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """What the options say about who answers."""

    index: str | None
    root: Path | None
    url: str | None
    token_file: Path | None
    policy: Path | None
    baseline: Path | None
    timeout: float


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--index", "index", help="The index to look in (see `dupdetect index add`).")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the site: its files' paths below it are ids. Without --index or --url each FILE is compared with "
    "all of its pages and posts (those that git tracks, where it is a repository).",
)
@click.option("--url", help="Ask a service (see `dupdetect serve`) at this address.")
@click.option("--token-file", type=_file, help="File that holds the service's token.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, help="Seconds, with --url."
)
@click.option(
    "--fail-mode",
    type=click.Choice(["closed", "open"]),
    default="closed",
    show_default=True,
    help="With --url, where no service answers: closed = exit with 5, open = with 0 and a warning.",
)
@click.option("--id", "id", help="The piece's own id, never matched. [default: the file's name as given]")
@click.option("--stdin-filename", help="The name that `-` goes by: it says what it holds, and is its id.")
@click.option("--from-ref", help="Instead of FILEs: what git says changed below --root since this commit …")
@click.option("--to-ref", default="HEAD", show_default=True, help="… until this one.")
@click.option("--policy", type=_file, help="What blocks and what warns (TOML). [default: duplicates block]")
@click.option("--baseline", type=_file, help="Pairs that are accepted: a file of `dupdetect scan --pairs`.")
@fail_on_option
@click.option("--strict", is_flag=True, help="Exit with 3 if any file was unreadable, even beside duplicates.")
@format_option
@click.option(
    "--output",
    type=click.Choice(["text", "json", "jsonl", "github", "sarif"]),
    default="text",
    show_default=True,
    help="text for people, json and jsonl for programs, github for annotations in a workflow, sarif for code scanning.",
)
@json_option
def check(
    files: tuple[str, ...],
    *,
    id: str | None,
    stdin_filename: str | None,
    from_ref: str | None,
    to_ref: str,
    fail_on: str,
    fail_mode: str,
    strict: bool,
    format: ContentFormat | None,
    output: str,
    as_json: bool,
    **where: Any,
) -> int:
    """Tell whether a piece is out there already.

    It looks in an index, among the other files of a site, or asks a service.

    \b
    dupdetect check draft.html --index site.db && publish draft.html
    dupdetect check --root content/ content/posts/new.md
    dupdetect check --root content/ --from-ref origin/main --output github
    """
    options = _Where(**where)
    documents = _documents(files, options, id=id, format=format, name=stdin_filename, refs=(from_ref, to_ref))
    answers: list[dict[str, Any]] = []
    failures: list[Failure] = []
    with ExitStack() as stack:
        try:
            asked = _asked(options, stack)
            for path, document in documents:
                if isinstance(document, Failure):
                    failures.append(document)
                    continue
                try:
                    answers.append(_answer(asked, path, document))
                except ExtractionError as error:
                    failures.append(Failure(id=document.id, error=error.problem))
        except ServiceError as error:
            if fail_mode == "closed":
                raise
            click.echo(f"dupdetect: warning: not checked: {error}", err=True)
    _write(answers, failures, "json" if as_json else output)
    for failure in failures:
        click.echo(f"{failure.id}: not readable: {failure.error}", err=True)
    failing = {"block": ("block",), "warn": ("block", "warn"), "never": ()}[fail_on]
    found = any(answer["decision"] in failing for answer in answers)
    if failures and (strict or not found):
        return Exit.UNREADABLE
    return Exit.DUPLICATES if found else Exit.NOTHING_FOUND


def _answer(asked: Asked, path: str, document: Document) -> dict[str, Any]:
    from dupdetect.cli.asking import declared

    said = declared(document)
    answer = asked.ask(document, said.allow)
    if said.draft and answer["decision"] == "block":
        answer = {**answer, "decision": "warn", "message": f"A draft: {answer['message']}"}
    content = document.content
    source = content if isinstance(content, str) else content.decode("utf-8", "replace")
    return {**answer, "path": path, "source": source.splitlines()}


# ---------------------------------------------------------------------------------------------------- what is checked


def _documents(
    files: tuple[str, ...],
    where: _Where,
    *,
    id: str | None,
    format: ContentFormat | None,
    name: str | None,
    refs: tuple[str | None, str],
) -> Iterator[tuple[str, Document | Failure]]:
    """Yield each document with the path it is shown by."""
    since, until = refs
    if since is not None:
        from dupdetect.cli.git import changed_files

        if files or where.root is None:
            raise click.UsageError("--from-ref takes the files that changed below --root, and no FILE")
        files = tuple(str(file) for file in _pages(changed_files(where.root, since, until)))
    elif not files:
        raise click.UsageError("Missing argument 'FILE'.")
    if id is not None and (len(files) > 1 or where.root is not None):
        raise click.UsageError("--id names one piece; with several files or --root each goes by its path")
    if where.root is not None:
        for file in files:
            if file != "-":
                _below(where.root, file)
    return _read(files, where.root, id=id, format=format, name=name)


def _read(
    files: Iterable[str], root: Path | None, *, id: str | None, format: ContentFormat | None, name: str | None
) -> Iterator[tuple[str, Document | Failure]]:
    from dupdetect.io import SUFFIXES

    for file in files:
        if file == "-" and name is not None:
            named = format or SUFFIXES.get(Path(name).suffix.lower())
            document = document_of("-", id=id or (name if root is None else _below(root, name)), format=named)
            yield name, document
            continue
        for document_read in documents_of([file], format):
            own = id if root is None or file == "-" else _below(root, document_read.id)
            renamed = document_read if own is None else replace(document_read, id=own)
            yield (file if id is not None or root is not None else document_read.id), renamed


def _below(root: Path, file: str) -> str:
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise click.UsageError(f"{file} does not stand below {root}") from None


def _pages(files: Iterable[Path]) -> list[Path]:
    from dupdetect.io import SUFFIXES

    return sorted(file for file in files if file.suffix.lower() in SUFFIXES)


# ---------------------------------------------------------------------------------------------------- who answers


def _asked(where: _Where, stack: ExitStack) -> Asked:
    from dupdetect.cli.asking import LocalAnswers, ServiceAnswers
    from dupdetect.detector import Detector
    from dupdetect.io import read_baseline

    if where.index is not None and where.url is not None:
        raise click.UsageError("--index or --url, not both")
    if where.url is not None:
        if where.policy is not None or where.baseline is not None:
            raise click.UsageError(
                "a service has a policy of its own: --policy and --baseline go with --index or --root"
            )
        token = where.token_file.read_text(encoding="utf-8").strip() if where.token_file else None
        return ServiceAnswers(where.url, token=token, timeout=where.timeout)
    policy = _policy(where.policy)
    accepted = read_baseline(where.baseline) if where.baseline is not None else set()
    if where.index is not None:
        return LocalAnswers(stack.enter_context(Detector(where.index, policy=policy)), accepted)
    if where.root is None:
        raise click.UsageError("say where to look: --index, --root or --url")
    detector = stack.enter_context(Detector(policy=policy))
    for failure in detector.add(_published(where.root)):
        click.echo(f"{failure.id}: not compared with: {failure.error}", err=True)
    return LocalAnswers(detector, accepted, live=False)


def _policy(path: Path | None) -> Policy | None:
    from dupdetect.policy import parse_policy

    return None if path is None else parse_policy(path.read_text(encoding="utf-8"))


def _published(root: Path) -> Iterator[Document | Failure]:
    """Yield every page and post below a folder but drafts."""
    from dupdetect.cli.asking import declared
    from dupdetect.cli.git import tracked_files
    from dupdetect.io import pages_of, read_file

    there = tracked_files(root)
    pages = pages_of(root) if there is None else _pages(there)
    for page in progress("Reading the site", pages, len(pages)):
        own = page.relative_to(root).as_posix()
        try:
            document = read_file(page, id=own)
            if not declared(document).draft:
                yield document
        except ExtractionError as error:
            yield Failure(id=own, error=error.problem)
        except InputError as error:
            yield Failure(id=own, error=str(error))


# ---------------------------------------------------------------------------------------------------- what is said


def _write(answers: list[dict[str, Any]], failures: list[Failure], output: str) -> None:
    from dupdetect.cli.annotations import github, sarif
    from dupdetect.io import failure_json

    if output == "text":
        for answer in answers:
            for line in describe_answer(answer):
                click.echo(line)
        return
    if output == "github":
        for line in github(answers):
            click.echo(line)
        return
    if output == "sarif":
        echo_json(sarif(answers))
        return
    results = [{name: value for name, value in answer.items() if name != "source"} for answer in answers]
    if output == "jsonl":
        for result in results:
            echo_json(result, indent=None)
    else:
        echo_json({"results": results, "failures": [failure_json(failure) for failure in failures]})
