"""Accounts: people, their roles, signing in, and the actor that use cases are told about."""

from core.accounts.actor import ANONYMOUS, Actor, current_actor
from core.accounts.models import RoleName, User
from core.accounts.setup import init_app

__all__ = ["ANONYMOUS", "Actor", "RoleName", "User", "current_actor", "init_app"]
