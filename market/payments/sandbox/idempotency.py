"""Idempotency keys as Stripe keeps them: the first answer to a key is the only one.

The key's lock, the work and the stored answer share one transaction, so a crash leaves either all of it or nothing,
and a retry afterwards does the work exactly once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Json

from core.db.settled_statements import insertion, settled

from .errors import ApiError
from .store import Books, Origin, Store
from .tables import idempotency_keys

LONGEST_KEY = 255
KEPT_SECONDS = 24 * 3600

_TRY_LOCK = settled(
    sa.select(
        sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("key", type_=sa.Text), 0)).label("held")
    )
).sql
_STORED = settled(sa.select(idempotency_keys).where(idempotency_keys.c.key == sa.bindparam("key"))).sql
_KEEP = settled(insertion(idempotency_keys)).sql


@dataclass(frozen=True)
class Answer:
    """What goes back to the caller; `original_request` is set when it is a replay."""

    status: int
    body: dict[str, Any]
    original_request: str | None = None


def fingerprint(method: str, path: str, raw: dict[str, Any]) -> str:
    """One value for a request's address and parameters, whatever order they were sent in."""
    text = json.dumps([method, path, raw], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def answer_once(store: Store, origin: Origin, params_hash: str, work: Callable[[Books], dict[str, Any]]) -> Answer:
    """Run `work`, or replay what it answered before to the same key.

    Raises ApiError: 400 `idempotency_error` when the key came with other parameters, 409 `idempotency_key_in_use`
    while the first request is still running. An ApiError of the work itself is an answer, and is stored like one;
    nothing else of the work stays.
    """
    key = origin.idempotency_key
    if key is None:
        with store.open(origin) as books:
            return Answer(200, work(books))
    try:
        with store.open(origin) as books:
            return _find(books, key, params_hash) or _keep(books, key, params_hash, _run(books, work))
    except _Undone as undone:
        with store.open(origin) as books:
            return _find(books, key, params_hash) or _keep(books, key, params_hash, undone.answer)


class _Undone(Exception):
    """The work was refused after it had written something, which has to be rolled back; `answer` says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _find(books: Books, key: str, params_hash: str) -> Answer | None:
    """What was answered to the key before; its lock is held from here on."""
    if len(key) > LONGEST_KEY:
        raise ApiError(f"Idempotency keys have at most {LONGEST_KEY} characters.", kind="idempotency_error")
    lock, kept = books.ask(_TRY_LOCK, {"key": key}), books.ask(_STORED, {"key": key})
    if not lock.rows[0].held:
        raise ApiError(
            f"Another request with the idempotency key '{key}' is still running.",
            status=409,
            kind="idempotency_error",
            code="idempotency_key_in_use",
        )
    for stored in kept.rows:
        if stored.params_hash != params_hash:
            raise ApiError(
                f"The idempotency key '{key}' was first used with another request. Use a new key for a new one.",
                kind="idempotency_error",
            )
        return Answer(stored.status, stored.body, stored.request_id)
    return None


def _keep(books: Books, key: str, params_hash: str, answer: Answer) -> Answer:
    books.write_row(
        _KEEP,
        {
            "key": key,
            "params_hash": params_hash,
            "status": answer.status,
            "body": Json(answer.body),
            "request_id": books.origin.request_id,
            "created": books.second,
        },
    )
    return answer


def _run(books: Books, work: Callable[[Books], dict[str, Any]]) -> Answer:
    try:
        return Answer(200, work(books))
    except ApiError as error:
        answer = Answer(error.status, error.body())
        if books.has_written:
            raise _Undone(answer) from error
        books.forget_unwritten()
        books.news.clear()
        return answer


def forget_old_keys(books: Books) -> None:
    """Drop keys after a day, as Stripe may."""
    books.connection.execute(idempotency_keys.delete().where(idempotency_keys.c.created < books.second - KEPT_SECONDS))
