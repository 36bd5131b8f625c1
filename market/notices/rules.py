"""Decisions about notices, without I/O."""

from typing import Final

from core.accounts import Actor, RoleName
from market.notices.models import NoticeChannel, NoticeKind
from market.reports.policies import READERS

TOLD_BY_ORDER_MAILS: Final = frozenset({NoticeKind.ORDER_PAID, NoticeKind.PARCEL_SHIPPED, NoticeKind.ORDER_REFUNDED})
"""Every buyer gets a mail of these from the order itself; a second one would only annoy."""

TOLD_HERE: Final = TOLD_BY_ORDER_MAILS | {NoticeKind.REPORT_FINISHED}
"""A report mostly ends before its page is left; mails of it are for those who want them."""

_FOR_ROLES: Final = {
    NoticeKind.PARCEL_TO_PACK: (RoleName.PRODUCER_MEMBER,),
    NoticeKind.REVIEW_RECEIVED: (RoleName.PRODUCER_MEMBER,),
    NoticeKind.QUESTION_RECEIVED: (RoleName.PRODUCER_MEMBER,),
    NoticeKind.REPORT_FINISHED: READERS,
}
"""Who gets a kind that is not for everybody."""


def default_channel(kind: NoticeKind) -> NoticeChannel:
    """How somebody is told who never said how."""
    return NoticeChannel.APP if kind in TOLD_HERE else NoticeChannel.MAIL


def channels_of(kind: NoticeKind) -> tuple[NoticeChannel, ...]:
    """What there is to choose from for a kind."""
    if kind in TOLD_BY_ORDER_MAILS:
        return (NoticeChannel.APP, NoticeChannel.NONE)
    return tuple(NoticeChannel)


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """The kinds that `actor` may ever get, in the order in which they are shown."""
    return [kind for kind in NoticeKind if kind not in _FOR_ROLES or actor.has_role(*_FOR_ROLES[kind])]
