"""A simulated Acme Strip: the invented PDU of docs/own-pdu.md, which no built-in family covers.

One string has the states of all outlets. A command acts only while its outlet is unlocked, and
never on a protected outlet. The meters are a separate table in another order.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from tests.simulators.snmp_agent import Device, Effect, Model, Relay, Rule, When
from tests.simulators.snmp_agent.devices.rows import Rows

PROFILE = Path(__file__).parents[2] / "docs" / "own-pdu" / "acme-strip.json"
ROOT = "1.3.6.1.4.1.32473.10"
STATES, UNLOCK, COMMAND, PROTECTED = (
    f"{ROOT}.1.0",
    f"{ROOT}.2.1.3",
    f"{ROOT}.2.1.4",
    f"{ROOT}.2.1.5",
)
_UNLOCKED_S = 10.0
_METERED = ("4", "2", "3", "1")  # the outlet of each meter: not in the outlets' order
OUTLETS = ("1", "2", "3", "4")


def strip(protected: Sequence[str] = ()) -> Model:
    """Four outlets; the third is off at first."""
    rows = Rows()
    rows.system("Acme Strip 4M", ROOT, "strip")
    rows.put(STATES, "on,on,off,on")
    rows.column(f"{ROOT}.2.1.1", {n: int(n) for n in OUTLETS})
    rows.column(f"{ROOT}.2.1.2", {n: f"server {n}" for n in OUTLETS})
    rows.column(UNLOCK, {n: 0 for n in OUTLETS})
    rows.column(COMMAND, {n: 0 for n in OUTLETS})
    rows.column(PROTECTED, {n: 1 if n in protected else 2 for n in OUTLETS})
    for meter, outlet in enumerate(_METERED, 1):
        rows.put(f"{ROOT}.3.1.2.{meter}", int(outlet))
        rows.put(f"{ROOT}.3.1.3.{meter}", 250 * int(outlet))
        rows.put(f"{ROOT}.3.1.4.{meter}", 1500 * int(outlet))
    rows.put(f"{ROOT}.4.0", 25)
    relock = Effect(f"{UNLOCK}.*", "0", written=("1",), after=_UNLOCKED_S, cancels=True)
    rules = [
        Rule(f"{UNLOCK}.*", allow=("0", "1"), effects=(relock,)),
        *map(_command, range(len(OUTLETS))),
    ]
    return Model(
        "acme-strip",
        Device(rows, rules),
        {n: Relay(STATES, on=("on",), off=("off",), place=int(n) - 1) for n in OUTLETS},
        load=[(f"{ROOT}.4.0", "0.1")],
        energy=[(f"{ROOT}.3.1.4.{meter}", "0.001") for meter in range(1, len(_METERED) + 1)],
        port_energy={
            outlet: (f"{ROOT}.3.1.4.{meter}", "0.001") for meter, outlet in enumerate(_METERED, 1)
        },
    )


def _command(place: int) -> Rule:
    """1 is on, 2 is off; acknowledged without effect unless the outlet is unlocked and not
    protected.
    """
    n = OUTLETS[place]
    effects = tuple(
        Effect(
            STATES,
            mapping={"1": _changed(states, place, "on"), "2": _changed(states, place, "off")},
            when=(When(STATES, (",".join(states),)),),
        )
        for states in itertools.product(("on", "off"), repeat=len(OUTLETS))
    )
    return Rule(
        f"{COMMAND}.{n}",
        allow=("1", "2"),
        keep=False,
        effects=effects,
        when=(When(f"{UNLOCK}.{n}", ("1",)), When(f"{PROTECTED}.{n}", ("2",))),
    )


def _changed(states: tuple[str, ...], place: int, state: str) -> str:
    return ",".join((*states[:place], state, *states[place + 1 :]))
