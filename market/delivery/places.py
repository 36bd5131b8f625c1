"""Communes as producers write them, found in the official list."""

from collections.abc import Sequence

from sqlalchemy import select

from catalog.places.models import Commune
from catalog.places.queries import bare_name, list_provinces
from core.db import db
from core.i18n import fold
from core.i18n import lazy_gettext as _l

MOST_COMMUNES = 200


def find_communes(lines: Sequence[str], *, home_province: str) -> tuple[list[Commune], list[object]]:
    """The communes that these lines name ("Phúc Trạch", "Xã Phúc Trạch, Hà Tĩnh"), and what is wrong with lines.

    Where a line names no province, `home_province` (a two-digit code) is meant. Two queries.
    """
    provinces = {fold(bare_name(province.name)): province.code for province in list_provinces()}
    wanted: list[tuple[str, str, str | None]] = []
    for line in lines:
        name, _comma, province = (part.strip() for part in line.partition(","))
        wanted.append((line, name, provinces.get(fold(bare_name(province))) if province else home_province))
    rows = db.session.scalars(
        select(Commune)
        .where(Commune.province_code.in_({code for _line, _name, code in wanted if code}))
        .order_by(Commune.code)
        .limit(5_000)
    ).all()
    found: dict[str, Commune] = {}
    errors: list[object] = []
    for line, name, code in wanted:
        own = [commune for commune in rows if commune.province_code == code]
        same = [commune for commune in own if fold(commune.name) == fold(name)] or [
            commune for commune in own if fold(bare_name(commune.name)) == fold(name)
        ]
        if len(same) == 1:
            found[same[0].code] = same[0]
        elif same:
            errors.append(_l("“%(line)s” could be several: write it as in the official list.", line=line))
        else:
            errors.append(_l("“%(line)s” is not in the official list.", line=line))
    return list(found.values()), errors
