"""A run as the file that goes to the bank; `docs/ledger.md` explains its columns."""

from core.tables import Cell, Column, Sheet
from market.payouts.banks import bank_name
from market.payouts.models import LineStatus, PayoutRun

COLUMNS = ("no", "bank_bin", "bank_name", "account_number", "holder_name", "amount_vnd", "content", "reference")
"""Fixed names, the same in every language: a program reads them."""


def bank_sheet(run: PayoutRun) -> Sheet:
    """One row for each payout of an approved run, in a fixed order; the same at every call."""
    lines = [line for line in run.lines if line.status != LineStatus.CANCELLED]
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            line.bank_account.bank_bin,
            bank_name(line.bank_account.bank_bin),
            line.bank_account.account_number,
            line.bank_account.holder_name,
            line.amount_vnd,
            f"CHO NGUON {run.number}",
            line.id.hex,
        )
        for number, line in enumerate(lines, 1)
    ]
    return Sheet("payouts", [Column(name) for name in COLUMNS], rows)
