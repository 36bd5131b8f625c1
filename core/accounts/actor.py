"""The actor: who does something, as use cases and policies are told it."""

import uuid
from dataclasses import dataclass

from flask import request
from flask_security import current_user

from core.accounts.models import RoleName


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: an account with its roles, or nobody known (`user_id` None)."""

    user_id: uuid.UUID | None
    roles: frozenset[RoleName]
    display_name: str

    @property
    def is_authenticated(self) -> bool:
        """Whether this is somebody with an account."""
        return self.user_id is not None

    def has_role(self, *names: RoleName) -> bool:
        """Whether the actor has at least one of the roles."""
        return not self.roles.isdisjoint(names)


ANONYMOUS = Actor(user_id=None, roles=frozenset(), display_name="")


def current_actor() -> Actor:
    """The actor of the current request. Nobody is signed in without a cookie, so then nothing is looked for."""
    if not request.cookies or not current_user.is_authenticated:
        return ANONYMOUS
    return Actor(
        user_id=current_user.id,
        roles=frozenset(RoleName(role.name) for role in current_user.roles),
        display_name=current_user.display_name,
    )
