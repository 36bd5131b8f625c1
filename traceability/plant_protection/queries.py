"""Reads of the lists of plant protection."""

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from core.db import db
from core.errors import Unavailable
from core.i18n import lazy_gettext as _l
from traceability.plant_protection.models import PlantProtectionIngredient, PlantProtectionList
from traceability.plant_protection.rules import applicable

LIMIT = 1000


def list_versions(*, limit: int = 200) -> list[PlantProtectionList]:
    """The versions in the order in which they were imported; at most `limit`, the newest of them."""
    statement = (
        select(PlantProtectionList)
        .order_by(PlantProtectionList.imported_at.desc(), PlantProtectionList.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))[::-1]


def find_list_on(day: date) -> PlantProtectionList | None:
    """The version that applies on `day`, as `rules.applicable` decides; None when none was ever imported."""
    found: PlantProtectionList | None = applicable(
        ((version.in_force_from, version) for version in list_versions()), day
    )
    return found


def get_list_on(day: date) -> PlantProtectionList:
    """The version that applies on `day`. Raises Unavailable when the site has none yet."""
    found = find_list_on(day)
    if found is None:
        raise Unavailable(_l("The list of permitted plant-protection ingredients has not been loaded yet."))
    return found


def ingredients_by_code(list_id: uuid.UUID, codes: Collection[str]) -> dict[str, PlantProtectionIngredient]:
    """What the version says about the ingredients with these codes, by code; unknown ones are missing."""
    statement = (
        select(PlantProtectionIngredient)
        .where(PlantProtectionIngredient.list_id == list_id, PlantProtectionIngredient.code.in_(codes))
        .order_by(PlantProtectionIngredient.code)
        .limit(LIMIT)
    )
    return {ingredient.code: ingredient for ingredient in db.session.scalars(statement)}


def ingredients_of(list_id: uuid.UUID) -> list[PlantProtectionIngredient]:
    """All ingredients of the version, by name."""
    statement = (
        select(PlantProtectionIngredient)
        .where(PlantProtectionIngredient.list_id == list_id)
        .order_by(PlantProtectionIngredient.name, PlantProtectionIngredient.id)
        .limit(LIMIT)
    )
    return list(db.session.scalars(statement))
