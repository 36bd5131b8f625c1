"""Certificates of a lot, its product or its producer, as far as their producer linked to them, with their validity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from core.i18n import current_locale
from core.web.templating import LOCAL_TIME_ZONE
from traceability.passport.parts import RecordPart
from traceability.passport.queries import TraceRecord


@dataclass(frozen=True, slots=True)
class CertificateLink:
    """A page about a certificate; `valid_until` is its last day, None where its producer gave none."""

    title: str
    href: str
    valid_until: date | None


_QUERY = """
    SELECT json_agg(link) FROM (
        SELECT title, href, language, valid_until FROM resolver_links
        WHERE (primary_ai, primary_value) IN (('01', products.gtin), ('417', producers.gln))
          AND link_type = 'certificationInfo' AND removed_at IS NULL
          AND (valid_from IS NULL OR valid_from <= now()) AND (valid_until IS NULL OR valid_until > now())
          AND qualifiers <@ jsonb_build_object('10', lots.lot_number)
        ORDER BY valid_until DESC NULLS LAST, id LIMIT 10) AS link
"""


def _read(value: Sequence[dict[str, Any]], record: TraceRecord) -> list[CertificateLink]:
    locale = current_locale()
    own_language = [row for row in value if row["language"] is None or row["language"][:2] == locale]
    return [
        CertificateLink(
            row["title"],
            row["href"],
            datetime.fromisoformat(row["valid_until"]).astimezone(LOCAL_TIME_ZONE).date()
            if row["valid_until"]
            else None,
        )
        for row in own_language or value
    ]


CERTIFICATES: Final = RecordPart("certificates", _QUERY, _read)
