"""Reads of residue rules."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from core.db import db
from traceability.dossiers.residues.models import ResidueRule, ResidueRuleSet
from traceability.dossiers.residues.rules import MarketRule, MarketRules


def find_market_rules(market: str, *, on: date) -> MarketRules | None:
    """The rules of a market by the newest version in force on that day, or None where it does not cover the market."""
    rule_set = db.session.scalar(
        select(ResidueRuleSet)
        .where(ResidueRuleSet.in_force_from <= on)
        .order_by(ResidueRuleSet.in_force_from.desc(), ResidueRuleSet.id.desc())
        .limit(1)
    )
    if rule_set is None or market not in rule_set.default_limits:
        return None
    rows = db.session.scalars(
        select(ResidueRule)
        .where(ResidueRule.rule_set_id == rule_set.id, ResidueRule.market == market)
        .order_by(ResidueRule.ingredient)
        .limit(20_000)
    )
    default = rule_set.default_limits[market]
    return MarketRules(
        version=rule_set.version,
        is_sample=rule_set.is_sample,
        default_limit=None if default is None else Decimal(default),
        by_ingredient={
            row.ingredient: MarketRule(
                row.ingredient, row.is_banned, row.limit_mg_per_kg, row.extra_interval_days, False
            )
            for row in rows
        },
    )
