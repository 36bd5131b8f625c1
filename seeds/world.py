"""The demo world: producers, plots, products, lots with their history, markets and stalls.

It is the same for everybody who plants it on the same day, but for the GS1 numbers, which come from the sequences of
the site. Harvests lie in the season before that day, so something is always fresh.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import func, select

from catalog.places.usecases import load_places
from catalog.producers.models import Producer
from core.db import db
from seeds.build_data import STORAGE
from seeds.codes import plant_codes
from seeds.cold_store import ColdStore
from seeds.copying import copy_rows
from seeds.delivery import DeliveryMaker, travels_cold
from seeds.diaries import DiaryMaker, copy_diaries
from seeds.events import EventSource, identifier_rows
from seeds.facts import ProducerFacts, ProductFacts, load_producers, load_products, load_stories
from seeds.gardens import crop_of, drawn_shape, planted
from seeds.grades import put_on_sale
from seeds.harvests import make_lots
from seeds.identifiers import KeySource
from seeds.lot_rows import (
    LogisticUnitRow,
    LotMovementRow,
    LotOperationRow,
    LotPlotRow,
    LotRow,
    ShipmentLineRow,
    ShipmentRow,
    ShipmentUnitRow,
)
from seeds.market_places import copy_markets
from seeds.numbers import issue_glns, issue_gtins
from seeds.packing_house import RECEIVER, SENDER, PackingHouse
from seeds.planting import Planting
from seeds.rows import (
    EventIdentifierRow,
    EventRow,
    OfferRow,
    PlotRow,
    ProducerRow,
    ProductRow,
    ProductVariantRow,
    StockMovementRow,
)
from seeds.sprays import KnownIngredients, load_plant_protection
from traceability.attestations.checklists.usecases import import_reference_checklist
from traceability.dossiers.residues.usecases import import_reference_residue_rules

SEED: Final = "cho-nguon"
SEED_LOCK: Final = 0x5EED
"""Key of the advisory lock that keeps two seedings apart."""

_PLOT_NAMES: Final[Mapping[str, str]] = {
    "fruit": "Vườn cây ăn quả",
    "vegetable": "Ruộng rau",
    "grain": "Ruộng và sân phơi",
    "honey": "Bãi đặt ong",
    "seafood": "Bến thuyền",
    "fish_sauce": "Nhà ủ mắm",
    "confectionery": "Bếp bánh kẹo",
    "tea": "Đồi chè",
    "deer_velvet": "Chuồng hươu",
    "processed_meat": "Trại nuôi và bếp",
    "oil": "Xưởng ép",
    "spice": "Ruộng gia vị",
    "mushroom": "Nhà nấm",
    "beverage": "Nhà ủ rượu",
    "handicraft": "Xưởng nghề",
    "other": "Vườn",
}


def is_planted() -> bool:
    """Whether the demo world is there already; the first sample producer stands for all, since they come together."""
    slug = load_producers()[0].slug
    return db.session.scalar(select(Producer.id).where(Producer.slug == slug)) is not None


def plant_world(*, site_url: str, today: date) -> bool:
    """Bring the places up to date and plant the demo world, once; returns whether anything was planted."""
    db.session.execute(select(func.pg_advisory_xact_lock(SEED_LOCK)))
    load_places()
    import_reference_checklist()
    import_reference_residue_rules()
    if is_planted():
        return False
    random = Random(f"{SEED} {today:%Y-%m-%d}")
    keys = KeySource(random)
    planting = Planting(today=today, random=random, keys=keys, events=EventSource(site_url, keys))
    cold_store = _make_up(planting, load_plant_protection())
    copy_rows(ProducerRow, planting.producers)
    copy_rows(PlotRow, planting.plots)
    copy_diaries(planting.diaries)
    copy_rows(ProductRow, planting.products)
    copy_rows(ProductVariantRow, planting.variants)
    copy_rows(OfferRow, planting.offers)
    copy_rows(StockMovementRow, planting.movements)
    _add_delivery(planting)
    copy_rows(EventRow, planting.journal)
    copy_rows(EventIdentifierRow, (row for event in planting.journal for row in identifier_rows(event)))
    copy_rows(LotOperationRow, planting.operations)
    copy_rows(LotRow, planting.lots)
    copy_rows(LotPlotRow, planting.lot_plots)
    copy_rows(LogisticUnitRow, planting.logistic_units)
    copy_rows(LotMovementRow, planting.lot_movements)
    copy_rows(ShipmentRow, planting.shipments)
    copy_rows(ShipmentUnitRow, planting.shipment_units)
    copy_rows(ShipmentLineRow, planting.shipment_lines)
    plant_codes(today=today, made_at=planting.founded_at)
    cold_store.fill()
    copy_markets(random=random, keys=keys, made_at=planting.founded_at)
    return True


def _add_delivery(planting: Planting) -> None:
    producer_of = {product.id: product.producer_id for product in planting.products}
    DeliveryMaker(
        with_cold={producer_of[offer.product_id] for offer in planting.offers if offer.needs_cool_chain},
        with_others={producer_of[offer.product_id] for offer in planting.offers if not offer.needs_cool_chain},
        with_hours=SENDER,
    ).add(planting.producers)


def _make_up(planting: Planting, known: KnownIngredients) -> ColdStore:
    producers = load_producers()
    facts_by_slug = {facts.slug: facts for facts in load_products()}
    positions = {slug: position for position, slug in enumerate(facts_by_slug)}
    glns = iter(issue_glns(2 * len(facts_by_slug)))
    gtins = iter(issue_gtins(len(facts_by_slug)))
    stories = load_stories()
    for producer_facts in producers:
        producer = _producer(planting, producer_facts, next(glns))
        plots: dict[str, PlotRow] = {}
        for slug in producer_facts.products:
            facts = facts_by_slug[slug]
            if facts.category not in plots:
                plots[facts.category] = _plot(planting, producer, facts, next(glns))
            made_at = planting.founded_at + timedelta(days=30) - timedelta(hours=positions[slug])
            product = _product(planting, producer, facts, next(gtins), made_at, stories.get(slug, {}))
            units = make_lots(planting, product, facts, plots[facts.category], producer)
            cold = travels_cold(facts.category, facts.storage_class)
            sold = put_on_sale(product, facts, units=units, keys=planting.keys, cold=cold)
            planting.variants += sold.variants
            planting.offers += sold.offers
            planting.movements += sold.movements
        maker = DiaryMaker(planting.diaries, KeySource(Random(f"diary {producer.slug}")), known, today=planting.today)
        for plot in plots.values():
            harvested = {row.lot_id for row in planting.lot_plots if row.plot_id == plot.id}
            maker.keep(plot, [lot for lot in planting.lots if lot.id in harvested])
        maker.finish()
    return _pack(planting, facts_by_slug)


def _pack(planting: Planting, facts_by_slug: Mapping[str, ProductFacts]) -> ColdStore:
    """Let one harvest of the demo farmer go through the packing house to another farm, and the rest into the store."""
    by_slug = {producer.slug: producer for producer in planting.producers}
    sender = by_slug[SENDER]
    product = next(product for product in planting.products if product.producer_id == sender.id)
    made_on = {row.plot_id for row in planting.lot_plots if row.lot_id in _lots_of(planting, product)}
    plot = next(plot for plot in planting.plots if plot.id in made_on)
    unit = facts_by_slug[product.slug].unit
    lot = PackingHouse(planting, sender, by_slug[RECEIVER], product, plot, unit).work()
    return ColdStore(planting, sender, lot, product.gtin)


def _lots_of(planting: Planting, product: ProductRow) -> set[str]:
    return {lot.id for lot in planting.lots if lot.product_id == product.id}


def _producer(planting: Planting, facts: ProducerFacts, gln: str) -> ProducerRow:
    made_at = planting.founded_at
    row = ProducerRow(
        id=planting.keys.key(made_at),
        slug=facts.slug,
        name=facts.name,
        kind=facts.kind,
        gln=gln,
        commune_code=facts.commune_code,
        address=facts.address,
        phone=None,
        story_vi=facts.story_vi,
        story_en=facts.story_en,
        is_sample=True,
        created_at=made_at,
    )
    planting.producers.append(row)
    return row


def _plot(planting: Planting, producer: ProducerRow, facts: ProductFacts, gln: str) -> PlotRow:
    area_m2 = planting.random.randrange(800, 20_000, 100)
    crop = crop_of(facts.category, facts.slug)
    # A generator of its own, so that everything else stays as it was before plots had crops and shapes.
    random = Random(f"plot {producer.slug} {facts.slug}")
    planting_year, tree_count = planted(crop, area_m2=area_m2, today=planting.today, random=random)
    row = PlotRow(
        id=planting.keys.key(producer.created_at),
        producer_id=producer.id,
        gln=gln,
        name=_PLOT_NAMES[facts.category],
        commune_code=facts.commune_code,
        area_m2=area_m2,
        crop=crop,
        planting_year=planting_year,
        planted_on=None,
        tree_count=tree_count,
        latitude=round(facts.latitude, 3),
        longitude=round(facts.longitude, 3),
        shape=drawn_shape(facts.latitude, facts.longitude, area_m2=area_m2, random=random) if crop else None,
        created_at=producer.created_at,
    )
    planting.plots.append(row)
    return row


def _product(
    planting: Planting,
    producer: ProducerRow,
    facts: ProductFacts,
    gtin: str,
    made_at: datetime,
    story: Mapping[str, str],
) -> ProductRow:
    row = ProductRow(
        id=planting.keys.key(made_at),
        producer_id=producer.id,
        gtin=gtin,
        slug=facts.slug,
        name_vi=facts.name_vi,
        name_en=facts.name_en,
        category=facts.category,
        commune_code=facts.commune_code,
        description_vi=story.get("vi"),
        description_en=story.get("en"),
        ocop_stars=facts.ocop_stars,
        ocop_group=facts.ocop_group,
        geographical_indication=facts.geographical_indication,
        brand=facts.brand,
        standards=facts.standards,
        stages=facts.stages,
        storage=STORAGE[facts.storage_class],
        shelf_life_days=facts.shelf_life_days,
        illustration=facts.illustration,
        photo_key=None,
        status="published",
        created_at=made_at,
        updated_at=made_at,
    )
    planting.products.append(row)
    return row
