"""What can be wrong with a change of an order."""

from core.errors import Conflict
from core.i18n import lazy_gettext as _l


class PackedAlready(Conflict):
    """What was named is not to be packed any more: it is packed, or was cancelled or given back."""

    default_message = _l("This is packed already, or was given back before.")
