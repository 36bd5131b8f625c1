"""Reading products."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.products.models import Category, Product, ProductStatus, ProductVariant
from core.db import db
from core.errors import NotFound

LIMIT = 500


def find_product(product_id: uuid.UUID) -> Product | None:
    """The product, whatever its status, with what its page shows, or None."""
    return db.session.scalars(_details().where(Product.id == product_id)).one_or_none()


def get_product(product_id: uuid.UUID) -> Product:
    """The product, whatever its status, with what its page shows. Raises NotFound."""
    product = find_product(product_id)
    if product is None:
        raise NotFound
    return product


def get_published_product(slug: str) -> Product:
    """The published product at this address, with what its page shows, in one query. Raises NotFound."""
    statement = _details().where(Product.slug == slug, Product.status == ProductStatus.PUBLISHED)
    product = db.session.scalars(statement).one_or_none()
    if product is None:
        raise NotFound
    return product


def get_product_by_gtin(gtin: str) -> Product:
    """The product with this GTIN-14, whatever its status: a code on paper outlives a listing. Raises NotFound."""
    product = db.session.scalars(_details().where(Product.gtin == gtin)).one_or_none()
    if product is None:
        raise NotFound
    return product


def published_products(
    *, category: Category | None = None, commune_code: str | None = None, producer_id: uuid.UUID | None = None
) -> Select[Product]:
    """A statement for the published products, newest first, with what a card shows; give it to `paginate`."""
    statement = _cards().where(Product.status == ProductStatus.PUBLISHED)
    if category is not None:
        statement = statement.where(Product.category == category)
    if commune_code is not None:
        statement = statement.where(Product.commune_code == commune_code)
    if producer_id is not None:
        statement = statement.where(Product.producer_id == producer_id)
    return statement.order_by(Product.created_at.desc(), Product.id.desc())


def list_products_of(producer_ids: Sequence[uuid.UUID], *, limit: int = LIMIT) -> list[Product]:
    """The products of these producers that are not archived, newest first, for those who act for them."""
    statement = (
        _cards()
        .where(Product.producer_id.in_(producer_ids), Product.status != ProductStatus.ARCHIVED)
        .order_by(Product.created_at.desc(), Product.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def list_products_by_id(product_ids: Sequence[uuid.UUID]) -> list[Product]:
    """These products, whatever their status, with what a card shows, in the order asked for; unknown ids are left out.

    At most 500 ids are looked at.
    """
    wanted = list(dict.fromkeys(product_ids))[:LIMIT]
    found = {product.id: product for product in db.session.scalars(_cards().where(Product.id.in_(wanted)))}
    return [found[product_id] for product_id in wanted if product_id in found]


def variants_of(product_id: uuid.UUID) -> Sequence[ProductVariant]:
    """The variants of a product in their order; none where it is sold as it is."""
    return db.session.scalars(
        select(ProductVariant)
        .where(ProductVariant.product_id == product_id)
        .order_by(ProductVariant.position)
        .limit(LIMIT)
    ).all()


def lock_variants(product_id: uuid.UUID) -> set[uuid.UUID]:
    """The ids of a product's variants, with the product locked: nobody changes them before this transaction ends."""
    db.session.execute(select(Product.id).where(Product.id == product_id).with_for_update(key_share=True))
    return {variant.id for variant in variants_of(product_id)}


def _cards() -> Select[Product]:
    return select(Product).options(joinedload(Product.producer), joinedload(Product.commune))


def _details() -> Select[Product]:
    return select(Product).options(
        joinedload(Product.commune).joinedload(Commune.province),
        joinedload(Product.producer).joinedload(Producer.commune).joinedload(Commune.province),
    )
