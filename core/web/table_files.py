"""Tables as answers that a browser saves: one way for every feature, so that no file skips the guard on formulas."""

import io
from collections.abc import Sequence

from flask import Response

from core.tables import Sheet, write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(sheets: Sequence[Sheet], *, form: str, name: str) -> Response:
    """The sheets as `name`.xlsx, or the first of them as `name`.csv; `form` is "xlsx" or "csv"."""
    if form == "xlsx":
        content = io.BytesIO()
        write_xlsx(content, sheets)
        response = Response(content.getvalue(), mimetype=XLSX)
    else:
        response = Response(b"".join(write_csv(sheets[0])), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
