"""The fields that a public trace record must show (circular TT 02/2024/TT-BKHCN), and its data for search engines."""

from collections.abc import Sequence
from typing import Any

from core.i18n import gettext as _
from core.web.templating import local_date, local_time
from traceability.gs1.element_strings import format_element_string
from traceability.passport.queries import TraceRecord

Fact = tuple[str, str]


def legal_facts(record: TraceRecord, *, locale: str, serial: str | None) -> list[Fact]:
    """Every field that the circular names, with "none" where the producer gave nothing: silence would say less."""
    none = _("none")
    location = record.plot_gln or record.producer_gln
    composite = format_element_string(
        (("01", record.gtin), ("414", location), ("10", record.lot_number), ("11", f"{record.harvested_on:%y%m%d}"))
    )
    facts = [
        (_("Product name"), record.name(locale)),
        (_("Producer"), record.producer_name),
        (_("Address"), f"{record.producer_commune}, {record.producer_province}"),
        (_("Product trace code"), f"(01){record.gtin}"),
        (_("Location trace code"), f"(414){location}"),
        (_("Producer’s number (GLN)"), f"(417){record.producer_gln}"),
        (_("Lot"), record.lot_number),
        (_("Whole trace code"), composite),
        (_("Stages of production and trade"), ", ".join(record.stages) or _("Growing, harvest")),
        (_("Time of production"), _("harvested %(day)s", day=local_date(record.harvested_on))),
        (_("Recorded"), local_time(record.recorded_at)),
        (_("Best before"), local_date(record.best_before) if record.best_before else none),
        (_("Standards applied"), ", ".join(record.standards) or none),
        (_("Brand"), record.brand or none),
        (_("Model"), none),
        (_("Serial number"), serial or none),
        (_("Storage"), record.storage or none),
        (_("Planting area code"), record.planting_area_code or none),
    ]
    if record.geographical_indication:
        facts.append((_("Geographical indication"), record.geographical_indication))
    return facts


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
        },
        "additionalProperty": [{"@type": "PropertyValue", "name": "lot", "value": record.lot_number}],
    }
    if record.brand:
        data["brand"] = {"@type": "Brand", "name": record.brand}
    return data
