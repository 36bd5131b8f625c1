"""Whose places are whose: plots and packing houses are their owner's, before the journal."""

import pytest

from core.errors import NotFound
from tests.traceability.attestations.houses import house_of
from tests.traceability.farm import make_farm
from traceability.gs1.application_identifiers import Element
from traceability.gs1.digital_link import DigitalLink
from traceability.journal.parties import party_of
from traceability.resolver.policies import owner_of

pytestmark = pytest.mark.usefixtures("session")


def test_a_packing_house_is_its_owner_s() -> None:
    farm, other = make_farm(), make_farm()
    house = house_of(farm)
    party, stranger = party_of(farm.actor), party_of(other.actor)
    assert {farm.producer.gln, farm.plot.gln, house.gln} <= party.glns
    assert house.gln not in stranger.glns
    key = f"https://id.gs1.org/414/{house.gln}"
    assert owner_of(farm.actor, DigitalLink.of((Element("414", house.gln),))) == farm.producer.id
    with pytest.raises(NotFound):
        owner_of(other.actor, DigitalLink.of((Element("414", house.gln),)))
    assert key in party.capture_prefixes and key not in stranger.capture_prefixes
