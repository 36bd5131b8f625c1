"""Many entries at once: tried without a trace, written as a whole or not at all."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import db, new_id
from core.errors import Invalid, NotFound
from tests.factories.traceability import make_entry
from tests.traceability.diary_bulk.conftest import DAY, Cooperative, count_entries
from tests.traceability.farm import make_farm
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.errors import HarvestTooEarly, NotEnoughInStore
from traceability.diary.models import Plot
from traceability.diary.rules import EntryFacts, InputAmount
from traceability.diary.store_models import AmountUnit
from traceability.diary_bulk.usecases import MOST_PLOTS, PlotFacts, record_for_plots, try_for_plots


def spray(cooperative: Cooperative, amount: int) -> EntryFacts:
    use = InputAmount(cooperative.product.id, amount, AmountUnit.MILLILITRE)
    return EntryFacts("pesticide_spraying", DAY, area_m2=100, inputs=(use,))


def on(plots: list[Plot], facts: EntryFacts) -> list[PlotFacts]:
    return [PlotFacts(plot.id, facts) for plot in plots]


def test_a_trial_leaves_nothing_behind(cooperative: Cooperative) -> None:
    results = try_for_plots(actor=cooperative.farm.actor, plots=on(cooperative.plots, spray(cooperative, 10)))
    assert [result.error for result in results] == [None] * 40
    assert {result.harvest_from for result in results} == {DAY + timedelta(days=14)}
    assert count_entries() == 0
    assert cooperative.product.used_amount == 0


def test_the_store_is_shared_out_in_order_until_it_is_empty(cooperative: Cooperative) -> None:
    plots = on(cooperative.plots[:5], spray(cooperative, 300))
    results = try_for_plots(actor=cooperative.farm.actor, plots=plots)
    assert [type(result.error) for result in results] == [type(None)] * 3 + [NotEnoughInStore] * 2
    with pytest.raises(NotEnoughInStore), db.session.begin_nested():
        record_for_plots(actor=cooperative.farm.actor, plots=plots, confirmed=(), submission_id=new_id())
    assert count_entries() == 0


def test_what_is_unusual_is_told_and_still_counted(cooperative: Cooperative) -> None:
    facts = replace(spray(cooperative, 600), area_m2=100_000)
    first, second = try_for_plots(actor=cooperative.farm.actor, plots=on(cooperative.plots[:2], facts))
    assert [doubt.code for doubt in first.doubts] == ["area"]
    assert isinstance(second.error, NotEnoughInStore)


def test_all_is_written_once_however_often_it_is_sent(cooperative: Cooperative) -> None:
    plots, submission_id = on(cooperative.plots, spray(cooperative, 10)), uuid.uuid4()
    for _time in range(2):
        written = record_for_plots(actor=cooperative.farm.actor, plots=plots, confirmed=(), submission_id=submission_id)
        assert [entry.plot_id for entry in written] == [plot.id for plot in cooperative.plots]
    assert count_entries() == 40
    db.session.refresh(cooperative.product)
    assert cooperative.product.used_amount == 400
    assert set(db.session.scalars(select(DiaryEntry.recorded_by))) == {cooperative.farm.user.id}


def test_a_harvest_inside_an_interval_is_refused_for_its_plot_alone(cooperative: Cooperative) -> None:
    actor, (sprayed, other) = cooperative.farm.actor, cooperative.plots[:2]
    record_for_plots(actor=actor, plots=on([sprayed], spray(cooperative, 10)), confirmed=(), submission_id=uuid.uuid4())
    harvest = EntryFacts("harvesting", DAY + timedelta(days=5), amount=1000, unit=AmountUnit.GRAM)
    results = try_for_plots(actor=actor, plots=on([other, sprayed], harvest))
    assert results[0].error is None
    assert isinstance(results[1].error, HarvestTooEarly)


def test_another_s_plot_does_not_exist(cooperative: Cooperative) -> None:
    foreign = make_farm().plot
    facts = EntryFacts("weeding", DAY)
    (result,) = try_for_plots(actor=cooperative.farm.actor, plots=on([foreign], facts))
    assert isinstance(result.error, NotFound)
    with pytest.raises(NotFound):
        record_for_plots(
            actor=cooperative.farm.actor, plots=on([foreign], facts), confirmed=(), submission_id=uuid.uuid4()
        )
    with pytest.raises(NotFound):
        try_for_plots(actor=cooperative.farm.actor, plots=[PlotFacts(uuid.uuid4(), facts)])


def test_none_and_too_many_plots_are_refused(cooperative: Cooperative) -> None:
    facts = EntryFacts("weeding", DAY)
    for plots in ([], on(cooperative.plots[:1], facts) * (MOST_PLOTS + 1)):
        with pytest.raises(Invalid) as refusal:
            try_for_plots(actor=cooperative.farm.actor, plots=plots)
        assert refusal.value.field == "plots"


def test_a_trial_sees_what_was_there(cooperative: Cooperative) -> None:
    make_entry(cooperative.plots[0], activity="weeding", done_on=DAY)
    try_for_plots(actor=cooperative.farm.actor, plots=on(cooperative.plots[:1], EntryFacts("weeding", DAY)))
    assert count_entries() == 1
