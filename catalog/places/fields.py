"""Two fields of a form that name a place: the province, and the commune in it."""

from catalog.places.queries import list_places
from core.i18n import lazy_gettext as _l
from core.web.forms import SelectField

CHOOSE = _l("Choose…")


def offer_places(province: SelectField, commune: SelectField, *, nothing: object | None = CHOOSE) -> None:
    """Let the fields offer all provinces, and the communes of the one that is chosen.

    `nothing` is what the list of communes says first, for no commune; None leaves that out.
    """
    provinces, communes = list_places(province.data)
    province.choices = [(place.code, place.name) for place in provinces]
    first = [] if nothing is None else [("", nothing)]
    commune.choices = [*first, *((place.code, place.name) for place in communes)]
