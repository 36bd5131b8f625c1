"""The place of a photo is offered for a plot that has none, and kept only when somebody says so."""

import io

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from core.errors import Conflict, NotFound
from tests.core.storage.test_photo_place import notes, photo
from tests.factories import make_user, sign_in
from tests.traceability.farm import Farm, days_ago, make_farm
from traceability.diary.photo_places import place_plot, place_text, read_place

PLACE = (18.095, 105.78)


def farm_without_place() -> Farm:
    farm = make_farm()
    farm.plot.latitude = farm.plot.longitude = None
    farm.plot.crop = "pomelo_phuc_trach"
    db.session.commit()
    return farm


def write_down(client: FlaskClient, farm: Farm, content: bytes) -> str:
    """Write an entry with a photo; the address that follows."""
    answer = client.post(
        f"/farm/diary/plots/{farm.plot.id}/new/weeding",
        data={
            "done_on": days_ago(1).isoformat(),
            "weather": "",
            "operator_id": "",
            "equipment_id": "",
            "unit": "l",
            **{f"input_{row}": "" for row in (1, 2, 3)},
            **{f"input_{row}_unit": "kg" for row in (1, 2, 3)},
            "photo": (io.BytesIO(content), "x.jpg"),
        },
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_the_place_is_offered_and_taken_with_one_tap(client: FlaskClient, session: scoped_session[Session]) -> None:
    farm = farm_without_place()
    farm.signed_in(client)
    page = client.get(write_down(client, farm, photo(notes())))
    assert "18.095, 105.78" in page.text
    db.session.refresh(farm.plot)
    assert farm.plot.latitude is None
    address = f"/farm/diary/plots/{farm.plot.id}/place"
    assert address in page.text
    assert client.post(address, data={"place": "18.0951234,105.7804321"}).status_code == 303
    db.session.refresh(farm.plot)
    assert (farm.plot.latitude, farm.plot.longitude) == PLACE
    client.post(address, data={"place": "10,100"})
    db.session.refresh(farm.plot)
    assert farm.plot.latitude == PLACE[0]


def test_nothing_is_offered_without_a_place_or_for_a_plot_that_has_one(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    farm = farm_without_place()
    farm.signed_in(client)
    assert "photo_place" not in write_down(client, farm, photo(None))
    farm.plot.latitude, farm.plot.longitude = PLACE
    db.session.commit()
    address = write_down(client, farm, photo(notes()))
    assert "photo_place" not in address
    assert "/place" not in client.get(f"{address}?photo_place=18.1,105.8").text


@pytest.mark.parametrize("text", ["", "x", "18", "18,", "91,105", "18,181", "nan,105", "<b>,1"])
def test_what_is_no_place_does_nothing(client: FlaskClient, session: scoped_session[Session], text: str) -> None:
    farm = farm_without_place()
    farm.signed_in(client)
    assert read_place(text) is None
    assert client.post(f"/farm/diary/plots/{farm.plot.id}/place", data={"place": text}).status_code == 404
    assert client.get(f"/farm/diary/plots/{farm.plot.id}", query_string={"photo_place": text}).status_code == 200


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_goes_through_an_address_unchanged(latitude: float, longitude: float) -> None:
    assert read_place(place_text((latitude, longitude))) == (latitude, longitude)


def test_another_s_plot_does_not_exist(client: FlaskClient, session: scoped_session[Session]) -> None:
    farm, stranger = farm_without_place(), make_farm()
    accounts = [make_user(role) for role in RoleName]
    db.session.commit()
    with pytest.raises(NotFound):
        place_plot(actor=stranger.actor, plot_id=farm.plot.id, place=PLACE)
    for account in (*accounts, stranger.user):
        sign_in(client, account)
        answer = client.post(f"/farm/diary/plots/{farm.plot.id}/place", data={"place": "18.1,105.8"})
        assert answer.status_code == 404
    place_plot(actor=farm.actor, plot_id=farm.plot.id, place=PLACE)
    with pytest.raises(Conflict):
        place_plot(actor=farm.actor, plot_id=farm.plot.id, place=PLACE)
