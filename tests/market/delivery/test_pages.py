"""The producers' pages of delivery: methods, zones, fees, times."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer
from core.accounts import RoleName, User
from core.db import db
from market.delivery.models import Carrier, DeliveryMethod, DeliverySlot, DeliveryZone, MethodKind
from market.delivery.queries import methods_for
from market.delivery.rules import Destination, Shipment, price_method
from market.delivery.site_courier import FIRST_FEES, SiteFees
from market.delivery.site_fees import set_site_fees
from tests.factories import (
    add_slot,
    add_zone,
    make_commune,
    make_method,
    make_offer,
    make_producer,
    make_product,
    make_user,
    sign_in,
)
from tests.support.refunding import actor_of

METHOD = {"kind": "courier", "name": "Xe mẫu", "free_from_vnd": "500.000", "province": "42"}
ZONE = {
    "name": "Gần nhà",
    "communes": "Phúc Trạch\nXã Hương Khê, Hà Tĩnh",
    "rows-0-up_to_grams": "2",
    "rows-0-fee_vnd": "15.000",
    "rows-1-up_to_grams": "5,5",
    "rows-1-fee_vnd": "25.000",
    "extra_kg_vnd": "3.000",
}
TIMES = {
    "rows-0-weekdays": ["1", "3"],
    "rows-0-from_hour": "8",
    "rows-0-until_hour": "12",
    "rows-0-capacity": "10",
    "rows-0-cutoff_hours": "12",
}


@pytest.fixture
def member(session: scoped_session[Session]) -> User:
    return make_user(RoleName.PRODUCER_MEMBER)


@pytest.fixture
def producer(member: User) -> Producer:
    return make_producer(member)


@pytest.fixture
def farmer(client: FlaskClient, member: User, producer: Producer) -> FlaskClient:
    make_commune("18562", "Xã Hương Khê", "42")
    sign_in(client, member)
    db.session.commit()
    return client


@pytest.fixture
def method(producer: Producer, farmer: FlaskClient) -> DeliveryMethod:
    made = DeliveryMethod(producer_id=producer.id, kind=MethodKind.COURIER, name="Xe mẫu")
    db.session.add(made)
    db.session.commit()
    return made


def fees(producer: Producer, commune: str, *grams: int) -> list[int | None]:
    """What parcels of these weights cost to a commune of Hà Tĩnh, by the producer's only method."""
    [known] = methods_for([producer.id])[producer.id]
    options = [price_method(known, Shipment(weight, 100_000), Destination("42", commune)) for weight in grams]
    return [option.fee_vnd if option is not None else None for option in options]


def test_a_courier_with_a_zone_and_times_takes_the_place_of_the_sites(
    farmer: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    assert "20.000" in farmer.get("/farm/delivery").text
    assert fees(producer, "18547", 90_000) == [20_000]
    made = farmer.post("/farm/delivery/new", data=METHOD | {"producer": str(producer.id)})
    assert made.status_code == 303, made.text
    zone = farmer.post(made.location, data=ZONE)
    assert zone.status_code == 303, zone.text
    assert fees(producer, "18547", 2_000, 2_001, 5_500, 7_000) == [15_000, 25_000, 25_000, 31_000]
    assert fees(producer, "18562", 1) == [15_000]
    assert fees(producer, "99999", 1) == [None]
    assert farmer.post(f"{zone.location}/times", data=TIMES).status_code == 303
    slots = session.scalars(select(DeliverySlot).order_by(DeliverySlot.weekday)).all()
    assert [(slot.weekday, slot.from_hour, slot.until_hour, slot.capacity) for slot in slots] == [
        (1, 8, 12, 10),
        (3, 8, 12, 10),
    ]
    page = farmer.get(zone.location).text
    assert "Gần nhà" in page and "8:00–12:00" in page and "5.5" in page.replace("5,5", "5.5")


def test_the_sites_courier_can_stand_beside_a_pick_up_point(farmer: FlaskClient, producer: Producer) -> None:
    make_method(producer, MethodKind.PICK_UP)
    other = make_producer()
    db.session.commit()
    assert farmer.post("/farm/delivery/site-courier", data={"producer": str(other.id)}).status_code == 404
    assert farmer.post("/farm/delivery/site-courier", data={"producer": str(producer.id)}).status_code == 303
    point, courier = methods_for([producer.id])[producer.id]
    assert point.kind == MethodKind.PICK_UP
    fees_of = [
        option.fee_vnd
        for place in (Destination("42", "18547"), Destination("01", "00070"))
        if (option := price_method(courier, Shipment(90_000, 100_000), place)) is not None
    ]
    assert fees_of == [FIRST_FEES.same_province_vnd, FIRST_FEES.other_province_vnd]


def fees_now(producer: Producer) -> list[int | None]:
    """What the one method of a producer costs in the province and beyond, for a small parcel of dear goods."""
    [method] = methods_for([producer.id])[producer.id]
    places = (Destination("42", "18547"), Destination("01", "00070"))
    options = [price_method(method, Shipment(500, 900_000), place) for place in places]
    return [option.fee_vnd if option is not None else None for option in options]


def test_what_the_sites_courier_costs_is_not_the_producers_to_set(farmer: FlaskClient, producer: Producer) -> None:
    method = make_method(producer)
    add_zone(method, is_elsewhere=True, rates=((5_000, 12_000),))
    db.session.commit()
    own = fees_now(producer)
    own_form = {"name": "Xe mẫu", "carrier": "producer", "free_from_vnd": ""}
    site_form = own_form | {"carrier": "site"}
    path = f"/farm/delivery/{method.id}"
    refused = farmer.post(f"{path}?lang=en", data=site_form | {"free_from_vnd": "300.000"})
    assert refused.status_code == 422 and "the fee of its courier is the site" in refused.text
    assert 'value="300.000"' in refused.text
    assert farmer.post(path, data=site_form).status_code == 303
    assert fees_now(producer) == [FIRST_FEES.same_province_vnd, FIRST_FEES.other_province_vnd]
    page = farmer.get(f"{path}?lang=en").text
    assert "₫20,000" in page and "₫35,000" in page and "/zones/" not in page
    zone_id = db.session.scalars(select(DeliveryZone.id)).first()
    assert farmer.get(f"{path}/zones/new").status_code == 409
    assert farmer.post(f"{path}/zones/new", data=ZONE).status_code == 409
    assert farmer.post(f"/farm/delivery/zones/{zone_id}", data=ZONE).status_code == 409
    assert farmer.post(f"/farm/delivery/zones/{zone_id}/remove").status_code == 409
    assert fees_now(producer) == [FIRST_FEES.same_province_vnd, FIRST_FEES.other_province_vnd]
    # Who delivers themselves again has the zones from before.
    assert farmer.post(path, data=own_form).status_code == 303
    assert fees_now(producer) == own != [FIRST_FEES.same_province_vnd, FIRST_FEES.other_province_vnd]


def test_the_sites_courier_cools_nothing(farmer: FlaskClient, producer: Producer) -> None:
    form = METHOD | {"producer": str(producer.id), "kind": "cool_chain", "carrier": "site", "free_from_vnd": ""}
    refused = farmer.post("/farm/delivery/new?lang=en", data=form)
    assert refused.status_code == 422 and "does not keep goods cold" in refused.text


def test_a_pick_up_point_needs_a_place_and_hours(farmer: FlaskClient, producer: Producer) -> None:
    form = METHOD | {"producer": str(producer.id), "kind": "pick_up", "free_from_vnd": ""}
    refused = farmer.post("/farm/delivery/new?lang=en", data=form)
    assert refused.status_code == 422
    assert refused.text.count("A pick-up point needs this.") >= 2 and 'value="Xe mẫu"' in refused.text
    place = {"address": "Chợ Sơn", "commune": "18547", "opening_hours": "7–17"}
    assert farmer.post("/farm/delivery/new", data=form | place).status_code == 303
    [known] = methods_for([producer.id])[producer.id]
    assert known.pick_up is not None and known.pick_up.address == "Chợ Sơn, Xã Phúc Trạch, Tỉnh Hà Tĩnh"
    zone = farmer.post(f"/farm/delivery/{known.id}/zones/new", data=ZONE)
    assert zone.status_code == 409


def test_a_zone_is_changed_whole_or_not_at_all(
    farmer: FlaskClient, producer: Producer, method: DeliveryMethod, session: scoped_session[Session]
) -> None:
    zone = add_zone(method, provinces=["42"])
    db.session.commit()
    path = f"/farm/delivery/zones/{zone.id}"
    assert "Vùng mẫu" in farmer.get(path).text
    refused = farmer.post(
        f"{path}?lang=en", data=ZONE | {"communes": "Phúc Trạch\nXã Không Có", "rows-1-fee_vnd": "9.000"}
    )
    assert refused.status_code == 422
    assert "“Xã Không Có” is not in the official list." in refused.text
    assert "A heavier parcel costs no less" in refused.text
    assert fees(producer, "18547", 2_000) == [25_000], "nothing was saved"
    assert farmer.post(path, data=ZONE).status_code == 303
    assert fees(producer, "18547", 2_000) == [15_000]
    assert fees(producer, "99999", 2_000) == [None]
    assert farmer.post(f"{path}/remove").status_code == 303
    assert session.scalar(select(func.count()).select_from(DeliveryZone)) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("communes", ""),
        ("communes", "\x00"),
        ("communes", "Phúc Trạch, Tỉnh Không Có"),
        ("communes", "\n".join(["Phúc Trạch"] * 201)),
        ("provinces", "99"),
        ("rows-0-up_to_grams", "0"),
        ("rows-0-up_to_grams", "x"),
        ("rows-0-up_to_grams", ""),
        ("rows-0-fee_vnd", ""),
        ("rows-0-fee_vnd", "-1"),
        ("rows-0-fee_vnd", "99.999.999"),
        ("rows-1-up_to_grams", "2"),
        ("extra_kg_vnd", "-5"),
        ("extra_kg_vnd", "1,5"),
    ],
)
def test_a_zone_that_makes_no_sense_is_refused_and_kept_in_the_form(
    farmer: FlaskClient, method: DeliveryMethod, session: scoped_session[Session], field: str, value: str
) -> None:
    answer = farmer.post(f"/farm/delivery/{method.id}/zones/new", data=ZONE | {field: value})
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert session.scalar(select(func.count()).select_from(DeliveryZone)) == 0


def test_a_place_belongs_to_one_zone_and_there_is_one_for_everywhere_else(
    farmer: FlaskClient, method: DeliveryMethod
) -> None:
    add_zone(method, provinces=["42"], is_elsewhere=True)
    db.session.commit()
    path = f"/farm/delivery/{method.id}/zones/new?lang=en"
    twice = farmer.post(path, data=ZONE | {"provinces": "42", "is_elsewhere": "y"})
    assert twice.status_code == 422
    assert "The zone “Vùng mẫu” has one of these places already." in twice.text
    assert "Another zone is for everywhere else already." in twice.text
    assert farmer.post(path, data=ZONE).status_code == 303, "a commune within the province is another place"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rows-0-weekdays", []),
        ("rows-0-weekdays", ["8"]),
        ("rows-0-from_hour", "12"),
        ("rows-0-from_hour", "-1"),
        ("rows-0-from_hour", ""),
        ("rows-0-until_hour", "25"),
        ("rows-0-capacity", "0"),
        ("rows-0-capacity", "x"),
        ("rows-0-cutoff_hours", "999"),
        ("rows-0-cutoff_hours", "99999999999"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    farmer: FlaskClient, method: DeliveryMethod, session: scoped_session[Session], field: str, value: Any
) -> None:
    second = {key.replace("rows-0", "rows-1"): given for key, given in TIMES.items()} | {"rows-1-weekdays": ["6"]}
    answer = farmer.post(f"/farm/delivery/{method.id}/times", data=TIMES | second | {field: value})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert session.scalar(select(func.count()).select_from(DeliverySlot)) == 0, "all rows or none"


def test_the_same_time_twice_is_named_in_its_row(farmer: FlaskClient, method: DeliveryMethod) -> None:
    second = {key.replace("rows-0", "rows-1"): given for key, given in TIMES.items()}
    answer = farmer.post(f"/farm/delivery/{method.id}/times?lang=en", data=TIMES | second)
    assert answer.status_code == 422
    summary = answer.text.split("error-summary")[1].split("</div>")[0]
    assert 'href="#rows-1-weekdays"' in summary
    assert "One of these days has this time in a row above." in summary


def test_a_time_left_out_is_ended_and_comes_back_as_the_same(
    farmer: FlaskClient, method: DeliveryMethod, session: scoped_session[Session]
) -> None:
    path = f"/farm/delivery/{method.id}/times"
    farmer.post(path, data=TIMES)
    before = {slot.weekday: slot.id for slot in session.scalars(select(DeliverySlot))}
    farmer.post(path, data=TIMES | {"rows-0-weekdays": ["1"], "rows-0-capacity": "3"})
    slots = session.scalars(select(DeliverySlot).execution_options(populate_existing=True)).all()
    assert {slot.weekday: slot.ended_at is None for slot in slots} == {1: True, 3: False}
    farmer.post(path, data=TIMES)
    again = session.scalars(select(DeliverySlot).execution_options(populate_existing=True)).all()
    assert {slot.weekday: slot.id for slot in again} == before
    assert all(slot.ended_at is None for slot in again)


def test_a_method_is_ended_kept_and_taken_up_again(
    farmer: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    method = make_method(producer)
    db.session.commit()
    path = f"/farm/delivery/{method.id}"
    assert farmer.post(f"{path}/end").status_code == 303
    assert fees(producer, "18547", 90_000) == [20_000], "the site's courier is back"
    assert farmer.post(f"{path}/zones/new", data=ZONE).status_code == 409
    assert farmer.post(path, data={"name": "Khác"}).status_code == 409
    assert farmer.post(f"{path}/resume").status_code == 303
    assert fees(producer, "18547", 90_000) == [None]
    changed = farmer.post(path, data={"name": "Xe khác", "free_from_vnd": "100.000", "kind": "pick_up"})
    assert changed.status_code == 303
    found = session.get_one(DeliveryMethod, method.id, populate_existing=True)
    assert (found.name, found.free_from_vnd, found.kind) == ("Xe khác", 100_000, MethodKind.COURIER)


ROLES = [None, *RoleName]


@pytest.mark.parametrize("role", ROLES)
def test_only_its_own_members_and_administrators_see_and_change_a_producers_delivery(
    app: Flask, session: scoped_session[Session], role: RoleName | None
) -> None:
    method = make_method(make_producer())
    zone = add_zone(method, is_elsewhere=True)
    add_slot(method)
    client = app.test_client()
    if role is not None:
        sign_in(client, make_user(role))
    db.session.commit()
    allowed = role == RoleName.ADMINISTRATOR
    reading = (f"/farm/delivery/{method.id}", f"/farm/delivery/{method.id}/times", f"/farm/delivery/zones/{zone.id}")
    writing = (
        (f"/farm/delivery/{method.id}/times", TIMES),
        (f"/farm/delivery/zones/{zone.id}/remove", {}),
        (f"/farm/delivery/{method.id}", METHOD),
        (f"/farm/delivery/{method.id}/end", {}),
        (f"/farm/delivery/{method.id}/resume", {}),
    )
    for path in reading:
        assert (client.get(path).status_code == 200) is allowed, path
    for path, data in writing:
        status = client.post(path, data=data).status_code
        assert status == 303 if allowed else status in (302, 303, 401, 403, 404), path
    found = session.get_one(DeliveryMethod, method.id, populate_existing=True)
    assert found.name == "Xe mẫu" and found.ended_at is None
    assert (session.get(DeliveryZone, zone.id, populate_existing=True) is None) is allowed


def test_another_producers_method_cannot_be_made(farmer: FlaskClient) -> None:
    other = make_producer()
    db.session.commit()
    assert farmer.post("/farm/delivery/new", data=METHOD | {"producer": str(other.id)}).status_code == 422
    assert farmer.get(f"/farm/delivery/{uuid.uuid4()}").status_code == 404


def test_the_pages_take_a_fixed_number_of_queries(
    farmer: FlaskClient, producer: Producer, count_queries: Callable[[], Any]
) -> None:
    def count(path: str) -> int:
        db.session.expire_all()
        farmer.get(path)
        with count_queries() as statements:
            assert farmer.get(path).status_code == 200
        return len(statements)

    method = make_method(producer)
    add_slot(method)
    db.session.commit()
    few = [count("/farm/delivery"), count(f"/farm/delivery/{method.id}"), count(f"/farm/delivery/{method.id}/times")]
    for weekday in range(1, 6):
        other = make_method(producer)
        add_slot(other)
        add_slot(method, weekday=weekday)
        add_zone(method, communes=[make_commune(f"1857{weekday}", f"Xã Mẫu {weekday}", "42")])
    db.session.commit()
    assert few == [
        count("/farm/delivery"),
        count(f"/farm/delivery/{method.id}"),
        count(f"/farm/delivery/{method.id}/times"),
    ]


@pytest.mark.parametrize("role", [None, *RoleName])
def test_administrators_set_what_the_sites_courier_costs(
    client: FlaskClient, session: scoped_session[Session], role: RoleName | None
) -> None:
    producer, product = make_producer(), make_product()
    make_offer(product)
    if role is not None:
        sign_in(client, make_user(role))
    session.commit()
    path = "/delivery/courier"
    sent = {"same_province_vnd": "18.000", "other_province_vnd": "40.000"}
    answer = client.post(path, data=sent)
    if role is not RoleName.ADMINISTRATOR:
        assert answer.status_code in (303, 403, 404)
        assert fees_now(producer) == [FIRST_FEES.same_province_vnd, FIRST_FEES.other_province_vnd]
        return
    assert answer.status_code == 303
    assert fees_now(producer) == [18_000, 40_000]
    assert "18.000" in client.get(f"/products/{product.slug}").text
    refused = client.post(path, data=sent | {"other_province_vnd": "9.000"})
    assert refused.status_code == 422 and 'value="9.000"' in refused.text
    assert client.post(path, data=sent | {"same_province_vnd": ""}).status_code == 422
    assert fees_now(producer) == [18_000, 40_000]
    assert "40.000" in client.get(path).text


def test_what_a_producer_leaves_to_the_sites_courier_follows_its_fees(farmer: FlaskClient, producer: Producer) -> None:
    method = make_method(producer, carrier=Carrier.SITE)
    set_site_fees(actor=actor_of(make_user(RoleName.ADMINISTRATOR)), fees=SiteFees(15_000, 45_000))
    db.session.commit()
    assert fees_now(producer) == [15_000, 45_000]
    assert "45.000" in farmer.get(f"/farm/delivery/{method.id}").text
    assert "cả nước" in farmer.get("/farm/delivery").text
