"""Writes of plots and of the codes that authorities gave them."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from catalog.places.queries import find_commune
from catalog.producers.models import Producer, gln_location_reference
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today, normalize
from traceability.diary.harvest_gate import locked_plots
from traceability.diary.models import PlantingAreaCode, PlantingAreaCodeStatus, Plot
from traceability.diary.policies import may_keep
from traceability.diary.rules import check_area, check_planting, coarse_place
from traceability.diary.shapes import centre_of
from traceability.gs1.identifiers import gln
from traceability.journal.issuer import company_prefix


@dataclass(frozen=True, slots=True)
class PlotFacts:
    """What a producer says of a plot. Area in square metres; place in degrees; `shape` as `shapes.read_shape` gives it.

    Without a place the middle of the shape is taken, without a year of planting that of the day.
    """

    name: str
    commune_code: str
    area_m2: int
    crop: str | None = None
    planting_year: int | None = None
    planted_on: date | None = None
    tree_count: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    shape: dict[str, Any] | None = None


def create_plot(
    *, actor: Actor, producer_id: uuid.UUID, facts: PlotFacts, planting_area_code: str | None = None
) -> Plot:
    """Add a plot to a producer and give it a GLN of its own, its location trace code.

    The coordinates are kept to three decimals. `planting_area_code` is its first code, if it has one. Raises NotFound
    for a producer that is not the actor's, Invalid (with `field`) for what makes no sense.
    """
    # The lock keeps two plots that are made at once from getting the same name.
    producer = db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    if producer is None or not may_act_for(actor, producer.id):
        raise NotFound
    values = _checked(facts, producer_id=producer.id, plot_id=None)
    reference = db.session.scalar(gln_location_reference.next_value().select())
    assert reference is not None
    plot = Plot(producer_id=producer.id, gln=gln(company_prefix(), int(reference)), **values)
    db.session.add(plot)
    db.session.flush()
    if planting_area_code:
        add_planting_area_code(actor=actor, plot_id=plot.id, code=planting_area_code)
    return plot


def update_plot(*, actor: Actor, plot_id: uuid.UUID, facts: PlotFacts) -> Plot:
    """Change what is said of a plot; its GLN stays. Raises as `create_plot`."""
    plot = own_plot(actor, plot_id)
    for name, value in _checked(facts, producer_id=plot.producer_id, plot_id=plot.id).items():
        setattr(plot, name, value)
    db.session.flush()
    return plot


def _checked(facts: PlotFacts, *, producer_id: uuid.UUID, plot_id: uuid.UUID | None) -> dict[str, Any]:
    """The values of the row, or Invalid with the field."""
    name = normalize(facts.name)
    if not name:
        raise Invalid(_("Give the plot a name."), field="name")
    holder = db.session.scalar(select(Plot.id).where(Plot.producer_id == producer_id, Plot.name == name))
    if holder is not None and holder != plot_id:
        raise Invalid(_("You have a plot with that name already."), field="name")
    if find_commune(facts.commune_code) is None:
        raise Invalid(_("Choose a commune from the list."), field="commune_code")
    check_area(facts.area_m2)
    planting_year = facts.planting_year
    if planting_year is None and facts.planted_on is not None:
        planting_year = facts.planted_on.year
    check_planting(
        planting_year,
        facts.tree_count,
        crop=facts.crop,
        planted_on=facts.planted_on,
        today=local_today(utc_now()),
    )
    latitude, longitude = facts.latitude, facts.longitude
    if facts.shape is not None and latitude is None and longitude is None:
        latitude, longitude = centre_of(facts.shape)
    latitude, longitude = coarse_place(latitude, longitude)
    return {
        "name": name,
        "commune_code": facts.commune_code,
        "area_m2": facts.area_m2,
        "crop": facts.crop,
        "planting_year": planting_year,
        "planted_on": facts.planted_on,
        "tree_count": facts.tree_count,
        "latitude": latitude,
        "longitude": longitude,
        "shape": facts.shape,
    }


def own_plot(actor: Actor, plot_id: uuid.UUID) -> Plot:
    """The plot, locked until the transaction ends. Raises NotFound, also for another producer's."""
    plot = locked_plots([plot_id])[plot_id]
    if not may_keep(actor, plot):
        raise NotFound
    return plot


def add_planting_area_code(
    *,
    actor: Actor,
    plot_id: uuid.UUID,
    code: str,
    issuer: str | None = None,
    market: str | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> PlantingAreaCode:
    """Write down a code that an authority gave the plot; `market` as two capital letters.

    Raises NotFound for a plot that is not the actor's, Invalid (with `field`) for what makes no sense.
    """
    plot = own_plot(actor, plot_id)
    code = normalize(code)
    if not code:
        raise Invalid(_("Enter the code as it stands on the decision."), field="code")
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        raise Invalid(_("The code cannot end before it begins."), field="valid_until")
    same = select(PlantingAreaCode.id).where(
        PlantingAreaCode.plot_id == plot.id,
        PlantingAreaCode.code == code,
        PlantingAreaCode.market.is_not_distinct_from(market),
    )
    if db.session.scalar(same) is not None:
        raise Invalid(_("The plot has this code for this market already."), field="code")
    row = PlantingAreaCode(
        plot_id=plot.id,
        code=code,
        issuer=issuer,
        market=market,
        status=PlantingAreaCodeStatus.ACTIVE,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    db.session.add(row)
    db.session.flush()
    return row


def change_planting_area_code(
    *, actor: Actor, code_id: uuid.UUID, status: PlantingAreaCodeStatus, valid_until: date | None
) -> PlantingAreaCode:
    """Say that the issuer suspended, revoked or renewed a code. Raises NotFound, Invalid for `valid_until`."""
    row = db.session.get(PlantingAreaCode, code_id)
    if row is None:
        raise NotFound
    own_plot(actor, row.plot_id)
    if valid_until is not None and row.valid_from is not None and valid_until < row.valid_from:
        raise Invalid(_("The code cannot end before it begins."), field="valid_until")
    row.status, row.valid_until = status, valid_until
    db.session.flush()
    return row
