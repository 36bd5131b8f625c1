"""Reads of imports."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.diary_imports.models import DiaryImport, ImportState
from traceability.diary_imports.policies import may_see_import


def get_import(actor: Actor, import_id: uuid.UUID) -> DiaryImport:
    """The import with its producer, without the file. Raises NotFound, also for another producer's."""
    statement = select(DiaryImport).options(joinedload(DiaryImport.producer)).where(DiaryImport.id == import_id)
    work = db.session.scalar(statement)
    if work is None or not may_see_import(actor, work):
        raise NotFound
    return work


def imports_of(producer_ids: Collection[uuid.UUID], *, limit: int = 10) -> list[DiaryImport]:
    """The newest imports of these producers."""
    statement = (
        select(DiaryImport)
        .options(joinedload(DiaryImport.producer))
        .where(DiaryImport.producer_id.in_(producer_ids))
        .order_by(DiaryImport.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def written_before(work: DiaryImport) -> datetime | None:
    """When the very same file was written for the producer before; None when it never was."""
    statement = (
        select(DiaryImport.finished_at)
        .where(
            DiaryImport.producer_id == work.producer_id,
            DiaryImport.content_hash == work.content_hash,
            DiaryImport.kind == work.kind,
            DiaryImport.state == ImportState.WRITTEN,
            DiaryImport.id != work.id,
        )
        .order_by(DiaryImport.finished_at.desc())
        .limit(1)
    )
    return db.session.scalar(statement)
