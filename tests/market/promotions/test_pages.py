"""The pages of promotions: producers make their own, officers the site's, nobody sees what is not theirs."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from market.promotions.models import Bearer, Promotion
from tests.factories import make_producer, make_promotion, make_user, sign_in

FORM = {
    "producer": "",
    "name_vi": "Mừng mùa bưởi (mẫu)",
    "name_en": "Pomelo season (sample)",
    "kind": "percentage",
    "percent": "10",
    "amount_vnd": "",
    "max_discount_vnd": "50.000",
    "code": "buoi-10",
    "minimum_spend_vnd": "100.000",
    "budget_vnd": "",
    "max_uses": "100",
    "max_uses_per_person": "1",
    "stacking": "together",
    "starts_at": "2026-01-01T00:00",
    "ends_at": "2099-01-01T00:00",
}


def test_an_officer_makes_a_voucher_that_the_site_bears_and_ends_it(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    session.commit()
    made = client.post("/promotions/new", data=FORM)
    assert made.status_code == 303
    promotion = session.scalars(select(Promotion)).one()
    assert (promotion.borne_by, promotion.producer_id, promotion.code) == (Bearer.SITE, None, "BUOI10")
    assert client.post("/promotions/new", data=FORM).status_code == 409
    assert "BUOI10" in client.get("/promotions").text
    assert client.post(f"{made.location}/end").status_code == 303
    assert client.post(f"{made.location}/end").status_code == 303
    assert client.get(made.location).status_code == 200


def test_without_an_english_name_a_promotion_is_called_as_in_vietnamese(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    session.commit()
    assert client.post("/promotions/new", data=FORM | {"name_en": ""}).status_code == 303
    assert session.scalars(select(Promotion.name_en)).one() == "Mừng mùa bưởi (mẫu)"


def test_a_producer_makes_a_campaign_for_their_own_goods_only(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    member = make_user(RoleName.PRODUCER_MEMBER)
    own, other = make_producer(member), make_producer()
    site = make_promotion()
    sign_in(client, member)
    session.commit()
    form = FORM | {"code": ""}
    assert client.post("/promotions/new", data=form | {"producer": str(other.id)}).status_code == 422
    assert client.post("/promotions/new", data=form).status_code in (404, 422)
    assert client.post("/promotions/new", data=form | {"producer": str(own.id)}).status_code == 303
    made = session.scalars(select(Promotion).where(Promotion.producer_id == own.id)).one()
    assert (made.borne_by, made.code) == (Bearer.PRODUCER, None)
    assert client.get(f"/promotions/{site.id}").status_code == 404
    assert client.post(f"/promotions/{site.id}/end").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_vi", ""),
        ("name_en", "x" * 81),
        ("kind", "gift"),
        ("percent", "0"),
        ("percent", "91"),
        ("percent", "-5"),
        ("percent", "2.5"),
        ("percent", ""),
        ("max_discount_vnd", "999"),
        ("code", "ab"),
        ("code", "BƯỞI10"),
        ("code", "<b>BUOI</b>"),
        ("minimum_spend_vnd", "-1"),
        ("budget_vnd", "0"),
        ("max_uses", "0"),
        ("max_uses_per_person", "9" * 20),
        ("stacking", "never"),
        ("starts_at", "tomorrow"),
        ("ends_at", "2025-01-01T00:00"),
        ("ends_at", ""),
    ],
)
def test_nonsense_is_refused_at_its_field_and_the_rest_is_kept(
    client: FlaskClient, session: scoped_session[Session], field: str, value: str
) -> None:
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    session.commit()
    answer = client.post("/promotions/new", data=FORM | {field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    kept = "Pomelo season (sample)" if field != "name_en" else "Mừng mùa bưởi (mẫu)"
    assert f'value="{kept}"' in answer.text
    assert session.scalars(select(Promotion)).first() is None


def test_a_field_that_one_kind_needs_says_so_instead_of_optional(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    session.commit()
    label = client.get("/promotions/new?lang=en").text.split('for="percent">')[1].split("</label>")[0]
    assert "(for per cent off)" in label
    assert "(optional)" not in label


@pytest.mark.parametrize("role", [*RoleName, None])
def test_who_sees_a_promotion_of_the_site(
    client: FlaskClient, session: scoped_session[Session], role: RoleName | None
) -> None:
    promotion = make_promotion()
    if role is not None:
        sign_in(client, make_user(role))
    status = client.get(f"/promotions/{promotion.id}").status_code
    officers = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    assert status == (200 if role in officers else 303 if role is None else 404)
