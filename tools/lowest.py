"""Print pip constraints that pin the library's dependencies to their lowest allowed versions: ``pip install -c``.

Those of its users, extras included; the tools that test it (from ``bench`` on) are taken as they are today.
"""

import re
import sys
from pathlib import Path

REQUIREMENT = re.compile(r'^\s*"([A-Za-z0-9_.-]+)>=([0-9.]+)')


def main() -> None:
    """Read pyproject.toml beside this folder; no TOML parser is in Python 3.10."""
    listing = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    of_users = listing.split("\nbench = ")[0]
    pins = {found[1]: found[2] for line in of_users.splitlines() if (found := REQUIREMENT.match(line))}
    if len(pins) < 5:
        sys.exit("no dependencies found in pyproject.toml")
    sys.stdout.write("".join(f"{name}=={version}.*\n" for name, version in sorted(pins.items())))


if __name__ == "__main__":
    main()
