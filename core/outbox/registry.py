"""Who listens to which events."""

import uuid
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

Event = TypeVar("Event")
Handler = Callable[[Any], None]

_event_classes: dict[str, type] = {}
_subscribers: dict[str, dict[str, Handler]] = {}


def subscribe(event_class: type[Event], handler: Callable[[Event], None]) -> None:
    """Call `handler` with every `event_class` published; saying it twice changes nothing.

    A handler runs in a transaction of the relay with its mark of delivery, and must bear being called again after a
    failure. Its name is its module and function: renaming it makes it a new subscriber.
    """
    _event_classes[event_class.__name__] = event_class
    _subscribers.setdefault(event_class.__name__, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler


def subscribers_of(name: str) -> dict[str, Handler]:
    """The handlers of the event class called `name`, by subscriber name, in the order they subscribed."""
    return _subscribers.get(name, {})


def event_from(name: str, payload: dict[str, Any]) -> Any:
    """The event that was published as `name` with `payload`; ids are UUIDs again."""
    event_class = _event_classes[name]
    values = {}
    for field in fields(event_class):
        value = payload.get(field.name)
        values[field.name] = uuid.UUID(value) if field.type is uuid.UUID and isinstance(value, str) else value
    return event_class(**values)
