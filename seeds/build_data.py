"""Make `data/products.json` and `data/markets.json` out of a collection of OCOP facts.

    python -m seeds.build_data ocop-ha-tinh.json

Only facts are taken over: names, codes, places, figures, lists. Stories are written by hand in `data/stories.json`.
"""

import json
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

STORAGE = {
    "ambient": "Để nơi khô ráo, thoáng mát, tránh nắng",
    "chilled": "Bảo quản lạnh 0–8 °C",
    "frozen": "Bảo quản đông lạnh từ −18 °C",
    "live": "Hàng tươi sống, giữ ẩm và dùng sớm",
    "service": "Dịch vụ, hẹn ngày trước khi đến",
}
_DRAWINGS = (
    ("buoi-", "pomelo"),
    ("cam-", "orange"),
    ("hong-", "persimmon"),
    ("lac-", "peanut"),
    ("gao-", "rice"),
    ("muc-kho-", "dried_squid"),
    ("muc-mot-nang-", "dried_squid"),
)


def build_products(collection: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The products of `collection` in our own form, in its order."""
    return [_product(entry) for entry in collection["products"]]


def build_markets(collection: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The markets of `collection` in our own form, in its order."""
    return [_market(entry) for entry in collection["markets"]]


def illustration_of(slug: str, category: str) -> str:
    """The drawing for a product: one of its own kind where there is one, else that of its category."""
    return next((drawing for beginning, drawing in _DRAWINGS if slug.startswith(beginning)), category)


def as_json(entries: list[dict[str, Any]]) -> str:
    """`entries` as the data files hold them: NFC, readable, one field a line."""
    return unicodedata.normalize("NFC", json.dumps(entries, ensure_ascii=False, indent=1)) + "\n"


def _product(entry: Mapping[str, Any]) -> dict[str, Any]:
    indication = entry["gi"]
    return {
        "slug": entry["slug"],
        "name_vi": entry["name_vi"],
        "name_en": entry["name_en"],
        "category": entry["category"],
        "ocop_stars": entry["ocop_stars"],
        "ocop_group": entry["ocop_group"],
        "geographical_indication": indication["name"] if indication else None,
        "geographical_indication_number": indication["registration_number"] if indication else None,
        "brand": _mark(entry["protected_mark"]),
        "commune_code": entry["commune_code"],
        "former_district": entry["former_district"],
        "latitude": entry["lat"],
        "longitude": entry["lon"],
        "unit": entry["sale_unit"],
        "unit_size": entry["unit_size"],
        "price_vnd": entry["typical_price_vnd"],
        "harvest_months": entry["harvest_months"],
        "shelf_life_days": entry["shelf_life_days"],
        "storage_class": entry["storage_class"],
        "standards": entry["standards"],
        "stages": entry["stages"],
        "illustration": illustration_of(entry["slug"], entry["category"]),
    }


def _mark(text: str | None) -> str | None:
    """The name of a protected mark, which the collection puts in angle quotes beside its kind and year."""
    return text.partition("«")[2].partition("»")[0] or text if text else None


def _market(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "slug": entry["slug"],
        "name_vi": entry["name_vi"],
        "name_en": entry["name_en"],
        "commune_code": entry["commune_code"],
        "latitude": entry["lat"],
        "longitude": entry["lon"],
        "wholesale_hours": (entry["opening_hours"] or {}).get("wholesale"),
    }


def main(path: Path) -> None:
    """Read the collection at `path` and write both files."""
    collection = json.loads(path.read_text(encoding="utf-8"))
    for name, entries in (("products", build_products(collection)), ("markets", build_markets(collection))):
        (DATA / f"{name}.json").write_text(as_json(entries), encoding="utf-8")
        sys.stdout.write(f"{len(entries)} {name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
