"""Two fields of a form that name a place: the province, and the commune in it."""

from collections.abc import Sequence
from functools import lru_cache

from wtforms import SelectChoice

from catalog.places.queries import Place, Places, ask_places
from core.i18n import lazy_gettext as _l
from core.web.forms import SelectField

CHOOSE = _l("Choose…")


def offer_places(province: SelectField, commune: SelectField, *, nothing: object | None = CHOOSE) -> None:
    """Let the fields offer all provinces, and the communes of the one that is chosen.

    `nothing` is what the list of communes says first, for no commune; None leaves that out.
    """
    offer_found_places(province, commune, ask_places(province.data).value, nothing=nothing)


def offer_found_places(
    province: SelectField,
    commune: SelectField,
    places: Places,
    *,
    nothing: object | None = CHOOSE,
) -> None:
    """As `offer_places`, with places that were found before."""
    provinces, communes = places
    province.choices = _choices(provinces)
    first = [] if nothing is None else [SelectChoice("", str(nothing))]
    commune.choices = [*first, *_choices(communes)]


@lru_cache(maxsize=100)
def _choices(places: tuple[Place, ...]) -> Sequence[SelectChoice]:
    return [SelectChoice(place.code, place.name) for place in places]
