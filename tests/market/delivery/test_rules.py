"""The rules of delivery, for every parcel there could be."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import local_day
from market.delivery.models import MethodKind
from market.delivery.rules import (
    DAYS_AHEAD,
    Destination,
    Method,
    PickUpPoint,
    Rates,
    Shipment,
    Window,
    Zone,
    fee_after_packing_vnd,
    free_times,
    least_fee_vnd,
    options_for,
    price_method,
)
from market.delivery.site_courier import FIRST_FEES, site_courier

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
"""A Tuesday, nine o'clock in Vietnam."""
RATES = Rates(((1_000, 20_000), (5_000, 35_000)))
HOME, NEIGHBOUR, FAR = Destination("42", "18547"), Destination("42", "18550"), Destination("01", "00070")

PROVINCES = st.sampled_from(["01", "40", "42"])
COMMUNES = st.sampled_from(["00070", "18547", "18550"])


@st.composite
def rates(draw: st.DrawFn) -> Rates:
    """Brackets of growing weight whose fees never fall."""
    weights = sorted(draw(st.sets(st.integers(1, 50_000), min_size=1, max_size=6)))
    fees = sorted(draw(st.lists(st.integers(0, 500_000), min_size=len(weights), max_size=len(weights))))
    return Rates(tuple(zip(weights, fees, strict=True)), draw(st.none() | st.integers(0, 50_000)))


@st.composite
def methods(draw: st.DrawFn) -> Method:
    zones = st.builds(Zone, rates(), st.frozensets(PROVINCES), st.frozensets(COMMUNES), st.booleans())
    kind = draw(st.sampled_from([MethodKind.COURIER, MethodKind.COOL_CHAIN]))
    return Method(uuid.uuid4(), kind, "mẫu", zones=tuple(draw(st.lists(zones, max_size=4))))


def courier(*zones: Zone, kind: MethodKind = MethodKind.COURIER, free_from_vnd: int | None = None) -> Method:
    return Method(uuid.uuid4(), kind, "mẫu", zones=zones, free_from_vnd=free_from_vnd)


def fee(method: Method, destination: Destination, grams: int = 500, goods_vnd: int = 100_000) -> int | None:
    option = price_method(method, Shipment(grams, goods_vnd), destination)
    return None if option is None else option.fee_vnd


def test_the_sites_courier_costs_less_within_its_province() -> None:
    method = site_courier(from_province="42")
    assert fee(method, HOME, grams=90_000) == FIRST_FEES.same_province_vnd
    assert fee(method, FAR) == FIRST_FEES.other_province_vnd
    assert 0 < FIRST_FEES.same_province_vnd < FIRST_FEES.other_province_vnd
    assert price_method(method, Shipment(500, 100_000, needs_cool_chain=True), HOME) is None


@pytest.mark.parametrize(
    ("grams", "without_more", "with_more"),
    [
        (1, 20_000, 20_000),
        (1_000, 20_000, 20_000),
        (1_001, 35_000, 35_000),
        (5_000, 35_000, 35_000),
        (5_001, None, 40_000),
        (6_000, None, 40_000),
        (6_001, None, 45_000),
    ],
)
def test_fees_by_weight(grams: int, without_more: int | None, with_more: int) -> None:
    assert RATES.fee_vnd(grams) == without_more
    assert Rates(RATES.brackets, extra_kg_vnd=5_000).fee_vnd(grams) == with_more


@given(table=rates(), light=st.integers(0, 100_000), more=st.integers(0, 100_000))
def test_a_heavier_parcel_never_costs_less(table: Rates, light: int, more: int) -> None:
    lighter, heavier = table.fee_vnd(light), table.fee_vnd(light + more)
    if lighter is None:
        assert heavier is None
    else:
        assert heavier is None or heavier >= lighter


@given(method=methods(), province=PROVINCES, commune=COMMUNES, cooled=st.booleans(), grams=st.integers(1, 60_000))
def test_no_method_outside_its_zones_and_no_chilled_goods_uncooled(
    method: Method, province: str, commune: str, cooled: bool, grams: int
) -> None:
    shipment = Shipment(grams, 100_000, needs_cool_chain=cooled)
    option = price_method(method, shipment, Destination(province, commune))
    if option is None:
        return
    assert not cooled or method.kind == MethodKind.COOL_CHAIN
    serving = [
        zone for zone in method.zones if province in zone.provinces or commune in zone.communes or zone.is_elsewhere
    ]
    assert option.fee_vnd in {zone.rates.fee_vnd(grams) for zone in serving}
    least = least_fee_vnd([method], shipment)
    assert least is not None and least <= option.fee_vnd, "the basket promises no less than the checkout asks"


def test_a_commune_counts_more_than_its_province_and_both_more_than_elsewhere() -> None:
    by_commune = Zone(Rates(((1_000, 10_000),)), communes=frozenset({"18547"}))
    by_province = Zone(Rates(((1_000, 20_000),)), provinces=frozenset({"42"}))
    elsewhere = Zone(Rates(((1_000, 30_000),)), is_elsewhere=True)
    method = courier(elsewhere, by_province, by_commune)
    assert [fee(method, place) for place in (HOME, NEIGHBOUR, FAR)] == [10_000, 20_000, 30_000]
    assert fee(method, HOME, grams=1_001) is None, "what is too heavy for its zone goes by no other"


def test_goods_worth_enough_travel_for_nothing_but_not_too_heavy() -> None:
    method = courier(Zone(RATES, provinces=frozenset({"42"})), free_from_vnd=300_000)
    assert fee(method, HOME, goods_vnd=299_999) == 20_000
    assert fee(method, HOME, goods_vnd=300_000) == 0
    assert fee(method, HOME, grams=5_001, goods_vnd=300_000) is None
    assert fee(method, FAR, goods_vnd=300_000) is None


def test_chilled_goods_go_cooled_or_are_picked_up() -> None:
    zone = Zone(RATES, provinces=frozenset({"42"}))
    cooled = courier(zone, kind=MethodKind.COOL_CHAIN)
    point = Method(uuid.uuid4(), MethodKind.PICK_UP, "mẫu", pick_up=PickUpPoint("Thôn 3", "8–17"))
    shipment = Shipment(500, 100_000, needs_cool_chain=True)
    offered = options_for([courier(zone), cooled, point], shipment, HOME, now=NOW, booked={})
    assert [(option.method.id, option.fee_vnd) for option in offered] == [(point.id, 0), (cooled.id, 20_000)]
    assert [
        option.method.id for option in options_for([courier(zone), cooled, point], shipment, FAR, now=NOW, booked={})
    ] == [point.id]


def test_times_end_at_their_cutoff_and_when_they_are_full() -> None:
    window = Window(uuid.uuid4(), weekday=2, from_hour=14, until_hour=17, capacity=2, cutoff_hours=4)
    today, next_week = date(2026, 12, 1), date(2026, 12, 8)
    assert [time.day for time in free_times([window], now=NOW, booked={})] == [today, next_week]
    assert free_times([window], now=NOW + timedelta(hours=1), booked={})[0].day == today
    assert free_times([window], now=NOW + timedelta(hours=1, seconds=1), booked={})[0].day == next_week
    full = {(window.slot_id, today): 2, (window.slot_id, next_week): 1}
    assert [time.day for time in free_times([window], now=NOW, booked=full)] == [next_week]
    later = free_times([window], now=NOW, booked={}, not_before=date(2027, 1, 1))
    assert [time.day for time in later] == [date(2027, 1, 5), date(2027, 1, 12)]


@given(
    weekday=st.integers(1, 7),
    from_hour=st.integers(0, 23),
    cutoff=st.integers(0, 336),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
)
def test_every_time_is_in_the_future_and_on_its_weekday(
    weekday: int, from_hour: int, cutoff: int, now: datetime
) -> None:
    window = Window(uuid.uuid4(), weekday, from_hour, from_hour + 1, 1, cutoff)
    moment = now.replace(tzinfo=UTC)
    for time in free_times([window], now=moment, booked={}):
        assert time.day.isoweekday() == weekday
        assert local_day(moment) <= time.day < local_day(moment) + timedelta(days=DAYS_AHEAD)


@given(table=rates(), ordered=st.integers(1, 60_000), packed=st.integers(0, 60_000))
def test_the_packed_weight_makes_delivery_cheaper_never_dearer(table: Rates, ordered: int, packed: int) -> None:
    agreed = table.fee_vnd(ordered)
    if agreed is None:
        return
    after = fee_after_packing_vnd(fee_vnd=agreed, rates=table, grams=packed)
    assert 0 <= after <= agreed
    if packed <= ordered:
        assert after == table.fee_vnd(packed)
    assert fee_after_packing_vnd(fee_vnd=agreed, rates=None, grams=packed) == agreed
