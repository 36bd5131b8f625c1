"""What a recall is found from: a lot, a plot, and whatever other features plug in (an input's batch, a certificate).

A source is asked with a reference out of an address, and answers with lots of one producer, or not at all.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app
from sqlalchemy import select

from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from traceability.diary.models import Plot
from traceability.lots.models import Lot, LotPlot
from traceability.lots.policies import may_work_with
from traceability.recalls.policies import may_decide

_EXTENSION: Final = "recalls_sources"
MOST_LOTS: Final = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recall begins: `label` says it to people, `lot_ids` are the lots that it concerns at first."""

    kind: str
    label: str
    producer_id: uuid.UUID
    lot_ids: Sequence[uuid.UUID]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of beginning. `find` takes the actor and a reference; it raises NotFound where the actor has none."""

    name: Any
    find: Callable[[Actor, str], Origin]


def register_source(app: Flask, kind: str, source: Source) -> None:
    """Let recalls begin at `kind`; saying it again replaces it."""
    app.extensions.setdefault(_EXTENSION, {})[kind] = source


def find_origin(actor: Actor, kind: str, reference: str) -> Origin:
    """The beginning that an address names. Raises NotFound when there is none, or it is not the actor's."""
    source: Source | None = current_app.extensions.get(_EXTENSION, {}).get(kind)
    if source is None:
        raise NotFound
    return source.find(actor, reference)


def kind_name(kind: str) -> str:
    """What the kind is called, for people."""
    source: Source | None = current_app.extensions.get(_EXTENSION, {}).get(kind)
    return str(source.name) if source is not None else kind


def _id(reference: str) -> uuid.UUID:
    try:
        return uuid.UUID(reference)
    except ValueError as error:
        raise NotFound from error


def _from_lot(actor: Actor, reference: str) -> Origin:
    lot = db.session.get(Lot, _id(reference))
    if lot is None or not (may_work_with(actor, lot) or may_decide(actor)):
        raise NotFound
    return Origin("lot", f"{lot.product.name_vi}, {lot.lot_number}", lot.product.producer_id, [lot.id])


def _from_plot(actor: Actor, reference: str) -> Origin:
    plot = db.session.get(Plot, _id(reference))
    if plot is None or not (may_act_for(actor, plot.producer_id) or may_decide(actor)):
        raise NotFound
    lots = db.session.scalars(
        select(Lot.id)
        .join(Product, Product.id == Lot.product_id)
        .join(LotPlot, LotPlot.lot_id == Lot.id)
        .where(LotPlot.plot_id == plot.id, Product.producer_id == plot.producer_id)
        .order_by(Lot.created_at.desc(), Lot.id)
        .limit(MOST_LOTS)
    )
    return Origin("plot", plot.name, plot.producer_id, list(lots))


LOT: Final = Source(_l("Lot"), _from_lot)
PLOT: Final = Source(_l("Plot"), _from_plot)
