"""Tables of people and roles, in the shape Flask-Security expects."""

import uuid
from datetime import datetime
from enum import StrEnum

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, db, new_id, utc_now


class RoleName(StrEnum):
    """The roles of the site; what a role may do is in each feature's `policies.py`."""

    CONSUMER = "consumer"
    PRODUCER_MEMBER = "producer_member"
    STALL_HOLDER = "stall_holder"
    MARKET_MANAGER = "market_manager"
    PROVINCE_OFFICER = "province_officer"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


roles_users = Table(
    "roles_users",
    db.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Model, RoleMixin):
    """One role; the rows are made by the first migration and never change at run time."""

    __tablename__ = "roles"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Nfc(40), unique=True)


class User(Model, UserMixin):
    """A person who can sign in, by e-mail address or by phone number (E.164).

    `unread_notices` is what the bell in the header shows; it stands here, so that no page asks for it.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{6,14}$'", name="phone_e164"),
        CheckConstraint("unread_notices >= 0", name="unread_notices_positive"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str | None] = mapped_column(Nfc(254), unique=True)
    phone: Mapped[str | None] = mapped_column(Nfc(16), unique=True)
    display_name: Mapped[str] = mapped_column(Nfc(120))
    password: Mapped[str | None] = mapped_column(Nfc(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(Nfc(64), unique=True)
    locale: Mapped[str] = mapped_column(Nfc(5), default="vi")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    unread_notices: Mapped[int] = mapped_column(default=0, server_default="0")

    roles: Mapped[list[Role]] = relationship(secondary=roles_users, lazy="selectin", order_by=Role.name)
