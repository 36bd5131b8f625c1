"""Fitting text into a box: wrap at words, then shrink, and only then cut."""

from collections.abc import Callable, Sequence

Measure = Callable[[str, float], float]
"""The width of a text at a size, both in points."""


def wrap(text: str, width: float, size: float, measure: Measure) -> list[str]:
    """`text` in lines no wider than `width`; a word that is too wide for a line is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if measure(candidate, size) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = word
        while measure(line, size) > width and len(line) > 1:
            cut = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or measure(line[:n], size) <= width)
            lines.append(line[:cut])
            line = line[cut:]
    if line:
        lines.append(line)
    return lines


def fit(
    text: str, *, width: float, max_lines: int, sizes: Sequence[float], measure: Measure
) -> tuple[float, list[str]]:
    """The largest of `sizes` at which `text` takes at most `max_lines`, with its lines.

    When even the smallest is too large, the last line ends with an ellipsis.
    """
    for size in sizes:
        lines = wrap(text, width, size, measure)
        if len(lines) <= max_lines:
            return size, lines
    lines = lines[:max_lines]
    last = lines[-1]
    while last and measure(last + "…", size) > width:
        last = last[:-1]
    lines[-1] = last.rstrip() + "…"
    return size, lines
