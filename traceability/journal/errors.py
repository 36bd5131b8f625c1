"""What the journal refuses."""

from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l


class DuplicateEvent(Conflict):
    """The very same event is in the journal already (same CBV 2.0 event hash)."""

    default_message = _l("This event is in the journal already.")


class EventIdTaken(Conflict):
    """Another event has this `eventID` already; an event never changes, a correction has an id of its own."""

    default_message = _l("Another event has this eventID already.")


class InvalidEvent(Invalid):
    """An event that EPCIS does not allow; `field` is the JSON pointer of what is wrong."""

    default_message = _l("This is no valid event.")
