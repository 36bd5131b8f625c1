"""The demo world's attestations: a certificate with all that led to it, and a check that waits."""

from flask import Flask
from sqlalchemy import select

from core.accounts import Actor, RoleName, User
from core.db import db, utc_now
from core.i18n import local_today
from seeds.accounts import FARMER, INSPECTOR
from seeds.attestations import FAULT, add_attestations
from tests.seeds.fingerprints import counts
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.inspections.models import CorrectiveAction, InspectionResult
from traceability.attestations.inspections.queries import (
    findings_of,
    inspections_of,
    score_of_findings,
    self_checks_to_inspect,
)
from traceability.attestations.laboratory.models import LaboratoryResult
from traceability.attestations.queries import farm_notices
from traceability.attestations.self_checks.queries import find_self_check, sheet_of
from traceability.diary.models import PlantingAreaCode


def test_the_certificate_follows_from_an_inspection_with_a_mended_fault(seeded: Flask) -> None:
    certificate = db.session.scalars(select(Certificate)).one()
    assert certificate.self_check_id is not None and certificate.plots and certificate.products
    self_check = find_self_check(certificate.self_check_id)
    assert self_check is not None
    sheet = sheet_of(self_check)
    second, first = inspections_of(self_check.id)
    assert (first.result, second.result) == (InspectionResult.CORRECTIONS, InspectionResult.PASSED)
    assert not score_of_findings(sheet, findings_of(first.id)).is_met
    assert score_of_findings(sheet, findings_of(second.id)).is_met
    action = db.session.scalars(select(CorrectiveAction)).one()
    assert action.item_id == sheet.row(FAULT).item.id and action.reported_at is not None
    assert sheet.progress.is_ready
    shown = [evidence for row in sheet.rows for evidence in row.evidence]
    assert {evidence.file_id is None for evidence in shown} == {True, False}
    assert self_check.submitted_at is not None
    assert all(e.entry.recorded_at < self_check.submitted_at for e in shown if e.entry)


def test_the_inspector_finds_something_to_do(seeded: Flask) -> None:
    user = db.session.scalars(select(User).where(User.email == INSPECTOR)).one()
    inspector = Actor(user.id, frozenset({RoleName.INSPECTOR}), user.display_name)
    waiting = db.session.scalars(self_checks_to_inspect(inspector, "waiting")).all()
    assert [sheet_of(self_check).progress.is_ready for self_check in waiting] == [True]


def test_codes_and_a_laboratory_result_are_there_and_nothing_is_urgent(seeded: Flask) -> None:
    assert counts("packing_houses", "packing_house_codes", "laboratory_results") == {
        "packing_houses": 1,
        "packing_house_codes": 1,
        "laboratory_results": 1,
    }
    assert db.session.scalars(select(PlantingAreaCode)).one().is_valid_on(local_today(utc_now()))
    result = db.session.scalars(select(LaboratoryResult)).one()
    assert {analyte.verdict for analyte in result.analytes} == {"within"}
    farmer = db.session.scalars(select(User).where(User.email == FARMER)).one()
    assert result.entered_by == farmer.id
    notices = farm_notices([result.producer_id], today=local_today(utc_now()))
    assert not notices.ending and not notices.corrections


def test_it_is_added_once(seeded: Flask) -> None:
    before = counts("self_checks", "private_files")
    assert not add_attestations(today=local_today(utc_now()))
    assert counts("self_checks", "private_files") == before
