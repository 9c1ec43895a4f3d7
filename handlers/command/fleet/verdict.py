"""The verdict of a check, on each PDU and on the whole fleet: rows, the summary, and the exit code for monitoring."""
from __future__ import annotations

from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..output import figure
from .listing import Device
from .polling import DOWN, UNKNOWN, UP, Outlet, Reading

WELL, DOUBTFUL, BAD = 0, 1, 2
_STALE = ("data-stale", "driver-not-connected")

# Kind of error -> who acts, and how. The error itself says what happened and names the setting.
REMEDIES: Mapping[str, str] = {
    "unreachable": "look at power, cable, address and firewall; over SNMP also at the community, over TLS at the certificate",
    "denied": "correct the account on the PDU or the login in the file of logins; it is not tried again",
    "settings": "correct this PDU in the list",
    "protocol": "read the PDU alone with `pdu status --debug` and report what it prints",
    "refused": "look the PDU's own words up in its manual; rights and licences are the usual reasons",
    "unsupported": "`pdu record snmp` what it answers, and have its family added or describe it in JSON",
    "data-stale": "the NUT driver has lost its device: look at the cable and restart the driver",
    "driver-not-connected": "start the NUT driver (upsdrvctl start), or wait until it has reported",
    "no-such-outlet": "correct the outlet in the list",
    "defect": "a defect of this program or of the archive: run `pdu status` on the PDU with --debug and report it",
}
_OTHERWISE = "read the PDU alone with `pdu status`"


class Row(NamedTuple):
    """One PDU of the table. `result` is one word; `level` is WELL, DOUBTFUL or BAD; `outlets` may be left out.

    The numbers of outlets are None where the PDU did not say.
    """

    device: Device
    level: int
    result: str
    on: Optional[int]
    off: Optional[int]
    unknown: Optional[int]
    load_a: Optional[float]
    energy_kwh: Optional[float]
    seconds: float
    requests: Optional[int]
    kind: str = ""
    reason: str = ""
    outlets: Sequence[Outlet] = ()

    @property
    def remedy(self) -> str:
        """Who acts, for the kind of error."""
        return REMEDIES.get(self.kind, _OTHERWISE) if self.kind else ""

    @property
    def figures(self) -> Tuple[str, str]:
        """Load in A and energy in kWh for people; nothing where an error hides whether the PDU meters them."""
        load, energy = ("" if value is None and self.kind else figure(value) for value in (self.load_a, self.energy_kwh))
        return load, energy


def judged(device: Device, reading: Reading, keep_outlets: bool = True) -> Row:
    """The row of one PDU."""
    level, result = _level(device, reading)
    failure = reading.failure
    on, off, unknown = (reading.count(state) if reading.answered else None for state in (UP, DOWN, UNKNOWN))
    return Row(device, level, result, on, off, unknown, reading.load_a, reading.energy_kwh, round(reading.seconds, 3),
               reading.requests, failure.kind if failure else "", failure.reason if failure else "",
               reading.outlets if keep_outlets else ())


def _level(device: Device, reading: Reading) -> Tuple[int, str]:
    failure = reading.failure
    if failure is not None and failure.kind in _STALE:
        return DOUBTFUL, "stale"
    if failure is not None and (not reading.answered or failure.kind == "unreachable"):
        return BAD, failure.kind
    if failure is not None:
        return DOUBTFUL, "no figures"
    if reading.count(UNKNOWN) and not device.metered:
        return DOUBTFUL, "unknown"
    return WELL, "well"


class Summary(NamedTuple):
    """The whole fleet. `load_a` and `energy_kwh` are the sums over the PDUs that reported one, which `loads` and `energies`
    count; None where none did."""

    pdus: int
    results: Dict[str, int]
    on: int
    off: int
    unknown: int
    load_a: Optional[float]
    loads: int
    energy_kwh: Optional[float]
    energies: int
    seconds: float
    level: int

    def lines(self) -> List[str]:
        """For people."""
        results = [f"{self.results.get(_WELL, 0)} well",
                   *(f"{count} {result}" for result, count in self.results.items() if result != _WELL)]
        load = figure(self.load_a, "A") + _of(self.loads, " PDUs")
        energy = figure(self.energy_kwh, "kWh") + _of(self.energies)
        return [f"{self.pdus} PDU{'s' if self.pdus != 1 else ''} in {self.seconds:.1f} s: {', '.join(results)}",
                f"{self.on + self.off + self.unknown} outlets: {self.on} on, {self.off} off, {self.unknown} unknown; "
                f"load {load}, energy {energy}"]


_WELL = "well"


def _of(count: int, what: str = "") -> str:
    return f" of {count}{what}" if count else ""


def summary(rows: Iterable[Row], seconds: float) -> Summary:
    """What the rows come to; `seconds` is how long the whole poll took."""
    results: Dict[str, int] = {}
    pdus = on = off = unknown = loads = energies = level = 0
    load = energy = 0.0
    for row in rows:
        pdus, level = pdus + 1, max(level, row.level)
        on, off, unknown = on + (row.on or 0), off + (row.off or 0), unknown + (row.unknown or 0)
        results[row.result] = results.get(row.result, 0) + 1
        if row.load_a is not None:
            load, loads = load + row.load_a, loads + 1
        if row.energy_kwh is not None:
            energy, energies = energy + row.energy_kwh, energies + 1
    ordered = {result: results[result] for result in sorted(results, key=lambda one: (-results[one], one))}
    return Summary(pdus, ordered, on, off, unknown, load if loads else None, loads, energy if energies else None, energies,
                   seconds, level)


_NAGIOS = {WELL: "OK", DOUBTFUL: "WARNING", BAD: "CRITICAL"}
_NAGIOS_SHOWN = 20
NAGIOS_FAILED = 3               # the plugin guidelines' UNKNOWN: the check itself could not be done


def nagios(found: Summary, rows: Iterable[Row]) -> List[str]:
    """The output of a monitoring plugin: one line with performance data, then the PDUs that are not well."""
    bad = sorted((row for row in rows if row.level), key=lambda row: -row.level)
    data = {"pdus": found.pdus, "not_well": len(bad), "unreachable": found.results.get("unreachable", 0),
            "outlets_on": found.on, "outlets_off": found.off, "outlets_unknown": found.unknown}
    measured = [] if found.load_a is None else [f"load={found.load_a:.3f}"]
    measured += [] if found.energy_kwh is None else [f"energy={found.energy_kwh:.3f}c"]
    figures = " ".join([*(f"{key}={value}" for key, value in data.items()), *measured, f"time={found.seconds:.3f}s"])
    first = f"PDU {_NAGIOS[found.level]} - {'; '.join(found.lines())}"
    lines = [f"{row.device.name}: {row.result}{f': {row.reason}' if row.reason else ''}" for row in bad[:_NAGIOS_SHOWN]]
    more = [f"and {len(bad) - _NAGIOS_SHOWN} more"] if len(bad) > _NAGIOS_SHOWN else []
    return [f"{_plain(first)}|{figures}", *map(_plain, [*lines, *more])]


def _plain(text: str) -> str:
    return text.replace("|", "/")           # the bar separates performance data


def changes(before: Row, after: Row) -> List[str]:
    """What is different to the poll before, for people; loads and energies always differ."""
    found = [] if before.result == after.result else [f"{before.result} -> {after.result}"]
    if after.result in ("well", "unknown", "no figures") and before.result in ("well", "unknown", "no figures"):
        states = {outlet.identity: outlet.state for outlet in before.outlets}
        now = {outlet.identity: outlet.state for outlet in after.outlets}
        found += [f"outlet {identity} {states.get(identity, 'new')} -> {now.get(identity, 'gone')}"
                  for identity in {**states, **now} if states.get(identity) != now.get(identity)]
    if before.energy_kwh is not None and after.energy_kwh is not None and after.energy_kwh < before.energy_kwh:
        found.append(f"energy fell from {figure(before.energy_kwh)} to {figure(after.energy_kwh)} kWh")
    return found
