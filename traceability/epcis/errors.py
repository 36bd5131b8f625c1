"""What can be wrong with an EPCIS document or event, said so that an edge can translate it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

Params = Mapping[str, str | int]

_NONE: Final[Params] = MappingProxyType({})


class Problem(NamedTuple):
    """One rule that is broken, at ``pointer`` (JSON Pointer, RFC 6901).

    ``message_id`` is an English sentence with ``%(name)s`` placeholders that ``params`` fills.
    """

    pointer: str
    message_id: str
    params: Params = _NONE

    def below(self, parent: str) -> "Problem":
        """The same problem, seen from an object or list that holds this one at the pointer ``parent``."""
        return Problem(parent + self.pointer, self.message_id, self.params)

    def __str__(self) -> str:
        return self.message_id % self.params if self.params else self.message_id


class DocumentError(Exception):
    """A document that cannot be read at all. ``pointer`` is the place, as far as one can be told."""

    def __init__(self, pointer: str, message_id: str, params: Params | None = None) -> None:
        self.pointer = pointer
        self.message_id = message_id
        self.params = dict(params or {})
        super().__init__(f"{pointer}: {self.problem}")

    @property
    def problem(self) -> Problem:
        """The error as a problem, like those that validation finds."""
        return Problem(self.pointer, self.message_id, self.params)


def pointer_step(name: str | int) -> str:
    """One step of a JSON pointer: ``/name``, with ``~`` and ``/`` escaped (RFC 6901, section 3)."""
    return "/" + name.replace("~", "~0").replace("/", "~1") if isinstance(name, str) else f"/{name}"
