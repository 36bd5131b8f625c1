"""How an amount is shared out over plots."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.diary.amounts import LARGEST, WRITTEN_UNITS, base_amount
from traceability.diary.errors import AmountImpossible
from traceability.diary_bulk.rules import AmountBasis, Rate

AREAS = st.integers(1, 1_000_000)
NUMBERS = st.decimals("0.001", "10000", places=3)


@given(NUMBERS, st.sampled_from(list(WRITTEN_UNITS)), AREAS)
def test_a_rate_by_area_is_shared_out_to_the_nearest_base_unit(number: Decimal, unit: str, area: int) -> None:
    factor, _unit = base_amount(Decimal(1), unit)
    exact = number * area / 1000 * factor
    if exact >= LARGEST + Decimal("0.5"):
        with pytest.raises(AmountImpossible):
            Rate(number, unit, AmountBasis.AREA).on(area)
        return
    amount, _unit = Rate(number, unit, AmountBasis.AREA).on(area)
    assert amount >= 1
    assert abs(amount - exact) <= Decimal("0.5") or amount == 1


@given(st.integers(1, 10_000), AREAS)
def test_an_amount_for_each_plot_does_not_ask_for_its_area(number: int, area: int) -> None:
    assert Rate(Decimal(number), "kg", AmountBasis.PLOT).on(area)[0] == number * 1000


@given(AREAS)
def test_an_own_amount_stands_instead(area: int) -> None:
    assert Rate(Decimal(9), "kg", AmountBasis.AREA).on(area, own=Decimal("1.5"))[0] == 1500


@pytest.mark.parametrize("number", ["0", "-1", "0.0001"])
@pytest.mark.parametrize("basis", AmountBasis)
def test_nothing_and_less_is_refused(number: str, basis: AmountBasis) -> None:
    rate = Rate(Decimal(number), "kg", basis)
    if basis == AmountBasis.AREA and number == "0.0001":
        assert rate.on(1000)[0] == 1  # a tenth of a gram for the plot is rounded up to what can be written
        return
    with pytest.raises(AmountImpossible) as refusal:
        rate.on(1000, field="inputs")
    assert refusal.value.field == "inputs"


def test_more_than_any_farm_has_is_refused() -> None:
    with pytest.raises(AmountImpossible):
        Rate(Decimal(10**9), "tonne", AmountBasis.AREA).on(1_000_000)
