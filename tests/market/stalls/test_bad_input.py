"""What cannot be paid is refused where it was typed."""

import html
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from core.accounts import ANONYMOUS
from core.config import Settings
from core.db import db
from core.errors import Invalid
from core.web.setup import limiter
from market.stalls.usecases import start_sale
from tests.factories import make_stall
from tests.market.stalls.conftest import Place, form_values, make_sale, sales_of
from tests.support.databases import TestDatabases

AMOUNTS = ["", "  ", "0", "-20000", "abc", "35.5", "35,50", "100000000", "9" * 40, "9.999", "20000.5", "1e6", "<b>"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_that_cannot_be_is_refused_with_its_field_and_kept(
    client: FlaskClient, place: Place, amount: str
) -> None:
    answer = client.post(place.pay_path, data=form_values(amount=amount, note="2 kg cam"))
    assert answer.status_code == 422
    assert 'id="amount-error"' in answer.text
    kept = html.escape(amount.strip())
    assert f'value="{kept}"' in answer.text
    assert 'value="2 kg cam"' in answer.text
    assert sales_of(place.stall) == []


def test_a_missing_amount_is_refused(client: FlaskClient, place: Place) -> None:
    answer = client.post(place.pay_path, data={"form_id": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert 'id="amount-error"' in answer.text


@pytest.mark.parametrize("note", ["x" * 121, "a\x07b"])
def test_a_note_that_cannot_be_is_refused(client: FlaskClient, place: Place, note: str) -> None:
    answer = client.post(place.pay_path, data=form_values(note=note))
    assert answer.status_code == 422
    assert 'id="note-error"' in answer.text


@pytest.mark.parametrize("form_id", ["", "no-mark", "1" * 500])
def test_a_form_without_its_mark_gets_a_new_one(client: FlaskClient, place: Place, form_id: str) -> None:
    answer = client.post(place.pay_path, data=form_values(form_id=form_id))
    assert answer.status_code == 422
    assert 'value="200.000"' in answer.text
    assert form_id == "" or form_id not in answer.text
    assert sales_of(place.stall) == []


@pytest.mark.parametrize("code", ["00000000", "nonsense", "K7M3099", "%00", "a" * 300])
def test_an_unknown_placard_is_not_found(client: FlaskClient, place: Place, code: str) -> None:
    assert client.get(f"/p/{code}").status_code == 404
    assert client.post(f"/p/{code}", data=form_values()).status_code == 404


def test_html_in_names_and_notes_stays_text(
    client: FlaskClient, place: Place, browser_of: Callable[..., FlaskClient]
) -> None:
    evil = "<script>alert(1)</script>"
    stall = make_stall(place.market, place.holder, name=evil, holder_name=evil)
    sale = make_sale(stall, note=evil)
    db.session.commit()
    holder, manager = browser_of(place.holder), browser_of(place.manager)
    pages = [
        client.get(f"/p/{stall.placard_code}"),
        client.get(f"/p/{stall.placard_code}/sales/{sale.token}"),
        holder.get("/stalls"),
        holder.get(f"/stalls/{stall.id}"),
        manager.get(f"/markets/{place.market.slug}/today"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert evil not in page.text
        assert html.escape(evil) in page.text


@pytest.mark.parametrize("amount_vnd", [0, -1, 9_999, 100_000_000])
def test_the_use_case_refuses_what_the_payment_service_does_not_take(place: Place, amount_vnd: int) -> None:
    with pytest.raises(Invalid) as refusal:
        start_sale(
            actor=ANONYMOUS,
            stall_id=place.stall.id,
            form_id=uuid.uuid4(),
            amount_vnd=amount_vnd,
            note=None,
            locale="vi",
        )
    assert refusal.value.field == "amount"


def test_programs_that_send_form_after_form_are_slowed_down(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    limited: Flask = create_app(make_settings(databases.clone(), rate_limits_enabled=True))
    limited.config["WTF_CSRF_ENABLED"] = False
    with limited.app_context():
        path = f"/p/{make_stall().placard_code}"
        db.session.commit()
    client = limited.test_client()
    try:
        statuses = [client.post(path, data={}).status_code for _ in range(62)]
        assert statuses[:60] == [422] * 60
        assert statuses[60:] == [429] * 2
        assert client.get(path).status_code == 200
    finally:
        limiter.enabled = False  # it is one for all applications of a process
        with limited.app_context():
            db.engine.dispose()
