"""Tables of the ledger. Entries and postings are append-only, and the postings of an entry sum to zero (trigger)."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class AccountKind(StrEnum):
    """Kinds of account. Debits are positive, credits negative."""

    PROCESSOR_BALANCE = "processor_balance"
    PRODUCER_PAYABLE = "producer_payable"
    STALL_PAYABLE = "stall_payable"
    COMMISSION_INCOME = "commission_income"
    DELIVERY_PAYABLE = "delivery_payable"
    REFUND_PAYABLE = "refund_payable"
    UNDER_REVIEW = "under_review"
    VOUCHER_EXPENSE = "voucher_expense"


class LedgerAccount(Model):
    """An account: one of the site's own (`owner_id` is the nil UUID) or one of a producer's or stall's."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (UniqueConstraint("kind", "owner_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[AccountKind] = mapped_column(Nfc(24))
    owner_id: Mapped[uuid.UUID]


class LedgerEntry(Model):
    """One business event in the ledger; `source` and `source_id` name it, and it is entered once."""

    __tablename__ = "ledger_entries"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(Nfc(40))
    source_id: Mapped[uuid.UUID]
    description: Mapped[str] = mapped_column(Nfc(200))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    postings: Mapped[list["LedgerPosting"]] = relationship(back_populates="entry", lazy="raise")


class LedgerPosting(Model):
    """One line of an entry: dong onto (positive, debit) or off (negative, credit) an account."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("amount_vnd <> 0", name="amount_not_zero"),
        Index("ix_ledger_postings_account_id", "account_id", "id"),
        Index("ix_ledger_postings_entry_id", "entry_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_entries.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)

    entry: Mapped[LedgerEntry] = relationship(back_populates="postings", lazy="raise")
    account: Mapped[LedgerAccount] = relationship(lazy="raise")
