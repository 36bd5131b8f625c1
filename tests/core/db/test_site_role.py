"""The role of the running site: it adds to the tables that only grow, and cannot change them, whatever it tries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app import create_app
from core.config import Settings
from core.db import db, new_id
from tests.factories import make_plot
from tests.support.databases import TestDatabases
from tests.traceability.farm import make_farm
from traceability.journal.models import EpcisEvent

APPEND_ONLY = {
    "epcis_events",
    "epcis_event_identifiers",
    "epcis_event_measures",
    "stock_movements",
    "order_changes",
    "payment_changes",
    "bank_accounts",
    "ledger_accounts",
    "ledger_entries",
    "ledger_month_closes",
    "ledger_postings",
    "checklists",
    "checklist_items",
    "certificate_status_changes",
    "lot_operations",
    "lot_movements",
    "residue_rule_sets",
    "residue_rules",
}


@dataclass
class Site:
    """A database of its own with a role, as its owner and as the site see it."""

    owner: Flask
    role: str
    url: str
    make_app: Callable[[], Flask]

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the site has it."""
        return psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)

    def grant(self, role: str = "") -> str:
        """Run the command; returns what it printed."""
        result = self.owner.test_cli_runner().invoke(args=["database", "grant-site-role", role or self.role])
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture(scope="module")
def site(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    owner_url = databases.clone()
    role = f"site_{new_id().hex}"
    owner = create_app(make_settings(owner_url))
    owner.testing = True
    with psycopg.connect(databases.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'only-for-tests'").format(sql.Identifier(role)))
    url = make_url(owner_url).set(username=role, password="only-for-tests").render_as_string(hide_password=False)
    yield Site(owner, role, url, lambda: create_app(make_settings(url)))
    with owner.app_context():
        db.engine.dispose()
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_the_command_tells_what_it_granted_and_repeats_itself(site: Site) -> None:
    first = site.grant()
    assert all(table in first for table in APPEND_ONLY)
    assert site.grant() == first


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_the_right_itself_is_missing(site: Site, table: str) -> None:
    site.grant()
    with site.connect() as connection:
        name = sql.Identifier(table)
        connection.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(name))
        column = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1", (table,)
        ).fetchone()
        assert column is not None
        for attempt in (
            sql.SQL("UPDATE {} SET {} = {}").format(name, *[sql.Identifier(str(column[0]))] * 2),
            sql.SQL("DELETE FROM {}").format(name),
            sql.SQL("TRUNCATE {} CASCADE").format(name),
            sql.SQL("SELECT * FROM {} FOR UPDATE").format(name),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt)


@pytest.mark.parametrize(
    "attempt",
    [
        "ALTER TABLE epcis_events DISABLE TRIGGER ALL",
        "DROP TRIGGER epcis_events_append_only ON epcis_events",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP TABLE epcis_events CASCADE",
        "ALTER TABLE users ADD COLUMN x integer",
        "CREATE TABLE public.mine (x integer)",
        "CREATE SCHEMA mine",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = ''",
        "TRUNCATE carts",
    ],
)
def test_there_is_no_way_around(site: Site, attempt: str) -> None:
    site.grant()
    with site.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attempt.encode())


def test_what_was_given_too_much_is_taken_back(site: Site) -> None:
    with site.owner.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{site.role}"')
        connection.exec_driver_sql(f'GRANT ALL ON SCHEMA public TO "{site.role}"')
    site.grant()
    with site.connect() as connection:
        for attempt in ("DELETE FROM epcis_events", "CREATE TABLE public.mine (x integer)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt.encode())


def test_the_site_works_with_it(site: Site) -> None:
    site.grant()
    app = site.make_app()
    with app.app_context():
        farm = make_farm()
        spare = make_plot(farm.producer)
        db.session.commit()
        lot = farm.harvest()
        db.session.commit()
        lot.note = "changed"
        db.session.commit()
        assert db.session.scalar(select(EpcisEvent.id)) is not None
        db.session.delete(spare)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("kind", ["missing", "superuser", "owner", "member"])
def test_a_role_that_could_take_more_is_refused(site: Site, databases: TestDatabases, kind: str) -> None:
    name = f"other_{new_id().hex}"
    runner = site.owner.test_cli_runner()
    with psycopg.connect(databases.admin_url, autocommit=True) as admin:
        owner = admin.info.user
        identifier = sql.Identifier(name)
        if kind == "superuser":
            admin.execute(sql.SQL("CREATE ROLE {} SUPERUSER").format(identifier))
        elif kind == "member":
            admin.execute(sql.SQL("CREATE ROLE {} IN ROLE {}").format(identifier, sql.Identifier(owner)))
        result = runner.invoke(args=["database", "grant-site-role", owner if kind == "owner" else name])
        if kind in ("superuser", "member"):
            admin.execute(sql.SQL("DROP ROLE {}").format(identifier))
    assert result.exit_code == 1
    assert "Traceback" not in result.output
