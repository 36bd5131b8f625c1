"""What the pages of lots share: for whom the reader works, which lot they came from, trying something out."""

import uuid
from collections.abc import Callable
from typing import TypeVar

from flask import request

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import atomic
from core.errors import AppError, NotFound
from core.web.forms import Form
from traceability.forms import show_error
from traceability.lots.queries import LotAtHand, lots_at_hand

Result = TypeVar("Result")


class _TriedOut(Exception):
    """Ends the transaction of something that was only to be tried."""


def asked_id(name: str) -> uuid.UUID | None:
    """The id that the address gives as `name`; None for none, and for nonsense."""
    try:
        return uuid.UUID(request.args.get(name, ""))
    except ValueError:
        return None


def asked_holder(actor: Actor) -> tuple[Producer, list[Producer]]:
    """The producer that the reader works for, by the address or the first; and all there are. Raises NotFound."""
    producers = producers_of(actor)
    asked = asked_id("holder")
    for producer in producers:
        if asked in (None, producer.id):
            return producer, producers
    raise NotFound


def with_asked_lot(holder: Producer) -> tuple[list[LotAtHand], LotAtHand | None]:
    """The lots at hand, and the one that the address names if it is among them, which then comes first."""
    asked = asked_id("lot")
    lots = lots_at_hand(holder.id)
    chosen = next((choice for choice in lots if choice.lot.id == asked), None)
    if chosen is None and asked is not None:
        chosen = next(iter(lots_at_hand(holder.id, lot_ids=[asked])), None)
    if chosen is None:
        return lots, None
    return [chosen, *(choice for choice in lots if choice.lot.id != asked)], chosen


def asked_lot(holder: Producer) -> LotAtHand:
    """The lot that the address names. Raises NotFound when the holder has nothing loose of it."""
    asked = asked_id("lot")
    found = lots_at_hand(holder.id, lot_ids=[asked]) if asked is not None else []
    if not found:
        raise NotFound
    return found[0]


def done(form: Form, use_case: Callable[[], Result], *, only_try: bool = False) -> Result | None:
    """What `use_case` returns, in a transaction of its own; None when it refused, with its reason in the form.

    `only_try` takes everything back in the end: a form shows what would come of it.
    """
    result: list[Result] = []
    try:
        with atomic():
            result.append(use_case())
            if only_try:
                raise _TriedOut
    except _TriedOut:
        pass
    except AppError as error:
        show_error(form, error)
        return None
    return result[0]
