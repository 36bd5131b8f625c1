"""What is wrong with rows of offers."""

import pytest

from market.offers.models import SaleUnit
from market.offers.rules import MAX_STOCK, OfferValues, check_offers


def row(**values: object) -> OfferValues:
    return OfferValues(**{"unit": SaleUnit.PIECE, "price_vnd": 35_000, "content_quantity": 1, "on_hand": 10, **values})


def test_good_rows_have_no_errors() -> None:
    assert check_offers([row(), row(unit=SaleUnit.BOX, content_quantity=6, price_vnd=200_000, on_hand=0)]) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price_vnd", -35_000),
        ("price_vnd", 0),
        ("price_vnd", 999),
        ("price_vnd", 100_000_000),
        ("content_quantity", 0),
        ("content_quantity", -1),
        ("content_quantity", 10_001),
        ("on_hand", -1),
        ("on_hand", MAX_STOCK + 1),
    ],
)
def test_what_is_out_of_range_is_named_by_row_and_field(field: str, value: int) -> None:
    assert list(check_offers([row(unit=SaleUnit.BOX), row(**{field: value})])[1]) == [field]


def test_the_limits_themselves_are_allowed() -> None:
    rows = [row(price_vnd=1_000, on_hand=0), row(unit=SaleUnit.BOX, price_vnd=99_999_999, content_quantity=10_000)]
    assert check_offers(rows) == {}


def test_a_unit_can_be_there_once_and_boxes_once_in_each_size() -> None:
    assert list(check_offers([row(), row()])) == [1]
    assert list(check_offers([row(), row(content_quantity=2)])) == [1]
    boxes = [row(unit=SaleUnit.BOX, content_quantity=content) for content in (6, 12, 6)]
    assert list(check_offers(boxes)) == [2]
