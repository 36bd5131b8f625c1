"""Checklists: versioned, append-only, read with an error for each fault."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.db import db
from core.errors import Conflict, Invalid
from tests.traceability.attestations.world import checklist_text, make_world
from tests.traceability.farm import days_ago
from traceability.attestations.checklists.build_reference_checklist import FREQUENCIES, build
from traceability.attestations.checklists.models import Checklist, ChecklistItem
from traceability.attestations.checklists.queries import checklists_in_force, items_of
from traceability.attestations.checklists.rules import read_checklist
from traceability.attestations.checklists.usecases import REFERENCE, import_checklist, import_reference_checklist


def changed(**values: object) -> str:
    return json.dumps({**json.loads(checklist_text()), **values})


def test_the_reference_checklist_reads_and_says_that_it_is_a_sample() -> None:
    data = read_checklist(REFERENCE.read_text())
    assert data.is_sample and "Sample" in data.source
    assert len(data.items) == 69
    assert sum(item.level == "A" for item in data.items) == 51
    assert data.required_percent.A == 100 and data.required_percent.B == 90


def test_it_can_be_rebuilt() -> None:
    item = {
        "code": "X-1", "group": "X", "level": "A", "scope": "all", "title_vi": "Một", "title_en": "One",
        "evidence": ["photo"], "diary_activities": [], "check_frequency": next(iter(FREQUENCIES)),
    }  # fmt: skip
    content = build({"groups": [{"code": "X", "name_vi": "Một", "name_en": "One"}], "items": [item]})
    assert read_checklist(json.dumps(content)).items[0].vi == "Một"


def test_importing_twice_changes_nothing(session: scoped_session[Session]) -> None:
    data = read_checklist(checklist_text())
    first = import_checklist(data)
    again = import_checklist(read_checklist(json.dumps(json.loads(checklist_text()), indent=3)))
    assert (first.is_new, again.is_new) == (True, False)
    assert first.checklist is again.checklist
    assert len(items_of(first.checklist.id, with_groups=True)) == 13
    assert len(items_of(first.checklist.id, with_groups=False)) == 12


def test_a_version_never_changes(session: scoped_session[Session]) -> None:
    import_checklist(read_checklist(checklist_text()))
    with pytest.raises(Conflict):
        import_checklist(read_checklist(changed(required_percent={"A": 100, "B": 80})))


@pytest.mark.parametrize("table", ["checklists", "checklist_items"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_changes(session: scoped_session[Session], table: str, statement: str) -> None:
    import_checklist(read_checklist(checklist_text()))
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement.format(table)))


def test_the_newest_in_force_is_offered_and_running_ones_keep_theirs(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.draft()
    newer = import_checklist(read_checklist(changed(version="newer", in_force_from=days_ago(1).isoformat()))).checklist
    future = import_checklist(
        read_checklist(changed(version="future", in_force_from=days_ago(-10).isoformat()))
    ).checklist
    today = {checklist.id for checklist in checklists_in_force(on=days_ago(0))}
    assert newer.id in today and world.checklist.id not in today and future.id not in today
    assert self_check.checklist_id == world.checklist.id
    later = {checklist.id for checklist in checklists_in_force(on=days_ago(-10))}
    assert future.id in later


def test_one_that_has_ended_is_not_offered(session: scoped_session[Session]) -> None:
    ended = import_checklist(read_checklist(changed(in_force_until=days_ago(1).isoformat()))).checklist
    assert ended.id not in {checklist.id for checklist in checklists_in_force(on=days_ago(0))}
    assert ended.id in {checklist.id for checklist in checklists_in_force(on=days_ago(1))}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("{", "line 1"),
        ("[]", "the file"),
        (changed(standard=""), "standard"),
        (changed(in_force_from="soon"), "in_force_from"),
        (changed(in_force_until="2019-01-01"), "in_force_until lies before"),
        (changed(required_percent={"A": 101, "B": 90}), "required_percent, A"),
        (changed(items=[]), "items"),
        (changed(groups=[{"code": "ONE", "vi": "Một", "en": "One"}]), "TWO"),
        (changed(items=json.loads(checklist_text())["items"] * 2), "A-1"),
        (changed(colour="red"), "colour"),
    ],
)
def test_each_fault_is_named(content: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_checklist(content)
    assert place in str(refused.value)


def test_rows_are_counted_from_one_and_faults_are_limited() -> None:
    items = json.loads(checklist_text())["items"]
    items[2]["level"] = "C"
    with pytest.raises(Invalid) as refused:
        read_checklist(changed(items=items))
    assert "items 3, level" in str(refused.value)
    with pytest.raises(Invalid) as many:
        read_checklist(changed(items=[{}] * 50))
    assert len(str(many.value).splitlines()) == 21


def test_the_command_imports_and_reports(app: Flask, session: scoped_session[Session], tmp_path: Path) -> None:
    file = tmp_path / "checklist.json"
    runner = app.test_cli_runner()
    file.write_text(changed(items=[]))
    wrong = runner.invoke(args=["attestations", "import-checklist", str(file)])
    assert wrong.exit_code == 1 and "items" in wrong.output
    file.write_bytes(b"\xff\xfe")
    assert runner.invoke(args=["attestations", "import-checklist", str(file)]).exit_code == 1
    file.write_text(checklist_text())
    dry = runner.invoke(args=["attestations", "import-checklist", "--dry-run", str(file)])
    assert dry.exit_code == 0 and "nothing wrong" in dry.output
    assert session.scalar(select(func.count()).select_from(Checklist)) == 0
    assert "13 items added" in runner.invoke(args=["attestations", "import-checklist", str(file)]).output
    assert "13 items unchanged" in runner.invoke(args=["attestations", "import-checklist", str(file)]).output
    assert "69 items added" in runner.invoke(args=["attestations", "import-checklist"]).output


def test_the_reference_checklist_fits_its_tables(session: scoped_session[Session]) -> None:
    checklist = import_reference_checklist().checklist
    count = select(func.count()).select_from(ChecklistItem).where(ChecklistItem.checklist_id == checklist.id)
    assert db.session.scalar(count) == 69
