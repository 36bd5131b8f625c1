"""Writes of laboratory results: enter, mark as void."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from catalog.producers.models import Producer
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from traceability.attestations.files.usecases import Upload, store_file
from traceability.attestations.laboratory.models import Analyte, LaboratoryResult
from traceability.attestations.laboratory.policies import may_keep
from traceability.attestations.laboratory.queries import get_result
from traceability.attestations.laboratory.rules import MOST_ANALYTES, Measured, check_days, verdict_of
from traceability.lots.queries import get_lot


@dataclass(frozen=True)
class GivenAnalyte:
    """What a report says of one substance or germ; value and limit in `unit`."""

    name: str
    measured: Measured
    unit: str
    limit: Decimal | None = None


@dataclass(frozen=True)
class ReportValues:
    """The head of a report."""

    laboratory: str
    report_number: str
    sampled_on: date
    reported_on: date


def enter_laboratory_result(
    *,
    actor: Actor,
    lot_id: uuid.UUID,
    values: ReportValues,
    analytes: Sequence[GivenAnalyte],
    report: Upload | None,
) -> LaboratoryResult:
    """Enter what a laboratory found in a sample of a lot, with its report.

    The verdict of each analyte is worked out here, not taken from the sender. Raises NotFound for a lot that is not
    the actor's, Invalid, naming the field, Conflict when the report is entered for the lot already.
    """
    lot = get_lot(actor, lot_id)
    check_days(values.sampled_on, values.reported_on, today=local_today(utc_now()))
    if not 1 <= len(analytes) <= MOST_ANALYTES:
        raise Invalid(_("Enter at least one result of the report."), field="analytes")
    if report is None:
        raise Invalid(_("Add a scan or photo of the report."), field="file")
    # The lock keeps the same report from being entered twice at once.
    db.session.get(Producer, lot.product.producer_id, with_for_update={"key_share": True})
    twin = select(LaboratoryResult.id).where(
        LaboratoryResult.lot_id == lot.id,
        LaboratoryResult.laboratory == values.laboratory,
        LaboratoryResult.report_number == values.report_number,
    )
    if db.session.scalar(twin) is not None:
        raise Conflict(_("This report is entered for the lot already."), field="report_number")
    file = store_file(actor=actor, producer_id=lot.product.producer_id, upload=report)
    result = LaboratoryResult(
        producer_id=lot.product.producer_id,
        lot_id=lot.id,
        laboratory=values.laboratory,
        report_number=values.report_number,
        sampled_on=values.sampled_on,
        reported_on=values.reported_on,
        file_id=file.id,
        entered_by=actor.user_id,
        analytes=[
            Analyte(
                position=position,
                name=given.name,
                value=given.measured.value,
                is_below=given.measured.is_below,
                unit=given.unit,
                limit=given.limit,
                verdict=verdict_of(given.measured, given.limit),
            )
            for position, given in enumerate(analytes, start=1)
        ],
    )
    db.session.add(result)
    db.session.flush()
    return result


def void_laboratory_result(*, actor: Actor, result_id: uuid.UUID, reason: str) -> LaboratoryResult:
    """Mark a result as entered wrongly. It stays to be read, and counts nowhere any more.

    Raises NotFound, Invalid for `reason`, Conflict when it is void already.
    """
    result = get_result(actor, result_id)
    if not may_keep(actor, result):
        raise NotFound
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    if result.voided_at is not None:
        raise Conflict(_("This result is void already."))
    result.voided_at, result.void_reason = utc_now(), reason
    db.session.flush()
    return result
