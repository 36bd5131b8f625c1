"""What the import of a list refuses."""

from collections.abc import Sequence

from core.errors import Invalid
from core.i18n import ngettext
from traceability.plant_protection.rules import RowProblem


class UnreadableList(Invalid):
    """The file has problems, each with its row; nothing of it was taken in."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            ngettext(
                "The list has %(num)s problem. Nothing was imported.",
                "The list has %(num)s problems. Nothing was imported.",
                len(problems),
            )
        )
