"""QR codes of links that differ only at their end: ten thousand of them in the time of a few dozen.

Error correction and placement are linear over GF(2) (ISO/IEC 18004:2015 §7.5 to §7.7): flipping a bit of the data flips
the same modules of the unmasked symbol, whatever else stands in it. So one symbol is made for every bit of the end
that may change, and each code is the first one with the symbols of its changed bits laid over it. A mask is such a
layer too. What remains for each code is to choose the best of the eight masks (§7.8.3), as every encoder must.
"""

from functools import lru_cache
from typing import Final

import segno

from traceability.labels.qr import QUIET_ZONE

_MASKS: Final = range(8)
_LIGHT_AROUND: Final = 4
"""Light modules beyond the edge that the rule about patterns like finders counts in."""


class CodeFamily:
    """The codes of `link` with other ends of `varying` characters, all ASCII and of the same length."""

    def __init__(self, link: str, varying: int) -> None:
        if not link.isascii():
            raise ValueError(link)  # a character would not be a byte of its own
        self._stem, self._first_end = link[:-varying], link[-varying:]
        code = _segno(link, version=None, mask=0)
        self._version = code.version
        self.size: Final = len(code.matrix)
        """Modules on each side, without the quiet zone."""
        self.size_with_quiet_zone: Final = self.size + 2 * QUIET_ZONE
        self._stride = self.size + _LIGHT_AROUND
        self._first = self._bits(link, 0)
        self._masks = [self._bits(link, mask) ^ self._first for mask in _MASKS]
        self._flips = [self._flips_of(position) for position in range(varying)]
        ones = (1 << self.size) - 1
        self._all = sum(ones << row * self._stride for row in range(self.size))
        self._pairs_down = self._all & ~(ones << (self.size - 1) * self._stride)
        self._pairs_across = sum(ones >> 1 << row * self._stride for row in range(self.size))

    def rows(self, end: str) -> list[int]:
        """The rows of the code of the link that ends in `end`, from the top; the highest bit is the leftmost module."""
        unmasked = self._first
        for position, (sign, first_sign) in enumerate(zip(end, self._first_end, strict=True)):
            changed = ord(sign) ^ ord(first_sign)
            for bit, flips in enumerate(self._flips[position]):
                if changed >> bit & 1:
                    unmasked ^= flips
        best = min((unmasked ^ mask for mask in self._masks), key=self._penalty)
        ones = (1 << self.size) - 1
        return [best >> row * self._stride & ones for row in reversed(range(self.size))]

    def _flips_of(self, position: int) -> list[int]:
        """For each bit of the character at `position`, the modules that change with it."""
        end = self._first_end
        return [
            self._bits(f"{self._stem}{end[:position]}{chr(ord(end[position]) ^ 1 << bit)}{end[position + 1 :]}", 0)
            ^ self._first
            for bit in range(7)
        ]

    def _bits(self, link: str, mask: int) -> int:
        """All modules as one number, a row behind the other, light modules between them."""
        bits = 0
        for row in _segno(link, version=self._version, mask=mask).matrix:
            bits = bits << self._stride | int("".join(map(str, row)), 2)
        return bits

    def _penalty(self, bits: int) -> int:
        """How hard a symbol is to read (ISO/IEC 18004:2015 §7.8.3.1)."""
        down = self._stride
        penalty = 0
        same_across = ~(bits ^ bits >> 1) & self._pairs_across
        same_down = ~(bits ^ bits >> down) & self._pairs_down
        for same, step in ((same_across, 1), (same_down, down)):
            # Four pairs of equal neighbours make a run of five: 3 points, and one more for each module beyond.
            fives = same & same >> step
            fives &= fives >> 2 * step
            penalty += fives.bit_count() + 2 * (fives & ~(fives << step)).bit_count()
        penalty += 3 * (same_across & same_across >> down & same_down).bit_count()
        for step in (1, down):
            penalty += 40 * self._like_finders(bits, step)
        dark_percent = bits.bit_count() * 100 / self.size**2
        return penalty + 10 * int(abs(dark_percent - 50) / 5)

    def _like_finders(self, bits: int, step: int) -> int:
        """How many runs of dark and light look like a finder (1:1:3:1:1) with four light modules on one side."""
        bits <<= _LIGHT_AROUND * step  # what lies beyond the lower edge is light, too
        light = ~bits
        middle = bits & bits >> step & bits >> 2 * step
        pattern = middle >> 2 * step & bits & light >> step & light >> 5 * step & bits >> 6 * step
        four = light & light >> step
        four &= four >> 2 * step
        return (pattern & (four >> 7 * step | four << 4 * step)).bit_count()


@lru_cache(maxsize=4)
def code_family(link: str, varying: int) -> CodeFamily:
    """The family of `link`; the last ones are kept, so that a worker makes each once."""
    return CodeFamily(link, varying)


def _segno(link: str, *, version: int | str | None, mask: int) -> segno.QRCode:
    return segno.make(link, error="m", micro=False, boost_error=False, mode="byte", version=version, mask=mask)
