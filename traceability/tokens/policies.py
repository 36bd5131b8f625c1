"""Who may make and revoke API tokens."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName
from traceability.tokens.models import ApiToken


def may_make_for_partners(actor: Actor) -> bool:
    """Whether `actor` may open the journal to partners from outside: administrators."""
    return actor.has_role(RoleName.ADMINISTRATOR)


def may_manage(actor: Actor, token: ApiToken) -> bool:
    """Whether `actor` may see and revoke `token`: the members of its producer, and administrators."""
    if token.producer_id is None:
        return may_make_for_partners(actor)
    return may_act_for(actor, token.producer_id)
