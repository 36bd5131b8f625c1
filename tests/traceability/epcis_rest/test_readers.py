"""Who finds what: events of published goods are public, and what is held back is not found by asking for it."""

import pytest
from flask.testing import FlaskClient

from catalog.products.models import ProductStatus
from core.accounts import RoleName
from tests.factories import make_user, sign_in
from tests.traceability.epcis_rest.recorded import EVENTS, as_officer, events_of, found, record, seen
from tests.traceability.farm import Farm, make_farm

ORDER = "urn:epcglobal:cbv:bt:9521000000018:PO-7"


@pytest.fixture
def farm(client: FlaskClient) -> Farm:
    return make_farm(status=ProductStatus.PUBLISHED)


def sold(farm: Farm) -> dict[str, object]:
    return seen(
        1,
        action="ADD",
        epcList=[f"https://id.gs1.org/01/{farm.product.gtin}/21/1"],
        bizTransactionList=[{"type": "po", "bizTransaction": ORDER}],
        destinationList=[{"type": "owning_party", "destination": "https://id.gs1.org/417/4012345000009"}],
        ilmd={"cbvmda:lotNumber": "L-1", "ex:price": 7},
        **{"ex:secret": "recipe"},
    )


PRIVATE = [
    ("EQ_bizTransaction_po", ORDER),
    ("EQ_destination_owning_party", "https://id.gs1.org/417/4012345000009"),
    ("EQ_ex:secret", "recipe"),
    ("EXISTS_ex:secret", "true"),
    ("GE_ILMD_ex:price", "1"),
    ("orderBy", "ex:secret"),
]


@pytest.mark.parametrize(("name", "value"), PRIVATE)
def test_the_public_does_not_find_what_is_held_back(client: FlaskClient, farm: Farm, name: str, value: str) -> None:
    (event_id,) = record(sold(farm))
    assert found(client) == [event_id]
    assert found(client, **{name: value}) == []
    stranger = make_user(RoleName.PRODUCER_MEMBER)
    sign_in(client, stranger)
    assert found(client, **{name: value}) == []
    assert found(as_officer(client), **{name: value}) == [event_id]


def test_the_producer_finds_everything_of_its_own(client: FlaskClient, farm: Farm) -> None:
    (event_id,) = record(sold(farm))
    farm.signed_in(client)
    for name, value in PRIVATE:
        assert found(client, **{name: value}) == [event_id], name
    (event,) = events_of(client.get(EVENTS))
    assert event["ex:secret"] == "recipe"


def test_the_public_reads_the_rest(client: FlaskClient, farm: Farm) -> None:
    (event_id,) = record(sold(farm))
    (event,) = events_of(client.get(EVENTS))
    assert not {"bizTransactionList", "destinationList", "ex:secret"} & event.keys()
    assert event["ilmd"] == {"cbvmda:lotNumber": "L-1"}
    assert found(client, **{"EQ_ILMD_cbvmda:lotNumber": "L-1"}) == [event_id]


def test_events_of_drafts_are_not_there_for_the_public(client: FlaskClient) -> None:
    farm = make_farm(status=ProductStatus.DRAFT)
    (event_id,) = record(sold(farm))
    assert found(client) == []
    assert client.get("/epcis/v2/epcs").json["member"] == []
    assert client.get(f"{EVENTS}/{event_id}").status_code == 404
    assert client.get("/epcis/v2/events?maxEventCount=1").status_code == 200
