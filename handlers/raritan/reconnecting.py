"""Outages of an event channel: what a listener reports, when it tries again, and what ends it.

Pure.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple, Optional

from ..http.errors import HttpLoginRefused
from ..shared.errors import Denied, PduHandlerError, ProtocolError
from .units import is_missing_object_error

# a channel ends after 30 s without access ("Event Service", JSON-RPC API 3.5 to 4.4)
LIFE_S = 30.0
# after the first and the second refused login; the third one in an outage ends the listening
LOGIN_PAUSES_S = (25.0, 300.0)
# how long answers that are not those of an event service are taken for a unit that starts
PATIENCE_S = 600.0
_EVERY_S = 0.5  # between two tries while the channel may live
_MARGIN_S = 0.05  # the last of these tries starts this long before the channel's end
_LONGEST_S = 8.0  # between two tries later on


class EventGap(NamedTuple):
    """The channel ended: events between these two times (UTC) are missing."""

    #: the last request that the old channel answered
    since: datetime.datetime
    #: the new channel's subscription
    until: datetime.datetime


class Outage(NamedTuple):
    """An outage of the connection or the channel."""

    #: the error with which it began
    error: PduHandlerError
    #: seconds, None while the outage lasts
    duration: Optional[float] = None
    #: once it is over: whether the channel survived. If it did, at most the events of an answer
    #: that was lost or could not be read are missing
    kept: bool = True
    #: the time without events, if the channel did not survive
    lost: Optional[EventGap] = None


class Backoff:
    """The pauses of one outage. `last_access`: when the channel was last accessed, in seconds on
    the listener's clock.

    While the channel may live, a try follows each half second, so that any outage that ends before
    the channel does loses no event. Later the pauses grow to 8 s.

    A refused login (401) may be a unit that starts or a login server that does not answer, but
    units block accounts after some refused logins. So the listener sends at most three in an
    outage, 25 s and then 5 minutes apart. Answers that are not JSON-RPC (a page while the unit
    starts) and a missing event service are taken for a unit that starts, for 10 minutes.
    """

    def __init__(self, last_access: float) -> None:
        self._end = last_access + LIFE_S
        self._tries = self._login_refusals = 0
        self._pause = _EVERY_S
        self._odd_since: Optional[float] = None

    def lives(self, now: float) -> bool:
        """Whether the channel may still live at this time."""
        return now < self._end

    def pause(self, error: PduHandlerError, now: float) -> float:
        """Seconds from `now`, when a request ended with `error`, to the next try.

        Raises `error` if it ends the listening.
        """
        self._tries += 1
        if isinstance(error, HttpLoginRefused) and self._login_refusals < len(LOGIN_PAUSES_S):
            self._login_refusals += 1
            return LOGIN_PAUSES_S[self._login_refusals - 1]
        if isinstance(error, Denied):
            raise error
        self._raise_if_final(error, now)
        if self._tries == 1:
            return 0.0  # the unit may only have closed the connection
        left_s = self._end - now
        if left_s > 2 * _MARGIN_S:  # the channel still lives: the last try comes before its end
            return min(_EVERY_S, left_s - _MARGIN_S)
        pause = self._pause
        self._pause = min(2 * pause, _LONGEST_S)
        return pause

    def _raise_if_final(self, error: PduHandlerError, now: float) -> None:
        """Raises `error` after PATIENCE_S of nothing but answers that an event service would not
        give.
        """
        if not isinstance(error, ProtocolError) and not is_missing_object_error(error):
            self._odd_since = None
            return
        if self._odd_since is None:
            self._odd_since = now
        if now - self._odd_since >= PATIENCE_S:
            raise error
