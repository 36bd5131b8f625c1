"""Between the product form and the values that use cases take."""

from collections.abc import Sequence
from typing import Any

from catalog.places.fields import offer_places
from catalog.products.models import Category, Product
from catalog.products.rules import english_name_shown
from catalog.products.values import ProductValues
from market.offers.categories import CATEGORY_NAMES
from market.offers.forms import MOST_OFFER_ROWS, OFFER_ROWS, ProductForm
from market.offers.models import Offer
from market.offers.rules import OfferValues
from market.offers.shown import ShownOffer


def fill_choices(form: ProductForm) -> None:
    """The official lists; communes are those of the chosen province."""
    form.category.choices = [("", "—"), *((category.value, name) for category, name in CATEGORY_NAMES.items())]
    offer_places(form.province, form.commune, nothing="—")


def initial_values(product: Product, offers: Sequence[Offer]) -> dict[str, Any]:
    """What the form shows of a product at first; free rows are added up to OFFER_ROWS, and always one more."""
    rows: list[dict[str, Any]] = [
        {
            "variant": str(offer.variant_id or ""),
            "unit": str(offer.unit),
            "price_vnd": offer.price_vnd,
            "content_quantity": offer.content_quantity,
            "on_hand": offer.on_hand,
            "shown": str(ShownOffer(offer.id, offer.on_hand, offer.price_vnd)),
        }
        for offer in offers
    ]
    return {
        "name_vi": product.name_vi,
        "name_en": english_name_shown(product.name_vi, product.name_en),
        "category": str(product.category),
        "province": product.commune.province_code,
        "commune": product.commune_code,
        "description_vi": product.description_vi,
        "description_en": product.description_en,
        "ocop_stars": str(product.ocop_stars or ""),
        "geographical_indication": product.geographical_indication,
        "brand": product.brand,
        "standards": ", ".join(product.standards),
        "stages": "\n".join(product.stages),
        "storage": product.storage,
        "shelf_life_days": product.shelf_life_days,
        "stored_photo": product.photo_key,
        "offers": rows + [{}] * max(OFFER_ROWS - len(rows), 1 if len(rows) < MOST_OFFER_ROWS else 0),
    }


def product_values(form: ProductForm, product: Product | None) -> ProductValues:
    """The described product; only after the form was found valid. `product` is what it was before."""
    category = Category(form.category.data)
    illustration = category.value
    if product is not None and product.illustration != product.category:
        illustration = product.illustration  # drawn for this very product
    kept: dict[str, Any] = {"status": product.status, "ocop_group": product.ocop_group} if product is not None else {}
    return ProductValues(
        name_vi=form.name_vi.data or "",
        name_en=form.name_en.data or "",
        category=category,
        commune_code=form.commune.data,
        description_vi=form.description_vi.data,
        description_en=form.description_en.data,
        ocop_stars=int(form.ocop_stars.data) if form.ocop_stars.data else None,
        geographical_indication=form.geographical_indication.data,
        brand=form.brand.data,
        standards=tuple(form.list_of(form.standards.data, ",")),
        stages=tuple(form.list_of(form.stages.data, "\n")),
        storage=form.storage.data,
        shelf_life_days=form.shelf_life_days.data,
        photo_key=form.stored_photo.data or None,
        illustration=illustration,
        **kept,
    )


def offer_values(form: ProductForm) -> list[OfferValues]:
    """The rows in which something was typed; only after the form was found valid."""
    return [row.values() for _position, row in form.offer_rows()]
