"""The administrators' page of what the site's courier costs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.db import atomic
from core.i18n import gettext as _
from core.web import roles
from core.web.paging import paginate, requested_page
from market.delivery.errors import DeliveryRefused
from market.delivery.forms import SiteFeesForm, show_fields
from market.delivery.policies import SETTERS
from market.delivery.site_fees import all_site_fees, set_site_fees, site_fees

PER_PAGE = 20
blueprint = Blueprint("site_courier", __name__)


@blueprint.route("/delivery/courier", methods=["GET", "POST"])
@roles(*SETTERS)
def fees() -> ResponseReturnValue:
    """What it costs now, and what it did."""
    form = SiteFeesForm(obj=site_fees())
    if form.validate_on_submit():
        try:
            with atomic():
                set_site_fees(actor=current_actor(), fees=form.values())
        except DeliveryRefused as refusal:
            show_fields(form, refusal.fields)
        else:
            flash(_("Saved. Orders from now on pay this."), "success")
            return redirect(url_for("site_courier.fees"), code=303)
    page = paginate(all_site_fees(), page=requested_page(), per_page=PER_PAGE)
    shown = render_template("market/delivery/site_courier.html", form=form, page=page)
    return shown, 422 if request.method == "POST" else 200
