"""Photos: checked by content, turned upright, stripped of what the camera wrote into them, and made small."""

import hashlib
import io
import math
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from core.storage.backends import Storage

ALLOWED_FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_SIDE = 12_000
WIDTHS = (400, 1200)
"""Widths in pixels that are kept: one for lists, one for the page of its own."""


def store_photo(storage: Storage, content: bytes, *, field: str) -> str:
    """Store a photo in both widths as WebP; return its key without the width, "photos/<hash>".

    `content_url(key, width)` of `core.storage.setup` leads to it. The file is decoded and encoded anew, so nothing of
    the upload itself is ever served, and the place where it was taken is gone. Raises Invalid, naming `field`.
    """
    image = read_photo(content, field=field)
    key = f"photos/{hashlib.sha256(content).hexdigest()[:40]}"
    for width in WIDTHS:
        copy = image.copy()
        copy.thumbnail((width, width * 2))
        encoded = io.BytesIO()
        copy.save(encoded, "WEBP", quality=82, method=4)
        storage.put(f"{key}-{width}.webp", encoded.getvalue(), "image/webp")
    return key


def photo_place(content: bytes) -> tuple[float, float] | None:
    """Where the photo says it was taken, as latitude and longitude to three decimals (about 100 m), or None.

    To be asked before `store_photo` takes the place away, and only to offer it: nobody's place is kept unasked. Broken
    or impossible notes of the camera count as none, for the photo itself may be fine.
    """
    try:
        with Image.open(io.BytesIO(content), formats=ALLOWED_FORMATS) as opened:
            notes = opened.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(notes[ExifTags.GPS.GPSLatitude], notes[ExifTags.GPS.GPSLatitudeRef], "NS")
        longitude = _degrees(notes[ExifTags.GPS.GPSLongitude], notes[ExifTags.GPS.GPSLongitudeRef], "EW")
    except Exception:  # the camera's notes are anybody's bytes, and Pillow reads them in a dozen ways
        return None
    # Phones that have no fix yet write zero and zero, a place in the sea.
    if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return None
    return round(latitude, 3), round(longitude, 3)


def _degrees(parts: Any, side: Any, sides: str) -> float:
    """Degrees, minutes and seconds (Exif 2.32, §4.6.6) as decimal degrees. Raises ValueError for nonsense."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    side = (side.decode("ascii") if isinstance(side, bytes) else str(side)).strip("\0 ").upper()
    if (
        side not in tuple(sides)
        or not math.isfinite(value)
        or not (0 <= minutes < 60 and 0 <= seconds < 60 and degrees >= 0)
    ):
        raise ValueError
    return -value if side == sides[1] else value


def read_photo(content: bytes, *, field: str) -> Image.Image:
    """The picture in `content`, upright and without what the camera wrote beside it. Raises Invalid, naming `field`."""
    try:
        with Image.open(io.BytesIO(content), formats=ALLOWED_FORMATS) as opened:
            if max(opened.size) > LARGEST_SIDE or min(opened.size) < 50:
                raise Invalid(
                    _l("The photo must be between 50 and %(largest)s pixels on each side.", largest=LARGEST_SIDE),
                    field=field,
                )
            return ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError, ValueError):
        raise Invalid(_l("This file is not a photo. Please choose a JPEG, PNG or WebP picture."), field=field) from None
