"""A producer's page of subscriptions."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import Conflict
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.journal.parties import party_of
from traceability.subscriptions.queries import dead_letters_of, subscriptions_of, waiting_deliveries
from traceability.subscriptions.usecases import resume_subscription, retry_deliveries

blueprint = Blueprint("subscriptions", __name__)


@blueprint.get("/farm/subscriptions")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """The subscriptions of the reader's producers: how they are doing, and what could not be delivered."""
    page = paginate(subscriptions_of(party_of(current_actor())), page=requested_page(), per_page=20)
    shown = [subscription.id for subscription in page.items]
    return render_template(
        "traceability/subscriptions/index.html",
        page=page,
        dead_letters=dead_letters_of(shown),
        waiting=waiting_deliveries(shown),
    )


@blueprint.post("/farm/subscriptions/<uuid:subscription_id>/resume")
@roles(RoleName.PRODUCER_MEMBER)
def resume(subscription_id: uuid.UUID) -> ResponseReturnValue:
    """Deliver again from where it stopped."""
    with atomic():
        resume_subscription(party=party_of(current_actor()), subscription_id=subscription_id, now=utc_now())
    flash(_("The subscription goes on from where it stopped."), "success")
    return redirect(url_for("subscriptions.index"), code=303)


@blueprint.post("/farm/subscriptions/<uuid:subscription_id>/retry")
@roles(RoleName.PRODUCER_MEMBER)
def retry(subscription_id: uuid.UUID) -> ResponseReturnValue:
    """Send once more what was given up."""
    try:
        with atomic():
            retry_deliveries(party=party_of(current_actor()), subscription_id=subscription_id, now=utc_now())
    except Conflict as error:
        flash(str(error.message), "warning")
    else:
        flash(_("What could not be delivered is sent again now."), "success")
    return redirect(url_for("subscriptions.index"), code=303)
