"""What of an event those see who are no party to it."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import new_id
from tests.traceability.farm import Farm, make_farm
from traceability.journal.issuer import site_url
from traceability.journal.parties import PUBLIC, Party, party_of
from traceability.journal.policies import needs_redaction, redact
from traceability.journal.redaction import Redactor

STEM = "https://id.gs1.org"
PRIVATE_PARTY = f"{STEM}/417/8938501230009"


@pytest.fixture
def farm(session: scoped_session[Session]) -> Farm:
    return make_farm()


def event_of(farm: Farm, **more: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-09-15T02:00:00.000Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "epcList": [f"{STEM}/01/{farm.product.gtin}/10/L1"],
        "bizStep": "shipping",
        "readPoint": {"id": f"{STEM}/414/{farm.plot.gln}"},
        **more,
    }


def test_an_event_without_secrets_is_the_very_same(farm: Farm) -> None:
    event = event_of(farm, sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 4, "uom": "CEL"}]}])
    assert redact(event, PUBLIC) is event


def test_orders_are_nobody_else_s_business(farm: Farm) -> None:
    event = event_of(farm, bizTransactionList=[{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:1:2"}])
    before = deepcopy(event)
    assert redact(event, PUBLIC) == event_of(farm)
    assert event == before


def test_a_public_field_without_a_value_stays(farm: Farm) -> None:
    fields = {"@context": [{"own": f"{site_url()}/vocabulary/"}], "own:count": 0, "own:ripe": False}
    event = event_of(farm, **fields, bizTransactionList=[{"bizTransaction": "urn:epcglobal:cbv:bt:1:2"}])
    assert redact(event, PUBLIC) == event_of(farm, **fields)


def test_private_parties_are_left_out_and_producers_stay(farm: Farm) -> None:
    own = {"type": "possessing_party", "source": f"https://example.org/417/{farm.producer.gln}"}
    private = {"type": "owning_party", "destination": PRIVATE_PARTY}
    event = event_of(farm, sourceList=[own], destinationList=[private])
    assert redact(event, PUBLIC) == event_of(farm, sourceList=[own])
    someone = {"type": "owning_party", "destination": "https://example.org/people/7"}
    assert redact(event_of(farm, destinationList=[someone]), PUBLIC) == event_of(farm)


def test_master_data_of_the_goods_stays_and_the_rest_goes(farm: Farm) -> None:
    own = f"{site_url()}/vocabulary/"
    event = event_of(
        farm,
        **{"@context": [{"own": own, "acme": "https://acme.example/"}]},
        ilmd={
            "cbvmda:lotNumber": "L1",
            "urn:epcglobal:cbv:mda:bestBeforeDate": "2026-11-15",
            "cbvmda:sellerPrice": 7,
            "acme:lotNumber": "secret",
            "lotNumber": "bare",
            "own:sweetness": 12,
        },
    )
    assert redact(event, PUBLIC)["ilmd"] == {
        "cbvmda:lotNumber": "L1",
        "urn:epcglobal:cbv:mda:bestBeforeDate": "2026-11-15",
        "own:sweetness": 12,
    }


def test_extensions_go_at_any_depth(farm: Farm) -> None:
    context = [{"acme": "https://acme.example/"}]
    event = event_of(
        farm,
        **{"acme:price": 1, "https://acme.example/price": 2, "undeclared": 3},
        readPoint={"id": f"{STEM}/414/{farm.plot.gln}", "acme:gate": 4},
        sensorElementList=[{"acme:owner": "x", "sensorReport": [{"type": "Temperature", "acme:price": 9, "value": 1}]}],
        errorDeclaration={"declarationTime": "2026-09-16T00:00:00Z", "reason": "did_not_occur", "acme:by": "x"},
    )
    assert Redactor(PUBLIC).redact(event, context=context) == event_of(
        farm,
        sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 1}]}],
        errorDeclaration={"declarationTime": "2026-09-16T00:00:00Z", "reason": "did_not_occur"},
    )


def test_a_namespace_that_pretends_to_be_the_site_s_is_not(farm: Farm) -> None:
    context = [{"own": f"{site_url()}.example/"}]
    assert Redactor(PUBLIC).redact(event_of(farm, **{"own:price": 1}), context=context) == event_of(farm)


@pytest.fixture
def secrets(farm: Farm) -> dict[str, Any]:
    return event_of(
        farm,
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:1:2"}],
        destinationList=[{"type": "owning_party", "destination": PRIVATE_PARTY}],
    )


def test_parties_to_an_event_see_all_of_it(farm: Farm, secrets: dict[str, Any]) -> None:
    buyer = Party(ANONYMOUS, glns=frozenset({"8938501230009"}), scopes=frozenset({"read"}), token_id=new_id())
    brand = Party(ANONYMOUS, capture_prefixes=(f"{STEM}/01/{farm.product.gtin}",), scopes=frozenset({"read"}))
    for party in (party_of(farm.actor), buyer, brand):
        assert redact(secrets, party) is secrets
    assert redact(secrets, party_of(make_farm().actor)) == event_of(farm)


def test_who_captured_an_event_sees_all_of_it(farm: Farm, secrets: dict[str, Any]) -> None:
    other = make_farm()
    assert redact(secrets, party_of(other.actor), producer_id=other.producer.id) is secrets
    assert redact(secrets, PUBLIC, producer_id=other.producer.id) == event_of(farm)


def test_a_token_that_may_not_read_is_no_party(farm: Farm, secrets: dict[str, Any]) -> None:
    writer = replace(party_of(farm.actor), token_id=new_id(), scopes=frozenset({"capture"}))
    assert redact(secrets, writer) == event_of(farm)


@pytest.mark.parametrize("role", RoleName)
def test_redaction_by_role(farm: Farm, secrets: dict[str, Any], role: RoleName) -> None:
    party = party_of(Actor(new_id(), frozenset({role}), ""))
    sees_all = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    assert (redact(secrets, party) is secrets) is sees_all
    assert needs_redaction(party) is not sees_all
