"""Check digits and check characters (GS1 General Specifications, section 7.9)."""

from typing import Final

from traceability.gs1.errors import N_, CharacterError, CheckDigitError, LengthError

_ALPHANUMERIC: Final = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_CHECK_CHARACTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LONGEST: Final = 18
_ZEROS: Final = tuple(int.from_bytes(b"0" * length, "big") for length in range(_LONGEST + 1))
_REMAINDERS: Final = bytes((3 * (sums >> 8) + (sums & 255)) % 10 for sums in range(9 * (_LONGEST // 2) * 257 + 1))
_PRIMES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def check_digit(payload: str) -> str:
    """The check digit for ``payload``, the digits of a key without it; :class:`CharacterError` for anything else.

    Weights 3 and 1 alternate from the right, starting with 3; the digit brings the sum to a multiple of ten
    (section 7.9.1).
    """
    require_digits(payload)
    return str(-(3 * sum(map(int, payload[::-2])) + sum(map(int, payload[-2::-2]))) % 10)


def has_valid_check_digit(number: str) -> bool:
    """Whether the last digit of ``number`` is the check digit of those before it."""
    if len(number) < 2 or not (number.isascii() and number.isdigit()):
        return False
    return check_digit(number[:-1]) == number[-1]


def verify_check_digit(number: str) -> str:
    """Return ``number`` when its last digit holds; raise :class:`CheckDigitError` with the digit that would."""
    require_digits(number)
    if len(number) < 2:
        raise LengthError(N_("A number with a check digit has at least two digits."), value=number)
    if not has_valid_check_digit(number):
        raise _wrong_check_digit(number)
    return number


def require_check_digit(number: str) -> None:
    """Raise :class:`CheckDigitError` unless the last digit of ``number``, 2 to 18 digits, holds; made to be fast.

    The octets are taken as one integer in which each pair of digits, weights 3 and 1, is a figure to base 65536.
    The remainder modulo 65535 is the sum of these figures: the sum of the digits of weight 3 times 256, and that of
    weight 1. A table says what both give together.
    """
    if _REMAINDERS[(int.from_bytes(number.encode(), "big") - _ZEROS[len(number)]) % 65535]:
        raise _wrong_check_digit(number)


def _wrong_check_digit(number: str) -> CheckDigitError:
    expected = check_digit(number[:-1])
    return CheckDigitError(
        N_("The check digit of %(value)s is wrong: the last digit should be %(expected)s."),
        {"value": number, "expected": expected},
        value=number,
        position=len(number) - 1,
    )


def check_characters(payload: str) -> str:
    """The check character pair of an alphanumeric key such as the GMN (section 7.9.5).

    Every character of set 82 is weighed with a prime, the smallest at the right; the sum modulo 1021 gives two
    characters out of 32.
    """
    if len(payload) > len(_PRIMES):
        raise LengthError(N_("An alphanumeric key has at most 25 characters."), value=payload)
    total = 0
    for offset, (character, prime) in enumerate(zip(reversed(payload), _PRIMES, strict=False)):
        weight = _ALPHANUMERIC.find(character)
        if weight < 0:
            raise CharacterError(
                N_("“%(character)s” may not stand here."),
                {"character": character},
                value=payload,
                position=len(payload) - 1 - offset,
            )
        total += weight * prime
    total %= 1021
    return _CHECK_CHARACTERS[total >> 5] + _CHECK_CHARACTERS[total & 31]


def has_valid_check_characters(value: str) -> bool:
    """Whether ``value`` ends with the check character pair of what stands before it."""
    return 2 < len(value) <= len(_PRIMES) + 2 and check_characters(value[:-2]) == value[-2:]


def require_digits(number: str) -> None:
    """Raise :class:`CharacterError` unless ``number`` has digits and nothing else."""
    if not (number.isascii() and number.isdigit()):
        offset = next((i for i, c in enumerate(number) if not (c.isascii() and c.isdigit())), 0)
        raise CharacterError(N_("Only digits may stand here."), value=number, position=offset)
