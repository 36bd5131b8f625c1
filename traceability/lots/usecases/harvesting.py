"""Making a lot of a harvest."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from traceability.diary.harvest_gate import check_harvest_allowed
from traceability.diary.models import Plot
from traceability.gs1.links import location_uri, lot_uri
from traceability.journal.issuer import site_url
from traceability.journal.models import EpcisEvent
from traceability.journal.rules import commissioning_of_lot
from traceability.journal.usecases import capture_event
from traceability.lots import rules
from traceability.lots.amounts import Amount, format_kilograms, measured, shared_out, whole_units
from traceability.lots.ledger import Move, Place, write_movements
from traceability.lots.models import HoldingStatus, Lot, LotPlot
from traceability.lots.numbering import lot_number_for
from traceability.lots.queries import usual_unit_grams


@dataclass(frozen=True, slots=True)
class PlotShare:
    """A plot of a harvest, and how many grams came from it when that was weighed plot by plot."""

    plot_id: uuid.UUID
    grams: int | None = None


def create_lot(
    *,
    actor: Actor,
    product_id: uuid.UUID,
    plots: Sequence[PlotShare],
    harvested_on: date,
    quantity: int | None,
    unit: str,
    weight_grams: int | None = None,
    unit_weight_grams: int | None = None,
    tolerance_grams: int = 0,
    lot_number: str | None = None,
    best_before: date | None = None,
    note: str | None = None,
) -> Lot:
    """Make a lot of what was harvested on one day from one or more plots, with its commissioning event.

    What is counted has a `quantity` and a weight: of all (`weight_grams`), of one unit (`unit_weight_grams`), or as
    much a unit as in the product's lot before. What is weighed has either. Shares of plots are given for all of them
    and sum to the weight, or for none. Without `lot_number` it gets the next free one of the day; without
    `best_before` the product's shelf life decides.

    Raises NotFound for a product that is not the actor's, HarvestTooEarly and HarvestBeforePlanting as the diary
    decides, Invalid (with `field`) for what makes no sense.
    """
    # The lock keeps two lots that are made at once from getting the same number.
    product = db.session.get(Product, product_id, with_for_update={"key_share": True})
    if product is None or not may_act_for(actor, product.producer_id):
        raise NotFound
    rows = _plots(product, plots)
    now = utc_now()
    rules.check_harvest_date(harvested_on, today=local_today(now))
    rules.check_unit(unit)
    usual = unit_weight_grams or usual_unit_grams(product.id, unit)
    amount = rules.amount_made(unit, quantity=quantity, weight_grams=weight_grams, usual_grams=usual)
    rules.check_tolerance(tolerance_grams, amount.grams)
    _check_shares(plots, amount.grams)
    check_harvest_allowed(rows, on=harvested_on)
    lot = Lot(
        product_id=product.id,
        lot_number=lot_number_for(product, harvested_on, lot_number),
        harvested_on=harvested_on,
        quantity=whole_units(unit, amount),
        unit=unit,
        weight_grams=amount.grams,
        tolerance_grams=tolerance_grams,
        best_before=rules.best_before_of(
            harvested_on, best_before=best_before, shelf_life_days=product.shelf_life_days
        ),
        note=note,
        created_by=actor.user_id,
        created_at=now,
        product=product,
        plots=[
            LotPlot(position=position, plot=rows[share.plot_id], grams=share.grams)
            for position, share in enumerate(plots)
        ],
    )
    db.session.add(lot)
    db.session.flush()
    write_movements(None, [Move(lot.id, amount, None, Place(product.producer_id, HoldingStatus.LOOSE))])
    record_harvest(actor, lot)
    return lot


def _plots(product: Product, shares: Sequence[PlotShare]) -> dict[uuid.UUID, Plot]:
    wanted = [share.plot_id for share in shares]
    found = db.session.scalars(select(Plot).where(Plot.id.in_(wanted), Plot.producer_id == product.producer_id))
    plots = {plot.id: plot for plot in found}
    if not wanted or len(plots) < len(wanted):
        raise Invalid(_("Choose one of your plots."), field="plot_ids")
    return plots


def _check_shares(shares: Sequence[PlotShare], weight_grams: int) -> None:
    """The weights of the plots are given for none, or for all and sum to the whole; raises Invalid for `plot_ids`."""
    given = [share.grams for share in shares if share.grams is not None]
    if not given:
        return
    if len(given) < len(shares) or min(given) < 1 or sum(given) != weight_grams:
        raise Invalid(
            _(
                "The plots together must give %(weight)s. Enter the weight of each plot, or of none.",
                weight=format_kilograms(weight_grams),
            ),
            field="plot_ids",
        )


def parts_of_harvest(lot: Lot) -> list[tuple[str, Amount]]:
    """Where a harvest came from, as the journal says it: location trace codes (GLN) with how much.

    A lot of several plots that were not weighed apart comes from its producer's own place, in one.
    """
    shares = [(row.plot.gln, row.grams) for row in lot.plots]
    if len(shares) == 1:
        return [(shares[0][0], lot.amount)]
    weights = [grams for _gln, grams in shares if grams is not None]
    if len(weights) == len(shares) > 1:
        units = shared_out(lot.amount.units, weights)
        if all(units) or not lot.amount.units:
            return [(gln, Amount(grams, count)) for (gln, _), grams, count in zip(shares, weights, units, strict=True)]
    return [(lot.product.producer.gln, lot.amount)]


def record_harvest(actor: Actor, lot: Lot) -> EpcisEvent:
    """Tell the journal that `lot`, as it is now, was harvested; returns the event that began it.

    The first plot's part is the commissioning of the lot, each further one adds to it (CBV 2.0 §7.1,
    `creating_class_instance`).
    """
    first = None
    for gln, amount in parts_of_harvest(lot):
        number, unit_of_measure = measured(amount, lot.unit)
        place = location_uri(site_url(), gln)
        event = commissioning_of_lot(
            lot_uri=lot_uri(site_url(), lot.product.gtin, lot.lot_number),
            lot_number=lot.lot_number,
            quantity=number,
            unit_of_measure=unit_of_measure,
            event_time=rules.harvest_moment(lot.harvested_on, now=lot.created_at),
            read_point=place,
            biz_location=place,
            harvested_from=lot.harvested_on,
            harvested_to=lot.harvested_on,
            first_use=first is None,
        )
        if lot.best_before is not None:
            event["ilmd"]["cbvmda:bestBeforeDate"] = lot.best_before.isoformat()
        captured = capture_event(actor=actor, event=event)
        first = first or captured
    assert first is not None
    return first
