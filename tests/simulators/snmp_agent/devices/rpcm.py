"""RPCM, as far as DCImanager's public handler page describes it: three columns of one table, no
totals.
"""

from __future__ import annotations

from ..device import GAUGE, Device, Effect, Rule
from ..model import Model, Relay
from .rows import Rows, deciamps, energy_tenths, indexes, off_at_first

_OUTPUT = "1.3.6.1.4.1.46235.2.4.2.1"
STATE, MILLIAMPS, ENERGY_KWH = f"{_OUTPUT}.4", f"{_OUTPUT}.11", f"{_OUTPUT}.15"


def rpcm(outlets: int = 10, relay_s: float = 0.0) -> Model:
    """The state column is also the command: 1 on, 0 off. Current in mA, energy in kWh."""
    rows = Rows()
    rows.system("RPCM 1502", "1.3.6.1.4.1.46235", "rpcm")
    numbers = range(1, outlets + 1)
    rows.column(STATE, {str(n): 0 if off_at_first(n) else 1 for n in numbers})
    rows.column(MILLIAMPS, {str(n): deciamps(n) * 100 for n in numbers}, GAUGE)
    rows.column(ENERGY_KWH, {str(n): energy_tenths(n) // 10 for n in numbers}, GAUGE)
    rule = Rule(
        f"{STATE}.*", allow=("0", "1"), keep=False, effects=(Effect(f"{STATE}.*", after=relay_s),)
    )
    energies = {index: (f"{ENERGY_KWH}.{index}", "1") for index in indexes(outlets)}
    return Model(
        "rpcm",
        Device(rows, [rule]),
        {index: Relay(f"{STATE}.{index}", on=("1",), off=("0",)) for index in indexes(outlets)},
        load=[(f"{MILLIAMPS}.{index}", "0.001") for index in indexes(outlets)],
        energy=list(energies.values()),
        port_energy=energies,
    )
