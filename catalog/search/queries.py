"""Searching, and making documents of products."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from catalog.products.models import Category, Product, ProductStatus
from catalog.search.engine import CONTRIBUTED_FIELDS, ProductDocument, SearchQuery, SearchResult
from catalog.search.registry import contributions, search_engine
from core.db import db

BATCH = 500


def search_products(query: SearchQuery) -> SearchResult:
    """The published products that `query` asks for, from the search engine alone. Raises SearchUnavailable."""
    return search_engine().search(query)


def load_documents(product_ids: Sequence[uuid.UUID]) -> list[ProductDocument]:
    """The documents of those of the products that are published, as the database has them now.

    One query, and what the contributions need.
    """
    statement = (
        select(Product)
        .where(Product.id.in_(product_ids), Product.status == ProductStatus.PUBLISHED)
        .options(joinedload(Product.producer), joinedload(Product.commune))
        .execution_options(populate_existing=True)
    )
    return _with_contributions([_document(product) for product in db.session.scalars(statement)])


def all_documents() -> Iterator[ProductDocument]:
    """The documents of all published products in order of their ids, read in batches; memory stays small."""
    last = uuid.UUID(int=0)
    while True:
        statement = (
            select(Product.id)
            .where(Product.id > last, Product.status == ProductStatus.PUBLISHED)
            .order_by(Product.id)
            .limit(BATCH)
        )
        batch = db.session.scalars(statement).all()
        if not batch:
            return
        yield from load_documents(batch)
        db.session.expunge_all()
        last = batch[-1]


def _document(product: Product) -> ProductDocument:
    return ProductDocument(
        id=product.id,
        slug=product.slug,
        name_vi=product.name_vi,
        name_en=product.name_en,
        category=Category(product.category),
        producer_name=product.producer.name,
        producer_slug=product.producer.slug,
        commune_code=product.commune_code,
        commune_name=product.commune.name,
        stars=product.ocop_stars,
        gi=product.geographical_indication,
        brand=product.brand,
        illustration=product.illustration,
        photo_key=product.photo_key,
        created_at=product.created_at,
    )


def _with_contributions(documents: list[ProductDocument]) -> list[ProductDocument]:
    """The documents with what other features know of their products."""
    ids = [document.id for document in documents]
    if not ids:
        return documents
    for contribute in contributions():
        added = contribute(ids)
        for values in added.values():
            unknown = set(values) - CONTRIBUTED_FIELDS
            if unknown:
                raise ValueError(f"no contribution may set {sorted(unknown)}")
        documents = [
            replace(document, **added[document.id]) if document.id in added else document for document in documents
        ]
    return documents
