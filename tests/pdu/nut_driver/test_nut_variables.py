"""Readings as upsd sees them."""

from __future__ import annotations

import pytest

from handlers.nut import outlets as nut_outlets
from handlers.shared.meter_figures import MeterFigures
from pdu.nut_driver.nut_variables import NutVariables, UpsdView, command_of
from pdu.nut_driver.variable_tree import VariableTree
from pdu.pdus.adapters.topology import BREAKER, LINE, MeteredPart
from pdu.pdus.reading import CallError, PolledOutlet, Reading
from pdu.pdus.states import DOWN, UNKNOWN, UP
from tests.handlers.nut.given import DEFAULTS

READING = Reading(
    outlets=[
        PolledOutlet("1.1", UP, "A1", "web", MeterFigures(0.5, 115.0, 1.25)),
        PolledOutlet("1.2", DOWN),
        PolledOutlet("1.3", UNKNOWN),
    ],
    load_a=3.0,
    energy_kwh=0.000001,
    answered=True,
    labelled=True,
    meters=[
        MeteredPart(LINE, "L1", 1.0, 16.0),
        MeteredPart(LINE, "L2", 2.0, 16.0),
        MeteredPart(BREAKER, "B1", 0.25),
    ],
)
NUMBERED = ("1.1", "1.2", "1.3")


def view_of(reading: Reading = READING, numbered: tuple[str, ...] = NUMBERED) -> NutVariables:
    panel = UpsdView({"device.type": "pdu"})
    panel.take(reading, numbered)
    return panel.view


def test_a_reading_has_nuts_names_and_units() -> None:
    view = view_of()
    assert {name: text for name, text in view.variables.items() if ".1." in name} == {
        "outlet.1.id": "A1",
        "outlet.1.name": "A1",
        "outlet.1.desc": "web",
        "outlet.1.status": "on",
        "outlet.1.current": "0.5",
        "outlet.1.realpower": "115",
        "outlet.1.energy": "1250",
        "outlet.1.switchable": "yes",
        "outlet.group.1.id": "B1",
        "outlet.group.1.current": "0.25",
    }
    rest = {name: text for name, text in view.variables.items() if not name.startswith("outlet.")}
    assert rest == {
        "device.type": "pdu",
        "ups.status": "OL",
        "input.phases": "2",
        "input.L1.current": "1",
        "input.L1.current.nominal": "16",
        "input.L2.current": "2",
        "input.L2.current.nominal": "16",
        "input.energy": "0.001",
    }
    assert view.variables["outlet.count"] == "3" and view.variables["outlet.2.id"] == "1.2"


def test_an_unknown_outlet_has_no_status_and_no_command() -> None:
    view = view_of()
    assert "outlet.3.status" not in view.variables
    assert view.variables["outlet.3.switchable"] == "no"
    assert {command_of(one) for one in view.commands} == {
        (number, action) for number in (1, 2) for action in ("load.on", "load.off", "load.cycle")
    }


def test_an_outlet_keeps_its_commands_while_its_state_is_unknown() -> None:
    panel = UpsdView({})
    panel.take(READING, NUMBERED)
    panel.take(READING._replace(outlets=[PolledOutlet(one, UNKNOWN) for one in NUMBERED]), NUMBERED)
    assert "outlet.1.status" not in panel.view.variables and panel.identity(1) == "1.1"
    assert "outlet.1.load.off" in panel.view.commands and panel.identity(3) is None


def test_an_outlet_that_is_no_longer_listed_keeps_its_number_and_loses_its_commands() -> None:
    panel = UpsdView({})
    panel.take(READING, NUMBERED)
    panel.take(READING._replace(outlets=READING.outlets[1:]), NUMBERED)
    assert [panel.identity(number) for number in (0, 1, 2, 4)] == [None, None, "1.2", None]
    own = {name for name in panel.view.variables if name.startswith("outlet.1.")}
    assert own == {"outlet.1.id", "outlet.1.name", "outlet.1.switchable"}
    assert panel.view.variables["outlet.count"] == "3"


def test_a_metered_pdu_has_no_commands() -> None:
    panel = UpsdView({}, is_metered=True)
    panel.take(READING, NUMBERED)
    assert not panel.view.commands and panel.identity(1) is None


def test_after_a_command_the_older_figures_of_the_outlet_are_left_out() -> None:
    panel = UpsdView({})
    panel.take(READING, NUMBERED)
    panel.show_state("1.1", DOWN)
    own = {name: text for name, text in panel.view.variables.items() if ".1." in name}
    assert own["outlet.1.status"] == "off" and "outlet.1.energy" not in own
    assert "outlet.1.current" not in own and "outlet.1.realpower" not in own


def test_names_outlast_a_reading_in_part() -> None:
    panel = UpsdView({})
    panel.take(READING, NUMBERED)
    part = Reading(
        [PolledOutlet("1.1", UP)], answered=True, failure=CallError("timeout", "no answer")
    )
    panel.take(part, NUMBERED)
    assert panel.view.variables["outlet.1.desc"] == "web"
    assert "input.L1.current" not in panel.view.variables
    assert "outlet.group.1.current" not in panel.view.variables


@pytest.mark.parametrize(
    "meters, lines",
    [
        ([MeteredPart(LINE, "L1", 1.0), MeteredPart(LINE, "L2", 2.0)], 2),
        ([MeteredPart(LINE, "L1", 1.0), MeteredPart(LINE, "L2", 1.0)], 0),  # not the load
        ([MeteredPart(LINE, "L1", 1.0), MeteredPart(LINE, "L2", None)], 0),
        ([MeteredPart(LINE, "2.L1", 1.0), MeteredPart(LINE, "2.L2", 2.0)], 0),  # of another unit
        ([MeteredPart(LINE, "L1", 3.0)], 0),
        ([], 0),
    ],
)
def test_the_load_that_a_client_works_out_is_the_pdus(
    meters: list[MeteredPart], lines: int
) -> None:
    view = view_of(READING._replace(meters=meters))
    assert sum(".current" in name for name in view.variables if "input.L" in name) == lines
    device = nut_outlets.decode_outlets(view.variables, sorted(view.commands), {}, DEFAULTS)
    assert device.load_a == 3.0


def test_a_tree_tells_only_what_has_changed() -> None:
    tree = VariableTree(NutVariables({"device.type": "pdu"}))
    assert tree.dump() == 'DATASTALE\nSETINFO device.type "pdu"\nDUMPDONE\n'
    assert tree.show(
        NutVariables({"device.type": "pdu", "a": "1", "b": "2"}, frozenset(("x", "y")))
    ) == ('SETINFO a "1"\nSETINFO b "2"\nADDCMD x\nADDCMD y\n')
    assert tree.mark(True) == "DATAOK\n" and tree.mark(True) == ""
    assert tree.show(NutVariables({"device.type": "pdu", "a": "3"}, frozenset("y"))) == (
        'DELCMD x\nDELINFO b\nSETINFO a "3"\n'
    )
    assert tree.dump().endswith('SETINFO a "3"\nADDCMD y\nDATAOK\nDUMPDONE\n')
    assert tree.dump_one("a") == 'SETINFO a "3"\nDATAOK\nDUMPDONE\n'
    assert tree.dump_one("b") == "DATAOK\nDUMPDONE\n"
