"""Kinds of lies, and honest machines, for `balance_trial`: what is wrong with a drawing, a relay, a
meter or a neighbour. Each kind is a list of changes to a draft of some racks.

A draft begins as an honest one: the machine `srv` has its two cords in left/3 and right/3, is drawn
so, and has neighbours on each PDU.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Callable, NamedTuple, Optional

from tests.pdu.core.machines.balance_adapter import Asked, Drawn
from tests.pdu.core.machines.physics import (
    ABSENT,
    ECHO,
    FROZEN,
    NOMINAL,
    SUMMED,
    ZERO,
    Load,
    Machine,
    Meter,
    Pdu,
    Room,
    Supply,
)

#: how neighbours draw: lowest and highest factor, mean times between two values in s, of which each
#: neighbour has one
Noise = tuple[float, float, Sequence[float]]
QUIET: Noise = (0.98, 1.02, (3.0,))
HALF: Noise = (0.5, 1.5, (1.0,))
HALF_SLOWLY: Noise = (0.5, 1.5, (12.0,))
SWINGS: Noise = (0.4, 1.6, (1.0, 4.0, 12.0))


class Setting(NamedTuple):
    """Meters and loads, with which each kind is combined."""

    step_a: Optional[float]
    step_w: Optional[float]
    period_s: float
    #: the machine's load lies between these, in W
    least_w: float
    most_w: float


_STEPS: Sequence[tuple[Optional[float], Optional[float]]] = (
    (0.001, 1.0),
    (0.01, 1.0),
    (0.01, None),
    (0.1, 1.0),
    (0.1, 10.0),
    (0.1, None),
)
_PERIODS = (1.0, 2.0, 5.0, 10.0, 15.0, 60.0)
#: 72: six meters, six periods, small and large machines
SETTINGS: Sequence[Setting] = [
    Setting(step_a, step_w, period_s, *watts)
    for watts in ((30.0, 120.0), (150.0, 1500.0))
    for period_s in _PERIODS
    for step_a, step_w in _STEPS
]

_SHARES: Sequence[tuple[tuple[float, bool], tuple[float, bool]]] = (
    ((0.5, False), (0.5, False)),
    ((0.5, False), (0.5, False)),
    ((0.6, False), (0.4, False)),
    ((0.35, False), (0.65, False)),
    ((1.0, False), (1.0, True)),
    ((1.0, True), (1.0, False)),
)


@dataclass
class Draft:
    """A hall that is not built yet."""

    setting: Setting
    rng: random.Random
    srv: Machine
    pdus: dict[str, Pdu]
    others: list[Machine]
    #: PDU and identity of each outlet that is drawn for `srv`
    drawn: list[tuple[str, str]]
    #: the names of the PDUs that are drawn
    hall: list[str]
    period_s: Optional[float] = None
    #: these happen when the room is built
    begin: list[Callable[[Room], None]] = field(default_factory=list)
    #: these happen between the first run and the second
    between: list[Callable[[Room], None]] = field(default_factory=list)


Change = Callable[[Draft], None]


class Case(NamedTuple):
    """A hall, and what is asked of it."""

    room: Room
    srv: Machine
    drawn: Drawn
    asked: Asked
    between: Sequence[Callable[[Room], None]]


def _meter(setting: Setting, rng: random.Random) -> Meter:
    window_s = rng.choice((0.0, 0.0, 0.0, setting.period_s, min(3.0, 2 * setting.period_s)))
    fine = setting.step_a is None or setting.step_a < 0.05
    cuts = rng.random() < 0.3
    return Meter(
        setting.step_a,
        setting.step_w,
        setting.period_s,
        rng.uniform(0.0, setting.period_s),
        window_s,
        rng.choice((0.0, 0.0, 0.0, 0.5, 1.0)),
        rng.choice((0.0, 0.0, 0.0, 1.0, 2.0)),
        (0.05 if fine else 0.1) if cuts else 0.0,
        5.0 if cuts else 0.0,
        rng.random() < 0.4,
        rng.choice((0.0, 0.005, 0.01)),
    )


def _inlet_meter(meter: Meter, rng: random.Random, synchronous: bool) -> Meter:
    """Of the same unit: the same sampling, mostly."""
    step_w = None if meter.step_w is None else max(meter.step_w, rng.choice((1.0, 1.0, 10.0)))
    made = Meter(
        meter.step_a,
        step_w,
        meter.period_s,
        meter.phase_s,
        meter.window_s,
        meter.delay_s,
        0.0,
        truncates=meter.truncates,
        gain=meter.gain,
    )
    if not synchronous and rng.random() < 0.3:
        made.phase_s = rng.uniform(0.0, made.period_s)
        made.delay_s = rng.choice((0.0, 0.5))
        made.period_s *= rng.choice((1.0, 1.0, 2.0))
    return made


def draft(setting: Setting, rng: random.Random, noise: Noise, synchronous: bool = False) -> Draft:
    """The honest hall."""
    watts = rng.uniform(setting.least_w, setting.most_w)
    pdus: dict[str, Pdu] = {}
    for name in ("left", "right", "third"):
        meter = _meter(setting, rng)
        pdus[name] = Pdu(
            name,
            rng.uniform(222.0, 238.0),
            own_w=rng.uniform(3.0, 15.0),
            meter=meter,
            inlet_meter=_inlet_meter(meter, rng, synchronous),
            lines=rng.choice((1, 1, 3)),
            read_s=rng.uniform(0.1, 0.5),
            command_s=rng.uniform(0.2, 0.8),
        )
    idle_w, filter_a = rng.choice(((0.0, 0.0), (3.0, 0.02), (6.0, 0.06)))
    (left, left_waits), (right, right_waits) = rng.choice(_SHARES)
    srv = Machine(
        "srv",
        [
            Supply("left", 3, left, left_waits, False, idle_w, filter_a),
            Supply("right", 3, right, right_waits, False, idle_w, filter_a),
        ],
        Load(watts, 0.98, 1.02, rng.uniform(1.0, 5.0)),
    )
    made = Draft(
        setting, rng, srv, pdus, [], [("left", "3"), ("right", "3")], ["left", "right", "third"]
    )
    for places in (
        [("left", 1), ("right", 1)],
        [("left", 2), ("right", 2)],
        [("left", 7)],
        [("right", 7)],
        [("third", 1)],
        [("third", 2)],
    ):
        _add(made, places, noise, rng.uniform(0.4, 1.8))
    if setting.period_s > 3 and rng.random() < 0.5:
        made.period_s = setting.period_s
    return made


def _add(
    made: Draft, places: Sequence[tuple[str, int]], noise: Noise, times: float, needs: int = 1
) -> Machine:
    """A neighbour, which draws so many times as much as the machine."""
    low, high, times_s = noise
    one = Machine(
        f"other-{len(made.others) + 1}",
        [Supply(pdu, outlet, 0.5, idle_w=2.0, filter_a=0.02) for pdu, outlet in places],
        Load(made.srv.load.mean_w * times, low, high, made.rng.choice(times_s)),
        needs,
    )
    made.others.append(one)
    return one


def build(made: Draft, needs: int, seed: str) -> Case:
    """The room, with what is to happen in it."""
    room = Room(list(made.pdus.values()), [made.srv, *made.others], seed)
    for begin in made.begin:
        begin(room)
    return Case(
        room,
        made.srv,
        Drawn("srv", made.drawn, needs),
        Asked(made.hall, made.period_s),
        made.between,
    )


# ---- changes -------------------------------------------------------------------------------------


def _place(text: str) -> tuple[str, int]:
    pdu, outlet = text.split("/")
    return pdu, int(outlet)


def cords(*places: str) -> Change:
    """Where the cords of the machine really are; a place may be `wall`. A part of the load comes
    after `=`, and `?` makes a supply wait for others to fail: `right/4=0.2`, `right/5?`. `*` is a
    dead one.
    """

    def change(made: Draft) -> None:
        old = made.srv.supplies
        made.srv.supplies = [_supply(text, old[min(n, 1)]) for n, text in enumerate(places)]
        if all(one.standby for one in made.srv.supplies):
            made.srv.supplies[0].standby = False

    return change


def _supply(text: str, like: Supply) -> Supply:
    where, _, part = text.rstrip("?*").partition("=")
    pdu, outlet = (None, 0) if where == "wall" else _place(where)
    return Supply(
        pdu,
        outlet,
        float(part) if part else like.part,
        text.endswith("?") or (not part and like.standby),
        text.endswith("*"),
        like.idle_w,
        like.filter_a,
    )


def also(*places: str) -> Change:
    """Supplies that nobody drew."""

    def change(made: Draft) -> None:
        # they share with the drawn ones
        for one in made.srv.supplies:
            one.standby, one.part = False, 0.4
        for text in places:
            found = _supply(text, Supply(None, 0, 0.4, idle_w=2.0, filter_a=0.02))
            made.srv.supplies.append(found)

    return change


def drawn(*places: str) -> Change:
    """What the drawing says."""

    def change(made: Draft) -> None:
        made.drawn = [(pdu, str(outlet)) for pdu, outlet in map(_place, places)]

    return change


def shares_equally(made: Draft) -> None:
    for one in made.srv.supplies:
        one.standby, one.part = False, 0.5


STEADY_ONE, SWINGING_ONE = "steady", "swings"
BOOTS, SHUTS, BOOTS_LATER = "boots", "shuts", "boots later"


def other(*places: str, does: str = STEADY_ONE, times: float = 0.0) -> Change:
    """A neighbour at these outlets. What it `does` happens just at a command."""

    def change(made: Draft) -> None:
        noise = SWINGS if does == SWINGING_ONE else QUIET
        much = times or made.rng.uniform(0.7, 1.3)
        one = _add(made, [_place(text) for text in places], noise, much)
        number, wait_s = made.rng.randrange(2), made.rng.uniform(0.0, 0.3)
        if does in (BOOTS, SHUTS):
            factor = 3.0 if does == BOOTS else 0.0
            made.begin.append(_factor(one, factor, number, wait_s))
        if does == BOOTS_LATER:
            made.begin.append(_factor(one, 3.0, number, made.rng.uniform(1.0, 6.0)))

    return change


def _factor(machine: Machine, factor: float, number: int, wait_s: float) -> Callable[[Room], None]:
    """From a command on, a machine draws so many times as much."""

    def begin(room: Room) -> None:
        def happens() -> None:
            machine.factor = factor
            room.refresh(machine)

        room.at_command.setdefault(number, []).append(lambda: room.after(wait_s, happens))

    return begin


def relay(*places: str, **attributes: object) -> Change:
    """What is wrong with the relays of these outlets: attributes of `physics.Relay`."""

    def change(made: Draft) -> None:
        for text in places:
            pdu, outlet = _place(text)
            for name, value in attributes.items():
                setattr(made.pdus[pdu].relays[outlet], name, value)

    return change


def shows(what: str, *places: str) -> Change:
    """What the figures of these outlets say."""

    def change(made: Draft) -> None:
        for text in places:
            pdu, outlet = _place(text)
            made.pdus[pdu].figures[outlet] = what

    return change


def inlets(what: str, *pdus: str) -> Change:
    def change(made: Draft) -> None:
        for name in pdus or made.pdus:
            made.pdus[name].inlet = what

    return change


def inlets_frozen(*pdus: str) -> Change:
    def change(made: Draft) -> None:
        for name in pdus:
            made.pdus[name].inlet_frozen = True

    return change


def inlets_slower(times: float) -> Change:
    def change(made: Draft) -> None:
        for one in made.pdus.values():
            one.inlet_meter.period_s *= times

    return change


def killed(before: Optional[int] = None, after: Optional[int] = None, wait_s: float = 0) -> Change:
    """At a command; or so long after it."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            if before is not None:
                room.at_command.setdefault(before, []).append(room.kill)
            elif wait_s:
                room.after_command.setdefault(after or 0, []).append(
                    lambda: room.after(wait_s, room.kill)
                )
            else:
                room.after_command.setdefault(after or 0, []).append(room.kill)

        made.begin.append(begin)

    return change


def clock_jumps(seconds: float, number: int = 0) -> Change:
    """Somebody sets the clock at a command."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            def jump() -> None:
                room.wall_offset += seconds

            room.after_command.setdefault(number, []).append(jump)

        made.begin.append(begin)

    return change


def renumbered(pdu: str, number: int, wait_s: float = 0.5) -> Change:
    """After a command, each outlet has the identity of the next one."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            def renumber() -> None:
                one = room.pdus[pdu]
                one.names = {place: str(place % one.outlets + 1) for place in one.names}

            room.after_command.setdefault(number, []).append(lambda: room.after(wait_s, renumber))

        made.begin.append(begin)

    return change


def silent_at_first(pdu: str) -> Change:
    """In the first run."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            room.pdus[pdu].silent = True

        def answers(room: Room) -> None:
            room.pdus[pdu].silent = False

        made.begin.append(begin)
        made.between.append(answers)

    return change


def moved(number: int, to: str) -> Change:
    """A cord is put elsewhere between the runs."""

    def change(made: Draft) -> None:
        def move(room: Room) -> None:
            room.move(made.srv, made.srv.supplies[number], *_place(to))

        made.between.append(move)

    return change


def shuts_down_itself(made: Draft) -> None:
    """The machine goes off by itself at the first command."""
    made.begin.append(_factor(made.srv, 0.0, 0, 0.1))


def in_a_large_hall(made: Draft) -> None:
    """With twelve more PDUs, which are drawn and have machines."""
    for number in range(1, 13):
        name = f"far-{number}"
        meter = _meter(made.setting, made.rng)
        made.pdus[name] = Pdu(name, meter=meter, inlet_meter=_inlet_meter(meter, made.rng, True))
        made.hall.append(name)
        like = made.others[0].load
        noise = (like.low, like.high, (like.every_s,))
        for outlet in (1, 2, 3):
            _add(made, [(name, outlet)], noise, made.rng.uniform(0.4, 1.8))


def swings_itself(low: float, high: float) -> Change:
    """How the machine's own load goes up and down."""

    def change(made: Draft) -> None:
        made.srv.load.low, made.srv.load.high = low, high

    return change


def chassis(needs: int, *places: str) -> Change:
    def change(made: Draft) -> None:
        made.srv.needs = needs
        made.srv.supplies = [
            Supply(pdu, outlet, 0.5, idle_w=4.0, filter_a=0.03)
            for pdu, outlet in map(_place, places)
        ]

    return change


# ---- kinds ---------------------------------------------------------------------------------------


class Kind(NamedTuple):
    """What is wrong."""

    name: str
    changes: Sequence[Change]
    #: of the other neighbours
    noise: Noise = QUIET
    #: what the drawing says
    needs: int = 1


_BUSY = {"quiet neighbours": QUIET, "swinging neighbours": SWINGS}


def _misplaced() -> list[Kind]:
    found: list[Kind] = []
    for side, away in (("right", "left"), ("left", "right")):
        wrong = cords(f"{side}/4", f"{away}/3")
        if side == "right":
            wrong = cords("left/3", "right/4")
        at = f"{side}/3"
        who: Mapping[str, Sequence[Change]] = {
            "empty": [],
            "a steady neighbour's": [other(at)],
            "a swinging neighbour's": [other(at, does=SWINGING_ONE)],
            "a neighbour's that boots at the command": [other(at, does=BOOTS)],
            "a neighbour's that boots soon after": [other(at, does=BOOTS_LATER)],
            "a neighbour's that shuts down at the command": [other(at, does=SHUTS)],
            "a larger swinging neighbour's": [other(at, does=SWINGING_ONE, times=2.5)],
            "one cord of a neighbour's two": [other(at, f"{away}/4")],
        }
        for name, changes in who.items():
            found.append(Kind(f"the {side} cord is in {side}/4; {at} is {name}", [wrong, *changes]))
        found.append(
            Kind(
                f"the {side} cord is in {side}/4, whose figure is frozen; a neighbour swings",
                [wrong, other(at, does=SWINGING_ONE), shows(FROZEN, f"{side}/4")],
            )
        )
    for busy, noise in _BUSY.items():
        found += [
            Kind(f"both cords are in empty outlets, {busy}", [cords("left/4", "right/4")], noise),
            Kind(
                f"both cords are elsewhere, neighbours at the drawn places, {busy}",
                [
                    cords("left/4", "right/4"),
                    other("left/3", does=SWINGING_ONE),
                    other("right/3", does=SWINGING_ONE),
                ],
                noise,
            ),
            Kind(
                f"the left cord is exchanged with another machine's, {busy}",
                [cords("left/4", "right/3"), other("left/3", "right/4")],
                noise,
            ),
            Kind(
                f"the right cord is exchanged with another machine's, {busy}",
                [cords("left/3", "right/4"), other("left/4", "right/3")],
                noise,
            ),
            Kind(
                f"both cords on one PDU, one is in an empty outlet, {busy}",
                [cords("left/3", "left/5"), drawn("left/3", "left/4"), shares_equally],
                noise,
            ),
            Kind(
                f"both cords on one PDU, one is a neighbour's, {busy}",
                [
                    cords("left/3", "left/5"),
                    drawn("left/3", "left/4"),
                    shares_equally,
                    other("left/4", does=SWINGING_ONE),
                ],
                noise,
            ),
            Kind(
                f"one cord, drawn in one of a neighbour's two, {busy}",
                [cords("left/4"), drawn("left/3"), other("left/3", "right/3")],
                noise,
            ),
            Kind(
                f"one cord, drawn as two, one of them a neighbour's, {busy}",
                [cords("left/3"), other("right/3", does=SWINGING_ONE), relay("left/3", welded=1)],
                noise,
            ),
            Kind(
                f"one cord elsewhere, drawn as the two of a neighbour's singles, {busy}",
                [cords("left/4"), other("left/3"), other("right/3", does=BOOTS)],
                noise,
            ),
        ]
    found.append(Kind("one cord, in an empty outlet", [cords("left/4"), drawn("left/3")]))
    return found


def _undrawn() -> list[Kind]:
    places: Mapping[str, Sequence[str]] = {
        "a third active supply on the right PDU": ["right/4"],
        "a third active supply on the left PDU": ["left/4"],
        "a third active supply on another drawn PDU": ["third/4"],
        "a third active supply at a wall": ["wall"],
        "a third supply of a fifth on the right PDU": ["right/4=0.2"],
        "a third supply of a fifth on another drawn PDU": ["third/4=0.2"],
        "a third supply of a fifth at a wall": ["wall=0.2"],
        "a standby on the right PDU": ["right/5?"],
        "a standby on the left PDU": ["left/5?"],
        "a standby on another drawn PDU": ["third/5?"],
        "two standbys on the right PDU": ["right/5?", "right/6?"],
        "two standbys on the left PDU": ["left/5?", "left/6?"],
        "a standby on each PDU": ["left/5?", "right/5?"],
        "three standbys": ["left/5?", "right/5?", "right/6?"],
        "a standby in the outlet of a neighbour": ["right/7?"],
        "a standby in the outlet of a neighbour of two cords": ["right/1?"],
        "standbys in both outlets of a neighbour": ["right/1?", "left/1?"],
        "standbys in the outlets of two neighbours": ["right/7?", "left/7?"],
        "standbys in the outlets of three neighbours": ["right/7?", "left/7?", "third/1?"],
        "an active supply in the outlet of a neighbour": ["left/7=0.3"],
    }
    found = [
        Kind(f"{name}, {busy}", [also(*where)], noise)
        for name, where in places.items()
        for busy, noise in _BUSY.items()
    ]
    found += [
        Kind(f"{name} with a frozen figure", [also(where), shows(FROZEN, where.rstrip("?"))])
        for name, where in (
            ("a standby on the right PDU", "right/5?"),
            ("a standby on the left PDU", "left/5?"),
            ("a standby on another PDU", "third/5?"),
            ("a third active supply", "right/4"),
        )
    ]
    found += [
        Kind(
            "two standbys with frozen figures",
            [also("right/5?", "right/6?"), shows(FROZEN, "right/5", "right/6")],
        ),
        Kind(
            "a fifth with a frozen figure",
            [also("right/4=0.2"), shows(FROZEN, "right/4")],
        ),
        Kind(
            "a standby, while a neighbour shuts down at the command",
            [also("right/5?"), other("right/4", does=SHUTS)],
        ),
        Kind(
            "two standbys, while a neighbour shuts down at the command",
            [also("right/5?", "left/5?"), other("right/4", does=SHUTS)],
        ),
        Kind("a standby far away in a large hall", [in_a_large_hall, also("far-7/5?")]),
        Kind(
            "a fifth far away in a large hall, swinging neighbours",
            [in_a_large_hall, also("far-7/5=0.2")],
            SWINGS,
        ),
        Kind(
            "a standby, while the machine's load swings by a fifth",
            [also("right/5?"), swings_itself(0.8, 1.2)],
        ),
        Kind(
            "two standbys, while the machine's load swings by half",
            [also("right/5?", "left/5?"), swings_itself(0.5, 1.5)],
        ),
        Kind("one cord is drawn, another is on the other PDU", [drawn("left/3"), shares_equally]),
        Kind("one cord is drawn, a standby on the other PDU", [drawn("left/3"), also("right/4?")]),
        Kind(
            "one cord is drawn, the other on another drawn PDU",
            [cords("left/3", "third/4"), shares_equally, drawn("left/3")],
        ),
    ]
    return found


def _relays() -> list[Kind]:
    found: list[Kind] = []
    two, lies = ("left/3", "right/3"), (ECHO, ZERO, NOMINAL, FROZEN)
    alone = [cords("left/3"), drawn("left/3")]
    for name, places, more in (
        ("left", ["left/3"], []),
        ("right", ["right/3"], []),
        ("both", two, []),
        ("one cord", ["left/3"], alone),
    ):
        welded = [*more, relay(*places, welded=True)]
        found.append(Kind(f"{name} welded", welded))
        found += [
            Kind(f"{name} welded, figure {what}", [*welded, shows(what, *places)]) for what in lies
        ]
        found += [
            Kind(
                f"{name} welded, figure echo, swinging neighbours",
                [*welded, shows(ECHO, *places)],
                SWINGS,
            ),
            Kind(
                f"{name} welded, figure echo, a neighbour shuts down at the command",
                [
                    *welded,
                    shows(ECHO, *places),
                    *(other(f"{one.split('/')[0]}/4", does=SHUTS) for one in places),
                ],
            ),
            Kind(
                f"{name} welded, figure zero, a neighbour of two cords shuts down at the command",
                [*welded, shows(ZERO, *places), other("left/4", "right/4", does=SHUTS, times=1.0)],
            ),
            Kind(
                f"{name}: commands are accepted and ignored", [*more, relay(*places, ignores=True)]
            ),
            Kind(
                f"{name}: commands are ignored, and figures follow them",
                [*more, relay(*places, ignores=True), shows(ECHO, *places)],
            ),
        ]
        for seconds in (0.2, 1.0, 3.0, 4.3):
            found.append(
                Kind(
                    f"{name} closes again silently after {seconds:g} s",
                    [*more, relay(*places, back_s=seconds)],
                )
            )
        found += [
            Kind(
                f"{name} closes again silently after 3 s, figure echo",
                [*more, relay(*places, back_s=3.0), shows(ECHO, *places)],
            ),
            Kind(
                f"{name} closes again after 1 s, and says so",
                [*more, relay(*places, back_s=1.0, back_silently=False)],
            ),
        ]
    for seconds in (2.0, 6.0, 20.0):
        found.append(
            Kind(
                f"both open {seconds:g} s late, figure echo",
                [relay(*two, late_s=seconds), shows(ECHO, *two)],
            )
        )
    return found


_CHASSIS = ("left/3", "left/4", "right/3", "right/4")


def _chassis() -> list[Kind]:
    drawn_all = [chassis(2, *_CHASSIS), drawn(*_CHASSIS)]
    fifth = [chassis(2, *_CHASSIS, "right/5", "right/6"), drawn(*_CHASSIS)]
    return [
        Kind(
            "a chassis of 2 of 4, two welded",
            [*drawn_all, relay("right/3", "right/4", welded=1)],
            needs=2,
        ),
        Kind(
            "a chassis of 2 of 4, two welded, figures echo",
            [
                *drawn_all,
                relay("right/3", "left/4", welded=1),
                shows(ECHO, "right/3", "left/4"),
            ],
            needs=2,
        ),
        Kind("a chassis of 2 of 6, two of them not drawn", fifth, needs=2),
        Kind("a chassis of 2 of 6, two of them not drawn, swinging neighbours", fifth, SWINGS, 2),
        Kind(
            "a chassis of 1 of 4, one is in a neighbour's place",
            [
                chassis(1, "left/3", "left/4", "right/3", "right/5"),
                drawn(*_CHASSIS),
                other("right/4", does=SWINGING_ONE),
            ],
        ),
    ]


def _processes() -> list[Kind]:
    swapped = [cords("left/4", "right/3"), other("left/3", "right/4")]
    two = ("left/3", "right/3")
    kinds: Mapping[str, Sequence[Change]] = {
        "right welded": [relay("right/3", welded=1)],
        "both welded, figures echo": [relay(*two, welded=1), shows(ECHO, *two)],
        "exchanged": swapped,
        "a third active supply": [also("right/4")],
        "two standbys": [also("right/5?", "left/5?")],
        "in a swinging neighbour's place": [
            cords("left/3", "right/4"),
            other("right/3", does=SWINGING_ONE),
        ],
    }
    ends: Mapping[str, Change] = {
        "before the second command": killed(before=1),
        "after the first command": killed(after=0),
        "after the second command": killed(after=1),
        "2 s after the second command": killed(after=1, wait_s=2.0),
    }
    found = [
        Kind(f"killed {when}, {name}", [*changes, end])
        for when, end in ends.items()
        for name, changes in kinds.items()
    ]
    found += [
        Kind(
            f"the clock jumps by {seconds:+g} s, {name}",
            [*kinds[name], clock_jumps(seconds), killed(after=1)],
        )
        for seconds in (3600.0, -3600.0)
        for name in ("right welded", "both welded, figures echo")
    ]
    found += [
        Kind(f"{pdu} is renumbered after command {number + 1}", [renumbered(pdu, number), *more])
        for pdu in ("left", "right")
        for number, more in ((0, [other("right/4")]), (1, [other("left/4"), other("right/4")]))
    ]
    found += [
        Kind(f"{pdu} is silent at first, {name}", [*kinds[name], silent_at_first(pdu)])
        for pdu, name in (
            ("left", "right welded"),
            ("right", "exchanged"),
            ("left", "a third active supply"),
            ("third", "two standbys"),
        )
    ]
    found += [
        Kind("killed, then the left cord was moved", [killed(before=1), moved(0, "left/4")]),
        Kind("killed, then the right cord was moved", [killed(after=0), moved(1, "right/4")]),
    ]
    for name in ("both welded, figures echo", "in a swinging neighbour's place"):
        found += [
            Kind(
                f"the inlets' figures are frozen, {name}",
                [*kinds[name], inlets_frozen("left", "right")],
            ),
            Kind(f"the inlets are three times as slow, {name}", [*kinds[name], inlets_slower(3.0)]),
        ]
    return found


#: machines that may have power at the end. The room alone says whether they have
LIES: Sequence[Kind] = [*_misplaced(), *_undrawn(), *_relays(), *_chassis(), *_processes()]

_TWO = ("left/3", "right/3")
#: without a meter of its own at the inlets nothing is proven, whether the machine is honest or not
UNWITNESSED: Sequence[Kind] = [
    Kind("no inlet is metered, honest", [inlets(ABSENT)]),
    Kind("inlets are sums of outlets, honest", [inlets(SUMMED)]),
    Kind("one inlet is not metered, honest", [inlets(ABSENT, "right")]),
    Kind("the other inlet is a sum, honest", [inlets(SUMMED, "left")]),
    Kind(
        "one cord, its inlet is a sum", [cords("left/3"), drawn("left/3"), inlets(SUMMED, "left")]
    ),
    Kind(
        "inlets are sums, both welded, figures echo",
        [inlets(SUMMED), relay(*_TWO, welded=1), shows(ECHO, *_TWO)],
    ),
    Kind("no inlet is metered, two standbys", [inlets(ABSENT), also("right/5?", "left/5?")]),
]
#: what these halls show is what an honest one shows: no meter can tell
BLIND: Sequence[Kind] = [
    Kind("a standby at a wall", [also("wall?")]),
    Kind(
        "one cord, drawn at a neighbour's only one",
        [cords("left/4"), drawn("left/3"), other("left/3")],
    ),
    Kind(
        "two machines exactly in each other's place",
        [cords("left/4", "right/4"), other("left/3", "right/3")],
    ),
    Kind(
        "welded, figures zero, and the machine shuts down at the command",
        [relay(*_TWO, welded=1), shows(ZERO, *_TWO), shuts_down_itself],
    ),
]


def _honest() -> list[Kind]:
    three = ("left/3", "right/3", "third/3")
    return [
        Kind("two cords, half each", [shares_equally]),
        Kind("two cords, 60:40", [cords("left/3=0.6", "right/3=0.4")]),
        Kind("one active, one standby", [cords("left/3=1", "right/3?")]),
        Kind("three cords", [cords(*three), shares_equally, drawn(*three)]),
        Kind("a chassis of 2 of 4", [chassis(2, *_CHASSIS), drawn(*_CHASSIS)], needs=2),
        Kind("one cord", [cords("left/3"), drawn("left/3")]),
        Kind("two cords, in a large hall", [in_a_large_hall, shares_equally]),
        Kind("two cords, the machine's load swings by a tenth", [swings_itself(0.9, 1.1)]),
        Kind("two cords, killed after the first command", [shares_equally, killed(after=0)]),
    ]


HONEST: Sequence[Kind] = _honest()
