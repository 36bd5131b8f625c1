"""Scores, statuses and deadlines as pure functions, with invariants."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AppError, Conflict
from traceability.attestations.certificates.models import CertificateStatus
from traceability.attestations.certificates.rules import check_change, status_on
from traceability.attestations.checklists.models import Level
from traceability.attestations.deadlines.rules import stage_reached
from traceability.attestations.inspections.models import InspectionResult
from traceability.attestations.inspections.rules import STATUS_AFTER, result_of
from traceability.attestations.laboratory.models import AnalyteVerdict
from traceability.attestations.laboratory.rules import Measured, read_amount, read_measured, verdict_of
from traceability.attestations.self_checks.models import Answer, SelfCheckStatus
from traceability.attestations.self_checks.rules import NEXT, check_step, progress_of, score_of

TODAY = date(2026, 11, 28)
LEVELS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.sampled_from(Level), max_size=30)


@dataclass
class Change:
    """A change of status as the rules see it."""

    status: CertificateStatus
    effective_on: date


@pytest.mark.parametrize(
    ("a_yes", "a_no", "b_yes", "b_no", "met"),
    [
        (2, 0, 10, 0, True),
        (2, 0, 9, 1, True),
        (2, 0, 8, 2, False),
        (1, 1, 10, 0, False),
        (2, 0, 17, 2, False),  # 89.47 %
        (2, 0, 18, 2, True),
        (2, 0, 0, 0, True),
        (0, 0, 0, 0, True),
    ],
)
def test_all_of_a_and_nine_tenths_of_b(a_yes: int, a_no: int, b_yes: int, b_no: int, met: bool) -> None:
    verdicts = {}
    levels = {}
    for level, yes, no in ((Level.MANDATORY, a_yes, a_no), (Level.RECOMMENDED, b_yes, b_no)):
        for number in range(yes + no):
            code = f"{level}{number}"
            levels[code] = level
            verdicts[code] = Answer.YES if number < yes else Answer.NO
    assert score_of(levels, verdicts, required_percent_a=100, required_percent_b=90).is_met is met


@given(LEVELS, st.data())
def test_what_does_not_apply_does_not_count(levels: dict[str, Level], data: st.DataObject) -> None:
    verdicts = {code: data.draw(st.sampled_from(Answer)) for code in levels}
    whole = score_of(levels, verdicts, required_percent_a=100, required_percent_b=90)
    applicable = {code: level for code, level in levels.items() if verdicts[code] != Answer.NOT_APPLICABLE}
    assert score_of(applicable, verdicts, required_percent_a=100, required_percent_b=90) == whole


@given(LEVELS, st.data())
def test_mending_never_makes_it_worse(levels: dict[str, Level], data: st.DataObject) -> None:
    verdicts = {code: data.draw(st.sampled_from(Answer)) for code in levels}
    better = {code: Answer.YES if verdict == Answer.NO else verdict for code, verdict in verdicts.items()}
    before = score_of(levels, verdicts, required_percent_a=100, required_percent_b=90)
    after = score_of(levels, better, required_percent_a=100, required_percent_b=90)
    assert after.is_met
    assert after.mandatory.percent >= before.mandatory.percent


@given(LEVELS)
def test_an_item_without_a_verdict_does_not_conform(levels: dict[str, Level]) -> None:
    score = score_of(levels, {}, required_percent_a=100, required_percent_b=90)
    assert score.is_met is (not levels)


@given(LEVELS, st.data())
def test_it_is_ready_only_when_nothing_is_open(levels: dict[str, Level], data: st.DataObject) -> None:
    answered = data.draw(st.lists(st.sampled_from(sorted(levels)), unique=True)) if levels else []
    answers = {
        code: (data.draw(st.sampled_from(Answer)), data.draw(st.sampled_from([None, "", "vì"]))) for code in answered
    }
    progress = progress_of(levels, answers)
    assert progress.answered + len(progress.unanswered) == progress.total == len(levels)
    expected = len(answers) == len(levels) and all(
        not (answer == Answer.NO and levels[code] == Level.MANDATORY)
        and not (answer == Answer.NOT_APPLICABLE and not note)
        for code, (answer, note) in answers.items()
    )
    assert progress.is_ready is expected


@pytest.mark.parametrize("present", SelfCheckStatus)
@pytest.mark.parametrize("wanted", SelfCheckStatus)
def test_only_the_named_steps_are_possible(present: SelfCheckStatus, wanted: SelfCheckStatus) -> None:
    if wanted in NEXT[present]:
        check_step(present, wanted)
    else:
        with pytest.raises(Conflict):
            check_step(present, wanted)


def test_what_is_done_stays_done_and_everything_else_gets_there() -> None:
    ends = {status for status, following in NEXT.items() if not following}
    assert ends == {SelfCheckStatus.PASSED, SelfCheckStatus.FAILED}
    reached = {SelfCheckStatus.DRAFT}
    while (more := reached | {after for status in reached for after in NEXT[status]}) != reached:
        reached = more
    assert reached == set(SelfCheckStatus)


@pytest.mark.parametrize("may_correct", [True, False])
def test_the_result_follows_from_the_score(may_correct: bool) -> None:
    levels = {"A": Level.MANDATORY}
    good = score_of(levels, {"A": Answer.YES}, required_percent_a=100, required_percent_b=90)
    bad = score_of(levels, {"A": Answer.NO}, required_percent_a=100, required_percent_b=90)
    assert result_of(good, may_correct=may_correct) is InspectionResult.PASSED
    assert result_of(bad, may_correct=may_correct) is (
        InspectionResult.CORRECTIONS if may_correct else InspectionResult.FAILED
    )
    assert set(STATUS_AFTER) == set(InspectionResult)


def test_the_status_is_that_of_the_day() -> None:
    changes = [
        Change(CertificateStatus.SUSPENDED, TODAY - timedelta(days=20)),
        Change(CertificateStatus.VALID, TODAY - timedelta(days=10)),
        Change(CertificateStatus.WITHDRAWN, TODAY),
    ]
    on = {days: status_on(changes, TODAY - timedelta(days=days)) for days in (30, 20, 11, 10, 1, 0, -5)}
    assert [str(on[days]) for days in (30, 20, 11, 10, 1, 0, -5)] == [
        "valid", "suspended", "suspended", "valid", "valid", "withdrawn", "withdrawn",
    ]  # fmt: skip


@pytest.mark.parametrize("present", CertificateStatus)
@pytest.mark.parametrize("wanted", CertificateStatus)
@pytest.mark.parametrize("may_reinstate", [True, False])
def test_who_may_change_a_status_to_what(
    present: CertificateStatus, wanted: CertificateStatus, may_reinstate: bool
) -> None:
    allowed = (
        present != CertificateStatus.WITHDRAWN
        and wanted != present
        and (may_reinstate or wanted != CertificateStatus.VALID)
    )
    try:
        check_change(
            present,
            wanted,
            may_reinstate=may_reinstate,
            effective_on=TODAY,
            last_effective_on=TODAY,
            today=TODAY,
        )
    except AppError:
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize(("days", "field"), [(1, "effective_on"), (-11, "effective_on"), (0, None), (-10, None)])
def test_a_change_is_neither_ahead_of_time_nor_before_the_last_one(days: int, field: str | None) -> None:
    error = None
    try:
        check_change(
            CertificateStatus.VALID,
            CertificateStatus.SUSPENDED,
            may_reinstate=False,
            effective_on=TODAY + timedelta(days=days),
            last_effective_on=TODAY - timedelta(days=10),
            today=TODAY,
        )
    except AppError as refused:
        error = refused.field
    assert error == field


@pytest.mark.parametrize(
    ("days", "stage"), [(-1, None), (0, 7), (7, 7), (8, 30), (30, 30), (31, 60), (60, 60), (61, None)]
)
def test_the_last_stage_that_is_reached(days: int, stage: int | None) -> None:
    assert stage_reached(days, (60, 30, 7)) == stage


@given(st.integers(-100, 400))
def test_stages_come_one_after_the_other(days: int) -> None:
    today, tomorrow = stage_reached(days, (60, 30, 7)), stage_reached(days - 1, (60, 30, 7))
    if today is not None and tomorrow is not None:
        assert tomorrow <= today


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("0,03", Measured(Decimal("0.03"))),
        (" 0.03 ", Measured(Decimal("0.03"))),
        ("<0,01", Measured(Decimal("0.01"), True)),
        ("< 0.01", Measured(Decimal("0.01"), True)),
        ("ND", Measured(Decimal(0), True)),
        ("kph", Measured(Decimal(0), True)),
        ("12", Measured(Decimal(12))),
    ],
)
def test_values_are_read_as_reports_write_them(text: str, measured: Measured) -> None:
    assert read_measured(text) == measured


@pytest.mark.parametrize("text", ["", "-1", "1e5", "0,0000001", "abc", "1,2,3", "∞", "٣", "999999999", "NaN", ".", "<"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_measured(text)


@given(st.decimals(0, 1000, places=4), st.decimals(0, 1000, places=4), st.booleans())
def test_a_value_above_its_limit_is_never_within(value: Decimal, limit: Decimal, is_below: bool) -> None:
    verdict = verdict_of(Measured(value, is_below), limit)
    assert (verdict is AnalyteVerdict.WITHIN) is (value <= limit)
    assert (verdict is AnalyteVerdict.UNCLEAR) is (value > limit and is_below)
    assert verdict_of(Measured(value, is_below), None) is AnalyteVerdict.NO_LIMIT


@given(st.decimals(0, 10**7, places=6))
def test_every_number_reads_with_comma_and_point(value: Decimal) -> None:
    assert read_amount(str(value)) == read_amount(str(value).replace(".", ",")) == value
