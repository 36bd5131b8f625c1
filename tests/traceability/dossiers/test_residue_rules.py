"""Residue rules: versioned, append-only, found by market, day and however the ingredient is written."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.errors import Conflict, Invalid
from tests.traceability.dossiers.shipment import rules_text
from tests.traceability.farm import days_ago
from traceability.dossiers.residues.build_residue_rules import build
from traceability.dossiers.residues.queries import find_market_rules
from traceability.dossiers.residues.rules import read_rule_set
from traceability.dossiers.residues.usecases import (
    REFERENCE,
    import_reference_residue_rules,
    import_residue_rules,
)


def test_the_reference_says_that_it_is_a_sample() -> None:
    data = read_rule_set(REFERENCE.read_text())
    assert data.is_sample and "Sample" in data.source and len(data.rules) > 500


def test_it_can_be_rebuilt() -> None:
    listed = {"a": 1, "ingredients": [{"active_ingredient": "x", "status_vn": "allowed", "type": "insecticide"}]}
    assert len(read_rule_set(json.dumps(build(listed))).rules) == 14


def test_a_rule_is_found_however_the_name_is_written(session: scoped_session[Session]) -> None:
    import_residue_rules(read_rule_set(rules_text()))
    china = find_market_rules("CN", on=days_ago(0))
    assert china is not None and not china.is_sample
    assert china.of("  ABAMECTIN ").limit_mg_per_kg == Decimal("0.02")
    assert china.of("Carbendazim").is_banned
    assert china.of("unknown").is_default and china.of("unknown").limit_mg_per_kg is None
    europe = find_market_rules("EU", on=days_ago(0))
    assert europe is not None
    assert (europe.of("abamectin").extra_interval_days, europe.of("unknown").limit_mg_per_kg) == (7, Decimal("0.01"))
    assert find_market_rules("JP", on=days_ago(0)) is None


def test_the_newest_in_force_on_the_day_counts(session: scoped_session[Session]) -> None:
    import_residue_rules(read_rule_set(rules_text()))
    rule = {"market": "CN", "ingredient": "abamectin", "limit_mg_per_kg": 0.5}
    newer = rules_text(version="t-2", in_force_from=days_ago(5).isoformat(), rules=[rule])
    import_residue_rules(read_rule_set(newer))
    before, after = find_market_rules("CN", on=days_ago(6)), find_market_rules("CN", on=days_ago(5))
    assert before is not None and after is not None
    assert (before.version, after.version) == ("t-1", "t-2")
    assert after.of("abamectin").limit_mg_per_kg == Decimal("0.5")


def test_importing_twice_changes_nothing_and_a_version_never_changes(session: scoped_session[Session]) -> None:
    assert import_residue_rules(read_rule_set(rules_text())).is_new
    assert not import_residue_rules(read_rule_set(json.dumps(json.loads(rules_text()), indent=2))).is_new
    with pytest.raises(Conflict):
        import_residue_rules(read_rule_set(rules_text(rules=[])))
    for table in ("residue_rule_sets", "residue_rules"):
        for statement in ("DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
                session.execute(text(statement.format(table)))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("{", "line 1"),
        (rules_text(default_limits={}), "default_limits"),
        (rules_text(default_limits={"CN": None}), "EU"),
        (rules_text(rules=[{"market": "CN", "ingredient": "a"}]), "rules 1"),
        (rules_text(rules=[{"market": "CN", "ingredient": "a", "is_banned": True, "limit_mg_per_kg": 1}]), "rules 1"),
        (rules_text(rules=[{"market": "CN", "ingredient": "a", "limit_mg_per_kg": -1}]), "limit_mg_per_kg"),
        (rules_text(rules=[{"market": "CN", "ingredient": name, "is_banned": True} for name in ("a", " A ")]), "twice"),
    ],
)
def test_each_fault_is_named(content: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rule_set(content)
    assert place in str(refused.value)


def test_the_command_imports_and_reports(app: Flask, session: scoped_session[Session], tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    runner = app.test_cli_runner()
    file.write_text(rules_text(version=""))
    assert runner.invoke(args=["dossiers", "import-residue-rules", str(file)]).exit_code == 1
    file.write_text(rules_text())
    assert "nothing wrong" in runner.invoke(args=["dossiers", "import-residue-rules", "--dry-run", str(file)]).output
    assert find_market_rules("CN", on=days_ago(0)) is None
    assert "3 rules added" in runner.invoke(args=["dossiers", "import-residue-rules", str(file)]).output
    assert "3 rules unchanged" in runner.invoke(args=["dossiers", "import-residue-rules", str(file)]).output
    assert import_reference_residue_rules().is_new
