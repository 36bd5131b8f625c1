"""Tables of notices and of how people want to be told."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class NoticeKind(StrEnum):
    """What a notice is about; `wording.py` has its words, `rules.py` how it is told by default."""

    PARCEL_TO_PACK = "parcel_to_pack"
    REVIEW_RECEIVED = "review_received"
    QUESTION_RECEIVED = "question_received"
    ANSWER_RECEIVED = "answer_received"
    HARVEST_OPENED = "harvest_opened"
    ORDER_PAID = "order_paid"
    PARCEL_SHIPPED = "parcel_shipped"
    ORDER_REFUNDED = "order_refunded"
    MODERATION_RESULT = "moderation_result"
    REPORT_FINISHED = "report_finished"


class NoticeChannel(StrEnum):
    """How somebody is told: in the application and by mail, in the application only, or not at all."""

    MAIL = "mail"
    APP = "app"
    NONE = "none"


_KINDS = ", ".join(f"'{kind}'" for kind in NoticeKind)


class Notice(Model):
    """Something that one person is told. Its words are made of `kind` and `parameters` in whatever language they read.

    `key` says what happened, so that nobody is told of it twice. `path` is the page on this site that it leads to.
    Whoever writes or reads one keeps `User.unread_notices` in step, in the same transaction.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("recipient_id", "key"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("path ~ '^/([^/]|$)'", name="path_of_this_site"),
        Index("ix_notices_recipient_id", "recipient_id", "id"),
        Index("ix_notices_unread", "recipient_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(Nfc(20))
    key: Mapped[str] = mapped_column(Nfc(80))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    path: Mapped[str] = mapped_column(Nfc(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticePreference(Model):
    """How somebody wants to be told of one kind; without a row the default of the kind holds."""

    __tablename__ = "notice_preferences"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint("channel IN ('mail', 'app', 'none')", name="channel_known"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(Nfc(20), primary_key=True)
    channel: Mapped[NoticeChannel] = mapped_column(Nfc(8))
