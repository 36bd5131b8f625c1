"""The rows of the tables of lots, of what was done to them, and of what they were packed and sent in."""

from datetime import date, datetime
from typing import NamedTuple


class LotRow(NamedTuple):
    """A row of `lots`."""

    id: str
    product_id: str
    made_by_id: str | None
    lot_number: str
    harvested_on: date
    quantity: int
    unit: str
    weight_grams: int
    tolerance_grams: int
    grade: str | None
    best_before: date | None
    note: str | None
    created_by: str | None
    created_at: datetime


class LotPlotRow(NamedTuple):
    """A row of `lot_plots`."""

    lot_id: str
    plot_id: str
    position: int
    grams: int | None


class LotOperationRow(NamedTuple):
    """A row of `lot_operations`."""

    id: str
    kind: str
    holder_id: str
    event_id: str | None
    tolerance_grams: int
    reason: str | None
    counterpart: str | None
    photo_key: str | None
    source: str | None
    created_by: str | None
    created_at: datetime


class LotMovementRow(NamedTuple):
    """A row of `lot_movements`; the database makes the holdings of them."""

    id: str
    lot_id: str
    operation_id: str | None
    grams: int
    units: int
    from_holder_id: str | None
    from_status: str | None
    from_sscc: str | None
    to_holder_id: str | None
    to_status: str | None
    to_sscc: str | None
    created_at: datetime


class LogisticUnitRow(NamedTuple):
    """A row of `logistic_units`."""

    sscc: str
    kind: str
    status: str
    holder_id: str
    parent_sscc: str | None
    created_by: str | None
    created_at: datetime


class ShipmentRow(NamedTuple):
    """A row of `shipments`."""

    id: str
    number: str
    sender_id: str
    receiver_id: str
    status: str
    note: str | None
    sent_by: str | None
    sent_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    reason: str | None


class ShipmentUnitRow(NamedTuple):
    """A row of `shipment_units`."""

    shipment_id: str
    sscc: str
    parent_sscc: str | None


class ShipmentLineRow(NamedTuple):
    """A row of `shipment_lines`."""

    id: str
    shipment_id: str
    position: int
    lot_id: str
    sscc: str
    grams: int
    units: int
    received_grams: int | None
    received_units: int | None
    difference: str | None
