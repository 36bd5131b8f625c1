"""Which events who may read."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import ProductStatus
from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import db, new_id, utc_now
from tests.traceability.farm import Farm, gln, make_farm
from traceability.gs1.check_digits import check_digit
from traceability.journal.identifiers import EventIdentifier
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.journal.parties import PUBLIC, Party, party_of
from traceability.journal.policies import visible_to

STEM = "https://id.gs1.org"
FOREIGN_LOT = f"{STEM}/01/08938501234569/10/X"


def parcel(number: int) -> str:
    body = f"09521{number:012d}"
    return f"{STEM}/00/{body}{check_digit(body)}"


def lot_of(farm: Farm, lot: str = "L1") -> str:
    return f"{STEM}/01/{farm.product.gtin}/10/{lot}"


def make_event(*identifiers: tuple[str, str], **values: Any) -> EpcisEvent:
    """A row of the journal with (role, canonical URI) pairs."""
    identifier = f"ni:///sha-256;{new_id().hex * 2}?ver=CBV2.0"
    event = EpcisEvent(
        **{
            "event_id": identifier,
            "event_hash": identifier,
            "event_type": "ObjectEvent",
            "action": "OBSERVE",
            "event_time": utc_now(),
            "event_time_zone_offset": "+07:00",
            "payload": {},
            **values,
        }
    )
    db.session.add(event)
    db.session.flush()
    items = [EventIdentifier(role, uri) for role, uri in identifiers]
    for position, item in enumerate(items):
        db.session.add(
            EpcisEventIdentifier(event_id=event.id, position=position, role=item.role, identifier=item.identifier)
        )
    db.session.flush()
    return event


def sees(party: Party, event: EpcisEvent) -> bool:
    return db.session.scalar(select(EpcisEvent.id).where(EpcisEvent.id == event.id, visible_to(party))) is not None


@dataclass
class World:
    """Two farms: one with a published product, one with a draft."""

    published: Farm
    draft: Farm


@pytest.fixture
def world(session: scoped_session[Session]) -> World:
    return World(make_farm(), make_farm(status=ProductStatus.DRAFT))


@pytest.mark.parametrize("level", ["10/L1", "21/7"])
def test_everybody_reads_of_lots_and_items_of_published_products(world: World, level: str) -> None:
    assert sees(PUBLIC, make_event(("epc", f"{STEM}/01/{world.published.product.gtin}/{level}")))
    assert not sees(PUBLIC, make_event(("epc", f"{STEM}/01/{world.draft.product.gtin}/{level}")))


def test_a_lot_stays_public_when_its_product_is_no_longer_sold(world: World) -> None:
    event = make_event(("quantity", lot_of(world.published)))
    world.published.product.status = ProductStatus.ARCHIVED
    db.session.flush()
    assert sees(PUBLIC, event)


def test_publishing_a_product_publishes_its_events(world: World) -> None:
    event = make_event(("quantity", lot_of(world.draft)))
    assert not sees(PUBLIC, event)
    world.draft.product.status = ProductStatus.PUBLISHED
    db.session.flush()
    assert sees(PUBLIC, event)


@pytest.mark.parametrize(
    "identifiers",
    [
        [],
        [("epc", FOREIGN_LOT)],
        [("epc", "urn:uuid:0f9619ff-8b86-d011-b42d-00c04fc964ff")],
        [("epc", "https://example.org/01/x")],
        [("parent", parcel(1))],
    ],
)
def test_the_rest_is_not_public(world: World, identifiers: list[tuple[str, str]]) -> None:
    assert not sees(PUBLIC, make_event(*identifiers))


def test_a_class_without_a_lot_is_not_public(world: World) -> None:
    assert not sees(PUBLIC, make_event(("quantity", f"{STEM}/01/{world.published.product.gtin}")))


@pytest.mark.parametrize("role", ["child", "child_quantity"])
def test_parcels_are_as_public_as_what_was_packed_into_them(world: World, role: str) -> None:
    make_event(("parent", parcel(1)), (role, lot_of(world.published)))
    make_event(("parent", parcel(2)), (role, lot_of(world.draft)))
    assert sees(PUBLIC, make_event(("epc", parcel(1))))
    assert not sees(PUBLIC, make_event(("epc", parcel(2))))
    assert sees(party_of(world.draft.actor), make_event(("epc", parcel(2))))


def test_producers_read_of_their_own_keys(world: World) -> None:
    event = make_event(("quantity", lot_of(world.draft)))
    assert sees(party_of(world.draft.actor), event)
    assert not sees(party_of(world.published.actor), event)


def test_producers_read_what_was_captured_on_their_behalf(world: World) -> None:
    event = make_event(("epc", FOREIGN_LOT), producer_id=world.draft.producer.id)
    assert sees(party_of(world.draft.actor), event)
    assert not sees(party_of(world.published.actor), event)
    assert not sees(PUBLIC, event)


@pytest.mark.parametrize(
    "place",
    [
        {"read_point": STEM + "/414/{gln}"},
        {"biz_location": STEM + "/414/{gln}"},
        {"biz_location": STEM + "/414/{gln}/254/gate"},
        {"read_point": STEM + "/417/{gln}"},
        {"terms": ["source_possessing_party", "source_possessing_party=" + STEM + "/417/{gln}"]},
        {"terms": ["x=1", "destination_owning_party=" + STEM + "/417/{gln}"]},
        {"terms": ["destination_location=" + STEM + "/414/{gln}/254/gate"]},
    ],
)
def test_producers_read_what_names_them(world: World, place: dict[str, Any]) -> None:
    def named(number: str) -> dict[str, Any]:
        return {
            name: [term.format(gln=number) for term in value] if isinstance(value, list) else value.format(gln=number)
            for name, value in place.items()
        }

    for number in (world.draft.producer.gln, world.draft.plot.gln):
        event = make_event(("epc", FOREIGN_LOT), **named(number))
        assert sees(party_of(world.draft.actor), event)
        assert not sees(party_of(world.published.actor), event)
        assert not sees(PUBLIC, event)


def test_partners_read_of_their_own_keys_and_what_names_them(world: World) -> None:
    partner = Party(
        ANONYMOUS,
        scopes=frozenset({"read"}),
        token_id=new_id(),
        glns=frozenset({gln(1)}),
        capture_prefixes=(f"{STEM}/01/0893850123",),
    )
    assert sees(partner, make_event(("epc", FOREIGN_LOT)))
    assert sees(partner, make_event(("epc", lot_of(world.draft)), biz_location=f"{STEM}/414/{gln(1)}"))
    assert not sees(partner, make_event(("epc", lot_of(world.draft))))
    assert sees(partner, make_event(("epc", lot_of(world.published))))


def test_a_token_that_may_not_read_sees_what_the_public_sees(world: World) -> None:
    member = party_of(world.draft.actor)
    writer = replace(member, token_id=new_id(), scopes=frozenset({"capture"}))
    event = make_event(("quantity", lot_of(world.draft)))
    assert not sees(writer, event)
    assert sees(replace(writer, scopes=frozenset({"capture", "read"})), event)
    assert sees(writer, make_event(("quantity", lot_of(world.published))))


@pytest.mark.parametrize("role", RoleName)
def test_officers_and_administrators_read_everything(world: World, role: RoleName) -> None:
    party = party_of(Actor(new_id(), frozenset({role}), ""))
    everything = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    assert sees(party, make_event(("quantity", lot_of(world.draft)))) is everything
    assert sees(party, make_event()) is everything


def test_nobody_s_prefix_is_a_pattern(world: World) -> None:
    """The signs of LIKE mean nothing in a prefix."""
    partner = Party(ANONYMOUS, scopes=frozenset({"read"}), capture_prefixes=(f"{STEM}/01/%", f"{STEM}/01/________"))
    assert not sees(partner, make_event(("epc", FOREIGN_LOT)))
