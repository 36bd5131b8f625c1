"""Shapes of plots as drawings: points for an SVG, and a scale that people can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from traceability.diary.shapes import metres_from, ring_of

WIDTH: Final = 320
HEIGHT: Final = 240
MARGIN: Final = 24
_SCALES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


@dataclass(frozen=True, slots=True)
class ShapeDrawing:
    """A shape in a drawing of WIDTH by HEIGHT: its corners, and a bar of `scale_metres` that is `scale_width` long."""

    points: str
    scale_metres: int
    scale_width: float
    width: int = WIDTH
    height: int = HEIGHT


def drawing_of(shape: Mapping[str, Any] | None) -> ShapeDrawing | None:
    """The drawing of a kept shape, north up; None where there is none."""
    if shape is None:
        return None
    ring = ring_of(dict(shape))
    corners = [metres_from(ring[0], point) for point in ring[:-1]]
    west, east = min(x for x, _y in corners), max(x for x, _y in corners)
    south, north = min(y for _x, y in corners), max(y for _x, y in corners)
    room_across, room_down = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - 16
    factor = min(room_across / max(east - west, 0.1), room_down / max(north - south, 0.1))
    left = (WIDTH - (east - west) * factor) / 2
    top = (HEIGHT - 16 - (north - south) * factor) / 2
    points = " ".join(f"{left + (x - west) * factor:.1f},{top + (north - y) * factor:.1f}" for x, y in corners)
    metres = max((scale for scale in _SCALES if scale * factor <= WIDTH / 3), default=_SCALES[0])
    return ShapeDrawing(points, metres, round(metres * factor, 1))
