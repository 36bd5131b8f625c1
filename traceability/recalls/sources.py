"""What a recall is found from: a lot, a plot, a delivery into the store, a certificate; other features plug in theirs.

A source is asked with a reference out of an address, and answers with lots of one producer, or not at all.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app
from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from traceability.attestations.certificates.models import Certificate, CertificatePlot, CertificateProduct
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.models import Plot
from traceability.diary.store_models import InputReceipt
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
    lots = _lots_of(plot.producer_id).join(LotPlot, LotPlot.lot_id == Lot.id).where(LotPlot.plot_id == plot.id)
    return Origin("plot", plot.name, plot.producer_id, _ids(lots))


def _from_input_batch(actor: Actor, reference: str) -> Origin:
    """Lots from plots on which this delivery was used before their harvest, as the diary stands."""
    receipt = db.session.get(InputReceipt, _id(reference))
    if receipt is None or not (may_act_for(actor, receipt.producer_id) or may_decide(actor)):
        raise NotFound
    correction = aliased(DiaryEntry)
    used = (
        select(DiaryEntry.plot_id, DiaryEntry.done_on)
        .join(InputUse, InputUse.entry_id == DiaryEntry.id)
        .where(
            InputUse.receipt_id == receipt.id,
            ~DiaryEntry.is_withdrawal,
            ~exists().where(correction.supersedes_id == DiaryEntry.id),
        )
        .subquery("used")
    )
    lots = _lots_of(receipt.producer_id).join(LotPlot, LotPlot.lot_id == Lot.id)
    lots = lots.join(used, and_(used.c.plot_id == LotPlot.plot_id, used.c.done_on <= Lot.harvested_on))
    label = f"{receipt.trade_name}, {receipt.batch_number}" if receipt.batch_number else receipt.trade_name
    return Origin("input_batch", label, receipt.producer_id, _ids(lots))


def _from_certificate(actor: Actor, reference: str) -> Origin:
    """Lots within a certificate's scope that were harvested while it ran; without plots or products all are in it."""
    certificate = db.session.get(Certificate, _id(reference))
    if certificate is None or not (may_act_for(actor, certificate.producer_id) or may_decide(actor)):
        raise NotFound
    plots = select(CertificatePlot.plot_id).where(CertificatePlot.certificate_id == certificate.id)
    products = select(CertificateProduct.product_id).where(CertificateProduct.certificate_id == certificate.id)
    lots = _lots_of(certificate.producer_id).where(
        Lot.harvested_on.between(certificate.valid_from, certificate.valid_until),
        or_(~exists(plots), exists().where(LotPlot.lot_id == Lot.id, LotPlot.plot_id.in_(plots))),
        or_(~exists(products), Lot.product_id.in_(products)),
    )
    return Origin("certificate", certificate.number, certificate.producer_id, _ids(lots))


def _lots_of(producer_id: uuid.UUID) -> Select[uuid.UUID]:
    """The ids of a producer's own lots, the newest first, at most 500."""
    return (
        select(Lot.id)
        .join(Product, Product.id == Lot.product_id)
        .where(Product.producer_id == producer_id)
        .order_by(Lot.created_at.desc(), Lot.id)
        .limit(MOST_LOTS)
    )


def _ids(statement: Select[uuid.UUID]) -> list[uuid.UUID]:
    return list(dict.fromkeys(db.session.scalars(statement)))


LOT: Final = Source(_l("Lot"), _from_lot)
PLOT: Final = Source(_l("Plot"), _from_plot)
INPUT_BATCH: Final = Source(_l("Fertiliser or plant protection used"), _from_input_batch)
CERTIFICATE: Final = Source(_l("Certificate"), _from_certificate)
