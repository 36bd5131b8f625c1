"""Certificates of the gardens and the product of a lot, with their validity, and pages that the producer links to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.i18n import current_locale, local_day
from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate: `title` is its standard, or what the producer calls the page at `href`.

    `valid_until` is its last day, None where nobody said. `status` is valid, suspended or withdrawn today;
    `is_verified` when somebody outside the producer confirmed it.
    """

    title: str
    valid_until: date | None
    issuer: str = ""
    number: str = ""
    status: str = "valid"
    is_verified: bool = False
    href: str = ""


# Certificates count whose scope has one of the gardens, and the product if it names any, on the day of the harvest.
_QUERY = """
    SELECT json_build_object(
        'held', (SELECT json_agg(held) FROM (
            SELECT standard, number, issuer, valid_until,
                   verified_at IS NOT NULL OR self_check_id IS NOT NULL AS is_verified, coalesce((
                       SELECT status FROM certificate_status_changes changed
                       WHERE changed.certificate_id = certificates.id AND changed.effective_on <= current_date
                       ORDER BY changed.id DESC LIMIT 1), 'valid') AS status
            FROM certificates
            WHERE id IN (SELECT certificate_id FROM certificate_plots scope JOIN harvests USING (plot_id))
              AND (NOT EXISTS (SELECT FROM certificate_products named WHERE named.certificate_id = certificates.id)
                   OR EXISTS (SELECT FROM certificate_products named
                              WHERE named.certificate_id = certificates.id AND named.product_id = lot.product_id))
              AND lot.harvested_on BETWEEN valid_from AND valid_until
            ORDER BY valid_until DESC, id LIMIT 10) AS held),
        'links', (SELECT json_agg(link) FROM (
            SELECT title, href, language, valid_until FROM resolver_links
            WHERE (primary_ai, primary_value) IN (('01', products.gtin), ('417', producers.gln))
              AND link_type = 'certificationInfo' AND removed_at IS NULL
              AND (valid_from IS NULL OR valid_from <= now()) AND (valid_until IS NULL OR valid_until > now())
              AND qualifiers <@ jsonb_build_object('10', lot.lot_number)
            ORDER BY valid_until DESC NULLS LAST, id LIMIT 10) AS link)
    )
"""


def _read(value: Any, record: TraceRecord) -> list[CertificateLine]:
    return [_held(row) for row in value["held"] or ()] + _linked(value["links"] or ())


def _held(row: Mapping[str, Any]) -> CertificateLine:
    return CertificateLine(
        row["standard"],
        date.fromisoformat(row["valid_until"]),
        row["issuer"],
        row["number"],
        row["status"],
        row["is_verified"],
    )


def _linked(rows: Sequence[Mapping[str, Any]]) -> list[CertificateLine]:
    """The links in the reader's language, or all where there is none."""
    locale = current_locale()
    in_language = [row for row in rows if row["language"] is None or row["language"][:2] == locale]
    return [
        CertificateLine(row["title"], _last_day(row["valid_until"]), href=row["href"]) for row in in_language or rows
    ]


def _last_day(moment: str | None) -> date | None:
    return local_day(datetime.fromisoformat(moment)) if moment else None


CERTIFICATES: Final = RecordPart("certificates", _QUERY, _read)
