"""What labels refuse."""

from core.errors import Conflict, Invalid
from core.i18n import gettext as _
from traceability.labels.designs import Design


class LabelTooSmall(Invalid):
    """What must stand on the label does not fit: the code would be too fine to print, or the text to read."""

    def __init__(self, design: Design) -> None:
        message = _(
            "Labels of %(size)s are too small for this code and name. Choose a larger label, or shorter numbers.",
            size=design.size,
        )
        super().__init__(message, field="design")


class NotReady(Conflict):
    """The file is still being made, could not be made, or was removed."""

    def __init__(self) -> None:
        super().__init__(_("This file is not ready, or was removed after some time. Please look at the print run."))
