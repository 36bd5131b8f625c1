"""What the columns and entries of a statement are called."""

from typing import Final

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from market.ledger.models import PostingPart

PART_NAMES: Final = {
    PostingPart.GOODS: _l("Goods sold"),
    PostingPart.COMMISSION: _l("Fee"),
    PostingPart.DELIVERY: _l("Your delivery"),
    PostingPart.REFUND: _l("Refunds"),
    PostingPart.CASH: _l("Cash you received"),
    PostingPart.PAYOUT: _l("Payouts"),
    PostingPart.ADJUSTMENT: _l("Other"),
}

_SOURCE_NAMES: Final = {
    "payment": _l("Sale"),
    "refund": _l("Refund"),
    "balance_settled": _l("Sale"),
    "cash_received": _l("Sale paid in cash"),
    "cash_kept": _l("Cash kept by you"),
    "cash_returned": _l("Given back in cash"),
    "cash_paid_by_site": _l("Given back by the site for you"),
    "payout": _l("Payout sent"),
    "payout_failed": _l("Payout came back"),
}


def source_name(source: str) -> str:
    """What kind of event an entry came from."""
    return str(_SOURCE_NAMES.get(source) or _("Adjustment"))
