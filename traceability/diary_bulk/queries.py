"""Reads for entries in bulk: plots to tick."""

import uuid
from collections.abc import Collection

from sqlalchemy import select

from core.db import db
from core.i18n import fold, natural_key
from traceability.diary.models import Plot

LIMIT = 500


def plots_to_tick(producer_id: uuid.UUID, *, crop: str | None, words: str, ticked: Collection[uuid.UUID]) -> list[Plot]:
    """The producer's plots of a crop (None: of any) whose names hold the words, by name as people count
    (plot 9 before plot 10), and always those ticked.
    """
    statement = select(Plot).where(Plot.producer_id == producer_id).order_by(Plot.name, Plot.id).limit(LIMIT)
    wanted = fold(words).split()
    return [
        plot
        for plot in sorted(db.session.scalars(statement), key=lambda plot: (natural_key(plot.name), plot.id))
        if plot.id in ticked or (crop in (None, plot.crop) and all(word in fold(plot.name) for word in wanted))
    ]
