"""Who answers reviews. Who writes one is decided by the order's link: its buyer."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from market.reviews.models import Review


def may_answer(actor: Actor, review: Review) -> bool:
    """Whether `actor` answers `review`: the members of its producer, unless it is hidden."""
    return review.hidden_at is None and may_act_for(actor, review.producer_id)
