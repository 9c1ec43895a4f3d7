"""What the BMCs of machines say about their power supplies: the one proof that a cord works which
needs no meter. Reads `machine,supply,state` from CSV.

States are those of `ipmitool sdr type "Power Supply"` (IPMI 2.0, table 42-3, sensor type 08h) and
of Redfish (PowerSupply.Status, Health or State).
"""

from __future__ import annotations

from typing import NamedTuple

from handlers.shared.errors import SettingsError, printable

from ...core.cli.output import counted
from ...core.cli.report import few
from ...core.files import csv_in
from ...site.drawing.drawing import Drawing

_COLUMNS = ("machine", "supply", "state")
#: states in small letters of a supply that feeds its machine, or would at once; and of others
_WORKING = {"presence detected", "enabled", "standbyspare"}
_FAILED = {
    "failure detected", "predictive failure", "config error", "power supply inactive",
    "power supply ac lost", "ac lost", "ac lost or out-of-range", "ac out-of-range, but present",
    "warning", "critical", "absent", "disabled", "standbyoffline", "unavailableoffline",
}  # fmt: skip


class SuppliesOfMachines(NamedTuple):
    """A drawing with what BMCs say of its machines, and what to tell about it."""

    drawing: Drawing
    notes: list[str]


def add_supplies(drawing: Drawing, path: str) -> SuppliesOfMachines:
    """A machine works if each of its supplies does, and none of its cords lacks one.

    Raises SettingsError.
    """
    works_by_supply: dict[str, dict[str, bool]] = {}
    for row in csv_in.read_file_rows(path, csv_in.require_columns(path, _COLUMNS)):
        for column in _COLUMNS:
            if not row[column]:
                raise SettingsError(f"{row.where}: the cell {column!r} is empty; fill it in")
        supplies = works_by_supply.setdefault(row["machine"], {})
        works = _works(row.where, row["state"])
        supplies[row["supply"]] = works and supplies.get(row["supply"], True)
    machines, short_machines, failed_machines = dict(drawing.machines), list[str](), list[str]()
    for name, supplies in works_by_supply.items():
        if name not in machines:
            continue
        machine, works = machines[name], all(supplies.values())
        is_whole = len(supplies) >= len(machine.cords)
        if not (works and is_whole):
            (short_machines if works else failed_machines).append(name)
        machines[name] = machine._replace(works=works and (is_whole or machine.works))
    unknown = [name for name in works_by_supply if name not in machines]
    notes = [
        f"{path}: {counted(len(names), 'machine')} {what}: {few(names, 6)}"
        for names, what in (
            (failed_machines, "with a supply that does not work"),
            (short_machines, "with fewer supplies than cords, so nothing is said of them"),
            (unknown, "not in the drawing"),
        )
        if names
    ]
    return SuppliesOfMachines(drawing._replace(machines=machines), notes)


def _works(where: str, text: str) -> bool:
    """Whether a supply of this state works; several words are parted by commas."""
    if text == "OK":  # Redfish's health
        return True
    whole = text.casefold()  # one state has a comma
    states = {whole} if whole in _FAILED else {word.strip() for word in whole.split(",")}
    if states <= _WORKING | _FAILED:
        return states <= _WORKING
    is_ok = "ok" in map(str.strip, text.split(","))
    hint = "; the `ok` of ipmitool only says that the sensor was read" if is_ok else ""
    raise SettingsError(
        f"{where}: state {printable(text, 60)!r} is not known{hint}: give the words of"
        " `ipmitool sdr type 'Power Supply'`, such as Presence detected or Power Supply AC"
        " lost, or Redfish's, such as OK, Enabled or Critical"
    )
