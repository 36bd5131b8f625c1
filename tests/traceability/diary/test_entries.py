"""Entries: written once, corrected by new ones, and never more taken out of the store than is in it."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from core.accounts import ANONYMOUS, RoleName
from core.db import db, new_id
from core.errors import AppError, Conflict, Invalid, NotFound
from tests.factories import make_equipment, make_plant_protection_list, make_receipt, make_user, make_worker
from tests.traceability.diary.growing import Garden, make_garden
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.diary.entries import copy_entries, correct_entry, facts_of, withdraw_entry
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import entries_of, get_entry, superseded_by
from traceability.diary.errors import (
    AlreadyCorrected,
    AmountImpossible,
    BatchExpired,
    ConfirmationNeeded,
    CropUnknown,
    IngredientBanned,
    IngredientNotListed,
    InTheFuture,
    MixedUnits,
    NoIntervalForCrop,
    NotEnoughInStore,
    TooLongAgo,
)
from traceability.diary.rules import InputAmount
from traceability.diary.store_models import AmountUnit

pytestmark = pytest.mark.usefixtures("session")


def standing(garden: Garden) -> list[uuid.UUID]:
    return [entry.id for entry in db.session.scalars(entries_of(garden.farm.plot.id))]


def test_what_was_done_is_written_down_with_who_and_when() -> None:
    garden = make_garden()
    entry = garden.record("pruning", operator_id=garden.worker.id, area_m2=2000, note="Cành sâu")
    found = get_entry(garden.farm.actor, entry.id)
    assert found.operator == garden.worker and found.recorder == garden.farm.user
    assert (found.done_on, found.area_m2, found.interval_days) == (days_ago(1), 2000, None)


def test_a_spray_says_how_long_no_harvest_may_follow_and_by_which_list() -> None:
    garden = make_garden()
    entry = garden.sprayed(days=3, target_pest="nhện đỏ")
    assert entry.interval_days == 7 and entry.harvest_from == days_ago(3) + timedelta(days=7)
    assert entry.plant_protection_list_id == garden.version.id
    assert [use.interval_days for use in entry.inputs] == [7]


def test_the_longest_interval_of_all_ingredients_counts() -> None:
    garden = make_garden()
    mixed = make_receipt(garden.farm.producer, "abamectin", "mancozeb", version=garden.version, received_on=days_ago(9))
    inputs = (garden.of_spray(5), InputAmount(mixed.id, 5, AmountUnit.MILLILITRE))
    entry = garden.record("pesticide_spraying", inputs=inputs)
    assert entry.interval_days == 14
    assert sorted(use.interval_days or 0 for use in entry.inputs) == [7, 14]


def test_the_list_of_the_day_of_the_spray_decides() -> None:
    garden = make_garden()
    newer = make_plant_protection_list(days_ago(5), abamectin={"citrus": 21})
    assert garden.sprayed(days=6, amount=1).interval_days == 7
    after = garden.sprayed(days=5, amount=1)
    assert after.interval_days == 21 and after.plant_protection_list_id == newer.id


def test_what_was_used_leaves_the_store() -> None:
    garden = make_garden()
    garden.sprayed(days=2, amount=400)
    assert garden.spray.remaining == 600
    with pytest.raises(NotEnoughInStore) as refusal:
        garden.sprayed(days=1, amount=601)
    assert refusal.value.remaining == 600 and refusal.value.field == "inputs"


def test_the_database_too_holds_the_store() -> None:
    garden = make_garden()
    with pytest.raises(IntegrityError):
        garden.spray.used_amount = 1001
        db.session.flush()


@pytest.mark.parametrize("statement", [update(DiaryEntry).values(note="x"), delete(DiaryEntry)])
def test_the_database_refuses_to_change_an_entry(statement: object) -> None:
    make_garden().record()
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(statement)


@pytest.mark.parametrize("table", ["diary_entries", "diary_input_uses", "harvest_overrides", "plant_protection_lists"])
def test_no_table_that_grows_can_be_emptied(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_a_correction_supersedes_and_says_why() -> None:
    garden = make_garden()
    old = garden.sprayed(days=2, amount=400)
    facts = facts_of(old)
    corrected = correct_entry(
        actor=garden.farm.actor,
        entry_id=old.id,
        facts=facts.__class__(
            **{**{name: getattr(facts, name) for name in facts.__slots__}, "inputs": (garden.of_spray(100),)}
        ),
        reason="Gõ nhầm số",
    )
    assert standing(garden) == [corrected.id]
    assert garden.spray.remaining == 900
    assert [entry.id for entry in superseded_by([corrected])[corrected.id]] == [old.id]
    with pytest.raises(AlreadyCorrected):
        correct_entry(actor=garden.farm.actor, entry_id=old.id, facts=facts, reason="Lại")


def test_corrections_of_corrections_are_told_newest_first() -> None:
    garden = make_garden()
    entries = [garden.record("weeding")]
    for reason in ("Một", "Hai"):
        entries.append(
            correct_entry(actor=garden.farm.actor, entry_id=entries[-1].id, facts=facts_of(entries[-1]), reason=reason)
        )
    assert [entry.id for entry in superseded_by([entries[-1]])[entries[-1].id]] == [entries[1].id, entries[0].id]


def test_a_withdrawal_returns_what_was_used() -> None:
    garden = make_garden()
    entry = garden.sprayed(days=2, amount=400)
    withdraw_entry(actor=garden.farm.actor, entry_id=entry.id, reason="Ghi nhầm vườn")
    assert standing(garden) == [] and garden.spray.remaining == 1000
    with pytest.raises(AlreadyCorrected):
        withdraw_entry(actor=garden.farm.actor, entry_id=entry.id, reason="Lại")


def test_a_form_sent_twice_is_written_once() -> None:
    garden, submission = make_garden(), new_id()
    first = garden.sprayed(days=2, amount=400, submission_id=submission)
    assert garden.sprayed(days=2, amount=400, submission_id=submission) is first
    assert garden.spray.remaining == 600


@pytest.mark.parametrize(
    ("activity", "values", "error", "field"),
    [
        ("irrigation", {"days": -1}, InTheFuture, "done_on"),
        ("irrigation", {"days": 800}, TooLongAgo, "done_on"),
        ("dancing", {}, Invalid, "activity"),
        ("irrigation", {"area_m2": 0}, Invalid, "area_m2"),
        ("irrigation", {"amount": 0, "unit": AmountUnit.MILLILITRE}, AmountImpossible, "amount"),
        ("irrigation", {"amount": -5, "unit": AmountUnit.MILLILITRE}, AmountImpossible, "amount"),
        ("irrigation", {"amount": 10**13, "unit": AmountUnit.MILLILITRE}, AmountImpossible, "amount"),
        ("irrigation", {"amount": 5}, Invalid, "amount"),
        ("harvesting", {}, Invalid, "amount"),
        ("pesticide_spraying", {}, Invalid, "inputs"),
        ("irrigation", {"photo_keys": tuple("abcdefg")}, Invalid, "photos"),
        ("irrigation", {"operator_id": uuid.UUID(int=1)}, Invalid, "operator_id"),
        ("irrigation", {"equipment_id": uuid.UUID(int=1)}, Invalid, "equipment_id"),
        ("irrigation", {"inputs": (InputAmount(uuid.UUID(int=1), 1, AmountUnit.GRAM),)}, Invalid, "inputs"),
    ],
)
def test_nonsense_is_refused_and_named(
    activity: str, values: dict[str, object], error: type[AppError], field: str
) -> None:
    with pytest.raises(error) as refusal:
        make_garden().record(activity, **values)
    assert refusal.value.field == field and str(refusal.value)


def test_people_and_equipment_of_others_are_not_in_the_list() -> None:
    garden, other = make_garden(), make_farm()
    for values in (
        {"operator_id": make_worker(other.producer).id},
        {"equipment_id": make_equipment(other.producer).id},
        {"inputs": (InputAmount(make_receipt(other.producer).id, 1, AmountUnit.GRAM),)},
    ):
        with pytest.raises(Invalid):
            garden.record(**values)


def test_what_is_kept_by_volume_is_not_entered_by_weight() -> None:
    garden = make_garden()
    with pytest.raises(MixedUnits):
        garden.record("pesticide_spraying", inputs=(garden.of_spray(10, AmountUnit.GRAM),))


def test_fertiliser_alone_is_no_spray() -> None:
    garden = make_garden()
    use = InputAmount(garden.fertiliser.id, 5000, AmountUnit.GRAM)
    with pytest.raises(Invalid):
        garden.record("pesticide_spraying", inputs=(use,))
    assert garden.record("top_dressing", inputs=(use,)).interval_days is None


def test_a_product_without_an_interval_for_the_crop_is_not_sprayed() -> None:
    garden = make_garden()
    receipt = make_receipt(garden.farm.producer, "matrine", version=garden.version)
    with pytest.raises(NoIntervalForCrop):
        garden.record("biopesticide_spraying", inputs=(InputAmount(receipt.id, 5, AmountUnit.MILLILITRE),))


def test_nothing_is_sprayed_where_the_crop_is_unknown_or_no_plant() -> None:
    with pytest.raises(CropUnknown):
        make_garden(crop=None).sprayed(days=1)
    with pytest.raises(NoIntervalForCrop):
        make_garden(crop="honey_bee").sprayed(days=1)


def test_a_banned_ingredient_is_refused_at_the_sprayer_by_the_day_of_the_spray() -> None:
    garden = make_garden()
    banned = make_receipt(garden.farm.producer, "carbofuran", version=garden.version)
    with pytest.raises(IngredientBanned):
        garden.record("pesticide_spraying", inputs=(InputAmount(banned.id, 5, AmountUnit.MILLILITRE),))
    # Bought while it was allowed, banned by a list that came into force since.
    make_plant_protection_list(days_ago(10), abamectin="banned")
    assert garden.sprayed(days=11, amount=1).interval_days == 7
    with pytest.raises(IngredientBanned):
        garden.sprayed(days=10, amount=1)


def test_an_ingredient_that_left_the_list_is_refused() -> None:
    garden = make_garden()
    make_plant_protection_list(days_ago(10), mancozeb={"citrus": 14})
    with pytest.raises(IngredientNotListed):
        garden.sprayed(days=2)


def test_an_expired_batch_is_refused_by_the_day_of_use() -> None:
    garden = make_garden()
    garden.spray.expires_on = days_ago(5)
    assert garden.sprayed(days=5, amount=1)
    with pytest.raises(BatchExpired):
        garden.sprayed(days=4, amount=1)


def test_nothing_is_used_before_it_came_into_the_store() -> None:
    garden = make_garden(received_on=days_ago(5))
    with pytest.raises(Invalid):
        garden.sprayed(days=6)
    assert garden.sprayed(days=5)


def test_an_unusual_dose_is_written_down_once_it_is_confirmed() -> None:
    garden = make_garden()
    version = make_plant_protection_list(
        days_ago(30),
        abamectin={"interval_days": {"citrus": 7}, "dose_min": 9.0, "dose_max": 27.0, "dose_unit": "g_ai/ha"},
    )
    garden.spray.ingredients[0].content = 18.0
    # 18 g a litre on half a hectare: 700 ml are 25.2 g a hectare, the whole litre of two hectares far above.
    assert garden.sprayed(days=3, amount=700).plant_protection_list_id == version.id
    with pytest.raises(ConfirmationNeeded) as question:
        garden.sprayed(days=2, amount=200, area_m2=500)
    assert [doubt.code for doubt in question.value.doubts] == ["dose"]
    assert garden.sprayed(days=2, amount=200, area_m2=500, confirmed={"dose"})


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"area_m2": 6000, "activity": "weeding"}, "area"),
        ({"activity": "harvesting", "amount": 60 * 10**6, "unit": AmountUnit.GRAM}, "yield"),
        ({"activity": "harvesting", "amount": 300_000, "unit": AmountUnit.PIECE}, "yield"),
    ],
)
def test_more_than_the_plot_can_hold_has_to_be_confirmed(values: dict[str, object], code: str) -> None:
    garden = make_garden()
    with pytest.raises(ConfirmationNeeded) as question:
        garden.record(**values)
    assert [doubt.code for doubt in question.value.doubts] == [code]
    assert garden.record(**values, confirmed=[code])


def test_yesterdays_work_is_copied_without_sprays_and_harvests() -> None:
    garden = make_garden()
    garden.record("irrigation", days=1, note="Vòi hỏng")
    garden.record("top_dressing", days=1, inputs=(InputAmount(garden.fertiliser.id, 5000, AmountUnit.GRAM),))
    garden.sprayed(days=1, amount=10)
    given = {"actor": garden.farm.actor, "plot_id": garden.farm.plot.id, "from_day": days_ago(1), "to_day": days_ago(0)}
    copied = copy_entries(**given)
    assert sorted(entry.activity for entry in copied) == ["irrigation", "top_dressing"]
    assert all(entry.done_on == days_ago(0) and entry.note is None for entry in copied)
    assert garden.fertiliser.remaining == 40_000
    with pytest.raises(Invalid):
        copy_entries(**given)


@pytest.mark.parametrize("role", [None, *RoleName])
def test_only_the_producers_members_and_administrators_keep_the_diary(role: RoleName | None) -> None:
    garden = make_garden()
    entry = garden.record("weeding")
    actor = ANONYMOUS if role is None else actor_of(make_user(role))
    if role == RoleName.ADMINISTRATOR:
        assert garden.record("mowing", actor=actor)
        return
    with pytest.raises(NotFound):
        garden.record("mowing", actor=actor)
    with pytest.raises(NotFound):
        get_entry(actor, entry.id)
    with pytest.raises(NotFound):
        correct_entry(actor=actor, entry_id=entry.id, facts=facts_of(entry), reason="Thử")
    with pytest.raises(NotFound):
        withdraw_entry(actor=actor, entry_id=entry.id, reason="Thử")
    with pytest.raises(NotFound):
        copy_entries(actor=actor, plot_id=garden.farm.plot.id, from_day=days_ago(1), to_day=days_ago(0))


def test_a_correction_cannot_move_to_another_plot() -> None:
    garden, other = make_garden(), make_garden()
    entry = garden.record("weeding")
    moved = DiaryEntry(
        plot_id=other.farm.plot.id,
        activity="weeding",
        done_on=entry.done_on,
        supersedes_id=entry.id,
        correction_reason="Nhầm vườn",
    )
    db.session.add(moved)
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_reasons_are_needed() -> None:
    garden = make_garden()
    entry = garden.record("weeding")
    with pytest.raises(Invalid) as refusal:
        withdraw_entry(actor=garden.farm.actor, entry_id=entry.id, reason="  ")
    assert refusal.value.field == "reason"
    assert issubclass(AlreadyCorrected, Conflict)
    assert db.session.scalar(select(DiaryEntry.id).where(DiaryEntry.supersedes_id == entry.id)) is None
