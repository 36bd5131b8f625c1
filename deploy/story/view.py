"""A page of the gallery and the person who sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page, Response

from deploy.story.person import Person


@dataclass(frozen=True)
class View:
    """One page of the story. `path` may be a whole address of the payment page.

    A page that only answers to a form is reached by it: `typed` is what goes into fields, by their names, and `pressed`
    the buttons in turn, by name and value.
    """

    name: str
    path: str
    seen_by: Person
    status: int = 200
    typed: Sequence[tuple[str, str]] = ()
    pressed: Sequence[tuple[str, str]] = ()


def show(page: Page, view: View) -> Response | None:
    """Bring `page` to the view, as a person would; returns the last answer."""
    answer = page.goto(view.path, wait_until="load")
    for name, value in view.typed:
        box = page.locator(f'[name="{name}"]').first
        if box.evaluate("(element) => element.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    for name, value in view.pressed:
        with page.expect_navigation(wait_until="load") as navigation:
            page.locator(f'button[name="{name}"][value="{value}"]:not([aria-hidden])').click()
        answer = navigation.value
    return answer
