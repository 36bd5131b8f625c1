"""Writes of plots."""

import uuid

from sqlalchemy import select

from catalog.places.queries import find_commune
from catalog.producers.models import Producer, gln_location_reference
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.diary.models import Plot
from traceability.diary.rules import check_area, coarse_place
from traceability.gs1.identifiers import gln
from traceability.journal.issuer import company_prefix


def create_plot(
    *,
    actor: Actor,
    producer_id: uuid.UUID,
    name: str,
    commune_code: str,
    area_m2: int,
    planting_area_code: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Plot:
    """Add a plot to a producer and give it a GLN of its own, its location trace code.

    The area is in square metres, the coordinates in decimal degrees (kept to three decimals). Raises NotFound for a
    producer that is not the actor's, Invalid (with `field`) for what makes no sense.
    """
    # The lock keeps two plots that are made at once from getting the same name.
    producer = db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    if producer is None or not may_act_for(actor, producer.id):
        raise NotFound
    name = normalize(name)
    if not name:
        raise Invalid(_("Give the plot a name."), field="name")
    if db.session.scalar(select(Plot.id).where(Plot.producer_id == producer.id, Plot.name == name)) is not None:
        raise Invalid(_("You have a plot with that name already."), field="name")
    if find_commune(commune_code) is None:
        raise Invalid(_("Choose a commune from the list."), field="commune_code")
    check_area(area_m2)
    latitude, longitude = coarse_place(latitude, longitude)
    reference = db.session.scalar(gln_location_reference.next_value().select())
    assert reference is not None
    plot = Plot(
        producer_id=producer.id,
        gln=gln(company_prefix(), int(reference)),
        name=name,
        commune_code=commune_code,
        area_m2=area_m2,
        planting_area_code=planting_area_code,
        latitude=latitude,
        longitude=longitude,
    )
    db.session.add(plot)
    db.session.flush()
    return plot
