"""Reading a page as a browser does: its forms with what they would send, its links, its words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from deploy.story.broken import StoryBroken

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "noscript", "template"}
BUTTONS = {"submit", "button", "image", "reset"}


@dataclass
class PageForm:
    """A form and the fields it would send when nothing in it is touched; buttons are sent only when pressed."""

    action: str
    method: str
    multipart: bool
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def value_of(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)

    def filled(self, values: dict[str, str]) -> list[tuple[str, str]]:
        """What the form sends with `values` typed in. Raises `StoryBroken` when it has no such field."""
        missing = sorted(set(values) - self.names)
        if missing:
            raise StoryBroken(
                f"expected the form to {urlsplit(self.action).path} to have the field {', '.join(missing)}, "
                f"got {', '.join(sorted(self.names)) or 'no field'}"
            )
        kept = [(name, value) for name, value in self.fields if name not in values]
        return kept + list(values.items())


@dataclass(frozen=True)
class Link:
    """A link: its whole address and its words."""

    address: str
    words: str

    @property
    def path(self) -> str:
        return urlsplit(self.address).path


class Page:
    """An answer of the site, read."""

    def __init__(self, *, status: int, url: str, html: str) -> None:
        self.status = status
        self.url = url
        self.html = html
        reader = _Reader(url)
        reader.feed(html)
        reader.close()
        self.forms = reader.forms
        self.links = [Link(address, " ".join(words.split())) for address, words in reader.links]
        self.images = reader.images
        self.text = " ".join("".join(reader.words).split())
        self.heading = " ".join(reader.heading.split())
        self.classes = reader.classes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self, *, having: str | None = None, to: str | None = None) -> PageForm:
        """The first form with a field `having` that leads to the path `to`. Raises `StoryBroken`."""
        for form in self.forms:
            if having is not None and having not in form.names:
                continue
            if to is not None and urlsplit(form.action).path != to:
                continue
            return form
        wanted = " ".join([f"with the field {having}" if having else "", f"to {to}" if to else ""]).strip()
        raise StoryBroken(f"expected a form {wanted} on {self.path}, got {self.summary}")

    def has_form_to(self, path: str) -> bool:
        return any(urlsplit(form.action).path == path for form in self.forms)

    def links_below(self, prefix: str) -> Iterator[Link]:
        return (link for link in self.links if link.path.startswith(prefix))

    def link_below(self, prefix: str) -> Link:
        """The first link whose path starts with `prefix`. Raises `StoryBroken`."""
        link = next(self.links_below(prefix), None)
        if link is None:
            raise StoryBroken(f"expected a link to {prefix}… on {self.path}, got {self.summary}")
        return link

    @property
    def summary(self) -> str:
        """Status and first words, for the sentence that says what came instead."""
        return f"{self.status} “{self.heading or self.text[:80]}”"


class _Reader(HTMLParser):
    """Collects forms, links, pictures and visible words."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.forms: list[PageForm] = []
        self.links: list[tuple[str, str]] = []
        self.images: list[str] = []
        self.words: list[str] = []
        self.heading = ""
        self.classes: set[str] = set()
        self._form: PageForm | None = None
        self._open: list[str] = []
        self._select: str | None = None
        self._selected: str | None = None
        self._first_option: str | None = None
        self._textarea: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.classes.update(values.get("class", "").split())
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            self._form = PageForm(
                action=urljoin(self.url, values.get("action") or self.url),
                method=values.get("method", "get").upper(),
                multipart=values.get("enctype") == "multipart/form-data",
            )
            self.forms.append(self._form)
        elif tag == "a" and "href" in values:
            self.links.append((urljoin(self.url, values["href"]), ""))
        elif tag == "img":
            self.images.append(urljoin(self.url, values.get("src", "")))
        elif self._form is not None and "disabled" not in values:
            self._control(tag, values)
        if tag in ("p", "li", "div", "td", "th", "dt", "dd", "br", "option", "h1", "h2", "h3"):
            self.words.append(" ")

    def _control(self, tag: str, values: dict[str, str]) -> None:
        form, name = self._form, values.get("name", "")
        assert form is not None
        if tag == "option" and self._select is not None:
            value = values.get("value", "")
            form.choices.setdefault(self._select, []).append(value)
            self._first_option = value if self._first_option is None else self._first_option
            if "selected" in values:
                self._selected = value
        if not name:
            return
        if tag in ("input", "button", "select", "textarea"):
            form.names.add(name)
        kind = values.get("type", "text")
        if tag == "select":
            self._select, self._selected, self._first_option = name, None, None
        elif tag == "textarea":
            self._textarea = (name, [])
        elif tag == "input" and kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(values.get("value", "on"))
            if "checked" in values:
                form.fields.append((name, values.get("value", "on")))
        elif tag == "input" and kind not in BUTTONS and kind != "file":
            form.fields.append((name, values.get("value", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        elif tag == "select" and self._form is not None and self._select is not None:
            chosen = self._selected if self._selected is not None else self._first_option
            if chosen is not None:
                self._form.fields.append((self._select, chosen))
            self._select = None
        elif tag == "textarea" and self._form is not None and self._textarea is not None:
            name, text = self._textarea
            self._form.fields.append((name, "".join(text).removeprefix("\n")))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea[1].append(data)
        if not UNSEEN.isdisjoint(self._open) or ("title" in self._open and "svg" not in self._open):
            return
        self.words.append(data)
        if "h1" in self._open:
            self.heading += data
        if "a" in self._open and self.links:
            address, words = self.links[-1]
            self.links[-1] = (address, words + data)
