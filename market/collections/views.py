"""The buyer's way to the payment page of what is still owed, and the producer's page to let go of it."""

import uuid

import structlog
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, Invalid, Unavailable
from core.i18n import gettext as _
from core.web.access import roles, secret_link
from core.web.setup import limiter
from market.collections.forms import WaiveForm
from market.collections.models import CollectionStatus
from market.collections.queries import find_collection_id, get_collection_to_waive
from market.collections.usecases import waive_collection
from market.orders.queries import find_order_id
from market.payments.configuration import payment_gateway
from market.payments.flow import close_pages, finish_payments, start_payment
from market.payments.purposes import PurposeKind

blueprint = Blueprint("collections", __name__)
log = structlog.get_logger("collections")


@blueprint.post("/orders/<token>/collections/<uuid:collection_id>/pay")
@secret_link
@limiter.limit("30/minute")
def pay(token: str, collection_id: uuid.UUID) -> ResponseReturnValue:
    """To the payment page: the open one, or a new one."""
    found = find_collection_id(order_id=find_order_id(token), collection_id=collection_id)
    try:
        page_url = start_payment(kind=PurposeKind.COLLECTION, purpose_id=found, gateway=payment_gateway())
    except (Conflict, Invalid) as error:
        flash(str(error.message), "info")
    except Unavailable:
        flash(_("The payment service does not answer. Please try again in a minute."), "error")
    else:
        return redirect(page_url, code=303)
    return redirect(url_for("orders.order_page", token=token), code=303)


@blueprint.get("/orders/<token>/collections/<uuid:collection_id>/return")
@secret_link
def payment_return(token: str, collection_id: uuid.UUID) -> ResponseReturnValue:
    """Back from the payment page: settle what was paid, then show the order. The webhook may have been here first."""
    found = find_collection_id(order_id=find_order_id(token), collection_id=collection_id)
    try:
        finish_payments(kind=PurposeKind.COLLECTION, purpose_id=found, gateway=payment_gateway())
    except Unavailable:
        log.warning("return page could not ask the payment service", collection_id=str(found))
        flash(_("We are still waiting to hear of your payment. Please reload this page in a minute."), "info")
    return redirect(url_for("orders.order_page", token=token), code=303)


@blueprint.route("/farm/collections/<uuid:collection_id>/waive", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def waive(collection_id: uuid.UUID) -> ResponseReturnValue:
    """The producer sends the goods for the price that was paid."""
    actor, form, status = current_actor(), WaiveForm(), 200
    collection = get_collection_to_waive(actor, collection_id)
    if form.validate_on_submit():
        try:
            with atomic():
                withdrawn = waive_collection(actor=actor, collection_id=collection_id, reason=form.reason.data or "")
        except (Conflict, Invalid) as error:
            form.form_errors.append(str(error.message))
            status = error.http_status
            collection = get_collection_to_waive(actor, collection_id)
        else:
            close_pages(withdrawn, gateway=payment_gateway())
            flash(_("The buyer pays no more, and has been told. You can hand the parcel over."), "success")
            return redirect(url_for("orders.farm_parcel", parcel_id=collection.parcel_id), code=303)
    elif form.errors:
        status = 422
    elif collection.status not in (CollectionStatus.OPEN, CollectionStatus.NEEDS_REVIEW):
        return redirect(url_for("orders.farm_parcel", parcel_id=collection.parcel_id), code=303)
    return render_template("market/collections/waive.html", collection=collection, form=form), status
