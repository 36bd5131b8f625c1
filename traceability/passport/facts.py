"""What the trace page says in codes: the composite trace code, and its data for search engines."""

from collections.abc import Sequence
from typing import Any

from traceability.gs1.element_strings import format_element_string
from traceability.passport.record import TraceRecord


def location_code(record: TraceRecord) -> str:
    """The location trace code: the GLN of the plot, or the producer's where there is none or more than one."""
    return record.plot_glns[0] if len(record.plots) == 1 else record.producer_gln


def composite_code(record: TraceRecord) -> str:
    """Product code, location code, lot and day of the event (AI 11) in one, as circular TT 02/2024 composes it."""
    return format_element_string(
        (
            ("01", record.gtin),
            ("414", location_code(record)),
            ("10", record.lot_number),
            ("11", f"{record.harvested_on:%y%m%d}"),
        )
    )


def structured_data(record: TraceRecord, *, locale: str, url: str, pictures: Sequence[str]) -> dict[str, Any]:
    """The record in the words of schema.org (Product), for search engines and other programs."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": record.name(locale),
        "gtin14": record.gtin,
        "url": url,
        "image": list(pictures),
        "productionDate": record.harvested_on.isoformat(),
        "countryOfOrigin": "VN",
        "manufacturer": {
            "@type": "Organization",
            "name": record.producer_name,
            "globalLocationNumber": record.producer_gln,
            "address": {
                "@type": "PostalAddress",
                "addressLocality": record.producer_commune,
                "addressRegion": record.producer_province,
                "addressCountry": "VN",
            },
        },
        "additionalProperty": [{"@type": "PropertyValue", "name": "lot", "value": record.lot_number}],
    }
    if record.description(locale):
        data["description"] = record.description(locale)
    if record.brand:
        data["brand"] = {"@type": "Brand", "name": record.brand}
    if record.best_before is not None:
        best_before = {"@type": "PropertyValue", "name": "bestBefore", "value": record.best_before.isoformat()}
        data["additionalProperty"].append(best_before)
    return data
