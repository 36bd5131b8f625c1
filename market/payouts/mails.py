"""Mails to the members of a producer about money."""

import uuid

from sqlalchemy import select

from catalog.producers.models import Producer, ProducerMember
from core.accounts import User
from core.db import db
from core.mail import request_mail
from core.money import format_vnd
from market.payouts.banks import bank_name
from market.payouts.models import BankAccount, LineStatus, PayoutLine, PayoutRun
from market.payouts.rules import masked

MOST_MEMBERS = 100


def mail_bank_account_changed(producer: Producer, account: BankAccount) -> None:
    """The account was entered or changed: whoever did not do it must hear of it."""
    for user in _members(producer.id):
        _mail(
            user,
            "bank_account_changed",
            producer=producer.name,
            account=_shown(account),
            holder=account.holder_name,
            path=f"/farm/bank-account?producer={producer.id}",
        )


def mail_payout_settled(run: PayoutRun, line: PayoutLine) -> None:
    """A payout arrived, or came back."""
    for user in _members(line.producer_id):
        _mail(
            user,
            "payout_settled",
            producer=line.producer.name,
            amount=format_vnd(line.amount_vnd, user.locale),
            account=_shown(line.bank_account),
            is_paid=line.status == LineStatus.PAID,
            reason=line.failure_reason or "",
            number=run.number,
            path=f"/farm/statement?producer={line.producer_id}",
        )


def _shown(account: BankAccount) -> str:
    return f"{bank_name(account.bank_bin)} {masked(account.account_number)}"


def _mail(user: User, template: str, **context: object) -> None:
    if user.email is not None:
        request_mail(
            template=template,
            recipient=user.email,
            locale=user.locale,
            context={"name": user.display_name, **context},
        )


def _members(producer_id: uuid.UUID) -> list[User]:
    return list(
        db.session.scalars(
            select(User)
            .join(ProducerMember, ProducerMember.user_id == User.id)
            .where(ProducerMember.producer_id == producer_id, User.active)
            .order_by(User.id)
            .limit(MOST_MEMBERS)
        )
    )
