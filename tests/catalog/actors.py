"""Actors for the tests of the catalogue."""

from core.accounts import Actor, RoleName, User
from tests.factories import make_user


def actor_of(user: User, *roles: RoleName) -> Actor:
    """The actor that `user` is with these roles."""
    return Actor(user_id=user.id, roles=frozenset(roles), display_name=user.display_name)


def new_actor(*roles: RoleName) -> Actor:
    """Somebody new with these roles."""
    return actor_of(make_user(*roles), *roles)
