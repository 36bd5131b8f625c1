"""Looking accounts up."""

from collections.abc import Sequence

from sqlalchemy import select

from core.accounts.identity import normalize_email, normalize_phone
from core.accounts.models import Role, RoleName, User
from core.db import db

MOST_TO_MAIL = 50


def find_user(name: str) -> User | None:
    """The account that signs in with the phone number or e-mail address `name`, however it is written."""
    phone = normalize_phone(name) if "@" not in name else None
    email = None if phone is not None else normalize_email(name)
    if phone is None and email is None:
        return None
    column, value = (User.phone, phone) if phone is not None else (User.email, email)
    user: User | None = db.session.scalar(db.select(User).where(column == value))
    return user


def users_to_mail(roles: Sequence[RoleName]) -> Sequence[User]:
    """The active accounts with one of these roles and an address, the first fifty."""
    names = [str(name) for name in roles]
    return db.session.scalars(
        select(User)
        .where(User.roles.any(Role.name.in_(names)), User.email.is_not(None), User.active)
        .order_by(User.id)
        .limit(MOST_TO_MAIL)
    ).all()
