"""Of Bootstrap's stylesheet, what the pages use."""

from pathlib import Path

from core.web.bootstrap_css import TARGET, bootstrap_stylesheet, used_part

ROOT = Path(__file__).parents[3]

WHOLE = (
    '@charset "UTF-8";/*! licence */:root{--bs-a:1px;--bs-b:url("data:;x,{}");--bs-c:var(--bs-a)}'
    ".btn,.card>h1,a:not(.card,.btn),b{width:var(--bs-c)}"
    '.card{content:"}"}p{margin:0}'
    "@media print{.card{color:red}.btn{color:blue}}@media screen{.card{color:red}}"
    "@keyframes turn{to{rotate:1turn}}@keyframes blink{to{opacity:0}}/*# map */"
)


def test_rules_are_kept_whose_classes_are_all_used() -> None:
    assert used_part(WHOLE, frozenset({"btn", "blink"})).split("\n") == [
        ":root{--bs-a:1px;--bs-c:var(--bs-a)}",
        ".btn,a:not(.card,.btn),b{width:var(--bs-c)}",
        "p{margin:0}",
        "@media print{.btn{color:blue}}",
        "@keyframes blink{to{opacity:0}}",
        "",
    ]


def test_a_rule_is_kept_for_what_it_still_sets() -> None:
    assert used_part(".btn{--bs-x:1}.btn{--bs-y:2;color:red}", frozenset({"btn"})) == ".btn{color:red}\n"
    assert used_part(".btn{--bs-x:1}", frozenset({"btn"}), frozenset({"--bs-x"})) == ".btn{--bs-x:1}\n"


def test_the_file_has_what_the_pages_use_now() -> None:
    made = (ROOT / TARGET).read_text(encoding="utf-8")
    assert made == bootstrap_stylesheet(ROOT), "run `make install`: a template, script or stylesheet has changed"


def test_what_the_pages_load_is_small_and_says_whose_it_is() -> None:
    made = bootstrap_stylesheet(ROOT)
    assert "The Bootstrap Authors" in made[:300] and ".form-control" in made
    assert ".accordion" not in made
    assert len(made) < 40_000
    assert f"static_url('{TARGET.removeprefix('static/')}')" in (ROOT / "templates" / "base.html").read_text()
