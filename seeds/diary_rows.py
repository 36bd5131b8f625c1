"""The rows of the tables of diaries: who works there, what is in the store, what was done."""

from datetime import date, datetime
from typing import NamedTuple


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
