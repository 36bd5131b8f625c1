"""What can be wrong with a return."""

from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l


class NothingAsked(Invalid):
    """No line was chosen."""

    default_message = _l("Choose what it is about: enter how many for at least one line.")


class NotNow(Conflict):
    """The return is not in a state in which this can be done; somebody else was faster, or it is over."""

    default_message = _l("This was answered meanwhile. Please look again.")
