"""Who may declare an event wrong over an interface: who wrote it, or whose goods it is about."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from core.errors import Refused
from tests.traceability.farm import Farm, make_farm
from tests.traceability.journal.test_visibility import make_event
from traceability.epcis.contexts import namespaces
from traceability.journal.indexing import index_event
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party, party_of
from traceability.journal.policies import check_may_capture

STEM = "https://id.gs1.org"


@pytest.fixture
def farms(session: scoped_session[Session]) -> tuple[Farm, Farm]:
    return make_farm(), make_farm()


def sent(sender: Farm, receiver: Farm, **more: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "epcList": [f"{STEM}/01/{sender.product.gtin}/10/L1"],
        "destinationList": [{"type": "owning_party", "destination": f"{STEM}/417/{receiver.producer.gln}"}],
        **more,
    }


def declaration(original: EpcisEvent, event: dict[str, Any]) -> dict[str, Any]:
    return event | {
        "eventID": original.event_id,
        "errorDeclaration": {"declarationTime": "2026-09-16T00:00:00Z", "reason": "did_not_occur"},
    }


def check(party: Party, event: dict[str, Any]) -> None:
    check_may_capture(party, index_event(event, namespaces()), event)


def test_the_receiver_cannot_strike_out_what_the_sender_wrote(farms: tuple[Farm, Farm]) -> None:
    sender, receiver = farms
    event = sent(sender, receiver)
    original = make_event(("epc", event["epcList"][0]), producer_id=sender.producer.id)
    check(party_of(receiver.actor), event)
    with pytest.raises(Refused):
        check(party_of(receiver.actor), declaration(original, event))
    check(party_of(sender.actor), declaration(original, event))


@pytest.mark.parametrize("by", ["producer_id", "captured_by"])
def test_the_receiver_corrects_what_it_wrote_itself(farms: tuple[Farm, Farm], by: str) -> None:
    sender, receiver = farms
    event = sent(sender, receiver)
    whose = {"producer_id": receiver.producer.id, "captured_by": receiver.user.id}
    original = make_event(("epc", event["epcList"][0]), **{by: whose[by]})
    check(party_of(receiver.actor), declaration(original, event))
    check(party_of(sender.actor), declaration(original, event))


def test_a_declaration_names_the_event(farms: tuple[Farm, Farm]) -> None:
    sender, receiver = farms
    event = sent(sender, receiver)
    original = make_event(("epc", event["epcList"][0]), producer_id=sender.producer.id)
    nameless = {name: value for name, value in declaration(original, event).items() if name != "eventID"}
    with pytest.raises(Refused):
        check(party_of(receiver.actor), nameless)


def test_a_token_counts_as_its_producer(farms: tuple[Farm, Farm]) -> None:
    sender, receiver = farms
    event = sent(sender, receiver)
    original = make_event(("epc", event["epcList"][0]), producer_id=receiver.producer.id)
    party = replace(party_of(receiver.actor), token_id=original.id, scopes=frozenset({"capture"}))
    check(party, declaration(original, event))
