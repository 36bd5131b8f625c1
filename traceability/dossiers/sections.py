"""The tables of a dossier's document: what is sent, where it grew, what was sprayed, certified and found.

Words come in the language that is in force while it is drawn.
"""

from collections.abc import Sequence
from typing import Any

from reportlab.platypus import Spacer

from core.i18n import gettext as _
from core.web.templating import local_date
from traceability.attestations.laboratory.models import AnalyteVerdict
from traceability.attestations.queries import CertificateFacts, LaboratoryFacts
from traceability.dossiers.facts import LotFacts, PlotFacts, ShipmentFacts
from traceability.dossiers.typesetting import CELL, SECTION, amount, paragraph, table
from traceability.lots.amounts import format_kilograms


def packing_list(shipment: ShipmentFacts, *, site_url: str) -> list[Any]:
    """What is sent, in which crates; a lot's number leads to its public record."""
    rows = [
        (
            line.sscc or "—",
            lot.product,
            lot.gtin,
            paragraph(lot.number, CELL, link=f"{site_url}/01/{lot.identifier.split('/01/', 1)[1]}"),
            local_date(lot.harvested_on),
            format_kilograms(line.weight_grams),
        )
        for line in shipment.lines
        for lot in (shipment.lot(line.lot_id),)
    ]
    columns = ["SSCC", _("Product"), "GTIN", _("Lot"), _("Harvested"), _("Weight")]
    return [paragraph(_("Packing list"), SECTION), table(columns, rows, (36, 34, 28, 24, 20, 20))]


def origin(shipment: ShipmentFacts) -> list[Any]:
    """Where the lots grew and were packed, with the codes that stand for the market."""
    rows = [
        (lot.number, plot.name, plot.commune, plot.gln, _codes(shipment, plot))
        for lot in shipment.lots
        for plot in lot.plots
    ]
    columns = [_("Lot"), _("Plot"), _("Commune or ward"), _("Location trace code"), _("Planting area code")]
    story = [paragraph(_("Origin"), SECTION), table(columns, rows, (22, 32, 28, 26, 32))]
    house = shipment.packing_house
    if house is not None:
        codes = ", ".join(f"{code.code} ({code.issuer})" for code in house.codes)
        words = f"{_('Packing house')}: {house.name}, {house.commune}. GLN {house.gln}. {codes}"
        story += [Spacer(1, 4), paragraph(words)]
    return story


def _codes(shipment: ShipmentFacts, plot: PlotFacts) -> str:
    standing = [code for code in plot.codes if code.stands(shipment.market, shipment.shipped_on)]
    return ", ".join(f"{code.code} ({code.issuer})" if code.issuer else code.code for code in standing) or "—"


def sprays(shipment: ShipmentFacts) -> list[Any]:
    """What was sprayed in the season before the harvest, held against the rules of the market."""
    rows = [row for lot in shipment.lots for row in _spray_rows(shipment, lot)]
    title = paragraph(_("Plant protection before the harvest"), SECTION)
    if not rows:
        return [title, paragraph(_("By the diary, no plant-protection product was used in the six months before."))]
    columns = [
        _("Lot"), _("Plot"), _("Day"), _("Product"), _("Active ingredient"), _("Days to harvest"), _("Days needed"),
        _("Limit of the market"),
    ]  # fmt: skip
    return [title, table(columns, rows, (20, 22, 20, 26, 27, 16, 16, 20))]


def _spray_rows(shipment: ShipmentFacts, lot: LotFacts) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = []
    for plot in lot.plots:
        for spray in plot.sprays:
            if spray.done_on > lot.harvested_on:
                continue
            for ingredient in spray.ingredients:
                rule = shipment.rules.of(ingredient) if shipment.rules else None
                extra = rule.extra_interval_days if rule else 0
                needed = "—" if spray.interval_days is None else spray.interval_days + extra
                limit = rule.limit_mg_per_kg if rule else None
                rows.append(
                    (
                        lot.number,
                        plot.name,
                        local_date(spray.done_on),
                        spray.product,
                        ingredient,
                        (lot.harvested_on - spray.done_on).days,
                        needed,
                        "—" if limit is None else f"{amount(limit)} mg/kg",
                    )
                )
    return rows


def certificates(shipment: ShipmentFacts) -> list[Any]:
    """The certificates in force on the day of shipping; nothing when there are none."""
    standing = [certificate for certificate in shipment.certificates if certificate.is_in_force]
    if not standing:
        return []
    names = {plot.id: plot.name for plot in shipment.plots}

    def row(certificate: CertificateFacts) -> Sequence[object]:
        plots = ", ".join(sorted(names[plot_id] for plot_id in certificate.plot_ids if plot_id in names))
        period = f"{local_date(certificate.valid_from)} – {local_date(certificate.valid_until)}"
        confirmed = _("confirmed") if certificate.is_verified else _("not confirmed yet")
        return certificate.standard, certificate.number, certificate.issuer, period, plots, confirmed

    columns = [_("Standard"), _("Certificate number"), _("Issued by"), _("Valid"), _("Plots"), _("Status")]
    return [
        paragraph(_("Certificates"), SECTION),
        table(columns, [row(one) for one in standing], (30, 26, 32, 26, 24, 18)),
    ]


def laboratory(shipment: ShipmentFacts) -> list[Any]:
    """What laboratories found in the lots; nothing when nobody looked."""
    rows: list[Sequence[object]] = []
    for lot in shipment.lots:
        for result in shipment.laboratory.get(lot.id, ()):
            rows += _analyte_rows(lot, result)
    if not rows:
        return []
    columns = [_("Lot"), _("Report"), _("Sample taken on"), _("Substance or germ"), _("Found"), _("Limit"), _("Result")]
    return [paragraph(_("Laboratory results"), SECTION), table(columns, rows, (20, 30, 20, 26, 20, 20, 22))]


def _analyte_rows(lot: LotFacts, result: LaboratoryFacts) -> list[Sequence[object]]:
    verdicts = {
        AnalyteVerdict.WITHIN: _("Within the limit"),
        AnalyteVerdict.ABOVE: _("Above the limit"),
        AnalyteVerdict.UNCLEAR: _("Method not fine enough"),
        AnalyteVerdict.NO_LIMIT: _("No limit given"),
    }
    rows: list[Sequence[object]] = []
    for analyte in result.analytes:
        found = f"{'< ' if analyte.is_below else ''}{amount(analyte.value)} {analyte.unit}"
        if analyte.is_below and not analyte.value:
            found = _("not detected")
        limit = "—" if analyte.limit is None else f"{amount(analyte.limit)} {analyte.unit}"
        report = f"{result.report_number}, {result.laboratory}"
        rows.append(
            (lot.number, report, local_date(result.sampled_on), analyte.name, found, limit, verdicts[analyte.verdict])
        )
    return rows
