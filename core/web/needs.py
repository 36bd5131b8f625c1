"""What the label of a field says of when it is needed."""

from typing import Any


class NeededWhen:
    """Marks a field that one choice of its form needs, or of whose kind one is needed; a validator that checks nothing.

    The use case refuses what is missing. `words` stand beside the label in place of "(optional)", which would be wrong;
    without any, nothing stands there, because the page around the field says when it is needed.
    """

    def __init__(self, words: object = "") -> None:
        self.field_flags = {"needed_when": words}

    def __call__(self, form: Any, field: Any) -> None:
        """Let everything through."""
