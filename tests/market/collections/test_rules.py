"""What becomes of a collection, and what is set off within a parcel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.collections.models import CollectionStatus
from market.collections.rules import TRANSITIONS, is_worth_collecting, may_become, purpose_state
from market.payments.purposes import PurposeState
from market.refunds.rules import set_off_heavier

ENDS = (CollectionStatus.PAID, CollectionStatus.WAIVED, CollectionStatus.CANCELLED)


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
