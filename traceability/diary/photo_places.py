"""The place that a photo tells, taken for a plot that has none yet: only when a person says so."""

import uuid

from core.accounts import Actor
from core.db import db
from core.errors import Conflict
from core.i18n import gettext as _
from traceability.diary.models import Plot
from traceability.diary.rules import coarse_place
from traceability.diary.usecases import own_plot

Place = tuple[float, float]


def place_text(place: Place | None) -> str:
    """The place as it goes through forms and addresses: "18.095,105.78"; empty without one."""
    return "" if place is None else f"{place[0]},{place[1]}"


def read_place(text: str | None) -> Place | None:
    """The place that `place_text` wrote, or None for anything else."""
    latitude, comma, longitude = (text or "").partition(",")
    try:
        place = float(latitude), float(longitude)
    except ValueError:
        return None
    return place if comma and -90 <= place[0] <= 90 and -180 <= place[1] <= 180 else None


def place_plot(*, actor: Actor, plot_id: uuid.UUID, place: Place) -> Plot:
    """Say where a plot without a place lies, to three decimals.

    Raises NotFound for another producer's plot, Conflict when somebody said where it lies before.
    """
    plot = own_plot(actor, plot_id)
    if plot.latitude is not None:
        raise Conflict(_("The plot has a place already. Change it with the plot."))
    plot.latitude, plot.longitude = coarse_place(*place)
    db.session.flush()
    return plot
