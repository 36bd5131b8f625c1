"""From the self-check through inspection and corrections to the result, and who may do what."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import Actor, RoleName
from core.db import db
from core.errors import AppError, Conflict, Invalid, NotFound, Refused
from tests.factories import make_user
from tests.traceability.attestations.papers import pdf, picture
from tests.traceability.attestations.world import World, make_world
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.attestations.files.usecases import Upload
from traceability.attestations.inspections.queries import (
    actions_of,
    findings_of,
    inspections_of,
    open_actions_of,
    score_of_findings,
)
from traceability.attestations.inspections.usecases import (
    GivenFinding,
    close_inspection,
    record_findings,
    report_correction,
    start_inspection,
    take_over_inspection,
)
from traceability.attestations.self_checks.models import Answer, SelfCheck, SelfCheckStatus
from traceability.attestations.self_checks.queries import sheet_of
from traceability.attestations.self_checks.usecases import (
    GivenAnswer,
    add_evidence,
    answer_items,
    remove_evidence,
    submit_self_check,
    take_back_self_check,
)


def close(world: World, self_check: SelfCheck, *, may_correct: bool = True, actor: Actor | None = None) -> None:
    close_inspection(
        actor=actor or world.inspector,
        self_check_id=self_check.id,
        inspected_on=days_ago(0),
        summary=None,
        may_correct=may_correct,
    )


def test_a_self_check_tells_what_is_open(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.draft()
    items = world.items()
    answer_items(
        actor=world.farm.actor,
        self_check_id=self_check.id,
        answers={
            items["A-1"].id: GivenAnswer(Answer.NO, "chưa có"),
            items["B-1"].id: GivenAnswer(Answer.NO),
            items["B-2"].id: GivenAnswer(Answer.NOT_APPLICABLE),
        },
    )
    progress = sheet_of(self_check).progress
    assert (progress.total, progress.answered, progress.percent) == (12, 3, 25)
    assert progress.mandatory_no == ("A-1",)
    assert progress.without_reason == ("B-2",)
    assert "A-2" in progress.unanswered
    with pytest.raises(Conflict):
        submit_self_check(actor=world.farm.actor, self_check_id=self_check.id)


def test_a_mandatory_item_answered_no_keeps_it_from_being_handed_in(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.draft()
    world.answer(self_check, A_1=Answer.NO)
    with pytest.raises(Conflict):
        submit_self_check(actor=world.farm.actor, self_check_id=self_check.id)
    world.answer(self_check, B_1=Answer.NO)
    assert submit_self_check(actor=world.farm.actor, self_check_id=self_check.id).status == SelfCheckStatus.SUBMITTED


def test_items_for_groups_count_only_for_groups(session: scoped_session[Session]) -> None:
    world = make_world(group_items=2)
    assert len(sheet_of(world.draft()).rows) == 12
    assert len(sheet_of(world.draft(is_group=True)).rows) == 14


def test_what_was_handed_in_is_frozen_until_it_is_taken_back(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    with pytest.raises(Conflict):
        world.answer(self_check)
    with pytest.raises(IntegrityError, match="handed in"), session.begin_nested():
        session.execute(text("UPDATE self_check_answers SET answer = 'no'"))
    with pytest.raises(IntegrityError, match="handed in"), session.begin_nested():
        session.execute(text("DELETE FROM self_check_answers"))
    take_back_self_check(actor=world.farm.actor, self_check_id=self_check.id)
    world.answer(self_check, B_1=Answer.NO)


def test_it_cannot_be_taken_back_once_an_inspector_has_it(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    with pytest.raises(Conflict):
        take_back_self_check(actor=world.farm.actor, self_check_id=self_check.id)


def test_evidence_can_be_shown_for_several_items_and_taken_away(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check, items = world.draft(), world.items()
    first = add_evidence(
        actor=world.farm.actor, self_check_id=self_check.id, item_id=items["A-1"].id, upload=Upload("a.jpg", picture())
    )
    second = add_evidence(
        actor=world.farm.actor, self_check_id=self_check.id, item_id=items["A-2"].id, file_id=first.file_id
    )
    assert second.file_id == first.file_id
    remove_evidence(actor=world.farm.actor, self_check_id=self_check.id, evidence_id=first.id)
    sheet = sheet_of(self_check)
    assert (len(sheet.row("A-1").evidence), len(sheet.row("A-2").evidence)) == (0, 1)


def test_a_file_of_another_producer_is_not_evidence(session: scoped_session[Session]) -> None:
    world, other = make_world(), make_world()
    theirs = add_evidence(
        actor=other.farm.actor,
        self_check_id=other.draft().id,
        item_id=other.items()["A-1"].id,
        upload=Upload("a.pdf", pdf()),
    )
    with pytest.raises(Invalid):
        add_evidence(
            actor=world.farm.actor,
            self_check_id=world.draft().id,
            item_id=world.items()["A-1"].id,
            file_id=theirs.file_id,
        )


def test_plots_of_others_are_refused(session: scoped_session[Session]) -> None:
    world, other = make_world(), make_farm()
    with pytest.raises(Invalid) as refused:
        world.draft(plot_ids=[world.farm.plot.id, other.plot.id])
    assert refused.value.field == "plot_ids"
    with pytest.raises(NotFound):
        world.draft(producer_id=other.producer.id)


def test_everything_conforms_and_it_passes(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.inspected()
    assert self_check.status == SelfCheckStatus.PASSED
    (inspection,) = inspections_of(self_check.id)
    assert inspection.result == "passed" and inspection.inspector_id == world.inspector_user.id


def test_one_of_ten_recommended_items_may_fail(session: scoped_session[Session]) -> None:
    assert make_world().inspected("B-1").status == SelfCheckStatus.PASSED
    assert make_world().inspected("B-1", "B-2").status == SelfCheckStatus.CORRECTIONS
    assert make_world().inspected("A-1").status == SelfCheckStatus.CORRECTIONS
    assert make_world().inspected("A-1", may_correct=False).status == SelfCheckStatus.FAILED


def test_the_rule_is_that_of_the_checklists_version(session: scoped_session[Session]) -> None:
    world = make_world(recommended=2)
    assert world.inspected("B-1").status == SelfCheckStatus.CORRECTIONS


def test_closing_needs_a_finding_on_every_item(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    record_findings(
        actor=world.inspector,
        self_check_id=self_check.id,
        findings={world.items()["A-1"].id: GivenFinding(Answer.YES)},
    )
    with pytest.raises(Invalid) as refused:
        close(world, self_check)
    assert "A-2" in str(refused.value) and refused.value.field == "findings"


def test_a_fault_needs_a_correction_with_its_day(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    world.find(self_check, "A-1")
    with pytest.raises(Invalid) as refused:
        close(world, self_check)
    assert "A-1" in str(refused.value)
    close(world, self_check, may_correct=False)
    assert self_check.status == SelfCheckStatus.FAILED


@pytest.mark.parametrize("days", [-1, 366])
def test_a_correction_is_due_within_a_year(session: scoped_session[Session], days: int) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    with pytest.raises(Invalid) as refused:
        world.find(self_check, "A-1", due_on=days_ago(-days))
    assert refused.value.field == "due_on"


def test_a_finding_that_conforms_after_all_takes_its_correction_away(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    inspection = start_inspection(actor=world.inspector, self_check_id=self_check.id)
    world.find(self_check, "A-1", due_on=days_ago(-3))
    assert len(actions_of(inspection.id)) == 1
    world.find(self_check)
    assert actions_of(inspection.id) == {}


def test_corrections_are_reported_shown_and_inspected_again(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.inspected("A-1", "B-1")
    item = world.items()["A-1"]
    (first, second) = open_actions_of([world.farm.producer.id])
    action = first.action if first.item.id == item.id else second.action
    evidence = add_evidence(
        actor=world.farm.actor, self_check_id=self_check.id, item_id=item.id, upload=Upload("sau.jpg", picture())
    )
    assert evidence.round == 1
    with pytest.raises(Conflict):
        remove_evidence(actor=world.farm.actor, self_check_id=self_check.id, evidence_id=evidence.id)
    report_correction(actor=world.farm.actor, self_check_id=self_check.id, action_id=action.id, response="Đã treo biển")
    assert [entry.item.code for entry in open_actions_of([world.farm.producer.id])] == ["B-1"]

    other = make_user(RoleName.PROVINCE_OFFICER)
    again = start_inspection(actor=actor_of(other), self_check_id=self_check.id)
    assert again.number == 2
    carried = findings_of(again.id)
    assert len(carried) == 10 and item.id not in carried
    assert open_actions_of([world.farm.producer.id]) == []
    record_findings(
        actor=actor_of(other),
        self_check_id=self_check.id,
        findings={
            item.id: GivenFinding(Answer.YES),
            world.items()["B-1"].id: GivenFinding(Answer.NO, "Vẫn còn thiếu"),
        },
    )
    close(world, self_check, actor=actor_of(other))
    assert self_check.status == SelfCheckStatus.PASSED
    assert score_of_findings(sheet_of(self_check), findings_of(again.id)).recommended.percent == 90


def test_a_closed_inspection_is_frozen(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.inspected()
    with pytest.raises(Conflict):
        world.find(self_check)
    for statement in ("UPDATE inspection_findings SET verdict = 'no'", "DELETE FROM inspection_findings"):
        with pytest.raises(IntegrityError, match="closed"), session.begin_nested():
            session.execute(text(statement))


def test_a_member_never_inspects_their_own_producer(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    both = make_user(RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR, RoleName.PRODUCER_MEMBER)
    db.session.add(ProducerMember(producer_id=world.farm.producer.id, user_id=both.id))
    db.session.flush()
    with pytest.raises(Refused):
        start_inspection(actor=actor_of(both), self_check_id=self_check.id)
    assert self_check.status == SelfCheckStatus.SUBMITTED


def test_who_handed_it_in_does_not_inspect_it_after_leaving(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    membership = session.get(ProducerMember, (world.farm.producer.id, world.farm.user.id))
    session.delete(membership)
    session.flush()
    left = Actor(world.farm.user.id, frozenset({RoleName.INSPECTOR}), "Người đã rời (mẫu)")
    with pytest.raises(Refused):
        start_inspection(actor=left, self_check_id=self_check.id)


def test_the_database_refuses_a_member_too(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    statement = text(
        "INSERT INTO inspections (id, self_check_id, number, inspector_id, started_at) "
        "VALUES (gen_random_uuid(), :self_check, 1, :user, now())"
    )
    with pytest.raises(IntegrityError, match="member"):
        session.execute(statement, {"self_check": self_check.id, "user": world.farm.user.id})


@pytest.mark.parametrize("role", list(RoleName))
def test_who_may_take_an_inspection(session: scoped_session[Session], role: RoleName) -> None:
    world = make_world()
    self_check = world.submitted()
    actor = actor_of(make_user(role))
    if role in (RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR):
        assert start_inspection(actor=actor, self_check_id=self_check.id).number == 1
    else:
        with pytest.raises(NotFound):
            start_inspection(actor=actor, self_check_id=self_check.id)


@pytest.mark.parametrize("role", list(RoleName))
def test_only_an_officer_takes_over(session: scoped_session[Session], role: RoleName) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    actor = actor_of(make_user(role))
    if role is RoleName.PROVINCE_OFFICER:
        assert take_over_inspection(actor=actor, self_check_id=self_check.id).inspector_id == actor.user_id
        with pytest.raises(Refused):
            world.find(self_check)
    else:
        with pytest.raises(AppError):
            take_over_inspection(actor=actor, self_check_id=self_check.id)


def test_two_inspectors_do_not_take_the_same(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    with pytest.raises(Conflict):
        start_inspection(actor=actor_of(make_user(RoleName.INSPECTOR)), self_check_id=self_check.id)


def test_a_draft_is_nobody_elses_business(session: scoped_session[Session]) -> None:
    world = make_world()
    draft = world.draft()
    with pytest.raises(NotFound):
        start_inspection(actor=world.inspector, self_check_id=draft.id)


@pytest.mark.parametrize(("days", "refused"), [(0, False), (90, False), (91, True), (-1, True)])
def test_the_visit_lies_in_the_past_ninety_days(session: scoped_session[Session], days: int, refused: bool) -> None:
    world = make_world()
    self_check = world.submitted()
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    world.find(self_check)
    arguments = {"actor": world.inspector, "self_check_id": self_check.id, "summary": None, "may_correct": True}
    if refused:
        with pytest.raises(Invalid):
            close_inspection(inspected_on=days_ago(days), **arguments)
    else:
        close_inspection(inspected_on=days_ago(days), **arguments)
