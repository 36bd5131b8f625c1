"""Where the boxes and lines of a drawn genealogy go: layers from left to right, what came first on the left. Pure.

Every depth is a column. A column that is too tall shows its first boxes and one that stands for the others, so the
drawing stays readable whatever is traced; the table beside it holds everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traceability.lots.genealogy_rules import Edge, EdgeKind, Genealogy, Node

BOX_WIDTH: Final = 216
BOX_HEIGHT: Final = 84
COLUMN_GAP: Final = 72
ROW_GAP: Final = 20
MARGIN: Final = 12
MOST_IN_COLUMN: Final = 8
LINE_LETTERS: Final = 25
"""Letters that fit on one line of a box at the size they are drawn in."""

_SWEEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """One node at its place, or `hidden_count` nodes that have no box of their own (then without `node`)."""

    x: int
    y: int
    node: Node | None
    hidden_count: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line from the right of a box to the left of another, as the data of an SVG path."""

    path: str
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes in reading order and the lines between them; sizes in the drawing's own pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    hidden_count: int


def drawn(genealogy: Genealogy) -> Drawing:
    """The drawing of a genealogy, of both directions or one."""
    columns = _ordered(_columns(genealogy.nodes), genealogy.edges)
    shown = {depth: _shortened(column) for depth, column in columns.items()}
    tallest = max((len(boxes) for boxes in shown.values()), default=1)
    height = tallest * (BOX_HEIGHT + ROW_GAP) - ROW_GAP
    boxes: list[Box] = []
    place_of: dict[str, Box] = {}
    for position, (_depth, groups) in enumerate(sorted(shown.items())):
        x = MARGIN + position * (BOX_WIDTH + COLUMN_GAP)
        top = MARGIN + (height - (len(groups) * (BOX_HEIGHT + ROW_GAP) - ROW_GAP)) // 2
        for row, group in enumerate(groups):
            y = top + row * (BOX_HEIGHT + ROW_GAP)
            box = Box(x, y, group[0]) if len(group) == 1 else Box(x, y, None, len(group))
            boxes.append(box)
            place_of |= {node.identifier: box for node in group}
    return Drawing(
        width=2 * MARGIN + len(columns) * (BOX_WIDTH + COLUMN_GAP) - COLUMN_GAP,
        height=2 * MARGIN + height,
        boxes=tuple(boxes),
        lines=tuple(_lines(genealogy.edges, place_of)),
        hidden_count=sum(box.hidden_count for box in boxes),
    )


def broken_lines(text: str, most_lines: int = 2) -> list[str]:
    """`text` on at most so many lines of a box, broken between words; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LINE_LETTERS or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], " ".join(lines[most_lines - 1 :])]
    return [line if len(line) <= LINE_LETTERS else f"{line[: LINE_LETTERS - 1]}…" for line in lines]


def _columns(nodes: Iterable[Node]) -> dict[int, list[Node]]:
    columns: dict[int, list[Node]] = {}
    for node in nodes:
        columns.setdefault(node.depth, []).append(node)
    return columns


def _ordered(columns: dict[int, list[Node]], edges: Sequence[Edge]) -> dict[int, list[Node]]:
    """The columns with neighbours beside each other: each node moves to the mean place of those it is joined to."""
    joined: dict[str, list[str]] = {}
    for edge in edges:
        joined.setdefault(edge.source, []).append(edge.target)
        joined.setdefault(edge.target, []).append(edge.source)
    places = {node.identifier: place for column in columns.values() for place, node in enumerate(column)}
    for _sweep in range(_SWEEPS):
        for column in columns.values():
            column.sort(key=lambda node: (_mean_place(node, joined, places), node.identifier))
            places |= {node.identifier: place for place, node in enumerate(column)}
    return columns


def _mean_place(node: Node, joined: Mapping[str, Sequence[str]], places: Mapping[str, int]) -> float:
    around = [places[other] for other in joined.get(node.identifier, ()) if other in places]
    return sum(around) / len(around) if around else places[node.identifier]


def _shortened(column: Sequence[Node]) -> list[list[Node]]:
    """The column as groups of one, the last group all that has no box of its own."""
    if len(column) <= MOST_IN_COLUMN:
        return [[node] for node in column]
    kept = MOST_IN_COLUMN - 1
    return [*([node] for node in column[:kept]), list(column[kept:])]


def _lines(edges: Iterable[Edge], place_of: Mapping[str, Box]) -> Iterable[Line]:
    ends = dict.fromkeys(
        (place_of[edge.source], place_of[edge.target], edge.kind)
        for edge in edges
        if edge.source in place_of and edge.target in place_of
    )
    for source, target, kind in ends:
        if source is not target:
            yield Line(_curve(source, target), kind)


def _curve(source: Box, target: Box) -> str:
    x1, y1 = source.x + BOX_WIDTH, source.y + BOX_HEIGHT // 2
    x2, y2 = target.x, target.y + BOX_HEIGHT // 2
    bend = COLUMN_GAP // 2 if x2 > x1 else COLUMN_GAP
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
