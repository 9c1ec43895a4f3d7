"""DMTF's sample rack PDU: states, figures, labels and the number of requests."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared.meter_figures import NotMetered
from pdu_common.helper import EnumPowerStatus

from .tree import Json, Tree, dmtf, handler, serving

UP, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.UNKNOWN
PDU = "/redfish/v1/PowerEquipment/RackPDUs/1"
STATES = [
    *((name, UP) for name in ("A1", "A2", "A3", "A4")),
    ("A5", UNKNOWN),
    *((name, UP) for name in ("B1", "B2", "B3", "C1", "C2", "C3")),
]


def states(handler_: Any) -> list[tuple[str, EnumPowerStatus]]:
    return [(port.identity, port.power_status) for port in handler_.status().ports]


def test_a_status_reads_eleven_outlets_in_three_requests_over_one_connection() -> None:
    tree = Tree(dmtf())
    with serving(tree) as address:
        assert states(handler(address)) == STATES
    assert tree.targets == [
        "/redfish/v1/",
        "/redfish/v1/PowerEquipment?$expand=.($levels=2)",
        f"{PDU}/Outlets?$expand=.($levels=1)",
    ]
    assert tree.connections == 1


def energies(tree: dict[str, Json]) -> dict[str, Any]:
    """Return the energy in kWh of each outlet from DMTF's files; None for an outlet without a
    figure.
    """
    outlets = [tree[reference["@odata.id"]] for reference in tree[f"{PDU}/Outlets"]["Members"]]
    return {outlet["Id"]: outlet.get("EnergykWh", {}).get("Reading") for outlet in outlets}


@pytest.mark.parametrize("expand, requests", [(True, 5), (False, 2 + 3 + 11 + 3)])
def test_the_load_comes_from_the_mains_and_the_energy_from_the_metrics(
    expand: bool, requests: int
) -> None:
    tree = Tree(dmtf())
    lines = tree.resources[f"{PDU}/Mains/AC1"]["PolyPhaseCurrentAmps"]
    metrics = tree.resources[f"{PDU}/Metrics"]
    sum_of_lines = sum(lines[name]["Reading"] for name in ("Line1", "Line2", "Line3"))
    assert sum_of_lines == pytest.approx(23.59)
    assert metrics["EnergykWh"]["Reading"] == 56438
    if not expand:
        del tree.resources["/redfish/v1"]["ProtocolFeaturesSupported"]

    with serving(tree) as address:
        statistic = handler(address).statistic()

    assert statistic.load == pytest.approx(23.59)
    assert statistic.total_consumption == 56438
    assert len(tree.targets) == requests


def test_each_outlet_with_an_energy_has_its_own() -> None:
    tree = Tree(dmtf())
    expected = energies(tree.resources)
    assert expected["B1"] == 36166
    for without_figure in ("A4", "A5"):
        assert expected.pop(without_figure) is None
    expected = {name: hours for name, hours in expected.items() if hours is not None}

    with serving(tree) as address:
        statistic = handler(address).statistic()

    consumptions = {port.identity: port.consumption for port in statistic.ports}
    assert consumptions == expected


def test_the_watts_come_from_the_metrics_and_not_from_lines_that_do_not_add_up() -> None:
    tree = Tree(dmtf())
    metrics = tree.resources[f"{PDU}/Metrics"]
    lines = tree.resources[f"{PDU}/Mains/AC1"]["PolyPhasePowerWatts"]
    assert metrics["PowerWatts"]["Reading"] == 6438
    assert sum(line["Reading"] for line in lines.values()) == pytest.approx(2734.8)

    with serving(tree) as address:
        figures = handler(address).measured(with_power=True)

    assert figures.power_w == 6438
    assert isinstance(figures.inlet_w, NotMetered)
    assert "lines against the neutral and pairs of lines" in figures.inlet_w.reason
    assert len(tree.targets) == 5


def test_labels_hold_the_outlets_names() -> None:
    with serving(Tree(dmtf())) as address:
        assert handler(address).labels()[:2] == [
            ("A1", "A1", "Outlet A1, Branch Circuit A"),
            ("A2", "A2", "Outlet A2, Branch Circuit A"),
        ]
