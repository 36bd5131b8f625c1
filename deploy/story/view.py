"""A page of the gallery and the person who sees it."""

from dataclasses import dataclass

from deploy.story.person import Person


@dataclass(frozen=True)
class View:
    """One page of the story. `path` may be a whole address of the payment page."""

    name: str
    path: str
    seen_by: Person
    status: int = 200
