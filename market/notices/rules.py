"""Decisions about notices, without I/O."""

from typing import Final

from core.accounts import Actor, RoleName
from market.notices.models import NoticeChannel, NoticeKind

TOLD_BY_ORDER_MAILS: Final = frozenset({NoticeKind.ORDER_PAID, NoticeKind.PARCEL_SHIPPED, NoticeKind.ORDER_REFUNDED})
"""Every buyer gets a mail of these from the order itself; a second one would only annoy."""

FOR_PRODUCERS: Final = frozenset({NoticeKind.PARCEL_TO_PACK, NoticeKind.REVIEW_RECEIVED, NoticeKind.QUESTION_RECEIVED})


def default_channel(kind: NoticeKind) -> NoticeChannel:
    """How somebody is told who never said how."""
    return NoticeChannel.APP if kind in TOLD_BY_ORDER_MAILS else NoticeChannel.MAIL


def channels_of(kind: NoticeKind) -> tuple[NoticeChannel, ...]:
    """What there is to choose from for a kind."""
    if kind in TOLD_BY_ORDER_MAILS:
        return (NoticeChannel.APP, NoticeChannel.NONE)
    return tuple(NoticeChannel)


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """The kinds that `actor` may ever get, in the order in which they are shown."""
    produces = actor.has_role(RoleName.PRODUCER_MEMBER)
    return [kind for kind in NoticeKind if produces or kind not in FOR_PRODUCERS]
