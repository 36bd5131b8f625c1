"""The list of who may pay in cash, what is overdue, and the producers' page of a parcel's cash."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic, new_id, utc_now
from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from core.web.access import roles
from core.web.forms import Form
from core.web.paging import paginate, requested_page
from market.cash.forms import CashBuyerForm, GivenForm, ReceiptForm, RefusalForm, ReturnForm
from market.cash.giving_back import give_back_cash, give_back_owed
from market.cash.models import CashStatus
from market.cash.policies import LIST_KEEPERS
from market.cash.queries import cash_money, get_cash_parcel, list_cash_buyers, list_overdue, returns_of_parcel
from market.cash.rules import CashLimits
from market.cash.usecases import allow_cash, end_cash, record_cash, record_refusal
from traceability.forms import show_error

PER_PAGE = 20
PRODUCERS = (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
blueprint = Blueprint("cash", __name__)


@blueprint.route("/cash/buyers", methods=["GET", "POST"])
@roles(*LIST_KEEPERS)
def buyers() -> ResponseReturnValue:
    """Who may pay in cash; and one more."""
    form = CashBuyerForm()
    status = 200
    if form.validate_on_submit():
        try:
            with atomic():
                allow_cash(
                    actor=current_actor(),
                    name=form.name.data or "",
                    limits=CashLimits(form.order_limit_vnd.data or 0, form.open_limit_vnd.data or 0),
                    reason=form.reason.data or "",
                )
        except (Invalid, Conflict) as error:
            show_error(form, error)
            status = error.http_status
        else:
            flash(_("This account may pay in cash from now on."), "success")
            return redirect(url_for("cash.buyers"), code=303)
    elif form.errors:
        status = 422
    page = paginate(list_cash_buyers(), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/cash/buyers.html", form=form, page=page), status


@blueprint.post("/cash/buyers/<uuid:cash_buyer_id>/end")
@roles(*LIST_KEEPERS)
def end(cash_buyer_id: uuid.UUID) -> ResponseReturnValue:
    """Take an account off the list."""
    with atomic():
        end_cash(actor=current_actor(), cash_buyer_id=cash_buyer_id)
    flash(_("This account pays by card from now on."), "success")
    return redirect(url_for("cash.buyers"), code=303)


@blueprint.get("/cash/overdue")
@roles(*LIST_KEEPERS)
def overdue() -> ResponseReturnValue:
    """Cash of which nobody has said anything for too long."""
    page = paginate(list_overdue(utc_now()), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/cash/overdue.html", page=page)


@blueprint.get("/farm/orders/<uuid:parcel_id>/cash")
@roles(*PRODUCERS)
def parcel(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """What the buyer pays at the door, and what became of it."""
    return _parcel_page(parcel_id, None)


@blueprint.post("/farm/orders/<uuid:parcel_id>/cash/received")
@roles(*PRODUCERS)
def received(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """The buyer paid."""
    form = ReceiptForm(prefix="received")
    if not form.validate_on_submit():
        return _parcel_page(parcel_id, form, status=422)
    try:
        with atomic():
            record_cash(
                actor=current_actor(),
                parcel_id=parcel_id,
                received_vnd=form.received_vnd.data or 0,
                reason=form.reason.data,
            )
    except (Invalid, Conflict) as error:
        return _refused(parcel_id, form, error)
    flash(_("Noted. The fee is taken off your next payout."), "success")
    return redirect(url_for("cash.parcel", parcel_id=parcel_id), code=303)


@blueprint.post("/farm/orders/<uuid:parcel_id>/cash/refused")
@roles(*PRODUCERS)
def refused(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """The buyer did not take the parcel."""
    form = RefusalForm(prefix="refused")
    if not form.validate_on_submit():
        return _parcel_page(parcel_id, form, status=422)
    try:
        with atomic():
            record_refusal(actor=current_actor(), parcel_id=parcel_id, reason=form.reason.data or "")
    except (Invalid, Conflict) as error:
        return _refused(parcel_id, form, error)
    flash(_("Noted. The goods are on sale again."), "success")
    return redirect(url_for("cash.parcel", parcel_id=parcel_id), code=303)


@blueprint.post("/farm/orders/<uuid:parcel_id>/cash/returned")
@roles(*PRODUCERS)
def returned(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """The producer gave cash back."""
    form = ReturnForm(prefix="returned")
    if not form.validate_on_submit():
        return _parcel_page(parcel_id, form, status=422)
    try:
        with atomic():
            give_back_cash(
                actor=current_actor(),
                parcel_id=parcel_id,
                amount_vnd=form.amount.data or 0,
                note=form.note.data or "",
                request_key=form.request_key.data,
            )
    except (Invalid, Conflict) as error:
        return _refused(parcel_id, form, error)
    flash(_("Noted. The fee on it comes back to you."), "success")
    return redirect(url_for("cash.parcel", parcel_id=parcel_id), code=303)


@blueprint.post("/farm/orders/<uuid:parcel_id>/cash/owed/<uuid:cash_return_id>")
@roles(*PRODUCERS)
def given(parcel_id: uuid.UUID, cash_return_id: uuid.UUID) -> ResponseReturnValue:
    """The producer gave back what was agreed upon."""
    form = GivenForm(prefix=f"owed-{cash_return_id}")
    if not form.validate_on_submit():
        return _parcel_page(parcel_id, form, status=422)
    try:
        with atomic():
            give_back_owed(actor=current_actor(), cash_return_id=cash_return_id, note=form.note.data or "")
    except (Invalid, Conflict) as error:
        return _refused(parcel_id, form, error)
    flash(_("Noted. The buyer has been told, and the fee on it comes back to you."), "success")
    return redirect(url_for("cash.parcel", parcel_id=parcel_id), code=303)


def _refused(parcel_id: uuid.UUID, form: Form, error: Invalid | Conflict) -> ResponseReturnValue:
    show_error(form, error)
    return _parcel_page(parcel_id, form, status=error.http_status)


def _parcel_page(parcel_id: uuid.UUID, sent: Form | None, *, status: int = 200) -> ResponseReturnValue:
    cash = get_cash_parcel(current_actor(), parcel_id)
    money = cash_money(cash.parcel)
    due_vnd = money.due_vnd if cash.status == CashStatus.DUE else cash.due_vnd
    forms: dict[str, Form] = {}
    for name, form_class in (("received", ReceiptForm), ("refused", RefusalForm), ("returned", ReturnForm)):
        forms[name] = sent if isinstance(sent, form_class) else form_class(formdata=None, prefix=name)
    if request.method == "GET":
        forms["received"].received_vnd.data = due_vnd
    if not forms["returned"].request_key.data:
        forms["returned"].request_key.data = str(new_id())
    returns = returns_of_parcel(parcel_id)
    given_forms = {
        item.id: sent
        if isinstance(sent, GivenForm) and sent.note.name == f"owed-{item.id}-note"
        else GivenForm(formdata=None, prefix=f"owed-{item.id}")
        for item in returns
        if item.is_owed
    }
    page = render_template(
        "market/cash/parcel.html",
        cash=cash,
        parcel=cash.parcel,
        due_vnd=due_vnd,
        forms=forms,
        given_forms=given_forms,
        returns=returns,
    )
    return page, status
