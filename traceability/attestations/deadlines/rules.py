"""When a warning is due, without any I/O."""

from collections.abc import Iterable


def stage_reached(days_left: int, stages: Iterable[int]) -> int | None:
    """The smallest of `stages` (days before the end) that is reached with `days_left`, or None.

    None too when the end has passed. Somebody who enters a certificate late hears of the last stage only.
    """
    if days_left < 0:
        return None
    return min((stage for stage in stages if days_left <= stage), default=None)
