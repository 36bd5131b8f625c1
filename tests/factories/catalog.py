"""Places, producers and products for tests."""

from itertools import count

from catalog.places.models import Commune, Province
from catalog.producers.models import Producer, ProducerKind, ProducerMember
from catalog.products.models import Category, Product, ProductVariant
from core.accounts import User
from core.db import db

_numbers = count(1)


def make_commune(code: str = "18547", name: str = "Xã Phúc Trạch", province: str = "42") -> Commune:
    """The commune with `code`, made with its province where it is not there yet."""
    if db.session.get(Province, province) is None:
        db.session.add(Province(code=province, name="Tỉnh Hà Tĩnh" if province == "42" else f"Tỉnh {province}"))
        db.session.flush()
    commune = db.session.get(Commune, code)
    if commune is None:
        commune = Commune(code=code, name=name, province_code=province, latitude=18.095, longitude=105.78)
        db.session.add(commune)
        db.session.flush()
    return commune


def make_producer(member: User | None = None, **values: object) -> Producer:
    """A sample cooperative, with `member` acting for it."""
    number = next(_numbers)
    producer = Producer(
        **{
            "slug": f"hop-tac-xa-mau-{number}",
            "name": f"Hợp tác xã Bưởi {number} (mẫu)",
            "kind": ProducerKind.COOPERATIVE,
            "gln": f"{9521000000000 + number:013d}",
            "commune_code": make_commune().code,
            "address": "Thôn 1",
            "is_sample": True,
            **values,
        }
    )
    db.session.add(producer)
    db.session.flush()
    if member is not None:
        db.session.add(ProducerMember(producer_id=producer.id, user_id=member.id))
        db.session.flush()
    return producer


def make_product(producer: Producer | None = None, **values: object) -> Product:
    """A published pomelo of `producer`."""
    number = next(_numbers)
    product = Product(
        **{
            "producer_id": (producer or make_producer()).id,
            "gtin": _gtin(number),
            "slug": f"buoi-phuc-trach-{number}",
            "name_vi": "Bưởi Phúc Trạch",
            "name_en": "Phuc Trach pomelo",
            "category": Category.FRUIT,
            "commune_code": make_commune().code,
            "illustration": "pomelo",
            "shelf_life_days": 60,
            **values,
        }
    )
    db.session.add(product)
    db.session.flush()
    return product


def make_variant(product: Product | None = None, **values: object) -> ProductVariant:
    """The first grade of `product`."""
    variant = ProductVariant(
        **{
            "product_id": (product or make_product()).id,
            "name_vi": "loại 1",
            "name_en": "grade 1",
            "position": 1,
            **values,
        }
    )
    db.session.add(variant)
    db.session.flush()
    return variant


def _gtin(number: int) -> str:
    """A GTIN-14 below the demonstration prefix, with its check digit."""
    body = f"09521{number:08d}"
    weighted = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(body))
    return f"{body}{-weighted % 10}"
