"""Making items in a thread of their own."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, current_app

from traceability.capture.read_ahead import read_ahead


def test_the_items_come_in_their_order() -> None:
    assert list(read_ahead(iter(range(100)))) == list(range(100))
    assert list(read_ahead(iter(()))) == []


def test_what_fails_in_the_making_is_raised_where_the_items_are_used() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("second")

    items = read_ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="second"):
        next(items)


def test_nothing_goes_on_when_nobody_wants_more() -> None:
    made = []

    def endless() -> Iterator[int]:
        while True:
            made.append(1)
            yield 1

    threads = threading.active_count()
    items = read_ahead(endless())
    next(items)
    items.close()
    assert threading.active_count() == threads
    assert len(made) < 10


def test_the_application_is_around_the_maker_too(app: Flask) -> None:
    def names() -> Iterator[str]:
        yield current_app.name

    with app.app_context():
        assert list(read_ahead(names())) == [app.name]
