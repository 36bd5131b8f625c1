"""Writes of the store: what came in, and what was entered by mistake."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today, normalize
from traceability.diary.amounts import LARGEST
from traceability.diary.calendars import usual_harvest_interval
from traceability.diary.errors import AmountImpossible, BatchExpired, IngredientBanned, IngredientNotListed
from traceability.diary.rules import check_day
from traceability.diary.store_models import AmountUnit, InputKind, InputReceipt, ReceiptIngredient
from traceability.plant_protection.models import PlantProtectionIngredient, PlantProtectionList
from traceability.plant_protection.queries import get_list_on, ingredients_by_code
from traceability.plant_protection.rules import may_be_used_on

MAX_INGREDIENTS = 4
LONGEST_HARVEST_INTERVAL = 365


@dataclass(frozen=True, slots=True)
class IngredientContent:
    """An active ingredient on a label: its code in the list, and grams of it in a kilogram or litre, if known."""

    code: str
    content: float | None = None


def receive_input(
    *,
    actor: Actor,
    producer_id: uuid.UUID,
    kind: InputKind,
    trade_name: str,
    received_on: date,
    amount: int,
    unit: AmountUnit,
    supplier: str | None = None,
    batch_number: str | None = None,
    expires_on: date | None = None,
    harvest_interval_days: int | None = None,
    ingredients: Sequence[IngredientContent] = (),
) -> InputReceipt:
    """Write down what came into the store; `amount` in base units.

    A plant-protection product names its active ingredients, which the list in force on the day has to permit. For a
    fertiliser or feed `harvest_interval_days` are the days to wait before a harvest; without them, the usual ones of
    what the label names. Raises
    NotFound for a producer that is not the actor's, IngredientBanned, IngredientNotListed, BatchExpired, and Invalid
    (with `field`) for what makes no sense.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    now = utc_now()
    check_day(received_on, today=local_today(now), field="received_on")
    trade_name = normalize(trade_name)
    if not trade_name:
        raise Invalid(_("Enter the name on the label."), field="trade_name")
    if not 0 < amount <= LARGEST:
        raise AmountImpossible(field="amount")
    if expires_on is not None and expires_on < received_on:
        raise BatchExpired(product=trade_name, expired_on=expires_on, field="expires_on")
    version, permitted = None, {}
    if kind == InputKind.PLANT_PROTECTION:
        _check_ingredients(ingredients)
        version = get_list_on(received_on)
        permitted = check_permitted(version, [entry.code for entry in ingredients], day=received_on, field="ingredient")
    elif ingredients:
        raise Invalid(_("Only plant-protection products have active ingredients."), field="ingredient")
    receipt = InputReceipt(
        harvest_interval_days=_harvest_interval(kind, trade_name, harvest_interval_days),
        producer_id=producer_id,
        kind=kind,
        trade_name=trade_name,
        supplier=supplier,
        batch_number=batch_number,
        received_on=received_on,
        expires_on=expires_on,
        unit=unit,
        received_amount=amount,
        used_amount=0,
        plant_protection_list_id=None if version is None else version.id,
        created_by=actor.user_id,
        created_at=now,
        ingredients=[
            ReceiptIngredient(code=entry.code, name=permitted[entry.code].name, content=entry.content)
            for entry in ingredients
        ],
    )
    db.session.add(receipt)
    db.session.flush()
    return receipt


def _harvest_interval(kind: InputKind, trade_name: str, stated: int | None) -> int | None:
    """The days to wait before a harvest; what is sprayed against pests has its interval from the list."""
    if kind not in (InputKind.FERTILISER, InputKind.FEED):
        return None
    if stated is None:
        return usual_harvest_interval(trade_name)
    if not 0 <= stated <= LONGEST_HARVEST_INTERVAL:
        raise Invalid(_("Enter a number of days from 0 to 365."), field="harvest_interval_days")
    return stated


def _check_ingredients(ingredients: Sequence[IngredientContent]) -> None:
    if not ingredients:
        raise Invalid(_("Choose the active ingredient that stands on the label."), field="ingredient")
    if len(ingredients) > MAX_INGREDIENTS or len({entry.code for entry in ingredients}) < len(ingredients):
        raise Invalid(_("Name each active ingredient once, at most four."), field="ingredient")
    if any(entry.content is not None and not 0 < entry.content <= 2000 for entry in ingredients):
        raise Invalid(_("Enter the content in grams a kilogram or litre, for example 18 for 1.8EC."), field="content")


def check_permitted(
    version: PlantProtectionList, codes: Collection[str], *, day: date, field: str
) -> dict[str, PlantProtectionIngredient]:
    """What the list says about the ingredients with these codes, all of which may be used on `day`.

    Raises IngredientNotListed, IngredientBanned.
    """
    known = ingredients_by_code(version.id, codes)
    for code in codes:
        ingredient = known.get(code)
        if ingredient is None:
            raise IngredientNotListed(name=code.replace("_", " "), source=version.source, field=field)
        if not may_be_used_on(ingredient.status, ingredient.last_use_on, day):
            raise IngredientBanned(
                name=ingredient.name, source=version.source, last_use_on=ingredient.last_use_on, field=field
            )
    return known


def withdraw_receipt(*, actor: Actor, receipt_id: uuid.UUID, reason: str) -> InputReceipt:
    """Take back a receipt that was entered by mistake, while nothing of it has been used.

    Raises NotFound for another producer's, Conflict once something was used, Invalid without a reason.
    """
    receipt = db.session.scalar(
        select(InputReceipt)
        .where(InputReceipt.id == receipt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if receipt is None or not may_act_for(actor, receipt.producer_id):
        raise NotFound
    reason = normalize(reason)
    if not reason:
        raise Invalid(_("Say why, so that others understand it later."), field="reason")
    if receipt.used_amount:
        raise Conflict(_("Something of this batch was used already. Correct those entries first."))
    if receipt.withdrawn_at is None:
        receipt.withdrawn_at, receipt.withdrawn_reason = utc_now(), reason
        db.session.flush()
    return receipt
