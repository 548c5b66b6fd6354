"""What ``settings.DUPDETECT`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from dupdetect.errors import SettingsError
from dupdetect.index import is_postgres
from dupdetect.policy import Policy, parse_policy

__all__ = ["Options", "options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The app's settings, in lower case.

    Parameters
    ----------
    index : Path or str
        The index, a file or a PostgreSQL URL; it is made where there is none.
    policy : Path, optional
        A policy file (TOML). Its ``fail`` says what happens where the index cannot be used: ``open`` publishes and logs
        a warning, ``closed`` holds.
    source : str
        First part of every document's id: two sites that share an index need two.
    override_permission : str, optional
        Who may publish a duplicate with a reason, as ``app.permission``. By default whoever may publish.
    busy_timeout : float
        Seconds to wait for another process's write. An editor waits with it.
    """

    index: Path | str = field(repr=False)  # a URL may hold a password
    policy: Path | None = None
    source: str = "django"
    override_permission: str | None = None
    busy_timeout: float = 1.0

    def read_policy(self) -> Policy:
        """Return the policy of the file, or the default one."""
        if self.policy is None:
            return Policy()
        try:
            return parse_policy(Path(self.policy).read_text(encoding="utf-8"))
        except (OSError, SettingsError) as error:
            raise ImproperlyConfigured(f"DUPDETECT['POLICY']: {error}") from error


def options() -> Options:
    """Read ``settings.DUPDETECT``.

    Raises
    ------
    ImproperlyConfigured
        It is missing, or says something that is not known.
    """
    given: Mapping[str, Any] | None = getattr(settings, "DUPDETECT", None)
    if not isinstance(given, Mapping) or "INDEX" not in given:
        raise ImproperlyConfigured("settings.DUPDETECT must be a dictionary with at least 'INDEX', the index's place")
    known = {one.name for one in fields(Options)}
    unknown = sorted(name for name in given if name.lower() not in known or name != name.upper())
    if unknown:
        raise ImproperlyConfigured(f"settings.DUPDETECT does not know {', '.join(unknown)}")
    values = {name.lower(): value for name, value in given.items()}
    if not is_postgres(values["index"]):
        values["index"] = Path(values["index"])
    return Options(**values)
