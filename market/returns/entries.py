"""What the ledger must hold of returns at the site's cost, for its check."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, false, func, or_, select, union_all

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
from market.returns.models import CostBearer, Return, ReturnRefund


def _borne() -> Select[uuid.UUID]:
    by_cash = select(Return.id).where(Return.borne_by == CostBearer.SITE, Return.cash_return_id.is_not(None))
    both = union_all(_borne_to_card(), by_cash).subquery()
    return select(both.c.id)


def _borne_to_card() -> Select[uuid.UUID]:
    return (
        select(ReturnRefund.id)
        .join(Return, Return.id == ReturnRefund.return_id)
        .where(Return.borne_by == CostBearer.SITE)
    )


def _failed() -> Select[uuid.UUID]:
    """Those whose first refund failed; where it is given back after all, they name a later one, or a transfer."""
    came_back = or_(Refund.status.in_(CAME_BACK), Refund.retry_of.is_not(None))
    return _borne_to_card().join(ReturnRefund.refund).where(came_back)


def _retries(statuses: Sequence[RefundStatus] = tuple(RefundStatus)) -> Select[uuid.UUID]:
    """Refunds that try failed ones again, in any of these states."""
    return select(Refund.id).where(Refund.retry_of.is_not(None), Refund.status.in_(statuses))


def _due() -> Select[uuid.UUID, int]:
    share = func.sum(RefundLine.seller_vnd)
    to_card = (
        _borne_to_card()
        .add_columns(share.label("share"))
        .join(RefundLine, RefundLine.refund_id == ReturnRefund.refund_id)
        .group_by(ReturnRefund.id)
    )
    by_cash = (
        select(Return.id, CashReturn.amount_vnd + CashReturn.voucher_vnd - CashReturn.commission_vnd)
        .join(Return.cash_return)
        .where(Return.borne_by == CostBearer.SITE)
    )
    both = union_all(to_card, by_cash).subquery()
    return select(both.c.id, both.c.share).where(both.c.share != 0)


def _never() -> Select[uuid.UUID, int]:
    """The reversal follows the news of a failed refund, which may be on its way still."""
    return _due().where(false())


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
