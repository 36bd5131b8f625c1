"""What the resolver knows about a Digital Link, in one round trip: its own facts and the links that producers set."""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, TextClause, func, select, text
from sqlalchemy.orm import contains_eager

from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import db, read_value
from core.errors import NotFound
from traceability.gs1.application_identifiers import Element
from traceability.gs1.digital_link import DigitalLink
from traceability.gs1.element_strings import format_element_string
from traceability.recalls.queries import RECALL_OF_LOT
from traceability.resolver.links import Link
from traceability.resolver.models import ResolverKey, ResolverLink
from traceability.resolver.policies import may_keep_links

MOST_LINKS_OF_A_KEY: Final = 200
"""How many links of one key are read: those that stand first, then those that ended last."""


class StoredLink(NamedTuple):
    """A link that a producer set, and for which qualifiers."""

    qualifiers: Mapping[str, str]
    link: Link


class Facts(NamedTuple):
    """What is known about a key.

    `own` are the columns that the kind of key has (see the statements below); None when the site itself knows nothing
    of it. `stored` are all links whose qualifiers the Digital Link holds, ended ones included.
    """

    own: list[Any] | None
    stored: tuple[StoredLink, ...]


_STORED: Final = """
    (SELECT coalesce(json_agg(json_build_array(
            l.qualifiers, l.link_type, l.href, l.title, l.language, l.media_type, l.context, l.is_default,
            l.valid_from, l.valid_until, l.removed_at) ORDER BY l.id), '[]')
     FROM (SELECT * FROM resolver_links
           WHERE primary_ai = :ai AND primary_value = :value AND qualifiers <@ CAST(:qualifiers AS jsonb)
           ORDER BY removed_at DESC NULLS FIRST, id LIMIT :most) l)
"""
_PRODUCT: Final = """
    SELECT json_build_array(p.slug, p.name_vi, p.name_en, p.status <> 'draft', lots.id IS NOT NULL,
                            ({recall}) ->> 'number')
    FROM products p LEFT JOIN lots ON lots.product_id = p.id AND lots.lot_number = :lot_number
    WHERE p.gtin = :value
""".replace("{recall}", RECALL_OF_LOT.format(lot_id="lots.id"))
_PARTY: Final = "SELECT json_build_array(slug, name) FROM producers WHERE gln = :value"
# A packing house says its own name; a plot says whose it is, as its name may tell where somebody lives.
_LOCATION: Final = """
    SELECT json_build_array(o.slug, coalesce(h.name, o.name), c.name, h.gln)
    FROM producers o LEFT JOIN plots f ON f.producer_id = o.id AND f.gln = :value
    LEFT JOIN packing_houses h ON h.producer_id = o.id AND h.gln = :value
    LEFT JOIN communes c ON c.code = coalesce(h.commune_code, f.commune_code, o.commune_code)
    WHERE o.gln = :value OR f.gln = :value OR h.gln = :value LIMIT 1
"""
_PARCEL: Final = """
    SELECT json_build_array(true) FROM epcis_event_identifiers WHERE identifier = :identifier LIMIT 1
"""
_NOTHING: Final = "SELECT NULL WHERE false"


def _statement(own: str) -> TextClause:
    return text(f"SELECT json_build_array(({own}), {_STORED})")


_STATEMENTS: Final = {
    "01": _statement(_PRODUCT),
    "417": _statement(_PARTY),
    "414": _statement(_LOCATION),
    "00": _statement(_PARCEL),
}
_OTHER_KEYS: Final = _statement(_NOTHING)


def read_facts(link: DigitalLink) -> Facts:
    """What is known about `link`, in one statement."""
    primary = link.primary_key
    parameters = {
        "ai": primary.ai,
        "value": primary.value,
        "qualifiers": json.dumps(dict(link.qualifiers)),
        "most": MOST_LINKS_OF_A_KEY,
    }
    if primary.ai == "01":
        parameters["lot_number"] = link.value("10") or ""
    elif primary.ai == "00":
        parameters["identifier"] = DigitalLink.of((primary,)).canonical
    own, stored = read_value(_STATEMENTS.get(primary.ai, _OTHER_KEYS), parameters)
    return Facts(own, tuple(_stored_links(stored)))


def _stored_links(rows: Iterable[list[Any]]) -> Iterable[StoredLink]:
    for qualifiers, link_type, href, title, language, media_type, context, is_default, *moments in rows:
        valid_from, valid_until, removed_at = (datetime.fromisoformat(moment) if moment else None for moment in moments)
        yield StoredLink(
            qualifiers,
            Link(
                link_type=link_type,
                href=href,
                title=title,
                languages=(language,) if language else (),
                media_type=media_type,
                context=context,
                is_default=is_default,
                valid_from=valid_from,
                valid_until=valid_until,
                removed_at=removed_at,
            ),
        )


def links_of(actor: Actor) -> Select[ResolverLink]:
    """The links of the producers that `actor` acts for, newest first, with their keys: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return (
        select(ResolverLink)
        .join(ResolverLink.key)
        .options(contains_eager(ResolverLink.key))
        .where(ResolverKey.producer_id.in_(producer_ids), ResolverLink.removed_at.is_(None))
        .order_by(ResolverLink.created_at.desc(), ResolverLink.id.desc())
    )


def get_link(actor: Actor, link_id: uuid.UUID) -> ResolverLink:
    """The link with its key; raises NotFound when there is none, it was removed, or it is not the actor's."""
    statement = (
        select(ResolverLink)
        .join(ResolverLink.key)
        .options(contains_eager(ResolverLink.key))
        .where(ResolverLink.id == link_id, ResolverLink.removed_at.is_(None))
    )
    link = db.session.scalar(statement)
    if link is None or not may_keep_links(actor, link.key):
        raise NotFound
    return link


def links_due_for_checking(*, checked_before: datetime, limit: int) -> list[uuid.UUID]:
    """Links whose target was not looked at since `checked_before`: never seen ones first, then the longest unseen."""
    statement = (
        select(ResolverLink.id)
        .where(
            ResolverLink.removed_at.is_(None),
            func.coalesce(ResolverLink.certificate_checked_at, checked_before) <= checked_before,
            func.coalesce(ResolverLink.valid_until, func.now()) >= func.now(),
        )
        .order_by(ResolverLink.certificate_checked_at.nulls_first(), ResolverLink.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


class KeyRow(NamedTuple):
    """A key of a producer for their page: its element string, what it names, and how many links were set for it."""

    code: str
    path: str
    name: str
    link_count: int


def keys_of(actor: Actor, *, locale: str) -> list[KeyRow]:
    """The keys that `actor` may set links for: parties, places, products, and the newest lots; at most 500."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    rows = db.session.execute(_KEYS, {"producer_ids": producer_ids, "locale": locale, "most": 500, "lots": 20})
    keys = []
    for ai, value, lot_number, name, link_count in rows:
        qualifiers = (Element("10", lot_number),) if lot_number else ()
        link = DigitalLink.of((Element(ai, value), *qualifiers))
        keys.append(KeyRow(format_element_string(link.keys), link.path, name, link_count))
    return keys


_KEYS: Final = text(
    """
    WITH keys AS (
        SELECT 1 AS kind, '417' AS ai, gln AS value, NULL AS lot, name, created_at FROM producers
        WHERE id = ANY(:producer_ids)
        UNION ALL
        SELECT 2, '414', gln, NULL, name, created_at FROM plots WHERE producer_id = ANY(:producer_ids)
        UNION ALL
        SELECT 2, '414', gln, NULL, name, created_at FROM packing_houses WHERE producer_id = ANY(:producer_ids)
        UNION ALL
        SELECT 3, '01', gtin, NULL, CASE WHEN :locale = 'en' THEN name_en ELSE name_vi END, created_at FROM products
        WHERE producer_id = ANY(:producer_ids) AND status <> 'archived'
        UNION ALL
        (SELECT 4, '01', p.gtin, l.lot_number, CASE WHEN :locale = 'en' THEN p.name_en ELSE p.name_vi END, l.created_at
         FROM lots l JOIN products p ON p.id = l.product_id WHERE p.producer_id = ANY(:producer_ids)
         ORDER BY l.created_at DESC, l.id DESC LIMIT :lots)
    )
    SELECT keys.ai, keys.value, keys.lot, keys.name, count(r.id)
    FROM keys LEFT JOIN resolver_links r ON r.primary_ai = keys.ai AND r.primary_value = keys.value
        AND r.removed_at IS NULL
        AND r.qualifiers = jsonb_strip_nulls(jsonb_build_object('10', keys.lot))
    GROUP BY keys.kind, keys.ai, keys.value, keys.lot, keys.name, keys.created_at
    ORDER BY keys.kind, CASE WHEN keys.kind = 4 THEN '' ELSE keys.name END, keys.created_at DESC, keys.value
    LIMIT :most
    """
)
