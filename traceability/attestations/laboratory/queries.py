"""Reads of laboratory results."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.laboratory.models import AnalyteVerdict, LaboratoryResult
from traceability.attestations.laboratory.policies import may_read
from traceability.lots.models import Lot


@dataclass(frozen=True)
class AnalyteFacts:
    """One substance or germ; see `models.Analyte`."""

    name: str
    value: Decimal
    is_below: bool
    unit: str
    limit: Decimal | None
    verdict: AnalyteVerdict


@dataclass(frozen=True)
class LaboratoryFacts:
    """What everybody may know of a result: not who entered it, not the report itself."""

    id: uuid.UUID
    lot_id: uuid.UUID
    laboratory: str
    report_number: str
    sampled_on: date
    reported_on: date
    analytes: tuple[AnalyteFacts, ...]

    @property
    def is_within_limits(self) -> bool:
        """Whether nothing was found above its limit and everything could be judged that has one."""
        return all(analyte.verdict in (AnalyteVerdict.WITHIN, AnalyteVerdict.NO_LIMIT) for analyte in self.analytes)


def laboratory_results_of_lots(lot_ids: Collection[uuid.UUID], *, limit: int = 200) -> list[LaboratoryFacts]:
    """The results of these lots that stand, the latest samples first."""
    statement = (
        select(LaboratoryResult)
        .options(selectinload(LaboratoryResult.analytes))
        .where(LaboratoryResult.lot_id.in_(lot_ids), LaboratoryResult.voided_at.is_(None))
        .order_by(LaboratoryResult.sampled_on.desc(), LaboratoryResult.id.desc())
        .limit(limit)
    )
    return [_facts(result) for result in db.session.scalars(statement)]


def results_of(producer_ids: Collection[uuid.UUID]) -> Select[LaboratoryResult]:
    """The results of these producers with lots and analytes, the newest first: a statement to page."""
    return _whole().where(LaboratoryResult.producer_id.in_(producer_ids)).order_by(LaboratoryResult.id.desc())


def get_result(actor: Actor, result_id: uuid.UUID) -> LaboratoryResult:
    """The result with lot, product, report and analytes. Raises NotFound."""
    result = db.session.scalar(_whole().where(LaboratoryResult.id == result_id))
    if result is None or not may_read(actor, result):
        raise NotFound
    return result


def lots_to_choose_from(producer_ids: Collection[uuid.UUID], *, limit: int = 200) -> list[Lot]:
    """The newest lots of these producers with their products; at most `limit`."""
    statement = (
        select(Lot)
        .join(Lot.product)
        .options(contains_eager(Lot.product))
        .where(Product.producer_id.in_(producer_ids))
        .order_by(Lot.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def _whole() -> Select[LaboratoryResult]:
    return select(LaboratoryResult).options(
        joinedload(LaboratoryResult.lot).joinedload(Lot.product),
        joinedload(LaboratoryResult.file),
        selectinload(LaboratoryResult.analytes),
    )


def _facts(result: LaboratoryResult) -> LaboratoryFacts:
    return LaboratoryFacts(
        id=result.id,
        lot_id=result.lot_id,
        laboratory=result.laboratory,
        report_number=result.report_number,
        sampled_on=result.sampled_on,
        reported_on=result.reported_on,
        analytes=tuple(
            AnalyteFacts(
                analyte.name,
                analyte.value,
                analyte.is_below,
                analyte.unit,
                analyte.limit,
                AnalyteVerdict(analyte.verdict),
            )
            for analyte in result.analytes
        ),
    )
