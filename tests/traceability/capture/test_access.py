"""Who may capture, for what, and whose jobs are whose."""

import pytest
from flask.testing import FlaskClient

from core.accounts import Actor, RoleName
from core.db import db
from tests.factories import make_user, sign_in
from tests.traceability.capture.conftest import Program, count_events
from tests.traceability.farm import make_farm
from traceability.tokens.usecases import issue_partner_token, issue_token

OPERATOR = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
UNKNOWN_JOB = "/epcis/v2/capture/0199f000-0000-7000-8000-000000000001"


def other_secret(*scopes: str) -> str:
    """The token of another farm."""
    farm = make_farm()
    issued = issue_token(actor=farm.actor, producer_id=farm.producer.id, name="Cân", scopes=scopes, valid_days=30)
    db.session.commit()
    return issued.secret


@pytest.mark.parametrize("path", ["/epcis/v2/capture", "/epcis/v2/events"])
def test_nobody_captures_without_a_token(client: FlaskClient, path: str) -> None:
    answer = client.post(path, json={})
    assert answer.status_code == 401 and answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/epcis/v2/capture", UNKNOWN_JOB])
def test_nobody_sees_jobs_without_saying_who_they_are(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("role", list(RoleName))
def test_a_session_writes_nothing_whatever_its_role(client: FlaskClient, role: RoleName) -> None:
    sign_in(client, make_user(role))
    for path in ("/epcis/v2/capture", "/epcis/v2/events"):
        assert client.post(path, json={}).status_code == 401
    assert client.get("/epcis/v2/capture").get_json() == []
    assert client.get(UNKNOWN_JOB).status_code == 404
    assert count_events() == 0


def test_a_token_for_reading_captures_nothing(program: Program) -> None:
    secret = other_secret("read")
    for path in ("/capture", "/events"):
        answer = program.post(path, program.document(program.event(1)), secret=secret)
        assert answer.status_code == 403 and answer.get_json()["type"] == "epcisException:SecurityException"
    assert program.get("/capture", secret=secret).status_code == 403


def test_a_token_that_opens_nothing_is_refused(program: Program) -> None:
    answer = program.post("/capture", program.document(program.event(1)), secret="cn_" + "A" * 43)
    assert answer.status_code == 401


def test_another_s_job_is_not_there(program: Program) -> None:
    location = program.post("/capture", program.document(program.event(1))).headers["Location"]
    secret = other_secret("capture")
    assert program.get(location, secret=secret).status_code == 404
    assert program.get(location, secret=secret).data == program.get(UNKNOWN_JOB, secret=secret).data
    assert program.get("/capture", secret=secret).get_json() == []
    assert program.get("/epcis/v2/capture/nonsense").status_code == 404


def test_members_of_the_producer_see_the_jobs_of_its_token(program: Program) -> None:
    location = program.post("/capture", program.document(program.event(1))).headers["Location"]
    program.farm.signed_in(program.client)
    assert program.client.get(location).status_code == 200
    assert len(program.client.get("/epcis/v2/capture").get_json()) == 1


def test_partners_do_not_see_each_other_s_jobs_although_one_operator_made_their_tokens(program: Program) -> None:
    secrets = [
        issue_partner_token(
            actor=OPERATOR, partner_name=name, name=name, scopes=["capture"], valid_days=9, gln=program.farm.plot.gln
        ).secret
        for name in ("Kho (mẫu)", "Xe (mẫu)")
    ]
    db.session.commit()
    location = program.post("/capture", program.document(program.event(1)), secret=secrets[0]).headers["Location"]
    assert program.get(location, secret=secrets[0]).status_code == 200
    assert program.get(location, secret=secrets[1]).status_code == 404


def test_an_event_about_others_goods_is_refused_by_name(program: Program) -> None:
    foreign = {"epcList": ["https://id.gs1.org/01/09506000134352/21/1"], "readPoint": {"id": "urn:uuid:1"}}
    state = program.captured(program.document(program.event(1, **foreign)))
    [error] = state["errors"]
    assert error["type"] == "epcisException:SecurityException" and "09506000134352" in error["detail"]
    single = {
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        **program.event(1, **foreign),
    }
    answer = program.post("/events", single)
    assert answer.status_code == 403 and "09506000134352" in answer.get_json()["detail"]
    assert count_events() == 0
