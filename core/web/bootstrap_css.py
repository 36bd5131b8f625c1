"""The part of Bootstrap's stylesheet that the pages use: a fortieth of its classes, a sixth of its weight.

`make install` writes it into `static/css/bootstrap.css`, from the package that brings Bootstrap, whenever a page has
changed; it is not committed. A rule is kept when every class in its selector is a word somewhere in the templates, the
scripts or our own stylesheets; comments and what is to be translated do not count. A test asks for what is missing.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

_SOURCE: Final = "static/bootstrap5/css/bootstrap.min.css"
TARGET: Final = "static/css/bootstrap.css"
_STYLES: Final = "static/css"
_PLACES: Final = (("templates", "*.html"), ("static/js", "*.js"), (_STYLES, "*.css"))
_WORD: Final = re.compile(r"[A-Za-z][\w-]*")
_CLASS: Final = re.compile(r"\.([A-Za-z][\w-]*)")
_NOT_ASKED_FOR: Final = re.compile(r'"[^"]*"|:not\([^()]*\)')
_VARIABLE_SET: Final = re.compile(r'(--bs-[\w-]+):(?:"[^"]*"|[^;}"])*;?')
_VARIABLE_READ: Final = re.compile(r"var\((--bs-[\w-]+)")
_PROSE: Final = re.compile(r"""\{#.*?#\}|\b_\(\s*(?:'[^']*'|"[^"]*")""", re.DOTALL)
_EMPTY: Final = re.compile(r"[^{}]*\{\}")
_LICENCE: Final = re.compile(r"/\*!.*?\*/", re.DOTALL)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)


def bootstrap_stylesheet(root: Path) -> str:
    """The stylesheet for the site whose code lies at `root`."""
    whole = (files("flask_bootstrap") / _SOURCE).read_text(encoding="utf-8")
    made = root / TARGET
    paths = [path for place, name in _PLACES for path in (root / place).rglob(name) if path != made]
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    prose = {path: _PROSE if path.suffix == ".html" else _COMMENT for path in paths}
    words = frozenset(word for path, text in texts.items() for word in _WORD.findall(prose[path].sub("", text)))
    own = (text for path, text in texts.items() if path.suffix == ".css")
    asked_for = frozenset(name for text in own for name in _VARIABLE_READ.findall(text))
    licence = _LICENCE.search(whole)
    return f"{licence[0] if licence else ''}\n{used_part(whole, words, asked_for)}"


def used_part(stylesheet: str, words: frozenset[str], asked_for: frozenset[str] = frozenset()) -> str:
    """The rules of a minified stylesheet whose classes are all among `words`, in their order.

    Variables that neither these rules read nor `asked_for` names are left out.
    """
    rules = list(_kept_rules(_COMMENT.sub("", stylesheet), words))
    while True:
        read = asked_for.union(*map(_VARIABLE_READ.findall, rules))
        fewer = [rule for rule in (_without_unread(rule, read) for rule in rules) if rule]
        if fewer == rules:
            return "".join(f"{rule}\n" for rule in rules)
        rules = fewer


def _without_unread(rule: str, read: frozenset[str]) -> str:
    """The rule without the variables that nobody reads; nothing when it sets nothing else."""
    return _EMPTY.sub("", _VARIABLE_SET.sub(lambda found: found[0] if found[1] in read else "", rule))


def _kept_rules(stylesheet: str, words: frozenset[str]) -> Iterator[str]:
    """The rules that are kept."""
    for prelude, body in _blocks(stylesheet):
        if prelude.startswith(("@media", "@supports")):
            inner = "".join(_kept_rules(body, words))
            if inner:
                yield f"{prelude}{{{inner}}}"
        elif prelude.startswith("@keyframes"):
            if prelude.split()[1] in words:
                yield f"{prelude}{{{body}}}"
        else:
            selectors = [each for each in _selectors(prelude) if words.issuperset(_CLASS.findall(_bare(each)))]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def _bare(selector: str) -> str:
    """A selector without what stands in quotes, and without what an element must not be."""
    return _NOT_ASKED_FOR.sub("", selector)


def _blocks(stylesheet: str) -> Iterator[tuple[str, str]]:
    """Each block of the outermost level: what stands before its brace, and what stands inside."""
    start = depth = opened = 0
    quoted = False
    for index, sign in enumerate(stylesheet):
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign == ";" and depth == 0:  # @charset
            start = index + 1
        elif sign == "{":
            depth += 1
            opened = index if depth == 1 else opened
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield stylesheet[start:opened].strip(), stylesheet[opened + 1 : index]
                start = index + 1


def _selectors(prelude: str) -> Iterator[str]:
    """The selectors of a list; commas inside parentheses belong to one of them."""
    start = depth = 0
    for index, sign in enumerate(prelude):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield prelude[start:index]
            start = index + 1
    yield prelude[start:]


if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    (ROOT / TARGET).write_text(bootstrap_stylesheet(ROOT), encoding="utf-8")
