"""A file that somebody brought as rows. What kind of file it is, its content says, never its name."""

from typing import IO, Final

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from core.tables.csv_reading import read_csv
from core.tables.rows import LIMITS, Limits, Row, too_large
from core.tables.xlsx_reading import read_xlsx

_ZIP: Final = b"PK"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VBA: Final = "_VBA_PROJECT".encode("utf-16-le")
_OTHER_FILES: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)


def read_table(file: IO[bytes], *, field: str = "file", limits: Limits = LIMITS) -> list[Row]:
    """The rows of a CSV or XLSX file that hold something, in their order, the header among them.

    At most `limits.file_bytes` are read, and no more rows than `limits.rows` and the header. Raises Invalid, naming
    `field`, for what is too large, is no table, or carries macros; the message says what to do.
    """
    content = file.read(limits.file_bytes + 1)
    if len(content) > limits.file_bytes:
        raise too_large(limits, field)
    if not content.strip(b"\0 \t\r\n"):
        raise Invalid(_l("This file is empty. Please fill in the template and choose it again."), field=field)
    if content.startswith(_ZIP):
        rows = read_xlsx(content, field=field, limits=limits)
    elif content.startswith(_OLE):
        raise _old_workbook(content, field)
    elif content.startswith(_OTHER_FILES):
        raise Invalid(_l("This is not a table. Please choose an XLSX or CSV file."), field=field)
    else:
        rows = read_csv(content, field=field, limits=limits)
    if not rows:
        raise Invalid(_l("This file is empty. Please fill in the template and choose it again."), field=field)
    return rows


def _old_workbook(content: bytes, field: str) -> Invalid:
    if _VBA in content:
        return Invalid(
            _l("This file contains macros (VBA), which are refused. Please save it as .xlsx, without macros."),
            field=field,
        )
    return Invalid(
        _l("This is an old Excel file (.xls) or one with a password. Please save it as .xlsx, without a password."),
        field=field,
    )
