"""The official list of places, and the form's JSON."""

import json
from pathlib import Path

import pytest
import wtforms
from flask.testing import FlaskClient
from sqlalchemy import func, select

from catalog.places.fields import offer_places
from catalog.places.models import Commune, Province
from catalog.places.queries import ask_places, bare_name, find_commune, list_communes, list_provinces
from catalog.places.usecases import load_places
from core.db import db
from core.errors import Invalid
from core.web.forms import SelectField
from tests.factories import make_commune

pytestmark = pytest.mark.usefixtures("session")


def test_the_whole_country_is_loaded_and_loading_again_changes_nothing() -> None:
    assert load_places() == (34, 3321)
    rows = "SELECT xmin::text FROM communes ORDER BY code"
    before = db.session.execute(db.text(rows)).all()
    assert load_places() == (34, 3321)
    assert db.session.execute(db.text(rows)).all() == before
    assert db.session.scalar(select(func.count()).select_from(Province)) == 34
    assert len(list_communes("42")) == 69
    located = select(func.count()).where(Commune.province_code == "42", Commune.latitude.is_not(None))
    assert db.session.scalar(located) == 48


def test_loading_mends_names_and_keeps_corrected_coordinates() -> None:
    make_commune("18547", "Xã Viết Sai")
    load_places()
    commune = find_commune("18547")
    assert commune is not None
    assert (commune.name, commune.province.name) == ("Xã Phúc Trạch", "Tỉnh Hà Tĩnh")
    commune.latitude, commune.longitude = 18.1, 105.7
    db.session.flush()
    load_places()
    assert (commune.latitude, commune.longitude) == (18.1, 105.7)


def test_places_are_sorted_as_readers_look_for_them() -> None:
    load_places()
    provinces = [province.name for province in list_provinces()]
    assert provinces[:3] == ["Tỉnh An Giang", "Tỉnh Bắc Ninh", "Tỉnh Cà Mau"]
    communes = [bare_name(commune.name) for commune in list_communes("42")]
    assert communes[0] == "Bắc Hồng Lĩnh"
    assert communes.index("Đan Hải") < communes.index("Đức Thọ") < communes.index("Gia Hanh")


def test_unknown_places() -> None:
    assert find_commune("99999") is None
    for code in ("", "99", "42' OR '1'='1", "42\0"):
        with pytest.raises(Invalid) as error:
            list_communes(code)
        assert error.value.field == "province"


def test_both_lists_of_a_form() -> None:
    load_places()
    provinces, communes = ask_places("42").value
    assert (provinces, communes) == (list_provinces(), list_communes("42"))
    for code in (None, "", "99", "42' OR '1'='1", "42\0"):
        assert ask_places(code).value == (provinces, ())


def test_two_fields_offer_the_places_of_the_chosen_province() -> None:
    class Address(wtforms.Form):
        province = SelectField("Province")
        commune = SelectField("Commune")

    load_places()
    form = Address(data={"province": "42"})
    offer_places(form.province, form.commune)
    assert len(form.province.choices) == 34
    assert [choice.value for choice in form.commune.choices][:2] == ["", list_communes("42")[0].code]
    elsewhere = Address(data={"province": "99"})
    offer_places(elsewhere.province, elsewhere.commune, nothing=None)
    assert elsewhere.commune.choices == []


def test_communes_of_a_province_as_json(client: FlaskClient) -> None:
    load_places()
    answer = client.get("/places/communes?province=42")
    assert answer.status_code == 200
    assert answer.cache_control.public
    assert answer.cache_control.max_age == 86400
    rows = answer.get_json()
    assert len(rows) == 69
    assert {"code": "18547", "name": "Xã Phúc Trạch"} in rows


@pytest.mark.parametrize("query", ["", "?province=", "?province=99", "?province=4%00", "?province=" + "4" * 3000])
def test_a_province_that_is_not_on_the_list_is_named(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/places/communes{query}")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["province"]


def test_the_communes_of_ha_tinh_agree_with_the_acceptance_data(shared_vectors: Path) -> None:
    source = shared_vectors.parent / "data" / "ocop-ha-tinh.json"
    if not source.exists():
        pytest.skip("the sample data is not beside the project (../shared/data)")
    load_places()
    expected = {commune["code"]: commune["name"] for commune in json.loads(source.read_text())["communes"]}
    assert {row.code: row.name for row in db.session.scalars(select(Commune).filter_by(province_code="42"))} == expected
