"""The shared index: a PostgreSQL database that many machines read and write. It needs the extra ``postgres``."""

from dupdetect.errors import MissingExtraError

try:
    import psycopg
except ImportError as error:  # also where psycopg finds no libpq
    raise MissingExtraError("postgres", "an index in PostgreSQL") from error

from dupdetect.index.postgres.build import build_index, rebuild_index
from dupdetect.index.postgres.store import PostgresIndex

__all__ = ["PostgresIndex", "build_index", "rebuild_index"]

del psycopg
