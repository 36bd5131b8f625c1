"""The pages of returns: the buyer's by the secret link, the producer's, and the administrators'."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName
from core.db import atomic, db, new_id, utc_now
from core.storage import private_storage, storage
from market.disputes.flow import sweep_disputes
from market.disputes.models import Dispute
from market.returns.answering import Answer, AnswerKind, answer_return
from market.returns.models import Return, ReturnStatement, ReturnStatus, ReturnWish
from market.returns.usecases import escalate_return
from tests.factories import make_user, sign_in
from tests.support.paying import LiveSandbox
from tests.support.returning import PRICE, Delivered, deliver, return_now
from tests.support.shopping import photo_file


@pytest.fixture
def delivered(session: scoped_session[Session], live_sandbox: LiveSandbox) -> Delivered:
    return deliver(live_sandbox)


def form_of(delivered: Delivered, **values: object) -> dict[str, object]:
    return {
        "request_key": str(new_id()),
        f"quantity_{delivered.line_id}": "2",
        "reason": "damaged",
        "wish": "refund",
        "body": "Hai quả bị dập <script>alert(1)</script> (mẫu).",
        **values,
    }


def only_return() -> Return:
    return db.session.scalars(select(Return).execution_options(populate_existing=True)).one()


def escalated(delivered: Delivered) -> Return:
    found = delivered.ask(2)
    with atomic():
        answer_return(
            actor=delivered.shop.farm.actor, return_id=found.id, answer=Answer(AnswerKind.REJECT, "Không phải (mẫu).")
        )
        escalate_return(actor=ANONYMOUS, token=delivered.token, return_id=found.id, body="Xin xem ảnh (mẫu).")
    return found


def test_from_the_order_page_to_the_money(client: FlaskClient, delivered: Delivered) -> None:
    assert delivered.new_path in client.get(f"/orders/{delivered.token}").text
    assert f"quantity_{delivered.line_id}" in client.get(delivered.new_path).text
    form = form_of(delivered, photos=[(photo_file(), "a.jpg"), (photo_file(colour="red"), "b.jpg")])
    for _ in range(2):  # the second is a double click without its photos
        sent = client.post(delivered.new_path, data=form, content_type="multipart/form-data")
        assert sent.status_code == 303
        form = {name: value for name, value in form.items() if name != "photos"}
    found = only_return()
    page = client.get(sent.headers["Location"])
    assert page.headers["Cache-Control"] == "no-store"
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert(1)" not in page.text
    assert str(found.id) in client.get(f"/orders/{delivered.token}").text
    farmer = delivered.shop.farm.signed_in(client)
    assert f"/farm/returns/{found.id}" in farmer.get("/farm/returns").text
    shown = farmer.get(f"/farm/returns/{found.id}").text
    assert 'value="70.000"' in shown
    answer = {f"amount_{delivered.line_id}": "70.000", "kind": "refund", "body": "Xin lỗi chị (mẫu)."}
    assert farmer.post(f"/farm/returns/{found.id}", data=answer).status_code == 303
    assert delivered.given_back_vnd() == 2 * PRICE
    assert "70.000" in client.get(f"/orders/{delivered.token}/returns/{found.id}").text


def test_the_buyer_takes_an_offer_or_asks_the_site(client: FlaskClient, delivered: Delivered) -> None:
    found = delivered.ask(1)
    farmer = delivered.shop.farm.signed_in(client)
    answer = {f"amount_{delivered.line_id}": "20.000", "kind": "refund", "body": "Một phần (mẫu)."}
    assert farmer.post(f"/farm/returns/{found.id}", data=answer).status_code == 303
    path = f"/orders/{delivered.token}/returns/{found.id}"
    assert "20.000" in client.get(path).text
    assert client.post(f"{path}/escalate", data={"body": ""}).status_code == 422
    assert client.post(f"{path}/escalate", data={"body": "Ít quá (mẫu)."}).status_code == 303
    assert return_now(found.id).status == ReturnStatus.ESCALATED
    assert client.post(f"{path}/accept").status_code == 303
    assert return_now(found.id).status == ReturnStatus.ESCALATED
    assert delivered.refunds() == []


def test_an_administrator_sees_both_sides_and_decides(client: FlaskClient, delivered: Delivered) -> None:
    found = escalated(delivered)
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    assert f"/complaints/{found.id}" in client.get("/complaints").text
    page = client.get(f"/complaints/{found.id}").text
    for said in ("Hai quả bị dập", "Không phải (mẫu)", "Xin xem ảnh", delivered.shop.lot.lot_number):
        assert said in page
    for box in ("body", "decision-body"):  # each label leads to a box of its own
        assert (page.count(f'for="{box}"'), page.count(f'id="{box}"')) == (1, 1)
    path = f"/complaints/{found.id}"
    assert client.post(f"{path}/statements", data={"body": "Xin thêm ảnh hộp (mẫu)."}).status_code == 303
    assert "Xin thêm ảnh hộp" in client.get(path).text
    amount = f"decision-amount_{delivered.line_id}"
    decision = {amount: "70.001", "decision-borne_by": "site", "decision-body": "Ảnh rõ (mẫu)."}
    refused = client.post(path, data=decision)
    assert refused.status_code == 422
    assert 'value="70.001"' in refused.text
    decision[amount] = "70.000"
    assert client.post(path, data=decision).status_code == 303
    assert client.post(path, data=decision).status_code == 422
    assert len(delivered.refunds()) == 1
    assert delivered.given_back_vnd() == 2 * PRICE
    assert "Ảnh rõ (mẫu)." in client.get(f"/orders/{delivered.token}/returns/{found.id}").text


def test_the_only_line_is_filled_in_and_what_must_be_told_is_not_called_optional(
    client: FlaskClient, delivered: Delivered
) -> None:
    delivered.ask(1)
    page = client.get(delivered.new_path).text
    assert 'value="2"' in page, "what is left of the three that were bought"
    for name in (f"quantity_{delivered.line_id}", "wanted"):
        assert "field-optional" not in page.split(f'<label class="field-label" for="{name}">')[1].split("</label>")[0]


@pytest.mark.parametrize("typed", ["", "0"])
def test_a_return_of_nothing_is_refused_at_the_quantity(client: FlaskClient, delivered: Delivered, typed: str) -> None:
    name = f"quantity_{delivered.line_id}"
    answer = client.post(delivered.new_path, data=form_of(delivered, **{name: typed}))
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    assert f'id="{name}-error"' in answer.text


@pytest.mark.parametrize("typed", ["3", "-1", "một", "1.5", "99999999999999999999"])
def test_what_makes_no_sense_is_named_and_kept(client: FlaskClient, delivered: Delivered, typed: str) -> None:
    delivered.ask(1)
    answer = client.post(delivered.new_path, data=form_of(delivered, **{f"quantity_{delivered.line_id}": typed}))
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert "alert(1)" in answer.text


@pytest.mark.parametrize(
    "values",
    [
        {"reason": "envy"},
        {"reason": ""},
        {"wish": "the moon"},
        {"body": ""},
        {"body": "\x00\x01\x02\x03\x04\x05"},
        {"body": "a" * 2001},
        {"wish": "part", "wanted": ""},
        {"wish": "part", "wanted": "70.001"},
        {"wish": "part", "wanted": "9" * 30},
        {"request_key": "x" * 37},
    ],
)
def test_a_form_that_is_wrong_makes_nothing(
    client: FlaskClient, delivered: Delivered, values: dict[str, object]
) -> None:
    assert client.post(delivered.new_path, data=form_of(delivered, **values)).status_code == 422
    assert db.session.scalars(select(Return)).all() == []


@pytest.mark.parametrize("content", [b"GIF89a nothing", b"<svg onload=alert(1)>", b"", b"\xff\xd8\xff\xe0 broken"])
def test_what_is_no_photo_is_refused_and_the_words_stay(
    client: FlaskClient, delivered: Delivered, content: bytes
) -> None:
    form = form_of(delivered, photos=[(photo_file(), "a.jpg"), (io.BytesIO(content), "b.jpg")])
    answer = client.post(delivered.new_path, data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "alert(1)" in answer.text
    kept = re.search(r'name="kept_photos" value="(photos/[0-9a-f]{40})"', answer.text)
    assert kept is not None
    again = form_of(delivered, kept_photos=[kept[1]])
    assert client.post(delivered.new_path, data=again).status_code == 303
    assert db.session.scalars(select(ReturnStatement.photo_keys)).one() == [kept[1]]


def test_six_photos_are_too_many(client: FlaskClient, delivered: Delivered) -> None:
    form = form_of(delivered, photos=[(photo_file(), f"{number}.jpg") for number in range(6)])
    assert client.post(delivered.new_path, data=form, content_type="multipart/form-data").status_code == 422


def test_photos_are_private_and_say_nothing_of_the_camera(client: FlaskClient, delivered: Delivered) -> None:
    form = form_of(delivered, photos=[(photo_file(), "a.jpg")])
    client.post(delivered.new_path, data=form, content_type="multipart/form-data")
    statement = db.session.scalars(select(ReturnStatement)).one()
    key = f"{statement.photo_keys[0]}-400.webp"
    assert client.get(f"/media/{key}").status_code == 404
    with pytest.raises(FileNotFoundError):
        storage().get(key)
    with Image.open(io.BytesIO(private_storage().get(key))) as image:
        assert not image.getexif()
    path = f"/orders/{delivered.token}/returns/{statement.return_id}/photos/{statement.id}/1"
    photo = client.get(f"{path}/400")
    assert photo.mimetype == "image/webp"
    assert photo.headers["Cache-Control"] == "private, no-store"
    for wrong in (f"{path}/401", f"{path[:-1]}2/400", f"{path[:-1]}0/400"):
        assert client.get(wrong).status_code == 404
    assert client.get(path.replace(delivered.token, "x" * 43) + "/400").status_code == 404


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_sees_which_page(client: FlaskClient, delivered: Delivered, role: RoleName | None) -> None:
    client.post(
        delivered.new_path,
        data=form_of(delivered, photos=[(photo_file(), "a.jpg")]),
        content_type="multipart/form-data",
    )
    statement = db.session.scalars(select(ReturnStatement)).one()
    if role is not None:
        sign_in(client, make_user(role))
        db.session.commit()
    decider = role is RoleName.ADMINISTRATOR
    assert (client.get("/complaints").status_code == 200) == decider
    assert (client.get(f"/complaints/{statement.return_id}").status_code == 200) == decider
    assert (client.post(f"/complaints/{statement.return_id}").status_code == 422) == decider
    assert (client.post(f"/complaints/{statement.return_id}/statements").status_code == 422) == decider
    assert (client.get(f"/farm/returns/{statement.return_id}").status_code == 200) == decider
    assert (client.post(f"/farm/returns/{statement.return_id}").status_code == 422) == decider
    assert (client.post(f"/farm/returns/{statement.return_id}/statements").status_code == 422) == decider
    photo = f"/returns/{statement.return_id}/photos/{statement.id}/1/400"
    assert (client.get(photo).status_code == 200) == decider


def test_its_own_producer_sees_the_photos(client: FlaskClient, delivered: Delivered) -> None:
    client.post(
        delivered.new_path,
        data=form_of(delivered, photos=[(photo_file(), "a.jpg")]),
        content_type="multipart/form-data",
    )
    statement = db.session.scalars(select(ReturnStatement)).one()
    farmer = delivered.shop.farm.signed_in(client)
    photo = f"/returns/{statement.return_id}/photos/{statement.id}/1/400"
    assert photo in farmer.get(f"/farm/returns/{statement.return_id}").text
    assert farmer.get(photo).status_code == 200


def test_goods_that_came_back(client: FlaskClient, delivered: Delivered) -> None:
    found = delivered.ask(2)
    farmer = delivered.shop.farm.signed_in(client)
    answer = {
        f"amount_{delivered.line_id}": "70.000",
        "kind": "refund",
        "body": "Gửi lại giúp (mẫu).",
        "goods_back": "y",
    }
    assert farmer.post(f"/farm/returns/{found.id}", data=answer).status_code == 303
    path = f"/farm/returns/{found.id}/goods"
    assert farmer.post(path, data={f"fit_{delivered.line_id}": "3"}).status_code == 422
    assert farmer.post(path, data={f"fit_{delivered.line_id}": "1"}).status_code == 303
    assert return_now(found.id).goods_received_at is not None


def test_the_pages_ask_the_same_number_of_questions(
    client: FlaskClient, delivered: Delivered, count_queries: Callable[[], object]
) -> None:
    few = escalated(delivered)
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    paths = (
        "/complaints",
        f"/complaints/{few.id}",
        f"/farm/returns/{few.id}",
        f"/orders/{delivered.token}/returns/{few.id}",
    )

    def counted() -> list[int]:
        counts = []
        for path in paths:
            client.get(path)
            db.session.expire_all()
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            counts.append(len(statements))
        return counts

    before = counted()
    for _ in range(3):
        escalated(deliver(delivered.live))
        client.post(f"/complaints/{few.id}/statements", data={"body": "Xin thêm ảnh (mẫu)."})
    assert counted() == before


def test_a_complaint_and_a_banks_dispute_about_one_order_name_each_other(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    delivered = deliver(live_sandbox, card="4000000000000259")
    sweep_disputes(live_sandbox.gateway, utc_now() - timedelta(days=1))
    dispute = db.session.scalars(select(Dispute)).one()
    found = escalated(delivered)
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    assert f"/complaints/{found.id}" in client.get(f"/payments/disputes/{dispute.id}").text
    assert f"/complaints/{found.id}" in client.get(f"/payments/orders/{delivered.order_id}").text
    assert f"/payments/disputes/{dispute.id}" in client.get(f"/complaints/{found.id}").text
    decision = {
        f"decision-amount_{delivered.line_id}": "35.000",
        "decision-borne_by": "site",
        "decision-body": "Ảnh rõ (mẫu).",
    }
    refused = client.post(f"/complaints/{found.id}?lang=en", data=decision)
    assert refused.status_code == 422
    assert "The buyer&#39;s bank has taken this money back already" in refused.text
    assert return_now(found.id).status == ReturnStatus.ESCALATED


def test_photos_of_another_return_are_not_behind_ones_own_link(
    client: FlaskClient, delivered: Delivered, live_sandbox: LiveSandbox
) -> None:
    other = deliver(live_sandbox)
    form = form_of(other, photos=[(photo_file(), "a.jpg")])
    client.post(other.new_path, data=form, content_type="multipart/form-data")
    statement = db.session.scalars(select(ReturnStatement)).one()
    own = delivered.ask(1)
    path = f"/orders/{delivered.token}/returns"
    for return_id in (own.id, statement.return_id):
        assert client.get(f"{path}/{return_id}/photos/{statement.id}/1/400").status_code == 404


def test_who_wants_money_is_not_offered_other_goods(client: FlaskClient, delivered: Delivered) -> None:
    farmer = delivered.shop.farm.signed_in(client)
    wants_money, wants_goods = delivered.ask(1), delivered.ask(1, wish=ReturnWish.REPLACEMENT)
    assert 'value="replace"' not in farmer.get(f"/farm/returns/{wants_money.id}").text
    assert 'value="replace"' in farmer.get(f"/farm/returns/{wants_goods.id}").text
    sent = {"kind": "replace", "body": "Gửi lại ngay (mẫu)."}
    assert farmer.post(f"/farm/returns/{wants_money.id}", data=sent).status_code == 422
    assert farmer.post(f"/farm/returns/{wants_goods.id}", data=sent).status_code == 303


def test_the_producer_sends_the_goods_again_from_a_lot_and_all_read_from_which(
    client: FlaskClient, delivered: Delivered
) -> None:
    farmer = delivered.shop.farm.signed_in(client)
    found = delivered.ask(1, wish=ReturnWish.REPLACEMENT)
    path = f"/farm/returns/{found.id}"
    assert "/replacement" not in farmer.get(path).text
    assert farmer.post(path, data={"kind": "replace", "body": "Gửi lại ngay (mẫu)."}).status_code == 303
    assert f"{path}/replacement" in farmer.get(path).text
    assert farmer.post(f"{path}/replacement", data={f"lot_{delivered.line_id}": ""}).status_code == 422
    chosen = {f"lot_{delivered.line_id}": str(delivered.shop.lot.id)}
    assert farmer.post(f"{path}/replacement", data=chosen).status_code == 303
    assert farmer.post(f"{path}/replacement", data=chosen).status_code in (409, 422)
    sscc = str(return_now(found.id).replacement_sscc)
    assert sscc in farmer.get(path).text.replace("<wbr>", "")
    page = client.get(f"/orders/{delivered.token}/returns/{found.id}").text
    assert sscc in page.replace("<wbr>", "") and delivered.shop.lot.lot_number in page
