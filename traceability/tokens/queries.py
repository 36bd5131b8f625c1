"""Reads of API tokens."""

import uuid
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.orm import joinedload

from catalog.producers.queries import producers_of
from core.accounts import Actor, RoleName
from core.db import db, read_value
from core.errors import NotFound
from traceability.journal.parties import Party, keys_of_glns, keys_of_gtins
from traceability.tokens.models import ApiToken
from traceability.tokens.policies import may_manage
from traceability.tokens.rules import hash_of


def tokens_of(actor: Actor) -> Select[ApiToken]:
    """The tokens of every producer that `actor` is a member of, newest first: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return _tokens().where(ApiToken.producer_id.in_(producer_ids))


def every_token() -> Select[ApiToken]:
    """All tokens, newest first."""
    return _tokens()


def get_token(actor: Actor, token_id: uuid.UUID) -> ApiToken:
    """The token; raises NotFound when there is none or it is not the actor's."""
    token = db.session.scalar(_tokens().where(ApiToken.id == token_id))
    if token is None or not may_manage(actor, token):
        raise NotFound
    return token


def _tokens() -> Select[ApiToken]:
    return select(ApiToken).options(joinedload(ApiToken.producer)).order_by(ApiToken.created_at.desc(), ApiToken.id)


_PARTY = text(
    """
    WITH used AS (
        UPDATE api_tokens SET last_used_at = now()
        WHERE secret_hash = :secret_hash AND revoked_at IS NULL AND expires_at > now()
          AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour')
    )
    SELECT json_build_object(
        'id', token.id, 'scopes', token.scopes, 'created_by', token.created_by, 'gln', token.gln,
        'name', coalesce(token.partner_name, producers.name), 'prefixes', token.capture_prefixes,
        'producer_id', producers.id, 'producer_gln', producers.gln,
        'plots', (SELECT coalesce(json_agg(gln ORDER BY gln), '[]') FROM plots WHERE producer_id = producers.id),
        'gtins', (SELECT coalesce(json_agg(gtin ORDER BY gtin), '[]') FROM products WHERE producer_id = producers.id))
    FROM api_tokens token LEFT JOIN producers ON producers.id = token.producer_id
    WHERE token.secret_hash = :secret_hash AND token.revoked_at IS NULL AND token.expires_at > now()
    """
)


def find_party(token: str) -> Party | None:
    """The party that shows `token`, or None when it opens nothing (any more).

    One statement says who it is, what is theirs, and at most once an hour that the token was used.
    """
    return _find_party(hash_of(token))


def find_party_of_token(token_id: uuid.UUID) -> Party | None:
    """The party that the token with this id stands for, or None when it opens nothing (any more)."""
    secret_hash = db.session.scalar(select(ApiToken.secret_hash).where(ApiToken.id == token_id))
    return None if secret_hash is None else _find_party(secret_hash)


def _find_party(secret_hash: bytes) -> Party | None:
    found = read_value(_PARTY, {"secret_hash": secret_hash})
    return None if found is None else _party(found)


def _party(found: dict[str, Any]) -> Party:
    """A token acts for its producer or partner, with the rights of a producer and never those of a whole account."""
    created_by, producer_id = found["created_by"], found["producer_id"]
    roles = frozenset({RoleName.PRODUCER_MEMBER}) if producer_id else frozenset()
    glns = frozenset(gln for gln in (found["gln"], found["producer_gln"], *found["plots"]) if gln)
    return Party(
        Actor(uuid.UUID(created_by) if created_by else None, roles, found["name"]),
        producer_ids=frozenset({uuid.UUID(producer_id)}) if producer_id else frozenset(),
        glns=glns,
        scopes=frozenset(found["scopes"]),
        token_id=uuid.UUID(found["id"]),
        capture_prefixes=(*found["prefixes"], *keys_of_gtins(found["gtins"]), *keys_of_glns(glns)),
    )
