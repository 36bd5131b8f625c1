"""Links, the levels they belong to, and the linkset (RFC 9264; GS1-Conformant Resolver 1.2, sections 2.5 and 2.10)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from traceability.resolver.vocabulary import DEFAULT, DEFAULT_MULTI, LINKSET_CONTEXT, VOCABULARY


@dataclass(frozen=True, slots=True)
class Link:
    """One link from a thing to something about it.

    `languages`, `media_type` and `context` tell links of the same type apart; what is not given fits every request.
    `is_own` marks what the site knows by itself: a link that its producer set goes before it. `see_other` marks a
    target that is about something else than the thing (the owner of a plot).
    """

    link_type: str
    href: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str | None = None
    context: str | None = None
    is_default: bool = False
    is_own: bool = False
    see_other: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    removed_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether the link stands at `now`."""
        return not self.is_gone(now) and (self.valid_from is None or self.valid_from <= now)

    def is_gone(self, now: datetime) -> bool:
        """Whether the link stood once and does no longer: it ended, or was removed."""
        if self.removed_at is not None and self.removed_at <= now:
            return True
        return self.valid_until is not None and self.valid_until <= now

    @property
    def last_moment(self) -> datetime | None:
        """The last moment at which the link stands, or None when it has no end."""
        return self.valid_until - timedelta(microseconds=1) if self.valid_until else None

    @property
    def attributes(self) -> tuple[object, ...]:
        """What a request can be compared with; two links equal in it cannot be told apart."""
        return (self.languages, self.media_type, self.context)


@dataclass(frozen=True, slots=True)
class Level:
    """A thing at one level of detail (item, lot, product) with the links set for exactly that."""

    anchor: str
    description: str
    links: tuple[Link, ...] = ()

    def live(self, now: datetime) -> tuple[Link, ...]:
        """The links that stand at `now`."""
        return tuple(link for link in self.links if link.is_live(now))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the resolver knows about a Digital Link: its levels, the most detailed first; never empty."""

    uri: str
    levels: tuple[Level, ...]

    @property
    def links(self) -> Iterator[Link]:
        """All links of all levels, whether they stand or not."""
        return (link for level in self.levels for link in level.links)

    @property
    def description(self) -> str:
        """What the thing is, at its most detailed level."""
        return self.levels[0].description


def defaults_of(entry: Entry, now: datetime) -> list[tuple[Level, Link]]:
    """The default link of each level that has one, the most detailed first; never empty where any link stands.

    The producer's choice comes before the site's own; where nobody chose, the first link of the widest level is it.
    """
    found = [(level, link) for level in entry.levels if (link := _chosen_default(level, now)) is not None]
    if found:
        return found
    return [(level, level.live(now)[0]) for level in reversed(entry.levels) if level.live(now)][:1]


def _chosen_default(level: Level, now: datetime) -> Link | None:
    defaults = [link for link in level.live(now) if link.is_default]
    return next((link for link in defaults if not link.is_own), next(iter(defaults), None))


def variants_of(level: Level, default: Link, now: datetime) -> tuple[Link, ...]:
    """Links that serve the default's purpose in another language or form; empty where the default stands alone."""
    if default.is_own:
        return ()
    same = tuple(link for link in level.live(now) if link.link_type == default.link_type and not link.is_own)
    return same if len({link.attributes for link in same}) > 1 else ()


def linkset(entry: Entry, now: datetime) -> dict[str, Any]:
    """The linkset of `entry`: one context object a level that has links."""
    defaults = {level.anchor: link for level, link in defaults_of(entry, now)}
    return {
        "linkset": [
            _context_object(level, defaults.get(level.anchor), now) for level in entry.levels if level.live(now)
        ]
    }


def linkset_of(choices: Sequence[tuple[Level, Link]]) -> dict[str, Any]:
    """The linkset of single links, each with its level: the body of 300 Multiple Choices."""
    objects: dict[str, dict[str, Any]] = {}
    for level, link in choices:
        context = objects.setdefault(level.anchor, {"anchor": level.anchor, "itemDescription": level.description})
        context.setdefault(VOCABULARY + link.link_type, []).append(_target(link))
    return {"linkset": list(objects.values())}


def as_json_ld(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with the context of the standard in it."""
    return {"@context": LINKSET_CONTEXT, **document}


def _context_object(level: Level, default: Link | None, now: datetime) -> dict[str, Any]:
    content: dict[str, Any] = {"anchor": level.anchor, "itemDescription": level.description}
    for link_type, links in _by_type(level.live(now)):
        content[VOCABULARY + link_type] = [_target(link) for link in links]
    if default is not None:
        # The default link carries a title and nothing else (section 2.5.8).
        content[VOCABULARY + DEFAULT] = [{"href": default.href, "title": default.title}]
        variants = variants_of(level, default, now)
        if variants:
            content[VOCABULARY + DEFAULT_MULTI] = [_target(link) for link in variants]
    return content


def _by_type(links: Iterable[Link]) -> list[tuple[str, list[Link]]]:
    types: dict[str, list[Link]] = {}
    for link in links:
        types.setdefault(link.link_type, []).append(link)
    return sorted(types.items())


def _target(link: Link) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.media_type:
        target["type"] = link.media_type
    if link.languages:
        target["hreflang"] = list(link.languages)
    if link.context:
        target["context"] = [link.context]
    return target
