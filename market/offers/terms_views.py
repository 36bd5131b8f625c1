"""The producers' page of how an offer is ordered and priced."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.i18n import gettext as _
from core.web import roles
from market.offers.errors import TermsRefused
from market.offers.policies import require_own_offer
from market.offers.rules import unit_grams
from market.offers.stock_queries import lots_for, tiers_of
from market.offers.terms import set_terms
from market.offers.terms_forms import TermsForm, initial_terms
from traceability.lots.queries import lots_at_hand
from traceability.lots.showing import lot_with_grade

blueprint = Blueprint("offer_terms", __name__)


@blueprint.route("/farm/offers/<uuid:offer_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def edit(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Say in which quantities an offer is sold, from which lot, and what more of it costs."""
    offer = require_own_offer(current_actor(), offer_id)
    form = TermsForm(data=initial_terms(offer, list(tiers_of(offer_id))))
    at_hand = lots_at_hand(offer.product.producer_id, product_ids=[offer.product_id])
    lots = {lot.id: lot for lot in (*lots_for(offer), *(choice.lot for choice in at_hand))}
    form.lot.choices = [("", _("any of yours")), *((str(lot.id), lot_with_grade(lot)) for lot in lots.values())]
    status = 200
    if request.method == "POST":
        status = 422
        terms = form.terms() if form.validate() else None
        if terms is not None:
            try:
                with atomic():
                    set_terms(actor=current_actor(), offer_id=offer_id, terms=terms)
            except TermsRefused as refusal:
                form.show(refusal)
            else:
                flash(_("Saved. This is how shoppers see it from now on."), "success")
                return redirect(url_for("offer_terms.edit", offer_id=offer_id), code=303)
    known_grams = unit_grams(
        unit=offer.unit,
        content_quantity=offer.content_quantity,
        average_grams=offer.average_grams,
        shipping_grams=None,
    )
    return render_template("market/offers/terms.html", offer=offer, form=form, known_grams=known_grams), status
