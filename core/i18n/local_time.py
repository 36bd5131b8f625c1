"""Days and times as clocks and calendars in Vietnam have them. Everything is stored in UTC."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

LOCAL_TIME_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(moment: datetime) -> date:
    """The day it was, is or will be in Vietnam at `moment`, an aware time."""
    return moment.astimezone(LOCAL_TIME_ZONE).date()


def local_today(now: datetime) -> date:
    """The day it is in Vietnam at `now`, an aware time."""
    return local_day(now)
