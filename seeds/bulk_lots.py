"""Lots at scale: shared out evenly over the products made at scale, each with its harvest in the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from sqlalchemy import func, select

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from seeds.batches import Tables
from seeds.bulk_products import bulk_product_count, of_bulk_producers
from seeds.events import EventSource, LotFacts, identifier_rows
from seeds.facts import ProductFacts
from seeds.identifiers import KeySource
from seeds.lot_rows import LotMovementRow, LotPlotRow, LotRow
from seeds.lots import LotSource, plot_of
from seeds.rows import EventIdentifierRow, EventRow
from seeds.seasons import local_moment, season_days
from seeds.shelves import amount_of_units, harvest_size
from seeds.vocabulary import Kind, load_kinds
from traceability.diary.models import Plot
from traceability.lots.models import Lot

BATCH: Final = 5_000
_PRODUCTS_AT_ONCE: Final = 1_000


class GrownProduct(NamedTuple):
    """A product that lots can be made of; `lots` is how many it has."""

    id: str
    producer_id: str
    gtin: str
    facts: ProductFacts
    plot_id: str
    plot_gln: str
    lots: int


@dataclass(frozen=True)
class LotMaker:
    """Makes up lots of products of the site at `site_url`, harvested within the year before `today`."""

    site_url: str
    today: date

    def add_lots(self, product: GrownProduct, count: int, tables: Tables) -> None:
        """Add `count` more lots of `product`, numbered on, with their harvests, to `tables`."""
        random = Random(f"lots of {product.gtin} after {product.lots} until {self.today:%Y-%m-%d}")
        keys = KeySource(random)
        events = EventSource(self.site_url, keys)
        lots = LotSource(keys)
        facts = product.facts
        season = season_days(tuple(facts.harvest_months), self.today)
        for number in range(product.lots + 1, product.lots + count + 1):
            day = random.choice(season)
            lot = LotFacts(product.gtin, f"{day:%y%m%d}-{number}", facts.unit, product.plot_gln)
            units = harvest_size(facts.category, facts.unit, random)
            amount = amount_of_units(facts.category, facts.unit, units)
            best_before = day + timedelta(days=facts.shelf_life_days)
            made_at = local_moment(day, 17, random.randrange(60))
            row = lots.lot(
                product_id=product.id,
                lot_number=lot.lot_number,
                harvested_on=day,
                amount=amount,
                unit=facts.unit,
                best_before=best_before,
                made_at=made_at,
            )
            tables[LotRow].append(row)
            tables[LotPlotRow].append(plot_of(row, product.plot_id))
            tables[LotMovementRow].append(lots.harvested(row, amount, holder_id=product.producer_id))
            event = events.harvest(
                lot,
                amount=amount,
                harvested_on=day,
                best_before=best_before,
                event_time=local_moment(day, 12),
                record_time=made_at,
            )
            tables[EventRow].append(event)
            tables[EventIdentifierRow] += identifier_rows(event)


def lot_batches(count: int, *, site_url: str, today: date) -> Iterator[Tables]:
    """`count` more lots in batches of about BATCH; there must be products made at scale."""
    each, more = divmod(count, bulk_product_count())
    maker = LotMaker(site_url, today)
    tables = _empty()
    for position, product in enumerate(_products()):
        share = each + (position < more)
        for done in range(0, share, BATCH):
            part = product._replace(lots=product.lots + done)
            maker.add_lots(part, min(BATCH, share - done), tables)
            if len(tables[LotRow]) >= BATCH:
                yield tables
                tables = _empty()
    if tables[LotRow]:
        yield tables


def _empty() -> Tables:
    return {LotRow: [], LotPlotRow: [], LotMovementRow: [], EventRow: [], EventIdentifierRow: []}


def _products() -> Iterator[GrownProduct]:
    """The products made at scale in the order of their GTINs, read a thousand at a time."""
    kinds = load_kinds()
    last = ""
    while True:
        rows = db.session.execute(
            select(
                Product.id,
                Product.producer_id,
                Product.gtin,
                Product.name_vi,
                Plot.id.label("plot_id"),
                Plot.gln.label("plot_gln"),
                select(func.count()).where(Lot.product_id == Product.id).scalar_subquery().label("lots"),
            )
            .join(Producer, Producer.id == Product.producer_id)
            .join(Plot, Plot.producer_id == Producer.id)
            .where(of_bulk_producers(), Product.gtin > last)
            .order_by(Product.gtin)
            .limit(_PRODUCTS_AT_ONCE)
        ).all()
        for row in rows:
            facts = _kind_of(row.name_vi, kinds).facts
            yield GrownProduct(
                row.id.hex, row.producer_id.hex, row.gtin, facts, row.plot_id.hex, row.plot_gln, row.lots
            )
        if len(rows) < _PRODUCTS_AT_ONCE:
            return
        last = rows[-1].gtin


def _kind_of(name_vi: str, kinds: Sequence[Kind]) -> Kind:
    """The kind whose name `name_vi` begins with; the longest, since one kind's name may begin another's."""
    return max((kind for kind in kinds if name_vi.startswith(f"{kind.name_vi} ")), key=lambda kind: len(kind.name_vi))
