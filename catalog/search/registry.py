"""The engine of the current application, and what other features add to its documents."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from flask import Flask, current_app

from catalog.search.engine import SearchEngine

Contribution = Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Mapping[str, Any]]]
"""Takes product ids; returns values of CONTRIBUTED_FIELDS for those it knows something of, in few queries."""

_ENGINE = "search_engine"
_CONTRIBUTIONS = "search_contributions"


def register_document_contribution(app: Flask, function: Contribution) -> None:
    """Let `function` add to the documents of products; registering it twice changes nothing.

    Whoever registers also publishes `ProductChanged` when what it would answer changes.
    """
    contributions: list[Contribution] = app.extensions.setdefault(_CONTRIBUTIONS, [])
    if function not in contributions:
        contributions.append(function)


def contributions() -> Sequence[Contribution]:
    """The registered contributions, in order; a later one wins."""
    return cast(Sequence[Contribution], current_app.extensions.get(_CONTRIBUTIONS, ()))


def set_search_engine(app: Flask, engine: SearchEngine) -> None:
    """Make `engine` the one that the application searches with."""
    app.extensions[_ENGINE] = engine


def search_engine() -> SearchEngine:
    """The engine of the current application."""
    return cast(SearchEngine, current_app.extensions[_ENGINE])
