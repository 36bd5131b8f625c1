"""Arithmetic of amounts: nothing is rounded away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from traceability.lots.amounts import Amount, measured, parse_kilograms, part_of, shared_out, whole_units
from traceability.lots.rules import amount_made, check_tolerance, losses, wanted_amount


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_shares_add_up_and_none_is_more_than_its_part_rounded_up(total: int, weights: list[int]) -> None:
    parts = shared_out(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@given(st.integers(1, 10**9), st.integers(1, 10**6), st.lists(st.integers(1, 1000), max_size=30))
def test_taking_unit_by_unit_takes_all_the_weight(grams: int, units: int, takings: list[int]) -> None:
    held, taken = Amount(grams, units), Amount(0)
    for wanted in [*takings, units]:
        if not held.units:
            break
        part = part_of(held, min(wanted, held.units))
        held, taken = held - part, taken + part
        assert held.grams >= 0
        assert (held.units == 0) <= (held.grams == 0)
    assert held + taken == Amount(grams, units)


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 5000)), min_size=1, max_size=8), st.data())
def test_a_loss_is_borne_by_all_and_never_more_than_they_have(
    inputs: list[tuple[int, int]], data: st.DataObject
) -> None:
    amounts = [Amount(*values) for values in inputs]
    grams = data.draw(st.integers(0, sum(amount.grams for amount in amounts)))
    units = data.draw(st.integers(0, sum(amount.units for amount in amounts)))
    lost = losses(amounts, grams=grams, units=units)
    assert sum(part.grams for part in lost) == grams
    assert sum(part.units for part in lost) == units
    for part, amount in zip(lost, amounts, strict=True):
        assert 0 <= part.grams <= amount.grams
        assert 0 <= part.units <= amount.units


@pytest.mark.parametrize(
    ("typed", "locale", "grams"),
    [
        ("12,5", "vi", 12_500),
        ("12.5", "vi", 12_500),
        ("1.200", "vi", 1_200_000),
        ("1.200,5", "vi", 1_200_500),
        ("1.200", "en", 1_200),
        ("1,200.25", "en", 1_200_250),
        ("0.250", "vi", 250),
        (" 3 kg ", "vi", 3_000),
        ("1 000", "vi", 1_000_000),
    ],
)
def test_weights_are_read_as_people_write_them(typed: str, locale: str, grams: int) -> None:
    assert parse_kilograms(typed, locale) == grams


@pytest.mark.parametrize("typed", ["", "abc", "-3", "1e3", "1,2345", "1..2", "٣", "NaN", "12,5,1", "9" * 40])
def test_what_is_no_weight_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        parse_kilograms(typed, "vi")


def test_what_is_weighed_has_no_units_and_what_is_counted_has_both() -> None:
    assert amount_made("kg", quantity=None, weight_grams=70_500, usual_grams=None) == Amount(70_500)
    assert whole_units("kg", Amount(70_500)) == 70
    assert whole_units("100g", Amount(70_500)) == 705
    assert amount_made("piece", quantity=10, weight_grams=None, usual_grams=1100) == Amount(11_000, 10)
    assert amount_made("piece", quantity=10, weight_grams=12_000, usual_grams=1100) == Amount(12_000, 10)
    assert measured(Amount(70_500), "100g") == (70.5, "KGM")
    assert measured(Amount(70_500, 60), "piece") == (60, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"unit": "piece", "quantity": 10, "weight_grams": None}, "weight"),
        ({"unit": "piece", "quantity": None, "weight_grams": 10}, "quantity"),
        ({"unit": "piece", "quantity": -1, "weight_grams": 10}, "quantity"),
        ({"unit": "kg", "quantity": None, "weight_grams": None}, "quantity"),
        ({"unit": "kg", "quantity": None, "weight_grams": 0}, "weight"),
        ({"unit": "kg", "quantity": None, "weight_grams": 10**12}, "weight"),
    ],
)
def test_absurd_amounts_are_refused(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        amount_made(usual_grams=None, **values)
    assert refusal.value.field == field


def test_a_counted_lot_is_not_taken_by_weight() -> None:
    with pytest.raises(Invalid):
        wanted_amount("piece", Amount(1000, 10), units=None, grams=500)


def test_a_tolerance_is_small() -> None:
    check_tolerance(5_000, 100_000)
    for grams in (5_001, -1):
        with pytest.raises(Invalid):
            check_tolerance(grams, 100_000)
