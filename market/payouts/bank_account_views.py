"""The page on which a producer says onto which bank account it is paid out."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from market.payouts.banks import bank_name
from market.payouts.forms import BankAccountForm
from market.payouts.policies import require_own_producer
from market.payouts.queries import list_bank_accounts
from market.payouts.rules import masked
from market.payouts.usecases import enter_bank_account
from traceability.forms import show_error

blueprint = Blueprint("bank_accounts", __name__)


@blueprint.route("/farm/bank-account", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit() -> ResponseReturnValue:
    """The account as it is, masked, what it was before, and the form for a new one."""
    actor = current_actor()
    producers = producers_of(actor)
    if not producers:
        raise NotFound
    try:
        asked = uuid.UUID(request.args["producer"]) if "producer" in request.args else producers[0].id
    except ValueError:
        raise NotFound from None
    producer = require_own_producer(actor, asked)
    form = BankAccountForm()
    if form.validate_on_submit():
        try:
            with atomic():
                enter_bank_account(
                    actor=actor,
                    producer_id=producer.id,
                    bank_bin=form.bank_bin.data,
                    account_number=form.account_number.data or "",
                    holder_name=form.holder_name.data or "",
                )
        except Invalid as error:
            show_error(form, error)
        else:
            flash(_("Saved. All members of %(producer)s get a mail about it.", producer=producer.name), "success")
            return redirect(url_for("bank_accounts.edit", producer=producer.id), code=303)
    page = render_template(
        "market/payouts/bank_account.html",
        form=form,
        producer=producer,
        producers=producers,
        accounts=list_bank_accounts(producer.id),
        bank_name=bank_name,
        masked=masked,
    )
    return page, 422 if form.errors else 200
