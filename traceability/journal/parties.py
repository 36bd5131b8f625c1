"""Who asks the journal, or tells it something: a producer, a partner, an officer, or the public."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import db
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.journal.party_places import glns_of_places

CAPTURE: Final = "capture"
READ: Final = "read"
SUBSCRIBE: Final = "subscribe"
SCOPES: Final = (CAPTURE, READ, SUBSCRIBE)
SENSOR: Final = "sensor"
"""Of the token of a device: it tells its readings and nothing else. Nobody chooses this scope; see `sensors`."""
_READERS_OF_EVERYTHING: Final = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody before the journal, and what is theirs.

    `actor` is the person responsible. Events are captured and read on behalf of `producer_ids`; events that name one
    of `glns` concern the party. `capture_prefixes` are beginnings of canonical URIs that are its own keys; when there
    are none, they are looked up: the products, the places and the number of its producers. `scopes` are those of an
    API token, or all of them for somebody who signed in.
    """

    actor: Actor
    producer_ids: frozenset[uuid.UUID] = frozenset()
    glns: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    token_id: uuid.UUID | None = None
    reads_everything: bool = False
    capture_prefixes: tuple[str, ...] = ()

    @property
    def captures_everything(self) -> bool:
        """Whether it may write about anybody's goods: administrators."""
        return self.actor.has_role(RoleName.ADMINISTRATOR)


PUBLIC: Final = Party(ANONYMOUS)


def party_of(actor: Actor) -> Party:
    """The party that a signed-in `actor` is: on behalf of the producers they are a member of, with all scopes."""
    if not actor.is_authenticated:
        return PUBLIC
    producers = producers_of(actor)
    producer_ids = frozenset(producer.id for producer in producers)
    return Party(
        actor,
        producer_ids=producer_ids,
        glns=frozenset(producer.gln for producer in producers) | glns_of_places(producer_ids),
        scopes=frozenset(SCOPES),
        reads_everything=actor.has_role(*_READERS_OF_EVERYTHING),
        capture_prefixes=keys_of_producers(producer_ids),
    )


def keys_of_producers(producer_ids: Collection[uuid.UUID]) -> tuple[str, ...]:
    """Beginnings of canonical URIs of what is the producers' own: their products, themselves, their places."""
    if not producer_ids:
        return ()
    gtins = db.session.scalars(select(Product.gtin).where(Product.producer_id.in_(producer_ids)).order_by(Product.gtin))
    glns = db.session.scalars(select(Producer.gln).where(Producer.id.in_(producer_ids)))
    return (
        *keys_of_gtins(gtins),
        *keys_of_glns({*glns, *glns_of_places(producer_ids)}),
    )


def keys_of_gtins(gtins: Iterable[str]) -> tuple[str, ...]:
    """Beginnings of canonical URIs of these products (GTIN-14), their lots and items."""
    return tuple(f"{CANONICAL_STEM}/01/{gtin}" for gtin in gtins)


def keys_of_glns(glns: Collection[str]) -> tuple[str, ...]:
    """Beginnings of canonical URIs of these parties (AI 417) and places (AI 414)."""
    return tuple(f"{CANONICAL_STEM}/{ai}/{gln}" for gln in sorted(glns) for ai in ("414", "417"))


_DIGITS_BEFORE_PREFIX: Final = {
    "00": 1, "01": 1, "253": 0, "255": 0, "401": 0, "402": 0, "414": 0, "417": 0, "8003": 1, "8004": 0, "8006": 1,
    "8010": 0, "8017": 0, "8018": 0,
}  # fmt: skip
"""The keys that contain a GS1 company prefix, with the digits before it: extension, indicator, or a leading zero."""


def keys_of_company_prefix(company_prefix: str) -> tuple[str, ...]:
    """Beginnings of canonical URIs of every key below a GS1 company prefix (4 to 12 digits).

    GS1 General Specifications, section 1.4.4 and the definitions of the keys in section 3. Raises ValueError.
    """
    if not (company_prefix.isascii() and company_prefix.isdigit() and 4 <= len(company_prefix) <= 12):
        raise ValueError(company_prefix)
    return tuple(
        f"{CANONICAL_STEM}/{ai}/{lead}{company_prefix}"
        for ai, digits in _DIGITS_BEFORE_PREFIX.items()
        for lead in (("0",) if ai == "8003" else "0123456789" if digits else ("",))
    )
