"""Reading for the farm's home page."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from catalog.products.models import Product, ProductStatus
from core.db import db
from market.offers.models import Offer, OfferStatus
from market.orders.models import Parcel, ParcelStatus
from traceability.diary.models import Plot
from traceability.lots.models import Lot

PRODUCTS_SHOWN = 12
LOTS_SHOWN = 5


@dataclass(frozen=True)
class FarmOverview:
    """Figures and the newest things of some producers' farms."""

    products_total: int
    plots_total: int
    lots_total: int
    parcels_to_pack: int
    parcels_to_ship: int
    products: Sequence[Row[*tuple[Any, ...]]]
    lots: Sequence[Row[*tuple[Any, ...]]]


def farm_overview(producer_ids: Sequence[uuid.UUID]) -> FarmOverview:
    """What members of `producer_ids` need to see first, in three queries."""
    counts = db.session.execute(
        select(
            _count(Product, Product.producer_id.in_(producer_ids), Product.status != ProductStatus.ARCHIVED),
            _count(Plot, Plot.producer_id.in_(producer_ids)),
            select(func.count())
            .select_from(Lot)
            .join(Product, Product.id == Lot.product_id)
            .where(Product.producer_id.in_(producer_ids))
            .scalar_subquery(),
            _count(Parcel, Parcel.producer_id.in_(producer_ids), Parcel.status == ParcelStatus.TO_PACK),
            _count(Parcel, Parcel.producer_id.in_(producer_ids), Parcel.status == ParcelStatus.PACKED),
        )
    ).one()
    stock = (
        select(
            func.min(Offer.price_vnd).label("price_from_vnd"),
            func.coalesce(func.sum(Offer.on_hand - Offer.reserved), 0).label("available"),
        )
        .where(Offer.product_id == Product.id, Offer.status == OfferStatus.ACTIVE)
        .lateral("stock")
    )
    products = db.session.execute(
        select(
            Product.id,
            Product.slug,
            Product.name_vi,
            Product.name_en,
            Product.status,
            Product.illustration,
            Product.photo_key,
            stock.c.price_from_vnd,
            stock.c.available,
        )
        .join(stock, stock.c.available.is_not(None))
        .where(Product.producer_id.in_(producer_ids), Product.status != ProductStatus.ARCHIVED)
        .order_by(Product.id.desc())
        .limit(PRODUCTS_SHOWN)
    ).all()
    lots = db.session.execute(
        select(Lot.id, Lot.lot_number, Lot.harvested_on, Product.name_vi, Product.name_en)
        .join(Product, Product.id == Lot.product_id)
        .where(Product.producer_id.in_(producer_ids))
        .order_by(Lot.id.desc())
        .limit(LOTS_SHOWN)
    ).all()
    return FarmOverview(*counts, products=products, lots=lots)


def _count(model: type[Any], *conditions: Any) -> Any:
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()
