"""The facts of the demo world, as they stand in `data/`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.i18n import slugify

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class ProductFacts:
    """A product as it is known of its place. Price in dong for one `unit`; no months means all year."""

    slug: str
    name_vi: str
    name_en: str
    category: str
    ocop_stars: int | None
    ocop_group: str
    geographical_indication: str | None
    geographical_indication_number: str | None
    brand: str | None
    commune_code: str
    former_district: str
    latitude: float
    longitude: float
    unit: str
    unit_size: str | None
    price_vnd: int
    harvest_months: list[int]
    shelf_life_days: int
    storage_class: str
    standards: list[str]
    stages: list[str]
    illustration: str


@dataclass(frozen=True)
class MarketFacts:
    """A market; `wholesale_hours` as HH:MM-HH:MM, None where unknown."""

    slug: str
    name_vi: str
    name_en: str
    commune_code: str
    latitude: float
    longitude: float
    wholesale_hours: str | None


@dataclass(frozen=True)
class ProducerFacts:
    """An invented producer and the slugs of its products; the name says "(mẫu)"."""

    name: str
    kind: str
    commune_code: str
    address: str
    products: list[str]
    story_vi: str
    story_en: str

    @property
    def slug(self) -> str:
        """Its part of an address."""
        return slugify(self.name)


@dataclass(frozen=True)
class StallFacts:
    """An invented stall of the market with the slug `market`; name and holder say "(mẫu)"."""

    market: str
    number: str
    name: str
    goods: str
    holder_name: str


def load_products() -> list[ProductFacts]:
    """The 80 products."""
    return [ProductFacts(**entry) for entry in read("products")]


def load_markets() -> list[MarketFacts]:
    """The ten markets."""
    return [MarketFacts(**entry) for entry in read("markets")]


def load_producers() -> list[ProducerFacts]:
    """The sample producers; every product belongs to one of them."""
    return [ProducerFacts(**entry) for entry in read("producers")]


def load_stalls() -> list[StallFacts]:
    """The sample stalls; most of them are in the city market."""
    return [StallFacts(**entry) for entry in read("stalls")]


def load_stories() -> Mapping[str, Mapping[str, str]]:
    """Short stories by slug of product or market, by language (`vi`, `en`)."""
    stories: Mapping[str, Mapping[str, str]] = read("stories")
    return stories


def read(name: str) -> Any:
    """The content of `data/{name}.json`."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
