"""Making, changing and archiving products."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict

from psycopg.errors import ForeignKeyViolation
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catalog.places.models import Commune
from catalog.producers.policies import may_act_for
from catalog.products.errors import VariantInUse
from catalog.products.events import ProductChanged
from catalog.products.models import Product, ProductStatus, ProductVariant, gtin_item_reference
from catalog.products.policies import may_change
from catalog.products.queries import variants_of
from catalog.products.rules import checked, checked_variants, slug_base
from catalog.products.values import ProductValues, VariantValues
from core.accounts import Actor
from core.db import db, new_id, readable_code, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.gs1 import gtin14
from core.gs1.prefix import company_prefix
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.outbox import publish

SLUG_ATTEMPTS = 5
_SLUG_CONSTRAINT = "uq_products_slug"


def create_product(*, actor: Actor, producer_id: uuid.UUID, values: ProductValues) -> Product:
    """Add a product of a producer that `actor` acts for; it gets a GTIN-14 and an address of its own.

    Raises NotFound for somebody else's producer, Invalid naming the field, NumbersExhausted.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    values = checked(values)
    _require_commune(values.commune_code)
    product = _insert(producer_id, issue_gtin(), values)
    publish(ProductChanged(product_id=product.id))
    return product


def change_product(*, actor: Actor, product_id: uuid.UUID, values: ProductValues) -> Product:
    """Replace the values of a product; GTIN and address stay, since codes on paper and links point to them.

    Raises NotFound for somebody else's product, Invalid naming the field.
    """
    product = _get_own(actor, product_id)
    values = checked(values)
    _require_commune(values.commune_code)
    _assign(product, values)
    db.session.flush()
    publish(ProductChanged(product_id=product.id))
    return product


def archive_product(*, actor: Actor, product_id: uuid.UUID) -> Product:
    """Take a product off the shelves; its lots and their records stay. Doing it twice changes nothing.

    Raises NotFound for somebody else's product.
    """
    product = _get_own(actor, product_id)
    if product.status != ProductStatus.ARCHIVED:
        product.status = ProductStatus.ARCHIVED
        db.session.flush()
        publish(ProductChanged(product_id=product.id))
    return product


def save_variants(
    *, actor: Actor, product_id: uuid.UUID, variants: Sequence[VariantValues], remove: Collection[uuid.UUID] = ()
) -> list[ProductVariant]:
    """Let the product have `variants`, in this order, all of it or nothing, and return them.

    What is not named stays, behind the others: somebody else may have added it meanwhile; `remove` are the ids of those
    that go. Publishes ProductChanged. Raises NotFound for somebody else's product, VariantsRefused with messages by
    row, Conflict for a variant that is gone, VariantInUse for one to remove that was offered.
    """
    product = _get_own(actor, product_id)  # locked, so two savers see each other's names
    existing = {variant.id: variant for variant in variants_of(product.id)}
    named = {variant.id for variant in variants if variant.id is not None}
    if not {*named, *remove} <= existing.keys():
        raise Conflict
    rest = [
        VariantValues(variant.name_vi, variant.name_en, variant.id)
        for variant in existing.values()
        if variant.id not in named and variant.id not in remove
    ]
    tidy = checked_variants([*variants, *rest])
    for variant_id in remove:
        _remove_variant(existing[variant_id])
    saved = [_put_variant(product, existing, values, position) for position, values in enumerate(tidy, start=1)]
    db.session.flush()
    publish(ProductChanged(product_id=product.id))
    return saved


def issue_gtin() -> str:
    """A GTIN-14 that no product has yet, below the site's GS1 company prefix. Raises NumbersExhausted."""
    return gtin14(company_prefix(), db.session.scalar(select(gtin_item_reference.next_value())) or 0)


def _get_own(actor: Actor, product_id: uuid.UUID) -> Product:
    product = db.session.get(Product, product_id, with_for_update=True)
    if product is None or not may_change(actor, product):
        raise NotFound
    return product


def _require_commune(code: str) -> None:
    if db.session.get(Commune, code) is None:
        raise Invalid(_l("Please choose a commune from the list."), field="commune_code")


def _insert(producer_id: uuid.UUID, gtin: str, values: ProductValues) -> Product:
    """Insert under the plain slug, or with a short suffix when it is taken.

    The unique constraint decides, not a look beforehand: of two equal names at once, the second waits for the first
    and then takes a suffix.
    """
    base = slug_base(values.name_vi)
    for attempt in range(SLUG_ATTEMPTS):
        slug = base if attempt == 0 else f"{base}-{readable_code(5).lower()}"
        if attempt == 0 and db.session.scalar(select(Product.id).where(Product.slug == slug)) is not None:
            continue  # spares the failed insert in the common case
        product = Product(id=new_id(), producer_id=producer_id, gtin=gtin, slug=slug, created_at=utc_now())
        _assign(product, values)
        try:
            with db.session.begin_nested():
                db.session.add(product)
                db.session.flush()
        except IntegrityError as error:
            if _SLUG_CONSTRAINT not in str(error.orig):
                raise
        else:
            return product
    raise Conflict


def _remove_variant(variant: ProductVariant) -> None:
    """The foreign keys of whatever refers to it decide, so that nothing can come between."""
    name = variant.name_en if current_locale() == "en" else variant.name_vi
    try:
        with db.session.begin_nested():
            db.session.delete(variant)
            db.session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ForeignKeyViolation):
            raise
        raise VariantInUse(name) from error


def _put_variant(
    product: Product, existing: dict[uuid.UUID, ProductVariant], values: VariantValues, position: int
) -> ProductVariant:
    variant = existing.get(values.id) if values.id is not None else None
    if variant is None:
        variant = ProductVariant(id=new_id(), product_id=product.id)
        db.session.add(variant)
    variant.name_vi, variant.name_en, variant.position = values.name_vi, values.name_en, position
    return variant


def _assign(product: Product, values: ProductValues) -> None:
    for name, value in asdict(values).items():
        setattr(product, name, list(value) if isinstance(value, tuple) else value)
