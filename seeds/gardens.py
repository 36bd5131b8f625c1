"""What grows on the plots of the demo world, since when, and what they look like from above."""

import math
from datetime import date
from random import Random
from typing import Any, Final

_CROP_OF_CATEGORY: Final = {
    "tea": "tea",
    "honey": "honey_bee",
    "deer_velvet": "deer_velvet",
    "vegetable": "vegetables_winter",
    "grain": "rice_summer_autumn",
}
_CROP_OF_FRUIT: Final = {"buoi": "pomelo_phuc_trach", "cam-bu": "cam_bu_huong_son", "cam": "orange_khe_may"}
_TREES_PER_HECTARE: Final = {"pomelo_phuc_trach": 400, "orange_khe_may": 500, "cam_bu_huong_son": 450, "tea": 18_000}


def crop_of(category: str, slug: str) -> str | None:
    """The crop whose calendar a plot of such a product follows, or None for workshops and kitchens."""
    if category == "fruit":
        return next((crop for beginning, crop in _CROP_OF_FRUIT.items() if slug.startswith(beginning)), None)
    if category == "grain" and slug.startswith("lac"):
        return "peanut_spring"
    return _CROP_OF_CATEGORY.get(category)


def planted(crop: str | None, *, area_m2: int, today: date, random: Random) -> tuple[int | None, int | None]:
    """Year of planting and number of trees; None for what is sown each season or does not grow."""
    per_hectare = _TREES_PER_HECTARE.get(crop or "")
    if per_hectare is None:
        return None, None
    return today.year - random.randint(6, 18), max(1, area_m2 * per_hectare // 10_000)


def drawn_shape(latitude: float, longitude: float, *, area_m2: int, random: Random) -> dict[str, Any]:
    """A field with four uneven sides around a place, of about that area, as a GeoJSON polygon."""
    side, turn = math.sqrt(area_m2), random.uniform(0, math.pi / 2)
    stretch = random.uniform(0.8, 1.25)
    ring = []
    for corner in range(4):
        angle = turn + math.pi / 2 * corner + random.uniform(-0.12, 0.12)
        reach = side / math.sqrt(2)
        east, north = math.cos(angle) * reach * stretch, math.sin(angle) * reach / stretch
        longitude_change = east / (111_320 * math.cos(math.radians(latitude)))
        ring.append([round(longitude + longitude_change, 7), round(latitude + north / 111_320, 7)])
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
