"""The register of what can be reported: each feature that lets people write enters its kinds from its `setup.py`."""

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from market.moderation.models import ContentKind


@dataclass(frozen=True)
class Content:
    """One piece of content as officers read it and its author is told about it.

    `author_id` is None for a guest. `path` is the page on which everybody reads it, `own_path` the page on which its
    author does; for a guest that one is secret. `guest_email` is where a guest can be told, in `guest_locale`.
    """

    kind: ContentKind
    id: uuid.UUID
    words: str
    author_id: uuid.UUID | None
    author_name: str
    product_vi: str
    product_en: str
    path: str
    own_path: str
    created_at: datetime
    hidden_at: datetime | None
    stars: int | None = None
    photo_keys: tuple[str, ...] = ()
    guest_email: str | None = None
    guest_locale: str = "vi"


@dataclass(frozen=True)
class ContentSource:
    """Where content of one kind is: its table, and how several of it are read in a fixed number of queries."""

    model: type[Any]
    find: Callable[[Collection[uuid.UUID]], Iterable[Content]]


_sources: dict[ContentKind, ContentSource] = {}


def register_content(kind: ContentKind, source: ContentSource) -> None:
    """Let content of this kind be reported; saying it twice changes nothing."""
    _sources[kind] = source


def source_of(kind: ContentKind) -> ContentSource:
    """Where content of this kind is."""
    return _sources[kind]


def find_contents(keys: Iterable[tuple[ContentKind, uuid.UUID]]) -> dict[tuple[ContentKind, uuid.UUID], Content]:
    """The content with these kinds and ids, in a fixed number of queries a kind."""
    by_kind: dict[ContentKind, list[uuid.UUID]] = {}
    for kind, content_id in keys:
        by_kind.setdefault(ContentKind(kind), []).append(content_id)
    return {(kind, content.id): content for kind, ids in by_kind.items() for content in source_of(kind).find(ids)}
