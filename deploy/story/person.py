"""Somebody with a browser of their own: cookies, forms filled as they stand, redirects followed."""

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from deploy.story.broken import StoryBroken, expect
from deploy.story.page import Page, PageForm

PATIENCE_SECONDS = 20
Photo = tuple[str, io.BytesIO, str]


class Person:
    """Plays one person. Every answer is checked against the status that the story tells."""

    def __init__(self, site_url: str, name: str) -> None:
        self.site_url = site_url.rstrip("/")
        self.name = name
        self._browser = requests.Session()
        # A kept connection may be closed by the server just as the next request leaves; browsers then send it again.
        self._browser.headers["Connection"] = "close"
        self._browser.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
        # The story plays on loopback or against a site of ours; a proxy in the environment is for other traffic.
        self._browser.trust_env = False

    @property
    def cookies(self) -> dict[str, str]:
        return {name: value for name, value in self._browser.cookies.items() if value is not None}

    def copy(self) -> "Person":
        """The same person in a second window: the same cookies."""
        twin = Person(self.site_url, self.name)
        twin._browser.cookies.update(self._browser.cookies)
        return twin

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request as it is, no redirect followed unless asked. Raises `StoryBroken` when nobody answers."""
        url = urljoin(self.site_url + "/", path)
        options.setdefault("allow_redirects", False)
        options.setdefault("timeout", PATIENCE_SECONDS)
        try:
            return self._browser.request(method, url, **options)
        except requests.RequestException as error:
            reason = type(error).__name__
            raise StoryBroken(f"expected an answer from {url}, got none ({reason}): is the site running?") from None

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open an address, following redirects."""
        return self._read(self.ask("GET", path, allow_redirects=True), status)

    def download(self, path: str, *, kind: str) -> bytes:
        """A file; checks its content type."""
        answer = self.ask("GET", path)
        found = answer.headers.get("Content-Type", "").partition(";")[0]
        expect(answer.status_code == 200 and found == kind, f"{kind} from {path}", got=f"{answer.status_code} {found}")
        return answer.content

    def json(self, path: str) -> Any:
        """What the API answers."""
        answer = self.ask("GET", path, headers={"Accept": "application/json"})
        expect(answer.status_code == 200, f"200 from {path}", got=f"{answer.status_code} {answer.text[:120]}")
        return answer.json()

    def send(
        self,
        form: PageForm,
        values: Mapping[str, str] | None = None,
        *,
        photos: Mapping[str, Photo] | None = None,
        status: int = 200,
    ) -> Page:
        """Fill in and send a form, following redirects."""
        return self._read(self._send(form, values or {}, photos, follow=True), status)

    def send_and_stay(self, form: PageForm, values: Mapping[str, str]) -> requests.Response:
        """Send a form and do not follow where it leads."""
        return self._send(form, values, None, follow=False)

    def send_twice(self, form: PageForm, values: Mapping[str, str]) -> list[requests.Response]:
        """A double click: the same form, twice at the same time, from the same browser."""
        windows = [self.copy(), self.copy()]
        with ThreadPoolExecutor(len(windows)) as pool:
            answers = list(pool.map(lambda window: window.send_and_stay(form, values), windows))
        for window in windows:
            self._browser.cookies.update(window._browser.cookies)
        return answers

    def sign_in(self, name: str, password: str) -> Page:
        """Sign in with a phone number or an e-mail address."""
        form = self.open("/sign-in").form(having="password")
        page = self.send(form, {"email": name, "password": password})
        expect(not page.path.startswith("/sign-in"), f"{name} to be let in", got=page.summary)
        return page

    def choose_language(self, language: str) -> None:
        """Press the language button of the page's head."""
        form = self.open("/").form(having="language")
        page = self.send(form, {"language": language})
        expect(f'<html lang="{language}"' in page.html, f"pages in “{language}”", got=page.html[:80])

    def _send(
        self, form: PageForm, values: Mapping[str, str], photos: Mapping[str, Photo] | None, *, follow: bool
    ) -> requests.Response:
        fields = form.filled(dict(values))
        if form.method == "GET":
            return self.ask("GET", form.action, params=fields, allow_redirects=follow)
        # A browser names the page it comes from; the check of the form's token looks at it on https.
        origin = f"{urlsplit(form.action).scheme}://{urlsplit(form.action).netloc}"
        headers = {"Origin": origin, "Referer": form.action}
        if form.multipart:
            parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields]
            parts += list((photos or {}).items())
            return self.ask("POST", form.action, files=parts, headers=headers, allow_redirects=follow)
        return self.ask("POST", form.action, data=fields, headers=headers, allow_redirects=follow)

    def _read(self, answer: requests.Response, status: int) -> Page:
        page = Page(status=answer.status_code, url=answer.url, html=answer.text)
        if page.status != status:
            raise StoryBroken(f"expected {status} from {page.path}, got {page.summary}{_complaints(page)}")
        return page


def _complaints(page: Page) -> str:
    """What a refused form says, for the sentence that ends the story."""
    if not {"error-summary", "field-error", "failure"} & page.classes:
        return ""
    at = page.text.find(page.heading)
    return f": {page.text[at + len(page.heading) :][:200]}"
