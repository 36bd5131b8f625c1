"""Writes of imports: a table is taken in, confirmed, forgotten. What its rows write is in `running.py`."""

import hashlib
import uuid
from typing import IO, Final

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import after_commit, db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import current_locale, normalize
from core.i18n import gettext as _
from core.jobs import enqueue
from core.tables import LIMITS
from traceability.diary_imports.columns import read_content
from traceability.diary_imports.models import DiaryImport, ImportKind, ImportState
from traceability.diary_imports.policies import may_see_import
from traceability.diary_imports.tasks import run

AT_ONCE: Final = 200
"""Rows that are checked or written while their owner waits; more are left to a worker."""


def accept_table(
    *, actor: Actor, producer_id: uuid.UUID, kind: ImportKind, file: IO[bytes], file_name: str
) -> DiaryImport:
    """Take in a table of a producer's entries, receipts or plots, to be checked and written later.

    A long one is checked by a worker after the commit; of a short one the caller starts the check (`run_import`).
    Raises NotFound for a producer that is not the actor's, Invalid (with `field`) for what is no such table.
    """
    if actor.user_id is None or not may_act_for(actor, producer_id):
        raise NotFound
    content = file.read(LIMITS.file_bytes + 1)
    records = read_content(content, kind)
    if not records.records:
        raise Invalid(_("There is no row below the names of the columns."), field="file")
    work = DiaryImport(
        id=new_id(),
        producer_id=producer_id,
        kind=kind,
        state=ImportState.CHECKING,
        file_name=normalize(file_name)[-160:] or _("Table"),
        locale=current_locale(),
        content=content,
        content_hash=hashlib.sha256(content).digest(),
        total_count=len(records.records),
        unknown_columns=records.unknown[:60],
        created_by=actor.user_id,
    )
    db.session.add(work)
    db.session.flush()
    _start(work)
    return work


def confirm_import(*, actor: Actor, import_id: uuid.UUID, doubts_confirmed: bool) -> DiaryImport:
    """Let a checked table be written, all of it or nothing. Confirming again changes nothing.

    Raises NotFound for another producer's, Conflict for one that cannot be written (any more), Invalid for
    `doubts_confirmed` while something unusual is not confirmed.
    """
    work = db.session.get(DiaryImport, import_id, with_for_update=True, populate_existing=True)
    if work is None or not may_see_import(actor, work):
        raise NotFound
    if work.state in (ImportState.WRITING, ImportState.WRITTEN):
        return work
    has_content = db.session.scalar(select(DiaryImport.content.is_not(None)).where(DiaryImport.id == work.id))
    if work.state != ImportState.CHECKED or not has_content:
        raise Conflict(_("This table cannot be written any more. Please choose the file again."))
    if work.doubts and not doubts_confirmed:
        raise Invalid(_("Tick this first."), field="doubts_confirmed")
    work.state, work.finished_at, work.confirmed_at = ImportState.WRITING, None, utc_now()
    work.progress_at, work.processed_count, work.attempts = utc_now(), 0, 0
    db.session.flush()
    _start(work)
    return work


def is_short(work: DiaryImport) -> bool:
    """Whether the rows are gone through while their owner waits."""
    return work.total_count <= AT_ONCE


def _start(work: DiaryImport) -> None:
    if is_short(work):
        return
    import_id = str(work.id)
    after_commit(lambda: enqueue(run, import_id))
