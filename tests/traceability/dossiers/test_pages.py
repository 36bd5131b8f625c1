"""The pages of dossiers: what is missing stands on them, what is typed stays, and nobody else gets the files."""

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from tests.factories import make_user, sign_in
from tests.traceability.dossiers.shipment import Exporter, make_exporter
from tests.traceability.farm import days_ago, make_farm
from traceability.dossiers.building import build_dossier
from traceability.dossiers.models import Dossier, DossierLine, DossierStatus
from traceability.dossiers.usecases import add_line
from traceability.lots.ledger import LotContent
from traceability.lots.usecases import pack_crate, ship

Counting = Callable[[], AbstractContextManager[list[str]]]
BASE = "/farm/dossiers"


def fields(exporter: Exporter, **changed: object) -> dict[str, object]:
    return {
        "producer_id": exporter.farm.producer.id,
        "buyer": "Nanning Fruit Trading Co. (sample)",
        "market": "CN",
        "shipped_on": days_ago(0).isoformat(),
        "packing_house_id": exporter.house.id,
        "locale": "en",
        **changed,
    }


def test_a_dossier_from_beginning_to_end(client: FlaskClient, session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    session.commit()
    exporter.farm.signed_in(client)
    begun = client.post(f"{BASE}/new", data=fields(exporter))
    assert begun.status_code == 303
    address = begun.headers["Location"]
    assert "Danh sách đóng gói còn trống" in client.get(address).text
    client.post(f"{address}/issue")
    assert session.scalars(select(Dossier.status)).one() == DossierStatus.DRAFT
    line = {"lot_id": exporter.lot.id, "weight": "1.234,5"}
    assert client.post(f"{address}/lines", data=line).status_code == 303
    page = client.get(address).text
    assert "1.234,5 kg" in page and "PT-2026-1" in page and "còn trống" not in page
    assert client.get(f"{address}/dossier.pdf").status_code == 404
    assert client.post(f"{address}/issue").status_code == 303
    waiting = client.get(address).text
    assert 'http-equiv="refresh"' in waiting and "<progress" in waiting
    dossier = session.scalars(select(Dossier)).one()
    build_dossier(dossier.id)
    session.expire_all()
    issued = client.get(address).text
    assert f"{address}/dossier.pdf" in issued and dossier.pdf_sha256 is not None and dossier.pdf_sha256 in issued
    pdf = client.get(f"{address}/dossier.pdf")
    assert pdf.data.startswith(b"%PDF-") and pdf.headers["Cache-Control"] == "private, no-store"
    archive = client.get(f"{address}/dossier.zip")
    assert zipfile.ZipFile(io.BytesIO(archive.data)).testzip() is None
    assert dossier.number in client.get(BASE).text


@pytest.mark.parametrize(
    "changed",
    [{"buyer": ""}, {"buyer": "南宁水果"}, {"market": "XX"}, {"shipped_on": "mai"}, {"shipped_on": "2031-01-01"}],
)
def test_what_makes_no_sense_is_shown_again(
    client: FlaskClient, session: scoped_session[Session], changed: dict[str, object]
) -> None:
    exporter = make_exporter()
    session.commit()
    answer = exporter.farm.signed_in(client).post(f"{BASE}/new", data=fields(exporter, **changed))
    assert answer.status_code == 422 and "field-error" in answer.text
    assert session.scalars(select(Dossier)).first() is None
    if "buyer" not in changed:
        assert "Nanning Fruit Trading" in answer.text


@pytest.mark.parametrize(
    "sent", [{"weight": "nhiều"}, {"weight": "0"}, {"weight": ""}, {"weight": "5", "sscc": "12"}, {"lot_id": ""}]
)
def test_a_wrong_line_is_shown_again(
    client: FlaskClient, session: scoped_session[Session], sent: dict[str, str]
) -> None:
    exporter = make_exporter()
    dossier = exporter.dossier()
    session.commit()
    line = {"lot_id": exporter.lot.id, "weight": "5", **sent}
    answer = exporter.farm.signed_in(client).post(f"{BASE}/{dossier.id}/lines", data=line)
    assert answer.status_code == 422 and "error-summary" in answer.text
    assert session.scalars(select(DossierLine)).first() is None


def test_the_head_is_changed_and_a_line_taken_away(client: FlaskClient, session: scoped_session[Session]) -> None:
    exporter = make_exporter()
    dossier = exporter.complete()
    line = session.scalars(select(DossierLine)).one()
    session.commit()
    exporter.farm.signed_in(client)
    address = f"{BASE}/{dossier.id}"
    assert "Nanning" in client.get(f"{address}/edit").text
    assert client.post(f"{address}/edit", data=fields(exporter, market="EU")).status_code == 303
    assert "Liên minh châu Âu" in client.get(address).text
    assert client.post(f"{address}/lines/{line.id}/remove").status_code == 303
    session.expire_all()
    assert dossier.market == "EU" and session.scalars(select(DossierLine)).first() is None


def test_a_shipment_fills_the_packing_list_once(client: FlaskClient, session: scoped_session[Session]) -> None:
    exporter, receiver = make_exporter(), make_farm()
    actor, producer = exporter.farm.actor, exporter.farm.producer
    crate = pack_crate(actor=actor, holder_id=producer.id, contents=[LotContent(exporter.lot.id, quantity=10)])
    shipment = ship(actor=actor, sender_id=producer.id, receiver_id=receiver.producer.id, ssccs=[crate.sscc])
    dossier = exporter.dossier()
    session.commit()
    exporter.farm.signed_in(client)
    assert shipment.number in client.get(f"{BASE}/{dossier.id}").text
    for _again in range(2):
        answer = client.post(f"{BASE}/{dossier.id}/shipments", data={"shipment_id": shipment.id})
        assert answer.status_code == 303
    (line,) = session.scalars(select(DossierLine))
    assert (line.sscc, line.lot_id) == (crate.sscc, exporter.lot.id) and line.weight_grams > 0
    assert client.post(f"{BASE}/{dossier.id}/shipments", data={"shipment_id": "x"}).status_code == 404
    receiver.signed_in(client)
    assert client.post(f"{BASE}/{dossier.id}/shipments", data={"shipment_id": shipment.id}).status_code == 404


def test_others_dossiers_do_not_exist(client: FlaskClient, session: scoped_session[Session]) -> None:
    exporter, other = make_exporter(), make_farm()
    dossier = exporter.complete()
    session.commit()
    other.signed_in(client)
    for path in ("", "/edit", "/dossier.pdf", "/dossier.zip"):
        assert client.get(f"{BASE}/{dossier.id}{path}").status_code == 404, path
    for path in ("/lines", "/issue", "/shipments"):
        assert client.post(f"{BASE}/{dossier.id}{path}").status_code == 404, path
    assert dossier.number not in client.get(BASE).text


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER])
def test_the_pages_are_for_members(client: FlaskClient, role: RoleName) -> None:
    sign_in(client, make_user(role))
    assert client.get(BASE).status_code == 404
    assert client.get(f"{BASE}/new").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get(BASE).status_code == 303


def test_the_pages_take_a_fixed_number_of_queries(
    client: FlaskClient, session: scoped_session[Session], count_queries: Counting
) -> None:
    exporter = make_exporter()
    dossier = exporter.complete()
    exporter.farm.signed_in(client)

    def queries() -> list[int]:
        numbers = []
        for path in (BASE, f"{BASE}/{dossier.id}"):
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            numbers.append(len(statements))
        return numbers

    def another() -> None:
        lot = exporter.farm.harvest()
        crate = pack_crate(
            actor=exporter.farm.actor, holder_id=exporter.farm.producer.id, contents=[LotContent(lot.id, quantity=5)]
        )
        add_line(actor=exporter.farm.actor, dossier_id=dossier.id, lot_id=lot.id, weight_grams=5000, sscc=crate.sscc)
        exporter.spray("abamectin")
        exporter.dossier()

    another()
    db.session.commit()
    few = queries()
    for _ in range(3):
        another()
    db.session.commit()
    assert queries() == few
