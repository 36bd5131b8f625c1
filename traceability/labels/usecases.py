"""Writes of print runs: asking for labels. A worker draws them (see `running`)."""

import uuid
from dataclasses import dataclass

from core.accounts import Actor
from core.db import after_commit, db, utc_now
from core.errors import Conflict, NotFound
from core.i18n import current_locale, normalize
from core.i18n import gettext as _
from core.jobs import enqueue
from traceability.items.models import SerialBlock
from traceability.items.queries import serials_of
from traceability.labels import rules
from traceability.labels.content import content_of, reprint_mark
from traceability.labels.fonts import fonts_folder
from traceability.labels.models import LabelRun
from traceability.labels.pdf import prepare_labels
from traceability.labels.queries import count_unfinished, reprint_number
from traceability.labels.tasks import draw
from traceability.lots.models import Lot
from traceability.lots.queries import get_lot


@dataclass(frozen=True, slots=True)
class ItemRange:
    """The items whose numbers are the `first`-th to the `last`-th (from 1) of a block."""

    block_id: uuid.UUID
    first: int
    last: int


def print_labels(
    *,
    actor: Actor,
    lot_id: uuid.UUID,
    design: str,
    copies: int,
    start: int = 1,
    items: ItemRange | None = None,
    reason: str | None = None,
) -> LabelRun:
    """Ask for labels of a lot, `copies` of them, or for `copies` labels of each of its `items`; a worker draws them.

    A sheet is used from its `start`-th label on. Numbers that were printed before are counted as a reprint, which
    needs a `reason` and is marked on the labels: whoever finds a number twice can see that it is no forgery.
    Raises NotFound for a lot or block that is not the actor's, Invalid (with `field`), Conflict when too much waits.
    """
    lot = get_lot(actor, lot_id)
    chosen = rules.check_design(design)
    if count_unfinished(actor.user_id) >= rules.MOST_UNFINISHED:
        raise Conflict(_("Many print runs are waiting already. Please wait until they are finished."))
    block = None if items is None else _locked_block(lot, items.block_id)
    positions, reprint = None, 0
    content = content_of(lot, locale=current_locale())
    if block is not None and items is not None:
        positions = rules.check_range(items.first, items.last, count=block.count)
        reprint = reprint_number(block, positions)
        serial = next(serials_of(block, first=positions.start, count=1))
        content = content_of(lot, locale=current_locale(), serial=serial)
    label_count = rules.check_copies(copies, items=None if positions is None else len(positions))
    start_cell = rules.check_start(start, chosen)
    reason = rules.check_reason(normalize(reason or ""), reprint=reprint)
    if reprint:
        content = content.marked(reprint_mark(reprint))
    prepare_labels(chosen, content, fonts=fonts_folder())  # refuses labels that are too small
    now = utc_now()
    run = LabelRun(
        lot_id=lot.id,
        block_id=None if block is None else block.id,
        first_item=None if positions is None else positions.start,
        item_count=None if positions is None else len(positions),
        copies=copies,
        label_count=label_count,
        design=chosen.code,
        start=start_cell,
        content=content.as_json(),
        reprint=reprint,
        reprint_reason=reason,
        created_by=actor.user_id,
        created_at=now,
        progress_at=now,
    )
    db.session.add(run)
    db.session.flush()
    _request_drawing(run.id)
    return run


def _locked_block(lot: Lot, block_id: uuid.UUID) -> SerialBlock:
    """The block, locked: two members who print at once must not both be the first."""
    block = db.session.get(SerialBlock, block_id, with_for_update=True, populate_existing=True)
    if block is None or block.lot_id != lot.id:
        raise NotFound
    return block


def _request_drawing(run_id: uuid.UUID) -> None:
    after_commit(lambda: enqueue(draw, str(run_id)))
