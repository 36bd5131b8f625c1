"""What comes into the store, who works on a farm and with what."""

from datetime import date

import pytest

from core.accounts import ANONYMOUS, RoleName
from core.errors import AppError, Conflict, Invalid, NotFound, Unavailable
from tests.factories import make_equipment, make_user, make_worker
from tests.traceability.diary.growing import Garden, make_garden
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.diary.errors import (
    AmountImpossible,
    BatchExpired,
    IngredientBanned,
    IngredientNotListed,
    InTheFuture,
)
from traceability.diary.models import EquipmentKind
from traceability.diary.staff import add_equipment, add_worker, update_equipment, update_worker
from traceability.diary.store import IngredientContent, receive_input, withdraw_receipt
from traceability.diary.store_models import AmountUnit, InputKind, InputReceipt
from traceability.diary.usecases import add_planting_area_code, change_planting_area_code

pytestmark = pytest.mark.usefixtures("session")


def received(garden: Garden, *codes: str, **values: object) -> InputReceipt:
    given = {
        "actor": garden.farm.actor,
        "producer_id": garden.farm.producer.id,
        "kind": InputKind.PLANT_PROTECTION if codes else InputKind.FERTILISER,
        "trade_name": "Hàng mẫu",
        "received_on": days_ago(1),
        "amount": 1000,
        "unit": AmountUnit.MILLILITRE,
        "ingredients": [IngredientContent(code) for code in codes],
        **values,
    }
    return receive_input(**given)


def test_a_product_is_let_in_by_the_list_of_the_day() -> None:
    garden = make_garden()
    receipt = received(garden, "abamectin", "mancozeb", batch_number="A1", expires_on=days_ago(-100))
    assert receipt.plant_protection_list_id == garden.version.id and receipt.remaining == 1000
    assert [ingredient.name for ingredient in receipt.ingredients] == ["abamectin", "mancozeb"]
    assert received(garden).plant_protection_list_id is None


def test_a_banned_ingredient_is_refused_at_the_door_by_the_day() -> None:
    garden = make_garden()
    with pytest.raises(IngredientBanned):
        received(garden, "abamectin", "carbofuran")
    assert received(garden, "paraquat", received_on=days_ago(60))
    with pytest.raises(IngredientBanned) as refusal:
        received(garden, "paraquat", received_on=days_ago(59))
    assert refusal.value.last_use_on == days_ago(60)
    with pytest.raises(IngredientNotListed):
        received(garden, "snake_oil")


@pytest.mark.parametrize(
    ("codes", "values", "error", "field"),
    [
        ((), {"trade_name": "  "}, Invalid, "trade_name"),
        ((), {"amount": 0}, AmountImpossible, "amount"),
        ((), {"amount": -1}, AmountImpossible, "amount"),
        ((), {"amount": 10**13}, AmountImpossible, "amount"),
        ((), {"received_on": days_ago(-1)}, InTheFuture, "received_on"),
        ((), {"received_on": days_ago(1000)}, Invalid, "received_on"),
        ((), {"expires_on": days_ago(2)}, BatchExpired, "expires_on"),
        ((), {"kind": InputKind.PLANT_PROTECTION}, Invalid, "ingredient"),
        (("abamectin", "abamectin"), {}, Invalid, "ingredient"),
        (("abamectin",), {"kind": InputKind.FERTILISER}, Invalid, "ingredient"),
    ],
)
def test_nonsense_is_refused_and_named(
    codes: tuple[str, ...], values: dict[str, object], error: type[AppError], field: str
) -> None:
    with pytest.raises(error) as refusal:
        received(make_garden(), *codes, **values)
    assert refusal.value.field == field


def test_without_any_list_no_product_is_let_in() -> None:
    farm = make_farm()
    with pytest.raises(Unavailable):
        receive_input(
            actor=farm.actor,
            producer_id=farm.producer.id,
            kind=InputKind.PLANT_PROTECTION,
            trade_name="Hàng mẫu",
            received_on=date(2026, 1, 1),
            amount=1,
            unit=AmountUnit.GRAM,
            ingredients=[IngredientContent("abamectin")],
        )


def test_only_what_was_never_used_is_taken_back() -> None:
    garden = make_garden()
    receipt = received(garden, "abamectin")
    with pytest.raises(Invalid):
        withdraw_receipt(actor=garden.farm.actor, receipt_id=receipt.id, reason=" ")
    withdraw_receipt(actor=garden.farm.actor, receipt_id=receipt.id, reason="Ghi hai lần")
    garden.spray = receipt
    with pytest.raises(Invalid):
        garden.sprayed(days=1)
    garden.spray = received(garden, "abamectin")
    garden.sprayed(days=1, amount=1)
    with pytest.raises(Conflict):
        withdraw_receipt(actor=garden.farm.actor, receipt_id=garden.spray.id, reason="Thử")


def test_people_and_equipment_have_names_of_their_own() -> None:
    farm = make_farm()
    given = {"actor": farm.actor, "producer_id": farm.producer.id}
    worker = add_worker(**given, name="Chị Mơ (mẫu)", phone="0912 345 678", trained_on=days_ago(3))
    assert worker.phone == "+84912345678"
    sprayer = add_equipment(**given, name="Bình phun", kind=EquipmentKind.SPRAYER)
    for name in ("Chị Mơ (mẫu)", " "):
        with pytest.raises(Invalid) as refusal:
            add_worker(**given, name=name)
        assert refusal.value.field == "name"
    with pytest.raises(Invalid):
        add_worker(**given, name="Khác", phone="abc")
    with pytest.raises(InTheFuture):
        add_equipment(**given, name="Khác", kind=EquipmentKind.PUMP, serviced_on=days_ago(-2))
    changed = update_worker(
        actor=farm.actor, worker_id=worker.id, name="Chị Mơ (mẫu)", phone=None, trained_on=None, left_on=days_ago(1)
    )
    assert (changed.phone, changed.left_on) == (None, days_ago(1))
    retired = update_equipment(
        actor=farm.actor,
        equipment_id=sprayer.id,
        name="Bình phun",
        kind=EquipmentKind.SPRAYER,
        serviced_on=None,
        retired_on=days_ago(1),
    )
    assert retired.retired_on == days_ago(1)


@pytest.mark.parametrize("role", [None, *RoleName])
def test_only_members_and_administrators_write(role: RoleName | None) -> None:
    garden = make_garden()
    worker, sprayer = make_worker(garden.farm.producer), make_equipment(garden.farm.producer)
    code = add_planting_area_code(actor=garden.farm.actor, plot_id=garden.farm.plot.id, code="VN-1")
    actor = ANONYMOUS if role is None else actor_of(make_user(role))
    producer_id, plot_id = garden.farm.producer.id, garden.farm.plot.id
    writes = (
        lambda: received(garden, "abamectin", actor=actor),
        lambda: withdraw_receipt(actor=actor, receipt_id=garden.spray.id, reason="Thử"),
        lambda: add_worker(actor=actor, producer_id=producer_id, name="Thử"),
        lambda: update_worker(
            actor=actor, worker_id=worker.id, name="Thử 2", phone=None, trained_on=None, left_on=None
        ),
        lambda: add_equipment(actor=actor, producer_id=producer_id, name="Thử", kind=EquipmentKind.PUMP),
        lambda: update_equipment(
            actor=actor,
            equipment_id=sprayer.id,
            name="Thử 2",
            kind=EquipmentKind.PUMP,
            serviced_on=None,
            retired_on=None,
        ),
        lambda: add_planting_area_code(actor=actor, plot_id=plot_id, code="VN-2"),
        lambda: change_planting_area_code(actor=actor, code_id=code.id, status=code.status, valid_until=None),
    )
    for write in writes:
        if role == RoleName.ADMINISTRATOR:
            assert write()
        else:
            with pytest.raises(NotFound):
                write()


def test_a_code_is_valid_between_its_days_while_it_is_active() -> None:
    garden = make_garden()
    given = {"actor": garden.farm.actor, "plot_id": garden.farm.plot.id, "code": "VN-9", "market": "CN"}
    code = add_planting_area_code(**given, valid_from=days_ago(10), valid_until=days_ago(1))
    assert [code.is_valid_on(days_ago(days)) for days in (11, 10, 1, 0)] == [False, True, True, False]
    for values in ({}, {"code": " "}, {"market": "EU", "valid_from": days_ago(1), "valid_until": days_ago(2)}):
        with pytest.raises(Invalid):
            add_planting_area_code(**{**given, **values})
    assert add_planting_area_code(**{**given, "market": None})
    with pytest.raises(Invalid):
        add_planting_area_code(**{**given, "market": None})
