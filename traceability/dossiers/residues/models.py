"""Tables of residue rules. They only grow: what a dossier was checked against can be read for ever."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class ResidueRuleSet(Model):
    """One version of the residue rules of all markets, in force from a day until a newer one begins.

    `default_limits` hold, for each market of the set, the limit in mg/kg (as text) of ingredients that no rule names,
    or None where the market has no such limit. A market that is not named there is not covered.
    """

    __tablename__ = "residue_rule_sets"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(default_limits) = 'object'", name="default_limits_form"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_form"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[str] = mapped_column(Nfc(40), unique=True)
    source: Mapped[str] = mapped_column(Nfc(500))
    is_sample: Mapped[bool]
    in_force_from: Mapped[date]
    default_limits: Mapped[dict[str, str | None]] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(Nfc(64))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    rules: Mapped[list["ResidueRule"]] = relationship(
        order_by="[ResidueRule.market, ResidueRule.ingredient]", viewonly=True
    )


class ResidueRule(Model):
    """What a market says of one active ingredient: banned, or a limit in mg/kg and days beyond the label's interval."""

    __tablename__ = "residue_rules"
    __table_args__ = (
        CheckConstraint("market ~ '^[A-Z]{2}$'", name="market_form"),
        CheckConstraint("ingredient = lower(ingredient) AND ingredient <> ''", name="ingredient_form"),
        CheckConstraint("is_banned = (limit_mg_per_kg IS NULL)", name="banned_or_limited"),
        CheckConstraint("limit_mg_per_kg >= 0", name="limit_not_negative"),
        CheckConstraint("extra_interval_days BETWEEN 0 AND 365", name="extra_interval_range"),
    )

    rule_set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residue_rule_sets.id"), primary_key=True)
    market: Mapped[str] = mapped_column(Nfc(2), primary_key=True)
    ingredient: Mapped[str] = mapped_column(Nfc(80), primary_key=True)
    is_banned: Mapped[bool]
    limit_mg_per_kg: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    extra_interval_days: Mapped[int] = mapped_column(default=0)
