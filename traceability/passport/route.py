"""The way of a lot on the map: garden, packing house, shop, as far as its events name places that the site knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.i18n import gettext as _
from traceability.epcis.vocabulary import step_label
from traceability.passport.parts import RecordPart
from traceability.passport.queries import coarse
from traceability.passport.record import TraceRecord

_SAME_PLACE_DEGREES: Final = 0.03
"""Stops closer than this (some 3 km) lie on one another at the scale of the map, so they share a marker."""
_WEST, _NORTH, _X_DEGREE, _Y_DEGREE = 105.0, 18.84, 342, 360
_WIDTH, _HEIGHT = 560, 364
"""The projection of `components/map.html`."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the way: its number, who or what is there, and what happened there first.

    A garden and a packing house go without their names, which may say where somebody lives.
    """

    number: int
    gln: str
    name: str
    place: str
    step: str


@dataclass(frozen=True, slots=True)
class Marker:
    """Where on the map one or several stops are; `label` holds their numbers."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Route:
    """The stops in the order of their events, the markers of those on the map, and the line between them."""

    stops: Sequence[Stop]
    markers: Sequence[Marker]
    line: str

    @property
    def names(self) -> dict[str, str]:
        """What to call a GLN on the timeline."""
        return {stop.gln: stop.name for stop in self.stops}


# Producers, shops and packing houses are placed at the middle of their commune, for an address may be a home; so are
# gardens of households.
# A lot has a few stops; each is looked up by its number. (The planner cannot know how few, and would rather read whole
# tables, if it were left to it.)
_QUERY = """
    SELECT json_agg(stop ORDER BY first_at, gln) FROM (
        SELECT named.gln, named.first_at, named.step, plot.producer_id IS NOT NULL AS is_garden,
               house.producer_id IS NOT NULL AS is_packing_house, party.name AS producer,
               communes.name AS commune,
               CASE WHEN party.kind = 'household' OR plot.latitude IS NULL THEN communes.latitude ELSE plot.latitude
               END AS latitude,
               CASE WHEN party.kind = 'household' OR plot.longitude IS NULL THEN communes.longitude
               ELSE plot.longitude END AS longitude
        FROM (
            SELECT gln, min(at) AS first_at, (array_agg(step ORDER BY at))[1] AS step FROM (
                SELECT substring(read_point FROM '/41[47]/([0-9]{13})') AS gln, event_time AS at,
                       CASE WHEN role LIKE 'output%' THEN 'made' ELSE biz_step END AS step
                FROM shown WHERE read_point IS NOT NULL AND declared IS NULL
                UNION ALL
                SELECT (SELECT gln FROM plots WHERE id = harvests.plot_id), harvested_on, 'commissioning'
                FROM harvests) AS visited
            WHERE gln IS NOT NULL GROUP BY gln
        ) AS named
        LEFT JOIN LATERAL (SELECT * FROM plots WHERE gln = named.gln LIMIT 1) AS plot ON true
        LEFT JOIN LATERAL (SELECT * FROM packing_houses WHERE gln = named.gln LIMIT 1) AS house ON true
        JOIN LATERAL (
            SELECT * FROM producers WHERE id = coalesce(plot.producer_id, house.producer_id, (
                SELECT id FROM producers WHERE gln = named.gln)) LIMIT 1) AS party ON true
        JOIN communes ON communes.code = coalesce(plot.commune_code, house.commune_code, party.commune_code)
        ORDER BY named.first_at, named.gln LIMIT 8) AS stop
"""


def _read(value: Sequence[Mapping[str, Any]], record: TraceRecord) -> Route:
    stops = [
        Stop(
            number,
            row["gln"],
            _name(row),
            row["commune"],
            str(_("Made from other lots") if row["step"] == "made" else _(step_label(row["step"] or ""))),
        )
        for number, row in enumerate(value, start=1)
    ]
    places = [(coarse(row["latitude"]), coarse(row["longitude"])) for row in value]
    markers = _markers(places)
    return Route(stops, markers, _line(markers))


def _name(row: Mapping[str, Any]) -> str:
    if row["is_garden"]:
        return str(_("Garden in %(place)s", place=row["commune"]))
    if row["is_packing_house"]:
        return str(_("Packing house of %(producer)s", producer=row["producer"]))
    return str(row["producer"])


def _markers(places: Sequence[tuple[float | None, float | None]]) -> list[Marker]:
    groups: list[tuple[float, float, list[int]]] = []
    for number, (latitude, longitude) in enumerate(places, start=1):
        if latitude is None or longitude is None:
            continue
        for group in groups:
            if abs(group[0] - latitude) < _SAME_PLACE_DEGREES and abs(group[1] - longitude) < _SAME_PLACE_DEGREES:
                group[2].append(number)
                break
        else:
            groups.append((latitude, longitude, [number]))
    markers = [
        Marker(
            round((longitude - _WEST) * _X_DEGREE, 1),
            round((_NORTH - latitude) * _Y_DEGREE, 1),
            "·".join(map(str, numbers)),
        )
        for latitude, longitude, numbers in groups
    ]
    return [marker for marker in markers if 0 < marker.x < _WIDTH and 0 < marker.y < _HEIGHT]


def _line(markers: Sequence[Marker]) -> str:
    return "M" + "L".join(f"{marker.x} {marker.y}" for marker in markers) if len(markers) > 1 else ""


ROUTE: Final = RecordPart("route", _QUERY, _read)
