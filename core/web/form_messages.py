"""WTForms' own messages in the reader's language: it ships none in Vietnamese."""

from typing import Final

from core.i18n import gettext
from core.i18n import lazy_gettext as _l

WTFORMS_MESSAGES: Final = (
    _l("Field must be equal to %(other_name)s."),
    _l("Field must be at least %(min)d character long."),
    _l("Field must be at least %(min)d characters long."),
    _l("Field cannot be longer than %(max)d character."),
    _l("Field cannot be longer than %(max)d characters."),
    _l("Field must be exactly %(max)d character long."),
    _l("Field must be exactly %(max)d characters long."),
    _l("Field must be between %(min)d and %(max)d characters long."),
    _l("Number must be at least %(min)s."),
    _l("Number must be at most %(max)s."),
    _l("Number must be between %(min)s and %(max)s."),
    _l("Date must be at least %(min)s."),
    _l("Date must be at most %(max)s."),
    _l("Date must be between %(min)s and %(max)s."),
    _l("This field is required."),
    _l("Invalid input."),
    _l("Invalid email address."),
    _l("Invalid IP address."),
    _l("Invalid Mac address."),
    _l("Invalid URL."),
    _l("Invalid UUID."),
    _l("Invalid value, must be one of: %(values)s."),
    _l("Invalid value, can't be any of: %(values)s."),
    _l("This field cannot be edited."),
    _l("This field is disabled and cannot have a value."),
    _l("Invalid CSRF Token."),
    _l("CSRF token missing."),
    _l("CSRF failed."),
    _l("CSRF token expired."),
    _l("Invalid Choice: could not coerce."),
    _l("Not a valid choice."),
    _l("Invalid choice(s): one or more data inputs could not be coerced."),
    _l("'%(value)s' is not a valid choice for this field."),
    _l("'%(value)s' are not valid choices for this field."),
    _l("Not a valid datetime value."),
    _l("Not a valid date value."),
    _l("Not a valid time value."),
    _l("Not a valid week value."),
    _l("Not a valid integer value."),
    _l("Not a valid decimal value."),
    _l("Not a valid float value."),
)
FOR_PROGRAMMERS: Final = frozenset({"Invalid field name '%s'.", "Choices cannot be None."})
"""What no reader ever sees, since the code would be wrong."""


class FormMessages:
    """What WTForms asks for its messages, answered out of the site's own catalogue; placeholders stay as they are."""

    def gettext(self, message: str) -> str:
        """The message in the reader's language; as it came when the catalogue does not have it."""
        return str(gettext(message))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The same for a message about so many."""
        return self.gettext(singular if count == 1 else plural)
