"""Making accounts."""

from collections.abc import Sequence

from flask_security import hash_password
from sqlalchemy import select

from core.accounts.models import Role, RoleName, User
from core.db import db, new_id


def create_user(
    *,
    display_name: str,
    password: str,
    roles: Sequence[RoleName],
    email: str | None = None,
    phone: str | None = None,
    locale: str = "vi",
) -> User:
    """Add a person who signs in with `email` (lower case) or `phone` (E.164); at least one is needed.

    The database refuses an address or number that somebody has already (IntegrityError at flush).
    """
    session = db.session
    user = User(
        id=new_id(),
        display_name=display_name,
        email=email,
        phone=phone,
        password=hash_password(password),
        fs_uniquifier=new_id().hex,
        locale=locale,
        roles=list(session.scalars(select(Role).where(Role.name.in_([str(role) for role in roles])))),
    )
    session.add(user)
    session.flush()
    return user
