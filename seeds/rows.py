"""The rows of the tables that are filled by COPY: one named tuple a table, its fields all columns of the table.

Keys are 32 hexadecimal digits; everything else is as in the models. The rows of diaries, of lots and of sensors are in
modules of their own.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from seeds.diary_rows import (
    DiaryEntryRow,
    EquipmentRow,
    FarmWorkerRow,
    InputReceiptRow,
    InputUseRow,
    ReceiptIngredientRow,
)
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


class ProductVariantRow(NamedTuple):
    """A row of `product_variants`."""

    id: str
    product_id: str
    name_vi: str
    name_en: str
    position: int
    created_at: datetime


class OfferRow(NamedTuple):
    """A row of `offers`: sold by the piece or box, in any number, from any lot."""

    id: str
    product_id: str
    unit: str
    content_quantity: int
    price_vnd: int
    on_hand: int
    reserved: int
    status: str
    created_at: datetime
    lot_id: str | None = None
    min_quantity: int = 1
    max_quantity: int | None = None
    quantity_step: int = 1
    price_per_kg_vnd: int | None = None
    average_grams: int | None = None
    weight_tolerance_percent: int | None = None
    is_preorder: bool = False
    shipping_grams: int | None = None
    needs_cool_chain: bool = False
    variant_id: str | None = None


class StockMovementRow(NamedTuple):
    """A row of `stock_movements`; the database continues the card whatever number and balances are given."""

    id: str
    offer_id: str
    kind: str
    on_hand_change: int
    reserved_change: int
    order_id: str | None
    actor_id: str | None
    created_at: datetime
    number: int = 1
    on_hand_after: int = 0
    reserved_after: int = 0
    lot_id: str | None = None
    note: str | None = None


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
    ProductVariantRow: "product_variants",
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
