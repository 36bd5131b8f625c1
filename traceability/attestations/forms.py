"""Choices that several forms of attestations offer."""

import uuid
from collections.abc import Collection, Sequence

from catalog.producers.models import Producer
from core.i18n import current_locale
from core.i18n import gettext as _
from traceability.diary.models import Plot
from traceability.lots.models import Lot


def plot_choices(plots: Sequence[Plot], producers: Sequence[Producer]) -> list[tuple[str, str]]:
    """Plots to tick, with their commune, and with their producer where there are several."""
    names = {producer.id: producer.name for producer in producers}
    several = len(producers) > 1
    return [
        (
            str(plot.id),
            f"{plot.name} ({plot.commune.name})" + (f" – {names[plot.producer_id]}" if several else ""),
        )
        for plot in plots
    ]


def lot_choices(lots: Sequence[Lot], *, recalled: Collection[uuid.UUID] = ()) -> list[tuple[str, str]]:
    """Lots to choose, with their product and day of harvest; the `recalled` ones say so."""
    locale = current_locale()
    return [
        (
            str(lot.id),
            f"{lot.lot_number} – {getattr(lot.product, f'name_{locale}') or lot.product.name_vi} "
            f"({lot.harvested_on:%d/%m/%Y})" + (f" – {_('Recalled')}" if lot.id in recalled else ""),
        )
        for lot in lots
    ]
