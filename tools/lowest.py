"""Print pip constraints that pin every direct dependency to its lowest allowed version: ``pip install -c``."""

import re
import sys
from pathlib import Path

REQUIREMENT = re.compile(r'^\s*"([A-Za-z0-9_.-]+)>=([0-9.]+)')


def main() -> None:
    """Read pyproject.toml beside this folder; no TOML parser is in Python 3.10."""
    listing = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    pins = {found[1]: found[2] for line in listing.splitlines() if (found := REQUIREMENT.match(line))}
    if len(pins) < 5:
        sys.exit("no dependencies found in pyproject.toml")
    sys.stdout.write("".join(f"{name}=={version}.*\n" for name, version in sorted(pins.items())))


if __name__ == "__main__":
    main()
