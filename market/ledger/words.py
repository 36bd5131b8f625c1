"""What the accounts of the ledger are called."""

from typing import Final

from core.i18n import lazy_gettext as _l
from market.ledger.models import AccountKind

ACCOUNT_NAMES: Final = {
    AccountKind.PROCESSOR_BALANCE: _l("Balance at the payment processor"),
    AccountKind.BANK_BALANCE: _l("Cash at bank"),
    AccountKind.CASH_IN_HAND: _l("Cash in hand"),
    AccountKind.CASH_WITH_PRODUCERS: _l("Cash held by producers"),
    AccountKind.DISPUTED_FUNDS: _l("Funds held in disputes"),
    AccountKind.PRODUCER_PAYABLE: _l("Payable to producers"),
    AccountKind.STALL_PAYABLE: _l("Payable to stall holders"),
    AccountKind.DELIVERY_PAYABLE: _l("Payable for delivery"),
    AccountKind.REFUND_PAYABLE: _l("Refunds payable"),
    AccountKind.BUYER_DEPOSITS: _l("Deposits of buyers"),
    AccountKind.PAYOUTS_IN_TRANSIT: _l("Payouts in transit"),
    AccountKind.UNDER_REVIEW: _l("Receipts under review"),
    AccountKind.COMMISSION_INCOME: _l("Commission income"),
    AccountKind.VOUCHER_EXPENSE: _l("Vouchers and promotions"),
    AccountKind.DISPUTE_EXPENSE: _l("Losses from disputes"),
    AccountKind.RETURN_EXPENSE: _l("Returns at the site's cost"),
    AccountKind.PROCESSOR_FEES: _l("Fees of the payment processor"),
    AccountKind.CASH_DIFFERENCE: _l("Cash over and short"),
    AccountKind.ROUNDING_DIFFERENCE: _l("Rounding differences"),
}
