"""Harvests of the demo world: lots, and parcels that left with some of each."""

from datetime import timedelta
from typing import Final

from seeds.events import LotFacts
from seeds.facts import ProductFacts
from seeds.lot_rows import LogisticUnitRow, LotRow
from seeds.lots import plot_of
from seeds.numbers import issue_ssccs
from seeds.planting import Planting
from seeds.rows import PlotRow, ProducerRow, ProductRow
from seeds.seasons import harvest_days, local_moment
from seeds.shelves import TICKETS, amount_of_units, harvest_size

_PARCELS_PER_LOT: Final = 2


def make_lots(
    planting: Planting, product: ProductRow, facts: ProductFacts, plot: PlotRow, producer: ProducerRow
) -> int:
    """Make up one to three lots and what left of them; returns how many units are left that are still good."""
    if facts.unit == "ticket":
        return TICKETS
    random = planting.random
    days = harvest_days(facts.harvest_months, before=planting.today, count=random.randint(1, 3), random=random)
    left = 0
    for day in reversed(days):
        units = harvest_size(facts.category, facts.unit, random)
        amount = amount_of_units(facts.category, facts.unit, units)
        best_before = day + timedelta(days=facts.shelf_life_days)
        made_at = local_moment(day, 17, random.randrange(60))
        lot_facts = LotFacts(product.gtin, f"{day:%y%m%d}-1", facts.unit, plot.gln)
        planting.journal.append(
            planting.events.harvest(
                lot_facts,
                amount=amount,
                harvested_on=day,
                best_before=best_before,
                event_time=local_moment(day, 12),
                record_time=made_at,
            )
        )
        lot = planting.lot_rows.lot(
            product_id=product.id,
            lot_number=lot_facts.lot_number,
            harvested_on=day,
            amount=amount,
            unit=facts.unit,
            best_before=best_before,
            made_at=made_at,
        )
        planting.lots.append(lot)
        planting.lot_plots.append(plot_of(lot, plot.id))
        planting.lot_movements.append(planting.lot_rows.harvested(lot, amount, holder_id=producer.id))
        packed = _parcels(planting, lot, lot_facts, facts.category, producer)
        left += units - packed if best_before >= planting.today else 0
    return left


def _parcels(planting: Planting, lot: LotRow, facts: LotFacts, category: str, producer: ProducerRow) -> int:
    """Let some of the lot leave on the two days after; returns how many units did."""
    packed = 0
    day, gln = lot.harvested_on, producer.gln
    for number in range(planting.random.randint(0, _PARCELS_PER_LOT)):
        sent_on = day + timedelta(days=1 + number)
        if sent_on >= planting.today:
            break
        taken = max(1, lot.quantity * planting.random.randint(2, 8) // 100)
        sscc = issue_ssccs(1)[0]
        packed_at = local_moment(sent_on, 8, planting.random.randrange(60))
        shipped_at = packed_at + timedelta(minutes=planting.random.randint(60, 240))
        amount = amount_of_units(category, lot.unit, taken)
        packing = planting.events.packing(facts, amount=amount, sscc=sscc, gln=gln, event_time=packed_at)
        shipping = planting.events.shipping(sscc=sscc, gln=gln, event_time=shipped_at)
        planting.journal += [packing, shipping]
        planting.logistic_units.append(
            LogisticUnitRow(sscc, "parcel", "dispatched", producer.id, None, None, packed_at)
        )
        loose, inside, sold = (
            (producer.id, "loose", ""),
            (producer.id, "packed", sscc),
            (producer.id, "sold", sscc),
        )
        for kind, event, source, target in (("packing", packing, loose, inside), ("shipping", shipping, inside, sold)):
            operation = planting.operation(kind, producer.id, event)
            planting.lot_movements.append(
                planting.lot_rows.movement(lot, amount, source, target, at=event.event_time, operation_id=operation.id)
            )
        packed += taken
    return packed
