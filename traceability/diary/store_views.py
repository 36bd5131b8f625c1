"""Pages of the store."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of, producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import local_today
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.diary.amounts import base_amount, format_amount
from traceability.diary.store import receive_input, withdraw_receipt
from traceability.diary.store_forms import KIND_NAMES, ReasonForm, ReceiptForm
from traceability.diary.store_models import InputKind
from traceability.diary.store_queries import get_receipt, receipts_of
from traceability.forms import show_error
from traceability.plant_protection.queries import find_list_on, ingredients_of

blueprint = Blueprint("store", __name__)


@blueprint.get("/farm/store")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """What came into the store, newest first, and how much of it is left."""
    producers = producers_of(current_actor())
    statement = receipts_of([producer.id for producer in producers])
    today = local_today(utc_now())
    return render_template(
        "traceability/diary/store.html",
        page=paginate(statement, page=requested_page(), per_page=20),
        version=find_list_on(today),
        amount=format_amount,
        kind_names=KIND_NAMES,
        today=today,
    )


@blueprint.route("/farm/store/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Write down what came into the store."""
    producers = get_producers_of(current_actor())
    today = local_today(utc_now())
    version = find_list_on(today)
    form = ReceiptForm()
    form.offer(producers, ingredients_of(version.id) if version else [])
    if request.method == "GET":
        form.received_on.process_data(today)
    if form.validate_on_submit() and (name := _receive(form)) is not None:
        flash(_("“%(name)s” is in the store.", name=name), "success")
        return redirect(url_for("store.index"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/receipt_form.html", form=form, version=version), status


def _receive(form: ReceiptForm) -> str | None:
    """The name of what came in; None when it was refused, with the reason in the form."""
    assert form.amount.data is not None and form.received_on.data is not None
    try:
        amount, unit = base_amount(form.amount.data, form.unit.data)
        with atomic():
            receipt = receive_input(
                actor=current_actor(),
                producer_id=uuid.UUID(form.producer_id.data),
                kind=InputKind(form.kind.data),
                trade_name=form.trade_name.data or "",
                received_on=form.received_on.data,
                amount=amount,
                unit=unit,
                supplier=form.supplier.data,
                batch_number=form.batch_number.data,
                expires_on=form.expires_on.data,
                harvest_interval_days=form.harvest_interval_days.data,
                ingredients=form.ingredients(),
            )
            return receipt.trade_name
    except AppError as error:
        show_error(form, error)
        return None


@blueprint.route("/farm/store/<uuid:receipt_id>/withdraw", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def withdraw(receipt_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a receipt that was entered by mistake."""
    receipt = get_receipt(current_actor(), receipt_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with atomic():
                withdraw_receipt(actor=current_actor(), receipt_id=receipt_id, reason=form.reason.data or "")
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The receipt was taken back."), "success")
            return redirect(url_for("store.index"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/withdraw_receipt.html", form=form, receipt=receipt), status
