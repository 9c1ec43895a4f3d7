"""A total whose objects a device does not answer is not known where, in the same statistic, its
outlets' meters show that something is counted: DCImanager might show 0 beside them."""

from __future__ import annotations

import itertools
from typing import Optional

from handlers.dcimanager.views import Figures
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown, measured
from handlers.snmp import metering
from handlers.snmp.figures import Total
from handlers.snmp.profile import is_below, oids
from handlers.snmp.read_scope import VIEW_FIGURES
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, of_rows, plain
from tests.handlers.snmp.test_lost_figures import ShortWalk
from tests.handlers.snmp.test_reported_units import FOLDER as REPORTED
from tests.simulators.snmp_agent import read_snmprec
from tests.simulators.snmp_units import Fixture, fixture


def read(unit: Fixture, device: Memory) -> Optional[Figures]:
    """The figures that DCImanager is shown; None for an error."""
    try:
        snmp_device = units.find(unit, device, VIEW_FIGURES)
        return metering.read_statistic(snmp_device, with_power=False)
    except PduHandlerError:
        return None


def rows_of(unit: Fixture, total: Optional[Total]) -> list[str]:
    """The unit's objects that a total is read from."""
    profile = units.FAMILIES[unit.key]
    prefixes: list[str] = []
    for oid in oids(total):
        for root in profile.roots_for(""):
            prefixes.append(root + oid[1:] if oid.startswith("~") else oid)
    return [oid for oid in unit.rows if any(is_below(oid, prefix) for prefix in prefixes)]


def total_and_outlets(name: str, figures: Figures) -> tuple[Figure, list[Figure]]:
    """A total, and the same of the outlets."""
    ports = figures.ports.values()
    if name == "load":
        return figures.load_a, [port.current_a for port in ports]
    return figures.energy_kwh, [port.energy_kwh for port in ports]


def test_no_total_is_none_beside_an_outlet_that_shows_one() -> None:
    """Each unit without the objects of its load, and without those of its energy."""
    denied = 0
    for unit, name in itertools.product(units.FIXTURES, ("load", "energy")):
        total = getattr(units.FAMILIES[unit.key], name)
        device = of_rows(unit.rows)
        with device.without(rows_of(unit, total)):
            figures = read(unit, device)
        if figures is None or total is None:
            continue
        figure, figures_of_outlets = total_and_outlets(name, figures)
        is_counted = any((measured(outlet) or 0) > 0 for outlet in figures_of_outlets)
        assert figure is not None or not is_counted, (unit.name, name)
        denied += isinstance(figure, NotKnown) and "outlets show" in figure.reason
    assert denied >= 10


def test_a_walk_that_is_empty_beside_a_get_is_no_counter_that_the_device_lacks() -> None:
    """A Vertiv unit as it was reported: no other column of pduTotalEnergy's table has a row, and
    the energies of its phases are not there."""
    text = (REPORTED / "vertiv-imd5.snmprec").read_text(encoding="utf-8")
    energy = "1.3.6.1.4.1.21239.5.2.3.1.1.12"
    rows = read_snmprec(text)
    device = ShortWalk({oid: plain(row) for oid, row in rows.items()})
    unit = fixture("geist-v5")
    whole = read(unit, device)
    assert whole is not None and whole.energy_kwh == 41.234
    device.left_out = {energy: ["1"]}
    figures = read(unit, device)
    assert figures is not None
    assert isinstance(figures.energy_kwh, NotKnown)
