"""The simulated Redfish service serves the tree that DMTF publishes."""

from __future__ import annotations

import json

import pytest

from tests import witnesses

from .redfish import RedfishService, units
from .redfish_client import OUTLETS, V1, Client


@pytest.mark.against("DMTF's published tree")
def test_dmtfs_tree_is_served_unchanged_and_its_outlets_switch() -> None:
    folder = witnesses.path(witnesses.PUBLIC_PDU)
    with RedfishService(units.dmtf(folder)) as service, Client(service) as client:
        books = service.books()
        assert list(books.states) == [
            "A1",
            "A2",
            "A3",
            "A4",
            "A5",
            "B1",
            "B2",
            "B3",
            "C1",
            "C2",
            "C3",
        ]
        assert {id for id, state in books.states.items() if state is None} == {"A5"}
        assert (books.load_a, books.energy_kwh, books.port_energy_kwh["A1"]) == (
            23.59,
            56438.0,
            36166.0,
        )
        for path in (
            f"{OUTLETS}/A5",
            f"{V1}/PowerEquipment/RackPDUs/1/Mains/AC1",
            f"{V1}/Chassis/PDU/Sensors/CurrentA1",
        ):
            published = json.loads(
                (folder / path[len(V1) + 1 :] / "index.json").read_text(encoding="utf-8")
            )
            shown = client.get(path)
            shown.pop("@odata.etag")
            assert shown == published
        assert client.switch("A1", "Off").status == 204
        assert service.books().states["A1"] is False and client.outlet("A1")["PowerState"] == "Off"
