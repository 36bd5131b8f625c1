"""`make screenshots`: pictures of the story's pages in `var/screenshots/`, and the one that the README shows.

Runs beside a site (`python -m deploy.with_site python -m deploy.screenshots`) and needs Chromium, whose path
CHROMIUM_PATH may name. It tells the story once, so that the pages have something to show.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, sync_playwright

from deploy.console import CannotGoOn, give_up, say, step
from deploy.site import ROOT
from deploy.story.broken import StoryBroken
from deploy.story.gallery import View, pages_of, tell_until_refusals
from deploy.story.telling import Storyteller
from deploy.story.view import show

WIDTHS = {"phone": (360, 740), "desktop": (1280, 800)}
IN_THE_DARK = ("front", "product", "stall-screen")
IN_OVERVIEW = ("front", "product", "trace")
OVERVIEW = ROOT / "docs" / "images" / "overview.png"
OVERVIEW_LIMIT_BYTES = 400_000
CHROMIUM_PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
TALLEST_PIXELS = 6000


def find_chromium() -> str:
    """The browser to take pictures with. Raises `CannotGoOn`."""
    for path in (os.environ.get("CHROMIUM_PATH", ""), *CHROMIUM_PATHS):
        if path and Path(path).exists():
            return path
    raise CannotGoOn("The screenshots need Chromium: install it, or name it: CHROMIUM_PATH=/path/to/chromium")


@contextmanager
def started_browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def take(
    browser: Browser, view: View, size: tuple[int, int], *, dark: bool = False, whole: bool = True, scale: float = 1
) -> bytes:
    """A PNG of one page as its person sees it: all of it, or what fits the screen."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        base_url=view.seen_by.site_url,
        reduced_motion="reduce",
    )
    site_url = view.seen_by.site_url
    context.add_cookies(
        [{"name": name, "value": value, "url": site_url} for name, value in view.seen_by.cookies.items()]
    )
    page = context.new_page()
    show(page, view)
    page.evaluate("() => document.fonts.ready")
    if whole:  # pictures further down load when they come into view
        page.evaluate(
            "() => document.querySelectorAll('img[loading=lazy]').forEach((img) => { img.loading = 'eager'; })"
        )
        page.wait_for_function("() => [...document.images].every((img) => img.complete)")
        page.set_viewport_size({"width": size[0], "height": min(page.evaluate(PAGE_HEIGHT), TALLEST_PIXELS)})
    picture = page.screenshot()
    context.close()
    return picture


PAGE_HEIGHT = "() => Math.ceil(document.documentElement.scrollHeight)"


def take_all(browser: Browser, views: list[View], folder: Path) -> int:
    """Every page in every width, and some in the dark; returns how many pictures that were."""
    taken = 0
    for view in views:
        for width_name, size in WIDTHS.items():
            for dark in (False, True) if view.name in IN_THE_DARK else (False,):
                name = f"{view.name}-{width_name}{'-dark' if dark else ''}.png"
                (folder / name).write_bytes(take(browser, view, size, dark=dark))
                taken += 1
    return taken


def compose_overview(pictures: list[bytes]) -> bytes:
    """Phones side by side on a quiet ground, as a PNG of at most `OVERVIEW_LIMIT_BYTES`."""
    phones = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    gap, margin, radius = 40, 48, 28
    width = sum(phone.width for phone in phones) + gap * (len(phones) - 1) + 2 * margin
    height = max(phone.height for phone in phones) + 2 * margin
    sheet = Image.new("RGB", (width, height), "#eef3ea")
    left = margin
    for phone in phones:
        mask = Image.new("L", phone.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, phone.width - 1, phone.height - 1), radius, fill=255)
        shade = Image.new("L", sheet.size, 0)
        shade.paste(mask.point(lambda value: value // 4), (left, margin + 10))
        sheet.paste("#22331f", (0, 0), shade.filter(ImageFilter.GaussianBlur(12)))
        sheet.paste(phone, (left, margin), mask)
        left += phone.width + gap
    # As it is where that is small enough, else with fewer colours.
    for colours in (None, 256, 128, 64):
        content = io.BytesIO()
        fewer = sheet if colours is None else sheet.quantize(colours)
        fewer.save(content, "PNG", optimize=True)
        if content.tell() <= OVERVIEW_LIMIT_BYTES:
            break
    return content.getvalue()


def run(site_url: str, folder: Path) -> None:
    """Tell the story, then take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    with step("tell the story once"):
        story = Storyteller(site_url, folder / "story", [].append)
        tell_until_refusals(story)
        views = list(pages_of(story))
    with started_browser(chromium) as browser:
        with step(f"take pictures of {len(views)} pages") as taking:
            taking.note(f"{take_all(browser, views, folder)} in {folder}")
        with step("compose the overview") as composing:
            chosen = [next(view for view in views if view.name == name) for name in IN_OVERVIEW]
            phones = [take(browser, view, (360, 780), whole=False, scale=1.25) for view in chosen]
            OVERVIEW.parent.mkdir(parents=True, exist_ok=True)
            OVERVIEW.write_bytes(compose_overview(phones))
            composing.note(f"{OVERVIEW.relative_to(ROOT)}, {OVERVIEW.stat().st_size // 1000} kB")


def main() -> int:
    site_url = (os.environ.get("SITE_URL") or "http://localhost:8000").rstrip("/")
    say(f"Pictures of {site_url}")
    try:
        run(site_url, ROOT / (os.environ.get("VAR_DIR") or "var") / "screenshots")
    except (StoryBroken, CannotGoOn) as reason:
        give_up(str(reason))
    return 0


if __name__ == "__main__":
    sys.exit(main())
