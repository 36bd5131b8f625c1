"""An issued dossier is withdrawn and replaced; whoever holds the PDF sees whether it still stands, and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import zxingcpp
from flask.testing import FlaskClient
from flask_babel import refresh
from pypdfium2 import PdfDocument
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.storage import private_storage
from tests.factories import make_user, sign_in
from tests.traceability.dossiers.shipment import Exporter, make_exporter
from tests.traceability.dossiers.test_issue import built
from tests.traceability.farm import actor_of, make_farm
from traceability.dossiers.building import build_dossier
from traceability.dossiers.models import Dossier, DossierStatus, DossierWithdrawal
from traceability.dossiers.queries import get_dossier
from traceability.dossiers.usecases import request_issue, start_replacement, withdraw_dossier
from traceability.recalls.sources import find_origin
from traceability.recalls.usecases import approve_recall, propose_recall

Counting = Callable[[], AbstractContextManager[list[str]]]
REASON = "Ghi nhầm khối lượng của một thùng (mẫu)"


def issued(exporter: Exporter) -> Dossier:
    """A dossier with its files; requests of a test share the context in which the language of the PDF is remembered."""
    dossier = built(exporter)
    refresh()
    return dossier


def withdrawn(exporter: Exporter) -> Dossier:
    """An issued dossier that was withdrawn."""
    dossier = issued(exporter)
    withdraw_dossier(actor=exporter.farm.actor, dossier_id=dossier.id, reason=REASON)
    db.session.commit()
    return get_dossier(exporter.farm.actor, dossier.id)


def recall(exporter: Exporter) -> None:
    """The lot of the exporter is recalled."""
    origin = find_origin(exporter.farm.actor, "lot", str(exporter.lot.id))
    proposed = propose_recall(
        actor=exporter.farm.actor,
        origin=origin,
        lot_ids=[exporter.lot.id],
        recall_class=2,
        reason="Kiểm nghiệm lại (mẫu)",
        notice_vi="Không ăn lô này (mẫu).",
        notice_en="Do not eat this lot (sample).",
    )
    approve_recall(actor=actor_of(make_user(RoleName.PROVINCE_OFFICER)), recall_id=proposed.id)
    db.session.commit()


@pytest.fixture
def exporter(session: scoped_session[Session]) -> Exporter:
    return make_exporter()


class TestWithdrawing:
    def test_it_keeps_the_files_and_says_why_and_who(self, exporter: Exporter) -> None:
        before = issued(exporter)
        files = before.pdf_key, before.zip_key
        withdraw_dossier(actor=exporter.farm.actor, dossier_id=before.id, reason=f"  {REASON} ")
        dossier = get_dossier(exporter.farm.actor, before.id)
        assert dossier.withdrawal is not None
        assert dossier.withdrawal.reason == REASON
        assert dossier.withdrawal.withdrawn_by == exporter.farm.user.id
        assert (dossier.pdf_key, dossier.zip_key) == files
        assert all(private_storage().get(key) for key in files if key)

    def test_only_once_and_only_what_was_issued(self, exporter: Exporter) -> None:
        draft = exporter.complete()
        with pytest.raises(Conflict):
            withdraw_dossier(actor=exporter.farm.actor, dossier_id=draft.id, reason=REASON)
        dossier = withdrawn(exporter)
        with pytest.raises(Conflict):
            withdraw_dossier(actor=exporter.farm.actor, dossier_id=dossier.id, reason=REASON)

    @pytest.mark.parametrize("reason", ["", "   ", "nhầm", "x" * 501])
    def test_a_reason_that_says_nothing_is_refused(self, exporter: Exporter, reason: str) -> None:
        dossier = issued(exporter)
        with pytest.raises(Invalid) as refused:
            withdraw_dossier(actor=exporter.farm.actor, dossier_id=dossier.id, reason=reason)
        assert refused.value.field == "reason"

    @pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ADMINISTRATOR])
    def test_only_members_do(self, exporter: Exporter, role: RoleName) -> None:
        dossier = withdrawn(exporter)
        other = actor_of(make_user(role))
        with pytest.raises(NotFound):
            withdraw_dossier(actor=other, dossier_id=dossier.id, reason=REASON)
        with pytest.raises(NotFound):
            start_replacement(actor=other, dossier_id=dossier.id)

    def test_the_database_holds_to_it(self, exporter: Exporter, session: scoped_session[Session]) -> None:
        draft = exporter.complete()
        values = {"id": draft.id, "user": exporter.farm.user.id}
        insert = text("INSERT INTO dossier_withdrawals VALUES (:id, 'x', :user, now())")
        with pytest.raises(IntegrityError, match="only an issued dossier"), session.begin_nested():
            session.execute(insert, values)
        withdrawn(exporter)
        for statement in ("UPDATE dossier_withdrawals SET reason = 'x'", "DELETE FROM dossier_withdrawals"):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(statement))


class TestReplacing:
    def test_it_has_the_same_content_and_a_number_of_its_own(self, exporter: Exporter) -> None:
        old = withdrawn(exporter)
        new = start_replacement(actor=exporter.farm.actor, dossier_id=old.id)
        new = get_dossier(exporter.farm.actor, new.id)
        assert (new.status, new.replaces_id) == (DossierStatus.DRAFT, old.id)
        assert new.number != old.number
        assert (new.buyer, new.market, new.packing_house_id) == (old.buyer, old.market, old.packing_house_id)
        assert [(line.lot_id, line.weight_grams) for line in new.lines] == [
            (line.lot_id, line.weight_grams) for line in old.lines
        ]

    def test_there_is_one(self, exporter: Exporter, session: scoped_session[Session]) -> None:
        old = withdrawn(exporter)
        first, second = (start_replacement(actor=exporter.farm.actor, dossier_id=old.id).id for _ in range(2))
        assert first == second
        assert session.scalar(select(func.count()).where(Dossier.replaces_id == old.id)) == 1

    def test_not_while_the_old_one_stands(self, exporter: Exporter) -> None:
        dossier = issued(exporter)
        with pytest.raises(Conflict):
            start_replacement(actor=exporter.farm.actor, dossier_id=dossier.id)

    def test_its_document_names_the_old_one(self, exporter: Exporter) -> None:
        old = withdrawn(exporter)
        new = start_replacement(actor=exporter.farm.actor, dossier_id=old.id)
        request_issue(actor=exporter.farm.actor, dossier_id=new.id)
        db.session.commit()
        build_dossier(new.id)
        db.session.expire_all()
        assert new.pdf_key is not None
        words = " ".join(
            page.get_textpage().get_text_range() for page in PdfDocument(private_storage().get(new.pdf_key))
        )
        assert "Takes the place of" in words
        assert old.number in words


class TestPages:
    def test_withdrawing_and_replacing_on_the_page(self, client: FlaskClient, exporter: Exporter) -> None:
        dossier = issued(exporter)
        address = f"/farm/dossiers/{dossier.id}"
        exporter.farm.signed_in(client)
        refused = client.post(f"{address}/withdrawal", data={"reason": "nhầm"})
        assert refused.status_code == 422
        assert "nhầm</textarea>" in refused.text
        assert 'filter-box" open' in refused.text
        assert client.post(f"{address}/withdrawal", data={"reason": REASON}).status_code == 303
        page = client.get(address).text
        assert REASON in page
        assert f"{address}/withdrawal" not in page
        assert "withdrawn" in client.get(f"{address}/dossier.pdf").headers["Content-Disposition"]
        assert "Đã rút lại" in client.get("/farm/dossiers").text
        begun = client.post(f"{address}/replacement")
        assert begun.status_code == 303
        assert dossier.number in client.get(begun.headers["Location"]).text
        assert begun.headers["Location"] in client.get(address).text

    def test_others_cannot(self, client: FlaskClient, exporter: Exporter) -> None:
        dossier = issued(exporter)
        other = make_farm()
        db.session.commit()
        other.signed_in(client)
        for path in ("withdrawal", "replacement"):
            answer = client.post(f"/farm/dossiers/{dossier.id}/{path}", data={"reason": REASON})
            assert answer.status_code == 404
        assert db.session.scalar(select(func.count()).select_from(DossierWithdrawal)) == 0

    def test_a_recall_that_came_later_is_said(self, client: FlaskClient, exporter: Exporter) -> None:
        dossier = issued(exporter)
        recall(exporter)
        page = exporter.farm.signed_in(client).get(f"/farm/dossiers/{dossier.id}").text
        assert "Có 1 lô trong hồ sơ bị thu hồi" in page


def private_words(exporter: Exporter, dossier: Dossier) -> Iterator[str]:
    """What only the producer and the holder of the PDF know."""
    yield from (dossier.buyer, exporter.farm.producer.name, exporter.farm.product.name_vi, exporter.house.name, REASON)
    yield exporter.farm.user.display_name


class TestChecking:
    def test_one_that_stands(self, client: FlaskClient, exporter: Exporter) -> None:
        dossier = issued(exporter)
        page = client.get(f"/dossiers/{dossier.number}?lang=vi")
        assert page.status_code == 200
        assert "Hồ sơ này có hiệu lực" in page.text
        assert dossier.pdf_sha256 is not None
        assert dossier.pdf_sha256 in page.text
        assert not [word for word in private_words(exporter, dossier) if word in page.text]
        assert exporter.lot.lot_number not in page.text

    @pytest.mark.parametrize("role", [None, *RoleName])
    def test_a_withdrawn_one_says_so_to_everybody_and_not_why(
        self, client: FlaskClient, exporter: Exporter, role: RoleName | None
    ) -> None:
        dossier = withdrawn(exporter)
        replacement = start_replacement(actor=exporter.farm.actor, dossier_id=dossier.id)
        db.session.commit()
        if role is not None:
            sign_in(client, make_user(role))
        page = client.get(f"/dossiers/{dossier.number}").text
        assert "Hồ sơ này đã rút lại" in page
        assert replacement.number not in page
        assert not [word for word in private_words(exporter, dossier) if word in page]

    def test_recalled_goods_are_named(self, client: FlaskClient, exporter: Exporter) -> None:
        dossier = issued(exporter)
        recall(exporter)
        page = client.get(f"/dossiers/{dossier.number}").text
        assert exporter.lot.lot_number in page
        assert 'href="/recalls"' in page

    @pytest.mark.parametrize("typed", ["{number}", " {lower} ", "{bare}", "D{bare}"])
    def test_the_number_is_read_as_people_type_it(self, client: FlaskClient, exporter: Exporter, typed: str) -> None:
        number = issued(exporter).number
        given = typed.format(number=number, lower=number.lower(), bare=number.removeprefix("D-"))
        answer = client.get("/dossiers", query_string={"number": given})
        assert answer.headers["Location"] == f"/dossiers/{number}"

    def test_drafts_and_made_up_numbers_were_never_issued(self, client: FlaskClient, exporter: Exporter) -> None:
        draft = exporter.complete()
        db.session.commit()
        for number in (draft.number, "D-00000000", "D-" + "9" * 300):
            page = client.get(f"/dossiers/{number}")
            assert page.status_code == 404
            assert "Ở đây chưa từng phát hành hồ sơ mang số này" in page.text

    def test_an_empty_number_is_asked_for_again(self, client: FlaskClient) -> None:
        assert client.get("/dossiers").status_code == 200
        assert client.get("/dossiers?number=").status_code == 422

    def test_the_code_in_the_document_opens_it(self, client: FlaskClient, exporter: Exporter) -> None:
        dossier = issued(exporter)
        assert dossier.pdf_key is not None
        page = PdfDocument(private_storage().get(dossier.pdf_key))[0]
        (found,) = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
        link = found.text
        assert link.endswith(f"/dossiers/{dossier.number}")
        assert client.get(link[link.index("/dossiers/") :]).status_code == 200

    def test_it_takes_a_fixed_number_of_queries(
        self, client: FlaskClient, exporter: Exporter, count_queries: Counting
    ) -> None:
        first, second = (dossier.number for dossier in (issued(exporter), withdrawn(exporter)))
        client.get("/dossiers")
        db.session.expunge_all()
        with count_queries() as few:
            client.get(f"/dossiers/{first}")
        with count_queries() as many:
            client.get(f"/dossiers/{second}")
        assert len(few) == len(many)
