"""Which link a request gets (GS1-Conformant Resolver 1.2, section 2.6), and for how long the answer holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from traceability.resolver.links import Entry, Level, Link, defaults_of, variants_of
from traceability.resolver.vocabulary import DEFAULT, DEFAULT_MULTI

MAX_AGE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Preference:
    """What a request says about the link it wants.

    `languages` are ranges in the order of the reader's wish (RFC 4647), `refused_languages` those that it rules out;
    `media_types` are media ranges with their quality.
    """

    link_type: str | None = None
    languages: tuple[str, ...] = ()
    refused_languages: tuple[str, ...] = ()
    media_types: tuple[tuple[str, float], ...] = ()
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The links that fit a request, each with its level: one to follow, several to choose from, or none.

    `gone` says that there were such links once.
    """

    links: tuple[tuple[Level, Link], ...] = ()
    gone: bool = False


def choose(entry: Entry, preference: Preference, now: datetime) -> Choice:
    """What `preference` gets of `entry`: the most detailed level that has such links decides (section 2.5.9)."""
    if preference.link_type in (None, DEFAULT, DEFAULT_MULTI):
        return _choose_default(entry, preference, now)
    for level in entry.levels:
        candidates = [link for link in level.live(now) if link.link_type == preference.link_type]
        if candidates:
            return Choice(tuple((level, link) for link in _best(candidates, preference)))
    return Choice(gone=any(link.link_type == preference.link_type and link.is_gone(now) for link in entry.links))


def _choose_default(entry: Entry, preference: Preference, now: datetime) -> Choice:
    """The default link, or the one of its variants that the request decides for; never several (section 2.6.1)."""
    for level, default in defaults_of(entry, now):
        variants = _best(variants_of(level, default, now), preference)
        return Choice(((level, variants[0] if len(variants) == 1 else default),))
    return Choice(gone=any(link.is_gone(now) for link in entry.links))


def _best(links: Sequence[Link], preference: Preference) -> Sequence[Link]:
    """The links of one type that fit best; more than one where the request cannot tell them apart."""
    links = _by_context(links, preference.context)
    links = _by_media_type(links, preference.media_types)
    links = _by_language(links, preference)
    if len(links) > 1:
        links = [link for link in links if not link.is_own] or links
    if len({link.attributes for link in links}) == len(links) > 1:
        # They differ, only the request did not say in what: then the producer's default speaks.
        links = [link for link in links if link.is_default] or links
    return links


def _by_context(links: Sequence[Link], context: str | None) -> Sequence[Link]:
    exact = [link for link in links if context is not None and link.context == context]
    return exact or [link for link in links if link.context is None] or links


def _by_media_type(links: Sequence[Link], ranges: Sequence[tuple[str, float]]) -> Sequence[Link]:
    """The links whose type the request likes best; one that takes anything has said nothing."""
    if all(media_range == "*/*" for media_range, _quality in ranges):
        return links
    rated = [(media_quality(link.media_type, ranges), link) for link in links]
    best = max((quality for quality, _link in rated), default=0.0)
    return [link for quality, link in rated if quality == best] if best > 0 else links


def media_quality(media_type: str | None, ranges: Sequence[tuple[str, float]]) -> float:
    """How much a request with these media ranges wants `media_type` (RFC 9110 §12.5.1): the closest range counts."""
    if media_type is None:
        return max((quality for _range, quality in ranges), default=1.0)
    wildcard = media_type.partition("/")[0] + "/*"
    qualities = dict(ranges)
    for media_range in (media_type, wildcard, "*/*"):
        if media_range in qualities:
            return qualities[media_range]
    return 0.0


def _by_language(links: Sequence[Link], preference: Preference) -> Sequence[Link]:
    tags = {tag for link in links for tag in link.languages if tag.lower() not in preference.refused_languages}
    tag = look_up(preference.languages, tags)
    if tag is not None:
        return [link for link in links if tag in link.languages]
    return [link for link in links if not link.languages] or links


def look_up(ranges: Sequence[str], tags: set[str]) -> str | None:
    """The tag that fits the first of `ranges` that any fits: lookup as in RFC 4647 §3.4, each range cut down in turn.

    Where that finds nothing, a tag that is narrower than a range will do ("vi" takes "vi-VN").
    """
    by_lower = {tag.lower(): tag for tag in sorted(tags, reverse=True)}
    for language_range in ranges:
        subtags = language_range.lower().split("-")
        while subtags:
            found = by_lower.get("-".join(subtags))
            if found is not None:
                return found
            subtags.pop()
            if subtags and len(subtags[-1]) == 1:
                subtags.pop()
    narrower = (low for wide in ranges for low in sorted(by_lower) if low.startswith(f"{wide.lower()}-"))
    return next((by_lower[low] for low in narrower), None)


def max_age(entry: Entry, now: datetime) -> int:
    """For how many seconds an answer about `entry` may be kept: not beyond the moment when one of its links changes."""
    moments = [moment for link in entry.links for moment in (link.valid_from, link.valid_until) if moment is not None]
    seconds = [int((moment - now).total_seconds()) for moment in moments if moment > now]
    return min([MAX_AGE_SECONDS, *seconds])
