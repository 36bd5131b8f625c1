"""Who decides about what people wrote: province officers and administrators, never about their own words."""

from core.accounts import Actor, RoleName
from market.moderation.contents import Content

MODERATORS = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


def may_moderate(actor: Actor) -> bool:
    """Whether `actor` reads the queue."""
    return actor.has_role(*MODERATORS)


def may_decide(actor: Actor, content: Content) -> bool:
    """Whether `actor` decides about `content`."""
    return may_moderate(actor) and content.author_id != actor.user_id
