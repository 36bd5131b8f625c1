"""Writes of serial numbers: issued in blocks. A worker commissions their items (see `running`)."""

import secrets
import uuid

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor
from core.db import after_commit, db, utc_now
from core.errors import Conflict
from core.i18n import gettext as _
from core.jobs import enqueue
from traceability.items import rules
from traceability.items.models import SerialBlock, SerialSequence
from traceability.items.tasks import commission
from traceability.lots.queries import get_lot


def issue_serials(*, actor: Actor, lot_id: uuid.UUID, count: int, prefix: str | None = None) -> SerialBlock:
    """Issue `count` serial numbers of the lot, all beginning with `prefix`; a worker commissions their items soon.

    Raises NotFound for a lot that is not the actor's, Invalid (with `field`) for what makes no sense, Conflict when
    the lot has too many blocks.
    """
    lot = get_lot(actor, lot_id)
    prefix = rules.check_prefix(prefix or "")
    sequence = _locked_sequence(lot.product_id)
    blocks, issued = db.session.execute(
        select(func.count(), func.coalesce(func.sum(SerialBlock.count), 0)).where(SerialBlock.lot_id == lot.id)
    ).one()
    rules.check_count(count, issued=issued)
    if blocks >= rules.MOST_BLOCKS:
        raise Conflict(_("This lot has %(count)s blocks of serial numbers already.", count=rules.MOST_BLOCKS))
    now = utc_now()
    block = SerialBlock(
        product_id=lot.product_id,
        lot_id=lot.id,
        first=sequence.issued,
        count=count,
        prefix=prefix,
        issued_by=actor.user_id,
        issued_at=now,
        progress_at=now,
    )
    sequence.issued += count
    db.session.add(block)
    db.session.flush()
    _request_commissioning(block.id)
    return block


def _locked_sequence(product_id: uuid.UUID) -> SerialSequence:
    """The product's sequence, made with a key of its own where there is none; two at once wait for each other."""
    fresh = insert(SerialSequence).values(product_id=product_id, key=secrets.token_bytes(rules.KEY_LENGTH), issued=0)
    db.session.execute(fresh.on_conflict_do_nothing())
    return db.session.get_one(SerialSequence, product_id, with_for_update=True, populate_existing=True)


def _request_commissioning(block_id: uuid.UUID) -> None:
    after_commit(lambda: enqueue(commission, str(block_id)))
