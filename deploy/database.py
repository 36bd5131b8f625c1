"""The database of `make run`: start the embedded server, bring its tables up to date, fill it once.

What a second run does not need is found out here without starting the application, because that would cost most of
the seconds until the site answers.
"""

import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import psycopg

from deploy.console import CannotGoOn
from deploy.processes import StopRequest, start_process, wait_for_exit


def plain_url(url: str) -> str:
    """The same address without SQLAlchemy's driver name, as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def newest_migrations(migrations: Path) -> set[str]:
    """The revisions that no other one follows, read from the files: loading Alembic takes longer than all the rest."""
    scripts = [path.read_text() for path in (migrations / "versions").glob("*.py")]
    revisions = {match for script in scripts for match in re.findall(r"^revision = ['\"](\w+)['\"]", script, re.M)}
    followed = {match for script in scripts for match in re.findall(r"^down_revision = ['\"](\w+)['\"]", script, re.M)}
    return revisions - followed


def is_migrated(url: str, migrations: Path) -> bool:
    """Whether the tables are those of the newest migration."""
    with psycopg.connect(plain_url(url)) as connection:
        known = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if known is None or not known[0]:
            return False
        applied = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
    return applied == newest_migrations(migrations)


def is_empty(url: str, table: str) -> bool:
    """Whether `table` has no row."""
    with psycopg.connect(plain_url(url)) as connection:
        found = connection.execute(
            psycopg.sql.SQL("SELECT EXISTS (SELECT FROM {})").format(psycopg.sql.Identifier(table))
        ).fetchone()
    return found is None or not found[0]


def run_flask(arguments: list[str], *, environment: Mapping[str, str], root: Path, stop: StopRequest) -> None:
    """Run one `flask` command; its words go to `var/log/`. Raises `CannotGoOn` when it fails."""
    log_path = Path(environment["VAR_DIR"]) / "log" / f"{'-'.join(arguments)}.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "flask", "--app", "app:create_app", *arguments]
    with log_path.open("wb") as log:
        process = start_process(command, environment=environment, folder=root, output=log)
        exit_code = wait_for_exit(process, stop)
    if exit_code != 0:
        last = (log_path.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        raise CannotGoOn(f"`flask {' '.join(arguments)}` failed: {last} (all its words are in {log_path}).")


def start_embedded(var_dir: Path) -> str:
    """Start the embedded server, or join the running one; it ends with this process. Returns the database's URL."""
    from core.embedded.postgresql import embedded_database_url

    # Without a session of its own (as in containers) the wheel keeps its socket below the temporary folder, and warns.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    try:
        return embedded_database_url(var_dir)
    except (subprocess.SubprocessError, psycopg.Error, OSError) as error:
        log = var_dir / "postgresql" / "log"
        raise CannotGoOn(f"The embedded PostgreSQL did not start ({error}): its own words are in {log}.") from error
