"""A farmer's pages of labels: choose, see, print, fetch; and nobody else's."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdfium2 import PdfDocument
from reportlab.lib.units import mm
from sqlalchemy import select

from core.accounts import RoleName
from core.db import db, new_id
from tests.factories import make_user, sign_in
from tests.traceability.farm import Farm, make_farm
from tests.traceability.labels.printing import LONG_NAME, page_picture, scanned
from traceability.gs1.links import lot_uri
from traceability.items.models import SerialBlock
from traceability.items.queries import serials_of
from traceability.items.usecases import issue_serials
from traceability.labels.designs import DESIGNS
from traceability.labels.models import LabelRun, RunState
from traceability.labels.tasks import draw
from traceability.labels.usecases import print_labels
from traceability.lots.models import Lot

OTHER_ROLES = [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER]
pytestmark = pytest.mark.usefixtures("session")


def issue(farm: Farm, lot: Lot, count: int = 50) -> SerialBlock:
    return issue_serials(actor=farm.actor, lot_id=lot.id, count=count)


def printed(farm: Farm, lot: Lot, **values: Any) -> LabelRun:
    return print_labels(actor=farm.actor, lot_id=lot.id, **({"design": "a4-3x8", "copies": 5} | values))


def run_of(address: str) -> LabelRun:
    return db.session.get_one(LabelRun, uuid.UUID(address.rsplit("/", 1)[1]))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", ["Bưởi Phúc Trạch", LONG_NAME])
def test_one_page_is_there_at_once(client: FlaskClient, design: str, name: str) -> None:
    farm = make_farm(name_vi=name, ocop_stars=4)
    lot = farm.harvest()
    answer = farm.signed_in(client).get(f"/farm/lots/{lot.id}/label.pdf?design={design}")
    assert answer.mimetype == "application/pdf"
    link = lot_uri("http://localhost:8000", farm.product.gtin, lot.lot_number)
    assert scanned(page_picture(answer.data)) == {link: DESIGNS[design].labels_a_page}


def test_without_a_design_it_is_one_label_for_a_roll(client: FlaskClient) -> None:
    farm = make_farm()
    answer = farm.signed_in(client).get(f"/farm/lots/{farm.harvest().id}/label.pdf")
    (page,) = PdfDocument(answer.data)
    assert page.get_size() == pytest.approx((100 * mm, 50 * mm), abs=0.01)


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_is_shown_and_can_be_tried(client: FlaskClient, design: str) -> None:
    farm = make_farm()
    lot = farm.harvest()
    farm.signed_in(client)
    page = client.get(f"/farm/lots/{lot.id}/labels?design={design}")
    assert page.status_code == 200
    assert '<svg class="label-preview"' in page.text
    assert f"/farm/labels/designs/{design}/test.pdf" in page.text
    answer = client.get(f"/farm/labels/designs/{design}/test.pdf")
    assert answer.mimetype == "application/pdf" and len(PdfDocument(answer.data)) == 1


def test_an_unknown_design_or_block_is_not_found(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    foreign = issue(farm, farm.harvest())
    farm.signed_in(client)
    for address in (
        f"/farm/lots/{lot.id}/labels?design=a4-9x9",
        f"/farm/lots/{lot.id}/labels?block={foreign.id}",
        f"/farm/lots/{lot.id}/labels?block=nonsense",
        f"/farm/lots/{lot.id}/label.pdf?design=a4-9x9",
        "/farm/labels/designs/a4-9x9/test.pdf",
    ):
        assert client.get(address).status_code == 404


def test_a_farmer_prints_labels_of_a_lot(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    address = f"/farm/lots/{lot.id}/labels?design=a4-3x8"
    farm.signed_in(client)
    answer = client.post(address, data={"copies": "30", "start": "5"})
    assert answer.status_code == 303
    run = run_of(answer.headers["Location"])
    assert (run.label_count, run.start, run.block_id) == (30, 4, None)
    page = client.get(answer.headers["Location"])
    assert "data-refresh" in page.text and 'http-equiv="refresh"' in page.text
    assert client.get(f"{answer.headers['Location']}/labels.pdf").status_code == 409
    draw(str(run.id))
    db.session.expire_all()
    page = client.get(answer.headers["Location"])
    assert "data-refresh" not in page.text and f"/farm/labels/{run.id}/labels.pdf" in page.text
    pdf = client.get(f"/farm/labels/{run.id}/labels.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["Cache-Control"] == "private, no-store"
    assert pdf.content_length == len(pdf.data) and len(PdfDocument(pdf.data)) == 2


def test_a_farmer_prints_items_and_then_again_with_a_reason(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot)
    address = f"/farm/lots/{lot.id}/labels?design=a4-4x10&block={block.id}"
    farm.signed_in(client)
    form = client.get(address)
    assert 'name="first" ' in form.text.replace("required ", "") and 'value="50"' in form.text
    assert next(serials_of(block)) in form.text and 'name="reason"' not in form.text
    data = {"copies": "1", "first": "1", "last": "40", "start": "1"}
    assert client.post(address, data=data).status_code == 303
    again = client.post(address, data=data)
    assert again.status_code == 422
    assert 'id="reason-error"' in again.text and 'value="40"' in again.text
    answer = client.post(address, data=data | {"reason": "máy in làm rách tờ 1"})
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert "máy in làm rách tờ 1" in page.text and "bản in lại 1" in page.text
    assert "Bản in lại 1" in client.get("/farm/labels").text


def test_the_next_numbers_are_offered(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot)
    farm.signed_in(client)
    address = f"/farm/lots/{lot.id}/labels?design=a4-4x10&block={block.id}"
    client.post(address, data={"copies": "1", "first": "1", "last": "40"})
    page = client.get(address)
    assert 'value="41"' in page.text and 'value="50"' in page.text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("copies", ""),
        ("copies", "0"),
        ("copies", "mười"),
        ("copies", "99999999999"),
        ("first", "0"),
        ("first", "51"),
        ("last", ""),
        ("last", "51"),
        ("start", "41"),
        ("start", "-1"),
    ],
)
def test_a_refused_form_names_the_field_and_keeps_what_was_typed(client: FlaskClient, field: str, typed: str) -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot)
    db.session.commit()  # what is refused is rolled back
    data = {"copies": "3", "first": "7", "last": "9", "start": "2"} | {field: typed}
    address = f"/farm/lots/{lot.id}/labels?design=a4-4x10&block={block.id}"
    answer = farm.signed_in(client).post(address, data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert all(f'value="{value}"' in answer.text for value in data.values() if value)
    assert db.session.scalar(select(LabelRun.id)) is None


def test_a_label_that_is_too_small_says_so_and_nothing_is_printed(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(lot_number="%" * 20)
    block = issue_serials(actor=farm.actor, lot_id=lot.id, count=5, prefix="A" + "/" * 9)
    db.session.commit()
    address = f"/farm/lots/{lot.id}/labels?design=a4-5x13&block={block.id}"
    page = farm.signed_in(client).get(address)
    assert page.status_code == 200 and "quá nhỏ" in page.text and "label-preview" not in page.text
    answer = client.post(address, data={"copies": "1", "first": "1", "last": "5"})
    assert answer.status_code == 422 and "quá nhỏ" in answer.text
    assert client.get(f"/farm/lots/{lot.id}/label.pdf?design=roll-40x30").status_code in (200, 422)


@pytest.mark.parametrize("state", [state for state in RunState if state is not RunState.READY])
def test_a_file_that_is_not_there_is_no_error_of_ours(client: FlaskClient, state: RunState) -> None:
    farm = make_farm()
    run = printed(farm, farm.harvest())
    run.state = state
    db.session.flush()
    farm.signed_in(client)
    assert client.get(f"/farm/labels/{run.id}").status_code == 200
    assert client.get(f"/farm/labels/{run.id}/labels.pdf").status_code == 409
    assert client.get("/farm/labels").status_code == 200


def test_others_find_nothing(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    run = printed(farm, lot)
    draw(str(run.id))
    pages = [f"/farm/lots/{lot.id}/labels", f"/farm/labels/{run.id}", f"/farm/labels/{run.id}/labels.pdf"]
    missing = f"/farm/labels/{new_id()}"
    assert [client.get(page).status_code for page in pages] == [303, 303, 303]
    make_farm().signed_in(client)
    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    assert client.get(pages[1]).text == client.get(missing).text
    assert client.post(pages[0], data={"copies": "1"}).status_code == 404
    assert str(run.id) not in client.get("/farm/labels").text
    for role in OTHER_ROLES:
        sign_in(client, make_user(role))
        for page in (*pages, "/farm/labels", "/farm/labels/designs/a4-3x8/test.pdf"):
            assert client.get(page).status_code == 404


@pytest.mark.parametrize("address", ["/farm/labels", "/farm/lots/{lot}/labels?block={block}"])
def test_pages_cost_the_same_however_much_was_printed(
    client: FlaskClient, count_queries: Callable[[], Any], address: str
) -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot)
    address = address.format(lot=lot.id, block=block.id)
    printed(farm, lot)
    farm.signed_in(client)
    client.get(address)
    with count_queries() as few:
        client.get(address)
    for _number in range(4):
        printed(farm, farm.harvest())
        printed(farm, lot)
        issue(farm, lot)
    with count_queries() as many:
        assert client.get(address).status_code == 200
    assert len(few) == len(many)
