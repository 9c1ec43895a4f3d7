"""What the BMCs of machines say about their power supplies: the one proof that a cord works which
needs no meter. Reads `machine,supply,state` from CSV.

States are those of `ipmitool sdr type "Power Supply"` (IPMI 2.0, table 42-3, sensor type 08h) and
of Redfish (PowerSupply.Status, Health or State).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from handlers.shared.errors import SettingsError, printable

from ...core.cli.output import counted
from ...core.cli.report import few
from ...core.files import csv_in
from ...site.drawing.drawing import Drawing

_COLUMNS = ("machine", "supply", "state")
#: a state in small letters -> whether such a supply feeds its machine, or would at once
_WORKS: Mapping[str, bool] = {
    "presence detected": True,
    "enabled": True,
    "standbyspare": True,
    "failure detected": False,
    "predictive failure": False,
    "power supply ac lost": False,
    "ac lost": False,
    "ac lost or out-of-range": False,
    "ac out-of-range, but present": False,
    "config error": False,
    "power supply inactive": False,
    "warning": False,
    "critical": False,
    "absent": False,
    "disabled": False,
    "standbyoffline": False,
    "unavailableoffline": False,
}


class SuppliesOfMachines(NamedTuple):
    """A drawing with what BMCs say of its machines, and what to tell about it."""

    drawing: Drawing
    notes: list[str]


def add_supplies(drawing: Drawing, path: str) -> SuppliesOfMachines:
    """A machine works if each of its supplies does, and none of its cords lacks one.

    Raises SettingsError.
    """
    states: dict[str, dict[str, bool]] = {}
    for row in csv_in.read_file_rows(path, csv_in.require_columns(path, _COLUMNS)):
        for column in _COLUMNS:
            if not row[column]:
                raise SettingsError(f"{row.where}: the cell {column!r} is empty; fill it in")
        supplies = states.setdefault(row["machine"], {})
        works = _works(row.where, row["state"])
        supplies[row["supply"]] = supplies.get(row["supply"], True) and works
    machines, lacking, bad = dict(drawing.machines), list[str](), list[str]()
    for name, supplies in states.items():
        machine = machines.get(name)
        if machine is None:
            continue
        is_whole = len(supplies) >= len(machine.cords)
        works = all(supplies.values())
        if not works:
            bad.append(name)
        elif not is_whole:
            lacking.append(name)
        machines[name] = machine._replace(works=works and (is_whole or machine.works))
    unknown = [name for name in states if name not in machines]
    notes = [
        f"{path}: {counted(len(names), 'machine')} {what}: {few(names, 6)}"
        for names, what in (
            (bad, "with a supply that does not work"),
            (lacking, "with fewer supplies than cords, so nothing is said of them"),
            (unknown, "not in the drawing"),
        )
        if names
    ]
    return SuppliesOfMachines(drawing._replace(machines=machines), notes)


def _works(where: str, text: str) -> bool:
    """Whether a supply of this state works; several words are parted by commas."""
    if text == "OK":  # Redfish's health
        return True
    is_working = _WORKS.get(text.casefold())
    if is_working is not None:
        return is_working
    works = []
    for word in text.split(","):
        part_works = _WORKS.get(word.strip().casefold())
        if part_works is None:
            hint = ""
            if word.strip() == "ok":
                hint = "; the `ok` of ipmitool only says that the sensor was read"
            raise SettingsError(
                f"{where}: state {printable(text, 60)!r} is not known{hint}: give the words of"
                " `ipmitool sdr type 'Power Supply'`, such as Presence detected or Power Supply AC"
                " lost, or Redfish's, such as OK, Enabled or Critical"
            )
        works.append(part_works)
    return all(works)
