"""IDL times: seconds since 1970 UTC in JSON, datetimes without zone in Python, as the vendor's binding gives them out."""
from __future__ import annotations

import datetime
from typing import Any, Optional, SupportsIndex, Tuple, Union

EPOCH = datetime.datetime(1970, 1, 1)


class BeyondCalendar(datetime.datetime):
    """The first or last moment of the calendar, for one outside it: some units give a session's start in microseconds."""

    seconds: Optional[int] = None           # as they came, to be written back so; a moment calculated from this one has none

    def __reduce_ex__(self, protocol: SupportsIndex) -> Union[str, Tuple[Any, ...]]:
        """A copy knows what came as well."""
        return super().__reduce_ex__(protocol) if self.seconds is None else (of_seconds, (self.seconds,))


def of_seconds(seconds: int) -> datetime.datetime:
    """The moment, or the nearest one that the calendar has."""
    try:
        return EPOCH + datetime.timedelta(0, seconds)
    except OverflowError:
        end = datetime.datetime.max if seconds > 0 else datetime.datetime.min
        beyond = BeyondCalendar.combine(end.date(), end.time())
        beyond.seconds = seconds
        return beyond


def seconds_of(moment: datetime.datetime) -> int:
    """Whole seconds; a datetime without zone is UTC."""
    if isinstance(moment, BeyondCalendar) and moment.seconds is not None:
        return moment.seconds
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return (moment - EPOCH) // datetime.timedelta(seconds=1)
