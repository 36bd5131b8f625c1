"""What the diary says about the gardens of a lot before its harvest: sprays, their intervals, works, permissions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.i18n import current_locale, local_day
from traceability.diary.calendars import activities
from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord


@dataclass(frozen=True, slots=True)
class SprayLine:
    """One spray: how many days before the harvest it was, and how many the list of that day required.

    Of several harvests after it the first one counts, which waited least. `written_late` counts the days between the
    spray and its writing down.
    """

    done_on: date
    harvested_on: date
    days_before: int
    required_days: int
    products: str
    pest: str
    written_late: int

    @property
    def is_kept(self) -> bool:
        """Whether the pre-harvest interval had passed."""
        return self.days_before >= self.required_days


@dataclass(frozen=True, slots=True)
class WorkLine:
    """What was done how often, and when last."""

    name: str
    times: int
    last_on: date


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """That an officer permitted a harvest inside the interval: on which days, why, and who signed."""

    valid_from: date
    valid_until: date
    reason: str
    signed_name: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a work in the garden."""

    key: str
    caption: str
    done_on: date


@dataclass(frozen=True, slots=True)
class Garden:
    """The year before the harvest, as the diary has it."""

    sprays: Sequence[SprayLine]
    works: Sequence[WorkLine]
    overrides: Sequence[OverrideLine]
    photos: Sequence[Photo]
    entry_count: int

    @property
    def last_spray(self) -> SprayLine | None:
        """The spray with the fewest days before its harvest; None when none was written down."""
        return min(self.sprays, key=lambda spray: spray.days_before, default=None)


# The diary is looked at one year back, a year of the crop; what was corrected counts as it stands now. OFFSET keeps the
# look-up to the plots' own entries: the planner, which does not know how few harvests there are, would read them all.
_QUERY = """
    WITH season AS (
        SELECT entry.*, harvests.harvested_on
        FROM harvests CROSS JOIN LATERAL (
            SELECT id, activity, done_on, recorded_at, interval_days, target_pest, photo_keys
            FROM diary_entries written
            WHERE plot_id = harvests.plot_id AND NOT is_withdrawal
              AND done_on <= harvests.harvested_on AND done_on > harvests.harvested_on - 365
              AND NOT EXISTS (SELECT FROM diary_entries later WHERE later.supersedes_id = written.id)
            OFFSET 0) AS entry
    )
    SELECT CASE WHEN EXISTS (SELECT FROM season) THEN json_build_object(
        'entries', (SELECT count(DISTINCT id) FROM season),
        'sprays', (SELECT json_agg(spray) FROM (
            SELECT done_on, harvested_on, harvested_on - done_on AS days_before, interval_days, target_pest,
                   recorded_at, (
                SELECT json_agg(DISTINCT receipt.trade_name ORDER BY receipt.trade_name)
                FROM diary_input_uses used JOIN input_receipts receipt ON receipt.id = used.receipt_id
                WHERE used.entry_id = nearest.id AND receipt.kind = 'plant_protection') AS products
            FROM (SELECT DISTINCT ON (id) * FROM season WHERE interval_days IS NOT NULL
                  ORDER BY id, harvested_on) AS nearest
            ORDER BY days_before, id LIMIT 30) AS spray),
        'works', (SELECT json_agg(work) FROM (
            SELECT activity, count(DISTINCT id) AS times, max(done_on) AS last_on FROM season
            GROUP BY activity ORDER BY last_on DESC, activity LIMIT 40) AS work),
        'photos', (SELECT json_agg(photo) FROM (
            SELECT DISTINCT photo_key AS key, activity, done_on FROM season, unnest(photo_keys) AS photo_key
            ORDER BY done_on DESC, photo_key LIMIT 6) AS photo),
        'overrides', (SELECT json_agg(permission) FROM (
            SELECT DISTINCT allowed.valid_from, allowed.valid_until, allowed.reason, allowed.signed_name
            FROM harvests JOIN harvest_overrides allowed ON allowed.plot_id = harvests.plot_id
                 AND harvests.harvested_on BETWEEN allowed.valid_from AND allowed.valid_until
            ORDER BY allowed.valid_from, allowed.reason LIMIT 10) AS permission)
    ) END
"""


def _read(value: Mapping[str, Any], record: TraceRecord) -> Garden:
    locale = current_locale()
    return Garden(
        sprays=[_spray(row) for row in value["sprays"] or ()],
        works=[
            WorkLine(_activity(row["activity"], locale), row["times"], date.fromisoformat(row["last_on"]))
            for row in value["works"] or ()
        ],
        overrides=[
            OverrideLine(
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_until"]),
                row["reason"],
                row["signed_name"],
            )
            for row in value["overrides"] or ()
        ],
        photos=[
            Photo(row["key"], _activity(row["activity"], locale), date.fromisoformat(row["done_on"]))
            for row in value["photos"] or ()
        ],
        entry_count=value["entries"],
    )


def _spray(row: Mapping[str, Any]) -> SprayLine:
    done_on = date.fromisoformat(row["done_on"])
    recorded = local_day(datetime.fromisoformat(row["recorded_at"]))
    return SprayLine(
        done_on=done_on,
        harvested_on=date.fromisoformat(row["harvested_on"]),
        days_before=row["days_before"],
        required_days=row["interval_days"],
        products=", ".join(row["products"] or ()),
        pest=row["target_pest"] or "",
        written_late=max((recorded - done_on).days, 0),
    )


def _activity(code: str, locale: str) -> str:
    known = activities().get(code)
    return known.name(locale) if known else code


GARDEN: Final = RecordPart("garden", _QUERY, _read)
