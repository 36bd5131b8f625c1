"""Tables of payouts: on what terms, onto which bank accounts, in which runs."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class PayoutTerms(Model):
    """When how much is paid out: one row for the whole site, which whoever drafts or approves a run locks first.

    `weekday` is the day on which the clock drafts a run (0 is Monday; None: people draft). What was shipped less than
    `hold_days` ago, or is not shipped yet, is not paid out, nor a sum below `minimum_vnd`.
    """

    __tablename__ = "payout_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("hold_days BETWEEN 0 AND 60", name="hold_days_range"),
        CheckConstraint("minimum_vnd BETWEEN 1000 AND 99999999", name="minimum_range"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    weekday: Mapped[int | None] = mapped_column(SmallInteger)
    hold_days: Mapped[int] = mapped_column(SmallInteger)
    minimum_vnd: Mapped[int] = mapped_column(BigInteger)
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class BankAccount(Model):
    """A bank account that a producer entered. Append-only: the newest row counts, the others say what was before.

    `bank_bin` is the bank's identification number in the NAPAS network.
    """

    __tablename__ = "bank_accounts"
    __table_args__ = (
        CheckConstraint("bank_bin ~ '^[0-9]{6}$'", name="bank_bin_form"),
        CheckConstraint("account_number ~ '^[0-9]{6,19}$'", name="account_number_form"),
        CheckConstraint("holder_name <> ''", name="holder_named"),
        Index("ix_bank_accounts_producer_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    bank_bin: Mapped[str] = mapped_column(Nfc(6))
    account_number: Mapped[str] = mapped_column(Nfc(19))
    holder_name: Mapped[str] = mapped_column(Nfc(80))
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    enterer: Mapped[User] = relationship(lazy="raise")


class RunStatus(StrEnum):
    """State of a payout run; the transitions are in `rules.py`."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    EXPORTED = "exported"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class PayoutRun(Model):
    """Payouts that go to the bank together: drafted by one person (or the clock), approved by another."""

    __tablename__ = "payout_runs"
    __table_args__ = (
        CheckConstraint("status IN ('drafted', 'approved', 'exported', 'finished', 'cancelled')", name="status_known"),
        CheckConstraint("approved_by <> drafted_by", name="approved_by_another"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint("(status IN ('drafted', 'cancelled')) = (approved_at IS NULL)", name="approved_once"),
        CheckConstraint("status NOT IN ('exported', 'finished') OR exported_at IS NOT NULL", name="exported_once"),
        CheckConstraint("(status = 'finished') = (finished_at IS NOT NULL)", name="finished_once"),
        Index("ix_payout_runs_drafted_at", "drafted_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(Nfc(16), unique=True)
    status: Mapped[RunStatus] = mapped_column(Nfc(10), default=RunStatus.DRAFTED)
    scheduled_on: Mapped[date | None] = mapped_column(unique=True)
    drafted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    exported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    drafter: Mapped[User | None] = relationship(foreign_keys=[drafted_by], lazy="raise")
    approver: Mapped[User | None] = relationship(foreign_keys=[approved_by], lazy="raise")
    lines: Mapped[list["PayoutLine"]] = relationship(back_populates="run", order_by="PayoutLine.id", lazy="raise")

    @property
    def is_open(self) -> bool:
        """Whether money may still move: neither finished nor cancelled."""
        return self.status not in (RunStatus.FINISHED, RunStatus.CANCELLED)


class LineStatus(StrEnum):
    """State of one payout; the transitions are in `rules.py`."""

    DRAFTED = "drafted"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PayoutLine(Model):
    """So much to one producer, onto the bank account as it was when the run was drafted.

    A producer stands in at most one draft at a time (unique index): what is drafted is not payable a second time, and
    what is approved has left the producer's account in the ledger.
    """

    __tablename__ = "payout_lines"
    __table_args__ = (
        UniqueConstraint("run_id", "producer_id"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint("status IN ('drafted', 'in_transit', 'paid', 'failed', 'cancelled')", name="status_known"),
        CheckConstraint(
            "(status IN ('paid', 'failed')) = (settled_at IS NOT NULL)"
            " AND (status = 'failed') = (failure_reason IS NOT NULL)",
            name="settled_once",
        ),
        Index(
            "uq_payout_lines_drafted_producer",
            "producer_id",
            unique=True,
            postgresql_where=text("status = 'drafted'"),
        ),
        Index("ix_payout_lines_producer_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payout_runs.id"))
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    bank_account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bank_accounts.id"))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[LineStatus] = mapped_column(Nfc(10), default=LineStatus.DRAFTED)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    failure_reason: Mapped[str | None] = mapped_column(Nfc(200))

    run: Mapped[PayoutRun] = relationship(back_populates="lines", lazy="raise")
    producer: Mapped[Producer] = relationship(lazy="raise")
    bank_account: Mapped[BankAccount] = relationship(lazy="raise")
