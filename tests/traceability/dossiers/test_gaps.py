"""Every gap is found and named; nothing is found where nothing is missing."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import use_locale
from traceability.attestations.certificates.models import CertificateStatus
from traceability.attestations.laboratory.models import AnalyteVerdict
from traceability.attestations.laboratory.queries import AnalyteFacts
from traceability.attestations.packing_houses.models import CodeStatus
from traceability.attestations.queries import CertificateFacts, LaboratoryFacts, PackingHouseCodeFacts
from traceability.dossiers.facts import (
    AreaCode,
    LineFacts,
    LotFacts,
    PackingHouseFacts,
    PlotFacts,
    ShipmentFacts,
    SprayFacts,
)
from traceability.dossiers.residues.rules import MarketRule, MarketRules
from traceability.dossiers.rules import WARNINGS, GapKind, gaps_of
from traceability.dossiers.wording import _WORDS, gap_words

DAY = date(2026, 11, 28)
HARVEST = date(2026, 11, 20)
PLOT, LOT = uuid.uuid4(), uuid.uuid4()
RULES = MarketRules(
    "v1",
    is_sample=False,
    default_limit=Decimal("0.01"),
    by_ingredient={
        "abamectin": MarketRule("abamectin", False, Decimal("0.02"), 7, False),
        "carbendazim": MarketRule("carbendazim", True, None, 0, False),
    },
)


def analyte(name: str = "Abamectin", value: str = "0.005", **values: Any) -> AnalyteFacts:
    given = {"is_below": False, "unit": "mg/kg", "limit": Decimal("0.01"), "verdict": AnalyteVerdict.WITHIN}
    return AnalyteFacts(name=name, value=Decimal(value), **(given | values))


def result(*analytes: AnalyteFacts) -> LaboratoryFacts:
    return LaboratoryFacts(uuid.uuid4(), LOT, "Lab", "KN-1", HARVEST, HARVEST, analytes or (analyte(),))


def certificate(**values: Any) -> CertificateFacts:
    given = {
        "id": uuid.uuid4(), "producer_id": uuid.uuid4(), "standard": "VietGAP", "number": "VG-1", "issuer": "X",
        "valid_from": DAY, "valid_until": DAY, "status": CertificateStatus.VALID, "is_in_force": True,
        "is_verified": True, "plot_ids": frozenset({PLOT}), "product_ids": frozenset(),
    }  # fmt: skip
    return CertificateFacts(**(given | values))


def plot(*sprays: SprayFacts, **values: Any) -> PlotFacts:
    given = {"codes": (AreaCode("VN-1", "X", "CN"),), "diary_entries": 12}
    return PlotFacts(PLOT, "Vườn đồi", "9521500000001", "Xã Phúc Trạch", sprays=sprays, **(given | values))


def lot(*plots: PlotFacts, **values: Any) -> LotFacts:
    given = {"number": "L1", "product": "Pomelo", "gtin": "1", "identifier": "urn:l1", "harvested_on": HARVEST}
    return LotFacts(LOT, plots=plots, event_count=values.pop("event_count", 3), **(given | values))


def shipment(**values: Any) -> ShipmentFacts:
    house = PackingHouseCodeFacts(LOT, "H", "1", "VN-9", "X", "CN", CodeStatus.ACTIVE, DAY, None)
    given = {
        "number": "D-1", "buyer": "B", "market": "CN", "shipped_on": DAY, "producer": "P", "producer_gln": "1",
        "producer_address": "A", "lines": (LineFacts(None, LOT, 1000),), "lots": (lot(plot()),),
        "packing_house": PackingHouseFacts("Nhà số 1", "1", "X", (house,)), "rules": RULES,
        "certificates": (certificate(),), "laboratory": {LOT: [result()]},
    }  # fmt: skip
    return ShipmentFacts(**(given | values))


def spray(*ingredients: str, days_before: int = 30, interval: int | None = 14) -> SprayFacts:
    return SprayFacts(HARVEST - timedelta(days=days_before), "Thuốc A", ingredients or ("abamectin",), interval)


def kinds(facts: ShipmentFacts) -> set[str]:
    return {str(gap.kind) for gap in gaps_of(facts)}


def test_nothing_is_found_where_nothing_is_missing() -> None:
    assert gaps_of(shipment()) == []
    assert gaps_of(shipment(lots=(lot(plot(spray())),))) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"lines": (), "lots": ()}, {"no_lines"}),
        ({"rules": None}, {"no_rules"}),
        ({"rules": replace(RULES, is_sample=True)}, {"sample_rules"}),
        ({"packing_house": None}, {"no_packing_house"}),
        ({"packing_house": PackingHouseFacts("H", "1", "X", ())}, {"no_packing_house_code"}),
        ({"lots": (lot(),)}, {"no_plot"}),
        ({"lots": (lot(plot(), is_recalled=True),)}, {"recalled"}),
        ({"lots": (lot(plot(codes=())),)}, {"no_area_code"}),
        ({"lots": (lot(plot(codes=(AreaCode("VN-1", "X", "JP"),))),)}, {"no_area_code"}),
        ({"lots": (lot(plot(codes=(AreaCode("VN-1", "X", None),))),)}, {"no_area_code"}),
        ({"lots": (lot(plot(codes=(AreaCode("VN-1", "X", "CN", is_active=False),))),)}, {"no_area_code"}),
        ({"lots": (lot(plot(codes=(AreaCode("V", "X", "CN", valid_until=DAY - timedelta(1)),))),)}, {"no_area_code"}),
        ({"lots": (lot(plot(codes=(AreaCode("V", "X", "CN", valid_from=DAY + timedelta(1)),))),)}, {"no_area_code"}),
        ({"lots": (lot(plot(codes=(AreaCode("V", "X", "CN", True, DAY, DAY),))),)}, set()),
        ({"shipped_on": HARVEST - timedelta(days=1)}, {"shipped_before_harvest"}),
        ({"lots": (lot(plot(), event_count=0),)}, {"no_events"}),
        ({"lots": (lot(plot(diary_entries=0)),)}, {"diary_empty"}),
        ({"lots": (lot(plot(diary_entries=None)),)}, {"diary_unknown"}),
        ({"lines": (LineFacts("1" * 18, LOT, 5, None),)}, {"unknown_unit"}),
        ({"lines": (LineFacts("1" * 18, LOT, 5, frozenset({"urn:other"})),)}, {"other_contents"}),
        ({"lines": (LineFacts("1" * 18, LOT, 5, frozenset({"urn:l1"})),)}, set()),
        ({"lots": (lot(plot(spray("Carbendazim"))),)}, {"banned_ingredient"}),
        ({"lots": (lot(plot(spray(interval=None))),)}, {"interval_unknown"}),
        ({"lots": (lot(plot(spray(days_before=20))),)}, {"interval_not_kept"}),
        ({"lots": (lot(plot(spray(days_before=21))),)}, set()),
        ({"lots": (lot(plot(spray(days_before=-1))),)}, set()),
        ({"lots": (lot(plot(spray("difenoconazole"))),)}, {"not_tested"}),
        ({"laboratory": {}}, {"no_laboratory_result"}),
        ({"laboratory": {LOT: [result(analyte(value="0.03", limit=Decimal("0.05")))]}}, {"above_market_limit"}),
        ({"laboratory": {LOT: [result(analyte("Other", "0.03", limit=Decimal("0.05")))]}}, {"above_market_limit"}),
        ({"laboratory": {LOT: [result(analyte("Carbendazim", "0.001"))]}}, {"banned_ingredient_found"}),
        ({"laboratory": {LOT: [result(analyte("Carbendazim", "0.01", is_below=True))]}}, set()),
        ({"laboratory": {LOT: [result(analyte("E. coli", "10", unit="CFU/g", limit=Decimal(100)))]}}, set()),
        (
            {"laboratory": {LOT: [result(analyte(value="0.015", verdict=AnalyteVerdict.ABOVE))]}},
            {"laboratory_failed"},
        ),
        ({"certificates": ()}, {"no_certificate"}),
        ({"certificates": (certificate(is_in_force=False),)}, {"no_certificate"}),
        ({"certificates": (certificate(plot_ids=frozenset()),)}, {"no_certificate"}),
        ({"certificates": (certificate(is_verified=False),)}, {"certificate_not_confirmed"}),
        ({"certificates": (certificate(is_verified=False), certificate())}, set()),
    ],
)
def test_each_gap_is_found(values: dict[str, Any], found: set[str]) -> None:
    # A missing laboratory result or spray test has a row of its own; here they are not what is looked for.
    beside = {"not_tested"} if "not_tested" not in found else set()
    assert kinds(shipment(**values)) - beside == found


def test_blocking_gaps_come_first_and_each_stands_once() -> None:
    bare = shipment(
        rules=replace(RULES, is_sample=True),
        certificates=(),
        lots=(lot(plot(spray("carbendazim"), spray("carbendazim"))),),
    )
    gaps = gaps_of(bare)
    assert [gap.is_blocking for gap in gaps] == sorted((gap.is_blocking for gap in gaps), reverse=True)
    assert len(gaps) == len(set(gaps))
    assert {gap.kind for gap in gaps} == {GapKind.BANNED_INGREDIENT, GapKind.SAMPLE_RULES, GapKind.NO_CERTIFICATE}


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 30))
def test_an_interval_is_kept_from_its_last_day_on(days_before: int, interval: int, extra: int) -> None:
    rules = replace(RULES, by_ingredient={"a": MarketRule("a", False, Decimal(1), extra, False)})
    facts = shipment(rules=rules, lots=(lot(plot(spray("A", days_before=days_before, interval=interval))),))
    assert ("interval_not_kept" in kinds(facts)) is (days_before < interval + extra)


@given(st.decimals(0, 10, places=4), st.decimals(0, 10, places=4))
def test_a_value_above_the_markets_limit_is_never_overlooked(value: Decimal, limit: Decimal) -> None:
    rules = replace(RULES, by_ingredient={"a": MarketRule("a", False, limit, 0, False)})
    facts = shipment(rules=rules, laboratory={LOT: [result(analyte("A", str(value), limit=Decimal(100)))]})
    assert ("above_market_limit" in kinds(facts)) is (value > limit)


def test_every_gap_has_words_and_every_warning_is_a_gap(app: Flask) -> None:
    assert set(_WORDS) == set(GapKind)
    assert set(GapKind) > WARNINGS


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_words_name_what_it_is_about(app: Flask, locale: str) -> None:
    facts = shipment(
        lots=(lot(plot(spray("Carbendazim"), spray(days_before=3), spray(interval=None), codes=(), diary_entries=0)),),
        packing_house=PackingHouseFacts("Nhà số 1", "1", "X", ()),
        laboratory={LOT: [result(analyte(value="0.030000", verdict=AnalyteVerdict.ABOVE))]},
        lines=(LineFacts("1" * 18, LOT, 5, frozenset()),),
        certificates=(certificate(is_verified=False),),
    )
    with app.test_request_context(), use_locale(locale):
        words = " ".join(gap_words(gap) for gap in gaps_of(facts))
    assert "%(" not in words
    for named in ("Vườn đồi", "Carbendazim", "Nhà số 1", "L1", "KN-1", "0.03 mg/kg", "28/11/2026", "VG-1", "1" * 18):
        assert named in words, named
    assert ("Trung Quốc" if locale == "vi" else "China") in words
