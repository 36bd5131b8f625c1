"""Shapes of plots: read as people write them, closed, within Vietnam, measured and compared."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from traceability.diary.drawing import HEIGHT, WIDTH, drawing_of
from traceability.diary.shapes import (
    area_m2,
    bounds_of,
    centre_of,
    differs_from_stated,
    overlap_m2,
    read_shape,
    shape_of,
)

HECTARE = "18.0950, 105.7800\n18.0950, 105.78095\n18.0959, 105.78095\n18.0959, 105.7800"
"""About a hundred metres by a hundred."""


def geojson(*points: tuple[float, float], **more: object) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [list(map(list, points))], **more})


def test_corners_as_people_write_them_become_a_closed_polygon() -> None:
    shape = read_shape(HECTARE)
    assert shape is not None and shape["type"] == "Polygon"
    ring = shape["coordinates"][0]
    assert ring[0] == ring[-1] and len(ring) == 5 and ring[0] == [105.78, 18.095]
    assert 9_800 < area_m2(shape) < 10_200


@pytest.mark.parametrize("separator", [",", ";", " ", ", "])
def test_separators_are_as_people_type_them(separator: str) -> None:
    assert read_shape(HECTARE.replace(", ", separator)) == read_shape(HECTARE)


def test_nothing_is_no_shape() -> None:
    assert read_shape(None) is None and read_shape("  \n") is None


def test_geojson_is_read_also_in_a_feature_and_turned_round() -> None:
    clockwise = ((105.78, 18.095), (105.78, 18.096), (105.781, 18.096), (105.781, 18.095), (105.78, 18.095))
    bare = read_shape(geojson(*clockwise))
    assert bare == read_shape(geojson(*reversed(clockwise)))
    feature = {"type": "Feature", "geometry": json.loads(geojson(*clockwise)), "properties": {}}
    assert read_shape(json.dumps(feature)) == bare
    assert read_shape(json.dumps({"type": "FeatureCollection", "features": [feature]})) == bare


@pytest.mark.parametrize(
    "text",
    [
        "đây",
        "18.1, 105.1",
        "18.1, 105.1\n18.2, 105.2",
        "18.1, 105.1\n18.1, 105.1\n18.1, 105.1\n18.1, 105.1",
        "18.1, 105.1\n18.2, 105.2\n18.3, 105.3",
        "18.1, 105.1\n18.2, 105.2\n18.2, 105.1\n18.1, 105.2",
        "48.8, 2.3\n48.9, 2.3\n48.9, 2.4",
        "105.1, 18.1\n105.2, 18.1\n105.2, 18.2",
        "\n".join(f"{18 + i / 10000:.4f}, {105 + (i % 2) / 10:.1f}" for i in range(600)),
        "1" * 70_000,
        "{",
        "[" * 10_000,
        '{"type": "Point", "coordinates": [105, 18]}',
        '{"type": "Polygon", "coordinates": []}',
        '{"type": "Polygon", "coordinates": [[]]}',
        '{"type": "Polygon", "coordinates": [[[105.1, 18.1], [105.2, 18.1], [105.2, 18.2]]]}',
        '{"type": "Polygon", "coordinates": [[[105.1, "x"], [105.2, 18.1], [105.2, 18.2], [105.1, 18.1]]]}',
        '{"type": "Polygon", "coordinates": [[[105.1, NaN], [105.2, 18.1], [105.2, 18.2], [105.1, NaN]]]}',
        '{"type": "Polygon", "coordinates": [[[105.1, 18.1], [105.2, 18.1], [105.2, 18.2], [105.1, 18.1]], [[1, 2]]]}',
        '{"type": "FeatureCollection", "features": []}',
        f'{{"type": "Polygon", "coordinates": [[[{"9" * 400}, 18], [105.2, 18.1], [105.2, 18.2], [{"9" * 400}, 18]]]}}',
        '{"type": "Polygon", "coordinates": [[[1e999, 18], [105.2, 18.1], [105.2, 18.2], [1e999, 18]]]}',
    ],
)
def test_what_is_no_shape_is_refused_and_said(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_shape(text)
    assert refusal.value.field == "shape" and str(refusal.value)


def test_areas_far_from_the_stated_are_noticed() -> None:
    shape = read_shape(HECTARE)
    assert shape is not None
    assert not differs_from_stated(shape, 10_000) and not differs_from_stated(shape, 9_000)
    assert differs_from_stated(shape, 5_000) and differs_from_stated(shape, 20_000)


def square(south: float, west: float, side: float = 0.001) -> dict[str, object]:
    return shape_of([(west, south), (west + side, south), (west + side, south + side), (west, south + side)])


def test_overlaps_are_measured() -> None:
    one, half, beside = square(18, 105), square(18, 105.0005), square(18, 105.001)
    assert overlap_m2(one, beside) == 0
    assert math.isclose(overlap_m2(one, half), area_m2(one) / 2, rel_tol=0.01)


@given(st.floats(8.5, 23), st.floats(102.5, 109), st.floats(0.0001, 0.01))
def test_every_square_is_measured_centred_and_drawn(south: float, west: float, side: float) -> None:
    shape = square(south, west, side)
    metres = math.radians(side) * 6_371_008.8
    expected = metres**2 * math.cos(math.radians(south + side / 2))
    assert math.isclose(area_m2(shape), expected, rel_tol=0.03, abs_tol=3)
    assert overlap_m2(shape, shape) == area_m2(shape)
    latitude, longitude = centre_of(shape)
    west_edge, south_edge, east_edge, north_edge = bounds_of(shape)
    assert west_edge < longitude < east_edge and south_edge < latitude < north_edge
    drawing = drawing_of(shape)
    assert drawing is not None and 0 < drawing.scale_width <= WIDTH / 3 + 1
    for corner in drawing.points.split():
        across, down = map(float, corner.split(","))
        assert 0 <= across <= WIDTH and 0 <= down <= HEIGHT


def test_what_has_no_shape_has_no_drawing() -> None:
    assert drawing_of(None) is None
