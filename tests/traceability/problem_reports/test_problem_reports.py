"""Problems reported from the public record: no account, nothing personal; who answers, and who reads what."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName
from core.db import db, new_id
from core.errors import NotFound
from core.mail.folder import list_mails
from tests.factories import make_user, sign_in
from tests.traceability.farm import Farm, actor_of, make_farm
from traceability.lots.models import Lot
from traceability.problem_reports.models import ProblemAnswer, ProblemReport
from traceability.problem_reports.usecases import answer_problem, report_problem

WORDS = "Quả bị thối ở cuống, mua hôm qua (mẫu)."


def address_of(farm: Farm, lot: Lot) -> str:
    return f"/problems/new/{farm.product.gtin}/{lot.lot_number}"


def reported(farm: Farm, lot: Lot, **values: str) -> ProblemReport:
    given = {"kind": "quality", "description": WORDS, **values}
    report = report_problem(gtin=farm.product.gtin, lot_number=lot.lot_number, **given)
    db.session.commit()
    return report


def test_anybody_reports_and_reads_the_answer_by_the_link(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    db.session.commit()
    assert client.get(address_of(farm, lot)).status_code == 200
    answer = client.post(
        f"{address_of(farm, lot)}?serial=S-1", data={"kind": "quality", "description": WORDS, "contact": "0912 000 111"}
    )
    assert answer.status_code == 303
    own = answer.headers["Location"]
    assert re.fullmatch(r"/problems/[A-Za-z0-9_-]{43}", own)
    page = client.get(own)
    assert WORDS in page.text
    assert "0912 000 111" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    report = db.session.scalars(select(ProblemReport)).one()
    assert (report.serial, report.contact) == ("S-1", "0912 000 111")
    answer_problem(actor=farm.actor, report_id=report.id, body="Xin lỗi, chúng tôi sẽ đổi quả khác.")
    db.session.commit()
    later = client.get(own).text
    assert "chúng tôi sẽ đổi quả khác" in later
    assert farm.user.display_name not in later


@pytest.mark.parametrize(
    "changed", [{"kind": ""}, {"kind": "war"}, {"description": ""}, {"description": "thối"}, {"contact": "x" * 121}]
)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(client: FlaskClient, changed: dict[str, str]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    db.session.commit()
    data = {"kind": "label", "description": WORDS, "contact": "Cô Ba", **changed}
    answer = client.post(address_of(farm, lot), data=data)
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    if "description" not in changed:
        assert WORDS in answer.text
    assert db.session.scalar(select(func.count()).select_from(ProblemReport)) == 0


def test_a_serial_that_is_none_is_left_out(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    assert reported(farm, lot, serial="có dấu").serial is None
    assert reported(farm, lot, serial="x" * 21).serial is None


def test_there_is_no_form_for_a_lot_that_is_not_there(client: FlaskClient) -> None:
    farm = make_farm()
    db.session.commit()
    assert client.get(f"/problems/new/{farm.product.gtin}/NONE").status_code == 404
    assert client.get(f"/problems/{'x' * 43}").status_code == 404


def test_a_forged_request_is_refused(app: Flask, client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    db.session.commit()
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post(address_of(farm, lot), data={"kind": "quality", "description": WORDS})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code in (400, 422)
    assert db.session.scalar(select(func.count()).select_from(ProblemReport)) == 0


def test_members_get_one_mail_an_hour_for_each_lot(
    app: Flask, client: FlaskClient, deliver_outbox: Callable[[], int]
) -> None:
    farm = make_farm()
    lot, other = farm.harvest(), farm.harvest()
    first = reported(farm, lot)
    reported(farm, lot)
    reported(farm, other)
    while deliver_outbox():
        pass
    mails = [mail for mail in list_mails(app.config["MAIL_FOLDER"]) if mail.recipient == farm.user.email]
    assert len(mails) == 2
    assert any(f"/problem-reports/{first.id}" in mail.text and WORDS in mail.text for mail in mails)


def test_the_producer_answers_on_its_page(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    report = reported(farm, lot, contact="0912 000 111")
    farm.signed_in(client)
    assert WORDS in client.get("/problem-reports").text
    page = client.get(f"/problem-reports/{report.id}").text
    assert "0912 000 111" in page
    assert client.post(f"/problem-reports/{report.id}", data={"body": "ừ"}).status_code == 422
    assert client.post(f"/problem-reports/{report.id}", data={"body": "Xin lỗi bạn, sẽ đổi."}).status_code == 303
    assert "Xin lỗi bạn, sẽ đổi." in client.get(f"/problem-reports/{report.id}").text


@pytest.mark.parametrize("role", list(RoleName))
def test_officers_and_administrators_read_and_answer_all_others_none(client: FlaskClient, role: RoleName) -> None:
    farm = make_farm()
    report = reported(farm, farm.harvest())
    user = make_user(role)
    db.session.commit()
    sign_in(client, user)
    answers = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    assert client.get(f"/problem-reports/{report.id}").status_code == (200 if answers else 404)
    listed = client.get("/problem-reports")
    assert (WORDS in listed.text) == answers
    posted = client.post(f"/problem-reports/{report.id}", data={"body": "Cán bộ sẽ đến kiểm tra."})
    assert posted.status_code == (303 if answers else 404)
    assert db.session.scalar(select(func.count()).select_from(ProblemAnswer)) == int(answers)
    if answers:
        assert db.session.scalar(select(ProblemAnswer.by_officer)) is True


def test_another_producer_s_reports_do_not_exist(client: FlaskClient) -> None:
    farm, other = make_farm(), make_farm()
    report = reported(farm, farm.harvest())
    other.signed_in(client)
    assert client.get(f"/problem-reports/{report.id}").status_code == 404
    assert WORDS not in client.get("/problem-reports").text
    with pytest.raises(NotFound):
        answer_problem(actor=ANONYMOUS, report_id=report.id, body=WORDS)
    with pytest.raises(NotFound):
        answer_problem(actor=actor_of(other.user), report_id=new_id(), body=WORDS)


def test_a_visitor_is_asked_to_sign_in_for_the_list(client: FlaskClient) -> None:
    assert client.get("/problem-reports").status_code == 303


def test_of_those_that_wait_illness_comes_first(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    reported(farm, lot, kind="safety", description="Con tôi ăn xong bị đau bụng (mẫu).")
    reported(farm, lot)
    page = farm.signed_in(client).get("/problem-reports").text
    assert page.index("đau bụng") < page.index(WORDS)


def test_unanswered_reports_come_first(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    old = reported(farm, lot, description="Báo cáo cũ, chưa ai trả lời.")
    new = reported(farm, lot, description="Báo cáo mới, đã trả lời rồi.")
    answer_problem(actor=farm.actor, report_id=new.id, body="Cảm ơn bạn đã báo.")
    db.session.commit()
    page = farm.signed_in(client).get("/problem-reports").text
    assert page.index(old.description) < page.index(new.description)


def test_the_list_takes_a_fixed_number_of_queries(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    farm = make_farm()
    lot = farm.harvest()
    farm.signed_in(client)

    def queries() -> int:
        with count_queries() as statements:
            assert client.get("/problem-reports").status_code == 200
        return len(statements)

    reported(farm, lot)
    few = queries()
    for _ in range(5):
        answer_problem(actor=farm.actor, report_id=reported(farm, lot).id, body="Cảm ơn bạn đã báo.")
    db.session.commit()
    assert queries() == few


@pytest.mark.parametrize("column", ["kind = 'war'", "description = ''", "token = 'short'"])
def test_the_database_refuses_what_is_never_right(
    client: FlaskClient, session: scoped_session[Session], column: str
) -> None:
    farm = make_farm()
    reported(farm, farm.harvest())
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE problem_reports SET {column}"))
