"""Reading places."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from catalog.places.models import Commune, Province
from core.db import db
from core.errors import Invalid
from core.i18n import fold
from core.i18n import lazy_gettext as _l


def list_provinces() -> list[Province]:
    """All provinces and centrally run cities, by name as a Vietnamese reader sorts them (without "Tỉnh")."""
    provinces = db.session.scalars(select(Province).limit(100)).all()
    return sorted(provinces, key=lambda province: fold(bare_name(province.name)))


def list_communes(province_code: str) -> list[Commune]:
    """The communes, wards and special zones of one province, by name. Raises Invalid for an unknown province."""
    if not province_code or db.session.get(Province, province_code) is None:
        raise Invalid(_l("Please choose a province from the list."), field="province")
    communes = db.session.scalars(select(Commune).where(Commune.province_code == province_code).limit(1000)).all()
    return sorted(communes, key=lambda commune: (fold(bare_name(commune.name)), commune.name, commune.code))


def find_commune(code: str) -> Commune | None:
    """The commune with `code` and its province, or None."""
    return db.session.scalars(
        select(Commune).where(Commune.code == code).options(joinedload(Commune.province))
    ).one_or_none()


def bare_name(name: str) -> str:
    """`name` without the kind of unit before it: "Xã Phúc Trạch" becomes "Phúc Trạch"."""
    for kind in ("Thành phố ", "Tỉnh ", "Đặc khu ", "Phường ", "Xã "):
        if name.startswith(kind):
            return name.removeprefix(kind)
    return name
