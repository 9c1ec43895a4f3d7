"""A total whose objects a device does not answer is not metered, whatever flows: the log says so
where outlets have meters of their own, because DCImanager shows 0 beside them."""

from __future__ import annotations

import itertools
from typing import Optional

from handlers.dcimanager.views import Figures
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered
from handlers.snmp.profile import is_below, oids
from handlers.snmp.totals import Total
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, of_rows
from tests.handlers.snmp.test_reported_units import FOLDER as REPORTED
from tests.simulators.snmp_agent import read_snmprec
from tests.simulators.snmp_units import Fixture, fixture

#: outputCurrent of ICT-PDU-MIB
ICT_OUTLET_CURRENT = "1.3.6.1.4.1.39145.10.8.1.3"


def read(unit: Fixture, device: Memory) -> Optional[Figures]:
    """The figures that DCImanager is shown; None for an error."""
    try:
        return units.view_figures(unit, device)
    except PduHandlerError:
        return None


def computed_from(unit: Fixture, total: Optional[Total]) -> list[str]:
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


def test_a_total_that_the_unit_lacks_is_not_metered_beside_meters_of_outlets() -> None:
    """Each unit without the objects of its load, and without those of its energy."""
    denied: list[str] = []
    for unit, name in itertools.product(units.FIXTURES, ("load", "energy")):
        total = getattr(units.FAMILIES[unit.key], name)
        device = of_rows(unit.rows)
        with device.without(computed_from(unit, total)):
            figures = read(unit, device)
        if figures is None:
            continue
        figure, figures_of_outlets = total_and_outlets(name, figures)
        has_meter = any(outlet is not None for outlet in figures_of_outlets)
        assert figure is not None or not has_meter, (unit.name, name)
        if isinstance(figure, NotMetered) and "only outlets" in figure.reason:
            denied.append(f"{unit.name} {name}")
            assert any(figure.reason in said for said in figures.not_metered()), unit.name
    assert len(denied) >= 10


def test_what_flows_makes_no_total_not_known() -> None:
    """The same unit with a current, and with none."""
    unit = fixture("ict-pdu")
    device = of_rows(unit.rows)
    currents = {oid: 0 for oid in unit.rows if oid.startswith(f"{ICT_OUTLET_CURRENT}.")}
    with device.without(computed_from(unit, units.FAMILIES[unit.key].load)):
        by_day = read(unit, device)
        with device.holding(currents):
            by_night = read(unit, device)
    assert by_day is not None and by_night is not None
    assert by_day.load_a == by_night.load_a
    assert isinstance(by_day.load_a, NotMetered)


def test_a_walk_that_is_empty_beside_a_get_is_no_counter_that_the_device_lacks() -> None:
    """A Vertiv unit as it was reported: no other column of pduTotalEnergy's table has a row, and
    the energies of its phases are not there."""
    text = (REPORTED / "vertiv-imd5.snmprec").read_text(encoding="utf-8")
    energy = "1.3.6.1.4.1.21239.5.2.3.1.1.12"
    device = of_rows(read_snmprec(text))
    unit = fixture("geist-v5")
    whole = read(unit, device)
    assert whole is not None and whole.energy_kwh == 41.234
    device.unwalked = {energy: ["1"]}
    figures = read(unit, device)
    assert figures is not None
    assert isinstance(figures.energy_kwh, NotKnown)
