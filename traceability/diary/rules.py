"""Decisions about plots, without any I/O."""

from core.errors import Invalid
from core.i18n import gettext as _

MAX_AREA_M2 = 100_000_000


def check_area(area_m2: int) -> None:
    """Between one square metre and a hundred square kilometres; raises Invalid for `area_m2`."""
    if not 1 <= area_m2 <= MAX_AREA_M2:
        raise Invalid(_("Enter an area from 1 to 100,000,000 square metres."), field="area_m2")


def coarse_place(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """The coordinates to three decimals (about 100 m), because they are public; both or neither.

    Raises Invalid for `latitude` or `longitude`.
    """
    if latitude is None and longitude is None:
        return None, None
    if latitude is None:
        raise Invalid(_("Enter the latitude too, or leave both empty."), field="latitude")
    if longitude is None:
        raise Invalid(_("Enter the longitude too, or leave both empty."), field="longitude")
    if not -90 <= latitude <= 90:
        raise Invalid(_("A latitude lies between -90 and 90."), field="latitude")
    if not -180 <= longitude <= 180:
        raise Invalid(_("A longitude lies between -180 and 180."), field="longitude")
    return round(latitude, 3), round(longitude, 3)
