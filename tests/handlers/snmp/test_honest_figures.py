"""No recording and no synthetic unit shows a partial sum, or a zero that no object of the device
holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Callable, Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection, metering
from handlers.snmp.device import SnmpDevice
from handlers.snmp.families import ENTERPRISES
from handlers.snmp.figures import Total
from handlers.snmp.frozen_value import replace
from handlers.snmp.profile import Profile, oids
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import Memory, of_rows
from tests.recordings import fixture
from tests.simulators.snmp_agent import Row
from tests.simulators.snmp_agent.device import INTEGER, OCTETS

Rows = Mapping[str, Row]


def _recorded(name: str) -> tuple[Rows, Callable[[Memory], SnmpDevice]]:
    return recorded.rows(name), lambda device: detection.detect(device, PROFILES, for_figures=True)


def _made(name: str) -> tuple[Rows, Callable[[Memory], SnmpDevice]]:
    unit = fixture(name)
    return unit.rows, lambda device: units.find(unit, device, for_figures=True)


UNITS = [
    pytest.param(
        _recorded,
        name,
        id=f"recording {name}",
        marks=pytest.mark.against("recordings of real units, in memory"),
    )
    for name in recorded.NAMES
]
UNITS += [pytest.param(_made, unit.name, id=unit.name) for unit in units.FIXTURES]
EACH = pytest.mark.parametrize("source, name", UNITS)
Source = Callable[[str], tuple[Rows, Callable[[Memory], SnmpDevice]]]


def totals(found: SnmpDevice) -> Iterator[tuple[str, Total, Optional[Decimal], dict[str, Decimal]]]:
    """Yield for each total that the profile declares: its name, its declaration, its value and the
    outlets' values.
    """
    read = read_exactly(found)
    for name, total, of_outlets in (
        ("load", read.load_a, read.currents),
        ("power", read.power_w, read.powers),
        ("energy", read.energy_kwh, read.energies),
    ):
        declaration = getattr(found.profile, name)
        if declaration is not None:
            yield name, declaration, total, of_outlets


@pytest.mark.sample(10)
@EACH
def test_a_total_summed_over_outlets_counts_every_one_of_them(source: Source, name: str) -> None:
    rows, find = source(name)
    device = find(of_rows(rows))
    for kind, declaration, total, of_outlets in totals(device):
        own = replace(declaration, else_outlets=False) if declaration.figures else None
        if total is None or (
            own and own.read_from(device.reader, dict.fromkeys(device.states)) is not None
        ):
            # no total, or the device reports it
            continue
        by_unit: dict[str, list[str]] = {}
        for identity in device.states:
            by_unit.setdefault(
                declaration.unit.of(identity) if declaration.unit else "", []
            ).append(identity)
        figures = {
            (declaration.unit.of(index) if declaration.unit else "")
            for figure in declaration.figures
            for index in figure.read_from(device.reader)
        }
        for unit in by_unit.keys() - figures:
            assert set(by_unit[unit]) <= set(of_outlets), f"{kind} of unit {unit!r}"


def objects_of_meters(profile: Profile, root: str) -> set[str]:
    """Return the OIDs that the figures read, or none if one of them also describes the outlets."""

    def spelt(*parts: object) -> set[str]:
        return {
            root + oid[1:] if oid.startswith("~") else oid
            for part in parts
            if part
            for oid in oids(part)
        }

    figures = spelt(
        *(total.figures for total in (profile.load, profile.power, profile.energy) if total),
        *(
            part
            for outlets in profile.outlets
            for part in (outlets.current, outlets.power, outlets.energy)
        ),
    )
    others = spelt(
        *(
            part
            for outlets in profile.outlets
            for part in (
                outlets.states,
                outlets.rows,
                outlets.count,
                outlets.none_if_zero,
                outlets.number,
                outlets.name,
                outlets.control,
            )
        )
    )
    return set() if figures & others else figures


def test_more_than_a_third_of_the_families_have_meters_that_can_be_removed() -> None:
    assert (
        len([profile for profile in PROFILES if objects_of_meters(profile, "1.3")])
        > len(PROFILES) / 3
    )


@pytest.mark.sample(10)
@EACH
def test_a_unit_without_its_meters_shows_no_figure_and_no_zero(source: Source, name: str) -> None:
    rows, find = source(name)
    device = find(of_rows(rows))
    missing_oids = tuple(f"{oid}." for oid in objects_of_meters(device.profile, device.reader.root))
    try:
        bare = find(
            of_rows(
                {
                    oid: row
                    for oid, row in rows.items()
                    if not missing_oids or not f"{oid}.".startswith(missing_oids)
                }
            )
        )
    except PduHandlerError:
        # the unit is not detected without its meters
        return
    if missing_oids and bare.profile.key == device.profile.key:
        assert read_exactly(bare) == ExactFigures(None, None, None, {}, {}, {})


# A column that selects the rows of a sum has no value in one row. `wrong` is the sum of wrongly
# selected rows.
@pytest.mark.parametrize(
    "unit, empty, wrong",
    [
        # without its type, a meter may be of any kind
        ("riedo-updu", "55108.1.3.1.1.3.1.1", "3.261"),
        ("bachmann-bluenet2", "31770.2.2.6.3.1.4.1.1.1", "4.254"),  # the GUID of a phase
        # the tower's capabilities: is the fourth infeed neutral?
        ("sentry3", "1718.3.2.1.1.8.1", "16.50"),
    ],
)
def test_a_row_that_cannot_be_assigned_prevents_a_sum(unit: str, empty: str, wrong: str) -> None:
    device = of_rows(fixture(unit).rows)
    device.put(f"1.3.6.1.4.1.{empty}", "")
    snmp_device = detection.detect(device, PROFILES, for_figures=True)
    assert read_exactly(snmp_device).load_a != Decimal(wrong)
    load = snmp_device.profile.load
    assert (
        load
        and replace(load, figures=load.figures[:1], else_outlets=False).read_from(
            snmp_device.reader
        )
        is None
    )


def test_an_outlet_with_an_empty_number_shows_the_last_arc_of_its_identity() -> None:
    labels = {
        label.identity: label.number
        for label in metering.labels(_with("sentry3", {"1718.3.2.3.1.2.1.1.1": ""}))
    }
    assert labels["1.1.1"] == "1" and labels["1.1.2"] != "2"


def test_a_fourth_infeed_of_a_tower_without_capabilities_is_not_added() -> None:
    """Old Sentry firmware lacks towerCapabilities, so this infeed may be the neutral line.

    A sum with it would be 16.50 A.
    """
    device = _with("sentry3", {}, without=("1718.3.2.1.1.8.1",))
    load = device.profile.load
    assert load and replace(load, else_outlets=False).read_from(device.reader) is None


def _with(name: str, values: Mapping[str, str], without: tuple[str, ...] = ()) -> SnmpDevice:
    """Detect the unit with other values (whole numbers as INTEGERs) and without objects whose OIDs
    start with one of `without`.

    OIDs are given without ENTERPRISES.
    """
    missing_oids = tuple(ENTERPRISES + below for below in without)
    rows = {
        oid: row
        for oid, row in fixture(name).rows.items()
        if not missing_oids or not f"{oid}.".startswith(missing_oids)
    }
    rows.update(
        {
            ENTERPRISES + below: (
                Row(INTEGER, int(value))
                if value.lstrip("-").isdigit()
                else Row(OCTETS, value.encode())
            )
            for below, value in values.items()
        }
    )
    return detection.detect(of_rows(rows), PROFILES, for_figures=True)


# The second unit of a chain has no row in the meters of units. Some families then sum its outlets,
# if all are metered. Otherwise there is no total: the sum of the other units would be too small.
# Energies of outlets never replace that of a unit: they count from another zero.
@pytest.mark.parametrize(
    "unit, without, figures",
    [
        (
            "eaton-epdu",
            ("534.6.6.7.3.3.1.4.1.", "534.6.6.7.3.5.1.4.1.", "534.6.6.7.3.5.1.5.1."),
            (None, None, None),
        ),
        (
            "hpe-mapdu3",
            tuple(f"232.165.11.2.{column}.2." for column in ("2.1.11", "1.1.5", "1.1.6")),
            (None, None, None),
        ),
        (
            "hpe-mapdu2",
            tuple(f"232.165.7.2.{column}.1." for column in ("2.1.11", "1.1.5", "1.1.6")),
            (None, None, None),
        ),
        (
            "panduit-g5",
            tuple(f"19536.10.1.2.{column}.2." for column in ("2.1.11", "1.1.11", "1.1.5", "1.1.6")),
            (None, None, None),
        ),
        ("eaton-nlogic", ("534.7.1.2.2.1.11.2.", "534.7.1.2.1.1.11.2."), (None, None, None)),
        (
            "enlogic",
            ("38446.1.3.4.1.5.2.", "38446.1.2.4.1.4.2.", "38446.1.2.4.1.9.2."),
            (None, None, None),
        ),
        (
            "liebert-mph",
            tuple(
                f"476.1.42.3.8.30.{column}.2."
                for column in ("40.1.15", "40.1.22", "20.1.65", "20.1.50")
            ),
            (None, None, None),
        ),
        (
            "tripplite-products",
            ("850.1.1.3.2.3.2.1.1.5.2.", "850.1.1.3.2.3.2.1.1.8.2."),
            ("6.34", "1395", None),
        ),
        ("bachmann-bluenet2", ("31770.2.2.6.3.1.4.2.",), (None, None, None)),
        (
            "schleifenbauer_conteg",
            tuple(f"28402.12.1.1.2.6.1.1.{column}.210." for column in ("5", "10", "2", "7")),
            ("2.00", "445", None),
        ),
        (
            "sinetica-hawk",
            tuple(f"3711.24.1.1.7.3.1.1.{column}.2." for column in "457"),
            ("4.1", None, None),
        ),
        (
            "sentry4",
            (
                "1718.4.1.4.2.1.4.2.",
                "1718.4.1.4.3.1.3.2.",
                "1718.4.1.3.3.1.3.2.",
                "1718.4.1.3.3.1.10.2.",
            ),
            ("10.20", "1936", None),
        ),
        (
            "apc-rpdu2",
            (
                "318.1.1.26.6.3.1.2.2",
                "318.1.1.26.6.3.1.5.2",
                *(f"318.1.1.26.4.3.1.{column}.2" for column in "259"),
            ),
            (None, None, None),
        ),
        (
            "apc-easy-epdu",
            (
                *(f"318.1.1.30.4.2.1.{column}.{row}" for column in "25" for row in "23"),
                *(f"318.1.1.30.2.1.1.{column}.2" for column in (2, 7, 11)),
            ),
            (None, None, None),
        ),
        (
            "cyberpower-epdu2",
            (
                *(f"3808.1.1.6.4.4.1.{column}.{row}" for column in "25" for row in "234"),
                *(f"3808.1.1.6.3.4.1.{column}.2" for column in (2, 5, 9, 18)),
            ),
            (None, None, None),
        ),
        ("baytech", ("4779.1.3.5.2.1.4.2", "4779.1.3.5.2.1.7.2"), (None, None, None)),
        (
            "vertiv-dcs-mpdu",
            tuple(f"13400.3.2.225.1.1.{column}.2" for column in (2, 4, 8, 13)),
            (None, None, None),
        ),
        ("digipower", ("17420.1.2.9.2.11.0",), (None, None, None)),
    ],
)
def test_the_total_of_a_chain_counts_every_unit_or_is_missing(
    unit: str, without: tuple[str, ...], figures: tuple[Optional[str], ...]
) -> None:
    read = read_exactly(_with(unit, {}, without))
    assert [read.load_a, read.power_w, read.energy_kwh] == [
        None if figure is None else Decimal(figure) for figure in figures
    ]


PX2, CMC = "13742.6.", "2606.7.4.2.2.1."
ONE_PHASE = {
    PX2 + "5.2.3.1.2.2.1.1": "1",
    PX2 + "5.2.3.1.4.2.1.1": "1500",
    PX2 + "3.3.4.1.7.2.1.1": "3",
    PX2 + "3.3.3.1.5.2.1": "2",
}
BLUENET = "31770.2.2.8."
SECOND_CURRENT = {
    f"{BLUENET}{column}.0.0.0.0.255.255.0.5": value
    for column, value in (
        ("4.1.3", "4"),
        ("4.1.4", "2"),
        ("4.1.5", "999"),
        ("2.1.9", "-3"),
        ("2.1.10", "4"),
    )
}
STRIP = {
    CMC + "3.3.7": "PSM_M.Unit.Value",
    CMC + "5.3.7": "A",
    CMC + "7.3.7": "-10",
    CMC + "11.3.7": "12",
    CMC + "14.3.7": "2",
}


def test_a_chain_with_a_pdu_without_meters_has_no_total() -> None:
    outlet = {PX2 + "3.2.2.1.4.2": "1", PX2 + "4.1.2.1.3.2.1": "7", PX2 + "3.5.3.1.2.2.1": "1"}
    read = read_exactly(_with("raritan-px2", outlet))
    assert (read.load_a, read.power_w, read.energy_kwh) == (None, None, None)


PHASE_COUNTS = {
    f"31770.2.2.4.2.1.20.{device}": phases
    for device, phases in (("1", "2"), ("2", "1"), ("3", "3"))
}


# A unit is in the list of units, which counts its outlets or inlets, but has no rows in the tables
# of outlets and meters. `listed` adds it to that list; `without` removes the meters of a unit that
# is listed already.
@pytest.mark.parametrize(
    "unit, listed, without",
    [
        ("eaton-epdu", {"534.6.6.7.1.2.1.22.2": "0"}, ()),
        (
            "hpe-mapdu3",
            {},
            tuple(f"232.165.11.2.{column}.3." for column in ("2.1.9", "2.1.11", "1.1.5", "1.1.6")),
        ),
        ("hpe-mapdu2", {"232.165.7.1.2.1.12.2": "24"}, ()),
        ("panduit-g5", {"19536.10.1.1.2.1.13.3": "24"}, ()),
        ("eaton-nlogic", {"534.7.1.1.2.1.13.3": "6"}, ()),
        ("enlogic", {}, ("38446.1.3.4.1.5.3.", "38446.1.2.4.1.4.3.", "38446.1.2.4.1.9.3.")),
        ("apc-cpdu", {"318.1.1.32.2.3.1.4.3": "0"}, ()),
        ("raritan-px2", {"13742.6.3.2.2.1.2.1": "1", "13742.6.3.2.2.1.2.2": "1"}, ()),
    ],
)
def test_a_listed_unit_without_meters_prevents_a_total(
    unit: str, listed: Mapping[str, str], without: tuple[str, ...]
) -> None:
    whole = read_exactly(_with(unit, {}))
    assert whole.load_a is not None
    read = read_exactly(_with(unit, listed, without))
    assert (read.load_a, read.power_w, read.energy_kwh) == (None, None, None)


NUMBERED_9 = {PX2 + "3.2.2.1.2.9": "1", PX2 + "3.2.2.1.4.9": "5"}


# In these families a row with a count of 0 is padding or a controller without inlets, so it has no
# meters. A list of one unit is ignored: the unit's number in the list may differ from its number in
# the meters.
@pytest.mark.parametrize(
    "unit, listed",
    [
        ("hpe-mapdu2", {"232.165.7.1.2.1.12.2": "0"}),
        ("panduit-g5", {"19536.10.1.1.2.1.13.3": "0"}),
        ("raritan-px2", {"13742.6.3.2.2.1.2.1": "1", "13742.6.3.2.2.1.2.2": "0"}),
        ("raritan-px2", NUMBERED_9),
    ],
    ids=[
        "an outlet count of 0",
        "an outlet count of 0 after two others",
        "a controller without inlets",
        "one unit",
    ],
)
def test_a_row_that_lists_no_other_unit_changes_no_total(
    unit: str, listed: Mapping[str, str]
) -> None:
    without = (PX2 + "3.2.2.1.4.1.",) if listed is NUMBERED_9 else ()
    assert read_exactly(_with(unit, listed, without)) == read_exactly(_with(unit, {}))


def test_energies_of_outlets_do_not_replace_that_of_a_pdu_which_reports_none() -> None:
    outlets = {"10418.17.2.5.5.1.5.1.2.1": "2", "10418.17.2.5.5.1.105.1.2.1": "5000"}
    outlets["10418.17.2.5.3.1.105.1.2"] = "0"
    assert read_exactly(_with("avocent-pm_totals", outlets)).energy_kwh is None


FOURTH_OUTLET = {PX2 + "5.4.3.1.2.1.4.8": "1", PX2 + "5.4.3.1.4.1.4.8": "7000"}
# of the three outlets of the chain that have none
OTHER_METERS = {
    "318.1.1.32.5.9.1." + below: value
    for below, value in (("2.1.3", "1"), ("2.1.4", "3"), ("11.1.4", "7"), ("2.2.2", "1"))
}
# both units of the chain, in inputPowerTable
INPUT_PHASES = {
    f"534.6.6.7.3.4.1.{below}.{unit}.1.1": value
    for unit, wh in (("0", "8123111"), ("1", "544999"))
    for below, value in (("2", "1"), ("4", "400"), ("5", wh))
}
PHASE_ENERGIES = {
    CMC + f"{below}.2.{row}": value
    for row, phase, kwh in (("70", 1, "9001"), ("71", 2, "9002"), ("72", 3, "8410"))
    for below, value in (
        ("3", f"Phase L{phase}.Energy.Active.Value"),
        ("7", "-10"),
        ("11", kwh),
        ("14", "2"),
    )
}


# The object that is missing from the answer: the meters that remain are other counters.
@pytest.mark.parametrize(
    "unit, values, without, energy",
    [
        ("bachmann-irs", {}, "31770.1.1.2.6.1.12.2.65.49", "76.535"),
        ("bachmann-irs", {}, "31770.1.1.2.5.0", "76.535"),
        ("bachmann-irs", {}, "31770.1.1.2.2.1.8", "76.535"),
        ("rittal-cmc3_pdu", PHASE_ENERGIES, CMC + "11.2.20", "2641.8"),
        ("rittal-cmc3_pdu", PHASE_ENERGIES, CMC + "14.2.20", "2641.8"),
        ("raritan-px2", FOURTH_OUTLET, PX2 + "5.2.3.1.4.1.1.8", "91234.567"),
        ("raritan-px2", FOURTH_OUTLET, PX2 + "5.2.3.1", "91234.567"),
        ("aten-pe", {}, "21317.1.3.2.2.2.1.99.1.5.1", "812.345"),
        ("dell-rpdu_metered", {}, "674.10903.200.2.200.110.2.1.4.1", "9123.4"),
        ("sentry3", {}, "1718.3.2.1.1.14.1", "12249"),
        ("apc-cpdu", OTHER_METERS, "318.1.1.32.2.4.1.9", "8218.4"),
        ("eaton-epdu", INPUT_PHASES, "534.6.6.7.3.5.1.5", "8667.456"),
        ("liebert-mph", {}, "476.1.42.3.8.30.20.1.50", "2115.5"),
    ],
    ids=[
        "a phase",
        "the count of phases",
        "the flags of PDUs",
        "the value",
        "its quality",
        "the only inlet",
        "the sensors of inlets",
        "Aten",
        "Dell",
        "Sentry",
        "APC cPDU",
        "Eaton",
        "Liebert",
    ],
)
def test_an_energy_does_not_become_another_counter_for_one_answer(
    unit: str, values: Mapping[str, str], without: str, energy: str
) -> None:
    assert read_exactly(_with(unit, values)).energy_kwh == Decimal(energy)
    assert read_exactly(_with(unit, values, (without,))).energy_kwh is None


# The outlets of the second unit are not metered.
@pytest.mark.parametrize(
    "volts, energy",
    [("22990", Decimal(1025)), ("0", None)],
    ids=["with voltage", "without voltage"],
)
def test_an_input_of_a_ring_has_an_energy_of_zero_only_if_it_has_voltage(
    volts: str, energy: Optional[Decimal]
) -> None:
    inputs = "31034.12.1.1.2.6.1.1."
    assert (
        read_exactly(
            _with("schleifenbauer", {inputs + "2.211.1": "0", inputs + "7.211.1": volts})
        ).energy_kwh
        == energy
    )


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00"])
def test_a_netbooter_without_an_inlet_module_has_no_energy(zero: str) -> None:
    read = read_exactly(
        _with("synaccess-netbooter", {"21728.3.5.1.0": zero, "21728.3.5.7.0": zero})
    )
    # the load is the sum of the banks
    assert read.load_a == Decimal("2.25") and read.energy_kwh is None


APC_HOST = {
    f"318.1.1.12.{below}": value
    for below, value in (
        ("2.3.1.1.2.1", "24"),
        ("2.3.1.1.4.1", "1"),
        ("2.3.1.1.5.1", "0"),
        ("1.16.0", "520"),
    )
}
CYBERPOWER_HOST = {
    f"3808.1.1.3.2.3.1.1.{column}.1": value
    for column, value in (("2", "31"), ("4", "1"), ("5", "0"), ("7", "1104"), ("10", "20411"))
}
CYBERPOWER_CHAIN = {
    **CYBERPOWER_HOST,
    **dict.fromkeys(
        (f"3808.1.1.6.{column}.2" for column in ("4.4.1.5", "3.4.1.5", "3.4.1.18")), ""
    ),
}
FROM_ZERO = {
    f"3808.1.1.6.{column}.{row}": module
    for column, modules in (("6.1.4.1.2", "0011"), ("6.2.4.1.2", "01"))
    for row, module in enumerate(modules, 1)
}
ONLY_THE_HOST = {
    f"3808.1.1.6.{column}.{row}": "1"
    for column, rows in (("6.1.4.1.2", 4), ("6.2.4.1.2", 2))
    for row in range(1, rows + 1)
}


@pytest.mark.parametrize(
    "unit, values",
    [
        ("apc-rpdu2", {**APC_HOST, "318.1.1.26.6.3.1.5.2": "-1", "318.1.1.26.4.3.1.5.2": "-1"}),
        ("cyberpower-epdu2", CYBERPOWER_CHAIN),
        ("cyberpower-epdu2", {**CYBERPOWER_CHAIN, **FROM_ZERO}),
        ("cyberpower-epdu2", {**CYBERPOWER_CHAIN, **ONLY_THE_HOST}),
    ],
    ids=[
        "APC",
        "CyberPower",
        "CyberPower with modules 0 and 1",
        "CyberPower whose second unit only meters",
    ],
)
def test_the_meters_of_the_first_unit_are_not_taken_for_the_whole_chain(
    unit: str, values: Mapping[str, str]
) -> None:
    read = read_exactly(_with(unit, values))
    assert read.load_a is None and read.power_w is None


EPDU2, PM, GEIST_FEED = "3808.1.1.6.", "10418.17.2.5.", "21239.5.2.3.1.1.6."
NO_PHASES = dict.fromkeys((f"{EPDU2}4.4.1.5.{row}" for row in range(1, 5)), "")
THREE_PHASES = {PM + "3.1.37.1.1": "3", PM + "3.1.37.1.2": "1", PM + "3.1.50.1.1": "23"}
RING_MODULE = {"7.1.1": "230", "7.210.1": "0", "5.210.1": "0"}
MODULES = {
    f"{EPDU2}{column}.{row}": number
    for column, number, rows in (("6.1.4.1.2", "0", 4), ("3.4.1.2", "1", 2), ("4.4.1.2", "1", 4))
    for row in range(1, rows + 1)
}
LOST_PHASE = {EPDU2 + "4.4.1.5.3": "", EPDU2 + "3.3.1.8.1": "1", EPDU2 + "3.3.1.8.2": "3"}
ONE_PHASE_EACH = {f"{EPDU2}3.3.1.8.{row}": "1" for row in (1, 2)}
PHASES_OF_PM = {f"{PM}9.1.50.1.1.{phase}": f"2{phase}" for phase in (1, 2, 3)}


@pytest.mark.parametrize(
    "unit, values, without, load",
    [
        # a PDU of three phases and one of one phase
        ("raritan-px2", ONE_PHASE, (), "3.330"),
        # phases and a strip; a strip that shows no current
        ("rittal-cmc3", STRIP, (), "5.55"),
        ("rittal-cmc3", {**STRIP, CMC + "5.3.7": "V"}, (), None),
        # a phase with two currents
        ("bachmann-bluenet2", SECOND_CURRENT, (), None),
        # a tower without infeeds
        ("sentry3", {"1718.3.2.3.1.5.2.1.1": "1", "1718.3.2.3.1.2.2.1.1": "BA1"}, (), None),
        # a measuring module in a ring
        (
            "schleifenbauer_conteg",
            {f"28402.12.1.1.2.6.1.1.{at}": v for at, v in RING_MODULE.items()},
            (),
            "2.00",
        ),
        # a phase has bad data (not 1.41 A, 1.999 A or 4.254 A)
        ("riedo-updu", {"55108.1.3.1.1.15.0.2": "1"}, (), None),
        ("riedo-updu", {"55108.1.3.1.1.15.0.2": "2"}, (), None),
        ("bachmann-bluenet2", {"31770.2.2.8.4.1.4.0.0.0.0.255.255.0.4": "7"}, (), None),
        # a device or unit is listed, and has no row in the meters
        ("apc-rpdu2", {"318.1.1.26.4.3.1.2.3": "3"}, (), None),
        ("cyberpower-epdu2", {"3808.1.1.6.3.4.1.2.3": "3"}, (), None),
        ("baytech", {"4779.1.3.5.2.1.15.4": "8"}, (), None),
        ("vertiv-dcs-mpdu", {"13400.3.2.225.1.1.2.3": "7"}, (), None),
        # a device with phases, and one without
        ("bachmann-bluenet2", PHASE_COUNTS, (), None),
        ("bachmann-bluenet2", {**PHASE_COUNTS, "31770.2.2.4.2.1.20.3": "0"}, (), "12.374"),
        # a phase without a variable
        ("bachmann-bluenet2", {}, ("31770.2.2.8.4.1.5.0.0.0.1.255.255.0.4",), None),
        # an inlet with one pole; a strip; a line of a floor PDU and of a modular one
        ("raritan-px1", {"13742.4.1.20.2.1.3.1": "4", "13742.4.1.20.2.1.3.2": "1"}, (), None),
        ("rittal-cmc3_pdu", {CMC + "3.3.6": "PSM_M.Plug1.Relay", CMC + "11.3.6": "1"}, (), None),
        ("apc-xpdu", {"318.1.1.15.3.4.14.1.4.2": "-1"}, (), None),
        ("apc-isx-modular", {"318.1.1.22.4.2.11.1.3.2": "-1"}, (), None),
        # a single unit may have a different number in each table
        ("cyberpower-epdu2", MODULES, (), "6.7"),
        # The current of a PDU that reports three phases may be the highest of the three: it is the
        # load only of a PDU with one phase.
        ("cyberpower-epdu2", LOST_PHASE, (), None),
        ("cyberpower-epdu2", ONE_PHASE_EACH, (f"{EPDU2}4.4.1.",), "4.8"),
        ("cyberpower-epdu2", {**NO_PHASES, **ONE_PHASE_EACH}, (), None),
        ("avocent-pm_totals", {**THREE_PHASES, **PHASES_OF_PM}, (), "6.6"),
        ("avocent-pm_totals", THREE_PHASES, (), None),
        # an unmeasured bus or pole: not the 2.4 A of the first bus, the 3.1 A of the inlet, nor the
        # sum of the outlets
        ("ict-pdu_buses", {"39145.10.10.1.4.1": "n/a"}, (), None),
        ("raritan-px1", {"13742.4.1.21.2.1.3.1.1": "-1"}, (), None),
        # a Geist that does not say how it is fed has the sum of its lines
        ("geist-v5_delta", {}, (GEIST_FEED,), "37.78"),
    ],
)
def test_a_load_counts_every_part_or_is_missing(
    unit: str, values: Mapping[str, str], without: tuple[str, ...], load: Optional[str]
) -> None:
    assert read_exactly(_with(unit, values, without)).load_a == (
        None if load is None else Decimal(load)
    )


def test_a_limit_of_current_or_power_is_not_counted_as_energy() -> None:
    line = "30966.11.0.1.1.1."
    assert read_exactly(
        _with("clever-mpro", {line + "2.6": "400", line + "3.6": "900"})
    ).energy_kwh == Decimal("134.1")


def test_a_geist_without_its_feed_and_its_lines_has_the_sum_of_its_phases() -> None:
    missing_oids = (GEIST_FEED, "21239.5.2.3.4.1.")
    whole, without = _with("geist-v5", {}), _with("geist-v5", {}, missing_oids)
    assert read_exactly(without).load_a == read_exactly(whole).load_a


# Each has another source with all of its rows, or a smaller sum without a word.
@pytest.mark.parametrize(
    "unit, name, lost",
    [
        ("bachmann-irs", "load_a", "31770.1.1.2.6.1.3.2.65.49."),
        ("eaton-epdu", "power_w", "534.6.6.7.3.5.1.4.0.1."),
        ("apc-rpdu", "load_a", "318.1.1.12.2.3.1.1.2.1."),
        ("sentry4", "load_a", "1718.4.1.4.3.1.3.1.1.1."),
        ("schleifenbauer_conteg", "load_a", "28402.12.1.1.2.6.1.1.5.1.1."),
        ("tripplite-products_ups", "power_w", "850.1.1.3.1.3.3.2.1.4.2.1."),
    ],
)
def test_a_row_that_another_column_shows_makes_the_total_missing(
    unit: str, name: str, lost: str
) -> None:
    assert getattr(read_exactly(_with(unit, {})), name) is not None
    assert getattr(read_exactly(_with(unit, {}, (lost,))), name) is None
