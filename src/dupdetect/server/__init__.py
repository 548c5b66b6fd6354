"""The HTTP service: hooks of CMSs ask it over the network. It needs the extra ``server``."""

from __future__ import annotations

from dupdetect.errors import MissingExtraError
from dupdetect.server.options import Options

try:
    from dupdetect.server.app import create_app
    from dupdetect.server.run import listen, serve
except ModuleNotFoundError as error:
    if (error.name or "").startswith("dupdetect"):
        raise
    raise MissingExtraError("server", "the HTTP service") from error

__all__ = ["Options", "create_app", "listen", "serve"]
