"""IDL times: seconds since 1970 UTC in JSON, datetimes without a time zone in Python, as in the
vendor's binding.
"""

from __future__ import annotations

import datetime
from typing import Any, Optional, SupportsIndex, Union


class Time(datetime.datetime):
    """A moment in UTC, without a time zone.

    >>> Time.decode(86400)
    Time(1970, 1, 2, 0, 0)
    >>> Time.decode(86400).encode()
    86400
    """

    @classmethod
    def decode(cls, json: int) -> Time:
        """The moment that many seconds after 1970; the first or last one of the calendar for a time
        outside it.
        """
        try:
            return EPOCH + datetime.timedelta(seconds=json)
        except OverflowError:
            return clamp_to_calendar(json)

    def encode(self) -> int:
        """Seconds since 1970, rounded down, as the device has it."""
        return seconds_of(self)


EPOCH = Time(1970, 1, 1)


class BeyondCalendar(Time):
    """The first or last moment of the calendar, for a time outside it: for 10**12 s the end of the
    year 9999. It is sent back as the number that the device sent.
    """

    # the number that the device sent, to be sent back; None in a result of arithmetic
    seconds: Optional[int] = None

    def __reduce_ex__(self, protocol: SupportsIndex) -> Union[str, tuple[Any, ...]]:
        """A copy keeps the seconds."""
        if self.seconds is None:
            return super().__reduce_ex__(protocol)
        return (clamp_to_calendar, (self.seconds,))


def clamp_to_calendar(seconds: int) -> Time:
    """The moment of the calendar that is nearest to a time outside it. `seconds`: since 1970.

    >>> clamp_to_calendar(10**12).year, clamp_to_calendar(10**12).encode()
    (9999, 1000000000000)
    """
    end = datetime.datetime.max if seconds > 0 else datetime.datetime.min
    moment = BeyondCalendar.combine(end.date(), end.time())
    moment.seconds = seconds
    return moment


def seconds_of(moment: datetime.datetime) -> int:
    """Seconds since 1970, rounded down; for a BeyondCalendar, its `seconds` if set.

    A datetime without a time zone is UTC.

    >>> seconds_of(datetime.datetime(1970, 1, 2))
    86400
    """
    if isinstance(moment, BeyondCalendar) and moment.seconds is not None:
        return moment.seconds
    if moment.tzinfo is not None:
        in_utc = moment.astimezone(datetime.timezone.utc)
        moment = in_utc.replace(tzinfo=None)
    since_epoch = moment - EPOCH
    return since_epoch // datetime.timedelta(seconds=1)
