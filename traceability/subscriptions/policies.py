"""Whose named queries are, and who may subscribe."""

import uuid
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_, true

from core.accounts import RoleName
from traceability.journal.parties import READ, SUBSCRIBE, Party
from traceability.subscriptions.models import NamedQuery, OwnerKind

_SUBSCRIBERS = (RoleName.PRODUCER_MEMBER, RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


class Owner(NamedTuple):
    """Whose a named query is."""

    kind: OwnerKind
    id: uuid.UUID


def owner_for(party: Party) -> Owner | None:
    """Who owns what `party` makes: the producer it acts for, else the partner's token, else the account."""
    return next(iter(owners_of(party)), None)


def owners_of(party: Party) -> list[Owner]:
    """As whom `party` owns queries."""
    owners = [Owner(OwnerKind.PRODUCER, producer_id) for producer_id in sorted(party.producer_ids)]
    if party.token_id is not None:
        owners.append(Owner(OwnerKind.TOKEN, party.token_id))
    elif party.actor.user_id is not None:
        owners.append(Owner(OwnerKind.ACCOUNT, party.actor.user_id))
    return owners


def owned_by(party: Party) -> ColumnElement[bool]:
    """Whether the named query around this condition is `party`'s own."""
    own = (and_(NamedQuery.owner_kind == kind, NamedQuery.owner_id == owner_id) for kind, owner_id in owners_of(party))
    return or_(false(), *own)


def readable_by(party: Party) -> ColumnElement[bool]:
    """Whether `party` may see the named query: its owner, and officers, who see everything."""
    return true() if party.reads_everything else owned_by(party)


def may_query(party: Party) -> bool:
    """Whether `party` may have named queries: anybody known, with a token for reading where it is a token."""
    return owner_for(party) is not None and READ in party.scopes


def may_subscribe(party: Party) -> bool:
    """Whether `party` may have reports sent: tokens for subscribing, producers, officers and administrators."""
    if SUBSCRIBE not in party.scopes:
        return False
    return party.token_id is not None or party.actor.has_role(*_SUBSCRIBERS)
