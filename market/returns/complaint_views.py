"""The administrators' pages of complaints: returns that both sides could not settle."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from core.web.photos import allow_photos
from market.cash.forms import MoneyOutcome
from market.cash.queries import missed_apart
from market.disputes.queries import disputes_of_order
from market.refunds.queries import refunds_of_order
from market.returns import deciding
from market.returns.forms import REASON_NAMES, DecisionForm, MoneyForm, StatementForm, amounts_form
from market.returns.models import Return, ReturnStatus
from market.returns.policies import DECIDERS
from market.returns.queries import cash_to_look_at, changes_of_parcel, complaints, get_complaint
from market.returns.rules import CLOSED, MOST_PHOTOS
from market.returns.saying import said
from market.returns.suggesting import suggested_amounts, worths_of
from traceability.forms import show_error

PER_PAGE = 20
blueprint = Blueprint("complaints", __name__)


@blueprint.url_value_preprocessor
def allow_large_uploads(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take all photos of a statement at once."""
    allow_photos(MOST_PHOTOS)


@blueprint.get("/complaints")
@roles(*DECIDERS)
def index() -> ResponseReturnValue:
    """What waits to be decided, what was, or which buyers wait for money that is given back by hand."""
    state = request.args.get("state", "")
    now = utc_now()
    found = cash_to_look_at(now) if state == "money" else complaints(only_open=state != "decided")
    page = paginate(found, page=requested_page(), per_page=PER_PAGE)
    return render_template(
        "market/returns/complaints.html",
        page=page,
        missed_apart=missed_apart() if state == "money" else [],
        state=state,
        now=now,
        reason_names=REASON_NAMES,
    )


@blueprint.route("/complaints/<uuid:return_id>", methods=["GET", "POST"])
@roles(*DECIDERS)
def detail(return_id: uuid.UUID) -> ResponseReturnValue:
    """Both sides' records beside each other, and the decision."""
    actor = current_actor()
    form = _decision_form(get_complaint(actor, return_id))
    if form.validate_on_submit():
        try:
            with atomic():
                deciding.decide_complaint(actor=actor, return_id=return_id, decision=form.values())
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("It is decided. Both sides have been told."), "success")
            return redirect(url_for("complaints.detail", return_id=return_id), code=303)
    return _page(return_id, form=form)


@blueprint.post("/complaints/<uuid:return_id>/statements")
@roles(*DECIDERS)
def add_statement(return_id: uuid.UUID) -> ResponseReturnValue:
    """Ask both sides something, or tell them."""
    actor = current_actor()
    get_complaint(actor, return_id)
    form = StatementForm()
    say = partial(deciding.add_site_statement, actor=actor, return_id=return_id)
    if said(form, say, done=_("It is added; the others have been told.")):
        return redirect(url_for("complaints.detail", return_id=return_id), code=303)
    return _page(return_id, statement_form=form)


@blueprint.post("/complaints/<uuid:return_id>/money")
@roles(*DECIDERS)
def money(return_id: uuid.UUID) -> ResponseReturnValue:
    """What became of money that a buyer waits for: it came after all, or the site paid it."""
    actor = current_actor()
    get_complaint(actor, return_id)
    form = MoneyForm()
    verb = deciding.close_missing_money if form.outcome.data == MoneyOutcome.CAME else deciding.pay_missing_money
    if said(form, partial(verb, actor=actor, return_id=return_id), done=_("Noted. Both sides have been told.")):
        return redirect(url_for("complaints.detail", return_id=return_id), code=303)
    return _page(return_id, money_form=form)


def _decision_form(found: Return) -> DecisionForm:
    return amounts_form(DecisionForm, found.lines, suggested_amounts(found), prefix="decision")


def _page(
    return_id: uuid.UUID,
    *,
    form: DecisionForm | None = None,
    statement_form: StatementForm | None = None,
    money_form: MoneyForm | None = None,
) -> ResponseReturnValue:
    found = get_complaint(current_actor(), return_id)
    page = render_template(
        "market/returns/complaint.html",
        found=found,
        order=found.parcel.order,
        parcel=found.parcel,
        form=form if form is not None else _decision_form(found),
        statement_form=statement_form if statement_form is not None else StatementForm(formdata=None),
        money_form=money_form if money_form is not None else MoneyForm(formdata=None),
        worths=worths_of(found),
        may_decide=found.status == ReturnStatus.ESCALATED,
        is_closed=found.status in CLOSED,
        money_is_open=found.cash_return is not None and found.cash_return.is_to_look_at(utc_now()),
        changes=changes_of_parcel(found.parcel),
        refunds=refunds_of_order(found.parcel.order_id),
        disputes=disputes_of_order(found.parcel.order_id),
    )
    return page, 422 if any(sent is not None and sent.errors for sent in (form, statement_form, money_form)) else 200
