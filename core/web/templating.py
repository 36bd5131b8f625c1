"""What every template can use: the contract between `templates/` and the packages."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, g
from jinja2 import StrictUndefined
from markupsafe import Markup, soft_str

from core.accounts import Actor, current_actor
from core.accounts.identity import phone_as_read
from core.config import Settings
from core.i18n import LOCAL_TIME_ZONE, current_locale, format_number, local_day
from core.money import format_vnd
from core.web.navigation import NavigationLink, navigation_for
from core.web.sign_in_reasons import sign_in_reason


def local_time(moment: datetime) -> str:
    """`moment` on clocks in Vietnam, "14:05 20/11/2026"; the same in both languages, as readers here expect."""
    return f"{moment.astimezone(LOCAL_TIME_ZONE):%H:%M %d/%m/%Y}"


def local_date(day: date | datetime) -> str:
    """`day` as dd/mm/yyyy; a time is first moved to Vietnam's clocks."""
    if isinstance(day, datetime):
        day = local_day(day)
    return f"{day:%d/%m/%Y}"


def in_groups(code: str | None, size: int = 6) -> Markup:
    """A long number that a narrow page breaks only between groups of `size` signs; whoever copies it gets it whole."""
    text = code or ""
    return Markup("<wbr>").join(text[start : start + size] for start in range(0, len(text), size))


def capitalized(label: object) -> str:
    """A label with a capital letter at its beginning, the rest as it is; markup stays markup."""
    text = soft_str(label)
    return text[:1].upper() + text[1:]


def request_actor() -> Actor:
    """The actor of this request, looked up once."""
    if "actor" not in g:
        g.actor = current_actor()
    actor: Actor = g.actor
    return actor


class _LazyActor:
    """The actor for templates: a page that never asks who reads it opens no session."""

    def __getattr__(self, name: str) -> object:
        return getattr(request_actor(), name)


def init_app(app: Flask, settings: Settings) -> None:
    """Set Jinja's rules, filters and globals."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        vnd=lambda amount: format_vnd(amount, current_locale()),
        kilograms=lambda grams: format_number(grams / 1000),
        localtime=local_time,
        localdate=local_date,
        phone=phone_as_read,
        in_groups=in_groups,
        capitalized=capitalized,
    )

    @cache
    def static_url(filename: str) -> str:
        """Address of a static file with its content's hash, so that browsers may keep it for a year."""
        content = (Path(app.static_folder or "") / filename).read_bytes()
        return f"{app.static_url_path}/{filename}?v={hashlib.sha256(content).hexdigest()[:10]}"

    def navigation() -> list[NavigationLink]:
        return navigation_for(request_actor())

    app.jinja_env.globals.update(
        site_name=settings.site_name,
        actor=_LazyActor(),
        navigation=navigation,
        sign_in_reason=sign_in_reason,
        static_url=static_url,
        local_time=local_time,
    )

    @app.context_processor
    def per_request() -> dict[str, object]:
        return {"current_locale": current_locale()}
