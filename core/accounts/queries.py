"""Looking accounts up."""

from core.accounts.identity import normalize_email, normalize_phone
from core.accounts.models import User
from core.db import db


def find_user(name: str) -> User | None:
    """The account that signs in with the phone number or e-mail address `name`, however it is written."""
    phone = normalize_phone(name) if "@" not in name else None
    email = None if phone is not None else normalize_email(name)
    if phone is None and email is None:
        return None
    column, value = (User.phone, phone) if phone is not None else (User.email, email)
    user: User | None = db.session.scalar(db.select(User).where(column == value))
    return user
