"""What the running site may do in the database, when it is not the owner of the tables.

The owner migrates; the site only reads and writes rows. Tables that only grow are protected twice then: by their
triggers, and because the site has no right to change or remove a row, or to drop a trigger.
"""

from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import Connection, text

APPEND_ONLY_FUNCTION = "refuse_change"
"""The function behind the triggers of tables that only grow; having it is what makes a table one of them."""

_READ_ONLY = frozenset({"alembic_version"})

_ROLE = text(
    """
    SELECT rolsuper OR rolcreaterole OR rolbypassrls AS powerful, EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'S') AND pg_has_role(r.oid, c.relowner, 'MEMBER')
    ) OR EXISTS (
        SELECT FROM pg_database d WHERE d.datname = current_database() AND pg_has_role(r.oid, d.datdba, 'MEMBER')
    ) AS owns
    FROM pg_roles r WHERE rolname = :name
    """
)

_TABLES = text(
    """
    SELECT c.relname, EXISTS (
        SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND p.proname = :function) AS append_only
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname
    """
)


class UnsuitableRole(Exception):
    """The role is not there, or could take back what is not granted to it; the message says which."""


@dataclass(frozen=True)
class Grants:
    """What was granted: the tables that may only grow, and those of which rows may be changed."""

    append_only: tuple[str, ...]
    changeable: tuple[str, ...]


def grant_site_role(connection: Connection, name: str) -> Grants:
    """Give the existing role `name` exactly what the site needs, and take away everything else it was given.

    SELECT and INSERT on tables that only grow, all four on the others, the use of sequences; no way to make, change
    or drop anything. Repeating it changes nothing; after a migration it covers the new tables. Raises UnsuitableRole.
    """
    _check_role(connection, name)
    tables = connection.execute(_TABLES, {"function": APPEND_ONLY_FUNCTION}).all()
    grants = Grants(
        append_only=tuple(table for table, append_only in tables if append_only),
        changeable=tuple(table for table, append_only in tables if not append_only and table not in _READ_ONLY),
    )
    role = sql.Identifier(name)
    for statement in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
        "REVOKE ALL ON SCHEMA public FROM {role}",
        # Before PostgreSQL 15 everybody could make tables here.
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "REVOKE CREATE ON DATABASE {database} FROM {role}",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ):
        database = sql.Identifier(connection.engine.url.database or "")
        _execute(connection, sql.SQL(statement).format(role=role, database=database))
    _grant(connection, "INSERT", grants.append_only, role)
    _grant(connection, "INSERT, UPDATE, DELETE", grants.changeable, role)
    return grants


def _check_role(connection: Connection, name: str) -> None:
    found = connection.execute(_ROLE, {"name": name}).one_or_none()
    if found is None:
        raise UnsuitableRole(f"there is no role {name}: make it first with CREATE ROLE … LOGIN")
    if found.powerful:
        raise UnsuitableRole(f"the role {name} is a superuser, or makes roles or passes by row security")
    if found.owns:
        raise UnsuitableRole(f"the role {name} owns the tables or the database, or is a member of who does")


def _grant(connection: Connection, privileges: str, tables: tuple[str, ...], role: sql.Identifier) -> None:
    if tables:
        names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
        _execute(connection, sql.SQL(f"GRANT {privileges} ON {{names}} TO {{role}}").format(names=names, role=role))


def _execute(connection: Connection, statement: sql.Composed) -> None:
    connection.exec_driver_sql(statement.as_string())
