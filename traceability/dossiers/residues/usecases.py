"""Loading residue rules."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, insert, select

from core.db import db
from core.errors import Conflict
from traceability.dossiers.residues.models import ResidueRule, ResidueRuleSet
from traceability.dossiers.residues.rules import RuleSetData, ingredient_key, read_rule_set

REFERENCE = Path(__file__).with_name("residue_rules.json")
_LOCK = 0x4E51
"""Key of the advisory lock that keeps two imports apart."""


class Imported(NamedTuple):
    """The rules, and whether they are new."""

    rule_set: ResidueRuleSet
    is_new: bool


def import_residue_rules(data: RuleSetData) -> Imported:
    """Add a version of the rules; the same content twice changes nothing.

    Raises Conflict when the version is there with other content.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    known = db.session.scalar(select(ResidueRuleSet).where(ResidueRuleSet.version == data.version))
    if known is not None:
        if known.digest != data.digest:
            raise Conflict(f"version {data.version} is there already with other content: give it a new version")
        return Imported(known, False)
    rule_set = ResidueRuleSet(
        version=data.version,
        source=data.source,
        is_sample=data.is_sample,
        in_force_from=data.in_force_from,
        default_limits={
            market: None if limit is None else str(limit) for market, limit in sorted(data.default_limits.items())
        },
        digest=data.digest,
    )
    db.session.add(rule_set)
    db.session.flush()
    if data.rules:
        db.session.execute(
            insert(ResidueRule),
            [
                {
                    "rule_set_id": rule_set.id,
                    "market": rule.market,
                    "ingredient": ingredient_key(rule.ingredient),
                    "is_banned": rule.is_banned,
                    "limit_mg_per_kg": rule.limit_mg_per_kg,
                    "extra_interval_days": rule.extra_interval_days,
                }
                for rule in data.rules
            ],
        )
    return Imported(rule_set, True)


def import_reference_residue_rules() -> Imported:
    """Add the rules that come with the site, which are a sample."""
    return import_residue_rules(read_rule_set(REFERENCE.read_text()))
