"""Plots: made by their producer, with a number of their own and a coarse place."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import Invalid, NotFound
from tests.factories import make_commune
from tests.traceability.farm import Farm, make_farm
from traceability.diary.models import Plot
from traceability.diary.usecases import PlotFacts, create_plot
from traceability.gs1.identifiers import normalise_gln

pytestmark = pytest.mark.usefixtures("session")


def make(farm: Farm, **values: object) -> Plot:
    actor = values.pop("actor", farm.actor)
    given = {"name": "Vườn đồi", "commune_code": make_commune().code, "area_m2": 4000, **values}
    return create_plot(actor=actor, producer_id=farm.producer.id, facts=PlotFacts(**given))


def test_a_plot_gets_a_valid_number_of_its_own() -> None:
    farm = make_farm()
    first, second = make(farm), make(farm, name="Vườn bãi")
    assert normalise_gln(first.gln) == first.gln
    assert first.gln != second.gln


def test_coordinates_are_kept_to_a_hundred_metres() -> None:
    plot = make(make_farm(), latitude=18.123456, longitude=105.987654)
    assert (plot.latitude, plot.longitude) == (18.123, 105.988)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"area_m2": 0}, "area_m2"),
        ({"area_m2": 10**12}, "area_m2"),
        ({"commune_code": "99999"}, "commune_code"),
        ({"latitude": 18.1}, "longitude"),
        ({"longitude": 105.1}, "latitude"),
        ({"latitude": 91.0, "longitude": 105.0}, "latitude"),
        ({"latitude": 18.0, "longitude": 181.0}, "longitude"),
        ({"name": "  "}, "name"),
    ],
)
def test_nonsense_is_refused_and_the_field_named(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(make_farm(), **values)
    assert refusal.value.field == field


def test_a_name_is_used_once_per_producer() -> None:
    farm = make_farm()
    make(farm)
    make(make_farm())
    with pytest.raises(Invalid) as refusal:
        make(farm)
    assert refusal.value.field == "name"


def test_another_producer_does_not_exist() -> None:
    farm = make_farm()
    for actor in (make_farm().actor, ANONYMOUS):
        with pytest.raises(NotFound):
            make(farm, actor=actor)


def form(farm: Farm, **values: str) -> dict[str, str]:
    return {
        "producer_id": str(farm.producer.id),
        "name": "Vườn <b>đồi</b>",
        "province_code": "42",
        "commune_code": make_commune().code,
        "area_m2": "4000",
        "latitude": "18,1234",
        "longitude": "105.7899",
        **values,
    }


def test_a_farmer_adds_a_plot_by_the_form(client: FlaskClient) -> None:
    farm = make_farm()
    farm.signed_in(client)
    assert client.get("/farm/plots/new").status_code == 200
    response = client.post("/farm/plots/new", data=form(farm))
    assert response.status_code == 303
    page = client.get("/farm/lots")
    assert "Vườn &lt;b&gt;đồi&lt;/b&gt;" in page.text
    assert "<b>đồi</b>" not in page.text
    plot = db.session.scalars(select(Plot).where(Plot.producer_id == farm.producer.id).order_by(Plot.id.desc())).first()
    assert plot is not None and (plot.latitude, plot.longitude) == (18.123, 105.79)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("area_m2", "0"),
        ("area_m2", "-1"),
        ("area_m2", "abc"),
        ("area_m2", "1000000000000"),
        ("commune_code", "99999"),
        ("province_code", "99"),
        ("latitude", "north"),
        ("latitude", "NaN"),
        ("latitude", "95"),
        ("longitude", ""),
        ("producer_id", "00000000-0000-0000-0000-000000000000"),
        ("planting_area_code", "x" * 61),
    ],
)
def test_a_refused_form_names_the_field_and_keeps_what_was_typed(client: FlaskClient, field: str, typed: str) -> None:
    farm = make_farm()
    farm.signed_in(client)
    response = client.post("/farm/plots/new", data=form(farm, **{field: typed}))
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    if field not in ("producer_id", "commune_code", "province_code"):
        assert f'value="{typed}"' in response.text
