"""What readings are refused with."""

from core.errors import Refused
from core.i18n import lazy_gettext as _l


class NoDevice(Refused):
    """The token may send readings, but no device has it any more."""

    default_message = _l("This token belongs to no sensor. Make a new one on the sensor's page.")
