"""The work of a print run: its file, piece by piece, however often it is begun.

Each piece is stored in one transaction with the note of how far the run has come. A worker that is killed loses the
piece it was drawing; the next one goes on behind the last that is kept. Two at once do not disturb each other: the
slower one finds its piece there and leaves.
"""

import uuid
from collections.abc import Iterator
from typing import Final

from sqlalchemy import delete, func, select, update

from core.db import atomic, db, utc_now
from traceability.items.models import SerialBlock
from traceability.items.queries import serials_of
from traceability.labels import rules
from traceability.labels.content import LabelContent
from traceability.labels.designs import DESIGNS
from traceability.labels.fonts import fonts_folder
from traceability.labels.growing_pdf import Beginning
from traceability.labels.models import LabelPiece, LabelRun, RunState
from traceability.labels.pdf import Labels, prepare_labels
from traceability.labels.queries import find_piece, page_lengths

MOST_ATTEMPTS: Final = 5


def draw_run(run_id: uuid.UUID) -> None:
    """Draw a run, or what is left of it; one that has finished, or that somebody else is drawing, is left alone."""
    run = _begin(run_id)
    if run is None:
        return
    labels = prepare_labels(DESIGNS[run.design], LabelContent.from_json(run.content), fonts=fonts_folder())
    beginning = _beginning(run, labels)
    drawn = run.drawn
    while drawn < run.label_count:
        pages = list(_pages_from(run, labels, beginning, drawn))
        upto = _labels_up_to(run, drawn)
        with atomic():
            locked = _locked(run_id)
            if locked.state != RunState.RUNNING or locked.drawn != drawn:
                return  # somebody else is at it, and further
            _add_piece(run_id, b"".join(pages), [len(page) for page in pages])
            locked.drawn = drawn = upto
            locked.progress_at = utc_now()
            locked.attempts = 1
    _finish(run_id, beginning)


def remove_old_files() -> int:
    """Remove the files of runs that were finished long ago; the runs stay on record. Returns how many."""
    old = select(LabelRun.id).where(LabelRun.state == RunState.READY, LabelRun.finished_at < utc_now() - rules.KEPT_FOR)
    ids = list(db.session.scalars(old.order_by(LabelRun.finished_at).limit(500).with_for_update(skip_locked=True)))
    db.session.execute(delete(LabelPiece).where(LabelPiece.run_id.in_(ids)))
    db.session.execute(update(LabelRun).where(LabelRun.id.in_(ids)).values(state=RunState.REMOVED, file_length=None))
    return len(ids)


def _begin(run_id: uuid.UUID) -> LabelRun | None:
    """The run if there is work left; after too many attempts that came to nothing, it ends here."""
    with atomic():
        run = db.session.get(LabelRun, run_id, with_for_update=True, populate_existing=True)
        if run is None or not run.is_under_way:
            return None
        run.attempts += 1
        run.progress_at = utc_now()
        if run.attempts > MOST_ATTEMPTS:
            run.state, run.finished_at = RunState.FAILED, utc_now()
            db.session.execute(delete(LabelPiece).where(LabelPiece.run_id == run_id))
            return None
        run.state = RunState.RUNNING
        db.session.flush()
        db.session.expunge(run)
        return run


def _beginning(run: LabelRun, labels: Labels) -> Beginning:
    """The first piece as it is kept, or a new one."""
    with atomic():
        _locked(run.id)
        first = find_piece(run.id, 0)
        if first is None:
            first = labels.first_part()
            _add_piece(run.id, first, [])
        return Beginning.of(first)


def _pages_from(run: LabelRun, labels: Labels, beginning: Beginning, drawn: int) -> Iterator[bytes]:
    """The pages of the next piece, as objects of the file."""
    per_page = labels.design.labels_a_page
    first_page = (run.start + drawn) // per_page
    last_page = (run.start + _labels_up_to(run, drawn) - 1) // per_page
    serials = _serials(run, drawn, _labels_up_to(run, drawn))
    for page in range(first_page, last_page + 1):
        cells = rules.cells_of_page(page, label_count=run.label_count, start=run.start, labels_a_page=per_page)
        drawing = labels.page((cell, serials[label // run.copies]) for cell, label in cells)
        yield beginning.page(page, drawing)


def _labels_up_to(run: LabelRun, drawn: int) -> int:
    """How many labels are drawn when the next piece is: it ends with a page."""
    per_page = DESIGNS[run.design].labels_a_page
    pages = max(1, rules.LABELS_A_PIECE // per_page)
    next_page = (run.start + drawn) // per_page + pages
    return min(run.label_count, next_page * per_page - run.start)


def _serials(run: LabelRun, drawn: int, upto: int) -> dict[int, str]:
    """The serial numbers of these labels by the position of the item in the run; of a lot's labels one empty text."""
    items = range(drawn // run.copies, (upto - 1) // run.copies + 1)
    if run.block_id is None or run.first_item is None:
        return dict.fromkeys(items, "")
    with atomic():
        block = db.session.get_one(SerialBlock, run.block_id)
        numbers = serials_of(block, first=run.first_item + items.start, count=len(items))
        return dict(zip(items, numbers, strict=True))


def _add_piece(run_id: uuid.UUID, content: bytes, lengths: list[int]) -> None:
    position = select(func.count()).where(LabelPiece.run_id == run_id)
    piece = LabelPiece(run_id=run_id, position=db.session.scalar(position) or 0, content=content, page_lengths=lengths)
    db.session.add(piece)
    db.session.flush()
    db.session.expunge(piece)  # what is stored need not stay in memory


def _finish(run_id: uuid.UUID, beginning: Beginning) -> None:
    with atomic():
        run = _locked(run_id)
        if run.state != RunState.RUNNING or run.drawn != run.label_count:
            return
        lengths = page_lengths(run_id)
        end = beginning.end(lengths)
        _add_piece(run_id, end, [])
        run.file_length = beginning.length + sum(lengths) + len(end)
        run.state, run.finished_at = RunState.READY, utc_now()


def _locked(run_id: uuid.UUID) -> LabelRun:
    return db.session.get_one(LabelRun, run_id, with_for_update=True, populate_existing=True)
