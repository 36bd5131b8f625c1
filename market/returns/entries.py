"""What the ledger must hold of returns at the site's cost, for its check."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select

from market.cash.models import CashReturn
from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind
from market.payments.models import CAME_BACK, Refund, RefundLine, RefundStatus
from market.returns.deciding import (
    LEDGER_RETURN,
    LEDGER_RETURN_AGAIN,
    LEDGER_RETURN_AGAIN_FAILED,
    LEDGER_RETURN_FAILED,
    LEDGER_RETURN_TRANSFERRED,
)
from market.returns.models import CostBearer, Return


def _borne() -> Select[uuid.UUID]:
    return select(Return.id).where(
        Return.borne_by == CostBearer.SITE, Return.refund_id.is_not(None) | Return.cash_return_id.is_not(None)
    )


def _failed() -> Select[uuid.UUID]:
    """Returns whose first refund failed; those that are given back after all name a later one, or a transfer."""
    return _borne().join(Return.refund).where(or_(Refund.status.in_(CAME_BACK), Refund.retry_of.is_not(None)))


def _retries(statuses: Sequence[RefundStatus] = tuple(RefundStatus)) -> Select[uuid.UUID]:
    """Refunds that try failed ones again, in any of these states."""
    return select(Refund.id).where(Refund.retry_of.is_not(None), Refund.status.in_(statuses))


def _due() -> Select[uuid.UUID, int]:
    cash = func.max(CashReturn.amount_vnd + CashReturn.voucher_vnd - CashReturn.commission_vnd)
    share = func.coalesce(func.sum(RefundLine.seller_vnd), cash, 0)
    return (
        select(Return.id, share)
        .outerjoin(RefundLine, RefundLine.refund_id == Return.refund_id)
        .outerjoin(Return.cash_return)
        .where(Return.borne_by == CostBearer.SITE)
        .group_by(Return.id)
        .having(share != 0)
    )


def _never() -> Select[uuid.UUID, int]:
    """The reversal follows the news of a failed refund, which may be on its way still."""
    return _due().where(Return.id.is_(None))


ENTRY_SOURCES = (
    EntrySource(source=LEDGER_RETURN, kind=AccountKind.RETURN_EXPENSE, due=_due, possible=_borne),
    EntrySource(source=LEDGER_RETURN_FAILED, kind=AccountKind.RETURN_EXPENSE, due=_never, possible=_failed),
    # These follow the news of a refund, which may be on its way still.
    EntrySource(source=LEDGER_RETURN_AGAIN, kind=AccountKind.RETURN_EXPENSE, due=_never, possible=_retries),
    EntrySource(
        source=LEDGER_RETURN_AGAIN_FAILED,
        kind=AccountKind.RETURN_EXPENSE,
        due=_never,
        possible=lambda: _retries(CAME_BACK),
    ),
    EntrySource(
        source=LEDGER_RETURN_TRANSFERRED,
        kind=AccountKind.RETURN_EXPENSE,
        due=_never,
        possible=lambda: select(Refund.id).where(Refund.status == RefundStatus.TRANSFERRED),
    ),
)
