"""Changing the terms and bank accounts of payouts."""

import uuid

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from market.payouts.banks import BANKS
from market.payouts.mails import mail_bank_account_changed
from market.payouts.models import BankAccount, PayoutTerms
from market.payouts.policies import require_own_producer, require_term_setter
from market.payouts.queries import find_bank_account, get_terms
from market.payouts.rules import read_account_number, read_holder_name


def change_terms(*, actor: Actor, weekday: int | None, hold_days: int, minimum_vnd: int) -> PayoutTerms:
    """Set on what terms runs are drafted from now on; drafts that there are stay. Raises NotFound."""
    require_term_setter(actor)
    terms = get_terms(lock=True)
    terms.weekday, terms.hold_days, terms.minimum_vnd = weekday, hold_days, minimum_vnd
    terms.changed_by, terms.changed_at = actor.user_id, utc_now()
    db.session.flush()
    return terms


def enter_bank_account(
    *, actor: Actor, producer_id: uuid.UUID, bank_bin: str, account_number: str, holder_name: str
) -> BankAccount:
    """Say onto which account a producer is paid out, and tell all its members; the same as before changes nothing.

    Raises NotFound; Invalid for a bank we do not know, and for a number or name that no bank writes.
    """
    producer = require_own_producer(actor, producer_id)
    number, holder = read_account_number(account_number), read_holder_name(holder_name)
    if bank_bin not in BANKS:
        raise Invalid(_l("Choose a bank from the list."), field="bank_bin")
    if number is None:
        raise Invalid(_l("Enter the account number: 6 to 19 digits."), field="account_number")
    if holder is None:
        raise Invalid(_l("Enter the name as the bank writes it, for example NGUYEN THI MAU."), field="holder_name")
    current = find_bank_account(producer_id)
    wanted = (bank_bin, number, holder)
    if current is not None and (current.bank_bin, current.account_number, current.holder_name) == wanted:
        return current
    account = BankAccount(
        producer_id=producer_id,
        bank_bin=bank_bin,
        account_number=number,
        holder_name=holder,
        entered_by=actor.user_id,
    )
    db.session.add(account)
    db.session.flush()
    mail_bank_account_changed(producer, account)
    return account
