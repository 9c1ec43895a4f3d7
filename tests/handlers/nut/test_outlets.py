from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

import pytest
from hypothesis import example, given, strategies as st

from handlers.nut.daisy_chain import parse_number
from handlers.nut.model import NutDevice, SwitchCommand
from handlers.nut.outlets import decode_outlets, state_of
from handlers.shared.errors import ProtocolError, Unsupported
from tests.handlers.nut.given import DEFAULTS, WITH_WHOLE_LOAD

PDU = {"device.type": "pdu"}


def device(
    variables: Mapping[str, str],
    commands: Sequence[str] = (),
    writable: Optional[Mapping[str, str]] = None,
    whole_load: bool = False,
) -> NutDevice:
    settings = WITH_WHOLE_LOAD if whole_load else DEFAULTS
    return decode_outlets({**PDU, **variables}, commands, writable or {}, settings)


def states(found: NutDevice) -> dict[str, Optional[bool]]:
    return {outlet.identity: outlet.state for outlet in found.outlets}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("on", True),
        ("On", True),
        ("OFF", False),
        (" off ", False),
        ("", None),
        ("cycling", None),
        ("1", True),
        ("0", False),
        ("2", None),
        ("pending off", None),
        # NUT's baytech-rpc3nc-mib.c and emerson-avocent-pdu-mib.c
        ("unlock", None),
        ("onPendingOff", None),
        ("offPendingOn", None),
        ("offCycle", None),
        ("notSet", None),
        ("tripped", None),
        ("offShutdown", False),
    ],
)
def test_only_a_documented_status_is_on_or_off(text: str, expected: Optional[bool]) -> None:
    assert states(device({"outlet.1.status": text})) == {"1": expected}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("lockon", True),
        ("lockoff", False),
        ("onLocked", True),
        ("offLocked", False),
        ("onFixed", True),
    ],
)
def test_a_locked_outlet_is_on_or_off_as_over_snmp_and_is_not_switched(
    text: str, expected: bool
) -> None:
    nut_device = device({"outlet.1.status": text, "outlet.2.status": "on"}, ["outlet.1.load.off"])
    assert states(nut_device) == {"1": expected, "2": True}
    assert [outlet.is_locked for outlet in nut_device.outlets] == [True, False]


@pytest.mark.parametrize(
    "text, expected",
    [("1", True), ("0", False), ("on", True), ("off", False), ("2", None), ("yes", None)],
)
def test_without_a_status_the_switch_variable_is_the_state(
    text: str, expected: Optional[bool]
) -> None:
    assert states(device({"outlet.3.switch": text})) == {"3": expected}


@pytest.mark.parametrize(
    "status, expected", [("OL", True), ("OB LB", True), ("OL OFF", False), ("ALARM", None)]
)
def test_the_state_of_the_whole_load_is_read_from_the_units_status(
    status: str, expected: Optional[bool]
) -> None:
    assert state_of({"ups.status": status}) is expected


def test_an_outlet_whose_status_and_switch_contradict_each_other_is_unknown() -> None:
    assert states(
        device(
            {
                "outlet.1.status": "on",
                "outlet.1.switch": "0",
                "outlet.2.status": "off",
                "outlet.2.switch": "0",
            }
        )
    ) == {"1": None, "2": False}


def test_an_outlet_without_any_state_is_listed_as_unknown() -> None:
    nut_device = device({"outlet.1.id": "1.00", "outlet.1.desc": "", "outlet.1.switchable": "no"})
    assert states(nut_device) == {"1": None}
    assert (
        nut_device.outlets[0].state_variables == ()
        and nut_device.outlets[0].number == "1"
        and nut_device.outlets[0].name == ""
    )


@pytest.mark.parametrize(
    "name, number", [("2.00", "2"), ("1.05", "1.05"), ("A1.0", "A1.0"), ("10", "10")]
)
def test_only_the_zero_decimals_of_a_whole_number_are_removed_from_an_outlets_number(
    name: str, number: str
) -> None:
    row = {"outlet.1.status": "on", "outlet.1.name": name, "outlet.1.desc": "web 3"}
    assert device(row).outlets[0].number == number


def test_an_outlet_that_has_only_commands_is_listed() -> None:
    assert states(device({"outlet.1.status": "on"}, ["outlet.1.load.on", "outlet.2.load.on"])) == {
        "1": True,
        "2": None,
    }


def test_rows_for_groups_or_the_whole_device_or_with_negative_numbers_are_not_outlets() -> None:
    nut_device = device(
        {
            "outlet.desc": "All",
            "outlet.0.id": "0",
            "outlet.-1.id": "-1",
            "outlet.1.status": "on",
            "outlet.count": "1.00",
            "outlet.group.1.status": "on",
            "outlet.group.1.name": "bank1",
        }
    )
    assert states(nut_device) == {"1": True}


def test_outlet_zero_counts_only_where_the_devices_count_includes_it() -> None:
    rows = {f"outlet.{n}.status": "on" for n in range(4)}
    assert list(states(device({**rows, "outlet.count": "4"}))) == ["0", "1", "2", "3"]
    assert list(states(device({**rows, "outlet.count": "4", "outlet.1.desc": "only here"}))) == [
        "0",
        "1",
        "2",
        "3",
    ]
    assert list(states(device({"outlet.count": "1", "outlet.0.status": "on"}))) == ["0"]
    assert list(states(device({**rows, "outlet.count": "3"}))) == ["1", "2", "3"]
    assert list(states(device(rows))) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "variables",
    [
        {"outlet.count": "3", "outlet.1.status": "on", "outlet.2.status": "on"},
        {"outlet.count": "24.00"},
        {"device.1.outlet.1.status": "on", "device.2.outlet.count": "8"},
        {"device.1.outlet.1.status": "on", "device.2.mfr": "ACME", "outlet.count": "2"},
        {"device.1.outlet.1.status": "on", "device.1.outlet.count": "2"},
        # `outlet.0.*` does not replace a missing outlet.
        {
            "outlet.count": "3",
            "outlet.0.status": "on",
            "outlet.1.status": "on",
            "outlet.3.status": "on",
        },
        {
            "outlet.count": "3",
            "outlet.0.id": "0",
            "outlet.1.id": "1",
            "outlet.1.status": "on",
            "outlet.2.status": "on",
        },
        {
            "device.1.outlet.count": "2",
            "device.1.outlet.0.desc": "All",
            "device.1.outlet.1.status": "on",
        },
        {"device.1.outlet.1.status": "on", "device.count": "2"},
        {"device.2.outlet.1.status": "on", "device.count": "2"},
    ],
)
def test_fewer_outlets_or_members_than_the_driver_counts_are_an_error(
    variables: dict[str, str],
) -> None:
    with pytest.raises(ProtocolError, match="counts|does not list all"):
        device(variables)


@pytest.mark.parametrize(
    "variables",
    [
        {"outlet.1.status": "on", "outlet.01.status": "off"},
        {"outlet.002.current": "1", "outlet.02.current": "1"},
        {"outlet.0.status": "on", "outlet.00.status": "off"},
        {"device.2.outlet.7.status": "on", "device.2.outlet.07.status": "on"},
        {"outlet.1.status": "on", "outlet.01.current": "1", "outlet.count": "2"},
    ],
)
def test_an_outlet_under_two_numbers_is_an_error(variables: dict[str, str]) -> None:
    with pytest.raises(ProtocolError, match="one outlet under two numbers"):
        device(variables)


@pytest.mark.parametrize("kind", ["pdu", ""])
def test_a_device_that_should_have_outlets_and_lists_none_is_an_error(kind: str) -> None:
    with pytest.raises(Unsupported):
        device({"device.type": kind, "ups.status": "OL"})


CHAIN = {
    "device.count": "2",
    "outlet.1.status": "on, off",
    "outlet.count": "4",
    "device.0.outlet.1.status": "on",
    "device.1.outlet.1.status": "on",
    "device.1.outlet.2.status": "off",
    "device.1.outlet.count": "2",
    "device.2.outlet.1.status": "off",
    "device.2.outlet.2.status": "on",
    "device.2.outlet.-1.id": "-1",
    "device.2.outlet.0.id": "0",
    "device.2.outlet.count": "2",
    "device.1.outlet.group.1.status": "on",
}


def test_a_daisy_chain_numbers_its_outlets_by_device_and_outlet() -> None:
    nut_device = device(CHAIN, ["device.2.outlet.1.load.off", "outlet.1.load.off"])
    assert states(nut_device) == {"1.1": True, "1.2": False, "2.1": False, "2.2": True}
    assert [outlet.off for outlet in nut_device.outlets] == [
        None,
        None,
        SwitchCommand("device.2.outlet.1.load.off"),
        None,
    ]


FROM_0 = {
    "device.count": "2",
    "device.mfr": "EATON",
    "device.0.input.current": "1.5",
    "device.0.outlet.1.status": "on",
    "device.0.outlet.2.status": "off",
    "device.0.outlet.count": "2",
    "device.1.input.current": "2.25",
    "device.1.outlet.1.status": "off",
    "device.1.outlet.2.status": "on",
    "device.1.outlet.count": "2",
}


def test_a_chain_that_is_numbered_from_0_is_read_whole() -> None:
    command = "device.0.outlet.1.load.off"
    nut_device = device(FROM_0, [command])
    assert states(nut_device) == {"0.1": True, "0.2": False, "1.1": False, "1.2": True}
    assert nut_device.outlets[0].off == SwitchCommand(command) and nut_device.load_a == 3.75
    assert list(nut_device.chain) == [0, 1]


def test_the_only_unit_of_a_chain_may_be_numbered_0() -> None:
    alone = {name: text for name, text in FROM_0.items() if not name.startswith("device.1.")}
    assert states(device({**alone, "device.count": "1"})) == {"0.1": True, "0.2": False}


@pytest.mark.parametrize("missing", ["device.0.", "device.1."])
def test_a_chain_from_0_without_one_of_its_units_is_an_error(missing: str) -> None:
    left = {name: text for name, text in FROM_0.items() if not name.startswith(missing)}
    with pytest.raises(ProtocolError, match="does not list all devices of the chain"):
        device(left)


@pytest.mark.parametrize(
    "more",
    [
        {"device.2.outlet.1.status": "on"},
        {"outlet.1.status": "on", "outlet.2.status": "off"},
        {"outlet.count": "2"},
    ],
    ids=["a unit N", "the same outlets without a prefix", "the same count without a prefix"],
)
def test_device_0_is_the_whole_chain_if_it_may_repeat_the_names_without_a_prefix(
    more: dict[str, str],
) -> None:
    try:
        state_by_outlet = states(device({**FROM_0, **more}))
    except ProtocolError:
        return  # a unit is missing
    assert not any(identity.startswith("0.") for identity in state_by_outlet)


# ---- ways to switch ------------------------------------------------------------------------------


def test_an_outlet_is_switched_only_by_commands_that_are_listed_for_it() -> None:
    commands = [
        "outlet.1.load.on",
        "outlet.1.load.off",
        "outlet.2.load.cycle",
        "outlet.3.load.off",
        "load.on",
        "load.off",
        "outlet.4.load.off.delay",
        "outlet.14.load.on",
    ]
    nut_device = device({f"outlet.{n}.status": "on" for n in (1, 2, 3, 4, 14)}, commands)
    assert {outlet.identity: (outlet.on, outlet.off) for outlet in nut_device.outlets} == {
        "1": (SwitchCommand("outlet.1.load.on"), SwitchCommand("outlet.1.load.off")),
        "2": (None, None),
        "3": (None, SwitchCommand("outlet.3.load.off")),
        "4": (None, None),
        "14": (SwitchCommand("outlet.14.load.on"), None),
    }


@pytest.mark.parametrize(
    "shown, on, off", [("1", "1", "0"), ("0", "1", "0"), ("on", "on", "off"), ("Off", "on", "off")]
)
def test_a_writable_switch_is_written_in_the_form_in_which_it_is_read(
    shown: str, on: str, off: str
) -> None:
    outlet = device({"outlet.1.switch": shown}, (), {"outlet.1.switch": shown}).outlets[0]
    assert outlet.on == SwitchCommand("outlet.1.switch", on) and outlet.off == SwitchCommand(
        "outlet.1.switch", off
    )


@pytest.mark.parametrize(
    "writable",
    [{}, {"outlet.1.switch": "maybe"}, {"outlet.1.status": "on"}, {"outlet.2.switch": "1"}],
)
def test_a_switch_that_is_read_only_or_has_an_undocumented_value_cannot_be_used(
    writable: dict[str, str],
) -> None:
    outlet = device({"outlet.1.switch": "1", "outlet.1.status": "on"}, (), writable).outlets[0]
    assert outlet.on is None and outlet.off is None


@pytest.mark.parametrize(
    "status, expected",
    [
        ("OL", True),
        ("OB LB", True),
        ("OL OB", True),
        ("OFF", False),
        ("OL OFF", False),
        ("", None),
        ("WAIT", None),
        ("BYPASS OL", True),
    ],
)
def test_the_whole_load_of_a_ups_is_a_port_only_on_request(
    status: str, expected: Optional[bool]
) -> None:
    ups = {"device.type": "ups", "ups.status": status, "output.current": "1.5"}
    assert device(ups, ["load.off"]).outlets == []
    nut_device = device(ups, ["load.off"], whole_load=True)
    assert states(nut_device) == {"load": expected}
    assert (
        nut_device.outlets[0].off == SwitchCommand("load.off")
        and nut_device.outlets[0].on is None
        and nut_device.outlets[0].figures.current_a == 1.5
    )


# ---- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("  12.1", 12.1),
        ("0.5\x1d", 0.5),
        ("0", 0.0),
        ("-0.00", 0.0),
        ("024", 24.0),
        ("1,200.20", None),
        ("1200,20", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("0x1F", None),
        ("-1", None),
        ("", None),
        ("12 A", None),
        ("9" * 400, None),
        ("١٢", None),
        (None, None),
    ],
)
def test_only_a_number_in_nuts_notation_is_a_figure(
    text: Optional[str], expected: Optional[float]
) -> None:
    assert parse_number(text) == expected


def test_the_load_is_the_sum_of_the_lines_else_the_current_of_the_input() -> None:
    lines = {
        "input.L1.current": "6.48",
        "input.L2.current": "5",
        "input.L3.current": "5.5",
        "input.N.current": "1",
    }
    rest = {
        "input.current": "6.48",
        "outlet.current": "196.30",
        "outlet.1.status": "on",
        "outlet.1.current": "0.5",
    }
    for phases in ({}, {"input.phases": "3"}):
        assert device({**lines, **rest, **phases}).load_a == pytest.approx(16.98)
    assert device(rest).load_a == 6.48


# nut-names.txt, Three-phase additions: "Partial Three phase" shows one line of three;
# `input.current` is "aggregated/averaged".
@pytest.mark.parametrize(
    "figures",
    [
        {"input.phases": "3", "input.L2.current": "48.2"},
        {"input.L2.current": "48.2"},
        {"input.L1.current": "1", "input.L3.current": "2", "input.current": "6"},
        {"input.phases": "3.00", "input.current": "6.48"},
        {"input.phases": "2", "input.current": "6.48"},
        {
            "input.phases": "3",
            "input.L1.current": "1",
            "input.L2.current": "2",
            "input.current": "6",
        },
        {
            "input.L1.current": "6.48",
            "input.L2.current": "",
            "input.L3.current": "5.5",
            "input.current": "6.48",
        },
    ],
)
def test_neither_a_part_of_the_lines_nor_their_average_is_the_load(figures: dict[str, str]) -> None:
    assert device({"device.type": "pdu", "outlet.1.status": "on", **figures}).load_a is None
    # the outlets serve only a device without currents of lines
    has_lines = any(".L" in name for name in figures)
    with_outlet = device({"device.type": "pdu", "outlet.1.current": "0.5", **figures})
    assert with_outlet.load_a == (None if has_lines else 0.5)
    output = {name.replace("input", "output"): value for name, value in figures.items()}
    assert device({"device.type": "ups", "outlet.1.status": "on", **output}).load_a is None


def test_without_inlet_figures_the_load_comes_from_the_outlets_or_the_drivers_sum() -> None:
    outlets = {"outlet.1.current": "0.1", "outlet.2.current": "0.2", "outlet.current": "9"}
    assert device(outlets).load_a == pytest.approx(0.3)
    assert device({**outlets, "outlet.2.current": "unknown"}).load_a is None
    assert device({"outlet.1.status": "on", "outlet.current": "9"}).load_a == 9
    assert device({"outlet.1.current": "0.1", "outlet.2.status": "on"}).load_a is None


@pytest.mark.parametrize(
    "figures, expected",
    [
        # NUT's data/epdu-managed.dev: the unit's own sum
        ({"outlet.realpower": "28", "outlet.current": "0.19"}, 28),
        ({"outlet.realpower": "28", "outlet.1.realpower": "12", "outlet.2.realpower": "15"}, 27),
        ({"outlet.realpower": "28", "outlet.1.realpower": "12", "outlet.2.status": "on"}, None),
        ({"outlet.1.realpower": "12", "outlet.2.status": "on"}, None),
        ({"input.realpower": "30", "outlet.realpower": "28"}, 30),
        ({"input.L1.realpower": "10", "input.L2.realpower": "20", "input.L3.realpower": "5"}, 35),
        ({"input.phases": "3", "input.L1.realpower": "10", "input.L2.realpower": "20"}, None),
        ({"device.type": "ups", "input.realpower": "90", "ups.realpower": "70"}, 70),
        ({"device.type": "ats", "output.realpower": "9", "input.realpower": "10"}, 9),
    ],
)
def test_the_power_is_read_from_the_same_sources_as_the_load(
    figures: dict[str, str], expected: Optional[float]
) -> None:
    assert device({"outlet.1.status": "on", **figures}).power_w == expected


@pytest.mark.parametrize(
    "figures, expected",
    [
        # An Eaton 5PX 2000 on mains power.
        (
            {
                "device.type": "ups",
                "input.current": "0.00",
                "output.current": "2.60",
                "ups.realpower": "504",
            },
            2.6,
        ),
        ({"device.type": "ups", "input.current": "12.1", "output.current": "10.3"}, 10.3),
        ({"device.type": "ups", "input.current": "0.00"}, None),
        ({"device.type": "UPS", "input.L1.current": "3", "ups.status": "OB"}, None),
        (
            {
                "device.type": "ups",
                "output.L1.current": "1",
                "output.L2.current": "2",
                "output.L3.current": "4",
                "output.current": "4",
            },
            7,
        ),
        (
            {
                "device.type": "ups",
                "input.current": "9",
                "outlet.1.current": "1",
                "outlet.2.current": "2",
            },
            3,
        ),
        (
            {
                "device.type": "ups",
                "outlet.1.current": "1",
                "outlet.2.status": "on",
                "output.current": "5",
            },
            5,
        ),
        # An old driver, which does not set device.type.
        (
            {
                "device.type": "",
                "battery.charge": "100",
                "input.current": "0",
                "output.current": "2",
            },
            2,
        ),
        ({"device.type": "ats", "output.current": "0.50", "input.current": "7"}, 0.5),
        ({"device.type": "ats", "input.current": "7"}, 7),
        ({"device.type": "sts", "output.current": "0.50", "input.current": "7"}, 0.5),
        ({"device.type": "pdu", "input.current": "7", "output.current": "5"}, 7),
        ({"device.type": "pdu", "output.current": "5", "outlet.current": "50"}, 5),
        ({"device.type": "pdu", "output.current": "5", "outlet.1.current": "1"}, 1),
    ],
)
def test_the_load_depends_on_the_type_of_the_device(
    figures: dict[str, str], expected: Optional[float]
) -> None:
    is_listed = any("outlet.1." in name for name in figures)
    assert device(figures if is_listed else {"outlet.count": "0", **figures}).load_a == expected


def test_the_whole_load_is_not_counted_with_the_outlets() -> None:
    nut_device = device(
        {"outlet.1.current": "1", "output.current": "5"}, ["load.off"], whole_load=True
    )
    assert nut_device.load_a == 1


def test_energy_is_in_kwh_and_the_inlet_is_preferred() -> None:
    nut_device = device(
        {"outlet.1.energy": "1500", "outlet.2.energy": "500", "input.energy": "2100"}
    )
    assert nut_device.energy_kwh == 2.1
    assert [outlet.figures.energy_kwh for outlet in nut_device.outlets] == [1.5, 0.5]
    assert device({"outlet.1.energy": "1500", "outlet.2.energy": "500"}).energy_kwh == 2.0
    assert device({"outlet.1.status": "on", "outlet.energy": "2000"}).energy_kwh == 2.0


@pytest.mark.parametrize("text", ["", "n/a", "-", "-1"])
@pytest.mark.parametrize(
    "kind, name",
    [
        ("pdu", "input.current"),
        ("pdu", "input.L1.current"),
        ("pdu", "outlet.2.current"),
        ("pdu", "output.current"),
        ("ups", "output.current"),
        ("ups", "output.L2.current"),
        ("ats", "output.current"),
        ("ats", "input.current"),
        ("pdu", "input.realpower"),
        ("pdu", "input.L1.realpower"),
        ("pdu", "outlet.1.realpower"),
        ("ups", "output.realpower"),
        ("ups", "ups.realpower"),
        ("ats", "output.realpower"),
    ],
)
def test_a_source_that_is_listed_without_a_value_is_replaced_by_no_later_one(
    kind: str, name: str, text: str
) -> None:
    field = name.rpartition(".")[2]
    earlier = {
        "pdu": ("input", "outlet", "output"),
        "ups": ("output", "ups", "outlet"),
        "ats": ("output", "input", "outlet"),
    }[kind]
    later = earlier[earlier.index(name.partition(".")[0]) + 1 :]
    others = {f"{source}.{field}": "7" for source in later if source != "outlet"}
    if "outlet" in later:
        others[f"outlet.1.{field}"] = "7"
    others.update({f"outlet.{field}": "9", "outlet.1.status": "on"})
    variables = {"device.type": kind, **others, name: text}
    total = "load_a" if field == "current" else "power_w"
    assert getattr(device(variables), total) is None


# Each counter has a zero of its own.
@pytest.mark.parametrize(
    "lost",
    [
        {"input.energy": ""},
        {"input.energy": None, "outlet.1.energy": "n/a"},
        {"input.energy": None, "outlet.1.energy": None},
    ],
    ids=["input", "outlet without a value", "outlet without a variable"],
)
def test_an_energy_that_is_not_measured_is_not_replaced_by_another_counter(
    lost: Mapping[str, Optional[str]],
) -> None:
    variables = {
        "input.energy": "2100",
        "outlet.1.energy": "1500",
        "outlet.2.energy": "500",
        "outlet.1.status": "on",
        "outlet.energy": "2000",
        **lost,
    }
    assert (
        device({name: text for name, text in variables.items() if text is not None}).energy_kwh
        is None
    )


def test_an_energy_of_a_chain_that_a_member_does_not_measure_is_not_its_own() -> None:
    figures = {"input.energy": "9000", "device.1.input.energy": "1000"}
    assert device({**CHAIN, **figures, "device.2.input.energy": "500"}).energy_kwh == 1.5
    assert device({**CHAIN, **figures, "device.2.input.energy": "-"}).energy_kwh is None
    assert device({**CHAIN, "input.energy": "9000"}).energy_kwh == 9


@pytest.mark.parametrize("voltage", ["L3", "L3-N", "L2-L3"])
def test_a_line_with_a_voltage_and_no_current_is_missing_in_the_load(voltage: str) -> None:
    lines = {"input.L1.current": "1", "input.L2.current": "2", "outlet.count": "0"}
    assert device(lines).load_a == 3
    assert device({**lines, f"input.{voltage}.voltage": "230"}).load_a is None
    assert device({**lines, f"input.{voltage}.voltage": "230", "input.L3.current": "4"}).load_a == 7


def test_load_and_energy_of_a_chain_are_the_sums_over_its_devices() -> None:
    figures = {
        "device.1.input.L1.current": "1",
        "device.1.input.L2.current": "2",
        "device.2.input.current": "4",
        "input.current": "99",
        "device.1.input.energy": "1000",
        "device.2.outlet.1.energy": "10",
        "device.2.outlet.2.energy": "20",
    }
    nut_device = device({**CHAIN, **figures})
    assert nut_device.load_a == 7 and nut_device.energy_kwh == 1.03
    for lost in ({"device.2.input.current": "-"}, {"device.2.input.current": ""}):
        assert device({**CHAIN, **figures, **lost}).load_a is None
    del figures["device.2.input.current"]
    assert device({**CHAIN, **figures}).load_a is None
    of_chain = {name: text for name, text in figures.items() if "L" not in name}
    assert device({**CHAIN, **of_chain}).load_a == 99


# snmp-ups.c shortens `device.2.device.type` to `device.2.type`.
@pytest.mark.parametrize(
    "types, load",
    [
        ({"device.1.type": "ats", "device.2.type": "ats", "device.type": "pdu"}, 3),
        ({"device.type": "ups"}, 3),
        ({"device.1.type": "pdu", "device.2.battery.charge": "100", "device.type": "pdu"}, 12),
        ({"device.type": "pdu"}, 30),
    ],
)
def test_the_load_of_a_chain_depends_on_the_type_of_each_member(
    types: dict[str, str], load: float
) -> None:
    figures = {
        "device.1.input.current": "10",
        "device.1.output.current": "1",
        "device.2.input.current": "20",
        "device.2.output.current": "2",
    }
    assert device({**CHAIN, **figures, **types}).load_a == load


def test_a_member_without_outlets_counts_in_the_totals_of_its_chain() -> None:
    variables = {
        "device.count": "2",
        "device.1.outlet.1.status": "on",
        "device.1.input.current": "3",
        "device.2.input.current": "4",
        "device.1.input.energy": "1000",
        "device.2.mfr": "ACME",
    }
    nut_device = device(variables)
    assert (list(states(nut_device)), nut_device.load_a, nut_device.energy_kwh) == (
        ["1.1"],
        7,
        None,
    )


CHAIN_OF_METERS = {
    "device.count": "2",
    "device.1.outlet.count": "0",
    "device.1.input.current": "3",
    "device.2.outlet.count": "0.00",
    "device.2.input.current": "4",
}


@pytest.mark.parametrize(
    "variables, error",
    [
        ({"device.count": "3"}, ProtocolError),
        ({"device.2.outlet.count": ""}, Unsupported),
        ({"device.3.mfr": "A"}, Unsupported),
    ],
)
def test_a_chain_that_may_have_outlets_and_lists_none_is_an_error(
    variables: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        device({**CHAIN_OF_METERS, **variables})


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
    variables = {f"{prefix}outlet.{n}.{field}": text for prefix, n, field, text in rows}
    try:
        outlets = decode_outlets({"device.type": "ups", **variables}, [], {}, DEFAULTS)
    except ProtocolError:
        return
    assert len(states(outlets)) == len(outlets.outlets)
    for outlet in outlets.outlets:
        state_texts = {name: variables[name] for name in outlet.state_variables}
        meters = {name: variables[name] for name in outlet.meter_variables}
        assert state_of({**state_texts, **meters}) == outlet.state
        assert outlet.state is None or set(state_texts.values()) <= (
            {"on", "1"} if outlet.state else {"off", "0"}
        )
