"""The part of port_up and port_down that every handler shares: write once, then confirm by
readings. The target is the wanted state, UP or DOWN. `error.may_have_executed` says whether a write
that ended with this error may have been carried out.
"""

from __future__ import annotations

import contextlib
import time
from typing import Callable, Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from .errors import Denied, PduHandlerError, ProtocolError, Refused, Unreachable

LOGGER = get_logger(__name__)
# after this time a call over NUT or HTTP sends no further request, except a logout
CALL_SECONDS = 45.0
CONFIRM_SECONDS = 10.0
#: what the log says of a command without a usable answer that was carried out
UNANSWERED = "the command had no usable answer, and a reading shows the wanted state"
#: what the log says of a command that was carried out although the device answered an error
REFUSED_BUT_DONE = (
    "the device answered the command with an error, and a reading shows that it was carried out"
)
FIRST_PAUSE_SECONDS, PAUSE_SECONDS = 0.1, 0.5  # first and longest pause between readings


def switch(
    write: Callable[[], None],
    read: Callable[[], EnumPowerStatus],
    target: EnumPowerStatus,
    *,
    deadline: float = CONFIRM_SECONDS,
    pause: float = PAUSE_SECONDS,
    settling: float = 0.0,
    before: Optional[EnumPowerStatus] = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> EnumPowerStatus:
    """Call `write` once, then `read` until it returns `target`. Repeated readings begin within
    `deadline` seconds of the write; the pause between them grows up to `pause` seconds.

    >>> states = iter([EnumPowerStatus.UP, EnumPowerStatus.DOWN])
    >>> switch(lambda: None, lambda: next(states), EnumPowerStatus.DOWN)
    <EnumPowerStatus.DOWN: 'down'>

    write                              readings                         result
    returns                            UP, UP, DOWN                     DOWN
    returns                            not DOWN within `deadline`       UNKNOWN
    returns                            Denied                           UNKNOWN, at once: devices
                                                                        may block accounts
    raises, may have been executed     one: DOWN                        DOWN
    raises, may have been executed     one: UP, or an error             raises Unreachable
    raises a refusal, or nothing sent  none                             raises that error
    raises a refusal, `before` is UP   one: DOWN                        DOWN

    `settling`: the seconds for which a device may report `target` although the relay does not
    follow; the state is read again after them. `before`: the state before the command, given for
    devices that may carry out a command which they answer with an error.
    """
    reader = _SettlingReader(read, target, settling=settling, longest=deadline, sleep=sleep)
    try:
        write()
    except PduHandlerError as error:
        return _result_of_failed_write(error, reader.state, target, before=before)
    end = clock() + deadline
    wait = min(FIRST_PAUSE_SECONDS, pause)
    try:
        while (state := reader.state()) is not target:
            if clock() + wait > end:
                LOGGER.info(_unproven(state, target, clock() - end + deadline))
                return EnumPowerStatus.UNKNOWN
            sleep(wait)
            wait = min(2 * wait, pause)
    except Denied:
        LOGGER.info(
            "the command was accepted, but the device denied a reading of the outlet's state:"
            " UNKNOWN"
        )
        return EnumPowerStatus.UNKNOWN
    return target


class _SettlingReader:
    """Reads the state of an outlet. After the first `target` it waits `settling` seconds, once, and
    reads it again: a device may report the target although the relay does not follow. `_settling`
    is 0 after that.

    >>> down, up = EnumPowerStatus.DOWN, EnumPowerStatus.UP
    >>> states = iter([down, up])
    >>> seconds = {"settling": 3.0, "longest": 10.0}
    >>> reader = _SettlingReader(lambda: next(states), down, **seconds, sleep=print)
    >>> reader.state().name
    3.0
    'UP'
    """

    def __init__(
        self,
        read: Callable[[], EnumPowerStatus],
        target: EnumPowerStatus,
        *,
        settling: float,
        longest: float,
        sleep: Callable[[float], None],
    ) -> None:
        """`settling`: the seconds to wait, 0 for none. `longest`: the most seconds to wait."""
        self._read = read
        self._target = target
        self._settling = settling
        self._longest = longest
        self._sleep = sleep

    def state(self) -> Optional[EnumPowerStatus]:
        """The state; None if it cannot be read. Raises Denied.

        settling 0: the device reads DOWN      DOWN
        no answer                              None
        """
        state = _read_or_none(self._read)
        if state is self._target and self._settling:
            self._sleep(min(self._settling, self._longest))
            self._settling = 0.0
            state = _read_or_none(self._read)
        return state


def _result_of_failed_write(
    error: PduHandlerError,
    read: Callable[[], Optional[EnumPowerStatus]],
    target: EnumPowerStatus,
    *,
    before: Optional[EnumPowerStatus],
) -> EnumPowerStatus:
    """`target`, if one reading shows it after a write that raised `error`. `before`: the state
    before the write, None unless the device may carry out what it refuses.

    Raises `error` if the device refused, or if nothing was sent; else Unreachable with what was
    read: the outlet may or may not have switched.

    >>> late = Unreachable("no answer in time")
    >>> down = EnumPowerStatus.DOWN
    >>> _result_of_failed_write(late, lambda: down, down, before=None).name
    'DOWN'
    >>> refused = Refused("the outlet is locked")
    >>> _result_of_failed_write(refused, lambda: down, down, before=None)
    Traceback (most recent call last):
    handlers.shared.errors.Refused: the outlet is locked
    """
    # a redirect or a fault after a command is an answer that proves nothing, whatever its class
    is_refused = isinstance(error, (Refused, Denied)) and not error.may_have_executed
    if not is_refused and not error.may_have_executed:
        if isinstance(error, (Unreachable, ProtocolError)):
            error.set_reason(("the command was not sent: ", *error.parts))
        raise error
    if is_refused and before in (None, target):
        raise error  # no reading would show whether it was carried out
    state = None
    with contextlib.suppress(Denied):
        state = read()
    if state is target:
        LOGGER.info(REFUSED_BUT_DONE if is_refused else UNANSWERED)
        return target
    if is_refused:
        raise error
    raise _unclear(error, state) from error


def _unproven(state: Optional[EnumPowerStatus], target: EnumPowerStatus, seconds: float) -> str:
    """What the log says of a command whose last reading, after `seconds`, was not `target`.

    >>> _unproven(EnumPowerStatus.DOWN, EnumPowerStatus.UP, 10.0).partition("the outlet's ")[2]
    'state was DOWN at the last reading, not UP: UNKNOWN'
    """
    reading = "could not be read"
    if state is not None:
        reading = f"was {state.name} at the last reading, not {target.name}"
    return (
        f"the command was accepted, and after {seconds:.1f} s the outlet's state {reading}: UNKNOWN"
    )


def _unclear(error: PduHandlerError, state: Optional[EnumPowerStatus]) -> Unreachable:
    """The error for a write that ended with `error` and may have been carried out. `state`: the
    state that was read after it, None if it could not be read.

    >>> error = _unclear(Unreachable("no answer in time"), EnumPowerStatus.UP)
    >>> error.reason.partition("(")[2]
    'no answer in time; its state was UP right after it)'
    """
    reading = "could not be read" if state is None else f"was {state.name}"
    return Unreachable(
        (
            "no usable answer to the switching command, so the outlet may or may not have switched;"
            " poll the PDU before trying again (",
            *error.parts,
            f"; its state {reading} right after it)",
        ),
        host=error.host,
        operation=error.operation,
        target=error.target,
    )


def _read_or_none(read: Callable[[], EnumPowerStatus]) -> Optional[EnumPowerStatus]:
    """The state; None if the reading failed, so that another one follows. Raises Denied: another
    one would fail too.

    >>> _read_or_none(lambda: EnumPowerStatus.DOWN).name
    'DOWN'
    >>> def unanswered_reading():
    ...     raise Unreachable("no answer in time")
    >>> _read_or_none(unanswered_reading) is None
    True
    """
    try:
        return read()
    except Denied:
        raise
    except PduHandlerError:
        return None
