"""Outlets, their states and commands, and the figures of a device, from its driver's variables.

Variables are written as in NUT's dumps, `NAME: VALUE`, between semicolons. Names and units are
those of NUT's nut-names.txt; words of states those of its drivers.
"""

from __future__ import annotations

import contextlib
import re
import tracemalloc
from collections.abc import Mapping, Sequence
from typing import Optional

import pytest
from hypothesis import example, given, strategies as st

from handlers.nut import metering
from handlers.nut.model import NutDevice, SwitchCommand
from handlers.nut.numbers import parse_number
from handlers.nut.outlets import decode_outlets, state_of
from handlers.shared.errors import PduHandlerError, ProtocolError, Unsupported
from handlers.shared.meter_figures import NotKnown, NotMetered, measured
from tests.handlers.nut.clients import DEFAULTS, WITH_WHOLE_LOAD


def variables(dump: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in dump.split(";") if line.strip())
    return {name.strip(): text.removeprefix(" ") for name, _, text in pairs}


def device(
    dump: str,
    commands: Sequence[str] = (),
    writable: Optional[Mapping[str, str]] = None,
    whole_load: bool = False,
) -> NutDevice:
    settings = WITH_WHOLE_LOAD if whole_load else DEFAULTS
    return decode_outlets(
        {"device.type": "pdu", **variables(dump)}, commands, writable or {}, settings
    )


def states(nut_device: NutDevice) -> dict[str, Optional[bool]]:
    return {outlet.identity: outlet.state for outlet in nut_device.outlets}


# ---- states --------------------------------------------------------------------------------------

# also those of NUT's baytech-rpc3nc-mib.c, emerson-avocent-pdu-mib.c and bcmxcp.c
STATUS_WORDS = {
    True: "on,On,1,lockon,onLocked,onFixed,On/Closed",
    False: "OFF, off ,0,offShutdown,lockoff,offLocked,off/open",
    None: ",cycling,2,pending off,unlock,onPendingOff,offPendingOn,offCycle,notSet,tripped",
}


@pytest.mark.parametrize(
    "word, state", [(word, on) for on, words in STATUS_WORDS.items() for word in words.split(",")]
)
def test_only_a_documented_status_is_on_or_off(word: str, state: Optional[bool]) -> None:
    assert states(device(f"outlet.1.status: {word}")) == {"1": state}


@pytest.mark.parametrize("word", ["lockon", "lockoff", "onLocked", "offLocked", "onFixed"])
def test_a_locked_outlet_is_not_switched(word: str) -> None:
    nut_device = device(f"outlet.1.status: {word}; outlet.2.status: on", ["outlet.1.load.off"])
    assert [outlet.is_locked for outlet in nut_device.outlets] == [True, False]


@pytest.mark.parametrize(
    "dump, state",
    [
        *((f"outlet.1.switch: {word}", True) for word in ("1", "on")),
        *((f"outlet.1.switch: {word}", False) for word in ("0", "off")),
        *((f"outlet.1.switch: {word}", None) for word in ("2", "yes")),
        ("outlet.1.status: on; outlet.1.switch: 0", None),
        ("outlet.1.status: off; outlet.1.switch: 0", False),
    ],
)
def test_a_switch_variable_is_the_state_unless_it_contradicts_the_status(
    dump: str, state: Optional[bool]
) -> None:
    assert states(device(dump)) == {"1": state}


@pytest.mark.parametrize(
    "status, state",
    [
        *((status, True) for status in ("OL", "OB LB", "OL OB", "BYPASS OL")),
        # its output carries 1.5 A: some tables write OFF for a UPS that feeds its load
        *((status, None) for status in ("OFF", "OL OFF", "", "WAIT", "ALARM")),
    ],
)
def test_the_whole_load_of_a_ups_is_a_port_only_on_request(
    status: str, state: Optional[bool]
) -> None:
    ups = f"device.type: ups; ups.status: {status}; output.current: 1.5"
    assert device(ups, ["load.off"]).outlets == []
    (outlet,) = device(ups, ["load.off"], whole_load=True).outlets
    assert outlet.identity == "load"
    assert outlet.state == state
    assert outlet.figures.current_a == 1.5
    assert outlet.off == SwitchCommand("load.off")
    assert outlet.on is None


# ---- which outlets there are ---------------------------------------------------------------------

FOUR = "; ".join(f"outlet.{n}.status: on" for n in range(4))


@pytest.mark.parametrize(
    "dump, identities",
    [
        ("outlet.1.id: 1.00; outlet.1.desc: ; outlet.1.switchable: no", "1"),
        # groups, the whole device and negative numbers
        ("outlet.desc: All; outlet.0.id: 0; outlet.-1.id: -1; outlet.1.status: on", "1"),
        ("outlet.1.status: on; outlet.count: 1.00; outlet.group.1.status: on", "1"),
        # an outlet 0 counts only where the device's count includes it
        (f"{FOUR}; outlet.count: 4", "0 1 2 3"),
        (f"{FOUR}; outlet.count: 4; outlet.1.desc: only here", "0 1 2 3"),
        ("outlet.count: 1; outlet.0.status: on", "0"),
        (f"{FOUR}; outlet.count: 3", "1 2 3"),
        (FOUR, "1 2 3"),
    ],
)
def test_rows_with_the_number_of_an_outlet_are_outlets(dump: str, identities: str) -> None:
    assert list(states(device(dump))) == identities.split()


def test_an_outlet_that_has_only_commands_is_unknown() -> None:
    commands = ["outlet.1.load.on", "outlet.2.load.on"]
    assert states(device("outlet.1.status: on", commands)) == {"1": True, "2": None}


@pytest.mark.parametrize(
    "name, number", [("2.00", "2"), ("1.05", "1.05"), ("A1.0", "A1.0"), ("10", "10")]
)
def test_only_the_zero_decimals_of_a_whole_number_are_removed_from_an_outlets_number(
    name: str, number: str
) -> None:
    row = f"outlet.1.status: on; outlet.1.name: {name}; outlet.1.desc: web 3"
    assert device(row).outlets[0].number == number


@pytest.mark.parametrize(
    "dump",
    [
        "outlet.count: 3; outlet.1.status: on; outlet.2.status: on",
        "outlet.count: 24.00",
        "device.1.outlet.1.status: on; device.2.outlet.count: 8",
        "device.1.outlet.1.status: on; device.2.mfr: ACME; outlet.count: 2",
        "device.1.outlet.1.status: on; device.1.outlet.count: 2",
        # outlet.0.* replaces no missing outlet
        "outlet.count: 3; outlet.0.status: on; outlet.1.status: on; outlet.3.status: on",
        "outlet.count: 3; outlet.0.id: 0; outlet.1.status: on; outlet.2.status: on",
        "device.1.outlet.count: 2; device.1.outlet.0.desc: All; device.1.outlet.1.status: on",
        "device.1.outlet.1.status: on; device.count: 2",
        "device.2.outlet.1.status: on; device.count: 2",
    ],
)
def test_fewer_outlets_or_members_than_the_driver_counts_are_an_error(dump: str) -> None:
    with pytest.raises(ProtocolError, match="counts|does not list all"):
        device(dump)


@pytest.mark.parametrize(
    "dump",
    [
        "outlet.1.status: on; outlet.01.status: off",
        "outlet.002.current: 1; outlet.02.current: 1",
        "outlet.0.status: on; outlet.00.status: off",
        "device.2.outlet.7.status: on; device.2.outlet.07.status: on",
        "outlet.1.status: on; outlet.01.current: 1; outlet.count: 2",
    ],
)
def test_an_outlet_under_two_numbers_is_an_error(dump: str) -> None:
    with pytest.raises(ProtocolError, match="one outlet under two numbers"):
        device(dump)


def test_outlets_need_not_be_numbered_without_a_gap() -> None:
    outlets = device("outlet.1.status: on; outlet.3.status: off").outlets
    assert [(outlet.identity, outlet.state) for outlet in outlets] == [("1", True), ("3", False)]


def test_a_status_is_the_state_though_the_switch_of_others_is_missing() -> None:
    """tripplite_usb lists a `switch` for outlets that it can switch alone."""
    rows = "outlet.1.status: on; outlet.1.switch: 1; outlet.2.status: on; outlet.3.switch: 1"
    assert [(outlet.state, outlet.doubt) for outlet in device(rows).outlets] == [
        (True, ""),
        (True, ""),
        (None, "its NUT driver shows no state of it"),
    ]


@pytest.mark.parametrize("kind", ["pdu", ""])
def test_a_device_that_should_have_outlets_and_lists_none_is_an_error(kind: str) -> None:
    with pytest.raises(Unsupported):
        device(f"device.type: {kind}; ups.status: OL")


# ---- daisy chains --------------------------------------------------------------------------------

CHAIN = """device.count: 2; outlet.1.status: on, off; outlet.count: 4; device.0.outlet.1.status: on;
    device.1.outlet.1.status: on; device.1.outlet.2.status: off; device.1.outlet.count: 2;
    device.2.outlet.1.status: off; device.2.outlet.2.status: on; device.2.outlet.-1.id: -1;
    device.2.outlet.0.id: 0; device.2.outlet.count: 2; device.1.outlet.group.1.status: on;"""
UNIT_0 = """device.0.input.current: 1.5; device.0.outlet.1.status: on;
    device.0.outlet.2.status: off; device.0.outlet.count: 2;"""
UNIT_1 = """device.1.input.current: 2.25; device.1.outlet.1.status: off;
    device.1.outlet.2.status: on; device.1.outlet.count: 2;"""
FROM_0 = f"device.count: 2; {UNIT_0}{UNIT_1}"
METERS = """device.count: 2; device.1.outlet.count: 0; device.1.input.current: 3;
    device.2.outlet.count: 0.00; device.2.input.current: 4;"""


def test_a_daisy_chain_numbers_its_outlets_by_device_and_outlet() -> None:
    nut_device = device(CHAIN, ["device.2.outlet.1.load.off", "outlet.1.load.off"])
    assert states(nut_device) == {"1.1": True, "1.2": False, "2.1": False, "2.2": True}
    command = SwitchCommand("device.2.outlet.1.load.off")
    assert [outlet.off for outlet in nut_device.outlets] == [None, None, command, None]


def test_a_chain_that_is_numbered_from_0_is_read_whole() -> None:
    nut_device = device(FROM_0, ["device.0.outlet.1.load.off"])
    assert states(nut_device) == {"0.1": True, "0.2": False, "1.1": False, "1.2": True}
    assert nut_device.outlets[0].off == SwitchCommand("device.0.outlet.1.load.off")
    assert nut_device.load_a == 1.5 + 2.25  # the inputs of both units
    assert list(nut_device.chain) == [0, 1]
    assert states(device(f"device.count: 1; {UNIT_0}")) == {"0.1": True, "0.2": False}


@pytest.mark.parametrize("unit", [UNIT_0, UNIT_1])
def test_a_chain_from_0_without_one_of_its_units_is_an_error(unit: str) -> None:
    with pytest.raises(ProtocolError, match="does not list all devices of the chain"):
        device(f"device.count: 2; {unit}")


def test_a_chain_of_any_length_is_read_whole_or_not_at_all() -> None:
    members = "".join(f"device.{number}.outlet.1.status: on;" for number in range(1, 1001))
    assert len(device(f"device.count: 1000; {members}").chain) == 1000
    with pytest.raises(ProtocolError, match="device.count 1001.*: device 1001 is missing"):
        device(f"device.count: 1001; {members}")


@pytest.mark.parametrize(
    "more",
    [
        "device.2.outlet.1.status: on",
        "outlet.1.status: on; outlet.2.status: off",
        "outlet.count: 2",
    ],
    ids=["a unit N", "the same outlets without a prefix", "the same count without a prefix"],
)
def test_device_0_is_the_whole_chain_if_it_may_repeat_the_names_without_a_prefix(more: str) -> None:
    try:
        state_by_outlet = states(device(FROM_0 + more))
    except ProtocolError:
        return  # a unit is missing
    assert not any(identity.startswith("0.") for identity in state_by_outlet)


@pytest.mark.parametrize(
    "more, error",
    [
        ("device.count: 3", ProtocolError),
        # the lists cannot be proven whole
        ("device.2.outlet.count: ", ProtocolError),
        ("device.3.mfr: A", Unsupported),
    ],
)
def test_a_chain_that_may_have_outlets_and_lists_none_is_an_error(
    more: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        device(METERS + more)


# ---- ways to switch ------------------------------------------------------------------------------


def test_an_outlet_is_switched_only_by_commands_that_are_listed_for_it() -> None:
    commands = """outlet.1.load.on outlet.1.load.off outlet.2.load.cycle outlet.3.load.off load.on
        load.off outlet.4.load.off.delay outlet.14.load.on""".split()
    dump = "; ".join(f"outlet.{n}.status: on" for n in (1, 2, 3, 4, 14))
    nut_device = device(f"{dump}; outlet.count: 5", commands)
    on_and_off = {outlet.identity: (outlet.on, outlet.off) for outlet in nut_device.outlets}
    assert on_and_off == {
        "1": (SwitchCommand("outlet.1.load.on"), SwitchCommand("outlet.1.load.off")),
        "2": (None, None),
        "3": (None, SwitchCommand("outlet.3.load.off")),
        "4": (None, None),
        "14": (SwitchCommand("outlet.14.load.on"), None),
    }


@pytest.mark.parametrize(
    "word, on, off", [("1", "1", "0"), ("0", "1", "0"), ("on", "on", "off"), ("Off", "on", "off")]
)
def test_a_writable_switch_is_written_in_the_form_in_which_it_is_read(
    word: str, on: str, off: str
) -> None:
    (outlet,) = device(f"outlet.1.switch: {word}", (), {"outlet.1.switch": word}).outlets
    name = "outlet.1.switch"
    assert outlet.on == SwitchCommand(name, on)
    assert outlet.off == SwitchCommand(name, off)


@pytest.mark.parametrize(
    "writable",
    [{}, {"outlet.1.switch": "maybe"}, {"outlet.1.status": "on"}, {"outlet.2.switch": "1"}],
)
def test_a_switch_that_is_read_only_or_has_an_undocumented_value_cannot_be_used(
    writable: dict[str, str],
) -> None:
    outlet = device("outlet.1.switch: 1; outlet.1.status: on", (), writable).outlets[0]
    assert outlet.on is None
    assert outlet.off is None


# ---- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, number",
    [
        *(("  12.1", 12.1), ("0.5 ", 0.5), ("0", 0.0), ("-0.00", 0.0), ("024", 24.0)),
        *(
            (text, None)
            for text in "1,200.20/1200,20/1e3/nan/inf/0x1F/-1/+1//12 A/١٢/0.5\x1d/\xa01".split("/")
            + ["9" * 400]
        ),
        (None, None),
    ],
)
def test_only_a_number_in_nuts_notation_is_a_figure(
    text: Optional[str], number: Optional[float]
) -> None:
    assert parse_number(text) == number


ONE_OUTLET = "outlet.1.status: on;"
NO_OUTLETS = "outlet.count: 0;"
LINES = "input.L1.current: 6.48; input.L2.current: 5; input.L3.current: 5.5; input.N.current: 1;"
REST = "input.current: 6.48; outlet.current: 196.30; outlet.1.current: 0.5;"


@pytest.mark.parametrize(
    "dump, load",
    [
        # the lines, else the input, else the outlets, else the driver's sum
        (ONE_OUTLET + LINES + REST, 16.98),
        (ONE_OUTLET + LINES + REST + "input.phases: 3", 16.98),
        # more lines are named than there are phases
        (ONE_OUTLET + LINES + REST + "input.phases: 1", 16.98),
        (ONE_OUTLET + REST, 6.48),
        ("outlet.1.current: 0.1; outlet.2.current: 0.2; outlet.current: 9", 0.3),
        ("outlet.1.current: 0.1; outlet.2.current: unknown; outlet.current: 9", None),
        (ONE_OUTLET + "outlet.current: 9", 9),
        ("outlet.1.current: 0.1; outlet.2.status: on", None),
        # an Eaton 5PX 2000 on mains power
        (
            NO_OUTLETS + "device.type: ups; input.current: 0.00; output.current: 2.60;"
            "ups.realpower: 504",
            2.6,
        ),
        (NO_OUTLETS + "device.type: ups; input.current: 12.1; output.current: 10.3", 10.3),
        # a UPS whose driver shows the main outlet, or all of them, beside the numbered ones
        ("device.type: ups; outlet.current: 1.0; outlet.1.current: 1; outlet.2.current: 0.6", None),
        ("device.type: ups; outlet.1.current: 1; outlet.2.current: 0.6", 1.6),
        (NO_OUTLETS + "device.type: ups; input.current: 0.00", None),
        (NO_OUTLETS + "device.type: UPS; input.L1.current: 3; ups.status: OB", None),
        (
            NO_OUTLETS + "device.type: ups; output.L1.current: 1; output.L2.current: 2;"
            "output.L3.current: 4; output.current: 4",
            7,
        ),
        ("device.type: ups; input.current: 9; outlet.1.current: 1; outlet.2.current: 2", 3),
        ("device.type: ups; outlet.1.current: 1; outlet.2.status: on; output.current: 5", 5),
        # an old driver, which does not set device.type
        (
            NO_OUTLETS + "device.type: ; battery.charge: 100; input.current: 0; output.current: 2",
            2,
        ),
        (NO_OUTLETS + "device.type: ats; output.current: 0.50; input.current: 7", 0.5),
        (NO_OUTLETS + "device.type: ats; input.current: 7", 7),
        (NO_OUTLETS + "device.type: sts; output.current: 0.50; input.current: 7", 0.5),
        (NO_OUTLETS + "input.current: 7; output.current: 5", 7),
        (NO_OUTLETS + "output.current: 5; outlet.current: 50", 5),
        ("output.current: 5; outlet.1.current: 1", 1),
        # a line with a voltage and without a current is missing
        (NO_OUTLETS + "input.L1.current: 1; input.L2.current: 2", 3),
        *(
            (
                f"{NO_OUTLETS} input.L1.current: 1; input.L2.current: 2;"
                f" input.{line}.voltage: 230; {current}",
                load,
            )
            for line in ("L3", "L3-N", "L2-L3")
            for current, load in (("", None), ("input.L3.current: 4", 7))
        ),
        # chains: the sum over their units, each by its type
        (METERS, 7),
        (CHAIN + "device.1.input.current: 3; device.2.input.current: 4; input.current: 99", 7),
        (CHAIN + "device.1.input.current: 3; device.2.input.current: -; input.current: 99", None),
        (CHAIN + "device.1.input.L1.current: 1; input.current: 99", None),
        (CHAIN + "input.current: 99", 99),
    ],
)
def test_the_load_is_that_of_the_lines_else_of_the_input_else_of_the_outlets(
    dump: str, load: Optional[float]
) -> None:
    load_a = measured(device(dump).load_a)
    assert load_a == (None if load is None else pytest.approx(load))


# nut-names.txt, Three-phase additions: "Partial Three phase" shows one line of three;
# `input.current` is "aggregated/averaged".
@pytest.mark.parametrize(
    "figures",
    [
        "input.phases: 3; input.L2.current: 48.2",
        "input.L2.current: 48.2",
        "input.L1.current: 1; input.L3.current: 2; input.current: 6",
        "input.phases: 3.00; input.current: 6.48",
        "input.phases: 2; input.current: 6.48",
        "input.phases: 3; input.L1.current: 1; input.L2.current: 2; input.current: 6",
        "input.L1.current: 6.48; input.L2.current: ; input.L3.current: 5.5; input.current: 6.48",
    ],
)
def test_neither_a_part_of_the_lines_nor_their_average_is_the_load(figures: str) -> None:
    unit = device(ONE_OUTLET + figures)
    assert measured(unit.load_a) is None

    ups = device(f"{ONE_OUTLET} device.type: ups; {figures.replace('input', 'output')}")
    assert measured(ups.load_a) is None

    # the outlets serve only a device without currents of lines
    has_lines = ".L" in figures
    with_outlet = device(f"outlet.1.current: 0.5; {figures}")
    assert measured(with_outlet.load_a) == (None if has_lines else 0.5)


@pytest.mark.parametrize(
    "variable",
    [
        "input.phases: 9999999",
        "device.type: ups; output.phases: 9999999",
        "input.L9999999.current: 1",
        "outlet.count: 9999999",
        "device.count: 9999999; device.1.outlet.1.status: on",
        "outlet.9999999.current: 1",
        "device.9999999.outlet.1.current: 1",
    ],
)
def test_a_number_of_the_server_never_becomes_a_size(variable: str) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(PduHandlerError):
            unit = device(f"{ONE_OUTLET} input.L1.current: 1; output.L1.current: 1; {variable}")
            assert (unit.load_a, unit.power_w) != (0.0, 0.0)
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "dump, power",
    [
        # NUT's data/epdu-managed.dev: the unit's own sum
        ("outlet.realpower: 28; outlet.current: 0.19", 28),
        ("outlet.realpower: 28; outlet.1.realpower: 12; outlet.2.realpower: 15", 27),
        ("outlet.realpower: 28; outlet.1.realpower: 12; outlet.2.status: on", None),
        ("outlet.1.realpower: 12; outlet.2.status: on", None),
        ("input.realpower: 30; outlet.realpower: 28", 30),
        ("input.realpower: 30; input.L1.realpower: 10; input.L2.realpower: 19", 30),
        ("input.L1.realpower: 10; input.L2.realpower: 20; input.L3.realpower: 5", 35),
        ("input.phases: 3; input.L1.realpower: 10; input.L2.realpower: 20", None),
        ("device.type: ups; input.realpower: 90; ups.realpower: 70", 70),
        ("device.type: ats; output.realpower: 9; input.realpower: 10", 9),
    ],
)
def test_the_power_is_read_from_the_same_sources_as_the_load(
    dump: str, power: Optional[float]
) -> None:
    assert measured(device(ONE_OUTLET + dump).power_w) == power


def test_the_worked_dump_is_read_as_its_text_says() -> None:
    variables = re.findall(
        r"^    ((?:input|outlet)\.[a-z0-9.]+: [0-9.]+)", str(metering.__doc__), re.M
    )
    assert len(variables) == 9
    unit = device("; ".join(("device.type: pdu", *variables)))
    assert unit.load_a == 3.0
    assert unit.power_w == 230.0
    assert unit.energy_kwh == 30.0


@pytest.mark.parametrize(
    "driver, kind", [("snmp-ups", NotKnown), ("other-pdu", NotMetered), ("", NotMetered)]
)
def test_the_amperes_of_a_pdus_input_are_gone_where_all_tables_of_the_driver_show_them(
    driver: str, kind: type[object]
) -> None:
    unit = device(f"{ONE_OUTLET}device.type: pdu; driver.name: {driver}; input.realpower: 500")
    assert isinstance(unit.load_a, kind)
    assert unit.power_w == 500.0


def test_what_one_member_of_a_chain_lists_is_not_known_of_another() -> None:
    """If it were not metered, DCImanager would show 0 A and 0 kWh."""
    figures_of_1 = "device.1.input.current: 3; device.1.input.energy: 3000"
    unit = device(f"device.1.{ONE_OUTLET} {figures_of_1}; device.2.{ONE_OUTLET} device.2.type: pdu")
    reason = "input.{0} is not listed, though device.1.input.{0} is"
    assert unit.load_a == NotKnown(reason.format("current"))
    assert unit.energy_kwh == NotKnown(reason.format("energy"))


@pytest.mark.parametrize("output, load", [("3.0", 3.0), ("2", None)])
def test_without_a_type_the_load_is_what_both_sides_show(
    output: str, load: Optional[float]
) -> None:
    unit = device(f"{ONE_OUTLET}device.type: ; input.current: 3; output.current: {output}")
    assert measured(unit.load_a) == load


def test_no_phases_are_a_number_of_phases_that_is_not_told() -> None:
    """APC__Smart-UPS_1500_XLM in NUT's dumps shows `input.phases: 0`."""
    assert device(f"{ONE_OUTLET}device.type: pdu; input.phases: 0; input.current: 6").load_a == 6.0


@pytest.mark.parametrize(
    "percent, watts", [("0", 0.0), ("0.2", 0.0), ("0.9", 0.0), ("1", None), ("24", None)]
)
def test_no_watts_of_a_ups_are_believed_below_one_per_cent_alone(
    percent: str, watts: Optional[float]
) -> None:
    unit = device(f"device.type: ups; ups.realpower: 0; ups.load: {percent}")
    assert measured(unit.power_w) == watts


def test_the_watts_of_outlets_serve_beside_an_input_that_meters_amperes() -> None:
    rows = "outlet.1.realpower: 10; outlet.2.realpower: 20.5"
    unit = device(f"device.type: pdu; input.current: 6; {rows}")
    assert (unit.load_a, unit.power_w) == (6.0, 30.5)
    # its VA say that the input meters power
    unit = device(f"device.type: pdu; input.current: 6; input.power: 40; {rows}")
    assert isinstance(unit.power_w, NotKnown)


@pytest.mark.parametrize("field, key", [("current", "load_a"), ("realpower", "power_w")])
def test_a_load_of_a_ups_that_may_count_its_main_outlet_twice_has_its_reason(
    field: str, key: str
) -> None:
    ups = device(f"device.type: ups; outlet.{field}: 9; outlet.1.{field}: 9")
    figure = getattr(ups, key)
    assert isinstance(figure, NotMetered)
    assert f"outlet.{field} may be" in figure.reason


@pytest.mark.parametrize("kind, side", [("pdu", "input"), ("ats", "input"), ("ups", "output")])
def test_the_average_of_phases_is_no_load_and_a_reason(kind: str, side: str) -> None:
    dump = f"{NO_OUTLETS} device.type: {kind}; {side}.phases: 3; {side}.current: 6.48"
    assert device(dump).load_a == NotMetered(f"{side}.current may be the average of several phases")


def test_the_whole_load_is_not_counted_with_the_outlets() -> None:
    dump = "outlet.1.current: 1; output.current: 5"
    assert device(dump, ["load.off"], whole_load=True).load_a == 1


@pytest.mark.parametrize("text", ["", "n/a", "-", "-1"])
@pytest.mark.parametrize(
    "kind, name",
    [
        *(("pdu", f"{source}.current") for source in ("input", "input.L1", "outlet.2", "output")),
        *(("ups", f"{source}.current") for source in ("output", "output.L2")),
        *(("ats", f"{source}.current") for source in ("output", "input")),
        *(("pdu", f"{source}.realpower") for source in ("input", "input.L1", "outlet.1")),
        *(("ups", f"{source}.realpower") for source in ("output", "ups")),
        ("ats", "output.realpower"),
    ],
)
def test_a_source_that_is_listed_without_a_value_is_replaced_by_no_later_one(
    kind: str, name: str, text: str
) -> None:
    """`kind`: the type of the device, `name`: the variable without a value."""
    source, *_, field = name.split(".")
    order_by_kind = {
        "pdu": ["input", "outlet", "output"],
        "ups": ["output", "ups", "outlet"],
        "ats": ["output", "input", "outlet"],
    }
    order = order_by_kind[kind]
    later_figures = ""
    for later_source in order[order.index(source) + 1 :]:
        prefix = "outlet.1" if later_source == "outlet" else later_source
        later_figures += f"{prefix}.{field}: 7; "

    unit = device(
        f"device.type: {kind}; {ONE_OUTLET} {later_figures} outlet.{field}: 9; {name}: {text}"
    )

    figure = unit.load_a if field == "current" else unit.power_w
    # a value that is no number is not known now, and nothing replaces it
    assert measured(figure) is None
    assert figure is not None or kind == "ups"


OWN_ENERGY = "input.energy: 9000; device.1.input.energy: 1000;"


@pytest.mark.parametrize(
    "dump, energy",
    [
        ("outlet.1.energy: 1500; outlet.2.energy: 500; input.energy: 2100", 2.1),
        ("outlet.1.energy: 1500; outlet.2.energy: 500", 2.0),
        ("outlet.1.status: on; outlet.energy: 2000", 2.0),
        # each counter has a zero of its own: none replaces another
        ("input.energy: ; outlet.1.energy: 1500; outlet.2.energy: 500; outlet.energy: 2000", None),
        ("outlet.1.energy: n/a; outlet.2.energy: 500; outlet.energy: 2000", None),
        ("outlet.1.status: on; outlet.2.energy: 500; outlet.energy: 2000", None),
        (CHAIN + OWN_ENERGY + "device.2.input.energy: 500", 1.5),
        (CHAIN + OWN_ENERGY + "device.2.input.energy: -", None),
        (CHAIN + "input.energy: 9000", 9),
        # the input of member 2 counts as that of member 1 does, from another zero than its outlets
        (CHAIN + OWN_ENERGY + "device.2.outlet.1.energy: 10; device.2.outlet.2.energy: 20", None),
        (f"device.1.{ONE_OUTLET} device.1.input.energy: 1000; device.2.mfr: A", None),
    ],
)
def test_an_energy_is_in_kwh_and_of_one_counter(dump: str, energy: Optional[float]) -> None:
    assert measured(device(dump).energy_kwh) == energy


def test_the_energy_of_an_outlet_is_in_kwh() -> None:
    (outlet,) = device("outlet.1.energy: 1500").outlets
    assert outlet.figures.energy_kwh == 1.5


# snmp-ups.c shortens `device.2.device.type` to `device.2.type`.
@pytest.mark.parametrize(
    "types, load",
    [
        ("device.1.type: ats; device.2.type: ats; device.type: pdu", 3),
        ("device.type: ups", 3),
        ("device.1.type: pdu; device.2.battery.charge: 100; device.type: pdu", 12),
        ("device.type: pdu", 30),
    ],
)
def test_the_load_of_a_chain_depends_on_the_type_of_each_member(types: str, load: float) -> None:
    figures = """device.1.input.current: 10; device.1.output.current: 1;
        device.2.input.current: 20; device.2.output.current: 2;"""
    assert device(CHAIN + figures + types).load_a == load


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["device.1.", "device.2.", "device.0.", ""]),
            st.integers(0, 5),
            st.sampled_from(["status", "switch", "current", "energy", "id"]),
            st.sampled_from(["on", "off", "1", "0", "", "x", "7.5"]),
        ),
        max_size=30,
    )
)
@example([("", 1, "status", "off")])
def test_any_mixture_of_rows_has_unique_identities_and_documented_states(
    rows: list[tuple[str, int, str, str]],
) -> None:
    values = {f"{prefix}outlet.{n}.{field}": text for prefix, n, field, text in rows}
    try:
        outlets = decode_outlets({"device.type": "ups", **values}, [], {}, DEFAULTS)
    except ProtocolError:
        return

    identities = states(outlets)
    assert len(identities) == len(outlets.outlets)
    for outlet in outlets.outlets:
        state_texts = {name: values[name] for name in outlet.state_variables}
        meter_texts = {name: values[name] for name in outlet.meter_variables}
        assert state_of({**state_texts, **meter_texts}).is_on == outlet.state
        if outlet.state is True:
            assert set(state_texts.values()) <= {"on", "1"}
        if outlet.state is False:
            assert set(state_texts.values()) <= {"off", "0"}


@given(
    st.dictionaries(
        st.sampled_from(["outlet.1.status", "outlet.1.switch", "outlet.1.current"]),
        st.sampled_from(["on", "off", "1", "0", "1.5", "unknown", "cycling", ""]) | st.text(),
    ),
    st.sampled_from([frozenset[str](), frozenset({"off"})]),
)
def test_what_is_no_state_has_a_reason(
    values: dict[str, str], without_state: frozenset[str]
) -> None:
    state = state_of(values, without_state)
    assert (state.is_on is None) == (state.doubt != "")
