"""Whose goods a party may write about: a table of cases."""

from typing import Any

import pytest

from core.accounts import ANONYMOUS, Actor, RoleName
from core.errors import Refused
from traceability.epcis.contexts import namespaces
from traceability.journal.capture_rule import OwnKeys, foreign_identifier
from traceability.journal.indexing import index_event
from traceability.journal.parties import PUBLIC, Party, keys_of_company_prefix
from traceability.journal.policies import check_may_capture

STEM = "https://id.gs1.org"
OWN_LOT = f"{STEM}/01/09521000000010/10/L1"
OWN_ITEM = f"{STEM}/01/09521000000010/21/7"
OTHER_LOT = f"{STEM}/01/08938501234569/10/X"
SIMILAR_LOT = f"{STEM}/01/09521000000003/10/L1"
OTHER_ITEM = f"{STEM}/01/08938501234569/21/1"
SITE_PARCEL = f"{STEM}/00/095210000000000014"
OTHER_PARCEL = f"{STEM}/00/389385012300000017"
OWN_PLACE = f"{STEM}/414/9521000000094"
OWN_PARTY = f"{STEM}/417/9521000000094"
OTHER_PLACE = f"{STEM}/414/8938501230009"
UUID = "urn:uuid:0f9619ff-8b86-d011-b42d-00c04fc964ff"
OWN = OwnKeys(
    (f"{STEM}/01/09521000000010", OWN_PLACE, OWN_PARTY),
    tuple(key for key in keys_of_company_prefix("9521") if "/00/" in key),
)


def seen(*epcs: str, **more: Any) -> dict[str, Any]:
    return {"type": "ObjectEvent", "action": "OBSERVE", "epcList": list(epcs), **more}


def made(*epcs: str, **more: Any) -> dict[str, Any]:
    return seen(*epcs, **more) | {"action": "ADD"}


def ended(*epcs: str, **more: Any) -> dict[str, Any]:
    return seen(*epcs, **more) | {"action": "DELETE"}


def packed(parent: str, *children: str, **more: Any) -> dict[str, Any]:
    return {"type": "AggregationEvent", "action": "ADD", "parentID": parent, "childEPCs": list(children), **more}


def changed(inputs: list[str], outputs: list[str], **more: Any) -> dict[str, Any]:
    return {"type": "TransformationEvent", "inputEPCList": inputs, "outputEPCList": outputs, **more}


def traded(*epcs: str, **more: Any) -> dict[str, Any]:
    return {"type": "TransactionEvent", "action": "ADD", "epcList": list(epcs), **more}


def at(place: str) -> dict[str, Any]:
    return {"readPoint": {"id": place}}


def given_to(place: str) -> dict[str, Any]:
    return {"destinationList": [{"type": "owning_party", "destination": place}]}


def taken_from(place: str) -> dict[str, Any]:
    return {"sourceList": [{"type": "possessing_party", "source": place}]}


CASES = [
    ("own goods seen", seen(OWN_LOT), None),
    ("own goods made", made(OWN_LOT, OWN_ITEM), None),
    ("own goods ended", ended(OWN_LOT), None),
    ("own goods under another domain", seen("https://example.org/01/09521000000010/10/L1"), None),
    ("own goods as a URN", seen("urn:epc:id:sgtin:9521.00000001.7"), None),
    ("own goods by quantity", {"type": "ObjectEvent", "action": "ADD", "quantityList": [{"epcClass": OWN_LOT}]}, None),
    ("others' goods seen", seen(OTHER_LOT), OTHER_LOT),
    ("others' goods beside one's own", seen(OTHER_LOT, OWN_LOT), None),
    ("others' goods made beside one's own", made(OWN_LOT, OTHER_ITEM), OTHER_ITEM),
    ("others' goods ended beside one's own", ended(OWN_LOT, OTHER_ITEM), OTHER_ITEM),
    ("others' goods made at one's own place", made(OTHER_LOT, **at(OWN_PLACE)), OTHER_LOT),
    ("others' goods ended at one's own place", ended(OTHER_LOT, **at(OWN_PLACE)), OTHER_LOT),
    ("others' goods seen at one's own place", seen(OTHER_LOT, **at(OWN_PLACE)), None),
    ("seen at a part of one's own place", seen(OTHER_LOT, **at(f"{OWN_PLACE}/254/gate-2")), None),
    ("at one's own business location", seen(OTHER_LOT, bizLocation={"id": OWN_PLACE}), None),
    ("others' goods seen at another place", seen(OTHER_LOT, **at(OTHER_PLACE)), OTHER_LOT),
    ("others' goods received", seen(OTHER_LOT, **given_to(OWN_PARTY)), None),
    ("others' goods shipped by oneself", seen(OTHER_LOT, **taken_from(OWN_PARTY)), None),
    ("received, the party written as a URN", seen(OTHER_LOT, **given_to("urn:epc:id:pgln:9521.00000009")), None),
    ("handed over among others", seen(OTHER_LOT, **taken_from(OTHER_PLACE), **given_to(OTHER_PLACE)), OTHER_LOT),
    ("own goods packed into a parcel of the site", packed(SITE_PARCEL, OWN_LOT), None),
    ("own goods packed into somebody's parcel", packed(OTHER_PARCEL, OWN_LOT), None),
    ("others' goods packed", packed(SITE_PARCEL, OTHER_LOT), SITE_PARCEL),
    ("others' goods packed at one's own place", packed(OTHER_PARCEL, OTHER_LOT, **at(OWN_PLACE)), None),
    ("a parcel of the site made beside one's own goods", made(SITE_PARCEL, OWN_LOT), None),
    ("a parcel of the site made alone", made(SITE_PARCEL), SITE_PARCEL),
    ("somebody's parcel made beside one's own goods", made(OTHER_PARCEL, OWN_LOT), OTHER_PARCEL),
    ("a parcel of the site seen alone", seen(SITE_PARCEL), SITE_PARCEL),
    ("own goods out of others'", changed([OTHER_LOT], [OWN_LOT]), None),
    ("others' goods out of one's own", changed([OWN_LOT], [OTHER_LOT]), OTHER_LOT),
    ("others' goods made of others' at one's place", changed([OTHER_LOT], [OTHER_ITEM], **at(OWN_PLACE)), OTHER_ITEM),
    ("own goods in an order", traded(OWN_LOT), None),
    ("others' goods in an order", traded(OTHER_LOT), OTHER_LOT),
    ("what GS1 numbered for nobody", made(UUID), None),
    ("others' goods beside what GS1 numbered for nobody", seen(UUID, OTHER_LOT), OTHER_LOT),
    ("others' goods made beside what is nobody's", made(UUID, OTHER_LOT), OTHER_LOT),
    ("nothing at all", {"type": "TransactionEvent", "action": "ADD"}, ""),
    ("measured at one's own place", {"type": "ObjectEvent", "action": "OBSERVE", **at(OWN_PLACE)}, None),
    ("measured somewhere", {"type": "ObjectEvent", "action": "OBSERVE", **at(OTHER_PLACE)}, ""),
    ("a product whose number only begins like one's own", seen(SIMILAR_LOT), SIMILAR_LOT),
]  # fmt: skip


@pytest.mark.parametrize(("event", "refused"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_whose_goods(event: dict[str, Any], refused: str | None) -> None:
    assert foreign_identifier(OWN, event, index_event(event, namespaces())) == refused


def test_a_party_without_keys_writes_about_nobody_s_goods_only() -> None:
    nothing = OwnKeys(())
    assert foreign_identifier(nothing, seen(OWN_LOT), index_event(seen(OWN_LOT), namespaces())) == OWN_LOT
    assert foreign_identifier(nothing, made(SITE_PARCEL), index_event(made(SITE_PARCEL), namespaces())) == SITE_PARCEL
    assert foreign_identifier(nothing, made(UUID), index_event(made(UUID), namespaces())) is None


@pytest.mark.usefixtures("session")
class TestParties:
    """The rule with its parties."""

    def check(self, party: Party, event: dict[str, Any]) -> None:
        """As capture does."""
        check_may_capture(party, index_event(event, namespaces()), event)

    def test_the_public_writes_nothing(self) -> None:
        with pytest.raises(Refused):
            self.check(PUBLIC, made(UUID))

    def test_a_token_without_the_scope_writes_nothing(self) -> None:
        party = Party(ANONYMOUS, scopes=frozenset({"read"}), capture_prefixes=OWN.prefixes)
        with pytest.raises(Refused):
            self.check(party, made(OWN_LOT))

    def test_the_refusal_names_the_identifier(self) -> None:
        party = Party(ANONYMOUS, scopes=frozenset({"capture"}), capture_prefixes=OWN.prefixes)
        self.check(party, made(OWN_LOT))
        with pytest.raises(Refused, match=OTHER_ITEM):
            self.check(party, made(OWN_LOT, OTHER_ITEM))

    def test_an_administrator_writes_anything(self) -> None:
        party = Party(Actor(None, frozenset({RoleName.ADMINISTRATOR}), ""))
        self.check(party, made(OTHER_LOT))

    def test_an_officer_reads_only(self) -> None:
        party = Party(Actor(None, frozenset({RoleName.PROVINCE_OFFICER}), ""), reads_everything=True)
        with pytest.raises(Refused):
            self.check(party, made(OTHER_LOT))

    def test_keys_below_a_company_prefix(self) -> None:
        party = Party(ANONYMOUS, scopes=frozenset({"capture"}), capture_prefixes=keys_of_company_prefix("8938501234"))
        self.check(party, made(OTHER_LOT))
        self.check(party, made(f"{STEM}/01/38938501234560/10/X"))
        with pytest.raises(Refused):
            self.check(party, made(OWN_LOT))
