"""Histories for tests of genealogy: events of the journal as bare rows, as partners may have captured them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core.db import db, new_id
from traceability.gs1.check_digits import check_digit
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier

STEM = "https://id.gs1.org"
Amount = str | tuple[str, float]
_START = datetime(2026, 1, 1, tzinfo=UTC)


def lot(name: str, gtin: str = "09521999000015") -> str:
    """The canonical URI of a lot of a product that the site does not know."""
    return f"{STEM}/01/{gtin}/10/{name}"


def crate(number: int) -> str:
    """The canonical URI of a logistic unit."""
    body = f"09521{number:012d}"
    return f"{STEM}/00/{body}{check_digit(body)}"


def day(number: float) -> datetime:
    """So many days after the first."""
    return _START + timedelta(days=number)


def make_event(identifiers: Iterable[tuple[Any, ...]], **values: Any) -> EpcisEvent:
    """A row of the journal with its identifiers: (role, canonical URI), and perhaps quantity, unit, lot."""
    identifier = f"ni:///sha-256;{new_id().hex * 2}?ver=CBV2.0"
    event = EpcisEvent(
        **{
            "event_id": identifier,
            "event_hash": identifier,
            "event_type": "ObjectEvent",
            "action": "OBSERVE",
            "event_time": day(0),
            "event_time_zone_offset": "+07:00",
            "payload": {},
            **values,
        }
    )
    db.session.add(event)
    db.session.flush()
    for position, (role, uri, *more) in enumerate(identifiers):
        quantity, unit, of_lot = (*more, None, None, None)[:3]
        db.session.add(
            EpcisEventIdentifier(
                event_id=event.id,
                position=position,
                role=role,
                identifier=uri,
                quantity=quantity,
                unit_of_measure=unit,
                lot=of_lot,
            )
        )
    db.session.flush()
    return event


def transformed(
    inputs: Sequence[Amount], outputs: Sequence[Amount], on: float, *, run: str | None = None, **values: Any
) -> EpcisEvent:
    """A transformation; `run` is its transformationID."""
    sides = [*_rows("input", inputs), *_rows("output", outputs)]
    terms = [f"transformationID={run}", "transformationID"] if run else []
    given = {"biz_step": "commissioning", "terms": terms, **values}
    return make_event(sides, event_type="TransformationEvent", action=None, event_time=day(on), **given)


def packed(parent: str, children: Sequence[Amount], on: float, *, action: str = "ADD", **values: Any) -> EpcisEvent:
    """An aggregation: `children` into `parent`, or out of it with the action DELETE."""
    given = {"biz_step": "packing" if action == "ADD" else "unpacking", **values}
    rows = [("parent", parent), *_rows("child", children)]
    return make_event(rows, event_type="AggregationEvent", action=action, event_time=day(on), **given)


def unpacked(parent: str, children: Sequence[Amount], on: float) -> EpcisEvent:
    """Out of the container again; all that is in it when no children are named."""
    return packed(parent, children, on, action="DELETE")


def declared_wrong(event: EpcisEvent) -> EpcisEvent:
    """The declaration that `event` is wrong."""
    return make_event(
        [],
        event_id=event.event_id,
        event_hash=event.event_hash,
        event_type=event.event_type,
        action=event.action,
        error_declared_at=day(300),
    )


def _rows(side: str, amounts: Iterable[Amount]) -> Iterable[tuple[Any, ...]]:
    """Lots are classes and come by quantity; everything else is single."""
    for amount in amounts:
        uri, quantity = amount if isinstance(amount, tuple) else (amount, None)
        if "/10/" in uri:
            yield f"{side}_quantity", uri, quantity, "KGM" if quantity is not None else None
        else:
            yield side, uri
