"""Templates bound to a language: constants where a phrase is literal, and compiled once however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from core.i18n import use_locale
from core.web.rendering import language_environment, render_template_of
from core.web.templating import capitalized, in_groups


def bound(app: Flask, locale: str, source: str) -> Environment:
    environment = language_environment(locale).overlay(loader=DictLoader({"page.html": source}))
    environment.globals = language_environment(locale).globals
    return environment


def test_literal_phrases_become_constants_of_the_language(app: Flask) -> None:
    with app.app_context():
        for locale, word in (("vi", "Lô"), ("en", "Lot")):
            environment = bound(app, locale, "{{ _('Lot') }} {{ 1 }}")
            assert environment.get_template("page.html").render() == f"{word} 1"
            assert word in environment.compile("{{ _('Lot') }}", raw=True)


def test_phrases_with_variables_are_still_looked_up_and_escaped(app: Flask) -> None:
    with app.app_context():
        environment = bound(app, "en", "{{ _('Go to %(site)s', site=site) }} {{ _(site) }}")
        assert environment.get_template("page.html").render(site="<b>") == "Go to &lt;b&gt; &lt;b&gt;"


def test_a_page_asked_for_by_many_at_once_is_compiled_once(app: Flask) -> None:
    compiled: list[str] = []
    with app.app_context():
        environment = bound(app, "vi", "{{ number }}")
        original = environment.compile
        environment.compile = lambda *args, **kwargs: (compiled.append("page"), original(*args, **kwargs))[1]
    together = Barrier(8)

    def ask(number: int) -> str:
        with app.app_context():
            together.wait()
            return render_template_of(environment, "page.html", number=number)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [str(number) for number in range(8)]
    assert compiled == ["page"]


@pytest.mark.parametrize(("locale", "words"), [("vi", "8,6"), ("en", "8.6")])
def test_kilograms_are_written_as_the_reader_writes_them(app: Flask, locale: str, words: str) -> None:
    with app.test_request_context(), use_locale(locale):
        page = bound(app, locale, "{{ 8600 | kilograms }}, {{ 20000 | kilograms }}").get_template("page.html")
        assert page.render() == f"{words}, 20"


def test_a_long_number_breaks_between_groups_and_is_copied_whole() -> None:
    assert in_groups("095210000000001541") == Markup("095210<wbr>000000<wbr>001541")
    assert in_groups("<b>123") == Markup("&lt;b&gt;123")
    assert in_groups(None) == in_groups("") == ""


def test_a_label_begins_with_a_capital_letter_and_keeps_the_others() -> None:
    assert capitalized("đang dùng OCOP") == "Đang dùng OCOP"
    assert capitalized("") == ""
    assert capitalized(Markup("<b>a</b>")) == Markup("<b>a</b>")
    assert not isinstance(capitalized("<b>"), Markup)
