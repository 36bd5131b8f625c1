"""Who may make and end promotions."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName
from market.promotions.models import Bearer, Promotion

OFFICERS = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


def works_for_site(actor: Actor) -> bool:
    """Whether the actor decides what the site pays for."""
    return actor.has_role(*OFFICERS)


def may_manage(actor: Actor, promotion: Promotion) -> bool:
    """Whether the promotion is the actor's: what the site bears is for officers, the rest for the producer's people."""
    if promotion.borne_by == Bearer.SITE:
        return works_for_site(actor)
    return promotion.producer_id is not None and may_act_for(actor, promotion.producer_id)
