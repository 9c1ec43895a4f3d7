"""Days and times that an owner writes, in a time zone."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable


def zone_named(name: str) -> ZoneInfo:
    """A time zone of the IANA's database. Raises SettingsError."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise SettingsError(
            f"no time zone {printable(name, 40)!r}: give one such as Europe/Berlin, or install the"
            " zones of the system (tzdata)"
        ) from None


def moment(text: str, zone: ZoneInfo) -> float:
    """When a day begins, or a time, in s since 1970. Raises SettingsError.

    An offset counts more than the zone: 2026-10-25T02:30+01:00. Without one, the first of two hours
    is meant where summer time ends. A day may be written as 12.10.2026; with slashes it would be
    another one for some.
    """
    date_match = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text, re.ASCII)
    if date_match is not None:
        text = f"{date_match[3]}-{date_match[2]:0>2}-{date_match[1]:0>2}"
    try:
        time = datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] == "Z" else text)
        if time.tzinfo is None:
            time = time.replace(tzinfo=zone)
        return time.timestamp()
    except (ValueError, OverflowError, OSError):
        raise SettingsError(
            f"{printable(text, 40)!r} is no day or time: give a day such as 2026-10-12, or a time"
            " such as 2026-10-12T14:00"
        ) from None


_MIDNIGHT = datetime.time()


def edge_days(begin: str, end: str) -> tuple[str, str]:
    """The first and the last day of a period, or the minute where it begins or ends within one.

    Both are times with an offset, as `figures.local` writes them.
    """
    first, last = (datetime.datetime.fromisoformat(time) for time in (begin, end))
    day_before = last.date() - datetime.timedelta(days=1)
    return (
        first.date().isoformat() if first.time() == _MIDNIGHT else minute(begin),
        day_before.isoformat() if last.time() == _MIDNIGHT else minute(end),
    )


def span_text(begin: str, end: str) -> str:
    """A period in words, as `edge_days`."""
    first, last = edge_days(begin, end)
    return first if first == last else f"{first} to {last}"


def minute(text: str) -> str:
    """A time to the minute, with its offset."""
    return datetime.datetime.fromisoformat(text).isoformat(" ", "minutes")
