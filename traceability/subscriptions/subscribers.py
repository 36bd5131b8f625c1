"""On whose behalf a subscription reads, at the time it reads."""

from core.accounts import Actor, RoleName, User
from core.db import db
from traceability.journal.parties import Party, party_of
from traceability.subscriptions.models import QuerySubscription
from traceability.subscriptions.policies import may_subscribe, owners_of
from traceability.tokens.queries import find_party_of_token


def party_of_subscription(subscription: QuerySubscription) -> Party | None:
    """The party whose events the subscription reports, with the rights that it has now.

    None when it has none any more: the token was revoked or is over, the account was closed or left the producer.
    """
    party = _party_of(subscription)
    if party is None or not may_subscribe(party):
        return None
    query = subscription.query
    return party if (query.owner_kind, query.owner_id) in owners_of(party) else None


def _party_of(subscription: QuerySubscription) -> Party | None:
    if subscription.token_id is not None:
        return find_party_of_token(subscription.token_id)
    user = None if subscription.created_by is None else db.session.get(User, subscription.created_by)
    if user is None or not user.active:
        return None
    return party_of(Actor(user.id, frozenset(RoleName(role.name) for role in user.roles), user.display_name))
