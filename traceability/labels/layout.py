"""Where everything stands on a label: wrapped, shrunk and left out by rule, the same for paper and preview.

Lengths are millimetres from the upper left corner of the label; sizes of type are points. Thermal printers have eight
dots a millimetre (203 dpi), so modules of codes are whole dots, and at least three of them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from traceability.items.rules import CODE_LENGTH
from traceability.labels.content import LabelContent
from traceability.labels.designs import Design, DesignKind, Part
from traceability.labels.errors import LabelTooSmall
from traceability.labels.text import fit

Width = Callable[[str, bool, float], float]
"""The width in millimetres of a text, bold or not, at a size in points."""

DOT: Final = 0.125
FEWEST_DOTS: Final = 3
"""Of a module: finer ones run together on a thermal printer."""
SMALLEST_TYPE: Final = 4.2
_POINT: Final = 25.4 / 72
_LEADING: Final = 1.18
_ASCENT: Final = 0.95
_SHARE_OF_CODE: Final = 0.58
_STEP: Final = 0.95


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its baseline, `x` its beginning, or its middle when it `is_centred`.

    `is_serial` marks the line that ends with the serial number, which differs from label to label.
    """

    x: float
    y: float
    size: float
    text: str
    is_bold: bool = False
    is_centred: bool = False
    is_serial: bool = False


@dataclass(frozen=True, slots=True)
class Star:
    """A star with its middle and its outer radius."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class CodePlace:
    """Where the code stands, its quiet zone included: upper left corner, and the width of a module."""

    x: float
    y: float
    module: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A label with everything in its place."""

    code: CodePlace
    texts: tuple[Text, ...]
    stars: tuple[Star, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """Something to set, at best at `size` points and in so many lines.

    What has the lowest `dropped` goes first (0: never). `break_at` is where it should be broken if it must be.
    """

    text: str
    size: float
    lines: int = 1
    is_bold: bool = False
    stars: int = 0
    dropped: int = 0
    may_be_cut: bool = False
    break_at: int = 0
    is_serial: bool = False
    space_before: float = 0.25


@dataclass(frozen=True, slots=True)
class _Block:
    """Items set below one another from y = 0 down to `height`."""

    height: float
    texts: tuple[Text, ...]
    stars: tuple[Star, ...]


def lay_out(design: Design, content: LabelContent, *, modules: int, width_of: Width) -> Layout:
    """Put `content` on a label of `design`; its code has so many `modules` on a side, quiet zone included.

    Text wraps first, then all of it shrinks; then what matters least is left out, the code becomes smaller, and at
    last a long name is cut. Raises LabelTooSmall.
    """
    if design.kind is DesignKind.SIGN:
        return _sign(design, content, modules, width_of)
    head, foot = _items(design, content, best=3 + design.height * 0.2)
    for choices in (_whole_names(head), _cut_names(head)):
        for code in _code_sizes(design, modules):
            left = code.x + code.module * modules + 0.5
            margin = max(code.x, design.height * 0.045)
            room = design.width - left - (1.0 if design.height <= 30 else 2.0)
            blocks = _set_two(choices, foot, room, design.height - 2 * margin, width_of)
            if blocks is not None:
                above, under = blocks
                below = design.height - margin - under.height
                return Layout(
                    code,
                    (*_moved(above.texts, left, margin), *_moved(under.texts, left, below)),
                    tuple(Star(star.x + left, star.y + margin, star.radius) for star in above.stars),
                )
    raise LabelTooSmall(design)


def _whole_names(head: Sequence[_Item]) -> list[list[_Item]]:
    """Everything, then without what matters least."""
    whole = [replace(item, may_be_cut=False) for item in head]
    return [[item for item in whole if not 0 < item.dropped <= drop] for drop in range(4)]


def _cut_names(head: Sequence[_Item]) -> list[list[_Item]]:
    """What must be there alone, with a name that is still too long in two lines and cut."""
    return [[replace(item, lines=2) for item in head if not item.dropped]]


def _code_sizes(design: Design, modules: int) -> Iterator[CodePlace]:
    """Where the code may stand, at the left edge, as large as it may be at first."""
    edge = 0.5 if design.height <= 30 else 0.75 if design.height < 45 else 1.5
    highest = _whole_dots((design.height - 2 * edge) / modules)
    widest = _whole_dots(design.width * _SHARE_OF_CODE / modules)
    for dots in range(min(highest, max(widest, FEWEST_DOTS)), FEWEST_DOTS - 1, -1):
        side = dots * DOT * modules
        yield CodePlace(_on_a_dot(edge), _on_a_dot((design.height - side) / 2), dots * DOT)


def _items(design: Design, content: LabelContent, *, best: float) -> tuple[list[_Item], list[_Item]]:
    """What stands at the head of the text, and what at its foot: the code in signs that people read."""
    shown = dict(content.facts)
    head = [_Item(content.product, best, lines=5, is_bold=True, may_be_cut=True, space_before=0)]
    if content.stars and Part.STARS in design.shows:
        head.append(_Item("OCOP", best * 0.62, is_bold=True, stars=content.stars, dropped=2))
    if Part.PRODUCER in design.shows:
        head.append(_Item(content.producer, best * 0.68, lines=2, may_be_cut=True, dropped=1))
    head += [
        _Item(shown[part], best * 0.68, lines=2, is_bold=True, dropped=3 if part == Part.HARVESTED else 0)
        for part in (Part.LOT, Part.HARVESTED, Part.BEST_BEFORE)
        if part in design.shows and part in shown
    ]
    foot = [_Item(content.mark, best * 0.55)] if content.mark else []
    return head, [*foot, *_readable_keys(content, best * 0.6)]


def _readable_keys(content: LabelContent, size: float) -> list[_Item]:
    """The human-readable interpretation (General Specifications §4.14): each element on a line of its own."""
    items = []
    for ai, value in content.keys:
        text, is_serial = f"({ai}){value}", ai == "21"
        break_at = len(text) - CODE_LENGTH if is_serial else len(text) - len(value)
        items.append(_Item(text, size, lines=2, break_at=break_at, is_serial=is_serial, space_before=0.05))
    return items


def _set_two(
    choices: Iterable[Sequence[_Item]], foot: Sequence[_Item], width: float, height: float, width_of: Width
) -> tuple[_Block, _Block] | None:
    """Set the first of the `choices` that fits above the `foot`, as large as can be; None when none does."""
    for head in choices:
        scale = 1.0
        while scale > 0.45:
            above, under = _set(head, scale, width, width_of), _set(foot, scale, width, width_of)
            if above and under and above.height + under.height + 0.4 <= height:
                return above, under
            scale *= _STEP
    return None


def _set(
    items: Iterable[_Item], scale: float, width: float, width_of: Width, *, middle: float | None = None
) -> _Block | None:
    """Set `items` below one another at `scale`; None when one of them does not fit into `width`."""
    y, texts, stars = 0.0, [], []
    for item in items:
        best = max(item.size * scale, SMALLEST_TYPE)
        y += item.space_before * best * _POINT
        if item.stars:
            y, word, row = _stars(item, best, y, width, width_of, middle)
            texts.append(word)
            stars += row
            continue
        found = _lines(item, best, width, width_of)
        if found is None:
            return None
        size, lines = found
        for line in lines:
            x = 0.0 if middle is None else middle
            baseline = y + size * _ASCENT * _POINT
            is_serial = item.is_serial and line is lines[-1]
            texts.append(Text(x, baseline, size, line, item.is_bold, middle is not None, is_serial))
            y += size * _LEADING * _POINT
    return _Block(y, tuple(texts), tuple(stars))


def _lines(item: _Item, best: float, width: float, width_of: Width) -> tuple[float, list[str]] | None:
    """The size of type at which `item` fits, at most `best`, and its lines; None when it fits at none."""
    sizes = [best * _STEP**step for step in range(60) if best * _STEP**step >= SMALLEST_TYPE - 0.01]

    def measure(text: str, size: float) -> float:
        return width_of(text, item.is_bold, size)

    # Every label has another serial number in the same place, so room is made for the widest signs.
    widest = item.text[: item.break_at] + "W" * CODE_LENGTH if item.is_serial else item.text
    for ends in ([0], [0, item.break_at]) if item.break_at else ():
        bounds = list(zip(ends, [*ends[1:], None], strict=True))
        for size in sizes:
            if max(measure(widest[start:end], size) for start, end in bounds) <= width:
                return size, [item.text[start:end] for start, end in bounds]
    if item.is_serial:
        return None
    size, lines = fit(item.text, width=width, max_lines=item.lines, sizes=sizes, measure=measure)
    is_cut = "".join("".join(lines).split()) != "".join(item.text.split())
    return None if is_cut and not item.may_be_cut else (size, lines)


def _stars(
    item: _Item, size: float, y: float, width: float, width_of: Width, middle: float | None
) -> tuple[float, Text, list[Star]]:
    """The word OCOP with its stars behind it."""
    step = size * 1.15 * _POINT
    word = width_of(item.text, item.is_bold, size) + size * 0.35 * _POINT
    whole = word + step * item.stars
    if whole > width:
        size, step, word = size * width / whole, step * width / whole, word * width / whole
        whole = width
    left = 0.0 if middle is None else middle - whole / 2
    baseline = y + size * _ASCENT * _POINT
    row = [
        Star(left + word + step * (number + 0.5), baseline - size * 0.34 * _POINT, size * 0.52 * _POINT)
        for number in range(item.stars)
    ]
    return y + size * _LEADING * _POINT, Text(left, baseline, size, item.text, item.is_bold), row


def _sign(design: Design, content: LabelContent, modules: int, width_of: Width) -> Layout:
    """A sign: large name, a large code in the middle, and what to do with it."""
    unit = design.width / 148
    margin, middle = 9 * unit, design.width / 2
    room = design.width - 2 * margin
    dots = _whole_dots(design.width * 0.64 / modules)
    side = dots * DOT * modules
    if dots < FEWEST_DOTS:
        raise LabelTooSmall(design)
    head = [_Item(content.product, 34 * unit, lines=3, is_bold=True, may_be_cut=True, space_before=0)]
    if content.stars:
        head.append(_Item("OCOP", 17 * unit, is_bold=True, stars=content.stars))
    head.append(_Item(content.producer, 16 * unit, lines=2, may_be_cut=True))
    foot = [_Item(content.invitation, 17 * unit, is_bold=True, space_before=0)]
    foot += [_Item(text, 13 * unit, lines=2, space_before=0.1) for _part, text in content.facts]
    if content.mark:
        foot.append(_Item(content.mark, 10 * unit))
    foot += _readable_keys(content, 10 * unit)
    scale = 1.0
    while scale > 0.4:
        above = _set(head, scale, room, width_of, middle=middle)
        under = _set(foot, scale, room, width_of, middle=middle)
        if above and under and above.height + under.height + side <= design.height - 2 * margin:
            free = design.height - 2 * margin - above.height - under.height - side
            top = _on_a_dot(margin + above.height + free * 0.5)
            code = CodePlace(_on_a_dot(middle - side / 2), top, dots * DOT)
            below = design.height - margin - under.height
            texts = (*_moved(above.texts, 0, margin), *_moved(under.texts, 0, below))
            return Layout(code, texts, tuple(Star(star.x, star.y + margin, star.radius) for star in above.stars))
        scale *= _STEP
    raise LabelTooSmall(design)


def _moved(texts: Iterable[Text], x: float, y: float) -> tuple[Text, ...]:
    return tuple(replace(text, x=text.x + x, y=text.y + y) for text in texts)


def _whole_dots(length: float) -> int:
    return math.floor(length / DOT + 1e-9)


def _on_a_dot(length: float) -> float:
    return round(length / DOT) * DOT
