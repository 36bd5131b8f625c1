"""Products at scale: sample households with fifty products each, the same for the same numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, select

from catalog.places.models import Commune
from catalog.places.queries import bare_name
from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from core.i18n import fold, slugify
from seeds.batches import Tables
from seeds.identifiers import KeySource
from seeds.numbers import issue_glns, issue_gtins
from seeds.rows import OfferRow, PlotRow, ProducerRow, ProductRow, StockMovementRow
from seeds.seasons import local_moment
from seeds.shelves import harvest_size, shelves_of, stocked
from seeds.vocabulary import Kind, household_name, load_kinds, think_up

PRODUCTS_PER_PRODUCER: Final = 50
BATCH: Final = 20 * PRODUCTS_PER_PRODUCER
PRODUCER_SLUG: Final = "ho-mau-"
_PROVINCE: Final = "42"
_JOINED_DAYS_AGO: Final = 380
_SLUG_LENGTH: Final = 80


class Household(NamedTuple):
    """A sample producer that products can be made for."""

    id: str
    commune: Commune


@dataclass(frozen=True)
class ProductMaker:
    """Makes up products by their number, counted from 0 over all that were ever made so."""

    kinds: Sequence[Kind]
    communes: Sequence[Commune]
    joined_at: datetime

    def product(self, number: int, household: Household, gtin: str, tables: Tables) -> None:
        """Add product `number` of `household`, with its offers and their stock, to `tables`."""
        random = Random(f"product {number}")
        keys = KeySource(random)
        commune = household.commune
        place = bare_name(commune.name)
        idea = think_up(self.kinds, place_vi=place, place_en=fold(place).title(), random=random)
        facts = idea.kind.facts
        made_at = self.joined_at + timedelta(seconds=number)
        product = ProductRow(
            id=keys.key(made_at),
            producer_id=household.id,
            gtin=gtin,
            slug=f"{slugify(idea.name_vi, length=_SLUG_LENGTH)}-{number}",
            name_vi=idea.name_vi,
            name_en=idea.name_en,
            category=facts.category,
            commune_code=commune.code,
            description_vi=f"{idea.name_vi}, hàng mẫu để thử trang.",
            description_en=f"{idea.name_en}: a sample to try the site with.",
            ocop_stars=idea.ocop_stars,
            ocop_group=facts.ocop_group,
            geographical_indication=None,
            brand=None,
            standards=idea.standards,
            stages=facts.stages,
            storage=idea.kind.storage,
            shelf_life_days=facts.shelf_life_days,
            illustration=idea.kind.illustration,
            photo_key=None,
            status="published",
            created_at=made_at,
            updated_at=made_at,
        )
        units = harvest_size(facts.category, facts.unit, random)
        shelves = shelves_of(facts.category, facts.unit, idea.price_vnd)
        offers, movements = stocked(product, shelves, units=units, keys=keys)
        tables[ProductRow].append(product)
        tables[OfferRow] += offers
        tables[StockMovementRow] += movements

    def household(self, number: int, glns: tuple[str, str], tables: Tables) -> Household:
        """Add household `number` with its plot to `tables`."""
        random = Random(f"household {number}")
        keys = KeySource(random)
        commune = random.choice(self.communes)
        name = household_name(bare_name(commune.name), random)
        producer = ProducerRow(
            id=keys.key(self.joined_at),
            slug=f"{PRODUCER_SLUG}{number}",
            name=name,
            kind="household",
            gln=glns[0],
            commune_code=commune.code,
            address=f"Thôn {random.randint(1, 12)}",
            phone=None,
            story_vi=None,
            story_en=None,
            is_sample=True,
            created_at=self.joined_at,
        )
        plot = PlotRow(
            id=keys.key(self.joined_at),
            producer_id=producer.id,
            gln=glns[1],
            name="Vườn và xưởng nhà",
            commune_code=commune.code,
            area_m2=random.randrange(500, 20_000, 100),
            crop=None,
            planting_year=None,
            planted_on=None,
            tree_count=None,
            latitude=_scattered(commune.latitude, random),
            longitude=_scattered(commune.longitude, random),
            shape=None,
            created_at=self.joined_at,
        )
        tables[ProducerRow].append(producer)
        tables[PlotRow].append(plot)
        return Household(producer.id, commune)


def product_batches(count: int, *, today: date) -> Iterator[Tables]:
    """`count` more products after those that are there, in batches of at most BATCH."""
    communes = db.session.scalars(
        select(Commune).where(Commune.province_code == _PROVINCE, Commune.latitude.is_not(None)).order_by(Commune.code)
    ).all()
    maker = ProductMaker(load_kinds(), communes, local_moment(today - timedelta(days=_JOINED_DAYS_AGO), 8))
    first = bulk_product_count()
    households = [_last_household(first)] if first % PRODUCTS_PER_PRODUCER else []
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        joining = [number for number in numbers if number % PRODUCTS_PER_PRODUCER == 0]
        glns = iter(issue_glns(2 * len(joining)) if joining else [])
        gtins = issue_gtins(len(numbers))
        tables: Tables = {kind: [] for kind in (ProducerRow, PlotRow, ProductRow, OfferRow, StockMovementRow)}
        for number, gtin in zip(numbers, gtins, strict=True):
            if number % PRODUCTS_PER_PRODUCER == 0:
                households = [maker.household(number // PRODUCTS_PER_PRODUCER, (next(glns), next(glns)), tables)]
            maker.product(number, households[-1], gtin, tables)
        yield tables


def bulk_product_count() -> int:
    """How many products were made at scale so far."""
    statement = select(func.count()).select_from(Product).join(Producer).where(of_bulk_producers())
    return db.session.scalar(statement) or 0


def of_bulk_producers() -> ColumnElement[bool]:
    """The condition that a producer is one of these households."""
    return Producer.slug.startswith(PRODUCER_SLUG) & Producer.is_sample


def _last_household(first: int) -> Household:
    """The household that an earlier run left with room for product `first`."""
    slug = f"{PRODUCER_SLUG}{first // PRODUCTS_PER_PRODUCER}"
    producer = db.session.scalars(select(Producer).where(Producer.slug == slug)).one()
    return Household(producer.id.hex, producer.commune)


def _scattered(degrees: float | None, random: Random) -> float | None:
    return None if degrees is None else round(degrees + random.uniform(-0.02, 0.02), 3)
