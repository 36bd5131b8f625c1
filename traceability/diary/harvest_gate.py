"""The gate before every harvest: none inside the pre-harvest interval of a spray, none before planting."""

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from core.db import db
from core.errors import NotFound
from traceability.diary.entry_queries import permissions_for, sprays_closing
from traceability.diary.errors import HarvestTooEarly
from traceability.diary.harvest_interval import sprays_in_the_way
from traceability.diary.models import Plot
from traceability.diary.rules import check_planted


def check_harvest_allowed(plot_ids: Collection[uuid.UUID], *, on: date) -> None:
    """Refuse a harvest of day `on` (in Vietnam) that one of the plots does not allow.

    Call it in the transaction that writes the harvest down: the plots are locked in the order of their ids until it
    ends, so that nobody writes down a spray meanwhile. Raises HarvestTooEarly with the spray that forbids it longest
    and the first day that is allowed, HarvestBeforePlanting, NotFound for an unknown plot.
    """
    plots = locked_plots(plot_ids)
    for plot in plots.values():
        check_planted(on, plot_name=plot.name, planting_year=plot.planting_year, planted_on=plot.planted_on)
    permissions = permissions_for(plots, on=on)
    closing = sprays_in_the_way(sprays_closing(plots, on=on), on=on, permissions=permissions)
    if closing:
        spray = closing[0]
        raise HarvestTooEarly(
            plot_id=spray.plot_id,
            plot_name=plots[spray.plot_id].name,
            entry_id=spray.entry_id,
            product=spray.product,
            sprayed_on=spray.done_on,
            allowed=spray.harvest_from,
        )


def locked_plots(plot_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Plot]:
    """The plots by id, locked in the order of their ids against each other's diaries. Raises NotFound."""
    statement = (
        select(Plot)
        .where(Plot.id.in_(plot_ids))
        .order_by(Plot.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    plots = {plot.id: plot for plot in db.session.scalars(statement)}
    if len(plots) < len(set(plot_ids)):
        raise NotFound
    return plots
