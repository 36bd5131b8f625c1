"""The pages of recalls: who gets to them, what they show, the report as a file, the warnings."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
import python_calamine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.accounts import RoleName
from core.db import db, new_id, utc_now
from core.outbox.models import OutboxMessage
from tests.factories import make_user, sign_in
from tests.traceability.farm import make_farm
from tests.traceability.histories import lot, transformed
from tests.traceability.recalls.conftest import TEXTS, Scene
from traceability.journal.identifiers import lot_identifier
from traceability.recalls.models import MockRecall, Recall, RecallStatus, ReturnKind
from traceability.recalls.usecases import close_recall, record_return
from traceability.recalls.warnings import warn_of_deadlines


def trace_path(scene: Scene, page: str = "trace") -> str:
    return f"/farm/recalls/{page}?from=lot&id={scene.lot.id}"


def farmer(client: FlaskClient, scene: Scene) -> FlaskClient:
    return scene.farm.signed_in(client)


def test_the_lot_s_page_says_that_it_is_recalled_and_offers_what_is_still_allowed(
    client: FlaskClient, scene: Scene
) -> None:
    path = f"/farm/lots/{scene.lot.id}"
    page = farmer(client, scene).get(path).text
    assert "/farm/lots/mix?" in page and "đang bị thu hồi" not in page
    scene.approve()
    page = client.get(path).text
    assert "đang bị thu hồi" in page
    for way in ("/farm/lots/destroy?", "/farm/shipments/new?"):
        assert way in page
    for way in ("/farm/lots/mix?", "/farm/lots/grade?", "/farm/lots/sell?", "/farm/crates/new?"):
        assert way not in page


class TestTheWayThrough:
    def test_from_a_lot_to_a_closed_recall(self, client: FlaskClient, scene: Scene) -> None:
        farmer(client, scene)
        assert trace_path(scene).replace("&", "&amp;") in client.get(f"/farm/lots/{scene.lot.id}").text
        page = client.get(trace_path(scene))
        assert page.status_code == 200
        assert "240 kg" in page.text
        rehearsed = client.post(trace_path(scene))
        assert "100 %" in client.get(rehearsed.location).text
        assert db.session.scalar(select(func.count()).select_from(MockRecall)) == 1
        proposed = client.post(
            trace_path(scene, "new"), data={"lots": [str(scene.lot.id)], "recall_class": "1", **TEXTS}
        )
        assert proposed.status_code == 303
        detail = client.get(proposed.location)
        assert 'value="approve"' not in detail.text  # the proposer gets no buttons to decide, and reads why
        assert "Người khác phải quyết định" in detail.text
        sign_in(client, scene.officer_user)
        assert 'value="approve"' in client.get(proposed.location).text
        assert client.post(f"{proposed.location}/decision", data={"decision": "approve"}).status_code == 303
        farmer(client, scene)
        data = {"lot": str(scene.lot.id), "kind": "returned", "kilograms": "12,5"}
        assert client.post(f"{proposed.location}/returns", data=data).status_code == 303
        assert "12,5 kg" in client.get(proposed.location).text
        closed = client.post(f"{proposed.location}/closing", data={"closing-note": "Đã thu hồi và tiêu hủy toàn bộ."})
        assert closed.status_code == 303
        assert db.session.scalars(select(Recall)).one().status == RecallStatus.CLOSED

    def test_causes_and_lots_of_others_are_named(self, client: FlaskClient, scene: Scene) -> None:
        made = lot_identifier(scene.farm.product.gtin, scene.lot.lot_number)
        transformed([lot("NGUYENLIEU")], [made], 1)
        transformed([made], [lot("DOITAC")], 2)
        page = farmer(client, scene).get(trace_path(scene))
        assert page.status_code == 200
        assert "NGUYENLIEU" in page.text
        assert "DOITAC" in page.text

    def test_a_refused_form_keeps_what_was_typed(self, client: FlaskClient, scene: Scene) -> None:
        farmer(client, scene)
        data = {"lots": [str(scene.lot.id)], "recall_class": "2", **TEXTS, "notice_en": "short"}
        answer = client.post(trace_path(scene, "new"), data=data)
        assert answer.status_code == 422
        assert TEXTS["notice_vi"] in answer.text
        assert "short</textarea>" in answer.text

    @pytest.mark.parametrize("kilograms", ["", "0", "-1", "x", "NaN", "1e99", "240,001"])
    def test_absurd_amounts_are_refused(self, client: FlaskClient, scene: Scene, kilograms: str) -> None:
        recall = scene.approve()
        db.session.commit()
        farmer(client, scene)
        data = {"lot": str(scene.lot.id), "kind": "returned", "kilograms": kilograms}
        answer = client.post(f"/farm/recalls/{recall.id}/returns", data=data)
        assert answer.status_code == 422
        assert "is-invalid" in answer.text

    def test_the_proposer_who_sends_the_decision_anyway_is_refused(self, client: FlaskClient, scene: Scene) -> None:
        recall = scene.propose()
        farmer(client, scene)
        assert client.post(f"/farm/recalls/{recall.id}/decision", data={"decision": "approve"}).status_code == 403


class TestWhoGetsThere:
    def paths(self, scene: Scene) -> list[str]:
        recall = scene.approve()
        return [
            "/farm/recalls",
            trace_path(scene),
            f"/farm/recalls/{recall.id}",
            f"/farm/recalls/{recall.id}/report.pdf",
            f"/farm/recalls/{recall.id}/report.xlsx",
        ]

    def test_the_farm_and_officers(self, client: FlaskClient, scene: Scene) -> None:
        paths = self.paths(scene)
        for user in (scene.farm.user, scene.officer_user, make_user(RoleName.ADMINISTRATOR)):
            sign_in(client, user)
            assert {client.get(path).status_code for path in paths} == {200}

    def test_another_farmer_sees_only_the_own_list(self, client: FlaskClient, scene: Scene) -> None:
        first, *others = self.paths(scene)
        make_farm().signed_in(client)
        assert "TH-" not in client.get(first).text
        assert {client.get(path).status_code for path in others} == {404}

    @pytest.mark.parametrize("role", [RoleName.CONSUMER, RoleName.STALL_HOLDER, RoleName.MARKET_MANAGER])
    def test_other_roles_have_no_such_pages(self, client: FlaskClient, scene: Scene, role: RoleName) -> None:
        paths = self.paths(scene)
        sign_in(client, make_user(role))
        assert {client.get(path).status_code for path in paths} == {404}

    def test_visitors_are_asked_to_sign_in(self, client: FlaskClient, scene: Scene) -> None:
        assert {client.get(path).status_code for path in self.paths(scene)} == {303}

    def test_mock_recalls_are_the_farms_own(self, client: FlaskClient, scene: Scene) -> None:
        location = farmer(client, scene).post(trace_path(scene)).location
        make_farm().signed_in(client)
        assert client.get(location).status_code == 404
        sign_in(client, scene.officer_user)
        assert client.get(location).status_code == 200


class TestWhatEverybodyReads:
    def test_the_list_and_the_page(self, client: FlaskClient, scene: Scene) -> None:
        assert client.get("/recalls").status_code == 200
        recall = scene.approve()
        listed = client.get("/recalls").text
        assert recall.number in listed
        page = client.get(f"/recalls/{recall.number}").text
        assert TEXTS["notice_vi"] in page
        assert scene.lot.lot_number in page
        assert TEXTS["reason"] not in page
        assert scene.farm.user.display_name not in page
        assert scene.officer_user.display_name not in page
        assert TEXTS["notice_en"] in client.get(f"/recalls/{recall.number}?lang=en").text

    def test_proposals_are_nobodys_business(self, client: FlaskClient, scene: Scene) -> None:
        recall = scene.propose()
        assert client.get(f"/recalls/{recall.number}").status_code == 404
        assert recall.number not in client.get("/recalls").text

    def test_the_record_of_the_lot_says_it_first(self, client: FlaskClient, scene: Scene) -> None:
        path = f"/01/{scene.farm.product.gtin}/10/{scene.lot.lot_number}"
        accept = {"Accept": "text/html"}
        assert "trace-recall" not in client.get(path, headers=accept).text
        recall = scene.approve()
        page = client.get(path, headers=accept).text
        assert page.index(TEXTS["notice_vi"]) < page.index("<h1>")
        assert f"/recalls/{recall.number}" in page
        close_recall(actor=scene.farm.actor, recall_id=recall.id, note="Đã thu hồi và tiêu hủy toàn bộ.")
        assert TEXTS["notice_vi"] in client.get(path, headers=accept).text

    def test_the_resolver_leads_to_it(self, client: FlaskClient, scene: Scene) -> None:
        path = f"/01/{scene.farm.product.gtin}/10/{scene.lot.lot_number}?linkType="
        assert client.get(f"{path}recallStatus").status_code == 404
        recall = scene.approve()
        answer = client.get(f"{path}gs1:recallStatus")
        assert answer.status_code == 307
        assert f"/recalls/{recall.number}" in answer.location
        context = client.get(f"{path}linkset").json["linkset"][0]
        (link,) = context["https://ref.gs1.org/voc/recallStatus"]
        assert link["href"].endswith(f"/recalls/{recall.number}")

    def test_a_list_costs_the_same_however_long(
        self, client: FlaskClient, make_scene: Callable[[], Scene], count_queries: Callable[[], Any]
    ) -> None:
        make_scene().approve()
        client.get("/recalls")
        with count_queries() as few:
            client.get("/recalls")
        for _number in range(5):
            make_scene().approve()
        with count_queries() as many:
            client.get("/recalls")
        assert len(few) == len(many)


class TestReports:
    def recall(self, scene: Scene) -> Recall:
        recall = scene.approve()
        for kind, note in ((ReturnKind.RETURNED, "=1+1"), (ReturnKind.DESTROYED, "Đốt tại bãi rác huyện")):
            record_return(
                actor=scene.farm.actor, recall_id=recall.id, lot_id=scene.lot.id, kind=kind, grams=12_500, note=note
            )
        close_recall(actor=scene.farm.actor, recall_id=recall.id, note="Đã thu hồi và tiêu hủy toàn bộ.")
        return recall

    def test_the_pdf_says_what_happened(self, client: FlaskClient, scene: Scene) -> None:
        recall = self.recall(scene)
        answer = farmer(client, scene).get(f"/farm/recalls/{recall.id}/report.pdf")
        assert answer.mimetype == "application/pdf"
        document = pypdfium2.PdfDocument(answer.data)
        words = " ".join("".join(page.get_textpage().get_text_range() for page in document).split())
        for said in (recall.number, scene.lot.lot_number, "12,5", "Đốt tại bãi rác huyện", TEXTS["notice_en"]):
            assert said in words

    def test_the_workbook_says_the_same_and_holds_no_formula(self, client: FlaskClient, scene: Scene) -> None:
        recall = self.recall(scene)
        answer = farmer(client, scene).get(f"/farm/recalls/{recall.id}/report.xlsx")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
        assert {scene.lot.lot_number, 12.5, "=1+1", "Đốt tại bãi rác huyện"} <= set(cells)
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            assert all(b"<f>" not in archive.read(name) for name in archive.namelist())

    def test_there_is_no_other_kind(self, client: FlaskClient, scene: Scene) -> None:
        recall = scene.approve()
        assert farmer(client, scene).get(f"/farm/recalls/{recall.id}/report.doc").status_code == 404
        assert client.get(f"/farm/recalls/{new_id()}/report.pdf").status_code == 404


class TestWarnings:
    def mails(self) -> list[dict[str, Any]]:
        rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == "MailRequested"))
        return [row.payload for row in rows if row.payload["template"] == "recall_deadline"]

    def test_officers_hear_before_and_after_a_decision_is_due_once_each(self, scene: Scene) -> None:
        recall = scene.propose()
        for hours, mails in ((1, 0), (18, 1), (19, 1), (24, 2), (30, 2)):
            warn_of_deadlines(now=recall.proposed_at + timedelta(hours=hours))
            mine = [mail for mail in self.mails() if mail["recipient"] == scene.officer_user.email]
            assert len(mine) == mails
        assert [mail["context"]["is_overdue"] for mail in mine] == [False, True]

    def test_members_hear_of_the_report(self, scene: Scene) -> None:
        scene.approve()
        warn_of_deadlines(now=utc_now())
        assert self.mails() == []
        warn_of_deadlines(now=utc_now() + timedelta(days=16))
        (mail,) = self.mails()
        assert mail["recipient"] == scene.farm.user.email
        assert not mail["context"]["is_decision"]

    def test_what_is_over_is_not_warned_about(self, scene: Scene) -> None:
        recall = scene.approve()
        close_recall(actor=scene.farm.actor, recall_id=recall.id, note="Đã thu hồi và tiêu hủy toàn bộ.")
        assert warn_of_deadlines(now=utc_now() + timedelta(days=30)) == 0
