"""Server Technology's Sentry Switched CDU, from Sentry3-MIB.

An outlet's index is tower.infeed.outlet. Its status is 0 (off), 1 (on), 2 (offWait) or 3 (onWait).
Its action is 0 (none), 1 (on) or 2 (off).
"""

from __future__ import annotations

from ..device import Device, Effect, Rule, When
from ..model import Model, Relay
from .rows import Rows, deciamps, energy_tenths, off_at_first

_SENTRY = "1.3.6.1.4.1.1718.3"
TOTAL_WATTS, TOWER, INFEED, OUTLET = (
    f"{_SENTRY}.1.6.0",
    f"{_SENTRY}.2.1.1",
    f"{_SENTRY}.2.2.1",
    f"{_SENTRY}.2.3.1",
)
STATUS, CONTROL_STATE, ACTION, CAPABILITIES = (
    f"{OUTLET}.5",
    f"{OUTLET}.10",
    f"{OUTLET}.11",
    f"{OUTLET}.4",
)
# outletCapabilities; bit 0 is the highest of the first octet: onSense, loadSense, powerControl 2,
# powerSense 8
_SWITCHED = b"\xe0\x80"


def sentry3(each: int = 8, infeeds: int = 3, relay_s: float = 0.0) -> Model:
    """One tower of `infeeds` infeeds. Each infeed has `each` outlets."""
    rows = Rows()
    rows.system("Sentry Switched CDU", "1.3.6.1.4.1.1718.3", "sentry3")
    numbers = {
        f"1.{infeed}.{n}": (infeed - 1) * each + n
        for infeed in range(1, infeeds + 1)
        for n in range(1, each + 1)
    }
    rows.column(f"{OUTLET}.2", {index: _letters(index) for index in numbers})
    rows.column(f"{OUTLET}.3", {index: f"TowerA_Outlet{n}" for index, n in numbers.items()})
    rows.column(CAPABILITIES, dict.fromkeys(numbers, _SWITCHED))
    rows.column(STATUS, {index: 0 if off_at_first(n) else 1 for index, n in numbers.items()})
    rows.column(f"{OUTLET}.7", {index: deciamps(n) * 10 for index, n in numbers.items()})
    rows.column(CONTROL_STATE, {index: 0 if off_at_first(n) else 1 for index, n in numbers.items()})
    rows.column(ACTION, dict.fromkeys(numbers, 0))
    rows.column(f"{OUTLET}.14", {index: deciamps(n) * 23 for index, n in numbers.items()})
    rows.column(f"{OUTLET}.18", {index: energy_tenths(n) * 100 for index, n in numbers.items()})
    real = range(1, infeeds + 1)
    for infeed in real:
        mine = [n for index, n in numbers.items() if index.startswith(f"1.{infeed}.")]
        _infeed(rows, infeed, each, sum(deciamps(n) * 10 for n in mine), 4_000 + 10 * infeed)
    rows.put(f"{TOWER}.2.1", "A")
    rows.put(f"{TOWER}.8.1", b"\x00")
    rows.put(f"{TOWER}.14.1", sum(4_000 + 10 * infeed for infeed in real) // 10)
    rows.put(TOTAL_WATTS, sum(deciamps(n) * 23 for n in numbers.values()))
    return Model(
        "sentry3",
        Device(rows, _rules(relay_s)),
        {index: Relay(f"{STATUS}.{index}", on=("1",), off=("0",)) for index in numbers},
        load=[(f"{INFEED}.7.1.{infeed}", "0.01") for infeed in real],
        energy=[(f"{TOWER}.14.1", "1")],
        port_energy={index: (f"{OUTLET}.18.{index}", "0.001") for index in numbers},
    )


def _letters(index: str) -> str:
    """The identifier on the unit: tower and infeed as letters, then the number ("AB3")."""
    tower, infeed, number = index.split(".")
    return f"{chr(64 + int(tower))}{chr(64 + int(infeed))}{number}"


def _infeed(rows: Rows, infeed: int, outlets: int, hundredths: int, tenths_kwh: int) -> None:
    rows.put(f"{INFEED}.2.1.{infeed}", f"A{chr(64 + infeed)}")
    rows.put(f"{INFEED}.3.1.{infeed}", f"TowerA_Infeed{chr(64 + infeed)}")
    rows.put(f"{INFEED}.7.1.{infeed}", hundredths)
    rows.put(f"{INFEED}.9.1.{infeed}", outlets)
    rows.put(f"{INFEED}.12.1.{infeed}", hundredths * 23 // 10)
    rows.put(f"{INFEED}.16.1.{infeed}", tenths_kwh)


def _rules(relay_s: float) -> list[Rule]:
    """A write of outletControlAction (0 none, 1 on, 2 off) shows in outletControlState (0 idle off,
    1 idle on, 4 off, 5 on) and in outletStatus (0 off, 1 on, 2 off wait, 3 on wait): at once as
    pending, and after `relay_s` as done.
    """
    is_off = When(f"{STATUS}.*", ("0",))
    is_on = When(f"{STATUS}.*", ("1",))
    done = {"1": "1", "2": "0"}
    effects = (
        Effect(f"{ACTION}.*", "0"),
        Effect(f"{CONTROL_STATE}.*", mapping={"1": "5", "2": "4"}),
        Effect(f"{STATUS}.*", mapping={"1": "3"}, when=(is_off,)),
        Effect(f"{STATUS}.*", mapping={"2": "2"}, when=(is_on,)),
        Effect(f"{STATUS}.*", mapping=done, after=relay_s),
        Effect(f"{CONTROL_STATE}.*", mapping=done, after=relay_s),
    )
    return [Rule(f"{ACTION}.*", allow=("0", "1", "2"), effects=effects)]
