"""Tables of the ledger. All of them are append-only, and the postings of an entry sum to zero (triggers)."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from core.i18n import local_today


class AccountKind(StrEnum):
    """The chart of accounts; `docs/ledger.md` says what is posted where. Debits are positive, credits negative."""

    PROCESSOR_BALANCE = "processor_balance"
    BANK_BALANCE = "bank_balance"
    CASH_IN_HAND = "cash_in_hand"
    CASH_WITH_PRODUCERS = "cash_with_producers"
    DISPUTED_FUNDS = "disputed_funds"

    PRODUCER_PAYABLE = "producer_payable"
    STALL_PAYABLE = "stall_payable"
    DELIVERY_PAYABLE = "delivery_payable"
    REFUND_PAYABLE = "refund_payable"
    BUYER_DEPOSITS = "buyer_deposits"
    PAYOUTS_IN_TRANSIT = "payouts_in_transit"
    UNDER_REVIEW = "under_review"

    COMMISSION_INCOME = "commission_income"

    VOUCHER_EXPENSE = "voucher_expense"
    DISPUTE_EXPENSE = "dispute_expense"
    RETURN_EXPENSE = "return_expense"
    PROCESSOR_FEES = "processor_fees"
    CASH_DIFFERENCE = "cash_difference"
    ROUNDING_DIFFERENCE = "rounding_difference"


class PostingPart(StrEnum):
    """Why an amount stands on a seller's account: the columns of the seller's statement."""

    GOODS = "goods"
    COMMISSION = "commission"
    DELIVERY = "delivery"
    REFUND = "refund"
    CASH = "cash"
    PAYOUT = "payout"
    ADJUSTMENT = "adjustment"


class LedgerAccount(Model):
    """An account: one of the site's own (`owner_id` is the nil UUID) or one of a producer's or stall's."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (UniqueConstraint("kind", "owner_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[AccountKind] = mapped_column(Nfc(24))
    owner_id: Mapped[uuid.UUID]


class LedgerEntry(Model):
    """One business event in the ledger; `source` and `source_id` name it, and it is entered once.

    `reference` is the number that people know it by (of an order, a sale, a payout run). `booked_on` is the day it
    counts for. The database sets it: the day it happened on, or the first day of the first open month when that month
    is closed already; the two then differ, and reports say so.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        CheckConstraint("booked_on >= happened_on", name="booked_after_it_happened"),
        Index("ix_ledger_entries_booked_on", "booked_on", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(Nfc(40))
    source_id: Mapped[uuid.UUID]
    description: Mapped[str] = mapped_column(Nfc(200))
    reference: Mapped[str | None] = mapped_column(Nfc(40))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    happened_on: Mapped[date] = mapped_column(default=lambda: local_today(utc_now()))
    booked_on: Mapped[date]

    postings: Mapped[list["LedgerPosting"]] = relationship(back_populates="entry", lazy="raise")


class LedgerPosting(Model):
    """One line of an entry: dong onto (positive, debit) or off (negative, credit) an account."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("amount_vnd <> 0", name="amount_not_zero"),
        CheckConstraint(
            "part IN ('goods', 'commission', 'delivery', 'refund', 'cash', 'payout', 'adjustment')", name="part_known"
        ),
        Index("ix_ledger_postings_account_id", "account_id", "id"),
        Index("ix_ledger_postings_entry_id", "entry_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_entries.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    part: Mapped[PostingPart | None] = mapped_column(Nfc(12))

    entry: Mapped[LedgerEntry] = relationship(back_populates="postings", lazy="raise")
    account: Mapped[LedgerAccount] = relationship(lazy="raise")


class LedgerMonthClose(Model):
    """A month that is closed, named by its first day, and with it all before it: nothing is booked in them any more."""

    __tablename__ = "ledger_month_closes"
    __table_args__ = (CheckConstraint("extract(day FROM month) = 1", name="first_day"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    closer: Mapped[User] = relationship(lazy="raise")
