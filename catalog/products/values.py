"""What a producer says of a product."""

import uuid
from dataclasses import dataclass

from catalog.products.models import Category, ProductStatus


@dataclass(frozen=True)
class ProductValues:
    """The values of a product that its producer sets; lengths are in `rules.py`.

    `name_en` may be empty: the Vietnamese name stands for it then.
    `ocop_stars` is 3, 4, 5 or None; `shelf_life_days` counts from harvest or packing; `stages` are the names of the
    stages of production in order; `illustration` names a drawing of `static/img/products`; `photo_key` comes from
    `core.storage.store_photo`.
    """

    name_vi: str
    name_en: str
    category: Category
    commune_code: str
    description_vi: str | None = None
    description_en: str | None = None
    ocop_stars: int | None = None
    ocop_group: str | None = None
    geographical_indication: str | None = None
    brand: str | None = None
    standards: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    storage: str | None = None
    shelf_life_days: int | None = None
    illustration: str = "other"
    photo_key: str | None = None
    status: ProductStatus = ProductStatus.PUBLISHED


@dataclass(frozen=True)
class VariantValues:
    """A variant as its producer names it, in English only where they like; `id` is None for a new one."""

    name_vi: str
    name_en: str
    id: uuid.UUID | None = None
