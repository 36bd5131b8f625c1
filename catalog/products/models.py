"""Table of products."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, db, new_id, utc_now

gtin_item_reference = Sequence("gtin_item_reference", metadata=db.metadata)
"""Next item reference below the site's GS1 company prefix."""


class Category(StrEnum):
    """Kinds of product, as shoppers look for them."""

    FRUIT = "fruit"
    VEGETABLE = "vegetable"
    GRAIN = "grain"
    HONEY = "honey"
    SEAFOOD = "seafood"
    FISH_SAUCE = "fish_sauce"
    CONFECTIONERY = "confectionery"
    TEA = "tea"
    DEER_VELVET = "deer_velvet"
    PROCESSED_MEAT = "processed_meat"
    OIL = "oil"
    SPICE = "spice"
    MUSHROOM = "mushroom"
    BEVERAGE = "beverage"
    HANDICRAFT = "handicraft"
    OTHER = "other"


class ProductStatus(StrEnum):
    """Whether shoppers see a product."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Product(Model):
    """A product of one producer.

    `gtin` is its GTIN-14 (GS1 General Specifications §4.14). `photo_key` names a stored photo, else the illustration
    `static/img/products/<illustration>.svg` is shown. `shelf_life_days` counts from harvest or packing.
    """

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("gtin ~ '^[0-9]{14}$'", name="gtin_form"),
        CheckConstraint("ocop_stars BETWEEN 3 AND 5", name="ocop_stars_range"),
        CheckConstraint("shelf_life_days BETWEEN 0 AND 3650", name="shelf_life_range"),
        CheckConstraint("status IN ('draft', 'published', 'archived')", name="status_known"),
        Index("ix_products_status_created_at", "status", "created_at", "id"),
        Index("ix_products_producer_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    gtin: Mapped[str] = mapped_column(Nfc(14), unique=True)
    slug: Mapped[str] = mapped_column(Nfc(100), unique=True)
    name_vi: Mapped[str] = mapped_column(Nfc(120))
    name_en: Mapped[str] = mapped_column(Nfc(120))
    category: Mapped[Category] = mapped_column(Nfc(20))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    description_vi: Mapped[str | None] = mapped_column(Nfc(2000))
    description_en: Mapped[str | None] = mapped_column(Nfc(2000))
    ocop_stars: Mapped[int | None]
    ocop_group: Mapped[str | None] = mapped_column(Nfc(80))
    geographical_indication: Mapped[str | None] = mapped_column(Nfc(120))
    brand: Mapped[str | None] = mapped_column(Nfc(120))
    standards: Mapped[list[str]] = mapped_column(ARRAY(Nfc(80)), default=list)
    stages: Mapped[list[str]] = mapped_column(ARRAY(Nfc(80)), default=list)
    storage: Mapped[str | None] = mapped_column(Nfc(200))
    shelf_life_days: Mapped[int | None]
    illustration: Mapped[str] = mapped_column(Nfc(40))
    photo_key: Mapped[str | None] = mapped_column(Nfc(80))
    status: Mapped[ProductStatus] = mapped_column(Nfc(12), default=ProductStatus.PUBLISHED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    producer: Mapped[Producer] = relationship()
    commune: Mapped[Commune] = relationship()
    variants: Mapped[list["ProductVariant"]] = relationship(order_by="ProductVariant.position", viewonly=True)


class ProductVariant(Model):
    """A grade or size of a product that is sold apart from the others: "loại 1", "loại 2".

    `position` orders the variants of a product, from 1 on; a product without variants is sold as it is. Lots, labels
    and codes are the product's, so a variant has no GTIN.
    """

    __tablename__ = "product_variants"
    __table_args__ = (
        # What refers to a variant names its product too, so that it is always one of that product.
        UniqueConstraint("product_id", "id"),
        # Deferred, since two variants may change places or names in one transaction.
        UniqueConstraint("product_id", "position", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("product_id", "name_vi", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("product_id", "name_en", deferrable=True, initially="DEFERRED"),
        CheckConstraint("position BETWEEN 1 AND 10", name="position_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    name_vi: Mapped[str] = mapped_column(Nfc(60))
    name_en: Mapped[str] = mapped_column(Nfc(60))
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
