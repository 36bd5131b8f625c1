"""What is public about a lot: the row that the trace page is made of."""

import uuid
from datetime import date, datetime
from typing import Any, NamedTuple


class TraceRecord(NamedTuple):
    """What is public about a lot. Quantities in `unit`s of the lot; `events` newest first, the harvest always in it.

    `plots` are those it was harvested from, through all lots it was made of (`made_of_lots`), the largest share first.
    The place is that of the first of them, or the product's. `packed_quantity` and `packed_grams` have left for buyers
    or wait for it in crates and parcels. The coordinates of a household's garden are those of its commune, for it may
    lie beside the house. `offers` are the market's rows, which only `traceability.passport.offers` can read; `parts`
    are values by the name of a RecordPart.
    """

    lot_id: uuid.UUID
    lot_number: str
    harvested_on: date
    quantity: int
    weight_grams: int
    packed_quantity: int
    packed_grams: int
    made_of_lots: bool
    grade: str | None
    unit: str
    best_before: date | None
    recorded_at: datetime
    product_id: uuid.UUID
    product_status: str
    gtin: str
    slug: str
    name_vi: str
    name_en: str
    category: str
    ocop_stars: int | None
    geographical_indication: str | None
    brand: str | None
    standards: list[str]
    stages: list[str]
    storage: str | None
    illustration: str
    photo_key: str | None
    producer_name: str
    producer_slug: str
    producer_gln: str
    producer_commune: str
    producer_province: str
    plots: list[dict[str, Any]]
    commune: str
    province: str
    latitude: float | None
    longitude: float | None
    description_vi: str | None
    description_en: str | None
    story_vi: str | None
    story_en: str | None
    event_count: int
    events: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    parts: dict[str, Any]

    @property
    def plot_glns(self) -> list[str]:
        """The location trace codes of the plots."""
        return [plot["gln"] for plot in self.plots]

    @property
    def planting_area_codes(self) -> list[str]:
        """The planting area codes of the plots on the days of their harvests, each once."""
        return list(dict.fromkeys(code for plot in self.plots for code in plot["planting_area_codes"]))

    def name(self, locale: str) -> str:
        """The product's name in `locale`."""
        return self.name_en if locale == "en" else self.name_vi

    def description(self, locale: str) -> str | None:
        """The product's story in `locale`."""
        return self.description_en if locale == "en" else self.description_vi

    def story(self, locale: str) -> str | None:
        """The producer's story in `locale`."""
        return self.story_en if locale == "en" else self.story_vi
