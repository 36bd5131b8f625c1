"""Stripe's request format: form-encoded parameters with nested names, such as `line_items[0][price_data][currency]`.

`parse_form` turns the pairs into nested dictionaries; the parameter classes then say what is allowed. Whatever a
description does not name is refused, because a parameter that is silently ignored here would surprise at Stripe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from .errors import ApiError

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
INTEGER = re.compile(r"-?[0-9]{1,18}")
DEEPEST_NESTING = 8


def parse_form(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest `a[b][0][c]=v` as `{"a": {"b": {"0": {"c": "v"}}}}`; a closing `[]` counts its positions itself.

    Raises ApiError for names that are malformed, too deep, or used as a value and as a container at once, and for
    values that hold a NUL character.
    """
    tree: dict[str, Any] = {}
    for name, value in pairs:
        match = NAME.fullmatch(name)
        if match is None or "\0" in name + value:
            raise ApiError("Invalid request: a parameter is malformed.", code="parameter_invalid", param=name[:100])
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        if len(path) > DEEPEST_NESTING:
            raise ApiError("Invalid request: parameters are nested too deeply.", param=name[:100])
        _place(tree, path, name, value)
    return tree


def _place(tree: dict[str, Any], path: list[str], name: str, value: str) -> None:
    node = tree
    for step in path[:-1]:
        node = node.setdefault(step, {})
        if not isinstance(node, dict):
            raise ApiError(f"Invalid request: {name} is both a value and a container.", param=name)
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise ApiError(f"Invalid request: {name} is both a value and a container.", param=name)
    node[last] = value


class Parameter(Protocol):
    """One described parameter: whether it must be there, and how its raw form is read."""

    @property
    def required(self) -> bool: ...

    def read(self, raw: Any, name: str) -> Any: ...


def _string(raw: Any, name: str) -> str:
    if not isinstance(raw, str):
        raise ApiError(f"Invalid string: {name} must be a single value.", param=name)
    return raw


@dataclass(frozen=True)
class Text:
    """A string; with `choices`, one of them. An empty string means "not given", as at Stripe."""

    required: bool = False
    choices: tuple[str, ...] = ()
    longest: int = 5000
    pattern: str = ""

    def read(self, raw: Any, name: str) -> str | None:
        text = _string(raw, name)
        if text == "":
            if self.required:
                raise ApiError(f"{name} must not be empty.", code="parameter_invalid_empty", param=name)
            return None
        if self.choices and text not in self.choices:
            raise ApiError(f"Invalid {name}: must be one of {', '.join(self.choices)}.", param=name)
        if len(text) > self.longest:
            raise ApiError(
                f"{name} may have at most {self.longest} characters.", code="parameter_invalid_string", param=name
            )
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise ApiError(f"{name} is not well formed.", code="parameter_invalid_string", param=name)
        return text


def email(**options: Any) -> Text:
    """An e-mail address; the real check is whether a mail arrives, so this refuses only what cannot be one."""
    return Text(longest=512, pattern=r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", **options)


@dataclass(frozen=True)
class Url:
    """An absolute http or https address."""

    required: bool = False

    def read(self, raw: Any, name: str) -> str:
        text = _string(raw, name)
        try:
            parts = urlsplit(text)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable or len(text) > 5000 or re.search(r"[\s\x00-\x1f]", text):
            raise ApiError("Not a valid URL.", code="url_invalid", param=name)
        return text


@dataclass(frozen=True)
class Integer:
    """A whole number within bounds."""

    required: bool = False
    least: int | None = None
    most: int | None = None

    def read(self, raw: Any, name: str) -> int:
        text = _string(raw, name)
        if not INTEGER.fullmatch(text):
            raise ApiError(f"Invalid integer: {text[:40]}", code="parameter_invalid_integer", param=name)
        number = int(text)
        if self.least is not None and number < self.least:
            raise ApiError(f"{name} must be at least {self.least}.", code="parameter_invalid_integer", param=name)
        if self.most is not None and number > self.most:
            raise ApiError(f"{name} must be at most {self.most}.", code="parameter_invalid_integer", param=name)
        return number


@dataclass(frozen=True)
class Boolean:
    """true or false."""

    required: bool = False

    def read(self, raw: Any, name: str) -> bool:
        text = _string(raw, name)
        if text not in ("true", "false"):
            raise ApiError(f"Invalid boolean: {text[:40]}", code="parameter_invalid", param=name)
        return text == "true"


@dataclass(frozen=True)
class Hash:
    """A group of named parameters."""

    fields: Mapping[str, Parameter]
    required: bool = False

    def read(self, raw: Any, name: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ApiError(f"Invalid object: {name}.", param=name)
        return read_parameters(self.fields, raw, within=name)


@dataclass(frozen=True)
class Array:
    """A list, numbered from zero; gaps are closed."""

    item: Parameter
    required: bool = False
    longest: int = 100

    def read(self, raw: Any, name: str) -> list[Any]:
        if not isinstance(raw, dict) or not all(re.fullmatch("[0-9]{1,6}", key) for key in raw):
            raise ApiError(f"Invalid array: {name}.", code="parameter_invalid", param=name)
        if len(raw) > self.longest:
            raise ApiError(f"{name} may have at most {self.longest} entries.", param=name)
        return [self.item.read(raw[key], f"{name}[{key}]") for key in sorted(raw, key=int)]


@dataclass(frozen=True)
class Metadata:
    """Up to 50 keys of 40 characters with values of 500; an empty value leaves the key out."""

    required: bool = False

    def read(self, raw: Any, name: str) -> dict[str, str]:
        if raw == "":
            return {}
        if not isinstance(raw, dict) or len(raw) > 50:
            raise ApiError(f"{name} must be an object of at most 50 keys.", param=name)
        for key, value in raw.items():
            if len(key) > 40 or len(_string(value, f"{name}[{key}]")) > 500:
                raise ApiError(
                    f"{name}[{key[:40]}] is too long: keys have at most 40 characters, values 500.",
                    code="parameter_invalid_string",
                    param=name,
                )
        return {key: value for key, value in raw.items() if value != ""}


@dataclass(frozen=True)
class TimeRange:
    """`created`: one Unix time, or bounds by gt, gte, lt and lte. Read as a dictionary of bounds."""

    required: bool = False
    bounds: Hash = field(default=Hash({bound: Integer(least=0) for bound in ("gt", "gte", "lt", "lte")}))

    def read(self, raw: Any, name: str) -> dict[str, int]:
        if isinstance(raw, str):
            exact = Integer(least=0).read(raw, name)
            return {"gte": exact, "lte": exact}
        return self.bounds.read(raw, name)


EXPAND = Array(Text(required=True, longest=100), longest=20)

LIST_FIELDS: dict[str, Parameter] = {
    "created": TimeRange(),
    "limit": Integer(least=1, most=100),
    "starting_after": Text(longest=255),
    "ending_before": Text(longest=255),
}


def read_parameters(fields: Mapping[str, Parameter], raw: Mapping[str, Any], *, within: str = "") -> dict[str, Any]:
    """Check `raw` against its description and return the values read; what was not sent is absent from the result.

    Raises ApiError with Stripe's codes `parameter_unknown`, `parameter_missing` and the ones for wrong values, each
    naming the parameter by its full path.
    """

    def full(name: str) -> str:
        return f"{within}[{name}]" if within else name

    for name in raw:
        if name not in fields:
            raise ApiError(
                f"Received unknown parameter: {full(name)[:200]}", code="parameter_unknown", param=full(name)[:200]
            )
    for name, parameter in fields.items():
        if parameter.required and name not in raw:
            raise ApiError(f"Missing required param: {full(name)}.", code="parameter_missing", param=full(name))
    read = {name: fields[name].read(value, full(name)) for name, value in raw.items()}
    return {name: value for name, value in read.items() if value is not None}
