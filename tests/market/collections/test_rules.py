"""What becomes of a collection, and what is set off within a parcel."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.collections.models import CollectionStatus
from market.collections.rules import (
    TRANSITIONS,
    OpenLine,
    is_worth_collecting,
    may_become,
    purpose_state,
    withdraw,
)
from market.payments.purposes import PurposeState
from market.refunds.rules import set_off_heavier

ENDS = (CollectionStatus.PAID, CollectionStatus.WAIVED, CollectionStatus.CANCELLED, CollectionStatus.SETTLED)


@pytest.mark.parametrize("status", ENDS)
def test_what_is_settled_stays_settled(status: CollectionStatus) -> None:
    assert not any(may_become(status, new) for new in CollectionStatus)


def test_every_state_has_its_steps() -> None:
    assert set(TRANSITIONS) == set(CollectionStatus)
    assert may_become(CollectionStatus.NEEDS_REVIEW, CollectionStatus.OPEN)
    assert not may_become(CollectionStatus.NEEDS_REVIEW, CollectionStatus.PAID)


def test_only_an_open_collection_can_be_paid() -> None:
    payable = [status for status in CollectionStatus if purpose_state(status) is PurposeState.OPEN]
    assert payable == [CollectionStatus.OPEN]
    assert purpose_state(CollectionStatus.PAID) is PurposeState.PAID


@pytest.mark.parametrize(("amount", "worth"), [(1, False), (9_999, False), (10_000, True), (40_000, True)])
def test_less_than_the_smallest_payment_is_not_asked_for(amount: int, worth: bool) -> None:
    assert is_worth_collecting(amount) is worth


@given(st.lists(st.integers(-(10**7), 10**7), max_size=8).filter(lambda found: sum(found) <= 0))
def test_heavier_lines_are_paid_by_the_lighter_ones(differences: list[int]) -> None:
    moved = set_off_heavier(differences)
    assert sum(moved) == 0
    for difference, amount in zip(differences, moved, strict=True):
        assert amount == difference if difference > 0 else difference <= amount <= 0


open_line = st.builds(
    lambda price, quantity, percent, discount: OpenLine(
        charged := max(price * quantity - discount, 0),
        quantity,
        charged - -(-charged * percent // 100),
    ),
    st.integers(1_000, 500_000),
    st.integers(1, 40),
    st.sampled_from((10, 30, 55, 90, 100)),
    st.integers(0, 30_000),
)


@given(st.data(), st.lists(open_line, min_size=1, max_size=4))
def test_whatever_is_given_back_in_whatever_steps_the_sums_are_right(data: st.DataObject, made: list[OpenLine]) -> None:
    lines = {uuid.uuid4(): line for line in made}
    paid = sum(line.paid_vnd for line in lines.values())
    given_back = 0
    for _step in range(data.draw(st.integers(1, 5))):
        units = {key: data.draw(st.integers(0, line.quantity - line.units_before)) for key, line in lines.items()}
        if not any(units.values()):
            continue
        try:
            after = withdraw(lines, units)
        except ValueError:
            continue  # nothing happened
        back = sum(line.back_vnd for line in after.values())
        assert all(line.back_vnd >= 0 and line.price_vnd >= line.back_vnd for line in after.values())
        assert all(after[key].back_vnd == after[key].price_vnd == 0 for key in lines if not units[key])
        lines = {
            key: OpenLine(
                line.charged_vnd,
                line.quantity,
                after[key].balance_vnd,
                line.units_before + units[key],
                line.withdrawn_vnd + after[key].price_vnd,
            )
            for key, line in lines.items()
        }
        rest = sum(line.balance_vnd for line in lines.values())
        given_back += back
        assert rest == 0 or rest >= 10_000
        assert all(line.paid_vnd >= 0 and line.balance_vnd >= 0 for line in lines.values())
        assert sum(line.paid_vnd for line in lines.values()) == paid - given_back
    if all(line.units_before == line.quantity for line in lines.values()):
        assert given_back == paid and not any(line.balance_vnd for line in lines.values())


def test_a_rest_too_small_for_a_card_is_taken_off_what_goes_back() -> None:
    large, small = uuid.uuid4(), uuid.uuid4()
    lines = {large: OpenLine(100_000, 1, 70_000), small: OpenLine(20_000, 2, 14_000)}
    after = withdraw(lines, {large: 1, small: 1})
    assert (after[large].back_vnd + after[small].back_vnd, after[small].balance_vnd) == (30_000 + 3_000 - 7_000, 0)
    with pytest.raises(ValueError, match="do not hold"):
        withdraw({small: OpenLine(20_000, 2, 14_000)}, {small: 1})
