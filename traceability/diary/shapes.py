"""Shapes of plots, without any I/O: GeoJSON polygons (RFC 7946) checked, measured and compared."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from shapely.geometry import Polygon

from core.errors import Invalid
from core.i18n import gettext as _

MAX_POINTS: Final = 500
MAX_TEXT: Final = 60_000
VIETNAM: Final = (102.0, 7.0, 118.0, 23.5)
"""Bounds in degrees: west, south, east, north; with the islands."""
DECIMALS: Final = 7
"""About a centimetre; more is noise of the receiver."""
AREA_TOLERANCE: Final = 0.25
"""By how much of itself the stated area may differ from the drawn one before somebody is asked to look."""
SMALLEST_OVERLAP_M2: Final = 20
"""Neighbours draw a common border a little differently."""

_EARTH_RADIUS_M: Final = 6_371_008.8
_PAIR: Final = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)")

Ring = Sequence[tuple[float, float]]
"""Points as (longitude, latitude) in degrees, the last equal to the first."""


def read_shape(text: str | None) -> dict[str, Any] | None:
    """The polygon in `text`: GeoJSON, or one point a line as "latitude, longitude". None for nothing.

    The ring is closed and turned counter-clockwise (RFC 7946 §3.1.6). Raises Invalid for `shape`.
    """
    if text is None or not text.strip():
        return None
    if len(text) > MAX_TEXT:
        raise Invalid(_("The shape has too many points. At most 500 are kept."), field="shape")
    points = _geojson_points(text) if text.lstrip().startswith("{") else _written_points(text)
    return shape_of(points)


def shape_of(points: Iterable[Sequence[float]]) -> dict[str, Any]:
    """A GeoJSON polygon of (longitude, latitude) `points`, checked. Raises Invalid for `shape`."""
    ring: list[tuple[float, float]] = []
    for point in points:
        rounded = round(point[0], DECIMALS), round(point[1], DECIMALS)
        if not ring or rounded != ring[-1]:
            ring.append(rounded)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if len(ring) < 3:
        raise Invalid(_("A shape needs at least three corners."), field="shape")
    if len(ring) > MAX_POINTS:
        raise Invalid(_("The shape has too many points. At most 500 are kept."), field="shape")
    west, south, east, north = VIETNAM
    if not all(west <= longitude <= east and south <= latitude <= north for longitude, latitude in ring):
        raise Invalid(
            _("The shape lies outside Vietnam. Points are latitude first, then longitude, such as 18.095, 105.780."),
            field="shape",
        )
    polygon = Polygon(ring)
    if not polygon.is_valid or _on_the_ground([*ring, ring[0]], ring[0]).area < 1:
        raise Invalid(_("The edge of the shape crosses itself. Go round the plot in one direction."), field="shape")
    if not polygon.exterior.is_ccw:
        ring[1:] = reversed(ring[1:])
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*ring, ring[0])]]}


def _geojson_points(text: str) -> list[Sequence[float]]:
    refusal = Invalid(_("This is no GeoJSON polygon. Paste a Polygon, or one point a line."), field="shape")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise refusal from None
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        features = data.get("features")
        data = features[0] if isinstance(features, list) and len(features) == 1 else None
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
    if not isinstance(data, dict) or data.get("type") != "Polygon":
        raise refusal
    rings = data.get("coordinates")
    if not isinstance(rings, list) or not rings or not isinstance(rings[0], list):
        raise refusal
    if len(rings) > 1:
        raise Invalid(_("A shape with holes is not kept. Draw its outer edge."), field="shape")
    for point in rings[0]:
        is_point = isinstance(point, list) and len(point) in (2, 3)
        if not is_point or not all(_is_degrees(value) for value in point[:2]):
            raise refusal
    if len(rings[0]) < 4 or rings[0][0][:2] != rings[0][-1][:2]:
        raise Invalid(_("The shape is not closed: its last point has to be its first."), field="shape")
    return rings[0]


def _is_degrees(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -360 <= value <= 360


def _written_points(text: str) -> list[Sequence[float]]:
    points: list[Sequence[float]] = []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        if not line.strip():
            continue
        pair = _PAIR.fullmatch(line.strip())
        if pair is None:
            raise Invalid(
                _("Line %(number)s is no point. Write latitude, longitude, such as 18.095, 105.780.", number=number),
                field="shape",
            )
        points.append((float(pair[2]), float(pair[1])))
    return points


def ring_of(shape: dict[str, Any]) -> Ring:
    """The corners of a kept shape."""
    return [(longitude, latitude) for longitude, latitude in shape["coordinates"][0]]


def area_m2(shape: dict[str, Any]) -> int:
    """The area of a kept shape in square metres; for plots of a few kilometres right to a part in a thousand."""
    ring = ring_of(shape)
    return round(float(_on_the_ground(ring, ring[0]).area))


def differs_from_stated(shape: dict[str, Any], stated_m2: int) -> bool:
    """Whether the drawn area and the stated one are so far apart that one of them is probably wrong."""
    return abs(area_m2(shape) - stated_m2) > AREA_TOLERANCE * stated_m2


def overlap_m2(shape: dict[str, Any], other: dict[str, Any]) -> int:
    """How many square metres two kept shapes have in common."""
    ring, origin = ring_of(shape), ring_of(shape)[0]
    common = _on_the_ground(ring, origin).intersection(_on_the_ground(ring_of(other), origin))
    return round(float(common.area))


def centre_of(shape: dict[str, Any]) -> tuple[float, float]:
    """Latitude and longitude of the middle of a kept shape."""
    middle = Polygon(ring_of(shape)).centroid
    return middle.y, middle.x


def bounds_of(shape: dict[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east and north of a kept shape, in degrees."""
    longitudes, latitudes = zip(*ring_of(shape), strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def metres_from(origin: tuple[float, float], point: tuple[float, float]) -> tuple[float, float]:
    """East and north in metres of `point` from `origin`, both (longitude, latitude); good for a few kilometres."""
    east = math.radians(point[0] - origin[0]) * _EARTH_RADIUS_M * math.cos(math.radians(origin[1]))
    return east, math.radians(point[1] - origin[1]) * _EARTH_RADIUS_M


def _on_the_ground(ring: Ring, origin: tuple[float, float]) -> Polygon:
    return Polygon([metres_from(origin, point) for point in ring])
