"""Amounts of dong in Vietnamese words, as cashiers say them and receipts print them.

The full unit always follows ("hai trăm nghìn đồng"): a till that says "hai trăm" can be fooled with 200 dong.
"""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 1_000_000_000
_LIMIT = _BILLION * _BILLION


def amount_in_words(amount_vnd: int) -> str:
    """An amount of dong with its unit: 200000 is "hai trăm nghìn đồng". Raises ValueError beyond 10¹⁸."""
    return f"{number_in_words(amount_vnd)} đồng"


def number_in_words(number: int) -> str:
    """A whole number in Vietnamese, in lower case: 1015 is "một nghìn không trăm mười lăm".

    Groups of three digits that are all zero are left out; every other group after the first says its hundreds and
    tens, so that each number has words of its own. Raises ValueError for numbers of 10¹⁸ and more.
    """
    if abs(number) >= _LIMIT:
        raise ValueError(number)
    if number < 0:
        return f"âm {number_in_words(-number)}"
    if number == 0:
        return _DIGITS[0]
    billions, rest = divmod(number, _BILLION)
    words = [*_below_billion(billions, complete=False), "tỷ"] if billions else []
    return " ".join([*words, *_below_billion(rest, complete=bool(words))])


def _below_billion(number: int, *, complete: bool) -> list[str]:
    """Millions, thousands and ones; `complete` when something larger stands before them."""
    words: list[str] = []
    for size, unit in ((1_000_000, ["triệu"]), (1_000, ["nghìn"]), (1, [])):
        group = number // size % 1_000
        if group:
            words += [*_group(group, complete=complete or bool(words)), *unit]
    return words


def _group(number: int, *, complete: bool) -> list[str]:
    """One to three digits; `complete` says the zeros in front as well."""
    hundreds, rest = divmod(number, 100)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or complete else []
    if rest == 0:
        return words
    tens, ones = divmod(rest, 10)
    if tens == 0:
        return [*words, *(["linh"] if words else []), _DIGITS[ones]]
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if ones == 1 and tens > 1:
        return [*words, "mốt"]
    if ones == 5:
        return [*words, "lăm"]
    return [*words, _DIGITS[ones]] if ones else words
