"""Reading places."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import joinedload

from catalog.places.models import Commune, Province
from core.db import Asked, SettledStatement, ask_each, db, rows_within_transaction, settled
from core.errors import Invalid
from core.i18n import fold
from core.i18n import lazy_gettext as _l

HOME_PROVINCE: Final = "42"
"""Hà Tĩnh, which the site serves first: forms open with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A province or commune as lists name it."""

    code: str
    name: str


Places = tuple[tuple[Place, ...], tuple[Place, ...]]
"""All provinces, and the communes of one of them."""


def list_provinces() -> tuple[Place, ...]:
    """All provinces and centrally run cities, by name as a Vietnamese reader sorts them (without "Tỉnh")."""
    return _sorted(tuple(rows_within_transaction(_provinces(), {})))


def list_communes(province_code: str) -> tuple[Place, ...]:
    """The communes, wards and special zones of one province, by name. Raises Invalid for an unknown province."""
    rows = rows_within_transaction(_communes(), {"province_code": province_code}) if is_code(province_code) else ()
    if not rows:
        raise Invalid(_l("Please choose a province from the list."), field="province")
    return _sorted(tuple(rows))


def ask_places(province_code: str | None) -> Asked[Places]:
    """All provinces, and the communes of the one that is chosen on a form: none where that is no province."""
    code = province_code if province_code is not None and is_code(province_code) else ""
    asked = ask_each([_provinces(), _communes()], {"province_code": code})
    return asked.then(lambda found: (_sorted(tuple(found[0])), _sorted(tuple(found[1]))))


def is_code(text: str) -> bool:
    """Whether this may be the code of a place."""
    return text.isascii() and text.isalnum()


@lru_cache(maxsize=200)
def _sorted(rows: tuple[Row[Any], ...]) -> tuple[Place, ...]:
    """The places of these rows in their order; there are some 35 lists, and every form with an address shows two."""
    places = [Place(row.code, row.name) for row in rows]
    return tuple(sorted(places, key=lambda place: (fold(bare_name(place.name)), place.name, place.code)))


@cache
def _provinces() -> SettledStatement:
    return settled(select(Province.code, Province.name).limit(100))


@cache
def province_code_of_commune() -> SettledStatement:
    """The column `province_code` of the commune with the code `commune_code`: for a question that goes with others."""
    return settled(select(Commune.province_code).where(Commune.code == bindparam("commune_code")))


@cache
def _communes() -> SettledStatement:
    return settled(
        select(Commune.code, Commune.name).where(Commune.province_code == bindparam("province_code")).limit(1000)
    )


def find_commune(code: str) -> Commune | None:
    """The commune with `code` and its province, or None."""
    return db.session.scalars(_commune(), {"code": code}).one_or_none()


@cache
def _commune() -> Select[Commune]:
    return select(Commune).where(Commune.code == bindparam("code")).options(joinedload(Commune.province))


def bare_name(name: str) -> str:
    """`name` without the kind of unit before it: "Xã Phúc Trạch" becomes "Phúc Trạch"."""
    for kind in ("Thành phố ", "Tỉnh ", "Đặc khu ", "Phường ", "Xã "):
        if name.startswith(kind):
            return name.removeprefix(kind)
    return name
