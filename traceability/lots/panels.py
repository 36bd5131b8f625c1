"""What features that stand on lots show on the page of a lot, such as sensors that stood beside it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from traceability.lots.models import Lot


class LotPanel(NamedTuple):
    """A part of the page: a template, and the values that it reads from `shown`."""

    template: str
    values: Mapping[str, Any]


PanelOf = Callable[[Lot], LotPanel | None]
"""What a feature has to show about the lot; None for nothing."""

_sources: dict[str, PanelOf] = {}


def register_lot_panel(name: str, panel_of: PanelOf) -> None:
    """Ask `panel_of` for a part of each lot's page; saying it again replaces it."""
    _sources[name] = panel_of


def lot_panels(lot: Lot) -> list[LotPanel]:
    """The parts that features have for the page of `lot`."""
    return [panel for panel_of in _sources.values() if (panel := panel_of(lot)) is not None]
