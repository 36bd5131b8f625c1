"""Entries of the diary as evidence: which are offered, whose they may be, and that a correction takes nothing away."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.db import db
from core.errors import Conflict, Invalid, NotFound
from tests.factories import make_entry, make_plot, sign_in
from tests.traceability.attestations.test_inspections import close
from tests.traceability.attestations.world import World, make_world
from tests.traceability.farm import days_ago, make_farm
from traceability.attestations.inspections.usecases import start_inspection
from traceability.attestations.self_checks.models import SelfCheck, SelfCheckEvidence
from traceability.attestations.self_checks.queries import entries_to_show, sheet_of
from traceability.attestations.self_checks.usecases import remove_evidence, show_entries, submit_self_check
from traceability.diary.entries import correct_entry, facts_of, withdraw_entry
from traceability.diary.entry_models import DiaryEntry

BASE = "/farm/attestations/self-checks"


def trained(world: World, days: int = 10, **values: object) -> DiaryEntry:
    """A training on the world's plot: what the items of its checklist name."""
    return make_entry(world.farm.plot, **{"activity": "training", "done_on": days_ago(days), **values})


def show(world: World, self_check: SelfCheck, *entries: DiaryEntry, item: str = "A-1") -> list[SelfCheckEvidence]:
    return show_entries(
        actor=world.farm.actor,
        self_check_id=self_check.id,
        item_id=world.items()[item].id,
        entry_ids=[entry.id for entry in entries],
    )


def offered(world: World, self_check: SelfCheck, *, every_activity: bool = False) -> list[DiaryEntry]:
    item = world.items()["A-1"]
    return entries_to_show(self_check, item, today=days_ago(0), every_activity=every_activity)


def test_entries_of_the_items_activities_within_a_year_are_offered(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.draft()
    older, newer = trained(world, 300), trained(world, 2)
    pruning = trained(world, 3, activity="pruning")
    trained(world, 400)
    make_entry(make_plot(world.farm.producer), activity="training", done_on=days_ago(2))
    assert offered(world, self_check) == [newer, older]
    assert offered(world, self_check, every_activity=True) == [newer, pruning, older]
    show(world, self_check, newer)
    assert offered(world, self_check) == [older]


def test_what_was_corrected_is_not_offered_but_its_correction(session: scoped_session[Session]) -> None:
    world = make_world()
    entry = trained(world)
    newer = correct_entry(actor=world.farm.actor, entry_id=entry.id, facts=facts_of(entry), reason="nhầm ngày")
    assert offered(world, world.draft()) == [newer]


def test_showing_twice_changes_nothing_and_a_draft_gives_it_back(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check, entry = world.draft(), trained(world)
    first = show(world, self_check, entry)
    assert show(world, self_check, entry) == []
    assert [one.entry_id for one in sheet_of(self_check).row("A-1").evidence] == [entry.id]
    remove_evidence(actor=world.farm.actor, self_check_id=self_check.id, evidence_id=first[0].id)
    assert not sheet_of(self_check).row("A-1").evidence


def test_only_entries_that_stand_on_plots_of_the_self_check(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.draft()
    elsewhere = make_entry(make_farm().plot, activity="training", done_on=days_ago(1))
    gone = trained(world)
    withdraw_entry(actor=world.farm.actor, entry_id=gone.id, reason="ghi nhầm vườn")
    for refused in ([elsewhere], [gone], []):
        with pytest.raises(Invalid) as error:
            show(world, self_check, *refused)
        assert error.value.field == "entry_ids"
    with pytest.raises(NotFound):
        show_entries(
            actor=make_farm().actor,
            self_check_id=self_check.id,
            item_id=world.items()["A-1"].id,
            entry_ids=[trained(world).id],
        )


def test_what_was_handed_in_stays_and_its_correction_is_shown(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check, entry = world.draft(), trained(world)
    show(world, self_check, entry)
    world.answer(self_check)
    submit_self_check(actor=world.farm.actor, self_check_id=self_check.id)
    with pytest.raises(Conflict):
        show(world, self_check, trained(world))
    later = correct_entry(actor=world.farm.actor, entry_id=entry.id, facts=facts_of(entry), reason="nhầm ngày")
    last = withdraw_entry(actor=world.farm.actor, entry_id=later.id, reason="không có buổi nào")
    sheet = sheet_of(self_check)
    assert [one.entry_id for one in sheet.row("A-1").evidence] == [entry.id]
    assert sheet.corrections == {entry.id: [later, last]}


def test_what_is_added_after_an_inspection_says_so(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    world.find(self_check, "A-1", due_on=days_ago(-14))
    close(world, self_check)
    assert [one.round for one in show(world, self_check, trained(world, 0))] == [1]


def test_the_database_wants_a_file_or_an_entry(session: scoped_session[Session]) -> None:
    world = make_world()
    evidence = show(world, world.draft(), trained(world))[0]
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE self_check_evidence SET entry_id = NULL WHERE id = :id"), {"id": evidence.id})


def test_a_farmer_picks_entries_and_the_inspector_reads_the_correction(client: FlaskClient) -> None:
    world = make_world()
    self_check, entry = world.draft(), trained(world, note="Học cách đọc nhãn")
    page = f"{BASE}/{self_check.id}/items/A-1"
    farmer = world.farm.signed_in(client)
    assert str(entry.id) in farmer.get(page).text
    assert farmer.post(f"{page}/entries").status_code == 422
    assert farmer.post(f"{page}/entries", data={"entry_ids": str(make_farm().plot.id)}).status_code == 422
    assert farmer.post(f"{page}/entries", data={"entry_ids": str(entry.id)}).status_code == 303
    assert "Học cách đọc nhãn" in farmer.get(page).text
    world.answer(self_check)
    submit_self_check(actor=world.farm.actor, self_check_id=self_check.id)
    correct_entry(actor=world.farm.actor, entry_id=entry.id, facts=facts_of(entry), reason="Sai tên người học")
    sign_in(client, world.inspector_user)
    read = client.get(f"/inspections/self-checks/{self_check.id}/groups/ONE").text
    assert "Học cách đọc nhãn" in read and "Sai tên người học" in read
    assert client.get(f"/farm/diary/entries/{entry.id}").status_code == 404


def test_an_entry_has_a_page_for_its_own_farm(client: FlaskClient) -> None:
    world = make_world()
    entry = trained(world)
    later = correct_entry(actor=world.farm.actor, entry_id=entry.id, facts=facts_of(entry), reason="Sai tên người học")
    farmer = world.farm.signed_in(client)
    old, new = (farmer.get(f"/farm/diary/entries/{one.id}").text for one in (entry, later))
    assert f"/farm/diary/entries/{later.id}" in old and "Sai tên người học" in old and "Sai tên người học" in new
    assert f"/farm/diary/entries/{later.id}/correct" in new and "/correct" not in old
    assert make_farm().signed_in(client).get(f"/farm/diary/entries/{entry.id}").status_code == 404
