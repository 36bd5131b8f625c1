"""Which quantities a basket takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from market.carts.errors import NotEnoughStock
from market.carts.rules import MAX_QUANTITY, check_quantity


@given(quantity=st.integers(-5, 2000), available=st.integers(-5, 2000))
def test_a_quantity_is_taken_exactly_when_it_is_in_range_and_in_stock(quantity: int, available: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        with pytest.raises(Invalid):
            check_quantity(quantity, available=available)
    elif quantity > available:
        with pytest.raises(NotEnoughStock) as refused:
            check_quantity(quantity, available=available)
        assert refused.value.available == max(available, 0)
    else:
        assert check_quantity(quantity, available=available) == quantity
