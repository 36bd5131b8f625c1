"""The producers' page of a product: what it is, and how it is sold."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from catalog.producers.queries import producers_of
from catalog.products import usecases as products
from catalog.products.models import Product, ProductVariant
from catalog.products.queries import variants_of
from core.accounts import RoleName, current_actor
from core.config import Settings
from core.db import atomic
from core.errors import Conflict, Invalid, NotFound
from core.i18n import current_locale
from core.i18n import gettext as _
from core.storage import storage, store_photo
from core.web import roles
from market.offers import usecases
from market.offers.errors import OffersRefused
from market.offers.form_values import fill_choices, initial_values, offer_values, product_values
from market.offers.forms import ProductForm
from market.offers.policies import require_own_product
from market.offers.queries import offers_of
from market.offers.variant_forms import variant_choices

blueprint = Blueprint("offers", __name__)
_FORM_NAMES = {"commune_code": "commune", "photo_key": "photo"}
"""Names of fields in the form where the use cases call them otherwise."""


@blueprint.url_value_preprocessor
def allow_large_uploads(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take a photo that is too large, up to a point, so that the form can say so and keep everything else.

    This runs before the check of the token, which reads the form.
    """
    settings: Settings = current_app.extensions["settings"]
    request.max_content_length = settings.photo_limit_bytes * 4


@blueprint.route("/farm/products/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new_product() -> ResponseReturnValue:
    """Add a product with its first offers."""
    producers = producers_of(current_actor())
    if not producers:
        raise NotFound
    form = ProductForm(data={"producer": str(producers[0].id), "commune": producers[0].commune_code})
    form.producer.choices = [(str(producer.id), producer.name) for producer in producers]
    return _product_page(form, product=None)


@blueprint.route("/farm/products/<uuid:product_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit_product(product_id: uuid.UUID) -> ResponseReturnValue:
    """Change a product and how it is sold."""
    product = require_own_product(current_actor(), product_id)
    form = ProductForm(data=initial_values(product, offers_of(product.id)))
    form.producer.choices = [(str(product.producer_id), "")]
    form.producer.data = str(product.producer_id)
    return _product_page(form, product=product, variants=variants_of(product.id))


def _product_page(
    form: ProductForm, *, product: Product | None, variants: Sequence[ProductVariant] = ()
) -> ResponseReturnValue:
    fill_choices(form)
    form.let_choose(variant_choices(variants, current_locale()))
    if request.method == "GET" or "show_communes" in request.form:
        return _page(form, product, variants)
    too_large = _take_photo(form)
    valid = form.validate()
    if not valid or form.photo.errors or form.offers_message:
        return _page(form, product, variants), 413 if too_large else 422
    try:
        with atomic():
            product_id = _save(form, product)
    except OffersRefused as error:
        form.refuse_rows(error)
        return _page(form, product, variants), error.http_status
    except (Invalid, Conflict) as error:
        form.refuse(_FORM_NAMES.get(error.field or "", error.field), str(error.message))
        return _page(form, product, variants), error.http_status
    flash(_("Saved. This is how shoppers see it from now on."), "success")
    return redirect(url_for("offers.edit_product", product_id=product_id), code=303)


def _save(form: ProductForm, product: Product | None) -> uuid.UUID:
    actor = current_actor()
    if product is None:
        producer_id = uuid.UUID(form.producer.data)
        product = products.create_product(actor=actor, producer_id=producer_id, values=product_values(form, None))
    else:
        usecases.lock_offers_of(product.id)
        products.change_product(actor=actor, product_id=product.id, values=product_values(form, product))
    usecases.save_offers(actor=actor, product_id=product.id, offers=offer_values(form))
    return product.id


def _take_photo(form: ProductForm) -> bool:
    """Store the photo that came with the form, so that another fault does not lose it; whether it was too large."""
    upload = form.photo.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        return False
    settings: Settings = current_app.extensions["settings"]
    content = upload.stream.read(settings.photo_limit_bytes + 1)
    if len(content) > settings.photo_limit_bytes:
        megabytes = settings.photo_limit_bytes // 1_000_000
        form.refuse("photo", _("The photo is larger than %(limit)s MB. Please choose a smaller one.", limit=megabytes))
        return True
    try:
        form.stored_photo.data = store_photo(storage(), content, field="photo")
    except Invalid as error:
        form.refuse("photo", str(error.message))
    return False


def _page(form: ProductForm, product: Product | None, variants: Sequence[ProductVariant]) -> str:
    offers = offers_of(product.id) if product is not None else ()
    return render_template(
        "market/offers/product_form.html", form=form, product=product, offers=offers, variants=variants
    )
