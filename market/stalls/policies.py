"""Who may see which stall and which market. What is not yours answers like what does not exist."""

import uuid

from sqlalchemy import select

from core.accounts import Actor, RoleName
from core.db import db
from core.errors import NotFound
from market.stalls.models import Market, MarketManager, Stall


def manages_market(actor: Actor, market_id: uuid.UUID) -> bool:
    """Whether `actor` is one of the market's managers, or an administrator."""
    if actor.has_role(RoleName.ADMINISTRATOR):
        return True
    if not actor.has_role(RoleName.MARKET_MANAGER):
        return False
    managers = select(MarketManager.user_id).where(MarketManager.market_id == market_id)
    return db.session.scalar(managers.where(MarketManager.user_id == actor.user_id)) is not None


def may_see_stall(actor: Actor, stall: Stall) -> bool:
    """Whether `actor` holds the stall or manages its market."""
    if actor.user_id is not None and stall.holder_id == actor.user_id and actor.has_role(RoleName.STALL_HOLDER):
        return True
    return manages_market(actor, stall.market_id)


def require_stall(actor: Actor, stall_id: uuid.UUID) -> Stall:
    """The stall, with its market. Raises NotFound when there is none or `actor` may not see it."""
    stall = db.session.scalar(select(Stall).where(Stall.id == stall_id))
    if stall is None or not may_see_stall(actor, stall):
        raise NotFound
    return stall


def require_managed_market(actor: Actor, slug: str) -> Market:
    """The market. Raises NotFound when there is none or `actor` does not manage it."""
    market = db.session.scalar(select(Market).where(Market.slug == slug))
    if market is None or not manages_market(actor, market.id):
        raise NotFound
    return market
