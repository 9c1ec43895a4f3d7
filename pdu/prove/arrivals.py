"""What the requests that arrived at the simulated PDU, and what the owner sees in DCImanager, show.
Pure.

Times in sentences are seconds. A sentence names neither addresses nor what was typed as a login.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from .document import BROKEN, KEPT, NOT_TRIED, PlatformPoint

#: kinds of requests
USERNAME, PASSWORD, READING, LOOK, COMMAND = "username", "password", "reading", "look", "command"
#: requests that are closer together than this are of one poll, in s: DCImanager polls every 300 s
POLL_GAP_S = 30.0
# how far a figure that was typed may be from the true one: it may be rounded to 0.1
_ROUNDING, _SHARE = 0.06, 0.01
# a register may be shown in whole kWh
_REGISTER_KWH = 0.6
_MOST_TIMES = 20


class Arrival(NamedTuple):
    """One request that arrived, as the simulator reports it before it answers."""

    kind: str
    #: the number of its connection
    session: int
    #: by `time.monotonic` of this machine, in s
    at_s: float
    #: the address from which it came
    peer: str
    #: the outlets that are off after it
    off: Sequence[str]
    #: the code with which it was refused; "" if it was not
    error: str = ""
    #: a user name or password: whether it is the one of the form
    is_right: bool = False
    #: of a look or a command
    outlet: str = ""
    #: the state that was read, or commanded
    on: Optional[bool] = None
    #: of the whole PDU, of a reading
    load_a: float = 0.0
    energy_kwh: float = 0.0


def readings(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """The readings that were answered."""
    return [arrival for arrival in arrivals if arrival.kind == READING and not arrival.error]


def polls(arrivals: Sequence[Arrival]) -> list[float]:
    """When each poll began, by the monotonic clock: calls without a command, and answered."""
    switching = {arrival.session for arrival in arrivals if arrival.kind == COMMAND}
    begin_times: list[float] = []
    last: Optional[float] = None
    for reading in readings(arrivals):
        if reading.session in switching:
            continue
        if last is None or reading.at_s - last > POLL_GAP_S:
            begin_times.append(reading.at_s)
        last = reading.at_s
    return begin_times


def polls_after(arrivals: Sequence[Arrival], at_s: float) -> list[float]:
    """The polls that no action of the owner at this time or before can have caused."""
    last = max([at_s, *(arrival.at_s for arrival in arrivals if arrival.kind == COMMAND)])
    return [begun for begun in polls(arrivals) if begun > last + POLL_GAP_S]


# ---- login and polls -----------------------------------------------------------------------------


def wrong_login(arrivals: Sequence[Arrival]) -> str:
    """What is wrong with the logins that arrived: a sentence; "" if one was right, or none came."""
    if readings(arrivals):
        return ""
    arrival_by_kind = {
        arrival.kind: arrival for arrival in arrivals if arrival.kind in (USERNAME, PASSWORD)
    }
    refused = [arrival.error for arrival in arrivals if arrival.error]
    wrong = [
        f"the {kind} is not the one of the form"
        for kind in arrival_by_kind
        if not arrival_by_kind[kind].is_right
    ]
    if refused and USERNAME not in arrival_by_kind:
        wrong = ["no username arrived"]
    # A poll that is still under way may have been refused last for what it asked before its login.
    if not wrong and "UNKNOWN-UPS" in refused:
        wrong = ["the device is not the one of the form"]
    if refused and not wrong:
        wrong = [f"the simulated PDU refused it: {refused[-1]}"]
    return "; ".join(wrong)


def login(arrivals: Sequence[Arrival]) -> PlatformPoint:
    """Whether the settings of the form reached the handler."""
    wrong = wrong_login(arrivals)
    if readings(arrivals):
        peers = len({reading.peer for reading in readings(arrivals)})
        answer = f"username, password and device arrived as they were typed, from {peers} address"
        return PlatformPoint("login", KEPT, (answer + ("es" if peers > 1 else ""),))
    if wrong:
        return PlatformPoint("login", BROKEN, (wrong,))
    return PlatformPoint("login", NOT_TRIED, ("nothing arrived at the simulated PDU",))


def own_polls(arrivals: Sequence[Arrival], at_s: float, waited_s: float) -> PlatformPoint:
    """Whether DCImanager polls by itself: after `at_s`, when the owner did something last."""
    begun = polls(arrivals)
    times = ", ".join(f"{time - begun[0]:.0f}" for time in begun[:_MOST_TIMES])
    all_of_them = f"{len(begun)} polls, {times} s after the first one"
    later_polls = polls_after(arrivals, at_s)
    if len(later_polls) >= 2:
        return PlatformPoint("polls", KEPT, (all_of_them,))
    missing = f"{len(later_polls)} of 2 polls came by themselves within {waited_s:.0f} s"
    return PlatformPoint(
        "polls", BROKEN, (all_of_them, f"{missing}; DCImanager polls its equipment every 300 s")
    )


# ---- a command -----------------------------------------------------------------------------------


def commands(arrivals: Iterable[Arrival], since_s: float) -> list[Arrival]:
    """The commands since this time, also those that were refused."""
    return [arrival for arrival in arrivals if arrival.kind == COMMAND and arrival.at_s >= since_s]


def command(
    arrivals: Sequence[Arrival], outlet: str, on: bool, since_s: float, clicked_s: float
) -> PlatformPoint:
    """Whether the command arrived, alone, and was read back.

    `since_s`: when the owner was asked to click; `clicked_s`: when he said that he had.
    """
    point = f"switch {_word(on)}"
    switch_commands = commands(arrivals, since_s)
    if not switch_commands:
        return PlatformPoint(
            point, BROKEN, ("no command arrived at the simulated PDU after the click",)
        )
    first = switch_commands[0]
    before_s = max(0.0, clicked_s - first.at_s)
    texts = [
        f"{_word(bool(arrival.on))} to outlet {arrival.outlet}{_refusal(arrival)}"
        for arrival in switch_commands
    ]
    answers = [
        ", then ".join(texts),
        f"it arrived {before_s:.0f} s before you said that you clicked",
    ]
    if first.at_s > clicked_s:
        answers[1] = f"it arrived {first.at_s - clicked_s:.0f} s after you said that you clicked"
    is_well = [
        (switch_command.outlet, switch_command.on, switch_command.error)
        for switch_command in switch_commands
    ] == [(outlet, on, "")]
    back = next(
        (
            arrival
            for arrival in arrivals
            if arrival.session == first.session
            and arrival.at_s >= first.at_s
            and (arrival.kind, arrival.outlet) == (LOOK, outlet)
        ),
        None,
    )
    if back is None:
        answers.append("the outlet was not read back")
    else:
        answers.append(
            f"the handler read back {_word(bool(back.on))} {back.at_s - first.at_s:.2f} s later"
        )
    is_well = is_well and back is not None and back.on is on
    return PlatformPoint(point, KEPT if is_well else BROKEN, tuple(answers))


def _refusal(arrival: Arrival) -> str:
    return f" (refused: {arrival.error})" if arrival.error else ""


def _word(on: bool) -> str:
    return "on" if on else "off"


# ---- what the owner sees -------------------------------------------------------------------------


class Sight(NamedTuple):
    """A figure that the owner sees; None if DCImanager shows none."""

    value: Optional[float]


def states(shown_off: Optional[Sequence[str]], off: Sequence[str]) -> PlatformPoint:
    """The outlets that the owner sees off, beside those that are."""
    if shown_off is None:
        return PlatformPoint("states", NOT_TRIED, ("nobody said what DCImanager shows",))
    shown_numbers, true = (
        ", ".join(sorted(numbers, key=int)) or "none" for numbers in (shown_off, off)
    )
    if set(shown_off) == set(off):
        return PlatformPoint("states", KEPT, (f"DCImanager shows {true} off, as the PDU is",))
    return PlatformPoint(
        "states",
        BROKEN,
        (f"DCImanager shows {shown_numbers} off; the simulated PDU has {true} off",),
    )


def load(sight: Optional[Sight], arrivals: Sequence[Arrival]) -> PlatformPoint:
    """The load that the owner sees, beside those that the PDU answered."""
    point = "load"
    if sight is None or sight.value is None:
        return PlatformPoint(point, NOT_TRIED, (_unseen(sight, point),))
    true = sorted({reading.load_a for reading in readings(arrivals)})
    figure_text = f"DCImanager shows {sight.value:g} A"
    if any(abs(sight.value - load_a) <= max(_ROUNDING, _SHARE * load_a) for load_a in true):
        return PlatformPoint(point, KEPT, (f"{figure_text}, as the simulated PDU answered",))
    answered = " and ".join(f"{load_a:g} A" for load_a in true)
    return PlatformPoint(point, BROKEN, (f"{figure_text}; the simulated PDU answered {answered}",))


def energy(sight: Optional[Sight], arrivals: Sequence[Arrival]) -> PlatformPoint:
    """The energy that the owner sees, beside the register that the PDU answered and its rise."""
    point = "energy"
    if sight is None or sight.value is None:
        return PlatformPoint(point, NOT_TRIED, (_unseen(sight, point),))
    true = [reading.energy_kwh for reading in readings(arrivals)]
    value, rise = sight.value, true[-1] - true[0]
    figure_text = f"DCImanager shows {value:g} kWh"
    register = f"{true[0]:.2f} to {true[-1]:.2f} kWh"
    if true[0] - _REGISTER_KWH <= value <= true[-1] + _REGISTER_KWH:
        return PlatformPoint(point, KEPT, (f"{figure_text}, the register of the PDU: {register}",))
    if value == 0:
        why = f"{figure_text}: perhaps a difference that is too small to be shown yet"
        return PlatformPoint(point, NOT_TRIED, (f"{why} ({rise:.2f} kWh in this time)",))
    if value <= rise + _ROUNDING:
        why = f"{figure_text}, a difference: the register rose by {rise:.2f} kWh in this time"
        return PlatformPoint(point, KEPT, (why,))
    why = f"{figure_text}; the register of the simulated PDU was {register}"
    return PlatformPoint(point, BROKEN, (why,))


def _unseen(sight: Optional[Sight], what: str) -> str:
    return "nobody said what DCImanager shows" if sight is None else f"DCImanager shows no {what}"
