"""Writes of recalls: rehearse, propose, decide, take back, sell again, report, close."""

import time
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, readable_code, utc_now
from core.errors import Invalid, NotFound, Refused
from core.i18n import gettext as _
from core.outbox import publish
from traceability.gs1.links import lot_uri
from traceability.journal.issuer import site_url
from traceability.journal.rules import recall_of_lot
from traceability.journal.usecases import capture_decision
from traceability.lots.ledger import lock_lots
from traceability.lots.models import Lot
from traceability.recalls import rules
from traceability.recalls.errors import AlreadyDecided, DecidedByProposer
from traceability.recalls.events import LotRecalled, SaleReleased
from traceability.recalls.models import (
    MockRecall,
    Recall,
    RecalledProduct,
    RecallLot,
    RecallReturn,
    RecallStatus,
    ReturnKind,
)
from traceability.recalls.policies import may_decide, may_read, may_work_on
from traceability.recalls.sources import Origin
from traceability.recalls.tracing import RecallPicture, picture_of


def run_mock_recall(*, actor: Actor, origin: Origin) -> MockRecall:
    """Trace all that a recall from `origin` would reach, and keep how long that took and how much was found.

    Raises NotFound for an origin that is not the actor's, Invalid when there are no lots.
    """
    _check_origin(actor, origin)
    started = time.perf_counter()
    picture = picture_of(actor, origin.lot_ids)
    milliseconds = round((time.perf_counter() - started) * 1000)
    assert actor.user_id is not None
    mock = MockRecall(
        producer_id=origin.producer_id,
        origin_kind=origin.kind,
        origin_label=origin.label,
        run_by=actor.user_id,
        milliseconds=milliseconds,
        total_grams=picture.total_grams,
        accounted_grams=picture.accounted_grams,
        report=_report(picture),
    )
    db.session.add(mock)
    db.session.flush()
    return mock


def propose_recall(
    *,
    actor: Actor,
    origin: Origin,
    lot_ids: Sequence[uuid.UUID],
    recall_class: int,
    reason: str,
    notice_vi: str,
    notice_en: str,
) -> Recall:
    """Ask for the recall of these lots, all of them within the reach of `origin`.

    Raises NotFound for what is not the actor's, Invalid (with `field`) for what makes no sense.
    """
    _check_origin(actor, origin)
    rules.check_class(recall_class)
    texts = {
        "reason": rules.check_text(reason, field="reason"),
        "notice_vi": rules.check_text(notice_vi, field="notice_vi"),
        "notice_en": rules.check_text(notice_en, field="notice_en"),
    }
    picture = picture_of(actor, origin.lot_ids)
    chosen = [lot for lot in picture.lots if lot.lot.id in set(lot_ids)]
    if not chosen or len(chosen) < len(set(lot_ids)):
        raise Invalid(_("Choose at least one of these lots."), field="lots")
    assert actor.user_id is not None
    recall = Recall(
        number=_free_number(),
        producer_id=origin.producer_id,
        recall_class=recall_class,
        origin_kind=origin.kind,
        origin_label=origin.label,
        proposed_by=actor.user_id,
        lots=[RecallLot(lot_id=lot.lot.id, grams=lot.made_grams, is_origin=lot.is_origin) for lot in chosen],
        **texts,
    )
    db.session.add(recall)
    db.session.flush()
    return recall


def approve_recall(*, actor: Actor, recall_id: uuid.UUID, note: str | None = None) -> Recall:
    """Make the recall hold: from the commit on, nothing of its products is sold that had not been sold before.

    The journal says that the lots are recalled, for good (persistent disposition), and the market hears of it. Raises
    NotFound, Refused, DecidedByProposer, AlreadyDecided.
    """
    recall = _lock_to_decide(actor, recall_id)
    lock_lots([row.lot_id for row in recall.lots])
    product_ids = sorted({row.lot.product_id for row in recall.lots})
    # Whoever packs locks the lots, and sales lock the products for reading (`lock_against_recall`): each of them is
    # either before this, or sees it.
    db.session.execute(select(Product.id).where(Product.id.in_(product_ids)).order_by(Product.id).with_for_update())
    _decide(actor, recall, RecallStatus.ACTIVE, note)
    db.session.add_all(RecalledProduct(recall_id=recall.id, product_id=product_id) for product_id in product_ids)
    db.session.flush()
    assert recall.decided_at is not None
    for row in recall.lots:
        uri = lot_uri(site_url(), row.lot.product.gtin, row.lot.lot_number)
        capture_decision(actor=actor, event=recall_of_lot(lot_uri=uri, event_time=recall.decided_at))
    publish(LotRecalled(recall.id))
    return recall


def reject_recall(*, actor: Actor, recall_id: uuid.UUID, note: str | None) -> Recall:
    """Decide against the recall, and say why. Raises as `approve_recall` does, and Invalid without a reason."""
    recall = _lock_to_decide(actor, recall_id)
    _decide(actor, recall, RecallStatus.REJECTED, rules.check_text(note, field="note"))
    return recall


def record_return(
    *, actor: Actor, recall_id: uuid.UUID, lot_id: uuid.UUID, kind: ReturnKind, grams: int, note: str | None = None
) -> RecallReturn:
    """Note goods that came back or were destroyed. Raises NotFound, AlreadyDecided, Invalid beyond what was made."""
    recall = _lock(recall_id)
    if not may_work_on(actor, recall):
        raise NotFound
    if recall.status != RecallStatus.ACTIVE:
        raise AlreadyDecided
    row = next((row for row in recall.lots if row.lot_id == lot_id), None)
    if row is None:
        raise Invalid(_("Choose a lot of this recall."), field="lot")
    already = db.session.scalar(
        select(func.coalesce(func.sum(RecallReturn.grams), 0)).where(
            RecallReturn.recall_id == recall_id, RecallReturn.lot_id == lot_id, RecallReturn.kind == kind
        )
    )
    rules.check_grams(grams, already=int(already or 0), lot_grams=row.grams, lot_number=row.lot.lot_number)
    assert actor.user_id is not None
    entry = RecallReturn(
        recall_id=recall_id, lot_id=lot_id, kind=kind, grams=grams, note=note, recorded_by=actor.user_id
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def release_sale(*, actor: Actor, recall_id: uuid.UUID, product_id: uuid.UUID) -> None:
    """Sell a product again, from other lots: the recalled ones cannot be packed. Raises NotFound, AlreadyDecided."""
    recall = _lock(recall_id)
    held = db.session.get(RecalledProduct, (recall_id, product_id), with_for_update=True)
    if held is None or not may_work_on(actor, recall):
        raise NotFound
    if held.released_at is not None:
        raise AlreadyDecided
    held.released_at, held.released_by = utc_now(), actor.user_id
    db.session.flush()
    publish(SaleReleased(recall_id, product_id))


def close_recall(*, actor: Actor, recall_id: uuid.UUID, note: str) -> Recall:
    """Report on the recall and close it. Raises NotFound, AlreadyDecided, Invalid without words on how it went."""
    recall = _lock(recall_id)
    if not may_work_on(actor, recall):
        raise NotFound
    if not rules.may_become(recall.status, RecallStatus.CLOSED):
        raise AlreadyDecided
    recall.closing_note = rules.check_text(note, field="note")
    recall.status = RecallStatus.CLOSED
    recall.reported_at = recall.closed_at = utc_now()
    recall.closed_by = actor.user_id
    db.session.flush()
    return recall


def _check_origin(actor: Actor, origin: Origin) -> None:
    if not may_act_for(actor, origin.producer_id):
        raise NotFound
    if not origin.lot_ids:
        raise Invalid(_("No lot came of this yet, so there is nothing to recall."))


def _lock(recall_id: uuid.UUID) -> Recall:
    recall = db.session.scalar(
        select(Recall)
        .options(selectinload(Recall.lots).joinedload(RecallLot.lot).joinedload(Lot.product))
        .where(Recall.id == recall_id)
        .with_for_update(of=Recall)
        .execution_options(populate_existing=True)
    )
    if recall is None:
        raise NotFound
    return recall


def _lock_to_decide(actor: Actor, recall_id: uuid.UUID) -> Recall:
    recall = _lock(recall_id)
    if not may_decide(actor):
        if may_read(actor, recall):
            raise Refused
        raise NotFound
    if recall.proposed_by == actor.user_id:
        raise DecidedByProposer
    return recall


def _decide(actor: Actor, recall: Recall, to: RecallStatus, note: str | None) -> None:
    if not rules.may_become(recall.status, to):
        raise AlreadyDecided
    recall.status = to
    recall.decided_by, recall.decided_at, recall.decision_note = actor.user_id, utc_now(), note or None
    db.session.flush()


def _free_number() -> str:
    """A number nobody has, of signs that cannot be confused when read aloud."""
    while True:
        number = f"TH-{readable_code(6)}"
        if db.session.scalar(select(Recall.id).where(Recall.number == number)) is None:
            return number


def _report(picture: RecallPicture) -> dict[str, object]:
    """What a mock recall found, without names of buyers: it is kept longer than those may be."""
    return {
        "lots": [
            {
                "product_vi": lot.lot.product.name_vi,
                "product_en": lot.lot.product.name_en,
                "lot_number": lot.lot.lot_number,
                "producer": lot.lot.product.producer.name,
                "is_origin": lot.is_origin,
                "made_grams": lot.made_grams,
                "held_grams": lot.held_grams,
                "used_grams": lot.used_grams,
                "sold_grams": lot.sold_grams,
                "gone_grams": lot.gone_grams,
                "accounted_grams": lot.accounted_grams,
            }
            for lot in picture.lots
        ],
        "parcels": len({sale.sscc for sale in picture.sales}),
        "orders": len({sale.order_number for sale in picture.sales}),
        "elsewhere": len(picture.elsewhere),
        "truncated": picture.truncated,
    }
