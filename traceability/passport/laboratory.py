"""What laboratories found in samples of a lot, or of the lots it was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from core.i18n import format_number
from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord


@dataclass(frozen=True, slots=True)
class AnalyteLine:
    """One substance: how much was found and is allowed, in words; `verdict` is within, above, unclear or no_limit."""

    name: str
    found: str
    limit: str
    verdict: str


@dataclass(frozen=True, slots=True)
class LaboratoryReport:
    """One report; `is_clean` when nothing lies above its limit, and nothing is unclear."""

    laboratory: str
    report_number: str
    sampled_on: date
    analytes: Sequence[AnalyteLine]

    @property
    def is_clean(self) -> bool:
        """Whether every analyte with a limit lies within it."""
        return all(analyte.verdict in ("within", "no_limit") for analyte in self.analytes)


_QUERY = """
    SELECT json_agg(report) FROM (
        SELECT laboratory, report_number, sampled_on, (
            SELECT json_agg(json_build_array(name, is_below, value, unit, "limit", verdict) ORDER BY position)
            FROM laboratory_analytes WHERE result_id = laboratory_results.id) AS analytes
        FROM laboratory_results
        WHERE lot_id IN (SELECT id FROM origins) AND voided_at IS NULL
        ORDER BY sampled_on DESC, id LIMIT 5) AS report
"""


def _read(value: Sequence[Mapping[str, Any]], record: TraceRecord) -> list[LaboratoryReport]:
    return [
        LaboratoryReport(
            row["laboratory"],
            row["report_number"],
            date.fromisoformat(row["sampled_on"]),
            [_analyte(*analyte) for analyte in row["analytes"] or ()],
        )
        for row in value
    ]


def _analyte(name: str, is_below: bool, value: float, unit: str, limit: float | None, verdict: str) -> AnalyteLine:
    return AnalyteLine(
        name,
        f"{'< ' if is_below else ''}{_number(value)} {unit}",
        "" if limit is None else f"{_number(limit)} {unit}",
        verdict,
    )


def _number(value: float) -> str:
    """Up to six decimals, without zeros at the end."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    whole, point, decimals = text.partition(".")
    separator = format_number(0.5)[1]
    return f"{whole}{separator}{decimals}" if point else whole


LABORATORY: Final = RecordPart("laboratory", _QUERY, _read)
