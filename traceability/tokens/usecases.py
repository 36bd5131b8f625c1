"""Making and revoking API tokens."""

import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, new_id, secret_token, utc_now
from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_gln
from traceability.journal.parties import CAPTURE, SCOPES, SENSOR, keys_of_company_prefix
from traceability.tokens.models import ApiToken
from traceability.tokens.policies import may_make_for_partners, may_manage
from traceability.tokens.rules import MAX_DAYS, MAX_VALID_TOKENS, PREFIX, hash_of


class IssuedToken(NamedTuple):
    """A new token with its `secret`, which exists nowhere else: whoever shows it once cannot show it again."""

    token: ApiToken
    secret: str


def issue_token(
    *, actor: Actor, producer_id: uuid.UUID, name: str, scopes: Collection[str], valid_days: int
) -> IssuedToken:
    """A token for a program of the producer, which captures and reads what the producer may.

    Raises NotFound for a producer that is not the actor's, Invalid (with `field`) for what makes no sense, Conflict
    when the producer has too many tokens already.
    """
    # The lock makes two requests at once count one after the other.
    producer = db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    if producer is None or not may_act_for(actor, producer.id):
        raise NotFound
    valid = select(func.count()).where(
        ApiToken.producer_id == producer.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > utc_now()
    )
    if (db.session.scalar(valid) or 0) >= MAX_VALID_TOKENS:
        raise Conflict(_("You have %(count)s tokens already. Revoke one first.", count=MAX_VALID_TOKENS))
    return _issue(actor, name, scopes, valid_days, ApiToken(producer_id=producer.id))


def issue_partner_token(
    *,
    actor: Actor,
    partner_name: str,
    name: str,
    scopes: Collection[str],
    valid_days: int,
    gln: str | None = None,
    company_prefixes: Sequence[str] = (),
    capture_prefixes: Sequence[str] = (),
) -> IssuedToken:
    """A token for a partner from outside, such as a packing house or a carrier.

    What is the partner's own: its `gln`, every key below its GS1 `company_prefixes`, and canonical URIs that begin
    with one of `capture_prefixes`. Raises Refused unless the actor is an administrator, Invalid (with `field`).
    """
    if not may_make_for_partners(actor):
        raise Refused
    partner_name = normalize(partner_name)
    if not 1 <= len(partner_name) <= 160:
        raise Invalid(_("Give the partner a name of at most 160 characters."), field="partner_name")
    try:
        keys = [key for prefix in company_prefixes for key in keys_of_company_prefix(prefix)]
    except ValueError as error:
        raise Invalid(_("A GS1 company prefix has 4 to 12 digits."), field="company_prefixes") from error
    if not all(prefix.startswith(f"{CANONICAL_STEM}/") for prefix in capture_prefixes):
        message = _("What may be captured begins with %(stem)s/.", stem=CANONICAL_STEM)
        raise Invalid(message, field="capture_prefixes")
    if CAPTURE in scopes and not (gln or keys or capture_prefixes):
        raise Invalid(_("Say what the partner may capture: a GLN or a company prefix."), field="capture_prefixes")
    token = ApiToken(partner_name=partner_name, gln=_checked_gln(gln), capture_prefixes=[*capture_prefixes, *keys])
    return _issue(actor, name, scopes, valid_days, token)


def revoke_token(*, actor: Actor, token_id: uuid.UUID) -> ApiToken:
    """End a token at once; it stays on the list. Revoking it again changes nothing.

    Raises NotFound for a token that is not the actor's.
    """
    token = db.session.get(ApiToken, token_id, with_for_update=True)
    if token is None or not may_manage(actor, token):
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = utc_now()
        db.session.flush()
    return token


def _issue(actor: Actor, name: str, scopes: Collection[str], valid_days: int, token: ApiToken) -> IssuedToken:
    name = normalize(name)
    if not 1 <= len(name) <= 80:
        raise Invalid(_("Give the token a name of at most 80 characters."), field="name")
    if not scopes or not set(scopes) <= {*SCOPES, SENSOR}:
        raise Invalid(_("Choose what the token may do."), field="scopes")
    if not 1 <= valid_days <= MAX_DAYS:
        raise Invalid(_("A token is valid for 1 to %(days)s days.", days=MAX_DAYS), field="valid_days")
    secret = PREFIX + secret_token()
    token.id = new_id()
    token.secret_hash, token.last_four = hash_of(secret), secret[-4:]
    token.name = name
    token.scopes = [scope for scope in (*SCOPES, SENSOR) if scope in scopes]
    token.created_by, token.created_at = actor.user_id, utc_now()
    token.expires_at = token.created_at + timedelta(days=valid_days)
    db.session.add(token)
    db.session.flush()
    return IssuedToken(token, secret)


def _checked_gln(gln: str | None) -> str | None:
    if not gln:
        return None
    try:
        return normalise_gln(gln)
    except Gs1Error as error:
        raise Invalid(_("This is no number of a place (GLN)."), field="gln") from error
