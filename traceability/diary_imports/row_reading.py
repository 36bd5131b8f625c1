"""The cells of one row as values, with every problem of the row named by its column."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Generic, TypeVar

from core.i18n import fold, normalize
from core.i18n import gettext as _
from core.tables import Cell, Record, read_date, read_decimal, read_text, read_whole_number
from core.tables.cells import CellError

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row: the key of the column, or None where it is about the whole row, and what to do."""

    column: str | None
    message: str


def name_key(name: str) -> str:
    """The name without marks, case and superfluous white space, to compare it with."""
    return " ".join(fold(name).split())


class Names(Generic[Value]):
    """Values by the names that people write for them.

    A name as it is kept comes first; then one without marks and case, unless it could mean two values.
    """

    def __init__(self, pairs: Iterable[tuple[str, Value]]) -> None:
        self._exact: dict[str, Value] = {}
        self._folded: dict[str, Value] = {}
        self._written: dict[str, str] = {}
        doubtful = set()
        for name, value in pairs:
            key = name_key(name)
            self._exact.setdefault(normalize(name).casefold(), value)
            self._written.setdefault(key, name)
            if self._folded.setdefault(key, value) != value:
                doubtful.add(key)
        for key in doubtful:
            del self._folded[key]

    def find(self, text: str) -> Value | None:
        """The value with this name, or None."""
        found = self._exact.get(normalize(text).casefold())
        return self._folded.get(name_key(text)) if found is None else found

    def likely(self, text: str) -> str | None:
        """The known name that is most like `text`, as it is written; None when none is."""
        key = name_key(text)
        longer = sorted(known for known in self._written if known.startswith(key))
        close = longer or get_close_matches(key, self._written, n=1, cutoff=0.7)
        return self._written[close[0]] if close else None


class RowReader:
    """Reads cells by the key of their column; what cannot be read is None and stands in `problems`."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.problems: list[Problem] = []

    def refuse(self, column: str | None, message: str) -> None:
        """Note what is wrong with a column of the row."""
        self.problems.append(Problem(column, message))

    def text(self, column: str, *, longest: int, required: bool = False) -> str | None:
        """One text of at most `longest` characters."""
        text = self._read(column, read_text, required=required)
        if text is not None and len(text) > longest:
            self.refuse(column, _("Shorten this to %(count)s characters.", count=longest))
            return None
        return text

    def day(self, column: str, *, required: bool = False) -> date | None:
        """A day."""
        return self._read(column, read_date, required=required)

    def whole_number(self, column: str, *, required: bool = False) -> int | None:
        """A whole number."""
        return self._read(column, read_whole_number, required=required)

    def decimal(self, column: str, *, required: bool = False) -> Decimal | None:
        """A number with decimals."""
        return self._read(column, read_decimal, required=required)

    def choice(self, column: str, names: Names[Value], *, required: bool = False) -> Value | None:
        """What the cell names; the problem of an unknown name says what was probably meant."""
        text = self._read(column, read_text, required=required)
        if text is None:
            return None
        found = names.find(text)
        if found is None:
            likely = names.likely(text)
            if likely is None:
                self.refuse(column, _("“%(name)s” is not known. See the template for what can stand here.", name=text))
            else:
                self.refuse(column, _("“%(name)s” is not known. Did you mean “%(likely)s”?", name=text, likely=likely))
        return found

    def _read(self, column: str, read: Callable[[Cell], Value | None], *, required: bool) -> Value | None:
        try:
            value = read(self.record[column])
        except CellError as error:
            self.refuse(column, str(error))
            return None
        if value is None and required:
            self.refuse(column, _("This is needed."))
        return value
