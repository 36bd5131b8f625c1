"""Wiring of storage, and the address of stored photos."""

import mimetypes
from typing import cast

from flask import Blueprint, Flask, Response, current_app, url_for
from flask.typing import ResponseReturnValue

from core.config import Settings
from core.errors import NotFound
from core.storage.backends import Storage, private_storage_from, storage_from
from core.web.access import public

blueprint = Blueprint("storage", __name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Choose the back-end and serve its files."""
    app.extensions["storage"] = storage_from(settings)
    app.extensions["private_storage"] = private_storage_from(settings)
    app.extensions["media_public_url"] = settings.s3_public_url if settings.s3_bucket else None
    app.register_blueprint(blueprint)
    app.jinja_env.globals["media_url"] = media_url


def storage() -> Storage:
    """The storage of the current application."""
    return cast(Storage, current_app.extensions["storage"])


def private_storage() -> Storage:
    """The storage of the current application for files that are served only by policy."""
    return cast(Storage, current_app.extensions["private_storage"])


def media_url(key: str, width: int) -> str:
    """Address of the photo `key` ("photos/<hash>") in one of the kept widths."""
    name = f"{key}-{width}.webp"
    public_url = current_app.extensions["media_public_url"]
    return f"{public_url}/{name}" if public_url else url_for("storage.media", key=name)


@blueprint.get("/media/<path:key>")
@public
def media(key: str) -> ResponseReturnValue:
    """A stored file; its content never changes, so browsers may keep it."""
    try:
        content = storage().get(key)
    except FileNotFoundError:
        raise NotFound from None
    response = Response(content, mimetype=mimetypes.guess_type(key)[0] or "application/octet-stream")
    response.cache_control.public = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    response.set_etag(key.rsplit("/", 1)[-1])
    return response
