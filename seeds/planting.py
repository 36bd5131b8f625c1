"""Everything that goes into the demo world, by table, while it is being made up."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from seeds.diaries import Diaries
from seeds.events import EventSource
from seeds.identifiers import KeySource
from seeds.lot_rows import (
    LogisticUnitRow,
    LotMovementRow,
    LotOperationRow,
    LotPlotRow,
    LotRow,
    ShipmentLineRow,
    ShipmentRow,
    ShipmentUnitRow,
)
from seeds.lots import LotSource
from seeds.rows import EventRow, OfferRow, PlotRow, ProducerRow, ProductRow, ProductVariantRow, StockMovementRow
from seeds.seasons import local_moment

_FOUNDED_DAYS_AGO: Final = 400


@dataclass
class Planting:
    """Everything that goes in, by table, while it is being made up."""

    today: date
    random: Random
    keys: KeySource
    events: EventSource
    producers: list[ProducerRow] = field(default_factory=list)
    plots: list[PlotRow] = field(default_factory=list)
    products: list[ProductRow] = field(default_factory=list)
    variants: list[ProductVariantRow] = field(default_factory=list)
    offers: list[OfferRow] = field(default_factory=list)
    movements: list[StockMovementRow] = field(default_factory=list)
    lots: list[LotRow] = field(default_factory=list)
    lot_plots: list[LotPlotRow] = field(default_factory=list)
    operations: list[LotOperationRow] = field(default_factory=list)
    lot_movements: list[LotMovementRow] = field(default_factory=list)
    logistic_units: list[LogisticUnitRow] = field(default_factory=list)
    shipments: list[ShipmentRow] = field(default_factory=list)
    shipment_units: list[ShipmentUnitRow] = field(default_factory=list)
    shipment_lines: list[ShipmentLineRow] = field(default_factory=list)
    journal: list[EventRow] = field(default_factory=list)
    diaries: Diaries = field(default_factory=Diaries)

    @property
    def lot_rows(self) -> LotSource:
        """The maker of lots and of what moves of them."""
        return LotSource(self.keys)

    def operation(self, kind: str, holder_id: str, event: EventRow, reason: str | None = None) -> LotOperationRow:
        """Something was done to lots, as `event` says."""
        row = LotOperationRow(
            id=self.keys.key(event.record_time),
            kind=kind,
            holder_id=holder_id,
            event_id=event.id,
            tolerance_grams=0,
            reason=reason,
            counterpart=None,
            photo_key=None,
            source=None,
            created_by=None,
            created_at=event.record_time,
        )
        self.operations.append(row)
        return row

    @property
    def founded_at(self) -> datetime:
        """When the first of them joined."""
        return local_moment(self.today - timedelta(days=_FOUNDED_DAYS_AGO), 8)
