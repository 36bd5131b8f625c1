"""Tables of links that producers set for their GS1 keys."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class CertificateProblem(StrEnum):
    """Why no date of expiry could be read from the server that a link leads to."""

    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    NOT_TRUSTED = "not_trusted"
    PRIVATE = "private"


class ResolverKey(Model):
    """A GS1 key that links are set for, and whose it is: nobody else may set links for it.

    `primary_ai` is the application identifier of a primary key, `primary_value` its value (01, GTIN-14).
    """

    __tablename__ = "resolver_keys"
    __table_args__ = (
        CheckConstraint("primary_ai ~ '^[0-9]{2,4}$'", name="primary_ai_form"),
        CheckConstraint("primary_value ~ '^[!-Z_a-z]{1,90}$'", name="primary_value_form"),
    )

    primary_ai: Mapped[str] = mapped_column(Nfc(4), primary_key=True)
    primary_value: Mapped[str] = mapped_column(Nfc(90), primary_key=True)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    producer: Mapped[Producer] = relationship()


class ResolverLink(Model):
    """A link of one type from a key, with qualifiers or without, to a page or service about it.

    `qualifiers` are the key qualifiers by application identifier ({"10": "L1"}); the link also stands for everything
    below. `language` is a tag of two letters, with a country or without. A link stands from `valid_from` until before
    `valid_until`; removed ones stay as rows, so that the resolver can say 410 Gone. What the last look at the target's
    certificate found is in the columns `certificate_…`.
    """

    __tablename__ = "resolver_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["primary_ai", "primary_value"],
            ["resolver_keys.primary_ai", "resolver_keys.primary_value"],
            name="fk_resolver_links_key",
        ),
        CheckConstraint("jsonb_typeof(qualifiers) = 'object'", name="qualifiers_form"),
        CheckConstraint("link_type ~ '^[A-Za-z]{2,40}$'", name="link_type_form"),
        CheckConstraint("href ~ '^https://[!-~]+$'", name="href_https"),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("language ~ '^[a-z]{2}(-[A-Z]{2})?$'", name="language_form"),
        CheckConstraint("media_type ~ '^[a-z]+/[a-z0-9.+-]+$'", name="media_type_form"),
        CheckConstraint("context ~ '^[A-Za-z0-9._-]+$'", name="context_form"),
        CheckConstraint("valid_until > valid_from", name="ends_after_it_begins"),
        CheckConstraint(
            "NOT (is_default AND jsonb_exists_any(qualifiers, ARRAY['10', '21']))", name="record_stays_default"
        ),
        CheckConstraint(
            "certificate_problem IN ('unreachable', 'expired', 'not_trusted', 'private')",
            name="certificate_problem_known",
        ),
        Index("ix_resolver_links_key", "primary_ai", "primary_value"),
        Index(
            "ux_resolver_links_default",
            "primary_ai",
            "primary_value",
            "qualifiers",
            unique=True,
            postgresql_where=text("is_default AND removed_at IS NULL"),
        ),
        Index(
            "ix_resolver_links_certificate_checked_at",
            text("certificate_checked_at NULLS FIRST"),
            "id",
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    primary_ai: Mapped[str] = mapped_column(Nfc(4))
    primary_value: Mapped[str] = mapped_column(Nfc(90))
    qualifiers: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    link_type: Mapped[str] = mapped_column(Nfc(40))
    href: Mapped[str] = mapped_column(Nfc(2000))
    title: Mapped[str] = mapped_column(Nfc(160))
    language: Mapped[str | None] = mapped_column(Nfc(5))
    media_type: Mapped[str | None] = mapped_column(Nfc(80))
    context: Mapped[str | None] = mapped_column(Nfc(40))
    is_default: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certificate_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certificate_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certificate_problem: Mapped[CertificateProblem | None] = mapped_column(Nfc(12))

    key: Mapped[ResolverKey] = relationship()

    @property
    def last_moment(self) -> datetime | None:
        """The last moment at which the link stands, or None when it has no end."""
        return self.valid_until - timedelta(microseconds=1) if self.valid_until else None
