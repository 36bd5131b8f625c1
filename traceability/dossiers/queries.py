"""Reads of dossiers."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.packing_houses.models import PackingHouse
from traceability.dossiers.models import Dossier, DossierLine, DossierStatus, DossierWithdrawal
from traceability.dossiers.policies import may_keep
from traceability.lots.models import Lot

STALLED_AFTER = timedelta(minutes=1)


def dossiers_of(actor: Actor) -> Select[Dossier]:
    """The dossiers of the actor's producers, newest first: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return (
        select(Dossier)
        .options(joinedload(Dossier.producer), joinedload(Dossier.withdrawal), selectinload(Dossier.lines))
        .where(Dossier.producer_id.in_(producer_ids))
        .order_by(Dossier.id.desc())
    )


def find_dossier(dossier_id: uuid.UUID, *, lock: bool = False) -> Dossier | None:
    """The dossier with its packing list, lots and packing house, whosever it is: for those who ask a policy."""
    statement = (
        select(Dossier)
        .options(
            joinedload(Dossier.producer).joinedload(Producer.commune),
            joinedload(Dossier.packing_house).joinedload(PackingHouse.commune),
            joinedload(Dossier.withdrawal).joinedload(DossierWithdrawal.withdrawer),
            joinedload(Dossier.replaces),
            joinedload(Dossier.replaced_by),
            selectinload(Dossier.lines).joinedload(DossierLine.lot).joinedload(Lot.product),
        )
        .where(Dossier.id == dossier_id)
    )
    if lock:
        statement = statement.with_for_update(of=Dossier)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def get_dossier(actor: Actor, dossier_id: uuid.UUID, *, lock: bool = False) -> Dossier:
    """The dossier as `find_dossier` gives it; raises NotFound when there is none or it is not the actor's."""
    dossier = find_dossier(dossier_id, lock=lock)
    if dossier is None or not may_keep(actor, dossier):
        raise NotFound
    return dossier


def find_issued_dossier(number: str) -> Dossier | None:
    """The issued dossier with this number and its packing list, for whoever holds the PDF; None when there is none."""
    statement = (
        select(Dossier)
        .options(joinedload(Dossier.withdrawal), selectinload(Dossier.lines))
        .where(Dossier.number == number, Dossier.status == DossierStatus.ISSUED)
    )
    return db.session.scalar(statement)


def stalled_dossiers(*, now: datetime, limit: int = 100) -> list[uuid.UUID]:
    """Dossiers that were to be built and are not, a minute later; whoever is at one holds its lock."""
    statement = (
        select(Dossier.id)
        .where(Dossier.status == DossierStatus.BUILDING, Dossier.requested_at < now - STALLED_AFTER)
        .order_by(Dossier.requested_at, Dossier.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))
