"""`pdu identify` for Redfish services: which outlets can be read and switched, and why others
cannot.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest

from handlers.redfish.handler import make_handler
from handlers.shared.errors import Unsupported
from pdu.recordings.redfish import tree as redfish_tree
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.pdu.recordings.planted_devices import Printed, Unit, arguments, identified, replayed
from tests.pdu.recordings.recording_formats import identity
from tests.simulators.redfish import RedfishService, units as redfish_units


def test_a_redfish_action_without_values_is_usable_where_the_settings_permit_it() -> None:
    pdus = "/redfish/v1/PowerEquipment/RackPDUs"
    outlet = {
        "Id": "A1",
        "PowerState": "On",
        "Actions": {"#Outlet.PowerControl": {"target": f"{pdus}/1/Outlets/A1/Switch"}},
    }
    text = redfish_tree.tree_text(
        {
            "/redfish/v1": {"PowerEquipment": {"@odata.id": "/redfish/v1/PowerEquipment"}},
            "/redfish/v1/PowerEquipment": {"RackPDUs": {"@odata.id": pdus}},
            pdus: {"Members": [{"@odata.id": f"{pdus}/1"}]},
            f"{pdus}/1": {"Id": "1", "Outlets": {"@odata.id": f"{pdus}/1/Outlets"}},
            f"{pdus}/1/Outlets": {"Members": [{"@odata.id": f"{pdus}/1/Outlets/A1"}]},
            f"{pdus}/1/Outlets/A1": outlet,
        }
    )
    with replayed("redfish", text) as unit:
        assert isinstance(unit.data, PduData)
        found = [
            identity(
                "redfish",
                PduData(unit.data.ip, {**unit.data.custom_params, "switch_unproven": value}),
            )
            for value in ("no", "yes")
        ]
    assert [any(line.startswith("switch 1 of 1") for line in one.can) for one in found] == [
        False,
        True,
    ]
    assert [any("switch_unproven" in line for line in one.cannot) for one in found] == [True, False]


def test_redfish_outlets_that_the_handler_refuses_to_switch_are_not_counted_as_switchable() -> None:
    pdus = "/redfish/v1/PowerEquipment/RackPDUs"

    def outlet(
        number: int, target: str = "", values: Sequence[str] = ("On", "Off"), **more: Any
    ) -> Any:
        own = f"{pdus}/1/Outlets/A{number}"
        return {
            "@odata.id": own,
            "Id": f"A{number}",
            "PowerState": "On",
            **more,
            "Actions": {
                "#Outlet.PowerControl": {
                    "target": target or f"{own}/Switch",
                    "PowerState@Redfish.AllowableValues": values,
                }
            },
        }

    outlets = [
        outlet(1),
        outlet(2, f"{pdus}/1/Outlets/A1/Switch"),
        outlet(3, values=["PowerCycle"]),
        outlet(4, PowerControlLocked=True),
        outlet(5, "https://evil.example/Switch"),
        {**outlet(6), "@odata.id": f"https://evil.example{pdus}/1/Outlets/A6"},
    ]
    text = redfish_tree.tree_text(
        {
            "/redfish/v1": {"PowerEquipment": {"@odata.id": pdus}},
            pdus: {"Members": [{"@odata.id": f"{pdus}/1"}]},
            f"{pdus}/1": {"Id": "1", "Outlets": {"@odata.id": f"{pdus}/1/Outlets"}},
            f"{pdus}/1/Outlets": {"Members": outlets},
        }
    )
    with replayed("redfish", text) as unit:
        assert isinstance(unit.data, PduData)
        found = [
            identity(
                "redfish",
                PduData(unit.data.ip, {**unit.data.custom_params, "switch_unproven": value}),
            )
            for value in ("no", "yes")
        ]
    assert [
        [line.partition(" outlets")[0] for line in one.can if line.startswith("switch")]
        for one in found
    ] == [["switch 1 of 6"], ["switch 2 of 6"]]
    assert [
        [line.partition(":")[0] for line in one.cannot if line.startswith("switch")]
        for one in found
    ] == [["switch 1 outlet without switch_unproven=yes", "switch 4 outlets"], ["switch 4 outlets"]]


@pytest.mark.parametrize(
    "own, target, can",
    [
        ("Outlets/A1", "Outlets/A1/Switch", True),
        ("Elsewhere/A1", "Outlets/A1/Switch", True),
        ("Elsewhere/A1", "Elsewhere/A1/Switch", False),
        ("", "Elsewhere/A1/Switch", False),
    ],
)
def test_the_target_of_a_redfish_action_must_be_below_the_link_to_the_outlet(
    own: str, target: str, can: bool
) -> None:
    pdus = "/redfish/v1/PowerEquipment/RackPDUs"
    outlet = {
        "Id": "A1",
        "PowerState": "On",
        **({"@odata.id": f"{pdus}/1/{own}"} if own else {}),
        "Actions": {
            "#Outlet.PowerControl": {
                "target": f"{pdus}/1/{target}",
                "PowerState@Redfish.AllowableValues": ["On", "Off"],
            }
        },
    }
    text = redfish_tree.tree_text(
        {
            "/redfish/v1": {"PowerEquipment": {"@odata.id": pdus}},
            pdus: {"Members": [{"@odata.id": f"{pdus}/1"}]},
            f"{pdus}/1": {"Id": "1", "Outlets": {"@odata.id": f"{pdus}/1/Outlets"}},
            f"{pdus}/1/Outlets": {"Members": [{"@odata.id": f"{pdus}/1/Outlets/A1"}]},
            f"{pdus}/1/Outlets/A1": outlet,
        }
    )
    with replayed("redfish", text) as unit:
        assert isinstance(unit.data, PduData)
        found = identity("redfish", unit.data)
        device = make_handler(unit.data)
        with contextlib.nullcontext() if can else pytest.raises(Unsupported, match="not below"):
            device.port_down(PduPortView(identity="A1", power_status=EnumPowerStatus.UP))
    assert any(line.startswith("switch 1 of 1") for line in found.can) is can


def test_hpe_outlets_whose_configuration_cannot_be_read_are_not_counted_as_switchable() -> None:
    with RedfishService(redfish_units.hpe(), tls=False) as unit:

        def rewrite(target: str, body: Any) -> Any:
            return (
                {key: one for key, one in body.items() if key != "OnDelay"}
                if target.endswith("/OUTLET3")
                else body
            )

        unit.rewrite = rewrite
        found = identity(
            "redfish",
            PduData(
                f"{unit.host}:{unit.port}",
                {
                    "scheme": "http",
                    "username": unit.user,
                    "password": unit.password,
                    "switch_unproven": "yes",
                },
            ),
        )
    assert [line for line in found.can if line.startswith("switch 7 of 8 outlets")]
    assert [
        line
        for line in found.cannot
        if line.startswith("switch 1 outlet: ") and "configuration cannot be read" in line
    ]


def test_redfish_outlets_of_one_identity_cannot_be_read_or_switched() -> None:
    pdus = "/redfish/v1/PowerEquipment/RackPDUs"
    outlets = [
        {
            "Id": "A1",
            "PowerState": "On",
            "Actions": {
                "#Outlet.PowerControl": {
                    "target": f"{pdus}/1/Outlets/{link}/Switch",
                    "PowerState@Redfish.AllowableValues": ["On", "Off"],
                }
            },
        }
        for link in "ab"
    ]
    text = redfish_tree.tree_text(
        {
            "/redfish/v1": {"PowerEquipment": {"@odata.id": pdus}},
            pdus: {"Members": [{"@odata.id": f"{pdus}/1"}]},
            f"{pdus}/1": {"Id": "1", "Outlets": {"@odata.id": f"{pdus}/1/Outlets"}},
            f"{pdus}/1/Outlets": {"Members": outlets},
        }
    )
    with replayed("redfish", text) as unit:
        found = identity("redfish", unit.data)
    assert not found.can
    assert [
        line for line in found.cannot if "two outlets that are called 'A1'" in line
    ] == found.cannot
    assert [line.partition(":")[0] for line in found.cannot] == [
        "read states",
        "switch",
        "report load and energy",
    ]


def test_the_values_of_another_resource_decide_whether_an_outlet_is_switchable() -> None:
    pdus = "/redfish/v1/PowerEquipment/RackPDUs"
    infos: dict[str, dict[str, Any]] = {
        "Both": {"AllowableValues": ["On", "Off"]},
        "Cycle": {"AllowableValues": ["PowerCycle"]},
        "None": {},
    }
    listed = {
        f"{pdus}/1/{name}": {"Parameters": [{"Name": "PowerState", **values}]}
        for name, values in infos.items()
    }
    links = [f"{pdus}/1/{name}" for name in (*infos, "Both", "Missing")] + [
        "https://evil.example/Both"
    ]
    outlets = [
        {
            "@odata.id": f"{pdus}/1/Outlets/A{number}",
            "Id": f"A{number}",
            "PowerState": "On",
            "Actions": {
                "#Outlet.PowerControl": {
                    "target": f"{pdus}/1/Outlets/A{number}/Switch",
                    "@Redfish.ActionInfo": link,
                }
            },
        }
        for number, link in enumerate(links, 1)
    ]
    text = redfish_tree.tree_text(
        {
            "/redfish/v1": {"PowerEquipment": {"@odata.id": pdus}},
            pdus: {"Members": [{"@odata.id": f"{pdus}/1"}]},
            **listed,
            f"{pdus}/1": {"Id": "1", "Outlets": {"@odata.id": f"{pdus}/1/Outlets"}},
            f"{pdus}/1/Outlets": {"Members": outlets},
        }
    )
    with replayed("redfish", text) as unit:
        found = identity("redfish", unit.data)
    assert [line.partition(" (")[0] for line in found.can if line.startswith("switch")] == [
        "switch 2 of 6 outlets"
    ]
    assert [line.partition(":")[0] for line in found.cannot if line.startswith("switch")] == [
        "switch 1 outlet without switch_unproven=yes",
        "switch 3 outlets",
    ]


def test_states_cannot_be_read_if_all_outlets_of_a_redfish_service_are_unknown(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedfishService(redfish_units.metered()) as unit:
        monkeypatch.setenv("PDU_PASSWORD", unit.password)
        data = PduData(
            unit.host, {"port": str(unit.port), "username": unit.user, "ca_pem": unit.ca_pem}
        )
        report = identified(capsys, 0, *arguments(Unit("redfish", data)), "--handler", "redfish")
    found = report["handlers"][0]
    assert found["cannot"][0] == "read states: all unknown (12 outlets)"
    assert not any("states" in line for line in found["can"]) and "state" not in found["evidence"]
