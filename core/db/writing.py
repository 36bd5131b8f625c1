"""Writing on the busiest paths: rows go out together, with the next question or the commit.

The session's flush sends every row by itself and waits for each; that is right almost everywhere. A purchase writes a
dozen rows in a few tables, and there the waiting is most of the work.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

import psycopg
from sqlalchemy import event
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstanceState, Session, SessionTransaction, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from core.db.connection import SiteConnection, driver_connection
from core.db.extension import Base, db
from core.db.plans import KEY_PREFIX, Plan, default_of, plan_of
from core.db.settled_statements import SettledStatement

Statement = tuple[str, Mapping[str, Any]]
Found = tuple[SessionTransaction | None, SiteConnection]
_FOUND = "site_connection"


def write_soon(*objects: Any) -> None:
    """Have new objects inserted, and what changed on known ones updated, in this order.

    As a flush of the session does for them, but with the next question to the database, or the commit; what the
    database refuses is raised there. A new object names its parents by their ids, and comes after them. Afterwards the
    session knows all of them as they are. Relationships are not followed, and rows that somebody else deleted are not
    noticed: for rows that are new, or locked.
    """
    session = db.session()
    _flush_parents({plan_of(_model(row)) for row in objects}, session)
    connection = site_connection(session)
    inserted = []
    for row in objects:
        state: InstanceState[Any] = sa_inspect(row)
        if state.key is None:
            connection.write_soon(*_insert_of(plan_of(_model(row)), state.dict))
            inserted.append(row)
        else:
            changed = _update_of(row, state)
            if changed is not None:
                connection.write_soon(*changed)
                state._commit_all(state.dict, session.identity_map)  # as a flush ends, which has no public name
    for row in inserted:
        make_transient_to_detached(row)
    session.add_all(inserted)


def insert_soon(model: type[Base], **values: Any) -> None:
    """Have a row inserted as `write_soon` inserts a new object, where nobody needs the object afterwards."""
    session, plan = db.session(), plan_of(model)
    _flush_parents({plan}, session)
    site_connection(session).write_soon(*_insert_of(plan, values))


def write_row_soon(statement: SettledStatement, parameters: Mapping[str, Any]) -> None:
    """Have a statement that answers nothing run with the next question to the database, or the commit."""
    session = db.session()
    session.flush()
    site_connection(session).write_soon(statement.sql, parameters)


def write_now() -> None:
    """Run what waits, if anything does."""
    session = db.session()
    found: Found | None = session.info.get(_FOUND)
    if found is not None and found[0] is _innermost(session):
        _write(found[1], "what waits")


def _write(connection: SiteConnection, what: str) -> None:
    try:
        connection.run_waiting()
    except psycopg.Error as error:
        raise told_to_session(error, what, {}) from error


def told_to_session(error: psycopg.Error, sql: str, parameters: Mapping[str, Any]) -> DBAPIError:
    """What the driver raised, as SQLAlchemy raises it; where the connection is lost, the session gets another one."""
    connection = db.session().connection()
    if driver_connection(connection).closed:
        connection.invalidate()
    raised = DBAPIError.instance(sql, dict(parameters), error, psycopg.Error)
    return cast(DBAPIError, raised)


def site_connection(session: Session) -> SiteConnection:
    """The driver's connection of a session, in its transaction.

    It is looked for once in a transaction: a purchase asks for it thirty times, and the session takes its time.
    """
    found: Found | None = session.info.get(_FOUND)
    if found is None or found[0] is None or found[0] is not _innermost(session):
        connection = driver_connection(session.connection())
        found = session.info[_FOUND] = _innermost(session), connection
    return found[1]


def _innermost(session: Session) -> SessionTransaction | None:
    """The transaction, or the savepoint in it, which the session makes only when a connection is asked for."""
    return session.get_nested_transaction() or session.get_transaction()


@event.listens_for(Session, "before_commit")
def _write_before_release(session: Session) -> None:
    """What waits since a savepoint is written before that is released: a refused release could not be taken back."""
    found: Found | None = session.info.get(_FOUND)
    if found is None or not found[1].waiting or found[0] is not _innermost(session):
        return
    if session.connection().in_nested_transaction():
        _write(found[1], "RELEASE SAVEPOINT")


def _flush_parents(plans: Collection[Plan], session: Session) -> None:
    """Flush the session if what it is still to insert is of a table that one of the plans' refers to."""
    if not session.new:
        return
    tables = {plan_of(_model(row)).table for row in session.new}
    if any(not tables.isdisjoint(plan.parents) for plan in plans):
        session.flush()


def _model(row: Any) -> type[Base]:
    return cast("type[Base]", type(row))


def _insert_of(plan: Plan, values: dict[str, Any]) -> Statement:
    """What inserts a row of these values, by attribute; the defaults of those that are missing are put in."""
    for key, default in plan.given_defaults.items():
        if key not in values:
            values[key] = default_of(default)
    keys = tuple(key for key in plan.columns if key in values)
    return plan.insert_sql(keys), plan.written(keys, values)


def _update_of(row: Any, state: InstanceState[Any]) -> Statement | None:
    plan = plan_of(_model(row))
    changed = [key for key in plan.columns if key in state.committed_state]
    if not changed:
        return None
    for key, onupdate in plan.given_onupdates.items():
        if key not in changed:
            set_committed_value(row, key, default_of(onupdate))
            changed.append(key)
    identity = zip(plan.primary_key, cast(tuple[Any, ...], state.identity), strict=True)
    keys = {f"{KEY_PREFIX}{column.name}": key for column, key in identity}
    return plan.update_sql(tuple(changed)), plan.written(changed, state.dict) | keys
