"""Reading a file of residue rules, and finding the rule for an ingredient."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import Invalid
from core.i18n import normalize
from traceability.attestations.checklists.rules import MOST_FAULTS, place_of

Market = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Limit = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=10, decimal_places=4)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class RuleData(_Strict):
    """A rule as a file has it."""

    market: Market
    ingredient: Annotated[str, Field(min_length=1, max_length=80)]
    is_banned: bool = False
    limit_mg_per_kg: Limit | None = None
    extra_interval_days: Annotated[int, Field(ge=0, le=365)] = 0

    @model_validator(mode="after")
    def _banned_or_limited(self) -> "RuleData":
        if self.is_banned == (self.limit_mg_per_kg is not None):
            raise ValueError("give a limit, or say that it is banned")
        return self


class RuleSetData(_Strict):
    """A version of the rules as a file has it."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    source: Annotated[str, Field(min_length=1, max_length=500)]
    is_sample: bool = False
    in_force_from: date
    default_limits: Annotated[dict[Market, Limit | None], Field(min_length=1)]
    rules: Annotated[list[RuleData], Field(max_length=20_000)]

    @model_validator(mode="after")
    def _hangs_together(self) -> "RuleSetData":
        keys = [(rule.market, ingredient_key(rule.ingredient)) for rule in self.rules]
        twice = sorted(f"{market} {ingredient}" for (market, ingredient), count in Counter(keys).items() if count > 1)
        if twice:
            raise ValueError(f"rules stand twice: {', '.join(twice[:5])}")
        strangers = sorted({market for market, _ingredient in keys} - self.default_limits.keys())
        if strangers:
            raise ValueError(f"default_limits do not name these markets: {', '.join(strangers)}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the content, whatever the order and spacing of the file."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def read_rule_set(text: str) -> RuleSetData:
    """The rules in `text` (JSON). Raises Invalid with one line for each fault, at most twenty."""
    try:
        content: Any = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise Invalid(f"line {error.lineno}: this is no JSON ({error.msg})") from None
    try:
        return RuleSetData.model_validate(content)
    except ValidationError as error:
        lines = [f"{place_of(fault['loc'])}: {fault['msg'].removeprefix('Value error, ')}" for fault in error.errors()]
        raise Invalid("\n".join(lines[:MOST_FAULTS])) from None


def ingredient_key(name: str) -> str:
    """The name by which an ingredient is looked up: "Chlorpyrifos  Ethyl" and "chlorpyrifos ethyl" are the same."""
    return normalize(name).lower()


@dataclass(frozen=True)
class MarketRule:
    """What a market says of an ingredient. Without a rule of its own (`is_default`) the market's default applies."""

    ingredient: str
    is_banned: bool
    limit_mg_per_kg: Decimal | None
    extra_interval_days: int
    is_default: bool


@dataclass(frozen=True)
class MarketRules:
    """The rules of one market by `ingredient_key`, from one version."""

    version: str
    is_sample: bool
    default_limit: Decimal | None
    by_ingredient: Mapping[str, MarketRule]

    def of(self, ingredient: str) -> MarketRule:
        """The rule for an ingredient, or the market's default."""
        key = ingredient_key(ingredient)
        default = MarketRule(key, False, self.default_limit, 0, True)
        return self.by_ingredient.get(key, default)
