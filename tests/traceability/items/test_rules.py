"""Serial numbers as a permutation under a key: never the same twice, each found back, none to be guessed."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from traceability.items.rules import (
    CODE_LENGTH,
    Block,
    check_count,
    check_prefix,
    code_of,
    find_block,
    number_of,
    serial_number,
)

KEY = bytes(range(32))
keys = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**50 - 1)


@given(keys, numbers)
def test_every_number_is_found_back_from_its_code(key: bytes, number: int) -> None:
    code = code_of(key, number)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{10}", code)
    assert number_of(key, code) == number


def test_no_two_items_of_a_block_have_the_same_number() -> None:
    block = Block(5000, 20_000, "A-")
    serials = {serial_number(KEY, block, position) for position in range(block.count)}
    assert len(serials) == block.count
    assert all(len(serial) == 12 and serial.startswith("A-") for serial in serials)


def test_neighbours_have_nothing_in_common() -> None:
    """Codes that count up, or that share their beginning, would let a counterfeiter go on from one label."""
    codes = [code_of(KEY, number) for number in range(2000)]
    assert codes != sorted(codes) and codes != sorted(codes, reverse=True)
    same = sum(a == b for one, two in pairwise(codes) for a, b in zip(one, two, strict=True))
    assert same / (1999 * CODE_LENGTH) == pytest.approx(1 / 32, abs=0.01)


def test_another_key_makes_other_numbers() -> None:
    ours = {code_of(KEY, number) for number in range(1000)}
    theirs = {code_of(KEY[::-1], number) for number in range(1000)}
    assert ours.isdisjoint(theirs)


@given(keys, st.integers(0, 2**40), st.integers(1, 100_000), st.sampled_from(["", "HK-", "0123456789"]), st.data())
def test_a_serial_is_found_in_its_block_and_only_there(
    key: bytes, first: int, count: int, prefix: str, data: st.DataObject
) -> None:
    block = Block(first, count, prefix)
    before, after = Block(first + count, 10, prefix), Block(first + count + 10, 10, prefix)
    serial = serial_number(key, block, data.draw(st.integers(0, count - 1)))
    assert find_block(key, [before, block, after], serial) == block
    assert find_block(key, [before, after], serial) is None
    assert find_block(key, [Block(first, count, prefix + "x")], serial) is None


@given(st.text(max_size=25))
def test_anything_may_be_asked_for(serial: str) -> None:
    find_block(KEY, [Block(0, 10, "")], serial)


def test_what_is_nearly_a_serial_is_none() -> None:
    block = Block(0, 1000, "")
    serial = serial_number(KEY, block, 0)
    for wrong in (serial[:-1], serial + "0", serial.lower(), f"X{serial}", f"{serial[:-1]}*", ""):
        assert wrong == serial or find_block(KEY, [block], wrong) is None


@pytest.mark.parametrize("position", [-1, 10])
def test_outside_a_block_is_no_number(position: int) -> None:
    with pytest.raises(IndexError):
        serial_number(KEY, Block(0, 10, ""), position)


@pytest.mark.parametrize(("count", "issued"), [(0, 0), (-1, 0), (100_001, 0), (1, 1_000_000)])
def test_absurd_counts_are_refused(count: int, issued: int) -> None:
    with pytest.raises(Invalid) as refusal:
        check_count(count, issued=issued)
    assert refusal.value.field == "count"


@pytest.mark.parametrize("prefix", ["has space", "BƯỞI", "x" * 11, "A#", "=1+1", "-A", "@A", "A\t"])
def test_prefixes_that_do_not_fit_are_refused(prefix: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_prefix(prefix)
    assert refusal.value.field == "prefix"
