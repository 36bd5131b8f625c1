"""Accounts for tests."""

from functools import lru_cache
from itertools import count

from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select

from core.accounts import RoleName, User
from core.accounts.models import Role
from core.db import db, new_id

PASSWORD = "mat-khau-thu-nghiem"
_numbers = count(1)


@lru_cache(maxsize=1)
def _hashed_password() -> str:
    return str(hash_password(PASSWORD))


def make_user(*roles: RoleName, **values: object) -> User:
    """An account with `roles`, which signs in with its e-mail address and PASSWORD."""
    number = next(_numbers)
    user = User(
        **{
            "id": new_id(),
            "email": f"nguoi-mau-{number}@example.vn",
            "display_name": f"Người {number} (mẫu)",
            "password": _hashed_password(),
            "fs_uniquifier": new_id().hex,
            "roles": list(db.session.scalars(select(Role).where(Role.name.in_([str(role) for role in roles])))),
            **values,
        }
    )
    db.session.add(user)
    db.session.flush()
    return user


def sign_in(client: FlaskClient, user: User) -> None:
    """Let `client` be signed in as `user`, without going through the form."""
    with client.session_transaction() as browser_session:
        browser_session["_user_id"] = user.fs_uniquifier
        browser_session["_fresh"] = True
