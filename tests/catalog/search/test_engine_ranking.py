"""What is found, and what stands on top: the same on every engine."""

from collections.abc import Callable

import pytest

from catalog.search.engine import SearchEngine
from seeds.facts import load_products
from tests.catalog.search.conftest import make_document

Find = Callable[..., list[str]]
SHELF = [
    ("Bưởi Phúc Trạch", "Phuc Trach pomelo"),
    ("Mứt vỏ bưởi Phúc Trạch", "Candied Phuc Trach pomelo peel"),
    ("Cam Khe Mây", "Khe May orange"),
    ("Tinh dầu bưởi", "Pomelo oil"),
    ("Đường phên Thọ Điền", "Tho Dien cane sugar"),
    ("Trà dương xỉ", "Fern tea"),
    ("Rượu buồi", "Shrub wine"),
    ("Nước mắm Cẩm Nhượng", "Cam Nhuong fish sauce"),
    ("Bánh đa vừng", "Sesame rice cracker"),
]


@pytest.fixture
def shelf(engine: SearchEngine) -> SearchEngine:
    """An engine with a small shelf."""
    engine.index([make_document(name_vi, name_en) for name_vi, name_en in SHELF])
    return engine


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("buoi phuc trach", "Bưởi Phúc Trạch"),
        ("Bưởi Phúc Trạch", "Bưởi Phúc Trạch"),
        ("BUOI  PHUC\tTRACH", "Bưởi Phúc Trạch"),
        ("bưởi phúc trạch", "Bưởi Phúc Trạch"),
        ("buoi phuc trahc", "Bưởi Phúc Trạch"),
        ("buoi phu", "Bưởi Phúc Trạch"),
        ("buoi phuc t", "Bưởi Phúc Trạch"),
        ("pomelo", "Tinh dầu bưởi"),
        ("phuc trach pomelo", "Bưởi Phúc Trạch"),
        ("pomeol oil", "Tinh dầu bưởi"),
        ("nuoc mam", "Nước mắm Cẩm Nhượng"),
        ("nuoc mam cam nhuonng", "Nước mắm Cẩm Nhượng"),
        ("banh da", "Bánh đa vừng"),
        ("b", "Bánh đa vừng"),
        ("mut bưởi", "Mứt vỏ bưởi Phúc Trạch"),
    ],
)
def test_the_best_hit_stands_first(names_found: Find, typed: str, first: str) -> None:
    assert names_found(typed)[0] == first


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("typed", "first", "also"),
    [("đường", "Đường phên Thọ Điền", "Trà dương xỉ"), ("dương", "Trà dương xỉ", "Đường phên Thọ Điền")],
)
def test_typed_marks_rank_exact_matches_first(names_found: Find, typed: str, first: str, also: str) -> None:
    found = names_found(typed)
    assert found[0] == first
    assert also in found


@pytest.mark.usefixtures("shelf")
def test_text_in_decomposed_form_is_the_same_text(names_found: Find) -> None:
    assert names_found("đu\u031bo\u031b\u0300ng")[0] == "Đường phên Thọ Điền"


@pytest.mark.usefixtures("shelf")
def test_every_word_must_match(names_found: Find) -> None:
    assert names_found("buoi oil") == ["Tinh dầu bưởi"]
    assert names_found("buoi cam") == []


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kge may", False),  # three signs: no slip is forgiven
        ("khe mey", False),
        ("ornge", True),  # five signs: one slip
        ("ronage", False),  # and not two
        ("sesmae", True),  # a transposition is one slip
        ("nhuongnn", True),  # eight signs: two slips
        ("nhuongnnn", False),
        ("ookne", False),
    ],
)
def test_slips_are_forgiven_by_length(names_found: Find, typed: str, found: bool) -> None:
    assert bool(names_found(typed)) is found


def test_names_count_more_than_producer_and_place(engine: SearchEngine, names_found: Find) -> None:
    engine.index(
        [
            make_document("Cam giòn", "Crisp orange", producer_name="Hợp tác xã Bưởi (mẫu)"),
            make_document("Bưởi đường", "Sweet pomelo", producer_name="Hợp tác xã Cam (mẫu)"),
            make_document("Gạo", "Rice", commune_name="Xã Cam Lâm", gi="Hà Tĩnh", brand="Ngọc Mầm"),
        ]
    )
    assert names_found("buoi") == ["Bưởi đường", "Cam giòn"]
    assert names_found("cam")[0] == "Cam giòn"
    assert set(names_found("cam")) == {"Cam giòn", "Bưởi đường", "Gạo"}
    assert names_found("ngoc mam") == ["Gạo"]
    assert names_found("ha tinh") == ["Gạo"]


def test_the_whole_name_wins_over_a_longer_one(engine: SearchEngine, names_found: Find) -> None:
    engine.index(
        [make_document("Chè vằng"), *(make_document(f"Chè vằng {kind}") for kind in ("túi lọc", "cao", "khô"))]
    )
    assert names_found("che vang")[0] == "Chè vằng"


@pytest.fixture
def sample_market(engine: SearchEngine) -> SearchEngine:
    """An engine with the products of the sample market."""
    engine.index(
        [
            make_document(facts.name_vi, facts.name_en, gi=facts.geographical_indication, brand=facts.brand)
            for facts in load_products()
        ]
    )
    return engine


@pytest.mark.usefixtures("sample_market")
def test_a_word_typed_with_its_marks_is_not_outdone_by_places_that_english_writes_without(names_found: Find) -> None:
    oranges = {"Cam Khe Mây", "Cam bù Hương Sơn", "Cam giòn Thượng Lộc", "Cam chanh Vũ Quang"}
    found = names_found("cam")
    assert set(found[: len(oranges)]) == oranges
    assert "Nước mắm Thiên Cầm" in found


@pytest.mark.usefixtures("sample_market")
@pytest.mark.parametrize(("typed", "goods"), [("pomelo", "Bưởi"), ("fish sauce", "Nước mắm"), ("honey", "Mật ong")])
def test_english_searches_find_their_goods_first(names_found: Find, typed: str, goods: str) -> None:
    assert names_found(typed)[0].startswith(goods)
