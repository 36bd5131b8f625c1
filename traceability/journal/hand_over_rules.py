"""Goods that go from one party to another, said in EPCIS: sent, received, missing on arrival."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from traceability.epcis.event_builders import BusinessTransaction, Event, Party, QuantityElement, object_event
from traceability.gs1.links import location_uri, party_uri


@dataclass(frozen=True, slots=True)
class HandOver:
    """Goods go from one party to another, each at its own place (GLNs); ``document`` is the despatch advice if any."""

    site_url: str
    sender_gln: str
    receiver_gln: str
    document: str

    def back(self) -> "HandOver":
        """The way back."""
        return replace(self, sender_gln=self.receiver_gln, receiver_gln=self.sender_gln)

    @property
    def sources(self) -> list[Party]:
        """Who had and owned the goods, and where they were (EPCIS 2.0, section 7.3.5.4)."""
        return self._side(self.sender_gln)

    @property
    def destinations(self) -> list[Party]:
        """Who has and owns them then, and where."""
        return self._side(self.receiver_gln)

    @property
    def documents(self) -> list[BusinessTransaction]:
        """The business transaction that the hand-over belongs to."""
        return [BusinessTransaction(self.document, "desadv")] if self.document else []

    def place(self, gln: str) -> str:
        """The place with this GLN as a URI."""
        return location_uri(self.site_url, gln)

    def _side(self, gln: str) -> list[Party]:
        party = party_uri(self.site_url, gln)
        return [Party("owning_party", party), Party("possessing_party", party), Party("location", self.place(gln))]


def shipping_of_goods(
    *, units: Sequence[str], quantities: Sequence[QuantityElement], event_time: dt.datetime, hand_over: HandOver
) -> Event:
    """Crates, pallets and loose goods left for another party: ObjectEvent OBSERVE ``shipping``.

    Crates on a pallet are named beside it, so that whoever knows the crate only finds the journey, too.
    """
    return object_event(
        action="OBSERVE",
        epc_list=units,
        quantity_list=quantities,
        event_time=event_time,
        biz_step="shipping",
        disposition="in_transit",
        read_point=hand_over.place(hand_over.sender_gln),
        biz_transactions=hand_over.documents,
        sources=hand_over.sources,
        destinations=hand_over.destinations,
    )


def receiving_of_goods(
    *,
    units: Sequence[str],
    quantities: Sequence[QuantityElement],
    event_time: dt.datetime,
    hand_over: HandOver,
    complete: bool = True,
    returned: bool = False,
) -> Event:
    """What arrived: ObjectEvent OBSERVE ``receiving`` at the receiver's place; ``returned`` for what came back."""
    place = hand_over.place(hand_over.receiver_gln)
    return object_event(
        action="OBSERVE",
        epc_list=units,
        quantity_list=quantities,
        event_time=event_time,
        biz_step="receiving",
        disposition="returned" if returned else "in_progress" if complete else "mismatch_quantity",
        read_point=place,
        biz_location=place,
        biz_transactions=hand_over.documents,
        sources=hand_over.sources,
        destinations=hand_over.destinations,
    )


def missing_goods(*, quantities: Sequence[QuantityElement], event_time: dt.datetime, hand_over: HandOver) -> Event:
    """What was sent and did not arrive fit for use: seen to be missing when the goods were checked on arrival."""
    return object_event(
        action="OBSERVE",
        quantity_list=quantities,
        event_time=event_time,
        biz_step="inspecting",
        disposition="mismatch_quantity",
        read_point=hand_over.place(hand_over.receiver_gln),
        biz_transactions=hand_over.documents,
    )
