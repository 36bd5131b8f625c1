"""Who acts for a producer, and the numbers that the site issues."""

import uuid

import pytest

from catalog.producers.policies import may_act_for
from catalog.producers.queries import (
    find_producer,
    get_producer,
    get_producer_by_slug,
    list_newest_producers,
    producers_of,
)
from catalog.producers.usecases import issue_gln
from core.accounts import ANONYMOUS, RoleName
from core.errors import NotFound
from core.gs1 import check_digit
from tests.catalog.actors import actor_of, new_actor
from tests.factories import make_producer, make_user

pytestmark = pytest.mark.usefixtures("session")
OTHER_ROLES = [role for role in RoleName if role not in (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)]


def test_members_act_for_their_producer_and_for_no_other() -> None:
    member = make_user(RoleName.PRODUCER_MEMBER)
    own, other = make_producer(member), make_producer()
    actor = actor_of(member, RoleName.PRODUCER_MEMBER)
    assert may_act_for(actor, own.id)
    assert not may_act_for(actor, other.id)
    assert not may_act_for(actor, uuid.uuid4())
    assert producers_of(actor) == [own]


def test_a_member_who_lost_the_role_acts_for_nobody() -> None:
    member = make_user()
    producer = make_producer(member)
    assert not may_act_for(actor_of(member, RoleName.CONSUMER), producer.id)
    assert producers_of(actor_of(member, RoleName.CONSUMER)) == []


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_other_roles_act_for_no_producer(role: RoleName) -> None:
    actor = new_actor(role)
    assert not may_act_for(actor, make_producer().id)
    assert producers_of(actor) == []


def test_administrators_act_for_every_producer_and_nobody_known_for_none() -> None:
    producer = make_producer()
    assert may_act_for(new_actor(RoleName.ADMINISTRATOR), producer.id)
    assert not may_act_for(ANONYMOUS, producer.id)
    assert producers_of(ANONYMOUS) == []


def test_reading_producers() -> None:
    producer = make_producer()
    assert get_producer(producer.id) is producer
    assert get_producer_by_slug(producer.slug) is producer
    assert producer in list_newest_producers()
    assert find_producer(uuid.uuid4()) is None
    with pytest.raises(NotFound):
        get_producer(uuid.uuid4())
    with pytest.raises(NotFound):
        get_producer_by_slug("khong-co")


def test_issued_location_numbers_differ_and_hold_their_check_digit() -> None:
    numbers = {issue_gln() for _ in range(5)}
    assert len(numbers) == 5
    assert all(len(number) == 13 and number.startswith("9521") for number in numbers)
    assert all(number[-1] == check_digit(number[:-1]) for number in numbers)
