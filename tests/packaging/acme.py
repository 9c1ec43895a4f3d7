"""A simulated Acme Strip: the invented PDU of docs/own-pdu.md, which no built-in family covers.

A command acts only while its outlet is unlocked, and never on a protected outlet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.simulators.snmp_agent import Device, Effect, Model, Relay, Rule, When
from tests.simulators.snmp_agent.devices.rows import Rows

PROFILE = Path(__file__).parents[2] / "docs" / "own-pdu" / "acme-strip.json"
ROOT = "1.3.6.1.4.1.32473.10"
UNLOCK, COMMAND, PROTECTED, STATES, CURRENTS, ENERGIES = (
    f"{ROOT}.2.1.{arc}" for arc in range(3, 9)
)
_UNLOCKED_S = 10.0
OUTLETS = ("1", "2", "3", "4")


def strip(protected: Sequence[str] = ()) -> Model:
    """Four outlets; the third is off at first."""
    rows = Rows()
    rows.system("Acme Strip 4M", ROOT, "strip")
    rows.column(f"{ROOT}.2.1.1", {n: int(n) for n in OUTLETS})
    rows.column(f"{ROOT}.2.1.2", {n: f"server {n}" for n in OUTLETS})
    rows.column(UNLOCK, {n: 0 for n in OUTLETS})
    rows.column(COMMAND, {n: 0 for n in OUTLETS})
    rows.column(PROTECTED, {n: 1 if n in protected else 2 for n in OUTLETS})
    rows.column(STATES, {n: 2 if n == "3" else 1 for n in OUTLETS})
    rows.column(CURRENTS, {n: 250 * int(n) for n in OUTLETS})
    rows.column(ENERGIES, {n: 1500 * int(n) for n in OUTLETS})
    rows.put(f"{ROOT}.4.0", 25)
    relock = Effect(f"{UNLOCK}.*", "0", written=("1",), after=_UNLOCKED_S, cancels=True)
    rules = [
        Rule(f"{UNLOCK}.*", allow=("0", "1"), effects=(relock,)),
        *map(_command, OUTLETS),
    ]
    return Model(
        "acme-strip",
        Device(rows, rules),
        {n: Relay(f"{STATES}.{n}", on=("1",), off=("2",)) for n in OUTLETS},
        load=[(f"{ROOT}.4.0", "0.1")],
        energy=[(f"{ENERGIES}.{n}", "0.001") for n in OUTLETS],
        port_energy={n: (f"{ENERGIES}.{n}", "0.001") for n in OUTLETS},
    )


def _command(n: str) -> Rule:
    """1 is on, 2 is off; acknowledged without effect unless the outlet is unlocked and not
    protected.
    """
    return Rule(
        f"{COMMAND}.{n}",
        allow=("1", "2"),
        keep=False,
        effects=(Effect(f"{STATES}.{n}", mapping={"1": "1", "2": "2"}),),
        when=(When(f"{UNLOCK}.{n}", ("1",)), When(f"{PROTECTED}.{n}", ("2",))),
    )
