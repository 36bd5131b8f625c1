"""Structured logs: one event a line, for people on a console or for machines as JSON."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from core.config import Settings

_SECRET_PATH = re.compile(r"(/orders/|/sales/)[^/]{8}[^/]*")


def _hide_secret_links(logger: Any, name: str, event: EventDict) -> EventDict:
    """A token in a path is the key to an order: it must not stand in a log."""
    path = event.get("path")
    if isinstance(path, str):
        event["path"] = _SECRET_PATH.sub(r"\1…", path)
    return event


def configure_logs(settings: Settings) -> None:
    """Set up structlog and hand the standard library's loggers the same output."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _hide_secret_links,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
