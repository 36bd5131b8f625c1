"""The producers' page of a product's grades and sizes."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.products.errors import VariantsRefused
from catalog.products.queries import variants_of
from catalog.products.usecases import save_variants
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict
from core.i18n import gettext as _
from core.web import roles
from market.offers.policies import require_own_product
from market.offers.usecases import lock_offers_of
from market.offers.variant_forms import VariantsForm, initial_variants
from traceability.forms import show_error

blueprint = Blueprint("variants", __name__)


@blueprint.route("/farm/products/<uuid:product_id>/variants", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit(product_id: uuid.UUID) -> ResponseReturnValue:
    """Name the grades and sizes of a product, put them in order, remove those that were never offered."""
    product = require_own_product(current_actor(), product_id)
    form = VariantsForm(data=initial_variants(variants_of(product_id)))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with atomic():
                    lock_offers_of(product_id)
                    save_variants(
                        actor=current_actor(), product_id=product_id, variants=form.values(), remove=form.removed()
                    )
            except VariantsRefused as refusal:
                form.show(refusal)
            except Conflict as error:
                show_error(form, error)
                status = error.http_status
            else:
                flash(_("Saved. Choose below which of them each row sells."), "success")
                return redirect(url_for("offers.edit_product", product_id=product_id, _anchor="sale"), code=303)
    return render_template("market/offers/variants.html", product=product, form=form), status
