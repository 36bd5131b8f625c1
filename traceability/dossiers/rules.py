"""The check of a shipment: every gap in its papers, named. Pure; what words they get is `wording`'s matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from traceability.dossiers.facts import LineFacts, LotFacts, PlotFacts, ShipmentFacts, SprayFacts
from traceability.dossiers.residues.rules import ingredient_key


class GapKind(StrEnum):
    """What can be missing or wrong."""

    NO_LINES = "no_lines"
    NO_RULES = "no_rules"
    NO_PACKING_HOUSE = "no_packing_house"
    NO_PACKING_HOUSE_CODE = "no_packing_house_code"
    NO_PLOT = "no_plot"
    NO_AREA_CODE = "no_area_code"
    SHIPPED_BEFORE_HARVEST = "shipped_before_harvest"
    NO_EVENTS = "no_events"
    RECALLED = "recalled"
    OTHER_CONTENTS = "other_contents"
    UNKNOWN_UNIT = "unknown_unit"
    DIARY_UNKNOWN = "diary_unknown"
    DIARY_EMPTY = "diary_empty"
    BANNED_INGREDIENT = "banned_ingredient"
    BANNED_INGREDIENT_FOUND = "banned_ingredient_found"
    INTERVAL_UNKNOWN = "interval_unknown"
    INTERVAL_NOT_KEPT = "interval_not_kept"
    ABOVE_MARKET_LIMIT = "above_market_limit"
    LABORATORY_FAILED = "laboratory_failed"
    NOT_TESTED = "not_tested"
    NO_LABORATORY_RESULT = "no_laboratory_result"
    NO_CERTIFICATE = "no_certificate"
    CERTIFICATE_NOT_CONFIRMED = "certificate_not_confirmed"
    SAMPLE_RULES = "sample_rules"


WARNINGS: Final = frozenset(
    {
        GapKind.UNKNOWN_UNIT,
        GapKind.NOT_TESTED,
        GapKind.NO_LABORATORY_RESULT,
        GapKind.NO_CERTIFICATE,
        GapKind.CERTIFICATE_NOT_CONFIRMED,
        GapKind.SAMPLE_RULES,
    }
)
"""What the buyer should know, and what does not keep a dossier from being issued. Everything else does."""


@dataclass(frozen=True)
class Gap:
    """One gap: its kind and what its words name (lot, plot, ingredient, days …) as text."""

    kind: GapKind
    params: tuple[tuple[str, str], ...] = ()

    @property
    def is_blocking(self) -> bool:
        """Whether the dossier may not be issued while it stands."""
        return self.kind not in WARNINGS


def _gap(kind: GapKind, **params: object) -> Gap:
    return Gap(kind, tuple((name, str(value)) for name, value in params.items()))


def gaps_of(shipment: ShipmentFacts) -> list[Gap]:
    """Every gap, the blocking ones first, each once."""
    found = dict.fromkeys(_all_gaps(shipment))
    return sorted(found, key=lambda gap: not gap.is_blocking)


def _all_gaps(shipment: ShipmentFacts) -> Iterator[Gap]:
    if not shipment.lines:
        yield _gap(GapKind.NO_LINES)
    if shipment.rules is None:
        yield _gap(GapKind.NO_RULES, market=shipment.market)
    elif shipment.rules.is_sample:
        yield _gap(GapKind.SAMPLE_RULES, version=shipment.rules.version)
    yield from _packing_house_gaps(shipment)
    for line in shipment.lines:
        yield from _line_gaps(shipment, line)
    for lot in shipment.lots:
        yield from _lot_gaps(shipment, lot)
        yield from _laboratory_gaps(shipment, lot)
    for plot in shipment.plots:
        yield from _plot_gaps(shipment, plot)


def _packing_house_gaps(shipment: ShipmentFacts) -> Iterator[Gap]:
    house = shipment.packing_house
    if house is None:
        yield _gap(GapKind.NO_PACKING_HOUSE)
    elif not house.codes:
        yield _gap(
            GapKind.NO_PACKING_HOUSE_CODE,
            house=house.name,
            market=shipment.market,
            day=f"{shipment.shipped_on:%d/%m/%Y}",
        )


def _line_gaps(shipment: ShipmentFacts, line: LineFacts) -> Iterator[Gap]:
    if line.sscc is None:
        return
    lot = shipment.lot(line.lot_id)
    if line.packed is None:
        yield _gap(GapKind.UNKNOWN_UNIT, sscc=line.sscc)
    elif lot.identifier not in line.packed:
        yield _gap(GapKind.OTHER_CONTENTS, sscc=line.sscc, lot=lot.number)


def _lot_gaps(shipment: ShipmentFacts, lot: LotFacts) -> Iterator[Gap]:
    if lot.is_recalled:
        yield _gap(GapKind.RECALLED, lot=lot.number)
    if not lot.plots:
        yield _gap(GapKind.NO_PLOT, lot=lot.number)
    if not lot.event_count:
        yield _gap(GapKind.NO_EVENTS, lot=lot.number)
    if shipment.shipped_on < lot.harvested_on:
        yield _gap(GapKind.SHIPPED_BEFORE_HARVEST, lot=lot.number, day=f"{lot.harvested_on:%d/%m/%Y}")
    for plot in lot.plots:
        for spray in plot.sprays:
            if spray.done_on <= lot.harvested_on:
                yield from _spray_gaps(shipment, lot, plot, spray)


def _spray_gaps(shipment: ShipmentFacts, lot: LotFacts, plot: PlotFacts, spray: SprayFacts) -> Iterator[Gap]:
    """What the market's rules say of a spray before the harvest of the lot."""
    rules = shipment.rules
    if rules is None:
        return
    named = {"plot": plot.name, "product": spray.product, "day": f"{spray.done_on:%d/%m/%Y}"}
    tested = {
        ingredient_key(analyte.name) for result in shipment.laboratory.get(lot.id, ()) for analyte in result.analytes
    }
    for ingredient in spray.ingredients:
        rule = rules.of(ingredient)
        if rule.is_banned:
            yield _gap(GapKind.BANNED_INGREDIENT, ingredient=ingredient, market=shipment.market, **named)
            continue
        if spray.interval_days is None:
            yield _gap(GapKind.INTERVAL_UNKNOWN, ingredient=ingredient, **named)
        else:
            needed = spray.interval_days + rule.extra_interval_days
            if lot.harvested_on < spray.done_on + timedelta(days=needed):
                kept = (lot.harvested_on - spray.done_on).days
                yield _gap(GapKind.INTERVAL_NOT_KEPT, lot=lot.number, needed=needed, kept=kept, **named)
        if ingredient_key(ingredient) not in tested:
            yield _gap(GapKind.NOT_TESTED, ingredient=ingredient, lot=lot.number)


def _laboratory_gaps(shipment: ShipmentFacts, lot: LotFacts) -> Iterator[Gap]:
    results = shipment.laboratory.get(lot.id, ())
    if not results:
        yield _gap(GapKind.NO_LABORATORY_RESULT, lot=lot.number)
    for result in results:
        if not result.is_within_limits:
            yield _gap(GapKind.LABORATORY_FAILED, lot=lot.number, report=result.report_number)
        for analyte in result.analytes:
            rule = shipment.rules.of(analyte.name) if shipment.rules is not None else None
            # A market's limits are in mg/kg; germs and the like are judged by the report alone.
            if rule is None or analyte.unit != "mg/kg" or analyte.is_below:
                continue
            limit = rule.limit_mg_per_kg
            found = {"lot": lot.number, "ingredient": analyte.name, "value": _plain(analyte.value)}
            if rule.is_banned and analyte.value > 0:
                yield _gap(GapKind.BANNED_INGREDIENT_FOUND, market=shipment.market, **found)
            elif limit is not None and analyte.value > limit:
                yield _gap(GapKind.ABOVE_MARKET_LIMIT, limit=_plain(limit), market=shipment.market, **found)


def _plot_gaps(shipment: ShipmentFacts, plot: PlotFacts) -> Iterator[Gap]:
    if not any(code.stands(shipment.market, shipment.shipped_on) for code in plot.codes):
        yield _gap(GapKind.NO_AREA_CODE, plot=plot.name, market=shipment.market, day=f"{shipment.shipped_on:%d/%m/%Y}")
    if plot.diary_entries is None:
        yield _gap(GapKind.DIARY_UNKNOWN, plot=plot.name)
    elif not plot.diary_entries:
        yield _gap(GapKind.DIARY_EMPTY, plot=plot.name)
    covering = [
        certificate
        for certificate in shipment.certificates
        if certificate.is_in_force and plot.id in certificate.plot_ids
    ]
    if not covering:
        yield _gap(GapKind.NO_CERTIFICATE, plot=plot.name)
    elif not any(certificate.is_verified for certificate in covering):
        yield _gap(GapKind.CERTIFICATE_NOT_CONFIRMED, plot=plot.name, number=covering[0].number)


def _plain(number: Decimal) -> str:
    """A number without the zeros that its column adds: 0.010000 is 0.01."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
