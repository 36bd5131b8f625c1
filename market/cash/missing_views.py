"""Cash outside a return that did not come: the buyer's page, and that of who looks at it."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.web.access import roles, secret_link
from core.web.setup import limiter
from market.cash.forms import MissingForm, MoneyOutcome, SettledForm
from market.cash.missing import require_missing, say_missing, settle_missing
from market.cash.policies import LIST_KEEPERS
from market.cash.queries import require_given_apart
from traceability.forms import show_error

WRITES_OF_AN_ADDRESS = "10/minute;60/day"
blueprint = Blueprint("missing_cash", __name__)


@blueprint.route("/orders/<token>/cash/<uuid:cash_return_id>", methods=["GET", "POST"])
@limiter.limit(WRITES_OF_AN_ADDRESS, methods=["POST"])
@secret_link
def say(token: str, cash_return_id: uuid.UUID) -> ResponseReturnValue:
    """What the producer noted as given back; the buyer says that it did not come."""
    require_given_apart(cash_return_id, token=token)
    form = MissingForm()
    if form.validate_on_submit():
        try:
            with atomic():
                say_missing(token=token, cash_return_id=cash_return_id, words=form.words.data or "")
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The site has been told, and looks at it."), "success")
            return redirect(url_for("missing_cash.say", token=token, cash_return_id=cash_return_id), code=303)
    found = require_given_apart(cash_return_id, token=token)
    page = render_template(
        "market/cash/say_missing.html",
        found=found,
        order=found.parcel.order,
        form=form,
        may_be_missed=found.may_be_missed(utc_now()),
    )
    return page, 422 if request.method == "POST" else 200, {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@blueprint.route("/cash/missing/<uuid:cash_return_id>", methods=["GET", "POST"])
@roles(*LIST_KEEPERS)
def settle(cash_return_id: uuid.UUID) -> ResponseReturnValue:
    """What both sides say about it; it came after all, or the site paid it."""
    actor = current_actor()
    require_missing(actor, cash_return_id)
    form = SettledForm()
    if form.validate_on_submit():
        try:
            with atomic():
                settle_missing(
                    actor=actor,
                    cash_return_id=cash_return_id,
                    paid_by_site=form.outcome.data == MoneyOutcome.PAID_BY_SITE,
                    words=form.words.data or "",
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Noted. Both sides read it."), "success")
            return redirect(url_for("missing_cash.settle", cash_return_id=cash_return_id), code=303)
    found = require_missing(actor, cash_return_id)
    page = render_template("market/cash/settle_missing.html", found=found, parcel=found.parcel, form=form)
    return page, 422 if request.method == "POST" else 200
