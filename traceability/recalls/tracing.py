"""What a recall would reach: the lots and what was made of them, where they are, who bought, who to call."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from catalog.producers.queries import producers_of
from core.accounts import Actor
from traceability.journal.identifiers import lot_identifier
from traceability.lots.genealogy import Node, NodeKind, trace
from traceability.lots.models import HoldingStatus, Lot
from traceability.lots.queries import PRESENT
from traceability.recalls.holdings import (
    Holding,
    OutsideSale,
    holdings_of_lots,
    lots_with_products,
    outside_sales_of,
)
from traceability.recalls.policies import may_decide
from traceability.recalls.rules import share
from traceability.recalls.sales import Sale, sales_of

MOST_STEPS = 5000


@dataclass(frozen=True, slots=True)
class AffectedLot:
    """One lot: what there was of it, and where that is, in grams.

    `held_grams` is with producers still, loose, packed or on the way between them; `used_grams` went into other lots;
    `sold_grams` has a buyer who can be named; `gone_grams` was destroyed or lost on record.
    """

    lot: Lot
    is_origin: bool
    made_grams: int
    held_grams: int
    used_grams: int
    sold_grams: int
    gone_grams: int

    @property
    def accounted_grams(self) -> int:
        """How much of it is known to be somewhere, with somebody who can be called, or to be gone."""
        return min(self.made_grams, self.held_grams + self.used_grams + self.sold_grams + self.gone_grams)


@dataclass(frozen=True, slots=True)
class RecallPicture:
    """All that is known about the reach of a recall.

    `holdings` are what producers have of it now. `causes` is what the lots were made of; `elsewhere` what others made
    of them, whom the site can only name.
    """

    lots: tuple[AffectedLot, ...]
    holdings: tuple[Holding, ...]
    sales: tuple[Sale, ...]
    outside_sales: tuple[OutsideSale, ...]
    causes: tuple[Node, ...]
    elsewhere: tuple[Node, ...]
    truncated: bool

    @property
    def total_grams(self) -> int:
        """All of the lots."""
        return sum(lot.made_grams for lot in self.lots)

    @property
    def accounted_grams(self) -> int:
        """How much of them is accounted for."""
        return sum(lot.accounted_grams for lot in self.lots)

    @property
    def sold_grams(self) -> int:
        """How much known buyers have."""
        return sum(lot.sold_grams for lot in self.lots)

    @property
    def accounted_share(self) -> float:
        """What is accounted for, in percent."""
        return share(self.accounted_grams, self.total_grams)

    def lot(self, lot_id: uuid.UUID) -> AffectedLot:
        """The affected lot with this id."""
        return next(lot for lot in self.lots if lot.lot.id == lot_id)


def picture_of(actor: Actor, lot_ids: Sequence[uuid.UUID]) -> RecallPicture:
    """Trace these lots both ways, as `actor` (who may recall them) needs to know it, whoever captured the events.

    Buyers are told by their sellers: contacts come only for those whose customers they are, and for officers.
    """
    starts = [_identifier(lot) for lot in lots_with_products(lot_ids)]
    forward, back = (trace(starts, direction, limit=MOST_STEPS) for direction in ("forward", "back"))
    made_of = {node.lot_id for node in forward.nodes if node.lot_id is not None}
    lots = lots_with_products({*lot_ids, *made_of})
    ids = [lot.id for lot in lots]
    holdings, outside, sales = holdings_of_lots(ids), outside_sales_of(ids), tuple(sales_of(actor, ids))
    return RecallPicture(
        lots=tuple(_affected(lot, set(lot_ids), holdings, outside, sales) for lot in lots),
        holdings=tuple(holding for holding in holdings if holding.status in PRESENT),
        sales=sales,
        outside_sales=tuple(_seen_by(actor, outside)),
        causes=tuple(node for node in back.nodes if node.depth),
        elsewhere=tuple(
            node for node in forward.nodes if node.depth and node.lot_id is None and node.kind is NodeKind.LOT
        ),
        truncated=forward.truncated or back.truncated,
    )


def _affected(
    lot: Lot,
    origins: Collection[uuid.UUID],
    holdings: Iterable[Holding],
    outside: Iterable[OutsideSale],
    sales: Iterable[Sale],
) -> AffectedLot:
    parcels = {sale.sscc for sale in sales if sale.lot_id == lot.id}
    grams = dict.fromkeys(("held", "used", "sold", "gone"), 0)
    for holding in holdings:
        if holding.lot_id != lot.id:
            continue
        if holding.sscc in parcels:
            grams["sold"] += holding.grams
        elif holding.status in PRESENT:
            grams["held"] += holding.grams
        elif holding.status is HoldingStatus.USED:
            grams["used"] += holding.grams
        elif holding.status in (HoldingStatus.DESTROYED, HoldingStatus.LOST):
            grams["gone"] += holding.grams
    # What was sold outside the shop counts when it is noted to whom; nobody can call a buyer without a name.
    grams["sold"] += sum(sale.grams for sale in outside if sale.lot_id == lot.id and sale.counterpart)
    return AffectedLot(
        lot=lot,
        is_origin=lot.id in origins,
        made_grams=lot.weight_grams,
        held_grams=grams["held"],
        used_grams=grams["used"],
        sold_grams=grams["sold"],
        gone_grams=grams["gone"],
    )


def _seen_by(actor: Actor, sales: Iterable[OutsideSale]) -> Iterable[OutsideSale]:
    """The sales with buyers' names only for their sellers' members, and for officers."""
    own = {producer.id for producer in producers_of(actor)}
    for sale in sales:
        sees = may_decide(actor) or sale.seller.id in own
        yield sale if sees else OutsideSale(sale.lot_id, sale.seller, None, sale.grams, sale.sold_at)


def _identifier(lot: Lot) -> str:
    return lot_identifier(lot.product.gtin, lot.lot_number)
