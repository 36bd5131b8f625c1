"""The pre-harvest interval, for every order of sprays, corrections, lists and permissions."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import db
from tests.factories import make_plant_protection_list
from tests.traceability.diary.growing import make_garden
from tests.traceability.farm import days_ago
from traceability.diary.entries import correct_entry, facts_of, withdraw_entry
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.errors import HarvestTooEarly
from traceability.diary.harvest_interval import (
    Permission,
    Spray,
    first_allowed_day,
    interval_on_crop,
    longest_interval,
    sprays_in_the_way,
)

PLOT = UUID(int=1)
FIRST = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
sprays = st.lists(
    st.builds(Spray, st.uuids(), st.just(PLOT), days, st.integers(0, 90)),
    max_size=8,
    unique_by=lambda spray: spray.entry_id,
)


def test_the_interval_is_counted_in_whole_days_from_the_day_of_the_spray() -> None:
    spray = Spray(UUID(int=2), PLOT, FIRST, 7)
    assert sprays_in_the_way([spray], on=FIRST + timedelta(days=6)) == [spray]
    assert sprays_in_the_way([spray], on=FIRST + timedelta(days=7)) == []
    assert sprays_in_the_way([spray], on=FIRST - timedelta(days=1)) == []
    assert sprays_in_the_way([replace(spray, interval_days=0)], on=FIRST) == []


@given(sprays, days)
def test_a_harvest_passes_exactly_when_every_spray_before_it_is_long_enough_ago(found: list[Spray], on: date) -> None:
    early = [spray for spray in found if spray.done_on <= on and (on - spray.done_on).days < spray.interval_days]
    in_the_way = sprays_in_the_way(found, on=on)
    assert {spray.entry_id for spray in in_the_way} == {spray.entry_id for spray in early}
    assert [spray.harvest_from for spray in in_the_way] == sorted((s.harvest_from for s in early), reverse=True)


@given(sprays, sprays, days)
def test_more_sprays_never_open_a_plot(found: list[Spray], more: list[Spray], on: date) -> None:
    assert set(sprays_in_the_way(found, on=on)) <= set(sprays_in_the_way(found + more, on=on))


@given(sprays, days, st.integers(0, 30))
def test_longer_intervals_never_open_a_plot(found: list[Spray], on: date, longer: int) -> None:
    before = {spray.entry_id for spray in sprays_in_the_way(found, on=on)}
    lengthened = [replace(spray, interval_days=spray.interval_days + longer) for spray in found]
    assert before <= {spray.entry_id for spray in sprays_in_the_way(lengthened, on=on)}


@given(sprays, days, st.integers(0, 400))
def test_the_first_allowed_day_is_allowed_and_none_before_it(found: list[Spray], today: date, later: int) -> None:
    until_today = [spray for spray in found if spray.done_on <= today]
    first = first_allowed_day(until_today, today=today)
    assert sprays_in_the_way(until_today, on=first + timedelta(days=later)) == []
    if first > today:
        assert sprays_in_the_way(until_today, on=first - timedelta(days=1))


@given(sprays, days, st.data())
def test_a_permission_excuses_only_its_sprays_on_its_days_on_its_plot(
    found: list[Spray], on: date, data: st.DataObject
) -> None:
    named = frozenset(spray.entry_id for spray in found if data.draw(st.booleans()))
    permission = Permission(data.draw(st.sampled_from([PLOT, UUID(int=9)])), data.draw(days), data.draw(days), named)
    left = sprays_in_the_way(found, on=on, permissions=[permission])
    applies = permission.plot_id == PLOT and permission.first_day <= on <= permission.last_day
    expected = [s for s in sprays_in_the_way(found, on=on) if not (applies and s.entry_id in named)]
    assert left == expected


def test_the_longest_interval_counts_and_an_unknown_crop_has_none() -> None:
    assert longest_interval([3, 14, 7]) == 14
    assert interval_on_crop({"citrus": 7}, "citrus") == 7
    assert interval_on_crop({"citrus": 7}, "tea") is None
    assert interval_on_crop({"citrus": 7}, None) is None


steps = st.lists(
    st.one_of(
        st.tuples(st.just("spray"), st.integers(0, 40)),
        st.tuples(st.just("correct"), st.integers(0, 40)),
        st.tuples(st.just("withdraw"), st.just(0)),
        st.tuples(st.just("list"), st.integers(0, 30)),
        st.tuples(st.just("harvest"), st.integers(0, 40)),
    ),
    min_size=2,
    max_size=10,
)


@pytest.mark.usefixtures("session")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_order_of_sprays_corrections_and_lists_lets_a_harvest_through_early(walk: list[tuple[str, int]]) -> None:
    """Beside the database runs the plainest model: which sprays stand, on which day, with the interval of then."""
    savepoint = db.session.begin_nested()
    garden = make_garden()
    actor, standing, known = garden.farm.actor, dict[UUID, DiaryEntry](), {days_ago(400): 7}
    for kind, number in walk:
        if kind == "spray":
            entry = garden.sprayed(days=number, amount=1, confirmed=["harvested"])
            standing[entry.id] = entry
        elif kind == "list":
            known[days_ago(number)] = number
            make_plant_protection_list(days_ago(number), abamectin={"citrus": number})
        elif kind == "harvest":
            on = days_ago(number)
            early = [s for s in standing.values() if s.done_on <= on < s.done_on + timedelta(days=s.interval_days or 0)]
            try:
                garden.harvested(days=number)
            except HarvestTooEarly as refusal:
                assert early and refusal.allowed_from == max(s.harvest_from for s in early if s.harvest_from)
            else:
                assert not early
        elif standing:
            old = standing.pop(next(iter(standing)))
            if kind == "withdraw":
                withdraw_entry(actor=actor, entry_id=old.id, reason="Thử")
                continue
            facts = replace(facts_of(old), done_on=days_ago(number))
            new = correct_entry(actor=actor, entry_id=old.id, facts=facts, reason="Thử", confirmed=["harvested"])
            standing[new.id] = new
        for entry in standing.values():
            if kind in ("spray", "correct") and entry.id == max(standing):
                in_force = [since for since in known if since <= entry.done_on] or [min(known)]
                assert entry.interval_days == known[max(in_force)]
    assert garden.spray.used_amount == len(standing)
    savepoint.rollback()
