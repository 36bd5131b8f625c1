"""What buyers do about recalled goods, on the page of their order."""

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from core.web.access import roles, secret_link
from market.orders.queries import find_order_id
from market.recalls.usecases import request_recall_refund, settle_recall_refund

blueprint = Blueprint("recalled_orders", __name__)


@blueprint.post("/orders/<token>/recalls/<number>/refund")
@secret_link
def ask_for_refund(token: str, number: str) -> ResponseReturnValue:
    """The buyer wants the money for the recalled goods back."""
    with atomic():
        request_recall_refund(order_id=find_order_id(token), recall_number=number)
    flash(_("Noted. The seller will call you about your money."), "success")
    return redirect(url_for("orders.order_page", token=token), code=303)


@blueprint.post("/farm/recalls/<uuid:recall_id>/refunds/<order_number>")
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def settle(recall_id: uuid.UUID, order_number: str) -> ResponseReturnValue:
    """The seller has given the money back."""
    try:
        with atomic():
            row = settle_recall_refund(actor=current_actor(), recall_id=recall_id, order_number=order_number)
            by_card = row.refund_id is not None
    except (Conflict, Invalid) as error:
        flash(str(error.message), "error")
    else:
        message = (
            _("The money is on its way back to the buyer's card.") if by_card else _("Noted: the money was given back.")
        )
        flash(message, "success")
    return redirect(url_for("recalls.detail", recall_id=recall_id), code=303)
