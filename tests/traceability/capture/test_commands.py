"""`flask epcis capture` and `flask epcis export`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from core.db import db, utc_now
from tests.traceability.capture.conftest import Program, count_events
from traceability.capture import files


def run(app: Flask, *arguments: str, **options: Any) -> Result:
    return app.test_cli_runner().invoke(args=["epcis", *arguments], **options)


@pytest.fixture
def document(program: Program, tmp_path: Path) -> Path:
    """A file with three good events and one that is not."""
    events = [program.event(1), program.event(2), program.event(3, action="LOOK"), program.event(4)]
    path = tmp_path / "events.jsonld"
    path.write_text(json.dumps(program.document(*events)))
    return path


def account(program: Program) -> str:
    return program.farm.user.email or program.farm.user.phone or ""


def test_a_file_is_captured_on_behalf_of_an_account(app: Flask, program: Program, document: Path) -> None:
    result = run(app, "capture", str(document), "--as", account(program))
    assert result.exit_code == 1
    assert result.stdout == f"{document}: 3 captured, 0 there already, 1 refused\n"
    assert f"{document}: /epcisBody/eventList/2/action: " in result.stderr
    assert count_events() == 3


def test_what_is_there_already_is_passed_over(app: Flask, program: Program, document: Path) -> None:
    run(app, "capture", str(document), "--as", account(program))
    result = run(app, "capture", str(document), "--as", account(program))
    assert result.stdout == f"{document}: 0 captured, 3 there already, 1 refused\n"
    assert count_events() == 3


def test_a_command_that_was_interrupted_goes_on_without_doubles(
    app: Flask, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.jsonld"
    path.write_text(json.dumps(program.document(*(program.event(number) for number in range(1200)))))
    calls = iter(range(10))
    store = files.store_events

    def interrupted(**arguments: Any) -> object:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return store(**arguments)

    monkeypatch.setattr(files, "store_events", interrupted)
    assert run(app, "capture", str(path), "--as", account(program)).exit_code != 0
    assert count_events() == 500
    result = run(app, "capture", str(path), "--as", account(program))
    assert result.stdout == f"{path}: 700 captured, 500 there already, 0 refused\n" and result.exit_code == 0
    assert count_events() == 1200


def test_standard_input_and_what_cannot_be_read(app: Flask, program: Program, document: Path) -> None:
    result = run(app, "capture", "-", "missing.json", "--as", account(program), input=document.read_bytes())
    assert result.exit_code == 1 and "-: 3 captured" in result.stdout and "missing.json: " in result.stderr
    broken = document.with_name("broken.json")
    broken.write_text('{"type": "EPCISDocument"')
    result = run(app, "capture", str(broken), "--as", account(program))
    assert result.exit_code == 1 and f"{broken}: " in result.stderr and result.stdout == ""


@pytest.mark.parametrize("name", ["nobody@example.vn", "0912 000 000", "nonsense", ""])
def test_an_account_that_there_is_not(app: Flask, program: Program, document: Path, name: str) -> None:
    result = run(app, "capture", str(document), "--as", name)
    assert result.exit_code != 0 and count_events() == 0


def test_an_account_captures_for_its_own_goods_only(app: Flask, program: Program, tmp_path: Path) -> None:
    path = tmp_path / "foreign.jsonld"
    foreign = {"epcList": ["https://id.gs1.org/01/09506000134352/21/1"], "readPoint": {"id": "urn:uuid:1"}}
    path.write_text(json.dumps(program.document(program.event(1, **foreign))))
    result = run(app, "capture", str(path), "--as", account(program))
    assert result.exit_code == 1 and "09506000134352" in result.stderr and count_events() == 0


def test_the_journal_is_exported_in_the_order_of_recording(app: Flask, program: Program) -> None:
    contexts = {"@context": ["https://example.org/c", {"example": "https://example.org/a/"}]}
    others = {"@context": [{"example": "https://example.org/b/"}]}
    program.captured(program.document(program.event(2, **{"example:x": 1.50}), **contexts))
    program.captured(program.document(program.event(1, **{"example:x": 1}), **others))
    result = run(app, "export")
    assert result.exit_code == 0
    exported = json.loads(result.stdout)
    assert exported["type"] == "EPCISDocument" and exported["schemaVersion"] == "2.0"
    first, second = exported["epcisBody"]["eventList"]
    assert first["eventTime"] > second["eventTime"] and first["recordTime"] <= second["recordTime"]
    assert first["@context"][-1] == {"example": "https://example.org/a/"}
    assert second["@context"][-1] == {"example": "https://example.org/b/"}


def test_an_export_begins_where_it_is_told(app: Flask, program: Program) -> None:
    program.captured(program.document(program.event(1)))
    now = utc_now().isoformat()
    assert len(json.loads(run(app, "export", "--since", "2026-01-01T00:00:00+07:00").stdout)["epcisBody"]["eventList"])
    assert json.loads(run(app, "export", "--since", now).stdout)["epcisBody"]["eventList"] == []
    for wrong in ("yesterday", "2026-01-01T00:00:00"):
        assert run(app, "export", "--since", wrong).exit_code == 2
    db.session.rollback()
