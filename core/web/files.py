"""Files as answers that a browser saves, for nobody else to keep."""

from flask import Response

from core.errors import NotFound
from core.jobs.files import CONTENT_TYPES, FileWork
from core.storage.backends import Storage
from core.tables import Sheet, write_csv


def work_file(work: FileWork, storage: Storage, *, name: str) -> Response:
    """The file that came of the work, as `name`. Raises NotFound when there is none, or none any more."""
    if work.storage_key is None:
        raise NotFound
    try:
        content = storage.get(work.storage_key)
    except FileNotFoundError:
        raise NotFound from None
    return _attachment(content, CONTENT_TYPES[work.file_format], name)


def csv_file(sheet: Sheet, *, name: str) -> Response:
    """A small sheet as a CSV file, written while the reader waits."""
    return _attachment(b"".join(write_csv(sheet)), CONTENT_TYPES["csv"], name)


def _attachment(content: bytes, content_type: str, name: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
