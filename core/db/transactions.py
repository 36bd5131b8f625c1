"""Transactions: only the edge commits, through `atomic()`, and tasks leave only after the commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from core.db.extension import db

_CALLBACKS = "after_commit_callbacks"


@contextmanager
def atomic() -> Iterator[Session]:
    """One transaction around one use case: commits at the end, rolls back on any exception.

    Views, tasks and commands use it; use cases never do, so that they can be combined in one transaction.
    """
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def separately() -> Iterator[Session]:
    """A short transaction of its own beside the current one: what it writes stays, whatever becomes of the other.

    It must not touch rows that the current transaction has locked, or it waits for ever.
    """
    with Session(db.engine, join_transaction_mode="create_savepoint") as session, session.begin():
        yield session


def after_commit(callback: Callable[[], None]) -> None:
    """Call `callback` once the current transaction has committed; forget it when that rolls back."""
    db.session().info.setdefault(_CALLBACKS, []).append(callback)


@event.listens_for(Session, "after_commit")
def _run_callbacks(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for callback in session.info.pop(_CALLBACKS, []):
        callback()


@event.listens_for(Session, "after_rollback")
def _forget_callbacks(session: Session) -> None:
    session.info.pop(_CALLBACKS, None)
