"""Runs the fenced blocks of a Markdown page as a reader would: one after the other, in one folder.

* ``console``: lines after ``$ `` are commands for a shell, the lines below are what the terminal shows; ``...`` stands
  for anything, as in a doctest. A command line must end with 0 or 1 (nothing found, duplicates found); one that is to
  end otherwise ends with ``; echo $?``.
* ``python``: executed; the blocks of a page share their names. A ``text`` block right below is what it prints.

Any other fence (``sh``, ``json``, none) is read, not run.
"""

import contextlib
import doctest
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dupdetect

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```[ ]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: what it holds, and the line of the page where it starts."""

    language: str
    source: str
    line: int
    follows_directly: bool


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order, indentation of a list taken off."""
    found, end = [], 0
    for match in FENCE.finditer(page):
        source = "".join(line.removeprefix(match[1]) for line in match[3].splitlines(keepends=True))
        between = page[end : match.start()]
        found.append(
            Block(match[2], source, page.count("\n", 0, match.start()) + 2, bool(found) and not between.strip())
        )
        end = match.end()
    return found


def workplace(folder: Path) -> Path:
    """Make what a page's commands find: the examples, and `dupdetect` and `make` that use this interpreter."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
    tools = folder / "bin"
    tools.mkdir()
    scripts = {
        "dupdetect": f'exec "{sys.executable}" -c "from dupdetect.cli import main; main()" "$@"',
        # what would install dupdetect counts as done
        "make": f'exec "{shutil.which("make")}" -s -o .venv/.installed BIN="{tools}" "$@"',
    }
    for name, script in scripts.items():
        path = tools / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return folder


def run_page(page: str, folder: Path) -> None:
    """Run the blocks of a page in a workplace; `AssertionError` names the line where page and program differ."""
    try:
        _run_blocks(page, folder)
    finally:
        for file in folder.glob("*.pid"):  # a service that a page starts and, since it failed, did not stop
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGTERM)


def _run_blocks(page: str, folder: Path) -> None:
    names: dict[str, object] = {"__name__": "page"}
    found = blocks(page)
    for block, below in zip(found, [*found[1:], None], strict=True):
        if block.language == "console":
            _run_console(block, folder)
        elif block.language == "python":
            printed = io.StringIO()
            code = compile("\n" * (block.line - 1) + block.source, "<page>", "exec")
            with _inside(folder), contextlib.redirect_stdout(printed):
                exec(code, names)
            if below is not None and below.language == "text" and below.follows_directly:
                _same(below.source, printed.getvalue(), f"line {block.line}: this Python")


@contextlib.contextmanager
def _inside(folder: Path):
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _run_console(block: Block, folder: Path) -> None:
    environment = {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(dupdetect.__file__).parents[1]),
        "PYTHONUNBUFFERED": "1",  # both streams in one order, as a terminal shows them
        "PYTHONWARNINGS": "error",
    }
    number, lines = block.line, block.source.splitlines(keepends=True)
    assert block.source.startswith("$ "), f"line {number}: a console block starts with a command, '$ …'"
    while lines:
        command = lines.pop(0)[2:]
        where = f"line {number}: $ {command.strip()}"
        number += 1
        while command.endswith("\\\n"):
            command += lines.pop(0)
            number += 1
        expected = ""
        while lines and not lines[0].startswith("$ "):
            expected += lines.pop(0)
            number += 1
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        shown = done.stdout.decode()
        assert done.returncode in (0, 1), f"{where}\nended with {done.returncode}:\n{shown}"
        _same(expected, shown, where)


def _same(expected: str, shown: str, where: str) -> None:
    want, got = ("".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines()) for text in (expected, shown))
    if not doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS):
        raise AssertionError(f"{where}\nthe page says:\n{want}\nbut it shows:\n{got}")
