"""Load and energy of whole PDUs: which resources count, and which are read."""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional

import pytest

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import NOT_ASKED, NotKnown, NotMetered, measured
from pdu_common.helper import PduStatisticView

from .tree import (
    EXPAND,
    FAILURES,
    OUTLETS,
    Answer,
    Json,
    Tree,
    handler,
    outlet,
    refused,
    serving,
    two,
    unit,
)

PDU = "/redfish/v1/PowerEquipment/RackPDUs/1"
CHASSIS = "/redfish/v1/Chassis/PDU"


def amps(value: Any, **more: Any) -> Json:
    return {"CurrentAmps": {"Reading": value}, **more}


def watts(value: Any, **more: Any) -> Json:
    return {"PowerWatts": {"Reading": value}, **more}


def hours(value: Any, **more: Any) -> Json:
    return {"EnergykWh": {"Reading": value}, **more}


def metered(
    outlets: list[Json],
    expand: Optional[Json] = None,
    metrics: Optional[Json] = None,
    **circuits: list[Json],
) -> Tree:
    """Return a tree of a PDU with these lists of circuits, such as Mains and Branches.

    With empty `metrics` they meter nothing.
    """
    linked: dict[str, Json] = {key: {"@odata.id": f"{PDU}/{key}"} for key in circuits}
    if metrics is not None:
        linked["Metrics"] = {"@odata.id": f"{PDU}/Metrics"}
    tree = Tree(
        unit(
            [outlet(str(number), **fields) for number, fields in enumerate(outlets, 1)],
            expand,
            **linked,
        )
    )
    for key, fields_of_circuits in circuits.items():
        tree.resources[f"{PDU}/{key}"] = {
            "Members": [
                {"Id": str(number), **fields} for number, fields in enumerate(fields_of_circuits)
            ]
        }
    if metrics is not None:
        tree.resources[f"{PDU}/Metrics"] = {"Id": "Metrics", **metrics}
    return tree


def statistic(tree: Tree) -> PduStatisticView:
    """The statistic in which a figure that is not known is left unset."""
    with serving(tree) as address:
        return handler(address, unknown_figures="unset").statistic()


def totals(tree: Tree) -> tuple[float, float]:
    view = statistic(tree)
    return view.load, view.total_consumption


DEFAULT = PduStatisticView()


@pytest.mark.parametrize("key", ["Mains", "Branches"])
def test_of_circuits_of_which_one_is_listed_twice_no_sum_is_shown(key: str) -> None:
    circuits: dict[str, Any] = {key: [amps(8.0)]}
    tree = metered([{}], **circuits)
    for second in ({"CurrentAmps": {"Reading": 8.0}}, {"CurrentAmps": {"Reading": 1.0}}):
        tree.resources[f"{PDU}/{key}"]["Members"][1:] = [{"Id": "0", **second}]
        assert totals(tree)[0] == DEFAULT.load


@pytest.mark.parametrize(
    "mains, branches, load",
    [
        ([amps(8.0)], [amps(5.0)], 8.0),
        ([amps(8.0), amps(1.0)], [amps(5.0)], 9.0),
        # the mains are not metered
        ([{}], [amps(5.0), amps(2.0)], 7.0),
        # one of two mains is not a total, and no other source replaces it
        ([amps(8.0), {}], [amps(5.0), amps(2.0)], DEFAULT.load),
        # the second cord is not fitted, or is disabled
        ([amps(8.0), {"Status": {"State": "Absent"}}], [amps(5.0)], 8.0),
        ([amps(8.0), {**amps(3.8), "Status": {"State": "Absent"}}], [amps(5.0)], 8.0),
        ([amps(8.0), {**amps(3.8), "Status": {"State": "Disabled"}}], [amps(5.0)], 8.0),
        # it may show its last current
        ([amps(8.0), {**amps(3.8), "Status": {"State": "UnavailableOffline"}}], [], DEFAULT.load),
        ([amps(8.0), {**amps(3.8), "Status": {"State": "StandbyOffline"}}], [], 11.8),
        # nothing is listed
        ([], [amps(5.0)], 5.0),
        ([{}], [], 3.0),
        # nothing shows a current
        ([hours(7)], [amps(5.0)], 5.0),
        ([watts(7)], [amps(5.0)], 5.0),
        ([{}], [hours(5)], 3.0),
        ([{}], [{}], 3.0),
        ([{}], [amps(5.0), {}], DEFAULT.load),
        # unknown at present: no other source replaces it
        ([amps(None)], [amps(5.0)], DEFAULT.load),
        ([{"CurrentAmps": "n/a"}], [amps(5.0)], DEFAULT.load),
        ([amps(8.0), amps(None)], [amps(5.0)], DEFAULT.load),
        ([{}], [amps(None)], DEFAULT.load),
    ],
)
def test_the_load_comes_from_the_mains_else_the_branches_else_the_outlets(
    mains: list[Json], branches: list[Json], load: float
) -> None:
    tree = metered([amps(1.0), amps(2.0)], metrics=hours(9), Mains=mains, Branches=branches)

    shown_load, _energy = totals(tree)

    assert shown_load == load
    # branches are read only for mains without a current
    paths = [request.path for request in tree.requests]
    has_current = any("CurrentAmps" in circuit for circuit in mains)
    assert (f"{PDU}/Branches" in paths) is not has_current


@pytest.mark.parametrize(
    "outlets, load",
    [
        ([amps(1.0), amps(2.0)], 3.0),
        ([amps(1.0), {}], DEFAULT.load),
        ([amps(1.0), amps(None)], DEFAULT.load),
    ],
)
def test_a_sum_over_outlets_counts_only_where_all_are_metered(
    outlets: list[Json], load: float
) -> None:
    assert totals(metered(outlets))[0] == load


@pytest.mark.parametrize(
    "metrics, mains, kwh",
    [
        pytest.param(hours(56438), [hours(7)], 56438.0, id="metrics and mains: the metrics"),
        pytest.param(
            {"PowerWatts": {"Reading": 1}},
            [hours(7), hours(1)],
            8.0,
            id="metrics without a counter: the sum of the mains",
        ),
        pytest.param(None, [hours(7)], 7.0, id="no metrics: the mains"),
        pytest.param(
            None, [hours(7), {}], DEFAULT.total_consumption, id="one of two mains is not a total"
        ),
        pytest.param(
            hours(None),
            [hours(7)],
            DEFAULT.total_consumption,
            id="the metrics are not known now: no other counter replaces them",
        ),
        pytest.param({}, [hours(7)], 7.0, id="empty metrics: the mains"),
        pytest.param(
            {"EnergykWh": {"ApparentkVAh": 5}},
            [hours(7)],
            DEFAULT.total_consumption,
            id="an object without its reading is not known",
        ),
        pytest.param(
            {"EnergykWh": None},
            [hours(7)],
            DEFAULT.total_consumption,
            id="a null counter is not known",
        ),
        pytest.param(
            None,
            [{"EnergykWh": None}],
            DEFAULT.total_consumption,
            id="a null counter of the mains is not known",
        ),
        pytest.param(None, [amps(7)], 30.0, id="mains that meter the current alone: the outlets"),
        pytest.param(None, [{}], 30.0, id="mains that meter nothing: the outlets"),
    ],
)
def test_the_energy_comes_from_the_metrics_else_the_mains_else_the_outlets(
    metrics: Optional[Json], mains: list[Json], kwh: float
) -> None:
    assert totals(metered([hours(10), hours(20)], metrics=metrics, Mains=mains))[1] == kwh


def _circuit(reading: float) -> Json:
    """A, W and kWh with one number, which tells the source of a sum."""
    return {**amps(reading), **watts(reading), **hours(reading)}


SOURCES: dict[str, tuple[dict[str, Any], Optional[float]]] = {
    "the PDU": ({"metrics": {**watts(9), **hours(9)}, "Mains": [_circuit(9)]}, 9.0),
    "the mains": ({"metrics": {}, "Mains": [_circuit(4), _circuit(3)]}, 7.0),
    "the branches": ({"Mains": [{}], "Branches": [_circuit(3), _circuit(2)]}, 5.0),
    "no source, with one of two mains": (
        {"Mains": [_circuit(4), {}], "Branches": [_circuit(5)]},
        None,
    ),
    "the outlets": ({"Mains": [{}], "Branches": [{}]}, 2.0),
}


LINES = {
    "Line1ToNeutral": {"Reading": 1},
    "Line2ToNeutral": {"Reading": 2},
    "Line3ToNeutral": {"Reading": 3},
}


PAIRS_OF_LINES = {
    "Line1ToLine2": {"Reading": 1},
    "Line2ToLine3": {"Reading": 1},
    "Line3ToLine1": {"Reading": 1},
}


@pytest.mark.parametrize("source", SOURCES)
def test_current_power_and_energy_of_a_pdu_come_from_one_order_of_sources(source: str) -> None:
    parts, reading = SOURCES[source]
    with serving(metered([_circuit(1), _circuit(1)], **parts)) as address:
        figures = handler(address).measured(with_power=True)
        without_power = handler(address).measured(with_power=False)
    assert measured(figures.load_a) == reading
    assert measured(figures.power_w) == reading
    assert measured(figures.energy_kwh) == reading
    assert without_power.power_w == NOT_ASKED


def test_a_number_in_place_of_an_excerpt_is_its_reading() -> None:
    tree = metered(
        [amps(1.0), amps(2.0)],
        metrics={"PowerWatts": 412.5, "EnergykWh": 77.5},
        Mains=[{"CurrentAmps": 1.9}],
    )
    with serving(tree) as address:
        figures = handler(address).measured(with_power=True)
    assert figures.load_a == 1.9
    assert figures.energy_kwh == 77.5
    assert figures.power_w == 412.5


@pytest.mark.parametrize(
    "powers, total",
    [
        pytest.param(LINES, 6.0, id="lines"),
        pytest.param(PAIRS_OF_LINES, 3.0, id="pairs of lines"),
        pytest.param({**LINES, "Line3ToNeutral": {"Reading": None}}, None, id="one is null"),
        pytest.param(
            {"Line1ToNeutral": {"Reading": 1}, "Line3ToNeutral": {"Reading": 1}},
            None,
            id="one is missing",
        ),
        # which of them contain the others?
        pytest.param({**LINES, **PAIRS_OF_LINES}, None, id="both"),
    ],
)
def test_the_power_of_a_circuit_is_the_sum_of_its_lines(
    powers: Json, total: Optional[float]
) -> None:
    mains = {"PhaseWiringType": "ThreePhase5Wire", "PolyPhasePowerWatts": powers}
    with serving(metered([{}], Mains=[mains])) as address:
        figures = handler(address).measured(with_power=True)
    assert measured(figures.power_w) == total


def test_the_energy_does_not_fall_while_a_cord_is_pulled() -> None:
    mains = [{**amps(8.0), **hours(1000.5)}, {**amps(4.0), **hours(500.25)}]
    tree = metered([{}], Mains=mains)
    assert totals(tree) == (12.0, 1500.75)
    mains[1] = {**amps(0.0), **hours(500.25), "Status": {"State": "Absent"}}
    assert totals(metered([{}], Mains=mains)) == (8.0, 1500.75)


@pytest.mark.parametrize("counter", [{}, hours(None), {"EnergykWh": None}])
def test_a_cord_that_was_never_fitted_and_shows_no_counter_has_no_part_in_the_energy(
    counter: Json,
) -> None:
    absent = {**counter, "Status": {"State": "Absent"}}
    assert totals(metered([{}], Mains=[hours(7), absent]))[1] == 7.0


@pytest.mark.parametrize("count", [0, 1, None, "1", "0"])
@pytest.mark.parametrize("members", [{}, {"Members": None}, {"Members": []}])
def test_a_list_of_mains_without_members_is_read_by_another_source_only_if_it_counts_none(
    members: Json, count: Any
) -> None:
    tree = metered([amps(1.0)], Mains=[], Branches=[amps(5.0)])
    tree.resources[f"{PDU}/Mains"] = {**members, "Members@odata.count": count}
    if count == 0:
        assert totals(tree)[0] == 5.0
        return
    assert totals(tree)[0] == DEFAULT.load
    assert "the load cannot be read now: Mains: " in str(refused(tree, "statistic"))


NO_LINKS: list[Any] = [None, {}, [], "text", 0, {"@odata.id": None}, {"@odata.id": ""}]


@pytest.mark.parametrize("value", NO_LINKS)
@pytest.mark.parametrize("key", ["Outlets", "Mains", "Branches", "Metrics"])
def test_a_property_without_a_link_is_not_one_that_the_pdu_lacks(key: str, value: Any) -> None:
    tree = metered(
        [{**amps(1.0), **hours(10)}],
        metrics={} if key == "Branches" else hours(9000),
        Mains=[{}] if key == "Branches" else [amps(8.0)],
        Branches=[{**amps(5.0), **hours(50)}],
    )
    tree.resources[PDU][key] = value
    if key == "Outlets":
        for call in ("status", "statistic", "labels", "port_down"):
            error = refused(tree, call)
            assert error.kind == "protocol"
            assert "Outlets without a link" in str(error)
        return
    load, kwh = totals(tree)
    lost = {"Mains": (0.0, 9000.0), "Branches": (0.0, 0.0), "Metrics": (8.0, 0.0)}
    assert (load, kwh) == lost[key]
    assert f"{key} without a link" in str(refused(tree, "statistic"))


@pytest.mark.parametrize("value", NO_LINKS)
def test_a_list_of_outlets_without_a_link_is_an_error_of_one_pdu_of_several(value: Any) -> None:
    tree = Tree(two())
    tree.resources[PDU]["Mains"] = {"@odata.id": f"{PDU}/Mains"}
    tree.resources[PDU]["Outlets"] = value
    error = refused(tree)
    assert error.keys == ("pdu",)
    assert "Outlets without a link" in str(error)


# ---- the status of a part ------------------------------------------------------------------------

OLD = {**amps(3.0), **hours(100.0)}


def figures_of(tree: Tree) -> Figures:
    with serving(tree) as address:
        return handler(address).measured()


@pytest.mark.parametrize("status", [{"State": "UnavailableOffline"}, None, {"State": None}, "Off"])
def test_what_the_state_of_an_outlet_does_not_believe_its_current_and_the_sum_do_not(
    status: Any,
) -> None:
    figures = figures_of(metered([OLD, {**OLD, "Status": status}]))
    second = figures.ports["2"]
    assert isinstance(second.current_a, NotKnown)
    assert "its Status is" in second.current_a.reason
    assert isinstance(figures.load_a, NotKnown)
    # a counter keeps its last value
    assert second.energy_kwh == 100.0
    assert figures.energy_kwh == 200.0


def test_an_absent_outlet_carries_nothing_and_a_disabled_one_what_it_shows() -> None:
    absent, disabled = ({**OLD, "Status": {"State": word}} for word in ("Absent", "Disabled"))
    figures = figures_of(metered([OLD, absent, disabled]))
    assert figures.load_a == 6.0
    assert figures.energy_kwh == 300.0
    assert figures.ports["2"].current_a == NotKnown("its Status is Absent")


@pytest.mark.parametrize("mains", [{}, {"Mains": [{**amps(7.0), **hours(900.0)}]}])
@pytest.mark.parametrize("word", ["UnavailableOffline", "Absent"])
def test_of_a_pdu_that_is_not_to_be_believed_no_load_is_shown(word: str, mains: Any) -> None:
    tree = metered([OLD, OLD], **mains)
    tree.resources[PDU]["Status"] = {"State": word}
    figures = figures_of(tree)
    assert figures.load_a == NotKnown(f"the Status of the PDU is {word}")
    assert figures.inlet_a == figures.load_a
    assert figures.energy_kwh == (900.0 if mains else 200.0)
    assert all(isinstance(port.current_a, NotKnown) for port in figures.ports.values())


def test_an_absent_pdu_of_several_has_no_part_in_the_load_whatever_its_mains_show() -> None:
    """Its counter still shows what it has counted."""
    resources = two()
    pdus = (f"{PDU[:-1]}1", f"{PDU[:-1]}2")
    for pdu in pdus:
        resources[pdu]["Mains"] = {"@odata.id": f"{pdu}/Mains"}
        resources[f"{pdu}/Mains"] = {"Members": [{"Id": "AC1", **amps(7.0), **hours(900.0)}]}
    both = figures_of(Tree(resources))
    assert both.load_a == 14.0
    assert both.energy_kwh == 1800.0

    resources[pdus[1]]["Status"] = {"State": "Absent"}
    one_present = figures_of(Tree(resources))
    assert one_present.load_a == 7.0
    assert one_present.energy_kwh == 1800.0


@pytest.mark.parametrize("word", ["Absent", "Disabled"])
def test_mains_of_which_none_is_in_use_are_not_replaced_by_the_outlets(word: str) -> None:
    tree = metered([OLD], Mains=[{**amps(3.0), "Status": {"State": word}}])
    figures = figures_of(tree)
    assert figures.load_a == NotKnown("Mains: none of its parts is in use")
    assert isinstance(figures.energy_kwh, NotKnown)


def test_a_figure_that_only_other_outlets_have_is_not_metered_and_no_sum_is_the_total() -> None:
    """As of the outlet "Managed, Un-monitored Outlet A4" in DMTF's published rack PDU. DCImanager
    would show a total that is not metered as 0.
    """
    figures = figures_of(metered([OLD, amps(3.0)]))
    assert figures.ports["2"].energy_kwh is None
    assert isinstance(figures.energy_kwh, NotKnown)
    assert figures.energy_kwh.reason.endswith("and 1 of 2 parts of the sum have no meter")
    assert figures.load_a == 6.0
    without_load = {**OLD, **hours(0.0)}
    figures = figures_of(metered([without_load, amps(3.0)]))
    assert figures.energy_kwh == NotMetered("1 of 2 parts of the sum have no meter")


def test_the_current_of_an_outlet_that_is_off_is_what_it_shows() -> None:
    """Services write StandbyOffline for one: it awaits a command (DSP0268, Status.State)."""
    off = {"PowerState": "Off", **amps(0.0), **hours(5), "Status": {"State": "StandbyOffline"}}
    figures = figures_of(metered([{**amps(1.0), **hours(5)}, off]))
    assert figures.load_a == 1.0
    assert figures.energy_kwh == 10.0
    assert figures.ports["2"].current_a == 0.0


def test_of_a_list_of_circuits_whose_next_page_fails_no_sum_is_shown() -> None:
    tree = metered([amps(5.0)], Mains=[amps(8.0)])
    tree.resources[f"{PDU}/Mains"]["Members@odata.nextLink"] = f"{PDU}/MoreMains"
    tree.special[f"{PDU}/MoreMains"] = Answer(None, 500)
    assert totals(tree)[0] == DEFAULT.load


def test_an_outlets_power_is_read_only_for_tools_that_ask() -> None:
    tree = metered([{"PowerWatts": {"Reading": 700.0}}])
    with serving(tree) as address:
        powers = [
            handler(address).measured(with_power=with_power).ports["1"].power_w
            for with_power in (False, True)
        ]
    assert powers == [NOT_ASKED, 700.0]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(
    "path, load, energy",
    [
        pytest.param(f"{PDU}/Mains/2", DEFAULT.load, 9000.0, id="one of two mains"),
        pytest.param(f"{PDU}/Mains", DEFAULT.load, 9000.0, id="the list of mains"),
        pytest.param(f"{PDU}/Metrics", 9.5, DEFAULT.total_consumption, id="the metrics"),
    ],
)
def test_of_a_circuit_or_metrics_that_cannot_be_read_no_sum_is_shown_and_no_other_source(
    failure: str, path: str, load: float, energy: float
) -> None:
    """Otherwise the load or the energy would jump from one poll to the next. The mains have 8.0 A
    and 1.5 A, and the metrics 9000 kWh.
    """
    tree = metered(
        [{**amps(1.0), **hours(10)}, {**amps(2.0), **hours(20)}],
        metrics=hours(9000),
        Mains=[{**amps(8.0), **hours(7)}],
        Branches=[amps(5.0)],
    )
    tree.resources[f"{PDU}/Mains"]["Members"].append({"@odata.id": f"{PDU}/Mains/2"})
    tree.resources[f"{PDU}/Mains/2"] = {"Id": "2", **amps(1.5), **hours(3)}
    tree.special[path] = FAILURES[failure]

    view = statistic(tree)

    assert [port.consumption for port in view.ports] == [10.0, 20.0]
    assert view.load == load
    assert view.total_consumption == energy


@pytest.mark.parametrize("failure", FAILURES)
def test_of_an_outlet_that_cannot_be_read_no_figure_is_shown_and_no_sum(failure: str) -> None:
    tree = metered([{**amps(number), **hours(number)} for number in (1.0, 2.0, 3.0)])
    tree.special[f"{OUTLETS}/2"] = FAILURES[failure]

    view = statistic(tree)
    energies = {port.identity: port.consumption for port in view.ports}
    assert energies == {"1": 1.0, "3": 3.0}
    assert view.load == DEFAULT.load
    assert view.total_consumption == DEFAULT.total_consumption

    error = refused(tree, "statistic")
    assert error.keys == ("unknown_figures",)
    assert "the load cannot be read now: outlet 2: " in str(error)


def test_a_statistic_is_no_shorter_list_where_a_status_is_an_error() -> None:
    tree = metered([amps(1.0)], Mains=[amps(8.0)])
    for count in ({}, {"Members@odata.count": 0}):
        tree.resources[OUTLETS] = {"Members": [], **count}
        error = refused(tree, "statistic", unknown_figures="unset")
        assert error.kind == "protocol"
        assert "lists no outlets of this PDU" in str(error)
    del tree.resources[PDU]["Outlets"]
    error = refused(tree, "statistic", unknown_figures="unset")
    assert error.kind == "unsupported"
    assert "does not list the outlets" in str(error)


@pytest.mark.parametrize("key", ["Mains", "Branches", "Metrics"])
def test_figures_that_two_pdus_link_to_count_for_neither(key: str) -> None:
    tree = metered([amps(1.0)], Mains=[amps(8.0)])
    first = PDU
    second = PDU[:-1] + "2"
    list_of_pdus = PDU[:-2]
    tree.resources[second] = {"Id": "2", "Outlets": {"@odata.id": f"{second}/Outlets"}}
    tree.resources[f"{second}/Outlets"] = {"Members": [], "Members@odata.count": 0}
    members = [{"@odata.id": first}, {"@odata.id": second}]
    tree.resources[list_of_pdus] = {"Members": members, "Members@odata.count": 2}
    link = {"@odata.id": f"{first}/{key}"}
    tree.resources[first][key] = link
    tree.resources[second][key] = link

    error = refused(tree, "statistic", unknown_figures="unset")

    assert error.kind == "protocol"
    assert f"the same {key}" in str(error)


# ---- sensors -------------------------------------------------------------------------------------


def behind(count: int, expand: Optional[Json]) -> Tree:
    """Return a tree of a PDU whose figures are only in sensors."""

    def source(name: str) -> Json:
        return {"DataSourceUri": f"{CHASSIS}/Sensors/{name}"}

    tree = metered(
        [
            {"EnergykWh": source(f"E{number}"), "CurrentAmps": source(f"A{number}")}
            for number in range(count)
        ],
        expand,
    )
    tree.resources[PDU]["Links"] = {"Chassis": [{"@odata.id": CHASSIS}]}
    tree.resources[CHASSIS] = {"Id": "PDU", "Sensors": {"@odata.id": f"{CHASSIS}/Sensors"}}
    for number in range(count):
        for name, units in (("A", "A"), ("E", "kW.h")):
            path = f"{CHASSIS}/Sensors/{name}{number}"
            tree.resources[path] = {
                "@odata.id": path,
                "Id": f"{name}{number}",
                "Reading": number,
                "ReadingUnits": units,
            }
    tree.resources[f"{CHASSIS}/Sensors"] = {
        "Members": [{"@odata.id": path} for path in tree.resources if "/Sensors/" in path]
    }
    return tree


_LIST = f"{CHASSIS}/Sensors"


def _answered(status: int, _: Tree) -> Answer:
    return Answer(None, status)


def _listed(change: Json) -> Callable[[Tree], Answer]:
    return lambda tree: Answer({**tree.resources[_LIST], **change})


def _odd_link(tree: Tree) -> Answer:
    links = [entry["@odata.id"] for entry in tree.resources[_LIST]["Members"]]
    first, *others = [dict(tree.resources[link]) for link in links]
    return Answer({"Members": [{**first, "@odata.id": "//odd"}, *others]})


SHORTCUTS: dict[str, tuple[str, Callable[[Tree], Answer]]] = {
    "no chassis": (CHASSIS, lambda tree: Answer(None, 404)),
    **{
        f"refused with {status}": (_LIST, functools.partial(_answered, status))
        for status in (400, 404, 429, 500, 503)
    },
    "only links": (_LIST, _listed({})),
    "a larger count": (_LIST, _listed({"Members@odata.count": 41})),
    "no members": (_LIST, _listed({"Members": None})),
    "another list": (_LIST, _listed({"@odata.id": "/redfish/v1/Chassis/PDU/Other"})),
    "a page elsewhere": (_LIST, _listed({"Members@odata.nextLink": "https://evil.example/"})),
    "a sensor with an odd link": (_LIST, _odd_link),
}


@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_without_a_usable_list_of_sensors_they_are_read_one_by_one(shortcut: str) -> None:
    tree, (path, answer) = behind(20, EXPAND), SHORTCUTS[shortcut]
    tree.special[path] = answer(tree)
    assert totals(tree) == (190.0, 190.0)


@pytest.mark.parametrize(
    "odd",
    [
        {"@odata.id": f"{CHASSIS}/Sensors/A2"},
        {"error": {}},
        {"Reading": 1, "ReadingUnits": "W"},
        {"Reading": 1, "ReadingUnits": "mA"},
        {"Reading": 1},
    ],
)
def test_a_sensor_that_is_another_one_leaves_only_its_own_figure_unset(odd: Json) -> None:
    tree = behind(3, None)
    tree.special[f"{CHASSIS}/Sensors/A1"] = Answer({"Id": "A1", **odd})
    assert totals(tree) == (DEFAULT.load, 3.0)


def test_a_sensor_that_the_login_may_not_read_raises_denied() -> None:
    tree = behind(3, None)
    tree.special[f"{CHASSIS}/Sensors/A1"] = Answer(None, 403)
    assert refused(tree, "statistic", unknown_figures="unset").kind == "denied"
