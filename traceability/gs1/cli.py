"""Commands for GS1 identifiers: ``flask gs1 parse`` and ``flask gs1 build``. They need neither site nor database."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import click

from traceability.gs1.digital_link import CANONICAL_STEM, build_digital_link, parse_digital_link
from traceability.gs1.element_strings import format_element_string, parse_element_string
from traceability.gs1.errors import Gs1Error, Gs1ValueError
from traceability.gs1.uris import check_stem

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@click.group("gs1")
def commands() -> None:
    """GS1 identifiers: Digital Links and element strings."""


@commands.command("parse")
@click.argument("uris", nargs=-1, required=True, metavar="URI…")
def parse(uris: tuple[str, ...]) -> None:
    """Take Digital Link URIs apart: one JSON object a line, "-" reads URIs from standard input.

    An object has "uri", "element_string", "canonical", "keys" and "attributes", or "uri" and "error". The exit
    status is 1 when a URI is invalid.
    """
    _answer(uris, _parsed)


@commands.command("build")
@click.argument("elements", nargs=-1, required=True, metavar="ELEMENT-STRING…")
@click.option(
    "--domain", default=CANONICAL_STEM, show_default=True, help="Where the link lives, such as https://example.com."
)
def build(elements: tuple[str, ...], domain: str) -> None:
    """Make Digital Link URIs of element strings such as "(01)09506000134352(10)ABC", one a line; "-" reads them from
    standard input.

    In place of a URI that cannot be made stands what is wrong, and the exit status is 1.
    """
    try:
        stem = check_stem(domain if "://" in domain else f"https://{domain}")
    except Gs1Error as error:
        raise click.BadParameter(str(error), param_hint="--domain") from None
    _answer(elements, lambda text: _built(text, stem))


def _answer(arguments: Iterable[str], answer: Callable[[str], tuple[str, bool]]) -> None:
    """Print the answer to each argument as it comes; exit with 1 if there was a bad one."""
    output = sys.stdout.buffer
    all_good = True
    for text in _lines(arguments):
        line, good = answer(text)
        # Bytes that are no text came in as lone surrogates and leave as escapes.
        output.write(line.encode("utf-8", "backslashreplace") + b"\n")
        output.flush()
        all_good = all_good and good
    if not all_good:
        raise click.exceptions.Exit(1)


def _lines(arguments: Iterable[str]) -> Iterator[str]:
    """The arguments, with the lines of standard input where there is a "-"; empty lines do not count."""
    for argument in arguments:
        if argument != "-":
            yield argument
            continue
        for number, line in enumerate(sys.stdin.buffer):
            octets = line.removeprefix(_BYTE_ORDER_MARK) if number == 0 else line
            text = octets.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
            if text:
                yield text


def _parsed(uri: str) -> tuple[str, bool]:
    answer: dict[str, object] = {"uri": uri}
    try:
        link = parse_digital_link(uri)
    except Gs1Error as error:
        answer["error"] = _what_and_where(error)
        return json.dumps(answer, ensure_ascii=False), False
    answer["element_string"] = format_element_string(link.elements)
    answer["canonical"] = link.canonical
    answer["keys"] = link.keys
    answer["attributes"] = link.attributes
    return json.dumps(answer, ensure_ascii=False), True


def _built(text: str, stem: str) -> tuple[str, bool]:
    try:
        return build_digital_link(parse_element_string(text), stem).uri(), True
    except Gs1Error as error:
        return f"error: {_what_and_where(error)}", False


def _what_and_where(error: Gs1Error) -> str:
    """The sentence of ``error``, and the character that it is about, counted from 1."""
    if error.position is None:
        return str(error)
    where = f"character {error.position + 1}"
    if isinstance(error, Gs1ValueError) and error.ai is not None:
        where = f"({error.ai}), {where} of “{error.value}”"
    return f"{error} [{where}]"
