"""Files as answers that a browser saves, for nobody else to keep."""

from collections.abc import Iterable
from typing import Final

from flask import Response
from werkzeug.wsgi import FileWrapper

from core.errors import NotFound
from core.jobs.files import CONTENT_TYPES, FileWork
from core.storage.backends import Storage
from core.tables import Sheet, write_csv

PIECE_BYTES: Final = 65_536


def work_file(work: FileWork, storage: Storage, *, name: str) -> Response:
    """The file that came of the work, as `name`, a piece at a time.

    Raises NotFound when there is none, or none any more.
    """
    if work.storage_key is None or work.size_bytes is None:
        raise NotFound
    try:
        file = storage.open(work.storage_key)
    except FileNotFoundError:
        raise NotFound from None
    response = _attachment(FileWrapper(file, PIECE_BYTES), CONTENT_TYPES[work.file_format], name)
    response.content_length = work.size_bytes
    return response


def csv_file(sheet: Sheet, *, name: str) -> Response:
    """A small sheet as a CSV file, written while the reader waits."""
    return _attachment(b"".join(write_csv(sheet)), CONTENT_TYPES["csv"], name)


def _attachment(content: bytes | Iterable[bytes], content_type: str, name: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
