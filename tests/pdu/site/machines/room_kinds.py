"""Kinds of lies, and honest machines, for `off_trial`: what is wrong with a drawing, a relay, a
meter or a neighbour, when the cabling is tried or since. Each kind is a list of changes to a draft
of some racks, and of what happens in the room after the trial.

A draft begins as an honest one: the machine `srv` has its two cords in left/3 and right/3, is drawn
so, and has neighbours on each PDU.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Callable, NamedTuple, Optional

from tests.pdu.site.machines.physics import (
    ECHO,
    FROZEN,
    NOMINAL,
    ZERO,
    Load,
    Machine,
    Meter,
    Pdu,
    Room,
    Supply,
)
from tests.pdu.site.machines.room_adapter import Asked, Drawn

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
    #: whether the machine itself is asked
    alive: bool = False
    #: these happen when the room is built
    begin: list[Callable[[Room], None]] = field(default_factory=list)
    #: these happen between the trial of the cabling and the first run
    since: list[Callable[[Room], None]] = field(default_factory=list)
    #: these happen between the first run and the second
    between: list[Callable[[Room], None]] = field(default_factory=list)


Change = Callable[[Draft], None]


class Case(NamedTuple):
    """A hall, and what is asked of it."""

    room: Room
    srv: Machine
    drawn: Drawn
    asked: Asked
    since: Sequence[Callable[[Room], None]]
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
            serial=f"SN-{name}",
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
        boots_s=rng.choice((0.0, 5.0, 40.0, 90.0)),
    )
    made = Draft(setting, rng, srv, pdus, [], [("left", "3"), ("right", "3")])
    for places in (
        [("left", 1), ("right", 1)],
        [("left", 2), ("right", 2)],
        [("left", 7)],
        [("right", 7)],
        [("third", 1)],
        [("third", 2)],
    ):
        _add(made, places, noise, rng.uniform(0.4, 1.8))
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
        Asked(made.alive, max(20.0, made.setting.period_s)),
        made.since,
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
            made.since.append(_factor(one, factor, number, wait_s))
        if does == BOOTS_LATER:
            made.since.append(_factor(one, 3.0, number, made.rng.uniform(1.0, 6.0)))

    return change


def _factor(machine: Machine, factor: float, number: int, wait_s: float) -> Callable[[Room], None]:
    """From a command on, a machine draws so many times as much."""

    def begin(room: Room) -> None:
        def happens() -> None:
            machine.factor = factor
            room.refresh(machine)

        room.at_command.setdefault(len(room.commands) + number, []).append(
            lambda: room.after(wait_s, happens)
        )

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


def no_inlet_meters(made: Draft) -> None:
    for one in made.pdus.values():
        one.has_inlet_meter = False


def killed(before: Optional[int] = None, after: Optional[int] = None, wait_s: float = 0) -> Change:
    """At a command; or so long after it."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            if before is not None:
                room.at_command.setdefault(len(room.commands) + before, []).append(room.kill)
            elif wait_s:
                room.after_command.setdefault(len(room.commands) + (after or 0), []).append(
                    lambda: room.after(wait_s, room.kill)
                )
            else:
                room.after_command.setdefault(len(room.commands) + (after or 0), []).append(
                    room.kill
                )

        made.since.append(begin)

    return change


def clock_jumps(seconds: float, number: int = 0) -> Change:
    """Somebody sets the clock at a command."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            def jump() -> None:
                room.wall_offset += seconds

            room.after_command.setdefault(len(room.commands) + number, []).append(jump)

        made.since.append(begin)

    return change


def silent_at_first(pdu: str) -> Change:
    """In the first run."""

    def change(made: Draft) -> None:
        def begin(room: Room) -> None:
            room.pdus[pdu].silent = True

        def answers(room: Room) -> None:
            room.pdus[pdu].silent = False

        made.since.append(begin)
        made.between.append(answers)

    return change


def in_a_large_hall(made: Draft) -> None:
    """With twelve more PDUs, which are drawn and have machines."""
    for number in range(1, 13):
        name = f"far-{number}"
        meter = _meter(made.setting, made.rng)
        made.pdus[name] = Pdu(name, meter=meter, inlet_meter=_inlet_meter(meter, made.rng, True))
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


def since(*changes: Change) -> Change:
    """These are made to the room when the cabling was tried."""

    def change(made: Draft) -> None:
        def happens(room: Room) -> None:
            for one in changes:
                one(made)
            for machine in room.machines.values():
                room.refresh(machine)

        made.since.append(happens)

    return change


def moved_since(number: int, to: str, *changes: Change) -> Change:
    """A cord is put elsewhere, after the trial."""

    def change(made: Draft) -> None:
        made.since.append(lambda room: room.move(made.srv, made.srv.supplies[number], *_place(to)))
        for one in changes:
            one(made)

    return change


def plugged_since(*places: str) -> Change:
    """A supply is put in after the trial."""

    def change(made: Draft) -> None:
        def plug(room: Room) -> None:
            also(*places)(made)
            room.refresh(made.srv)

        made.since.append(plug)

    return change


def moved_neighbour(pdu: str, to: str) -> Change:
    """A neighbour's cord at this PDU is put elsewhere, after the trial."""

    def change(made: Draft) -> None:
        def move(room: Room) -> None:
            machine = made.others[0]
            supply = next(one for one in machine.supplies if one.pdu == pdu)
            room.move(machine, supply, *_place(to))

        made.since.append(move)

    return change


def blank(seconds: float, *pdus: str) -> Change:
    """The metering of these PDUs begins anew at the first command."""

    def change(made: Draft) -> None:
        def register(room: Room) -> None:
            def restart() -> None:
                for name in pdus:
                    room.pdus[name].blank_until = room.time + seconds

            room.after_command.setdefault(len(room.commands), []).append(restart)

        made.since.append(register)

    return change


def metered(**attributes: object) -> Change:
    """What the meters of outlets are like: attributes of `physics.Meter`."""

    def change(made: Draft) -> None:
        for pdu in made.pdus.values():
            for name, value in attributes.items():
                setattr(pdu.meter, name, value)
                setattr(pdu.inlet_meter, name, value)

    return change


def another_unit(made: Draft) -> None:
    """A PDU was replaced, and the cords are in it at other outlets."""

    def replace(room: Room) -> None:
        room.pdus["right"].serial = "SN-new"
        room.move(made.srv, made.srv.supplies[1], "right", 4)

    made.since.append(replace)


def after_off(made: Draft) -> None:
    """Somebody switched the machine off, moved a cord and switched it on; nothing read meanwhile,
    and a neighbour was put into the old place.
    """
    exchanged_since(made)


def exchanged_since(made: Draft) -> None:
    """The machine's cord at the right PDU, and a neighbour's, are in each other's outlet."""
    shares_equally(made)
    other("right/4")(made)
    neighbour = made.others[-1]

    def exchange(room: Room) -> None:
        room.move(neighbour, neighbour.supplies[0], "right", 3)
        room.move(made.srv, made.srv.supplies[1], "right", 4)

    made.since.append(exchange)


def unlabelled(made: Draft) -> None:
    """The right PDU tells no serial number."""
    made.pdus["right"].serial = ""


def dead_third(made: Draft) -> None:
    """A supply at a wall that nobody drew is dead, until it is repaired."""
    made.srv.supplies.append(Supply(None, 0, dead=True))

    def repair(room: Room) -> None:
        made.srv.supplies[-1].dead = False
        room.refresh(made.srv)

    made.since.append(repair)


def alone(made: Draft) -> None:
    """Nothing else is at the machine's PDUs."""
    made.others = [
        one for one in made.others if not {"left", "right"} & {cord.pdu for cord in one.supplies}
    ]


def hangs(made: Draft) -> None:
    """It draws power, and does not answer."""
    made.since.append(lambda _: setattr(made.srv, "boots_s", 1e9))


def _factor_of_own(made: Draft, factor: float) -> None:
    """From the first command on, while another cord is on."""
    made.since.append(_factor(made.srv, factor, 0, 0.0))


def throttles(made: Draft) -> None:
    _factor_of_own(made, 0.6)


def speeds_up(made: Draft) -> None:
    _factor_of_own(made, 1.3)


def loses(made: Draft) -> None:
    for one in made.srv.supplies:
        one.idle_w, one.filter_a = 15.0, 0.08


def shut_down(made: Draft) -> None:
    """By its operating system, after the trial: what is left is the supplies' own need."""

    def shut(room: Room) -> None:
        made.srv.factor = 0.0
        room.refresh(made.srv)

    made.since.append(shut)


def asked(made: Draft) -> None:
    """`alive` is given."""
    made.alive = True


def shuts_and_starts(made: Draft) -> None:
    """It shuts itself down at the command behind welded relays, and is woken up later."""
    for one in made.srv.supplies:
        one.idle_w = one.filter_a = 0.0

    def register(room: Room) -> None:
        def becomes(factor: float) -> None:
            made.srv.factor = factor
            room.refresh(made.srv)

        def shut() -> None:
            becomes(0.0)
            room.after(8.5, lambda: becomes(1.0))

        room.at_command.setdefault(len(room.commands), []).append(shut)

    made.since.append(register)


def browns_out(made: Draft) -> None:
    made.srv.browns_out = True
    made.srv.boots_s = max(5.0, made.srv.boots_s)


class Kind(NamedTuple):
    """What is wrong."""

    name: str
    changes: Sequence[Change]
    #: of the other neighbours
    noise: Noise = QUIET
    #: what the drawing says
    needs: int = 1
    #: whether a monitor reads the machine after what happened since the trial
    is_monitored: bool = False


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


_TWO = ("left/3", "right/3")
_CHASSIS = ("left/3", "left/4", "right/3", "right/4")


def _chassis() -> list[Kind]:
    six = [chassis(2, *_CHASSIS, "right/5", "right/6"), drawn(*_CHASSIS)]
    return [
        Kind("a chassis of 2 of 6, two of them not drawn", six, needs=2),
        Kind("a chassis of 2 of 6, two of them not drawn, swinging neighbours", six, SWINGS, 2),
        Kind(
            "a chassis of 1 of 4, one is in a neighbour's place",
            [
                chassis(1, "left/3", "left/4", "right/3", "right/5"),
                drawn(*_CHASSIS),
                other("right/4", does=SWINGING_ONE),
            ],
        ),
        Kind("it restarts on a standby that is not drawn", [also("third/5?"), browns_out]),
        Kind("it restarts on a standby at a wall", [also("wall?"), browns_out]),
        Kind("a standby at a wall", [also("wall?")]),
        Kind(
            "one cord, drawn at a neighbour's only one",
            [cords("left/4"), drawn("left/3"), other("left/3")],
        ),
        Kind(
            "two machines exactly in each other's place",
            [cords("left/4", "right/4"), other("left/3", "right/3")],
        ),
    ]


def _relays_since() -> list[Kind]:
    found: list[Kind] = []
    alone = [cords("left/3"), drawn("left/3")]
    for name, places, more in (
        ("left", ["left/3"], []),
        ("right", ["right/3"], []),
        ("both", list(_TWO), []),
        ("one cord", ["left/3"], alone),
    ):
        welded = [*more, shares_equally] if not more else more
        welded = [*welded, since(relay(*places, welded=True))]
        for busy, noise in _BUSY.items():
            found += [
                Kind(f"{name} welded since, {busy}", welded, noise),
                Kind(
                    f"{name} welded since, figure frozen, {busy}",
                    [*welded, shows(FROZEN, *places)],
                    noise,
                ),
                Kind(
                    f"{name} welded since, metering begins anew, {busy}",
                    [*welded, blank(60.0, "left", "right")],
                    noise,
                ),
            ]
        found.append(
            Kind(
                f"{name}: commands are ignored since", [*more, since(relay(*places, ignores=True))]
            )
        )
        for seconds in (0.2, 1.0, 3.0, 4.3):
            found.append(
                Kind(
                    f"{name} closes again silently after {seconds:g} s",
                    [*more, since(relay(*places, back_s=seconds))],
                )
            )
        found.append(
            Kind(
                f"{name} closes again after 1 s, and says so",
                [*more, since(relay(*places, back_s=1.0, back_silently=False))],
            )
        )
        for what, late in (
            ("figures come 15 s late", metered(delay_s=15.0)),
            ("figures are means of 15 s", metered(window_s=15.0)),
        ):
            found += [
                Kind(f"{name} welded since, {what}", [*welded, late]),
                Kind(
                    f"{name} closes again after 3 s, {what}",
                    [*more, late, since(relay(*places, back_s=3.0))],
                ),
            ]
    return found


def _moves() -> list[Kind]:
    found: list[Kind] = []
    for busy, noise in _BUSY.items():
        found += [
            Kind(
                f"the {side} cord was moved to {to} since, with a monitor, {busy}",
                [shares_equally, moved_since(number, to)],
                noise,
                is_monitored=True,
            )
            for number, side in enumerate(("left", "right"))
            for to in (f"{side}/4", "third/4")
        ]
        found.append(Kind(f"another unit in its place, {busy}", [another_unit], noise))
    kinds: Mapping[str, Sequence[Change]] = {
        "right welded": [shares_equally, since(relay("right/3", welded=True))],
        "in a neighbour's place": [cords("left/3", "right/4"), other("right/3")],
        "a third active supply": [also("right/4")],
    }
    ends: Mapping[str, Change] = {
        "before the second command": killed(before=1),
        "after the first command": killed(after=0),
        "2 s after the second command": killed(after=1, wait_s=2.0),
    }
    found += [
        Kind(f"killed {when}, {name}", [*changes, end])
        for when, end in ends.items()
        for name, changes in kinds.items()
    ]
    found += [
        Kind(f"the clock jumps by {seconds:+g} s, right welded", [*kinds["right welded"], jump])
        for seconds, jump in ((3600.0, clock_jumps(3600.0)), (-3600.0, clock_jumps(-3600.0)))
    ]
    found += [
        Kind(f"left is silent at first, {name}", [*changes, silent_at_first("left")])
        for name, changes in kinds.items()
    ]
    return found


def _chassis_since() -> list[Kind]:
    whole = [chassis(2, *_CHASSIS), drawn(*_CHASSIS)]
    return [
        Kind(
            f"a chassis of 2 of 4, two welded since, {busy}",
            [*whole, since(relay("right/3", "right/4", welded=True))],
            noise,
            needs=2,
        )
        for busy, noise in _BUSY.items()
    ]


#: the machine has power at the end, and was wired wrong from the start
WIRED_WRONG: Sequence[Kind] = [*_misplaced(), *_undrawn(), *_chassis()]
#: the machine has power at the end by what happened since the trial of its cabling
CHANGED: Sequence[Kind] = [*_relays_since(), *_moves(), *_chassis_since()]


def _lying_together() -> list[Kind]:
    found: list[Kind] = []
    for busy, noise in _BUSY.items():
        for what in (ECHO, ZERO, NOMINAL):
            for name, places in (("right", ["right/3"]), ("both", list(_TWO))):
                found.append(
                    Kind(
                        f"{name} welded since, figure {what}, {busy}",
                        [shares_equally, shows(what, *places), since(relay(*places, welded=True))],
                        noise,
                    )
                )
    return found


#: the row of docs/doors.md -> what it is about
DOCUMENTED: Mapping[str, Sequence[Kind]] = {
    "a cord that was added since, and never switched": [
        Kind("a supply was added at the right PDU since", [plugged_since("right/5")]),
        Kind("a standby was added at a wall since", [plugged_since("wall?")]),
    ],
    "a cord that was moved while nobody read": [
        Kind("the right cord was moved to right/4 after its outlet was off", [after_off]),
        Kind(
            "the right cord was exchanged with a neighbour's since",
            [shares_equally, moved_since(1, "right/4"), moved_neighbour("right", "right/3")],
        ),
    ],
    "a third cord that was dead when it was tried": [
        Kind("a third cord at a wall works again since", [shares_equally, dead_third]),
    ],
    "another unit at the address of a PDU that tells no serial number": [
        Kind("another unit without a serial number", [unlabelled, exchanged_since]),
    ],
    "outlets that were renumbered since": [
        Kind("two outlets of one PDU were renumbered since", [exchanged_since]),
    ],
    "a metering that restarts where nothing else draws": [
        Kind(
            "both welded since, metering begins anew, nothing else draws",
            [alone, shares_equally, since(relay(*_TWO, welded=True)), blank(60.0, "left", "right")],
        ),
    ],
    "a machine that hangs, with a cord in another outlet since the last monitor": [
        Kind(
            "both cords were moved since, and it hangs",
            [asked, moved_since(0, "left/4"), moved_since(1, "right/4"), hangs],
        ),
    ],
    "a meter and a relay that lie together, beside noise or steps that hide the load": (
        _lying_together()
    ),
    "a machine that shuts itself down behind a relay that welded since": [
        Kind(
            "both welded since, and it shuts down until it is woken up",
            [shares_equally, since(relay(*_TWO, welded=True)), shuts_and_starts],
        ),
    ],
}


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
        Kind(
            "two cords, the machine's load swings by half",
            [shares_equally, swings_itself(0.5, 1.5)],
        ),
        Kind("two cords, killed after the first command", [shares_equally, killed(after=0)]),
        Kind("two cords, it throttles when one is left", [shares_equally, throttles]),
        Kind("two cords, its fans speed up when one is left", [shares_equally, speeds_up]),
        Kind("two cords, supplies with losses of their own", [shares_equally, loses]),
        Kind(
            "two cords, metering begins anew for 5 s", [shares_equally, blank(5.0, "left", "right")]
        ),
        Kind("two cords, it was shut down, and is asked", [shares_equally, asked, shut_down]),
        Kind("two cords, no inlet has a meter", [shares_equally, no_inlet_meters]),
    ]


HONEST: Sequence[Kind] = _honest()
