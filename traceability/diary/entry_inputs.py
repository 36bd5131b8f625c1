"""What an entry takes out of the store, and the pre-harvest interval that follows from it."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.db import db
from core.errors import Invalid
from core.i18n import current_locale
from core.i18n import gettext as _
from traceability.diary.amounts import UNIT_NAMES, format_amount
from traceability.diary.calendars import activities, find_calendar
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.errors import (
    BatchExpired,
    CropUnknown,
    MixedUnits,
    NoIntervalForCrop,
    NotEnoughInStore,
    day_text,
)
from traceability.diary.harvest_interval import interval_on_crop, longest_interval
from traceability.diary.models import Plot
from traceability.diary.rules import EntryFacts, InputAmount
from traceability.diary.store import check_permitted
from traceability.diary.store_models import InputKind, InputReceipt
from traceability.plant_protection.models import PlantProtectionList
from traceability.plant_protection.queries import get_list_on


@dataclass(frozen=True, slots=True)
class SprayInterval:
    """The interval of a spray, by product, and the list that said so."""

    by_receipt: dict[uuid.UUID, int]
    version: PlantProtectionList


def locked_receipts(plot: Plot, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, InputReceipt]:
    """The receipts of the plot's producer by id, locked in the order of their ids."""
    if not ids:
        return {}
    statement = (
        select(InputReceipt)
        .options(selectinload(InputReceipt.ingredients))
        .where(InputReceipt.id.in_(ids), InputReceipt.producer_id == plot.producer_id)
        .order_by(InputReceipt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {receipt.id: receipt for receipt in db.session.scalars(statement)}
    if len(found) < len(set(ids)):
        raise Invalid(_("Choose a batch from your store."), field="inputs")
    return found


def returned_by(entry: DiaryEntry | None) -> Mapping[uuid.UUID, int]:
    """What returns to the store when `entry` is superseded, by receipt."""
    return {} if entry is None else {use.receipt_id: use.amount for use in entry.inputs}


def check_available(
    facts: EntryFacts, receipts: Mapping[uuid.UUID, InputReceipt], returned: Mapping[uuid.UUID, int]
) -> None:
    """That everything can be taken from the store on that day, once `returned` is back in it.

    Raises MixedUnits, BatchExpired, NotEnoughInStore, and Invalid for a batch that was not there.
    """
    for use in facts.inputs:
        receipt = receipts[use.receipt_id]
        if receipt.withdrawn_at is not None:
            raise Invalid(_("Choose a batch from your store."), field="inputs")
        if use.unit != receipt.unit:
            raise MixedUnits(product=receipt.trade_name, unit=str(UNIT_NAMES[receipt.unit]))
        if facts.done_on < receipt.received_on:
            message = _(
                "%(product)s came into the store on %(day)s, after this day.",
                product=receipt.trade_name,
                day=day_text(receipt.received_on),
            )
            raise Invalid(message, field="inputs")
        if receipt.expires_on is not None and receipt.expires_on < facts.done_on:
            raise BatchExpired(product=receipt.trade_name, expired_on=receipt.expires_on, field="inputs")
        remaining = receipt.remaining + returned.get(receipt.id, 0)
        if use.amount > remaining:
            left = format_amount(remaining, receipt.unit) if remaining else _("nothing")
            raise NotEnoughInStore(product=receipt.trade_name, remaining=remaining, remaining_text=left)


def move_stock(
    inputs: Collection[InputAmount], receipts: Mapping[uuid.UUID, InputReceipt], returned: Mapping[uuid.UUID, int]
) -> None:
    """Change what is left of the locked receipts: `returned` comes back, `inputs` leave."""
    for receipt_id, amount in returned.items():
        receipts[receipt_id].used_amount -= amount
    for use in inputs:
        receipts[use.receipt_id].used_amount += use.amount


def interval_of(plot: Plot, facts: EntryFacts, receipts: dict[uuid.UUID, InputReceipt]) -> SprayInterval | None:
    """The interval that plant-protection products of the entry bring about, by the list of the day; None without."""
    products = [
        receipts[use.receipt_id] for use in facts.inputs if receipts[use.receipt_id].kind == InputKind.PLANT_PROTECTION
    ]
    if not products:
        if activities()[facts.activity].is_spraying:
            raise Invalid(_("Choose what was sprayed. It has to be in the store first."), field="inputs")
        return None
    version = get_list_on(facts.done_on)
    calendar = find_calendar(plot.crop)
    if calendar is None:
        raise CropUnknown(plot_name=plot.name)
    by_receipt = {}
    for receipt in products:
        codes = [ingredient.code for ingredient in receipt.ingredients]
        known = check_permitted(version, codes, day=facts.done_on, field="inputs")
        intervals = []
        for code in codes:
            days = interval_on_crop(known[code].interval_days, calendar.plant_protection_crop)
            if days is None:
                crop = calendar.name(current_locale())
                raise NoIntervalForCrop(name=known[code].name, crop=crop, source=version.source)
            intervals.append(days)
        by_receipt[receipt.id] = longest_interval(intervals)
    return SprayInterval(by_receipt, version)
