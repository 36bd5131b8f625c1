"""The pages: what is typed stays, roles are held, and a page takes the same number of queries whatever it shows."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from core.storage.papers import LARGEST_PAPER_BYTES
from tests.factories import make_user, sign_in
from tests.traceability.attestations.papers import pdf, picture
from tests.traceability.attestations.test_laboratory import enter
from tests.traceability.attestations.test_packing_houses import code_of, house_of
from tests.traceability.attestations.world import World, make_world
from tests.traceability.farm import days_ago, make_farm
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.inspections.models import Inspection
from traceability.attestations.inspections.queries import open_actions_of
from traceability.attestations.inspections.usecases import close_inspection, report_correction, start_inspection
from traceability.attestations.laboratory.models import Analyte, LaboratoryResult
from traceability.attestations.self_checks.models import SelfCheck, SelfCheckAnswer, SelfCheckStatus

Counting = Callable[[], AbstractContextManager[list[str]]]
FARM_PAGES = ("", "/self-checks/new", "/certificates/new", "/laboratory-results/new", "/packing-houses/new")
BASE = "/farm/attestations"


def inspector(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.inspector_user)
    return client


@pytest.mark.parametrize("path", FARM_PAGES)
@pytest.mark.parametrize("role", list(RoleName))
def test_farm_pages_are_for_members(client: FlaskClient, path: str, role: RoleName) -> None:
    sign_in(client, make_user(role))
    if role is not RoleName.PRODUCER_MEMBER:
        assert client.get(BASE + path).status_code == 404
    else:
        assert client.get(BASE + path).status_code == (200 if path == "" else 404)


@pytest.mark.parametrize("path", ["/inspections", "/inspections?state=closed", "/inspections/certificates"])
@pytest.mark.parametrize("role", list(RoleName))
def test_inspections_are_for_inspectors(client: FlaskClient, path: str, role: RoleName) -> None:
    sign_in(client, make_user(role))
    expected = 200 if role in (RoleName.INSPECTOR, RoleName.PROVINCE_OFFICER) else 404
    assert client.get(path).status_code == expected


@pytest.mark.parametrize("path", [BASE, "/inspections", "/inspections/certificates"])
def test_a_visitor_is_asked_to_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 303


@pytest.mark.parametrize("path", FARM_PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_form_opens_in_both_languages(client: FlaskClient, path: str, language: str) -> None:
    world = make_world()
    page = world.farm.signed_in(client).get(BASE + path, query_string={"lang": language})
    assert page.status_code == 200 and f'lang="{language}"' in page.text


def test_a_self_check_from_beginning_to_end(client: FlaskClient, session: scoped_session[Session]) -> None:
    world = make_world()
    db.session.commit()
    world.farm.signed_in(client)
    begun = client.post(
        f"{BASE}/self-checks/new",
        data={
            "producer_id": world.farm.producer.id,
            "checklist_id": world.checklist.id,
            "plot_ids": [world.farm.plot.id],
        },
    )
    assert begun.status_code == 303
    page = begun.headers["Location"]
    one = {f"answer-{code}": "yes" for code in world.items() if code.startswith("A")}
    saved = client.post(f"{page}/groups/ONE", data={**one, "note-A-1": "Có khóa", "next": "1"})
    assert saved.headers["Location"].endswith("/groups/TWO")
    two = {f"answer-{code}": "yes" for code in world.items() if code.startswith("B")}
    assert client.post(f"{page}/groups/TWO", data=two).headers["Location"] == page
    shown = client.post(f"{page}/items/A-1", data={"file": (io.BytesIO(picture()), "kho.jpg")})
    assert shown.status_code == 303
    assert "kho.jpg" in client.get(f"{page}/items/A-1").text
    assert client.post(f"{page}/submit").status_code == 303
    self_check = session.scalars(select(SelfCheck)).one()
    assert self_check.status == SelfCheckStatus.SUBMITTED
    session.expire_all()

    inspector(client, world)
    address = f"/inspections/self-checks/{self_check.id}"
    assert world.farm.producer.name in client.get("/inspections").text
    assert client.post(f"{address}/start").status_code == 303
    wrong = client.post(f"{address}/groups/ONE", data={"verdict-A-1": "no", "verdict-A-2": "yes"})
    assert wrong.status_code == 422 and "A-1" in wrong.text
    client.post(
        f"{address}/groups/ONE",
        data={
            "verdict-A-1": "no",
            "note-A-1": "Kho không khóa",
            "correction-A-1": "Lắp khóa",
            "due-A-1": days_ago(-5).isoformat(),
            "verdict-A-2": "yes",
        },
    )
    early = client.post(f"{address}/close", data={"inspected_on": days_ago(0).isoformat(), "outcome": "corrections"})
    assert early.status_code == 422 and "B-1" in early.text
    client.post(f"{address}/groups/TWO", data={f"verdict-B-{number}": "yes" for number in range(1, 11)})
    closed = client.post(f"{address}/close", data={"inspected_on": days_ago(0).isoformat(), "outcome": "corrections"})
    assert closed.status_code == 303

    world.farm.signed_in(client)
    assert "Lắp khóa" in client.get(page).text
    (entry,) = open_actions_of([world.farm.producer.id])
    empty = client.post(f"{page}/actions/{entry.action.id}", data={"response": " "})
    assert empty.status_code == 422
    assert client.post(f"{page}/actions/{entry.action.id}", data={"response": "Đã lắp"}).status_code == 303
    assert "Đã lắp" in client.get(page).text

    inspector(client, world)
    assert "Đã lắp" in client.get(f"{address}/groups/ONE").text
    client.post(f"{address}/start")
    client.post(f"{address}/groups/ONE", data={"verdict-A-1": "yes"})
    client.post(f"{address}/close", data={"inspected_on": days_ago(0).isoformat(), "outcome": "corrections"})
    session.expire_all()
    assert self_check.status == SelfCheckStatus.PASSED
    entered = client.post(
        f"{address}/certificate",
        data={
            "standard": "VietGAP (mẫu)",
            "number": "VG-9",
            "issuer": "Trung tâm (mẫu)",
            "valid_from": days_ago(0).isoformat(),
            "valid_until": days_ago(-700).isoformat(),
            "plot_ids": [world.farm.plot.id],
        },
    )
    assert entered.status_code == 303
    assert client.get(entered.headers["Location"]).status_code == 200
    world.farm.signed_in(client)
    assert "VG-9" in client.get(BASE).text


@pytest.mark.parametrize(
    "sent",
    [
        {"answer-A-1": "maybe"},
        {"note-A-1": "không có câu trả lời"},
        {"answer-A-1": "not_applicable"},
        {"answer-A-1": "yes", "note-A-1": "x" * 1001},
    ],
)
def test_what_is_wrong_in_one_item_loses_nothing_of_the_others(
    client: FlaskClient, session: scoped_session[Session], sent: dict[str, str]
) -> None:
    world = make_world()
    self_check = world.draft()
    page = world.farm.signed_in(client).post(
        f"{BASE}/self-checks/{self_check.id}/groups/ONE", data={"answer-A-2": "yes", **sent}
    )
    assert page.status_code == 422
    assert 'href="#A-1"' in page.text
    if "note-A-1" in sent:
        assert sent["note-A-1"][:50] in page.text
    kept = session.scalars(select(SelfCheckAnswer).where(SelfCheckAnswer.self_check_id == self_check.id)).all()
    assert [answer.item_id for answer in kept] == [world.items()["A-2"].id]


def test_a_wrong_file_is_named_and_nothing_is_stored(client: FlaskClient) -> None:
    world = make_world()
    self_check = world.draft()
    db.session.commit()
    world.farm.signed_in(client)
    address = f"{BASE}/self-checks/{self_check.id}/items/A-1"
    for content in (b"PK\x03\x04", b"x" * (LARGEST_PAPER_BYTES + 1)):
        answer = client.post(address, data={"file": (io.BytesIO(content), "a.docx")})
        assert answer.status_code == 422 and "field-error" in answer.text
    assert client.post(address, data={}).status_code == 422


def test_an_entered_certificate_keeps_what_was_typed(client: FlaskClient, session: scoped_session[Session]) -> None:
    world = make_world()
    db.session.commit()
    world.farm.signed_in(client)
    fields = {
        "producer_id": world.farm.producer.id,
        "standard": "VietGAP (mẫu)",
        "number": "VG-77",
        "issuer": "Trung tâm chứng nhận (mẫu)",
        "valid_from": days_ago(1).isoformat(),
        "valid_until": days_ago(2).isoformat(),
        "plot_ids": [world.farm.plot.id],
    }
    wrong = client.post(f"{BASE}/certificates/new", data={**fields, "file": (io.BytesIO(pdf()), "a.pdf")})
    assert wrong.status_code == 422 and "VG-77" in wrong.text
    assert re.search(rf'value="{world.farm.plot.id}"[^>]*checked|checked[^>]*value="{world.farm.plot.id}"', wrong.text)
    fields["valid_until"] = days_ago(-300).isoformat()
    right = client.post(f"{BASE}/certificates/new", data={**fields, "file": (io.BytesIO(pdf()), "a.pdf")})
    assert right.status_code == 303
    address = right.headers["Location"]
    change = {"status": "suspended", "effective_on": days_ago(0).isoformat(), "reason": "Tạm dừng để sửa"}
    assert client.post(f"{address}/status", data={**change, "status": "valid"}).status_code == 422
    assert client.post(f"{address}/status", data={**change, "reason": ""}).status_code == 422
    assert client.post(f"{address}/status", data=change).status_code == 303
    assert "Tạm dừng để sửa" in client.get(address).text

    certificate = session.scalars(select(Certificate)).one()
    inspector(client, world)
    address = f"/inspections/certificates/{certificate.id}"
    assert "VG-77" in client.get("/inspections/certificates").text
    assert client.post(f"{address}/verify").status_code == 303
    assert "VG-77" not in client.get("/inspections/certificates").text
    assert "VG-77" in client.get("/inspections/certificates?all=1").text
    assert client.post(f"{address}/status", data={**change, "status": "valid"}).status_code == 303


def test_a_laboratory_report_is_entered_row_by_row(client: FlaskClient, session: scoped_session[Session]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    db.session.commit()
    farm.signed_in(client)
    fields = {
        "lot_id": lot.id,
        "laboratory": "Phòng kiểm nghiệm (mẫu)",
        "report_number": "KN-5",
        "sampled_on": days_ago(2).isoformat(),
        "reported_on": days_ago(1).isoformat(),
        "analytes-0-name": "Abamectin",
        "analytes-0-value": "0,02",
        "analytes-0-unit": "mg/kg",
        "analytes-0-limit": "0,01",
        "analytes-1-name": "Salmonella",
        "analytes-1-value": "ND",
        "analytes-1-unit": "/25 g",
    }
    more = client.post(f"{BASE}/laboratory-results/new", data={**fields, "more_rows": "1"})
    assert more.status_code == 200 and "analytes-9-name" in more.text and "Abamectin" in more.text
    wrong = client.post(f"{BASE}/laboratory-results/new", data={**fields, "analytes-2-value": "nhiều"})
    assert wrong.status_code == 422 and "nhiều" in wrong.text
    no_file = client.post(f"{BASE}/laboratory-results/new", data=fields)
    assert no_file.status_code == 422
    right = client.post(f"{BASE}/laboratory-results/new", data={**fields, "file": (io.BytesIO(pdf()), "kn.pdf")})
    assert right.status_code == 303
    assert session.scalar(select(func.count()).select_from(Analyte)) == 2
    address = right.headers["Location"]
    assert "0,02" in client.get(address).text
    assert client.post(f"{address}/void", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/void", data={"reason": "Nhầm lô"}).status_code == 303
    assert session.scalars(select(LaboratoryResult)).one().voided_at is not None


def test_a_packing_house_and_its_codes(client: FlaskClient) -> None:
    farm = make_farm()
    db.session.commit()
    farm.signed_in(client)
    made = client.post(
        f"{BASE}/packing-houses/new",
        data={
            "producer_id": farm.producer.id,
            "name": "Nhà đóng gói (mẫu)",
            "province_code": "42",
            "commune_code": farm.plot.commune_code,
        },
    )
    assert made.status_code == 303
    address = made.headers["Location"]
    code = {"market": "CN", "code": "VN-1", "issuer": "Cục (mẫu)", "valid_from": days_ago(3).isoformat()}
    assert client.post(address, data={**code, "valid_from": "hôm qua"}).status_code == 422
    assert client.post(address, data=code).status_code == 303
    assert client.post(address, data=code).status_code == 422
    link = re.search(r'href="([^"]+/codes/[^"]+)"', client.get(address).text)
    assert link is not None
    assert client.get(link[1]).status_code == 200
    assert client.post(link[1], data={"status": "revoked"}).status_code == 303
    assert client.post(link[1], data={"status": "active"}).status_code == 422


def test_others_things_do_not_exist(client: FlaskClient) -> None:
    world, other = make_world(), make_farm()
    self_check, certificate = world.draft(), world.certificate()
    house, result = house_of(world.farm), enter(world.farm)
    db.session.commit()
    other.signed_in(client)
    for path in (
        f"self-checks/{self_check.id}",
        f"self-checks/{self_check.id}/groups/ONE",
        f"self-checks/{self_check.id}/items/A-1",
        f"certificates/{certificate.id}",
        f"packing-houses/{house.id}",
        f"laboratory-results/{result.id}",
        f"files/{certificate.file_id}",
    ):
        assert client.get(f"{BASE}/{path}").status_code == 404, path
    for path in (f"self-checks/{self_check.id}/submit", f"certificates/{certificate.id}/status"):
        assert client.post(f"{BASE}/{path}").status_code == 404, path


def test_a_draft_is_not_for_inspectors(client: FlaskClient) -> None:
    world = make_world()
    self_check = world.draft()
    db.session.commit()
    inspector(client, world)
    for path in ("", "/groups/ONE", "/certificate"):
        assert client.get(f"/inspections/self-checks/{self_check.id}{path}").status_code == 404
    assert client.post(f"/inspections/self-checks/{self_check.id}/start").status_code == 404


def test_the_farms_home_points_out_what_ends(client: FlaskClient) -> None:
    world = make_world()
    world.certificate(number="VG-30", valid_until=days_ago(-29))
    world.inspected("A-1", due_in=3)
    page = world.farm.signed_in(client).get("/farm").text
    assert "VG-30" in page
    assert "#corrections" in page


def count(client: FlaskClient, count_queries: Counting, path: str) -> int:
    with count_queries() as statements:
        assert client.get(path).status_code == 200
    return len(statements)


def test_the_overview_takes_a_fixed_number_of_queries(client: FlaskClient, count_queries: Counting) -> None:
    world = make_world()
    world.farm.signed_in(client)

    def one_more() -> None:
        world.certificate(valid_until=days_ago(-20))
        world.draft()
        world.inspected("A-1", due_in=3)
        enter(world.farm)
        code_of(world.farm, house_of(world.farm, f"Nhà {len(made)}"))
        made.append(1)

    made: list[int] = []
    one_more()
    few, few_home = count(client, count_queries, BASE), count(client, count_queries, "/farm")
    for _ in range(4):
        one_more()
    assert count(client, count_queries, BASE) == few
    assert count(client, count_queries, "/farm") == few_home


def test_a_self_check_takes_a_fixed_number_of_queries(client: FlaskClient, count_queries: Counting) -> None:
    numbers = []
    for size in (1, 20):
        world = make_world(mandatory=size, recommended=size)
        self_check = world.inspected("A-1")
        world.farm.signed_in(client)
        farm = [
            count(client, count_queries, f"{BASE}/self-checks/{self_check.id}{path}") for path in ("", "/groups/ONE")
        ]
        start_inspection(actor=world.inspector, self_check_id=self_check.id)
        inspector(client, world)
        address = f"/inspections/self-checks/{self_check.id}"
        numbers.append([*farm, *(count(client, count_queries, f"{address}{path}") for path in ("", "/groups/ONE"))])
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("path", ["/inspections", "/inspections/certificates"])
def test_inspectors_lists_take_a_fixed_number_of_queries(
    client: FlaskClient, session: scoped_session[Session], count_queries: Counting, path: str
) -> None:
    first = make_world()
    first.submitted()
    first.certificate()
    inspector(client, first)
    few = count(client, count_queries, path)
    for _ in range(3):
        world = make_world()
        world.submitted()
        world.certificate()
    assert count(client, count_queries, path) == few
    assert session.scalar(select(func.count()).select_from(Inspection)) == 0


def test_what_did_not_conform_stays_to_be_read_by_both(client: FlaskClient) -> None:
    world = make_world()
    self_check = world.inspected("A-1")
    action = open_actions_of([world.farm.producer.id])[0].action
    report_correction(
        actor=world.farm.actor, self_check_id=self_check.id, action_id=action.id, response="Đã treo biển mới"
    )
    start_inspection(actor=world.inspector, self_check_id=self_check.id)
    world.find(self_check)
    close_inspection(
        actor=world.inspector, self_check_id=self_check.id, inspected_on=days_ago(0), summary=None, may_correct=False
    )
    for who, page in (
        (world.farm.user, f"{BASE}/self-checks/{self_check.id}"),
        (world.inspector_user, f"/inspections/self-checks/{self_check.id}"),
    ):
        sign_in(client, who)
        text = client.get(page).text
        assert "Thiếu biển báo" in text and "Treo biển báo" in text and "Đã treo biển mới" in text
