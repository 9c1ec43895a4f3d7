"""The devices of the simulated server: drivers' variables and commands, and PDUs with relays.

Source of names: NUT's docs/nut-names.txt; tests/handlers/nut reads published dumps beside it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Callable, Optional, Protocol

FAILED, INVALID = "ERR FAILED", "ERR INVALID-ARGUMENT"


class Device(Protocol):
    """A device with its driver, as in one section of ups.conf.

    `run` and `set` return the driver's report: SUCCESS or an ERR.
    """

    name: str
    description: str

    def variables(self) -> dict[str, str]: ...
    def writable(self) -> list[str]: ...
    def commands(self) -> list[str]: ...
    def run(self, command: str, parameter: Optional[str]) -> str: ...
    def set(self, variable: str, value: str) -> str: ...
    def states(self) -> dict[str, Optional[bool]]: ...
    def load_a(self) -> Optional[float]: ...
    def energy_kwh(self) -> dict[str, float]: ...


class StaticDevice:
    """A device whose variables change only when they are written.

    Commands succeed without effect.
    """

    def __init__(
        self,
        name: str,
        variables: Mapping[str, str],
        commands: Sequence[str] = (),
        writable: Sequence[str] = (),
        description: str = "Unavailable",
    ) -> None:
        self.name = name
        self.description = description
        self._variables = dict(variables)
        self._commands = list(commands)
        self._writable = list(writable)

    def variables(self) -> dict[str, str]:
        return dict(self._variables)

    def writable(self) -> list[str]:
        return list(self._writable)

    def commands(self) -> list[str]:
        return list(self._commands)

    def run(self, command: str, parameter: Optional[str]) -> str:
        return "SUCCESS"

    def set(self, variable: str, value: str) -> str:
        self._variables[variable] = value
        return "SUCCESS"

    def states(self) -> dict[str, Optional[bool]]:
        return {}

    def load_a(self) -> Optional[float]:
        return None

    def energy_kwh(self) -> dict[str, float]:
        return {}


class SwitchedPdu:
    """A PDU of 1 to 48 outlets with relays, meters and energy counters, and its driver.

    `first` is the number of the first outlet. `members` is the number of such units; more than 1
    form a daisy chain. `by` is the driver's way of switching: "command" (outlet.N.load.on), or
    "variable" (outlet.N.switch, 1 and 0, without outlet.N.status). A request for variables makes
    the driver read its device if the last reading is at least `poll_s` seconds old.
    """

    VOLTS = 230.0

    def __init__(
        self,
        name: str = "pdu",
        outlets: int = 8,
        *,
        first: int = 1,
        members: int = 1,
        by: str = "command",
        poll_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 1 <= outlets <= 48 or members < 1 or by not in ("command", "variable"):
            raise ValueError(
                "`outlets` must be 1 to 48, `members` at least 1, and `by` 'command' or 'variable'"
            )
        self.name = name
        self.description = f"Simulated PDU, {outlets * members} outlets"
        self._first = first
        self._outlets = outlets
        self._members = members
        self._by = by
        self._poll_s = poll_s
        self._clock = clock
        self._lock = threading.Lock()
        keys = [
            self._key(member, number)
            for member in range(1, members + 1)
            for number in range(first, first + outlets)
        ]
        self._on = {key: index % 7 != 6 for index, key in enumerate(keys)}
        self._wh = {key: 1000.0 + 250.0 * index for index, key in enumerate(keys)}
        self._draws = {key: round(0.25 + 0.05 * (index % 5), 2) for index, key in enumerate(keys)}
        self._names = {key: f"Server {key}" for key in keys}
        self._seen = self._look()
        self._seen_at = clock()

    def _key(self, member: int, number: int) -> str:
        return f"{member}.{number}" if self._members > 1 else str(number)

    def _prefix(self, key: str) -> str:
        member, dot, number = key.rpartition(".")
        return f"device.{member}.outlet.{number}" if dot else f"outlet.{number}"

    def _look(self) -> dict[str, str]:
        variables = {
            "device.mfr": "ACME",
            "device.model": f"Switched-{self._outlets}",
            "device.type": "pdu",
            "driver.name": "simulated",
            "ups.status": "OL",
        }
        if self._members > 1:
            variables["device.count"] = str(self._members)
        for member in range(1, self._members + 1):
            own = f"device.{member}." if self._members > 1 else ""
            keys = [
                self._key(member, number)
                for number in range(self._first, self._first + self._outlets)
            ]
            variables[f"{own}outlet.count"] = str(self._outlets)
            variables[f"{own}outlet.desc"] = "All outlets"
            variables[f"{own}input.current"] = f"{self._amperes(keys):.2f}"
            variables[f"{own}input.voltage"] = f"{self.VOLTS:.1f}"
            variables[f"{own}input.energy"] = str(sum(round(self._wh[key]) for key in keys))
            for key in keys:
                variables.update(self._outlet(key))
        return variables

    def _outlet(self, key: str) -> dict[str, str]:
        prefix = self._prefix(key)
        on = self._on[key]
        amperes = self._amperes([key])
        if self._by == "command":
            state = {f"{prefix}.status": "on" if on else "off"}
        else:
            state = {f"{prefix}.switch": "1" if on else "0"}
        return {
            f"{prefix}.id": key.rpartition(".")[2],
            f"{prefix}.desc": self._names[key],
            f"{prefix}.switchable": "yes",
            **state,
            f"{prefix}.current": f"{amperes:.2f}",
            f"{prefix}.realpower": f"{amperes * self.VOLTS:.1f}",
            f"{prefix}.energy": str(round(self._wh[key])),
        }

    def _amperes(self, keys: Sequence[str]) -> float:
        return round(sum(self._draws[key] for key in keys if self._on[key]), 2)

    # ---- the driver ------------------------------------------------------------------------------

    def variables(self) -> dict[str, str]:
        with self._lock:
            now = self._clock()
            if now - self._seen_at >= self._poll_s:
                self._seen = self._look()
                self._seen_at = now
            return dict(self._seen)

    def writable(self) -> list[str]:
        fields = ("desc",) if self._by == "command" else ("desc", "switch")
        return [f"{self._prefix(key)}.{field}" for key in self._on for field in fields]

    def commands(self) -> list[str]:
        verbs = ("load.off", "load.on", "load.cycle") if self._by == "command" else ()
        return [f"{self._prefix(key)}.{verb}" for key in self._on for verb in verbs]

    def run(self, command: str, parameter: Optional[str]) -> str:
        key = next(key for key in self._on if command.startswith(f"{self._prefix(key)}.load."))
        if parameter:
            return FAILED
        self.turn(key, not command.endswith(".off"))
        return "SUCCESS"

    def set(self, variable: str, value: str) -> str:
        key = next(key for key in self._on if variable.startswith(f"{self._prefix(key)}."))
        if variable.endswith(".desc"):
            self._names[key] = value
        elif value in ("0", "1"):
            self.turn(key, value == "1")
        else:
            return INVALID
        return "SUCCESS"

    # ---- the device itself -----------------------------------------------------------------------

    def turn(self, key: str, on: bool) -> None:
        """Switch a relay, for the driver or a person; the driver reads the new state at its next
        poll.
        """
        with self._lock:
            self._on[key] = on

    def draw(self, key: str, amperes: float) -> None:
        """Set the current that the load on an outlet draws while the outlet is on."""
        with self._lock:
            self._draws[key] = amperes

    def run_for(self, hours: float) -> None:
        """Add the energy drawn during `hours`."""
        with self._lock:
            for key, on in self._on.items():
                self._wh[key] += self._draws[key] * self.VOLTS * hours if on else 0.0

    def states(self) -> dict[str, Optional[bool]]:
        with self._lock:
            return dict(self._on)

    def load_a(self) -> Optional[float]:
        with self._lock:
            return self._amperes(list(self._on))

    def energy_kwh(self) -> dict[str, float]:
        with self._lock:
            return {key: round(wh) / 1000 for key, wh in self._wh.items()}
