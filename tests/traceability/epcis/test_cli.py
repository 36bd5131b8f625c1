"""`flask epcis validate` and `flask epcis hash`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.traceability.epcis import events as own
from traceability.epcis.cli import epcis_commands
from traceability.epcis.hashing import event_hash, pre_hash


def run(*arguments: str | Path, stdin: bytes | None = None) -> tuple[int, list[str], list[str]]:
    result = CliRunner().invoke(epcis_commands, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "document": json.dumps(own.DOCUMENT_WITH_MASTER_DATA),
        "query": json.dumps(own.query_document(own.SIMPLE_EVENT)),
        "event": json.dumps({"@context": own.CONTEXT, **own.SIMPLE_EVENT}),
        "wrong": json.dumps(own.document(own.SIMPLE_EVENT, {**own.SIMPLE_EVENT, "own": 1})),
        "head": json.dumps({**own.document(), "creationDate": "today"}),
        "alone": json.dumps(own.SIMPLE_EVENT),
        "cut": json.dumps(own.document(own.SIMPLE_EVENT))[:-30],
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    return tmp_path


def test_validate_says_one_line_a_file(folder: Path) -> None:
    good = [folder / "document", folder / "query", folder / "event"]
    assert run("validate", *good) == (0, [f"{name}: valid" for name in good], [])
    names = ["document", "wrong", "head", "alone", "cut", "binary", "nowhere", ""]
    code, lines, errors = run("validate", *[folder / name for name in names])
    assert (code, errors) == (1, [])
    assert [line.removeprefix(f"{folder}") for line in lines] == [
        "/document: valid",
        "/wrong: invalid: /epcisBody/eventList/1/own: The standard has no such field; a field of your own needs a "
        "prefix or a URI as its name.",
        "/head: invalid: /creationDate: A day and time with its offset from UTC is expected here.",
        "/alone: invalid: /@context: An event that stands alone needs its @context.",
        "/cut: invalid: /epcisBody/eventList/0/action: The JSON text ends too early.",
        "/binary: invalid: /: The text is not UTF-8: byte 129.",
        "/nowhere: invalid: /: No such file or directory",
        ": invalid: /: Is a directory",
    ]


def test_validate_reads_standard_input(folder: Path) -> None:
    assert run("validate", "-", stdin=(folder / "document").read_bytes()) == (0, ["-: valid"], [])
    assert run("validate", "-", stdin=b"")[0] == 1


def test_hash_prints_one_line_an_event(folder: Path) -> None:
    code, lines, errors = run("hash", folder / "document", folder / "event")
    expected = [event_hash(event, own.CONTEXT) for event in [*own.FULL_EVENTS, own.SIMPLE_EVENT]]
    assert (code, lines, errors) == (0, expected, [])
    assert run("hash", "--prehash", folder / "event")[1] == [pre_hash(own.SIMPLE_EVENT)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "/type: This field is missing."),
        ('{"type": "ObjectEvent", "eventTime": "soon"}', "/eventTime"),
        ('{"type": "ObjectEvent", "epcList": 5}', "/eventTime: This field is missing."),
        ('{"type": {"a": 1}}', "/eventTime"),
        ('{"type": "ObjectEvent", "readPoint": "x"}', "/eventTime"),
        ('{"type": "example:E", "eventTime": "2026-09-01T01:00:00Z", "eventTimeZoneOffset": "+07:00", "epcList": 5}',
         "/: This event has no hash."),
        ("nothing", "/: This is not JSON"),
    ],
)  # fmt: skip
def test_hash_says_what_has_none(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "events"
    file.write_text(text)
    code, lines, errors = run("hash", file)
    assert (code, lines) == (1, [])
    assert errors[0].startswith(f"{file}: {why}")
