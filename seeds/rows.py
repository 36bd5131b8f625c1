"""The rows of the tables that are filled by COPY: one named tuple a table, its fields all columns of the table.

Keys are 32 hexadecimal digits; everything else is as in the models.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from seeds.sensor_rows import (
    EventMeasureRow,
    SensorAlarmRow,
    SensorAttachmentRow,
    SensorDeviceRow,
    SensorRangeRow,
    SensorReadingRow,
)


class ProducerRow(NamedTuple):
    """A row of `producers`."""

    id: str
    slug: str
    name: str
    kind: str
    gln: str
    commune_code: str
    address: str
    phone: str | None
    story_vi: str | None
    story_en: str | None
    is_sample: bool
    created_at: datetime


class PlotRow(NamedTuple):
    """A row of `plots`."""

    id: str
    producer_id: str
    gln: str
    name: str
    commune_code: str
    area_m2: int
    crop: str | None
    planting_year: int | None
    planted_on: date | None
    tree_count: int | None
    latitude: float | None
    longitude: float | None
    shape: dict[str, Any] | None
    created_at: datetime


class FarmWorkerRow(NamedTuple):
    """A row of `farm_workers`."""

    id: str
    producer_id: str
    name: str
    phone: str | None
    trained_on: date | None
    left_on: date | None
    created_at: datetime


class EquipmentRow(NamedTuple):
    """A row of `equipment`."""

    id: str
    producer_id: str
    name: str
    kind: str
    serviced_on: date | None
    retired_on: date | None
    created_at: datetime


class InputReceiptRow(NamedTuple):
    """A row of `input_receipts`."""

    id: str
    producer_id: str
    kind: str
    trade_name: str
    supplier: str | None
    batch_number: str | None
    received_on: date
    expires_on: date | None
    unit: str
    received_amount: int
    used_amount: int
    plant_protection_list_id: str | None
    harvest_interval_days: int | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    created_by: str | None
    created_at: datetime


class ReceiptIngredientRow(NamedTuple):
    """A row of `receipt_ingredients`."""

    receipt_id: str
    code: str
    name: str
    content: float | None


class DiaryEntryRow(NamedTuple):
    """A row of `diary_entries`."""

    id: str
    plot_id: str
    activity: str
    done_on: date
    done_at: datetime | None
    operator_id: str | None
    area_m2: int | None
    amount: int | None
    unit: str | None
    weather: str | None
    target_pest: str | None
    equipment_id: str | None
    interval_days: int | None
    plant_protection_list_id: str | None
    harvest_from: date | None
    note: str | None
    photo_keys: list[str]
    supersedes_id: str | None
    correction_reason: str | None
    is_withdrawal: bool
    submission_id: str | None
    recorded_at: datetime
    recorded_by: str | None


class InputUseRow(NamedTuple):
    """A row of `diary_input_uses`."""

    entry_id: str
    receipt_id: str
    amount: int
    dose: str | None
    interval_days: int | None


class ProductRow(NamedTuple):
    """A row of `products`."""

    id: str
    producer_id: str
    gtin: str
    slug: str
    name_vi: str
    name_en: str
    category: str
    commune_code: str
    description_vi: str | None
    description_en: str | None
    ocop_stars: int | None
    ocop_group: str | None
    geographical_indication: str | None
    brand: str | None
    standards: list[str]
    stages: list[str]
    storage: str | None
    shelf_life_days: int | None
    illustration: str
    photo_key: str | None
    status: str
    created_at: datetime
    updated_at: datetime


class OfferRow(NamedTuple):
    """A row of `offers`."""

    id: str
    product_id: str
    unit: str
    content_quantity: int
    price_vnd: int
    on_hand: int
    reserved: int
    status: str
    created_at: datetime


class StockMovementRow(NamedTuple):
    """A row of `stock_movements`."""

    id: str
    offer_id: str
    kind: str
    on_hand_change: int
    reserved_change: int
    order_id: str | None
    actor_id: str | None
    created_at: datetime


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


class EventRow(NamedTuple):
    """A row of `epcis_events`."""

    id: str
    event_id: str
    event_hash: str
    event_type: str
    action: str | None
    event_time: datetime
    event_time_zone_offset: str
    record_time: datetime
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    error_declared_at: datetime | None
    error_reason: str | None
    terms: list[str]
    context: list[Any] | None
    payload: dict[str, Any]
    captured_by: str | None
    producer_id: str | None


class EventIdentifierRow(NamedTuple):
    """A row of `epcis_event_identifiers`."""

    event_id: str
    position: int
    role: str
    identifier: str
    quantity: float | None
    unit_of_measure: str | None
    lot: str | None


class MarketRow(NamedTuple):
    """A row of `markets`."""

    id: str
    slug: str
    name_vi: str
    name_en: str
    commune_code: str
    latitude: float | None
    longitude: float | None
    opening_hours: str | None
    note_vi: str | None


class StallRow(NamedTuple):
    """A row of `stalls`."""

    id: str
    market_id: str
    number: str
    name: str
    goods: str
    holder_name: str
    holder_id: str | None
    placard_code: str


TABLES: dict[type, str] = {
    ProducerRow: "producers",
    PlotRow: "plots",
    FarmWorkerRow: "farm_workers",
    EquipmentRow: "equipment",
    InputReceiptRow: "input_receipts",
    ReceiptIngredientRow: "receipt_ingredients",
    DiaryEntryRow: "diary_entries",
    InputUseRow: "diary_input_uses",
    ProductRow: "products",
    OfferRow: "offers",
    StockMovementRow: "stock_movements",
    LotRow: "lots",
    LotPlotRow: "lot_plots",
    LotOperationRow: "lot_operations",
    LotMovementRow: "lot_movements",
    LogisticUnitRow: "logistic_units",
    ShipmentRow: "shipments",
    ShipmentUnitRow: "shipment_units",
    ShipmentLineRow: "shipment_lines",
    EventRow: "epcis_events",
    EventIdentifierRow: "epcis_event_identifiers",
    EventMeasureRow: "epcis_event_measures",
    SensorDeviceRow: "sensor_devices",
    SensorRangeRow: "sensor_ranges",
    SensorAttachmentRow: "sensor_attachments",
    SensorReadingRow: "sensor_readings",
    SensorAlarmRow: "sensor_alarms",
    MarketRow: "markets",
    StallRow: "stalls",
}
"""The table that rows of each kind go into."""
