"""Reading notices, and who is told."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select

from catalog.producers.models import ProducerMember
from core.accounts import Actor
from core.db import db
from market.notices.models import Notice, NoticeChannel, NoticeKind, NoticePreference
from market.notices.rules import channels_of, default_channel, kinds_for

MOST_MEMBERS = 100


def notices_of(actor: Actor) -> Select[Notice]:
    """The notices of the actor, newest first: a statement to page."""
    return select(Notice).where(Notice.recipient_id == actor.user_id).order_by(Notice.id.desc())


def preferences_of(actor: Actor) -> dict[NoticeKind, NoticeChannel]:
    """How the actor is told of each kind that concerns them, in the order in which the kinds are shown."""
    rows = db.session.execute(
        select(NoticePreference.kind, NoticePreference.channel).where(NoticePreference.user_id == actor.user_id)
    )
    chosen = {NoticeKind(kind): NoticeChannel(channel) for kind, channel in rows}
    return {
        kind: chosen[kind] if chosen.get(kind) in channels_of(kind) else default_channel(kind)
        for kind in kinds_for(actor)
    }


def members_of(producer_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The accounts that act for a producer."""
    return db.session.scalars(
        select(ProducerMember.user_id)
        .where(ProducerMember.producer_id == producer_id)
        .order_by(ProducerMember.user_id)
        .limit(MOST_MEMBERS)
    ).all()
