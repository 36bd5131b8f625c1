"""Laboratory results: judged here, void but never gone."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.errors import Conflict, Invalid, NotFound
from tests.factories import make_user
from tests.traceability.attestations.papers import pdf
from tests.traceability.farm import Farm, actor_of, days_ago, make_farm
from traceability.attestations.files.usecases import Upload
from traceability.attestations.laboratory.models import LaboratoryResult
from traceability.attestations.laboratory.queries import get_result
from traceability.attestations.laboratory.rules import Measured
from traceability.attestations.laboratory.usecases import (
    GivenAnalyte,
    ReportValues,
    enter_laboratory_result,
    void_laboratory_result,
)
from traceability.attestations.queries import laboratory_results_of_lots
from traceability.lots.models import Lot

GOOD = (
    GivenAnalyte("Abamectin", Measured(Decimal("0.005")), "mg/kg", Decimal("0.01")),
    GivenAnalyte("Chlorpyrifos", Measured(Decimal("0.01"), is_below=True), "mg/kg", Decimal("0.01")),
    GivenAnalyte("Salmonella", Measured(Decimal(0), is_below=True), "/25 g"),
)


def report(**values: object) -> ReportValues:
    given = {
        "laboratory": "Phòng kiểm nghiệm (mẫu)",
        "report_number": "KN-1",
        "sampled_on": days_ago(2),
        "reported_on": days_ago(0),
    }
    return ReportValues(**(given | values))


def enter(farm: Farm, lot: Lot | None = None, *analytes: GivenAnalyte, **values: object) -> LaboratoryResult:
    return enter_laboratory_result(
        actor=farm.actor,
        lot_id=(lot or farm.harvest()).id,
        values=report(**values),
        analytes=analytes or GOOD,
        report=Upload("kn.pdf", pdf()),
    )


def test_values_are_judged_by_their_limits(session: scoped_session[Session]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    enter(farm, lot)
    (facts,) = laboratory_results_of_lots([lot.id])
    assert [str(analyte.verdict) for analyte in facts.analytes] == ["within", "within", "no_limit"]
    assert facts.is_within_limits
    assert not {"file", "file_id", "entered_by"} & set(facts.__dataclass_fields__)


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [(Measured(Decimal("0.02")), "above"), (Measured(Decimal("0.05"), is_below=True), "unclear")],
)
def test_what_is_not_within_makes_the_whole_not_within(
    session: scoped_session[Session], measured: Measured, verdict: str
) -> None:
    farm = make_farm()
    lot = farm.harvest()
    enter(farm, lot, GivenAnalyte("Abamectin", measured, "mg/kg", Decimal("0.01")), *GOOD)
    (facts,) = laboratory_results_of_lots([lot.id])
    assert str(facts.analytes[0].verdict) == verdict and not facts.is_within_limits


def test_the_database_does_not_believe_a_false_verdict(session: scoped_session[Session]) -> None:
    enter(make_farm())
    with pytest.raises(IntegrityError, match="within_is_within"):
        session.execute(text('UPDATE laboratory_analytes SET value = 5 WHERE "limit" IS NOT NULL'))


def test_a_void_result_stays_and_counts_nowhere(session: scoped_session[Session]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    result = enter(farm, lot)
    with pytest.raises(Invalid):
        void_laboratory_result(actor=farm.actor, result_id=result.id, reason=" ")
    void_laboratory_result(actor=farm.actor, result_id=result.id, reason="Nhầm lô")
    assert laboratory_results_of_lots([lot.id]) == []
    assert get_result(farm.actor, result.id).void_reason == "Nhầm lô"
    with pytest.raises(Conflict):
        void_laboratory_result(actor=farm.actor, result_id=result.id, reason="Nhầm lô")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sampled_on": days_ago(-1)}, "sampled_on"),
        ({"sampled_on": days_ago(1200)}, "sampled_on"),
        ({"reported_on": days_ago(3)}, "reported_on"),
        ({"reported_on": days_ago(-1)}, "reported_on"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    session: scoped_session[Session], values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        enter(make_farm(), None, **values)
    assert refused.value.field == field


def test_report_rows_and_file_are_needed_once(session: scoped_session[Session]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    arguments = {"actor": farm.actor, "lot_id": lot.id, "values": report()}
    with pytest.raises(Invalid) as rows:
        enter_laboratory_result(analytes=(), report=Upload("a.pdf", pdf()), **arguments)
    assert rows.value.field == "analytes"
    with pytest.raises(Invalid) as file:
        enter_laboratory_result(analytes=GOOD, report=None, **arguments)
    assert file.value.field == "file"
    enter(farm, lot)
    with pytest.raises(Conflict) as twin:
        enter(farm, lot)
    assert twin.value.field == "report_number"


@pytest.mark.parametrize("role", list(RoleName))
def test_who_reads_a_result_in_full(session: scoped_session[Session], role: RoleName) -> None:
    result = enter(make_farm())
    actor = actor_of(make_user(role))
    if role in (RoleName.ADMINISTRATOR, RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR):
        assert get_result(actor, result.id) is result
    else:
        with pytest.raises(NotFound):
            get_result(actor, result.id)


@pytest.mark.parametrize("role", list(RoleName))
def test_who_marks_one_as_void(session: scoped_session[Session], role: RoleName) -> None:
    result = enter(make_farm())
    actor = actor_of(make_user(role))
    if role is RoleName.ADMINISTRATOR:
        assert void_laboratory_result(actor=actor, result_id=result.id, reason="Nhầm").voided_at
    else:
        with pytest.raises(NotFound):
            void_laboratory_result(actor=actor, result_id=result.id, reason="Nhầm")


def test_a_lot_of_somebody_else_is_not_found(session: scoped_session[Session]) -> None:
    with pytest.raises(NotFound):
        enter(make_farm(), make_farm().harvest())
