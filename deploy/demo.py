"""`make demo`: plays the whole story over HTTP against the site at `SITE_URL`, and says what came of each step.

Label, code and receipts are kept in `var/demo/`. The first thing that is not as told ends it with one sentence.
"""

import os
import sys
import time
from pathlib import Path

from deploy.console import say
from deploy.site import ROOT
from deploy.story.broken import StoryBroken
from deploy.story.steps import STEPS
from deploy.story.telling import Storyteller, play

NOT_AS_TOLD = 1


def tell(site_url: str, folder: Path) -> None:
    """Play every step. Raises `StoryBroken`."""
    notes: list[str] = []
    story = Storyteller(site_url, folder, notes.append)
    for number, step in enumerate(STEPS, start=1):
        started = time.monotonic()
        try:
            play(step, story)
        finally:
            say(f"{number:2}. {step.title:<62} {time.monotonic() - started:5.1f} s")
            for note in notes:
                say(f"      {note}")
            notes.clear()


def main() -> int:
    site_url = (os.environ.get("SITE_URL") or "http://localhost:8000").rstrip("/")
    folder = ROOT / (os.environ.get("VAR_DIR") or "var") / "demo"
    say(f"Playing the story at {site_url}")
    try:
        tell(site_url, folder)
    except StoryBroken as broken:
        sys.stdout.flush()
        print(f"The story broke. {broken}", file=sys.stderr, flush=True)
        return NOT_AS_TOLD
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    say(f"story complete: {len(STEPS)} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
