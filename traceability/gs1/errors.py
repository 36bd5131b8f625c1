"""What can be wrong with GS1 data, said in a way that an edge can translate."""

from collections.abc import Mapping


def N_(message_id: str) -> str:
    """Mark an English message id for the translation catalogue and return it unchanged."""
    return message_id


class Gs1Error(ValueError):
    """GS1 data that breaks a rule of a standard.

    ``message_id`` is the English sentence with ``%(name)s`` placeholders and ``params`` fills them, so that
    an edge can show ``gettext(error.message_id) % error.params``. ``ai`` is the application identifier that is
    concerned, ``value`` the offending text and ``position`` the offset (in characters, from 0) of the first
    wrong character: in ``value`` for errors of values, in the whole input for errors of structure.
    """

    def __init__(
        self,
        message_id: str,
        params: Mapping[str, str | int] | None = None,
        *,
        ai: str | None = None,
        value: str | None = None,
        position: int | None = None,
    ) -> None:
        self.message_id = message_id
        self.params = dict(params or {})
        self.ai = ai
        self.value = value
        self.position = position
        super().__init__(message_id % self.params if self.params else message_id)


class UnknownIdentifierError(Gs1Error):
    """An application identifier that the GS1 General Specifications do not define."""


class Gs1ValueError(Gs1Error):
    """A value that does not fit its application identifier."""


class LengthError(Gs1ValueError):
    """A value that is too short or too long."""


class CharacterError(Gs1ValueError):
    """A character outside the set that the identifier allows."""


class CheckDigitError(Gs1ValueError):
    """A check digit or check character pair that does not hold."""


class DateError(Gs1ValueError):
    """A date or time that is not in the calendar."""


class StructureError(Gs1Error):
    """A URI or element string that is not put together as its syntax says."""


class AssociationError(Gs1Error):
    """Application identifiers that must, or must not, stand together."""
