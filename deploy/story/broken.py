"""What the story says when the site does not do what was told."""


class StoryBroken(Exception):
    """One sentence: what was looked at, what was expected, and what came instead."""


def expect(holds: object, what: str, *, got: object = "") -> None:
    """Raise `StoryBroken` unless `holds`; `what` is what should have been, `got` what was there instead."""
    if holds:
        return
    found = " ".join(str(got).split())
    raise StoryBroken(f"expected {what}" + (f", got {found[:300]}" if found else ""))
