"""Plant protection in the demo world: the list that sprays are judged by, and how much is sprayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.accounts import Actor, RoleName
from traceability import plant_protection
from traceability.plant_protection.models import IngredientStatus, PlantProtectionIngredient
from traceability.plant_protection.queries import ingredients_of
from traceability.plant_protection.usecases import import_list

_SITE: Final = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
CONTENT: Final = 50
"""Grams of active ingredient in a litre of every invented product."""


@dataclass(frozen=True)
class KnownIngredients:
    """The list of plant protection that all of it is judged by: what may be used, by code."""

    list_id: str
    by_code: Mapping[str, PlantProtectionIngredient]


def load_plant_protection() -> KnownIngredients:
    """The sample list, taken in unless the site has it already."""
    content = Path(plant_protection.__file__).with_name("sample_list.json").read_bytes()
    list_id = import_list(actor=_SITE, content=content).version.id
    allowed = {entry.code: entry for entry in ingredients_of(list_id) if entry.status == IngredientStatus.ALLOWED}
    return KnownIngredients(list_id.hex, allowed)


def spray_millilitres(listed: PlantProtectionIngredient, area_m2: int) -> int:
    """The usual dose on so much land, of the invented product."""
    hectares = area_m2 / 10_000
    if listed.dose_min is None or listed.dose_max is None:
        return max(1, round(1_000 * hectares))
    usual = (listed.dose_min + listed.dose_max) / 2
    per_hectare = usual / CONTENT * 1000 if listed.dose_unit == "g_ai/ha" else usual * 1000
    return max(1, round(per_hectare * hectares))
