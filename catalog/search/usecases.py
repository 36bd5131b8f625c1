"""Keeping the index like the database."""

import uuid
from collections.abc import Callable

from sqlalchemy import delete, func, select

from catalog.search.models import SearchChange
from catalog.search.queries import all_documents, load_documents
from catalog.search.registry import search_engine
from core.db import db

BATCH = 500
_WRITER_LOCK = 0x5EA4C4
"""Key of the advisory lock that index writers of all machines hold until their transaction ends."""


def note_change(product_id: uuid.UUID) -> None:
    """Remember that the document of the product is out of date."""
    db.session.add(SearchChange(product_id=product_id))


def index_changes(*, limit: int = BATCH) -> int:
    """Bring the documents of up to `limit` noted changes up to date, in one write of the index; return how many.

    Documents are made from the database as it is now, so neither order nor repetition matters. Does nothing while
    another process writes the index: that one's next round, or the clock's, finds the changes. They leave the list in
    the caller's transaction, so whatever fails is done again.
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_WRITER_LOCK))):
        return 0
    noted = (
        select(SearchChange.id)
        .order_by(SearchChange.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    changed = db.session.scalars(
        delete(SearchChange)
        .where(SearchChange.id.in_(noted))
        .returning(SearchChange.product_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        return 0
    product_ids = list(dict.fromkeys(changed))
    documents = load_documents(product_ids)
    present = {document.id for document in documents}
    engine = search_engine()
    engine.index(documents)
    engine.delete([product_id for product_id in product_ids if product_id not in present])
    return len(changed)


def rebuild_index(*, progress: Callable[[int], None] | None = None) -> int:
    """Fill a new index from the database and put it in place of the old one; return how many documents it has.

    Changes made meanwhile stay noted and are indexed afterwards. Waits for a writer at work.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
    return search_engine().rebuild(all_documents(), progress=progress)
