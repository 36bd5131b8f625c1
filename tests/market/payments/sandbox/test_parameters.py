import pytest

from market.payments.sandbox.errors import ApiError
from market.payments.sandbox.parameters import (
    Array,
    Hash,
    Integer,
    Metadata,
    Text,
    TimeRange,
    parse_form,
    read_parameters,
)

FIELDS = {
    "lines": Array(Hash({"amount": Integer(required=True, least=0)}), required=True),
    "metadata": Metadata(),
    "mode": Text(choices=("payment",)),
    "created": TimeRange(),
}


def read(*pairs: tuple[str, str]) -> dict[str, object]:
    return read_parameters(FIELDS, parse_form(pairs))


def test_nested_names_become_nested_values() -> None:
    assert read(("lines[1][amount]", "7"), ("lines[0][amount]", "5"), ("metadata[order]", "x")) == {
        "lines": [{"amount": 5}, {"amount": 7}],
        "metadata": {"order": "x"},
    }


def test_a_closing_bracket_pair_counts_itself() -> None:
    assert parse_form([("expand[]", "a"), ("expand[]", "b")]) == {"expand": {"0": "a", "1": "b"}}


def test_created_is_one_moment_or_a_range() -> None:
    assert read(("lines[0][amount]", "1"), ("created", "9"))["created"] == {"gte": 9, "lte": 9}
    assert read(("lines[0][amount]", "1"), ("created[gt]", "9"))["created"] == {"gt": 9}


@pytest.mark.parametrize(
    ("pairs", "code", "param"),
    [
        ([], "parameter_missing", "lines"),
        ([("lines[0][price]", "1")], "parameter_unknown", "lines[0][price]"),
        ([("lines[0]", "1")], None, "lines[0]"),
        ([("lines", "1")], "parameter_invalid", "lines"),
        ([("lines[x][amount]", "1")], "parameter_invalid", "lines"),
        ([("lines[0][amount]", "1.5")], "parameter_invalid_integer", "lines[0][amount]"),
        ([("lines[0][amount]", "١")], "parameter_invalid_integer", "lines[0][amount]"),
        ([("lines[0][amount]", "-1")], "parameter_invalid_integer", "lines[0][amount]"),
        ([("lines[0][amount]", "9" * 40)], "parameter_invalid_integer", "lines[0][amount]"),
        ([("lines[0][amount][x]", "1")], None, "lines[0][amount]"),
        ([("lines[0][amount]", "1"), ("mode", "setup")], None, "mode"),
        ([("lines[0][amount]", "1"), ("metadata[k]", "v" * 501)], "parameter_invalid_string", "metadata"),
        ([("mode[", "x")], "parameter_invalid", "mode["),
        ([("mode", "x\0")], "parameter_invalid", "mode"),
        ([("mode", "a"), ("mode[b]", "c")], None, "mode[b]"),
        ([("mode[b]", "c"), ("mode", "a")], None, "mode"),
        ([("a" + "[b]" * 9, "c")], None, "a" + "[b]" * 9),
    ],
)
def test_what_does_not_fit_is_refused_by_name(pairs: list[tuple[str, str]], code: str | None, param: str) -> None:
    with pytest.raises(ApiError) as refused:
        read(*pairs)
    assert (refused.value.code, refused.value.param) == (code, param)
