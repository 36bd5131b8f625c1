"""What a basket costs: the pure function, whatever is in the basket."""

import uuid
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.promotions.models import Bearer, PromotionKind, Stacking
from market.promotions.rules import (
    NotApplied,
    PricedItem,
    PromotionTerms,
    StepKind,
    allocate,
    normalize_code,
    price_basket,
)

HERE, THERE = "farm-a", "farm-b"


def terms(number: int = 1, **values: object) -> PromotionTerms:
    return PromotionTerms(
        **{
            "id": uuid.UUID(int=number),
            "kind": PromotionKind.PERCENTAGE,
            "borne_by": Bearer.SITE,
            "percent": 10,
            **values,
        }
    )


def item(key: str, total_vnd: int, parcel: str = HERE) -> PricedItem:
    return PricedItem(key, parcel, 1, total_vnd)


items_strategy = st.lists(
    st.tuples(st.sampled_from([HERE, THERE]), st.integers(1, 20), st.integers(1_000, 2_000_000)),
    min_size=1,
    max_size=8,
).map(lambda rows: [PricedItem(f"line-{index}", *row) for index, row in enumerate(rows)])
promotions_strategy = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from(PromotionKind),
        borne_by=st.sampled_from(Bearer),
        stacking=st.sampled_from(Stacking),
        percent=st.integers(1, 90),
        amount_vnd=st.integers(1_000, 5_000_000),
        max_discount_vnd=st.none() | st.integers(1_000, 100_000),
        parcel=st.sampled_from([None, HERE, THERE]),
        minimum_spend_vnd=st.sampled_from([0, 100_000, 5_000_000]),
        budget_left_vnd=st.none() | st.integers(0, 300_000),
    ),
    max_size=6,
).map(lambda rows: [terms(number, **row) for number, row in enumerate(rows, start=1)])
DELIVERIES = {HERE: 20_000, THERE: 35_000}


def deliveries_of(items: list[PricedItem]) -> dict[str, int]:
    parcels = {priced.parcel for priced in items}
    return {parcel: fee for parcel, fee in DELIVERIES.items() if parcel in parcels}


@given(amount=st.integers(0, 10**8), weights=st.dictionaries(st.text(max_size=3), st.integers(1, 10**8), min_size=1))
def test_parts_add_up_and_none_is_larger_than_its_weight(amount: int, weights: dict[str, int]) -> None:
    amount = min(amount, sum(weights.values()))
    shares = allocate(amount, weights)
    assert sum(shares.values()) == amount
    assert all(0 < share <= weights[key] for key, share in shares.items())
    exact = {key: amount * weight / sum(weights.values()) for key, weight in weights.items()}
    assert all(abs(shares.get(key, 0) - exact[key]) < 1.000001 for key in weights)


@given(items=items_strategy, promotions=promotions_strategy)
def test_steps_lines_and_parcels_add_up_and_nothing_falls_below_zero(
    items: list[PricedItem], promotions: list[PromotionTerms]
) -> None:
    price = price_basket(items, deliveries_of(items), promotions)
    assert price.total_vnd == sum(step.amount_vnd for step in price.steps) >= 0
    assert price.goods_vnd == sum(priced.total_vnd for priced in items)
    for priced in items:
        assert 0 <= price.on_line(priced.key) <= priced.total_vnd
    for parcel, fee in deliveries_of(items).items():
        borne = sum(price.on_parcel(parcel, bearer) for bearer in Bearer)
        off_fee = sum(found.amount_vnd for found in price.discounts if found.parcel == parcel and found.key is None)
        assert 0 <= off_fee <= fee
        assert borne == off_fee + sum(price.on_line(priced.key) for priced in items if priced.parcel == parcel)
    assert price.discount_vnd == sum(price.given_by(promotion.id) for promotion in promotions)
    for promotion in promotions:
        assert (promotion.id in price.applied) != (promotion.id in price.not_applied)
        if promotion.budget_left_vnd is not None:
            assert price.given_by(promotion.id) <= promotion.budget_left_vnd


@given(items=items_strategy, promotions=promotions_strategy, seed=st.integers(0, 1000))
def test_the_order_of_lines_and_promotions_changes_nothing(
    items: list[PricedItem], promotions: list[PromotionTerms], seed: int
) -> None:
    price = price_basket(items, deliveries_of(items), promotions)
    shuffled_items, shuffled = list(items), list(promotions)
    Random(seed).shuffle(shuffled_items)
    Random(seed).shuffle(shuffled)
    again = price_basket(shuffled_items, dict(reversed(deliveries_of(items).items())), shuffled)
    assert sorted(map(str, price.discounts)) == sorted(map(str, again.discounts))
    assert price.not_applied == again.not_applied


def test_percent_then_amount_then_delivery_each_off_what_is_left() -> None:
    price = price_basket(
        [item("a", 100_000), item("b", 200_000, THERE)],
        DELIVERIES,
        [
            terms(3, kind=PromotionKind.FREE_DELIVERY, parcel=THERE),
            terms(2, kind=PromotionKind.AMOUNT, amount_vnd=27_000),
            terms(1, percent=10),
        ],
    )
    assert [(step.kind, step.amount_vnd) for step in price.steps] == [
        (StepKind.GOODS, 100_000),
        (StepKind.GOODS, 200_000),
        (StepKind.DISCOUNT, -30_000),
        (StepKind.DISCOUNT, -27_000),
        (StepKind.DELIVERY, 20_000),
        (StepKind.DELIVERY, 35_000),
        (StepKind.DISCOUNT, -35_000),
    ]
    assert (price.on_line("a"), price.on_line("b")) == (10_000 + 9_000, 20_000 + 18_000)
    assert price.total_vnd == 300_000 - 57_000 + 20_000


def test_what_stands_alone_applies_only_where_it_gives_more() -> None:
    small, large = terms(1, percent=10), terms(2, percent=30, stacking=Stacking.ALONE)
    other = terms(3, kind=PromotionKind.AMOUNT, amount_vnd=5_000)
    price = price_basket([item("a", 100_000)], {}, [small, large, other])
    assert price.discount_vnd == 30_000
    assert price.not_applied == {small.id: NotApplied.OTHERS_GIVE_MORE, other.id: NotApplied.OTHERS_GIVE_MORE}
    better = terms(4, percent=40)
    price = price_basket([item("a", 100_000)], {}, [small, large, other, better])
    assert price.not_applied == {large.id: NotApplied.OTHERS_GIVE_MORE}


def test_fractions_of_a_dong_go_by_largest_remainder() -> None:
    assert allocate(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert allocate(1, {"b": 5, "a": 5}) == {"a": 1}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"minimum_spend_vnd": 100_001}, NotApplied.TOO_SMALL),
        ({"parcel": THERE}, NotApplied.NOTHING_TO_REDUCE),
        ({"budget_left_vnd": 9_999}, NotApplied.USED_UP),
        ({"kind": PromotionKind.FREE_DELIVERY}, NotApplied.NOTHING_TO_REDUCE),
    ],
)
def test_it_is_said_why_a_promotion_gives_nothing(values: dict[str, object], reason: NotApplied) -> None:
    price = price_basket([item("a", 100_000)], {}, [terms(**values)])
    assert price.discount_vnd == 0
    assert price.not_applied == {uuid.UUID(int=1): reason}


def test_a_discount_is_capped() -> None:
    assert price_basket([item("a", 1_000_000)], {}, [terms(max_discount_vnd=50_000)]).discount_vnd == 50_000


def test_an_amount_is_never_more_than_the_goods() -> None:
    price = price_basket([item("a", 1_000)], {HERE: 20_000}, [terms(kind=PromotionKind.AMOUNT, amount_vnd=90_000)])
    assert price.total_vnd == 20_000


@pytest.mark.parametrize("typed", ["buoi10", " BUOI-10 ", "Buoi.10", "b u o i 1 0"])
def test_a_code_is_known_however_it_is_written(typed: str) -> None:
    assert normalize_code(typed) == "BUOI10"
