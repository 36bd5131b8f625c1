"""Choosing among links: what holds for any links and any request."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.resolver.links import Entry, Level, Link, linkset
from traceability.resolver.rules import MAX_AGE_SECONDS, Preference, choose, look_up, max_age, media_quality
from traceability.resolver.vocabulary import DEFAULT, LINK_TYPES, OFFERED, VOCABULARY, link_type_name, link_type_title

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
moments = st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
tags = st.sampled_from(["vi", "en", "en-US", "zh", "fr-FR"])
links = st.builds(
    Link,
    link_type=st.sampled_from(["pip", "faqs", "recipeInfo"]),
    href=st.integers(0, 50).map(lambda number: f"https://x.example.com/{number}"),
    title=st.just("t"),
    languages=st.lists(tags, max_size=2, unique=True).map(tuple),
    media_type=st.none() | st.sampled_from(["text/html", "application/pdf"]),
    context=st.none() | st.sampled_from(["VN", "JP"]),
    is_default=st.booleans(),
    is_own=st.booleans(),
    valid_from=moments,
    valid_until=moments,
    removed_at=moments,
)
entries = st.lists(st.lists(links, max_size=5), min_size=1, max_size=3).map(
    lambda levels: Entry(
        "https://x.example.com/01/1",
        tuple(Level(f"https://x.example.com/{number}", "d", tuple(found)) for number, found in enumerate(levels)),
    )
)
preferences = st.builds(
    Preference,
    link_type=st.none() | st.sampled_from(["pip", "faqs", "menuInfo", DEFAULT]),
    languages=st.lists(st.sampled_from(["vi", "en-GB", "zh-Hant-TW", "de", "fr", "x"]), max_size=3).map(tuple),
    refused_languages=st.lists(tags.map(str.lower), max_size=2).map(tuple),
    media_types=st.lists(
        st.tuples(st.sampled_from(["text/html", "text/*", "*/*", "application/pdf"]), st.floats(0, 1)), max_size=3
    ).map(tuple),
    context=st.none() | st.sampled_from(["VN", "KR"]),
)


@given(entries, preferences)
def test_only_links_that_stand_are_chosen_and_of_the_type_asked_for(entry: Entry, preference: Preference) -> None:
    choice = choose(entry, preference, NOW)
    asked = preference.link_type
    for level, link in choice.links:
        assert link in level.links
        assert link.is_live(NOW)
        assert asked in (None, DEFAULT, link.link_type)
    standing = [link for link in entry.links if link.is_live(NOW) and asked in (None, DEFAULT, link.link_type)]
    assert bool(choice.links) == bool(standing)
    assert not (choice.links and choice.gone)


@given(entries, preferences)
def test_the_default_is_one_link_and_always_there(entry: Entry, preference: Preference) -> None:
    wanted = Preference(None, preference.languages, preference.refused_languages, preference.media_types)
    choice = choose(entry, wanted, NOW)
    assert len(choice.links) == (1 if any(link.is_live(NOW) for link in entry.links) else 0)


@given(entries, preferences)
def test_several_links_are_offered_only_from_one_level(entry: Entry, preference: Preference) -> None:
    assert len({level.anchor for level, _link in choose(entry, preference, NOW).links}) <= 1


@given(entries)
def test_the_linkset_has_a_default_wherever_it_has_a_link(entry: Entry) -> None:
    contexts = linkset(entry, NOW)["linkset"]
    if contexts:
        defaults = [link for context in contexts for link in context.get(VOCABULARY + DEFAULT, [])]
        assert defaults
        assert all(len(context.get(VOCABULARY + DEFAULT, [])) <= 1 for context in contexts)
        assert all(link.keys() == {"href", "title"} for link in defaults)


@given(entries, st.integers(0, MAX_AGE_SECONDS))
def test_nothing_changes_while_an_answer_may_be_kept(entry: Entry, seconds: int) -> None:
    if seconds < max_age(entry, NOW):
        assert linkset(entry, NOW) == linkset(entry, NOW + timedelta(seconds=seconds))


@given(st.lists(st.text("abcdeinv-", min_size=1, max_size=8), max_size=4), st.sets(tags))
def test_look_up_gives_a_tag_that_is_there(ranges: list[str], offered: set[str]) -> None:
    assert look_up(ranges, offered) in {None, *offered}


@given(tags, st.lists(tags, max_size=3), st.sets(tags))
def test_a_tag_that_is_there_and_wanted_first_is_found(first: str, rest: list[str], others: set[str]) -> None:
    assert look_up([first.upper(), *rest], {first, *others}) == first


@pytest.mark.parametrize(
    ("ranges", "offered", "found"),
    [
        (["zh-Hant-CN-x-private1-private2"], {"zh-CN", "zh"}, "zh"),
        (["de-DE", "en"], {"en", "vi"}, "en"),
        (["en"], {"en-US"}, "en-US"),
        (["e"], {"en"}, None),
        (["fr", "vi"], {"fr-FR", "vi"}, "vi"),
        ([], {"vi"}, None),
    ],
)
def test_look_up_cuts_ranges_down(ranges: list[str], offered: set[str], found: str | None) -> None:
    assert look_up(ranges, offered) == found


@pytest.mark.parametrize(
    ("media_type", "ranges", "quality"),
    [
        ("text/html", [("text/html", 0.4), ("text/*", 0.9)], 0.4),
        ("text/plain", [("text/html", 0.4), ("text/*", 0.9)], 0.9),
        ("image/png", [("text/*", 0.9), ("*/*", 0.1)], 0.1),
        ("image/png", [("text/*", 0.9)], 0.0),
        (None, [("text/*", 0.9)], 0.9),
        (None, [], 1.0),
    ],
)
def test_the_closest_media_range_counts(
    media_type: str | None, ranges: list[tuple[str, float]], quality: float
) -> None:
    assert media_quality(media_type, ranges) == quality


def test_link_types_are_known_by_name_in_both_languages() -> None:
    assert {"pip", "traceability", "epcis", "certificationInfo", "recallStatus", "verificationService"} <= LINK_TYPES
    assert "defaultLink" not in LINK_TYPES
    for name in OFFERED:
        assert link_type_title(name, "en")
        assert link_type_title(name, "vi")
        assert link_type_name(f"gs1:{name}") == link_type_name(VOCABULARY + name) == name
