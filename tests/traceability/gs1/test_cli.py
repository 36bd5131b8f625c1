"""The commands `flask gs1 parse` and `flask gs1 build`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from traceability.gs1.cli import commands

GTIN = "09506000134352"
ROOT = Path(__file__).resolve().parents[3]


def run(*arguments: str, sent: str | bytes | None = None) -> tuple[int, list[str]]:
    result = CliRunner().invoke(commands, arguments, input=sent)
    return result.exit_code, result.stdout.splitlines()


def test_a_link_is_printed_as_one_json_object() -> None:
    uri = f"https://example.com/01/{GTIN}/10/AB%2Fc?17=261231&linkType=gs1:pip"
    status, lines = run("parse", uri)
    assert status == 0
    assert [json.loads(line) for line in lines] == [
        {
            "uri": uri,
            "element_string": f"(01){GTIN}(10)AB/c(17)261231",
            "canonical": f"https://id.gs1.org/01/{GTIN}/10/AB%2Fc?17=261231",
            "keys": [["01", GTIN], ["10", "AB/c"]],
            "attributes": [["17", "261231"]],
        }
    ]


def test_an_invalid_link_is_said_to_be_and_why() -> None:
    bad = f"https://example.com/01/{GTIN}/10/A%20B"
    status, lines = run("parse", f"https://example.com/01/{GTIN}", bad)
    assert status == 1
    answers = [json.loads(line) for line in lines]
    assert "error" not in answers[0]
    assert answers[1] == {"uri": bad, "error": "“ ” may not stand in (10) BATCH/LOT. [(10), character 2 of “A B”]"}


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        (f"https://example.com/01/{GTIN}/", "end in a slash. [character 38]"),
        (f"https://example.com/01/{GTIN}/10", "no value. [character 41]"),
        (f"https://example.com/01/{GTIN[:-1]}3", "should be 2. [(01), character 14 of"),
        (f"https://example.com/01/{GTIN}?9999=1", "no application identifier (9999). [character 39]"),
        (f"https://example.com/01/{GTIN}?99=a+b", "%2B. [character 43]"),
        ("https://id.gs1.org/ARFKk4XB0CDKWcnpq", "compressed"),
        ("urn:epc:id:sgtin:4012345.011111.9876", "http:// or https://"),
    ],
)
def test_an_error_says_where(uri: str, told: str) -> None:
    status, lines = run("parse", uri)
    assert status == 1
    assert told in json.loads(lines[0])["error"]


def test_links_are_read_from_standard_input() -> None:
    sent = f"https://example.com/01/{GTIN}\r\n\nhttps://example.com/00/106141412345678908"
    status, lines = run("parse", "-", sent=sent)
    assert status == 0
    assert [json.loads(line)["element_string"] for line in lines] == [f"(01){GTIN}", "(00)106141412345678908"]


def test_bytes_that_are_no_text_are_answered_too() -> None:
    status, lines = run("parse", "-", sent=b"\xef\xbb\xbfhttps://example.com/01/\xff\n")
    assert status == 1
    assert json.loads(lines[0])["uri"] == "https://example.com/01/\udcff"


def test_a_link_is_built() -> None:
    text = f"(17)261231(01){GTIN}(10)A/1"
    assert run("build", text) == (0, [f"https://id.gs1.org/01/{GTIN}/10/A%2F1?17=261231"])
    for domain in ("https://example.com", "https://example.com/", "example.com"):
        assert run("build", text, "--domain", domain) == (0, [f"https://example.com/01/{GTIN}/10/A%2F1?17=261231"])


def test_what_makes_no_link_is_said_in_its_line() -> None:
    status, lines = run("build", "-", sent=f"(01){GTIN}\n(10)A\n(01){GTIN}(10)")
    assert status == 1
    assert lines == [
        f"https://id.gs1.org/01/{GTIN}",
        "error: (10) needs one of (01), (02), (03), (8006), (8026) beside it.",
        "error: (10) BATCH/LOT is 1 to 20 characters long, not 0. [(10), character 1 of “”]",
    ]


@pytest.mark.parametrize("domain", ["ftp://example.com", "https://", "https://a b", "https://user@example.com"])
def test_a_domain_that_is_none_is_a_mistake_of_usage(domain: str) -> None:
    status, lines = run("build", f"(01){GTIN}", "--domain", domain)
    assert (status, lines) == (2, [])


def test_nothing_to_do_is_a_mistake_of_usage() -> None:
    assert run("parse")[0] == 2
    assert run("build")[0] == 2


def test_the_library_stands_alone() -> None:
    """Importing it brings neither Flask nor SQLAlchemy nor anything of the house."""
    code = (
        "import sys, traceability.gs1.cli, traceability.gs1.epc_uris, traceability.gs1.identifiers; "
        "print([name for name in sys.modules if name.split('.')[0] in ('flask', 'sqlalchemy', 'core', 'catalog')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_commands_belong_to_the_site(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["gs1", "build", f"(01){GTIN}"])
    assert (result.exit_code, result.stdout) == (0, f"https://id.gs1.org/01/{GTIN}\n")
