"""What the ledger must hold of what was cancelled unpaid, for its check."""

import uuid

from sqlalchemy import Select, or_, select

from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind
from market.refunds.models import UnpaidCancellation
from market.refunds.unpaid import LEDGER_UNPAID_CANCELLED


def _shared() -> Select[uuid.UUID, int]:
    """Those for which somebody had put something in, with what comes back to the site's vouchers."""
    row = UnpaidCancellation
    return select(row.id, -row.voucher_vnd).where(
        or_(row.voucher_vnd != 0, row.commission_vnd != 0, row.delivery_vnd != 0)
    )


ENTRY_SOURCES = (
    EntrySource(
        source=LEDGER_UNPAID_CANCELLED,
        kind=AccountKind.VOUCHER_EXPENSE,
        due=_shared,
        possible=lambda: select(UnpaidCancellation.id),
    ),
)
