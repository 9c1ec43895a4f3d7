"""What the page says of PDUs: where they are, and sums with the steps that their counters have."""

from __future__ import annotations

from .records import Pdu
from .web import fleet
from .web.shown import number


def pdu(address: str = "192.0.2.7", **more: object) -> Pdu:
    made = Pdu(1, "rack", "pdu_nut", address)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_a_sum_of_counters_is_no_finer_than_its_coarsest_counter() -> None:
    fine = pdu(metered=["energy"], energy_kwh=12.345, port_energy_kwh={"1": 1.001})
    tenths = pdu(metered=["energy"], energy_kwh=1000.0, port_energy_kwh={"1": 7.0, "2": 0.1})
    whole = pdu(metered=["energy"], energy_kwh=5000.0)
    unmetered = pdu(energy_kwh=0.0)
    for pdus, said in (
        ([fine], "12.345"),
        ([fine, tenths], "1,012.3"),
        ([fine, tenths, whole], "6,012"),
        ([fine, unmetered], "12.345"),
    ):
        found = fleet.totals(pdus)
        assert number(found.energy, found.energy_places) == said
