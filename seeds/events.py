"""Rows of the EPCIS journal: the events that the use cases of lots would have captured on those days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from seeds.identifiers import KeySource
from seeds.rows import EventIdentifierRow, EventRow
from traceability.epcis.contexts import namespaces
from traceability.epcis.event_builders import Event, QuantityElement, with_event_id
from traceability.gs1.links import location_uri, lot_uri, parcel_uri
from traceability.journal.identifiers import identifiers_of
from traceability.journal.indexing import index_event
from traceability.journal.rules import commissioning_of_lot, packing_of_order, shipping_of_parcel
from traceability.lots.amounts import Amount, measured


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What the journal needs to know of a lot."""

    gtin: str
    lot_number: str
    unit: str
    plot_gln: str


class EventSource:
    """Makes events of a site at `site_url`, with keys from `keys`."""

    def __init__(self, site_url: str, keys: KeySource) -> None:
        self.site_url = site_url
        self._keys = keys

    def harvest(
        self,
        lot: LotFacts,
        *,
        amount: Amount,
        harvested_on: date,
        best_before: date | None,
        event_time: datetime,
        record_time: datetime,
    ) -> EventRow:
        """The commissioning of `lot`, as `traceability.lots.usecases.create_lot` writes it."""
        number, unit_of_measure = measured(amount, lot.unit)
        place = _location(self.site_url, lot.plot_gln)
        event = commissioning_of_lot(
            lot_uri=self._uri(lot),
            lot_number=lot.lot_number,
            quantity=number,
            unit_of_measure=unit_of_measure,
            event_time=event_time,
            read_point=place,
            biz_location=place,
            harvested_from=harvested_on,
            harvested_to=harvested_on,
        )
        if best_before is not None:
            event["ilmd"]["cbvmda:bestBeforeDate"] = best_before.isoformat()
        return self.row(event, event_time, record_time)

    def packing(self, lot: LotFacts, *, amount: Amount, sscc: str, gln: str, event_time: datetime) -> EventRow:
        """So much of `lot` went into the parcel `sscc` at the place `gln`."""
        event = packing_of_order(
            parcel_uri=parcel_uri(self.site_url, sscc),
            contents=[self.element(lot, amount)],
            event_time=event_time,
            biz_location=location_uri(self.site_url, gln),
        )
        return self.row(event, event_time, event_time)

    def shipping(self, *, sscc: str, gln: str, event_time: datetime) -> EventRow:
        """The parcel `sscc` left the place `gln`."""
        event = shipping_of_parcel(
            parcel_uri=parcel_uri(self.site_url, sscc),
            event_time=event_time,
            read_point=location_uri(self.site_url, gln),
        )
        return self.row(event, event_time, event_time)

    def element(self, lot: LotFacts, amount: Amount) -> QuantityElement:
        """So much of `lot`, as an event says it."""
        number, unit_of_measure = measured(amount, lot.unit)
        return QuantityElement(self._uri(lot), number, unit_of_measure)

    def _uri(self, lot: LotFacts) -> str:
        return lot_uri(self.site_url, lot.gtin, lot.lot_number)

    def place(self, gln: str) -> str:
        """The place with this GLN as events name it."""
        return _location(self.site_url, gln)

    def row(self, event: Event, event_time: datetime, record_time: datetime | None = None) -> EventRow:
        """The row of `event`, which was recorded at once unless `record_time` says otherwise."""
        record_time = record_time or event_time
        payload = with_event_id(event)
        index = index_event(payload, namespaces())
        return EventRow(
            id=self._keys.key(record_time),
            event_id=payload["eventID"],
            event_hash=payload["eventID"],
            event_type=payload["type"],
            action=payload.get("action"),
            event_time=event_time,
            event_time_zone_offset=payload["eventTimeZoneOffset"],
            record_time=record_time,
            biz_step=index.biz_step,
            disposition=index.disposition,
            read_point=index.read_point,
            biz_location=index.biz_location,
            error_declared_at=None,
            error_reason=None,
            terms=index.terms,
            context=None,
            payload=payload,
            captured_by=None,
            producer_id=None,
        )


@lru_cache(maxsize=1024)
def _location(site_url: str, gln: str) -> str:
    """Many harvests come from one place, and its check digit needs looking at only once."""
    return location_uri(site_url, gln)


def identifier_rows(event: EventRow) -> Iterator[EventIdentifierRow]:
    """What the event is about, in the spelling that the journal is searched by."""
    for position, item in enumerate(identifiers_of(event.payload)):
        quantity = None if item.quantity is None else float(item.quantity)
        yield EventIdentifierRow(
            event.id, position, item.role, item.identifier, quantity, item.unit_of_measure, item.lot
        )
