"""Photos: checked by content, turned upright, stripped of what the camera wrote into them, and made small."""

import hashlib
import io

from PIL import Image, ImageOps, UnidentifiedImageError

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
