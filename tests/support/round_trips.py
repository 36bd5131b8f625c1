"""How often a test has asked the database."""

import threading
from typing import Any

import pytest

from core.db.exchange import Exchange


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements went with each round trip so far; what other threads ask is theirs."""
    found, ours, run = list[int](), threading.get_ident(), Exchange.run

    def note(exchange: Exchange, statements: Any, **options: Any) -> Any:
        if threading.get_ident() == ours:
            found.append(len(statements))
        return run(exchange, statements, **options)

    monkeypatch.setattr(Exchange, "run", note)
    return found
