"""Bringing the official list of places into the database."""

import csv
from collections.abc import Iterator
from importlib import resources

from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import insert

from catalog.places.models import Commune, Province
from core.db import db

BATCH = 1000


def load_places() -> tuple[int, int]:
    """Add or update the 34 provinces and 3,321 communes, wards and special zones in force since 2025-07-01.

    Running it again changes nothing; coordinates that somebody corrected stay. Returns how many provinces and
    communes the list has.
    """
    provinces = [{"code": row["code"], "name": row["name"]} for row in _rows("provinces.csv")]
    statement = insert(Province)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Province.code],
            set_={"name": statement.excluded.name},
            where=Province.name != statement.excluded.name,
        ),
        provinces,
    )
    communes = [_commune(row) for row in _rows("communes.csv")]
    for start in range(0, len(communes), BATCH):
        _upsert_communes(communes[start : start + BATCH])
    db.session.expire_all()
    return len(provinces), len(communes)


def _upsert_communes(rows: list[dict[str, object]]) -> None:
    statement = insert(Commune).values(rows)
    fresh = statement.excluded
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Commune.code],
            set_={
                "name": fresh.name,
                "province_code": fresh.province_code,
                "latitude": func.coalesce(Commune.latitude, fresh.latitude),
                "longitude": func.coalesce(Commune.longitude, fresh.longitude),
            },
            where=or_(
                Commune.name != fresh.name,
                Commune.province_code != fresh.province_code,
                Commune.latitude.is_(None) & fresh.latitude.is_not(None),
            ),
        )
    )


def _commune(row: dict[str, str]) -> dict[str, object]:
    return {
        "code": row["code"],
        "name": row["name"],
        "province_code": row["province_code"],
        "latitude": float(row["latitude"]) if row["latitude"] else None,
        "longitude": float(row["longitude"]) if row["longitude"] else None,
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (resources.files("catalog.places") / "data" / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)
