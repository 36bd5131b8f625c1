"""What a recall would reach: the lots and what was made of them, where they are, who bought, who to call."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.accounts import Actor
from traceability.journal.identifiers import lot_identifier
from traceability.lots.genealogy import EdgeKind, Genealogy, Node, NodeKind, trace
from traceability.lots.models import Lot
from traceability.recalls.holdings import LotAmounts, amounts_of, grams_of
from traceability.recalls.rules import share
from traceability.recalls.sales import Sale, sales_of

MOST_STEPS = 5000


@dataclass(frozen=True, slots=True)
class AffectedLot:
    """One lot: what there was of it, and where that is, in grams.

    `held_grams` is with its producer still, `used_grams` went into other lots, `sold_grams` into parcels whose buyer is
    known, `packed_grams` into crates and parcels that nobody has bought, as far as the site knows.
    """

    lot: Lot
    is_origin: bool
    made_grams: int
    held_grams: int
    used_grams: int
    packed_grams: int
    sold_grams: int

    @property
    def accounted_grams(self) -> int:
        """How much of it is known to be somewhere, with somebody who can be called."""
        return min(self.made_grams, self.held_grams + self.used_grams + self.packed_grams + self.sold_grams)


@dataclass(frozen=True, slots=True)
class RecallPicture:
    """All that is known about the reach of a recall.

    `causes` is what the lots were made of; `elsewhere` what others made of them, whom the site can only name.
    """

    lots: tuple[AffectedLot, ...]
    sales: tuple[Sale, ...]
    causes: tuple[Node, ...]
    elsewhere: tuple[Node, ...]
    truncated: bool

    @property
    def total_grams(self) -> int:
        """All of the lots."""
        return sum(lot.made_grams for lot in self.lots)

    @property
    def accounted_grams(self) -> int:
        """How much of them is known to be somewhere."""
        return sum(lot.accounted_grams for lot in self.lots)

    @property
    def sold_grams(self) -> int:
        """How much buyers have."""
        return sum(lot.sold_grams for lot in self.lots)

    @property
    def accounted_share(self) -> float:
        """The same in percent."""
        return share(self.accounted_grams, self.total_grams)

    def lot(self, lot_id: uuid.UUID) -> AffectedLot:
        """The affected lot with this id."""
        return next(lot for lot in self.lots if lot.lot.id == lot_id)


def picture_of(actor: Actor, lot_ids: Sequence[uuid.UUID]) -> RecallPicture:
    """Trace these lots both ways, as `actor` (who may recall them) needs to know it, whoever captured the events.

    Buyers are told by their sellers: contacts come only for those whose customers they are, and for officers.
    """
    starts = [_identifier(amounts.lot) for amounts in amounts_of(lot_ids)]
    forward, back = (trace(starts, direction, limit=MOST_STEPS) for direction in ("forward", "back"))
    made_of = {node.lot_id for node in forward.nodes if node.lot_id is not None}
    amounts = amounts_of({*lot_ids, *made_of})
    sales = tuple(sales_of(actor, [amount.lot.id for amount in amounts]))
    return RecallPicture(
        lots=tuple(_affected(amount, set(lot_ids), forward, sales) for amount in amounts),
        sales=sales,
        causes=tuple(node for node in back.nodes if node.depth),
        elsewhere=tuple(
            node for node in forward.nodes if node.depth and node.lot_id is None and node.kind is NodeKind.LOT
        ),
        truncated=forward.truncated or back.truncated,
    )


def _affected(
    amounts: LotAmounts, origins: Collection[uuid.UUID], forward: Genealogy, sales: Sequence[Sale]
) -> AffectedLot:
    lot = amounts.lot
    by_parcel = _packed(lot, forward)
    sold_parcels = {sale.sscc for sale in sales if sale.lot_id == lot.id}
    sold = sum(grams_of(sale.units, lot.unit) for sale in sales if sale.lot_id == lot.id)
    return AffectedLot(
        lot=lot,
        is_origin=lot.id in origins,
        made_grams=amounts.made_grams,
        held_grams=amounts.loose_grams,
        used_grams=_used(lot, forward),
        packed_grams=sum(grams for sscc, grams in by_parcel.items() if sscc not in sold_parcels),
        sold_grams=sold,
    )


def _packed(lot: Lot, forward: Genealogy) -> Mapping[str, int]:
    """Grams of `lot` by the SSCC that they were put into, as the journal says."""
    identifier, packed = _identifier(lot), dict[str, int]()
    for edge in forward.edges:
        if edge.source == identifier and edge.kind is EdgeKind.AGGREGATION and edge.quantity is not None:
            sscc = edge.target.rpartition("/")[2]
            packed[sscc] = packed.get(sscc, 0) + _grams(edge.quantity, edge.unit_of_measure, lot)
    return packed


def _used(lot: Lot, forward: Genealogy) -> int:
    """Grams of `lot` that went into other lots; each event counts once, however many lots came out of it."""
    identifier = _identifier(lot)
    by_event = {
        edge.event_id: _grams(edge.quantity, edge.unit_of_measure, lot)
        for edge in forward.edges
        if edge.source == identifier and edge.kind is EdgeKind.TRANSFORMATION and edge.quantity is not None
    }
    return sum(by_event.values())


def _grams(quantity: float, unit_of_measure: str | None, lot: Lot) -> int:
    if unit_of_measure == "KGM":
        return round(quantity * 1000)
    return grams_of(round(quantity), lot.unit)


def _identifier(lot: Lot) -> str:
    return lot_identifier(lot.product.gtin, lot.lot_number)
