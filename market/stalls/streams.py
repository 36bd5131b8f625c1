"""The live screen's stream: server-sent events, one thread a stream, no connection held between two looks.

A stream looks for new sales with one cheap query, and ends after some minutes; the browser comes back by itself and
says which sale it saw last. How many streams one process serves is limited, since each takes a thread of the server.
"""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from core.db import utc_now
from core.i18n import LOCAL_TIME_ZONE
from core.money import format_vnd
from core.money.words import amount_in_words
from market.stalls.queries import PaidSale, last_position, sales_after, takings_of_stall
from market.stalls.rules import market_day

FRESH_FOR = timedelta(seconds=60)
"""How long a sale counts as just paid: only those are read aloud and stand out."""

log = structlog.get_logger("stalls")


@dataclass(frozen=True)
class StreamTiming:
    """Seconds between two looks, between two signs of life, and until the browser is sent round again."""

    look: float = 0.7
    heartbeat: float = 3.0
    lifetime: float = 300.0


class LiveStreams:
    """The streams of one process, at most `limit` at a time.

    A slot is given back when its stream ends. One whose stream the server dropped without a word is taken back when
    its time is over, so that none is ever lost.
    """

    def __init__(self, app: Flask, limit: int, timing: StreamTiming) -> None:
        self.app = app
        self.timing = timing
        self._limit = limit
        self._lock = threading.Lock()
        self._deadlines: dict[uuid.UUID, float] = {}

    def take_slot(self) -> uuid.UUID | None:
        """A slot for one stream, or None when all are taken."""
        now = time.monotonic()
        with self._lock:
            self._deadlines = {slot: deadline for slot, deadline in self._deadlines.items() if deadline > now}
            if len(self._deadlines) >= self._limit:
                return None
            slot = uuid.uuid4()
            self._deadlines[slot] = now + self.timing.lifetime + self.timing.heartbeat
            return slot

    def release(self, slot: uuid.UUID) -> None:
        """Give a slot back; saying it twice changes nothing."""
        with self._lock:
            self._deadlines.pop(slot, None)

    def __len__(self) -> int:
        return len(self._deadlines)


def start_position(stall_id: uuid.UUID, seen: str | None) -> int:
    """Where a stream goes on: after the sale the browser saw last, or after the latest where it saw none."""
    latest = last_position(stall_id)
    if seen is not None and seen.isascii() and seen.isdigit() and len(seen) < 10:
        return min(int(seen), latest)
    return latest


def stall_events(app: Flask, stall_id: uuid.UUID, *, after: int, locale: str, timing: StreamTiming) -> Iterator[str]:
    """Events "state" (once) and "sale", each with the place of the sale seen last as its id, and "alive" in between.

    The sign of life is an event and no comment, so that the screen notices when it stays out: a phone's line can be
    dead for minutes before the phone says so.
    """
    position, ends_at = after, time.monotonic() + timing.lifetime
    try:
        yield "retry: 2000\n\n" + _event("state", position, _state(app, stall_id, locale))
        quiet_since = time.monotonic()
        while time.monotonic() < ends_at:
            for sale in _new_sales(app, stall_id, position):
                position = sale.position
                yield _event("sale", position, {**sale_facts(sale, locale), **_state(app, stall_id, locale)})
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since >= timing.heartbeat:
                yield "event: alive\ndata: {}\n\n"
                quiet_since = time.monotonic()
            time.sleep(timing.look)
    except OperationalError as error:  # the database is away: the browser shows it, and comes back
        log.warning("a live stream ended early", stall_id=str(stall_id), reason=type(error.orig).__name__)


def sale_facts(sale: PaidSale, locale: str) -> dict[str, object]:
    """What the screen shows and says of a sale. What is said aloud is Vietnamese whatever language is read."""
    words = amount_in_words(sale.amount_vnd)
    return {
        "position": sale.position,
        "number": sale.number,
        "amount": format_vnd(sale.amount_vnd, locale),
        "words": words,
        "spoken": f"Đã nhận {words}",
        "note": sale.note or "",
        "time": f"{sale.paid_at.astimezone(LOCAL_TIME_ZONE):%H:%M:%S}",
        "fresh": utc_now() - sale.paid_at < FRESH_FOR,
    }


def _new_sales(app: Flask, stall_id: uuid.UUID, position: int) -> list[PaidSale]:
    with app.app_context():  # its end gives the connection back
        return sales_after(stall_id, position)


def _state(app: Flask, stall_id: uuid.UUID, locale: str) -> dict[str, object]:
    day = market_day(utc_now())
    with app.app_context():
        takings = takings_of_stall(stall_id, day)
    return {"day": day.isoformat(), "total": format_vnd(takings.amount_vnd, locale), "count": takings.count}


def _event(name: str, position: int, facts: dict[str, object]) -> str:
    """One event; JSON has no line breaks, which would end a line of the stream early."""
    return f"id: {position}\nevent: {name}\ndata: {json.dumps(facts, ensure_ascii=False)}\n\n"
