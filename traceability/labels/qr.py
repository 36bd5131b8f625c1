"""QR codes of Digital Links: error correction M, a quiet zone of four modules (TCVN 13275:2020, GS1 GS §5.12)."""

import io
from typing import Final

import segno

QUIET_ZONE: Final = 4
SMALLEST_PNG: Final = 600


def _code(link: str) -> segno.QRCode:
    return segno.make(link, error="m", micro=False, boost_error=False)


def qr_svg(link: str) -> bytes:
    """The code as an SVG file that scales to any size."""
    out = io.BytesIO()
    _code(link).save(out, kind="svg", border=QUIET_ZONE, omitsize=True, light="#fff", xmldecl=True, title=link)
    return out.getvalue()


def qr_png(link: str) -> bytes:
    """The code as a PNG file, at least 600 pixels wide, every module a whole number of pixels."""
    code = _code(link)
    modules = code.symbol_size(scale=1, border=QUIET_ZONE)[0]
    out = io.BytesIO()
    code.save(out, kind="png", border=QUIET_ZONE, scale=-(-SMALLEST_PNG // int(modules)))
    return out.getvalue()


def qr_modules(link: str) -> list[list[bool]]:
    """The rows of the code with its quiet zone, True where it is dark."""
    return [[bool(module) for module in row] for row in _code(link).matrix_iter(border=QUIET_ZONE)]


def code_rows(link: str) -> list[int]:
    """The rows of the code without its quiet zone, from the top; the highest bit is the leftmost module."""
    return [int("".join(map(str, row)), 2) for row in _code(link).matrix]
