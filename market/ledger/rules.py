"""Decisions about the ledger, without I/O."""

from datetime import date, timedelta

from market.ledger.models import AccountKind, PostingPart

DEBIT_KINDS = frozenset(
    {
        AccountKind.PROCESSOR_BALANCE,
        AccountKind.BANK_BALANCE,
        AccountKind.CASH_IN_HAND,
        AccountKind.CASH_WITH_PRODUCERS,
        AccountKind.DISPUTED_FUNDS,
        AccountKind.VOUCHER_EXPENSE,
        AccountKind.DISPUTE_EXPENSE,
        AccountKind.RETURN_EXPENSE,
        AccountKind.PROCESSOR_FEES,
        AccountKind.CASH_DIFFERENCE,
        AccountKind.ROUNDING_DIFFERENCE,
    }
)
"""Assets and expenses, which grow by debits; all others grow by credits."""

SELLER_KINDS = frozenset({AccountKind.PRODUCER_PAYABLE, AccountKind.STALL_PAYABLE})
"""Accounts that belong to a seller each, who gets a statement."""

_PARTS_OF_SOURCES = {
    "payment": PostingPart.GOODS,
    "refund": PostingPart.REFUND,
    "payout": PostingPart.PAYOUT,
    "payout_failed": PostingPart.PAYOUT,
}
"""Where an amount belongs whose posting does not say so: by the event that it comes from."""


def part_of(part: PostingPart | None, source: str) -> PostingPart:
    """In which column of a statement a posting belongs; what nobody named is an adjustment."""
    return PostingPart(part) if part is not None else _PARTS_OF_SOURCES.get(source, PostingPart.ADJUSTMENT)


def part_when_reversed(part: PostingPart | None) -> PostingPart | None:
    """The column of the opposite posting: goods and delivery taken back are a refund, all else stays where it was."""
    return PostingPart.REFUND if part in (PostingPart.GOODS, PostingPart.DELIVERY) else part


EARLIEST_YEAR = 2020
"""No books are older."""


def is_month_of_books(month: date, today: date) -> bool:
    """Whether `month` is the first day of a month that may have entries, as seen on `today`."""
    return month.day == 1 and EARLIEST_YEAR <= month.year <= today.year


def month_of(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the month after the one that begins on `month`."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def last_day_of(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return month_after(month) - timedelta(days=1)


def month_before(month: date) -> date:
    """The first day of the month before the one that begins on `month`."""
    return month_of(month - timedelta(days=1))
