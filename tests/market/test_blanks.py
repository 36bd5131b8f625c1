"""White space alone is nothing, whatever field of whatever form it is sent in."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from wtforms.form import BaseForm

from core.accounts import RoleName
from market.delivery.models import DeliveryZone
from tests.factories import make_method, make_user, sign_in
from tests.support.shopping import make_shop

_FIELD = re.compile(r'<(?:input(?![^>]*type="file")|select|textarea)\b[^>]*\bname="([^"]+)"')


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What fields of any form say, by form and field, when they are validated and have nothing against it."""
    found: dict[str, object] = {}
    validate = BaseForm.validate

    def remember(form: BaseForm, extra_validators: Any = None) -> bool:
        valid = validate(form, extra_validators)
        found.update({f"{type(form).__name__}.{field.short_name}": field.data for field in form if not field.errors})
        return bool(valid)

    monkeypatch.setattr(BaseForm, "validate", remember)
    return found


def addresses(app: Flask, ids: dict[str, object]) -> Iterator[str]:
    """The pages with a form that is sent to the page itself, as far as these ids make an address."""
    adapter = app.url_map.bind("localhost")
    taking = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    for rule in app.url_map.iter_rules():
        if rule.rule in taking and "GET" in rule.methods and rule.arguments <= ids.keys():
            yield adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments}, method="GET")


def is_blank(data: object) -> bool:
    """Whether a field says white space, or that something empty was chosen."""
    return (
        any(not str(each).strip() for each in data)
        if isinstance(data, list)
        else isinstance(data, str) and data.isspace()
    )


@pytest.mark.parametrize("role", [RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR])
def test_no_form_takes_blanks_for_anything(
    app: Flask, client: FlaskClient, session: scoped_session[Session], passed: dict[str, object], role: RoleName
) -> None:
    shop = make_shop()
    bought = shop.buy()
    method = make_method(shop.farm.producer)
    ids = {
        "product_id": shop.farm.product.id,
        "offer_id": shop.offer.id,
        "lot_id": shop.lot.id,
        "plot_id": shop.farm.plot.id,
        "activity": "harvesting",
        "method_id": method.id,
        "zone_id": session.scalars(select(DeliveryZone.id).where(DeliveryZone.method_id == method.id)).one(),
        "token": bought.token,
        "line_id": bought.line_id,
        "parcel_id": bought.parcel_id,
        "slug": shop.slug,
    }
    reader = shop.farm.user if role == RoleName.PRODUCER_MEMBER else make_user(role)
    session.commit()
    sign_in(client, reader)
    for address in addresses(app, ids):
        page = client.get(address)
        if page.status_code == 200:
            answer = client.post(address, data=dict.fromkeys(_FIELD.findall(page.text), " "))
            assert answer.status_code < 500, address
    assert passed.keys() > {"PromotionForm.producer", "TermsForm.lot", "ZoneForm.provinces", "WindowRowForm.weekdays"}
    assert [name for name, data in passed.items() if is_blank(data)] == []
