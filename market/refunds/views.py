"""Pages on which money is given back: a producer's "I cannot deliver this", and the officers' page of an order."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import Actor, RoleName, current_actor
from core.db import atomic, new_id
from core.errors import AppError, NotFound
from core.i18n import gettext as _
from core.web.access import roles, secret_link
from market.disputes.queries import disputes_of_order
from market.orders.errors import PackedAlready
from market.orders.models import Order, Parcel, ParcelStatus
from market.orders.queries import get_order_by_token
from market.payments.configuration import payment_gateway
from market.payments.models import Payment, RefundStatus
from market.payments.policies import OFFICERS
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import changes_of_payments
from market.refunds import flow
from market.refunds.cancelling import may_be_cancelled
from market.refunds.forms import (
    REASON_NAMES,
    AmountForm,
    FindOrderForm,
    OfficerRefundForm,
    RefundForm,
    amount_form,
    refund_form,
)
from market.refunds.queries import (
    RefundedSoFar,
    captured_payments,
    find_order_id_by_number,
    get_order_to_refund,
    get_parcel_to_refund,
    left_out_so_far,
    refunded_so_far,
    refunds_of_order,
)
from market.refunds.usecases import leave_out_of_cash_order

blueprint = Blueprint("refunds", __name__)


@blueprint.route("/farm/orders/<uuid:parcel_id>/short", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def short(parcel_id: uuid.UUID) -> ResponseReturnValue:
    """The producer cannot deliver some of a parcel that is not packed yet: the buyer gets that money back."""
    try:
        return _short(current_actor(), parcel_id)
    except PackedAlready as error:
        flash(str(error.message), "error")
        return redirect(url_for("orders.farm_parcel", parcel_id=parcel_id), code=303)


def _short(actor: Actor, parcel_id: uuid.UUID) -> ResponseReturnValue:
    parcel = get_parcel_to_refund(actor, parcel_id)
    form = refund_form([parcel], _so_far(parcel), for_officers=False)
    if form.validate_on_submit():
        try:
            _leave_out(parcel, form)
        except NotFound:
            raise
        except AppError as error:
            parcel = get_parcel_to_refund(actor, parcel_id)  # packed or cancelled meanwhile explains it better
            return _short_page(parcel, form, error)
        return redirect(url_for("orders.farm_parcel", parcel_id=parcel_id), code=303)
    return _short_page(parcel, form)


@blueprint.route("/orders/<token>/cancel", methods=["GET", "POST"])
@secret_link
def cancel(token: str) -> ResponseReturnValue:
    """The buyer cancels the whole order, as long as nothing of it is packed."""
    order = get_order_by_token(token)
    if request.method == "POST":
        try:
            flow.cancel_order(order_id=order.id, gateway=payment_gateway())
        except NotFound:
            raise
        except AppError as error:
            flash(str(error.message), "error")
        return redirect(url_for("orders.order_page", token=token), code=303)
    if not may_be_cancelled(order):
        return redirect(url_for("orders.order_page", token=token), code=303)
    response = make_response(render_template("market/refunds/cancel.html", order=order))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.route("/payments/orders", methods=["GET", "POST"])
@roles(*OFFICERS)
def find() -> ResponseReturnValue:
    """Find the order of which money is to be given back."""
    form = FindOrderForm()
    if form.validate_on_submit():
        order_id = find_order_id_by_number(form.number.data or "")
        if order_id is not None:
            return redirect(url_for("refunds.order", order_id=order_id), code=303)
        form.number.errors = [_("There is no order with this number. It has eight signs, such as 7K3M-9QRS.")]
    return render_template("market/refunds/find.html", form=form), 422 if form.errors else 200


@blueprint.route("/payments/orders/<uuid:order_id>", methods=["GET", "POST"])
@roles(*OFFICERS)
def order(order_id: uuid.UUID) -> ResponseReturnValue:
    """Everything of an order that can be given back, and what was."""
    actor = current_actor()
    found = get_order_to_refund(actor, order_id)
    form = refund_form(found.parcels, refunded_so_far(order_id), for_officers=True)
    assert isinstance(form, OfficerRefundForm)
    if form.validate_on_submit():
        try:
            status = flow.refund_order(
                actor=actor,
                order_id=order_id,
                parts=form.parts(),
                reason=RefundReason(form.reason.data),
                request_key=form.request_key.data,
                delivery_of=form.delivery(),
                note=form.note.data,
                gateway=payment_gateway(),
            )
        except AppError as error:
            return _order_page(order_id, form, error=error)
        _say(status)
        return redirect(url_for("refunds.order", order_id=order_id), code=303)
    return _order_page(order_id, form)


@blueprint.post("/payments/orders/<uuid:order_id>/amount")
@roles(*OFFICERS)
def amount(order_id: uuid.UUID) -> ResponseReturnValue:
    """Give back a sum that belongs to no line."""
    actor = current_actor()
    found = get_order_to_refund(actor, order_id)
    sum_form = amount_form()
    if sum_form.validate_on_submit():
        try:
            status = flow.refund_amount(
                actor=actor,
                order_id=order_id,
                amount_vnd=sum_form.amount.data or 0,
                request_key=sum_form.request_key.data,
                note=sum_form.note.data or "",
                gateway=payment_gateway(),
            )
        except AppError as error:
            field = sum_form.amount if error.field == "amount" else None
            if field is not None:
                field.errors = [str(error.message)]
            return _order_page(order_id, None, sum_form=sum_form, error=None if field is not None else error)
        _say(status)
        return redirect(url_for("refunds.order", order_id=found.id), code=303)
    return _order_page(order_id, None, sum_form=sum_form)


def _leave_out(parcel: Parcel, form: RefundForm) -> None:
    """Give back what cannot be delivered; of an order that is paid in cash, nothing was paid yet."""
    if parcel.order.pays_cash:
        with atomic():
            leave_out_of_cash_order(
                actor=current_actor(),
                order_id=parcel.order_id,
                parts=form.parts(),
                request_key=form.request_key.data,
            )
        flash(_("Noted. The buyer pays for the rest only."), "success")
        return
    status = flow.refund_order(
        actor=current_actor(),
        order_id=parcel.order_id,
        parts=form.parts(),
        reason=RefundReason.LINE_SHORT,
        request_key=form.request_key.data,
        gateway=payment_gateway(),
    )
    _say(status)


def _so_far(parcel: Parcel) -> RefundedSoFar:
    return left_out_so_far(parcel) if parcel.order.pays_cash else refunded_so_far(parcel.order_id)


def _say(status: RefundStatus | None) -> None:
    if status is None:
        flash(_("Noted. Nothing had been paid for this, or it went back before: no money goes back now."), "success")
    elif status is RefundStatus.SUCCEEDED:
        flash(_("The money is on its way back to the buyer's card. The buyer has been told."), "success")
    elif status is RefundStatus.PENDING:
        flash(_("Noted. The payment service has not answered yet; the money goes back as soon as it does."), "info")
    else:
        flash(_("The payment service refused this. It stands on the list of what to look at."), "error")


def _show_error(form: RefundForm, error: AppError) -> int:
    field = form._fields.get(error.field or "")
    if field is not None:
        field.errors = [str(error.message)]
    else:
        form.form_errors.append(str(error.message))
    return error.http_status


def _short_page(parcel: Parcel, form: RefundForm, error: AppError | None = None) -> ResponseReturnValue:
    status = _show_error(form, error) if error is not None else (422 if form.errors else 200)
    page = render_template("market/refunds/short.html", parcel=parcel, form=form, so_far=_so_far(parcel))
    return page, status


def _has_left(payments: Sequence[Payment], order: Order, so_far: RefundedSoFar) -> bool:
    """Whether money of an order paid by card can go back, or goods be left out for which none does."""
    return bool(payments) and (
        any(payment.refunded_vnd < payment.amount_vnd for payment in payments)
        or any(
            so_far.left_of_line(line)
            for parcel in order.parcels
            if parcel.status == ParcelStatus.TO_PACK
            for line in parcel.lines
        )
    )


def _order_page(
    order_id: uuid.UUID, form: RefundForm | None, *, sum_form: AmountForm | None = None, error: AppError | None = None
) -> ResponseReturnValue:
    found = get_order_to_refund(current_actor(), order_id)
    so_far, payments = refunded_so_far(order_id), captured_payments(order_id)
    if form is None:
        form = refund_form(found.parcels, so_far, for_officers=True)
        form.request_key.data = str(new_id())
    status = 200
    if error is not None:
        status = _show_error(form, error)
    elif request.method == "POST":
        status = 422
    page = render_template(
        "market/refunds/order.html",
        order=found,
        form=form,
        sum_form=sum_form or amount_form(),
        so_far=so_far,
        refunds=refunds_of_order(order_id),
        payments=payments,
        can_give_back=_has_left(payments, found, so_far),
        disputes=disputes_of_order(order_id),
        reason_names=REASON_NAMES,
        payment_changes=changes_of_payments(PurposeKind.ORDER, order_id),
    )
    return page, status
