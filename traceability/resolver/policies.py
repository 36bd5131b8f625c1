"""Who may set links for a key: the members of the producer whose key it is."""

import uuid

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.packing_houses.models import PackingHouse
from traceability.diary.models import Plot
from traceability.gs1.digital_link import DigitalLink
from traceability.lots.models import Lot
from traceability.resolver.models import ResolverKey

ASSET_KEYS = ("253", "255", "8003", "8004")
"""Keys that the site does not give out itself: documents, coupons, returnable and individual assets."""
LINKABLE_KEYS = ("01", "414", "417", *ASSET_KEYS)


def may_keep_links(actor: Actor, key: ResolverKey) -> bool:
    """Whether `actor` may see and change the links of `key`."""
    return may_act_for(actor, key.producer_id)


def owner_of(actor: Actor, link: DigitalLink) -> uuid.UUID:
    """The producer whose key `link` is, for which `actor` acts.

    The site knows whose its products and places are. A key of another kind belongs to who sets the first link for it.
    Raises NotFound when the key is nobody's or somebody else's: the two look the same.
    """
    known = _known_owner(link)
    if known is None and link.primary_key.ai in ASSET_KEYS:
        known = _first_claim(link) or next((producer.id for producer in producers_of(actor)), None)
    if known is None or not may_act_for(actor, known):
        raise NotFound
    return known


def _known_owner(link: DigitalLink) -> uuid.UUID | None:
    ai, value = link.primary_key
    if ai == "01":
        statement = select(Product.producer_id).where(Product.gtin == value)
        lot_number = link.value("10")
        if lot_number is not None:
            statement = statement.join(Lot, Lot.product_id == Product.id).where(Lot.lot_number == lot_number)
        return db.session.scalar(statement)
    if ai in ("414", "417"):
        owner = db.session.scalar(select(Producer.id).where(Producer.gln == value))
        if owner is None and ai == "414":
            owner = db.session.scalar(select(Plot.producer_id).where(Plot.gln == value)) or db.session.scalar(
                select(PackingHouse.producer_id).where(PackingHouse.gln == value)
            )
        return owner
    return None


def _first_claim(link: DigitalLink) -> uuid.UUID | None:
    claim = db.session.get(ResolverKey, (link.primary_key.ai, link.primary_key.value))
    return claim.producer_id if claim is not None else None
