"""APC's three generations of switched PDUs, from PowerNet-MIB.

A later generation also has the tables of the earlier ones, and a command in any of them switches
the same relay. The command 1 switches on and 2 switches off. In the tables of the two older
generations, the states have the same numbers; in those of the newest, state 1 is off and 2 is on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..device import GAUGE, Device, Effect, Rule
from ..model import Model, Relay
from .rows import Rows, deciamps, energy_tenths, indexes, off_at_first

_APC = "1.3.6.1.4.1.318.1.1"
SPDU_CONTROL = f"{_APC}.4.4.2.1"
RPDU_CONTROL, RPDU_STATUS, RPDU_LOAD = (
    f"{_APC}.12.3.3.1.1",
    f"{_APC}.12.3.5.1.1",
    f"{_APC}.12.2.3.1.1",
)
RPDU2_STATUS, RPDU2_CONTROL, RPDU2_METERED = (
    f"{_APC}.26.9.2.3.1",
    f"{_APC}.26.9.2.4.1",
    f"{_APC}.26.9.4.3.1",
)
RPDU2_CONFIG = f"{_APC}.26.9.2.1.1"
RPDU2_COUNT = f"{_APC}.26.9.1.0"  # rPDU2OutletSwitchedTableSize
RPDU2_DEVICE, RPDU2_PHASE = f"{_APC}.26.4.3.1", f"{_APC}.26.6.3.1"
_NOT_PENDING = 2
_TURNED = {"1": "2", "2": "1"}


def masterswitch(outlets: int = 8, relay_s: float = 0.0) -> Model:
    """MasterSwitch: state and command are in one column; no meter."""
    rows = Rows()
    rows.system(
        "APC MasterSwitch (MB:v1.0.0 PF:v2.2.0 PN:apc_hw02)",
        "1.3.6.1.4.1.318.1.3.4.2",
        "masterswitch",
    )
    numbers = range(1, outlets + 1)
    _spdu(rows, numbers)
    column = f"{SPDU_CONTROL}.3"
    return Model(
        "apc-masterswitch",
        Device(rows, _commands([column], relay_s)),
        _relays(column, outlets),
    )


def rpdu(outlets: int = 24, relay_s: float = 0.0) -> Model:
    """AP79xx: one phase with two banks; the load table has a row for the phase and one for each
    bank.
    """
    rows = Rows()
    rows.system(
        "APC Web/SNMP Management Card (PN:apc_hw02_aos_370.bin MN:AP7900)",
        "1.3.6.1.4.1.318.1.3.4.5",
        "rpdu",
    )
    numbers = range(1, outlets + 1)
    _spdu(rows, numbers)
    _rpdu(rows, numbers)
    state = f"{RPDU_STATUS}.4"
    return Model(
        "apc-rpdu",
        Device(rows, _commands([f"{SPDU_CONTROL}.3", state, f"{RPDU_CONTROL}.4"], relay_s)),
        _relays(state, outlets),
        load=[(f"{RPDU_LOAD}.2.1", "0.1")],
    )


def rpdu2(outlets: int = 24, relay_s: float = 0.0) -> Model:
    """AP8xxx/AP9xxx, with three phases. Has the older tables too."""
    rows = Rows()
    rows.system(
        "APC Web/SNMP Management Card (PN:apc_hw05_aos_696.bin MN:AP8659)",
        "1.3.6.1.4.1.318.1.3.4.6",
        "rpdu2",
    )
    numbers = range(1, outlets + 1)
    _spdu(rows, numbers)
    _rpdu(rows, numbers)
    _rpdu2(rows, numbers)
    state = f"{RPDU2_STATUS}.5"
    columns = [f"{SPDU_CONTROL}.3", f"{RPDU_STATUS}.4", f"{RPDU_CONTROL}.4", f"{RPDU2_CONTROL}.5"]
    return Model(
        "apc-rpdu2",
        Device(rows, _commands(columns, relay_s, state)),
        {str(n): Relay(f"{state}.{n}", on=("2",), off=("1",)) for n in numbers},
        load=[(f"{RPDU2_PHASE}.5.{row}", "0.1") for row in (1, 2, 3)],
        energy=[(f"{RPDU2_DEVICE}.9.1", "0.1")],
        port_energy={str(n): (f"{RPDU2_METERED}.11.{n}", "0.1") for n in numbers},
    )


def begin(device: Device, numbers: Sequence[int], off: Collection[int]) -> None:
    """Set the relays of an rpdu2 before anyone reads it: these are off, and all others on."""
    for n in numbers:
        device.put(f"{RPDU2_STATUS}.5.{n}", "1" if n in off else "2")
        for column in (
            f"{SPDU_CONTROL}.3",
            f"{RPDU_STATUS}.4",
            f"{RPDU_CONTROL}.4",
            f"{RPDU2_CONTROL}.5",
        ):
            device.put(f"{column}.{n}", "2" if n in off else "1")


def _relays(column: str, outlets: int) -> dict[str, Relay]:
    return {index: Relay(f"{column}.{index}", on=("1",), off=("2",)) for index in indexes(outlets)}


def _commands(columns: Sequence[str], relay_s: float, turned: str = "") -> list[Rule]:
    """One rule for each command column: it changes all `columns`, and `turned`, in which 1 and 2
    are swapped.
    """
    effects = [
        Effect(f"{column}.*", mapping={"1": "1", "2": "2"}, after=relay_s) for column in columns
    ]
    if turned:
        effects.append(Effect(f"{turned}.*", mapping=_TURNED, after=relay_s))
    return [
        Rule(f"{command}.*", allow=("1", "2"), keep=False, effects=tuple(effects))
        for command in (f"{SPDU_CONTROL}.3", f"{RPDU_CONTROL}.4", f"{RPDU2_CONTROL}.5")
    ]


def _states(numbers: Sequence[int], on: int, off: int) -> dict[str, int]:
    return {str(n): off if off_at_first(n) else on for n in numbers}


def _names(numbers: Sequence[int]) -> dict[str, str]:
    return {str(n): f"Outlet {n}" for n in numbers}


def _spdu(rows: Rows, numbers: Sequence[int]) -> None:
    # sPDUOutletControlTableSize
    rows.put(f"{_APC}.4.4.1.0", len(numbers))
    rows.column(f"{SPDU_CONTROL}.1", {str(n): n for n in numbers})
    rows.column(f"{SPDU_CONTROL}.2", {str(n): _NOT_PENDING for n in numbers})
    rows.column(f"{SPDU_CONTROL}.3", _states(numbers, on=1, off=2))
    rows.column(f"{SPDU_CONTROL}.4", _names(numbers))


def _rpdu(rows: Rows, numbers: Sequence[int]) -> None:
    # rPDUIdentDeviceNumOutlets
    rows.put(f"{_APC}.12.1.8.0", len(numbers))
    amps = sum(deciamps(n) for n in numbers)
    rows.put(f"{_APC}.12.1.16.0", amps * 23)
    phase_load = amps
    first_bank = amps // 2
    second_bank = amps - first_bank
    for row, (load, bank) in enumerate(((phase_load, 0), (first_bank, 1), (second_bank, 2)), 1):
        rows.put(f"{RPDU_LOAD}.1.{row}", row)
        rows.put(f"{RPDU_LOAD}.2.{row}", load, GAUGE)
        rows.put(f"{RPDU_LOAD}.3.{row}", 1)
        rows.put(f"{RPDU_LOAD}.4.{row}", 1)
        rows.put(f"{RPDU_LOAD}.5.{row}", bank)
    for table in (RPDU_CONTROL, RPDU_STATUS):
        rows.column(f"{table}.1", {str(n): n for n in numbers})
        rows.column(f"{table}.2", _names(numbers))
        rows.column(f"{table}.3", {str(n): 1 for n in numbers})
        rows.column(f"{table}.4", _states(numbers, on=1, off=2))
    rows.column(f"{RPDU_STATUS}.5", {str(n): _NOT_PENDING for n in numbers})


def _rpdu2(rows: Rows, numbers: Sequence[int]) -> None:
    rows.put(RPDU2_COUNT, len(numbers))
    # rPDU2OutletMeteredTableSize
    rows.put(f"{_APC}.26.9.3.0", len(numbers))
    for table in (RPDU2_STATUS, RPDU2_CONTROL, RPDU2_METERED):
        rows.column(f"{table}.1", {str(n): n for n in numbers})
        rows.column(f"{table}.2", {str(n): 1 for n in numbers})
        rows.column(f"{table}.3", _names(numbers))
        rows.column(f"{table}.4", {str(n): n for n in numbers})
    # rPDU2OutletSwitchedConfigPowerOnTime
    rows.column(f"{RPDU2_CONFIG}.5", {str(n): 0 for n in numbers})
    rows.column(f"{RPDU2_STATUS}.5", _states(numbers, on=2, off=1))
    rows.column(f"{RPDU2_STATUS}.6", {str(n): _NOT_PENDING for n in numbers})
    rows.column(f"{RPDU2_CONTROL}.5", _states(numbers, on=1, off=2))
    rows.gauges(f"{RPDU2_METERED}.6", {str(n): deciamps(n) for n in numbers})
    rows.gauges(f"{RPDU2_METERED}.7", {str(n): deciamps(n) * 23 for n in numbers})
    rows.gauges(f"{RPDU2_METERED}.11", {str(n): energy_tenths(n) for n in numbers})
    # rPDU2DeviceConfigModule, rPDU2DeviceConfigColdstartDelay
    rows.put(f"{_APC}.26.4.1.1.2.1", 1)
    rows.put(f"{_APC}.26.4.1.1.6.1", 0)
    rows.put(f"{RPDU2_DEVICE}.1.1", 1)
    rows.put(f"{RPDU2_DEVICE}.2.1", 1)
    rows.put(f"{RPDU2_DEVICE}.3.1", "rpdu2-1")
    rows.put(f"{RPDU2_DEVICE}.5.1", sum(deciamps(n) for n in numbers) * 23 // 10)
    rows.put(f"{RPDU2_DEVICE}.9.1", sum(energy_tenths(n) for n in numbers))
    for phase in (1, 2, 3):
        rows.put(f"{RPDU2_PHASE}.1.{phase}", phase)
        rows.put(f"{RPDU2_PHASE}.2.{phase}", 1)
        rows.put(f"{RPDU2_PHASE}.3.{phase}", phase)
        amps = sum(deciamps(n) for n in numbers if n % 3 == phase - 1)
        rows.put(f"{RPDU2_PHASE}.5.{phase}", amps)
