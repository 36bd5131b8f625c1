"""Handing out the photos of returns, to both sides and to who decides only."""

from flask import Response
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.storage import private_storage
from core.storage.images import WIDTHS


def photo_answer(key: str, width: int) -> ResponseReturnValue:
    """A stored photo in one of the kept widths; no cache of others keeps it. Raises NotFound."""
    if width not in WIDTHS:
        raise NotFound
    try:
        content = private_storage().get(f"{key}-{width}.webp")
    except FileNotFoundError:
        raise NotFound from None
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
