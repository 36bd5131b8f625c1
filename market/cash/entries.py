"""What the ledger must hold of cash, for its check."""

import uuid

from sqlalchemy import Select, select

from market.cash.giving_back import LEDGER_CASH_PAID_BY_SITE, LEDGER_CASH_RETURNED
from market.cash.models import CashParcel, CashReturn, CashStatus
from market.cash.usecases import LEDGER_CASH_KEPT, LEDGER_CASH_RECEIVED
from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind


def _received(sign: int) -> Select[uuid.UUID, int]:
    # An entry without an amount has no posting that could be compared.
    return select(CashParcel.parcel_id, CashParcel.due_vnd * sign).where(
        CashParcel.status == CashStatus.RECEIVED, CashParcel.due_vnd > 0
    )


def _possible() -> Select[uuid.UUID]:
    return select(CashParcel.parcel_id).where(CashParcel.status == CashStatus.RECEIVED)


ENTRY_SOURCES = (
    EntrySource(LEDGER_CASH_RECEIVED, AccountKind.CASH_WITH_PRODUCERS, lambda: _received(1), _possible),
    EntrySource(LEDGER_CASH_KEPT, AccountKind.CASH_WITH_PRODUCERS, lambda: _received(-1), _possible),
    EntrySource(
        LEDGER_CASH_RETURNED,
        AccountKind.COMMISSION_INCOME,
        lambda: select(CashReturn.id, CashReturn.commission_vnd).where(CashReturn.recorded_at.is_not(None)),
        lambda: select(CashReturn.id).where(CashReturn.recorded_at.is_not(None)),
    ),
    EntrySource(
        LEDGER_CASH_PAID_BY_SITE,
        AccountKind.BANK_BALANCE,
        lambda: select(CashReturn.id, -CashReturn.amount_vnd).where(CashReturn.paid_by_site),
        lambda: select(CashReturn.id).where(CashReturn.paid_by_site),
    ),
)
