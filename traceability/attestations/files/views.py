"""Handing out private files."""

import uuid
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from core.accounts import current_actor
from core.errors import NotFound
from core.storage import private_storage
from core.storage.papers import LARGEST_PAPER_BYTES
from core.web.access import signed_in
from traceability.attestations.files.queries import get_file
from traceability.attestations.files.usecases import Upload

blueprint = Blueprint("private_files", __name__)
_ROOM_BESIDE_THE_FILE = 1_000_000


@blueprint.get("/farm/attestations/files/<uuid:file_id>")
@signed_in
def show(file_id: uuid.UUID) -> ResponseReturnValue:
    """The file: a picture to look at, a PDF to save. No cache keeps it, and nothing in it can run."""
    file = get_file(current_actor(), file_id)
    try:
        content = private_storage().get(file.storage_key)
    except FileNotFoundError:
        raise NotFound from None
    response = Response(content, mimetype=file.content_type)
    kind = "inline" if file.content_type.startswith("image/") else "attachment"
    response.headers.set("Content-Disposition", kind, filename=file.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def allow_papers(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take a file that is too large, up to a point, so that the form can say so and keep everything else.

    For `url_value_preprocessor`: it runs before the check of the token, which reads the form.
    """
    request.max_content_length = LARGEST_PAPER_BYTES * 3 + _ROOM_BESIDE_THE_FILE


def uploaded(field: object) -> Upload | None:
    """The file that came with the form's field `field.data`, or None when none was chosen.

    One byte more than the limit is read at most: enough to see that a file is too large.
    """
    data = getattr(field, "data", None)
    if not isinstance(data, FileStorage) or not data.filename:
        return None
    return Upload(data.filename, data.stream.read(LARGEST_PAPER_BYTES + 1))
