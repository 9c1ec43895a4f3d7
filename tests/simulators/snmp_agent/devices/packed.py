"""A DigiPower unit, from DigiPower-PDU-MIB: all states in one string."""

from __future__ import annotations

from ..device import Device, Effect, Rule
from ..model import Model, Relay
from .rows import Rows, deciamps, off_at_first


def digipower(outlets: int = 8, relay_s: float = 0.0) -> Model:
    """DigiPower: all states in one string, 1 on, 0 off. A write replaces the whole string."""
    unit = "1.3.6.1.4.1.17420.1.2.9.1"
    rows = Rows()
    rows.system("DigiPower SWPDU", "1.3.6.1.4.1.17420", "digipower")
    numbers = range(1, outlets + 1)
    rows.put("1.3.6.1.4.1.17420.1.2.5.0", "1,1")
    rows.put("1.3.6.1.4.1.17420.1.2.6.0", ",".join(["0"] + ["-1"] * 15))
    rows.put(f"{unit}.11.0", sum(deciamps(n) for n in numbers))
    rows.put(f"{unit}.13.0", ",".join("0" if off_at_first(n) else "1" for n in numbers))
    for n in numbers:
        rows.put(f"{unit}.14.{n}.0", f"Outlet{n},0,0,0,0")
    states = f"{unit}.13.0"
    rule = Rule(states, longest=32, keep=False, effects=(Effect(states, after=relay_s),))
    return Model(
        "digipower",
        Device(rows, [rule]),
        {str(n): Relay(states, on=("1",), off=("0",), place=n - 1) for n in numbers},
        load=[(f"{unit}.11.0", "0.1")],
    )
