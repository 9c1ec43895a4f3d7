"""`pdu identify` for Redfish services: which outlets can be read and switched, and why others
cannot.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Optional

import pytest

from handlers.redfish.handler import make_handler
from handlers.shared.errors import ProtocolError, Unsupported
from pdu.inspection.finding import HandlerFinding
from pdu.recordings.web import har
from pdu.recordings.web.har import Effect, RecordedOutlet
from pdu.recordings.web.state_columns import Pointer
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.pdu.recordings.planted_devices import (
    Printed,
    Unit,
    arguments,
    identified,
    replayed,
    text_of_answers,
)
from tests.pdu.recordings.recording_formats import identity
from tests.simulators.redfish import RedfishService, units as redfish_units

PDUS = "/redfish/v1/PowerEquipment/RackPDUs"
OUTLETS = f"{PDUS}/1/Outlets"


def outlet(
    name: str = "A1",
    target: str = "",
    values: Optional[Sequence[str]] = ("On", "Off"),
    **members: Any,
) -> dict[str, Any]:
    """An outlet whose action takes these values; None: it does not say which."""
    action: dict[str, Any] = {"target": target or f"{OUTLETS}/{name}/Switch"}
    if values is not None:
        action["PowerState@Redfish.AllowableValues"] = values
    actions = {"#Outlet.PowerControl": action}
    row = {"@odata.id": f"{OUTLETS}/{name}", "Id": name, "PowerState": "On"}
    return {**row, "Actions": actions, **members}


def service(outlets: Sequence[Mapping[str, Any]], resources: Mapping[str, Any] = {}) -> str:
    """A recording of a service with one PDU with these outlets, and other `resources` by path."""
    return text_of_answers(
        "redfish",
        {
            "/redfish/v1": {"PowerEquipment": {"@odata.id": PDUS}},
            PDUS: {"Members": [{"@odata.id": f"{PDUS}/1"}]},
            f"{PDUS}/1": {"Id": "1", "Outlets": {"@odata.id": OUTLETS}},
            OUTLETS: {"Members": [*outlets]},
            **resources,
        },
    )


def finding(unit: Unit, **settings: str) -> HandlerFinding:
    assert isinstance(unit.data, PduData)
    return identity("redfish", PduData(unit.data.ip, {**unit.data.custom_params, **settings}))


def switchable(lines: Sequence[str]) -> list[str]:
    """The lines about switching, without their reasons."""
    return [
        line.partition(":")[0].partition(" (")[0] for line in lines if line.startswith("switch")
    ]


def test_an_action_without_values_is_usable_where_the_settings_permit_it() -> None:
    with replayed("redfish", service([outlet(values=None)])) as unit:
        default, unproven = finding(unit), finding(unit, switch_unproven="yes")
    assert switchable(default.can) == []
    assert any("switch_unproven" in line for line in default.cannot)
    assert switchable(unproven.can) == ["switch 1 of 1 outlet"]
    assert switchable(unproven.cannot) == []


def test_outlets_that_the_handler_refuses_to_switch_are_not_counted_as_switchable() -> None:
    evil = "https://evil.example"
    outlets = [
        outlet("A1"),
        outlet("A2", f"{OUTLETS}/A1/Switch"),
        outlet("A3", values=["PowerCycle"]),
        outlet("A4", PowerControlLocked=True),
        outlet("A5", f"{evil}/Switch"),
        {**outlet("A6"), "@odata.id": f"{evil}{OUTLETS}/A6"},
    ]
    with replayed("redfish", service(outlets)) as unit:
        default, unproven = finding(unit), finding(unit, switch_unproven="yes")
    assert switchable(default.can) == ["switch 1 of 6 outlets"]
    assert switchable(default.cannot) == [
        "switch 1 outlet without switch_unproven=yes",
        "switch 4 outlets",
    ]
    assert switchable(unproven.can) == ["switch 2 of 6 outlets"]
    assert switchable(unproven.cannot) == ["switch 4 outlets"]


def test_two_pdus_with_one_id_are_an_error_that_names_it() -> None:
    second = {"Id": "1", "Outlets": {"@odata.id": f"{PDUS}/2/Outlets"}}
    members = [{"@odata.id": f"{PDUS}/1"}, {"@odata.id": f"{PDUS}/2"}]
    resources = {PDUS: {"Members": members}, f"{PDUS}/2": second}
    with replayed("redfish", service([outlet()], resources)) as unit:
        with pytest.raises(ProtocolError, match="lists two PDUs with the Id '1'"):
            finding(unit)


@pytest.mark.parametrize(
    "own, target, can",
    [
        ("Outlets/A1", "Outlets/A1/Switch", True),
        ("Elsewhere/A1", "Outlets/A1/Switch", True),
        ("Elsewhere/A1", "Elsewhere/A1/Switch", False),
        ("", "Elsewhere/A1/Switch", False),
    ],
)
def test_the_target_of_an_action_must_be_below_the_link_to_the_outlet(
    own: str, target: str, can: bool
) -> None:
    member = outlet(target=f"{PDUS}/1/{target}")
    del member["@odata.id"]
    if own:
        member["@odata.id"] = f"{PDUS}/1/{own}"
    text = service([{"@odata.id": f"{OUTLETS}/A1"}], {f"{OUTLETS}/A1": member})
    place = Pointer(f"GET {OUTLETS}/A1", ("PowerState",))
    off = Effect(f"POST {PDUS}/1/{target} {{any}}", {place: "Off"})
    outlets = {"A1": RecordedOutlet(True, on=Effect(answer_values={place: "On"}), off=off)}
    text = har.parse(text)._replace(outlets=outlets).text
    with replayed("redfish", text) as unit:
        assert isinstance(unit.data, PduData)
        lines = switchable(finding(unit).can)
        device = make_handler(unit.data)
        with contextlib.nullcontext() if can else pytest.raises(Unsupported, match="not below"):
            device.port_down(PduPortView(identity="A1", power_status=EnumPowerStatus.UP))
    assert bool(lines) is can


def test_hpe_outlets_whose_configuration_cannot_be_read_are_not_counted_as_switchable() -> None:
    def rewrite(target: str, body: Any) -> Any:
        is_third = target.endswith("/OUTLET3")
        return {key: body[key] for key in body if key != "OnDelay" or not is_third}

    with RedfishService(redfish_units.hpe(), tls=False) as unit:
        unit.rewrite = rewrite
        form = {"scheme": "http", "username": unit.user, "password": unit.password}
        data = PduData(f"{unit.host}:{unit.port}", {**form, "switch_unproven": "yes"})
        hpe = identity("redfish", data)
    assert switchable(hpe.can) == ["switch 7 of 8 outlets"]
    (reason,) = [line for line in hpe.cannot if line.startswith("switch 1 outlet: ")]
    assert "configuration cannot be read" in reason


def test_outlets_of_one_identity_cannot_be_read_or_switched() -> None:
    with replayed(
        "redfish", service([outlet(target=f"{OUTLETS}/{link}/Switch") for link in "ab"])
    ) as unit:
        twins = finding(unit)
    assert not twins.can
    assert all("two outlets that are called 'A1'" in line for line in twins.cannot)
    reads = ["read states", "switch", "report load and energy"]
    assert [line.partition(":")[0] for line in twins.cannot] == reads


def test_the_values_of_another_resource_decide_whether_an_outlet_is_switchable() -> None:
    values_by_info = {
        "OnAndOff": {"AllowableValues": ["On", "Off"]},
        "CycleAlone": {"AllowableValues": ["PowerCycle"]},
        "WithoutValues": {},
    }
    infos = {
        f"{PDUS}/1/{name}": {"Parameters": [{"Name": "PowerState", **values}]}
        for name, values in values_by_info.items()
    }
    link_of_each_outlet = [
        f"{PDUS}/1/OnAndOff",  # switchable
        f"{PDUS}/1/OnAndOff",
        f"{PDUS}/1/WithoutValues",  # only if the owner confirms it by switch_unproven
        f"{PDUS}/1/CycleAlone",  # not switchable
        f"{PDUS}/1/NoSuchInfo",
        "https://evil.example/OnAndOff",  # another host is not asked
    ]
    outlets = []
    for number, link in enumerate(link_of_each_outlet, 1):
        member = outlet(f"A{number}", values=None)
        member["Actions"]["#Outlet.PowerControl"]["@Redfish.ActionInfo"] = link
        outlets.append(member)
    with replayed("redfish", service(outlets, infos)) as unit:
        outcome = finding(unit)
    assert switchable(outcome.can) == ["switch 2 of 6 outlets"]
    assert switchable(outcome.cannot) == [
        "switch 1 outlet without switch_unproven=yes",
        "switch 3 outlets",
    ]


def test_states_cannot_be_read_if_all_outlets_are_unknown(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedfishService(redfish_units.metered()) as unit:
        monkeypatch.setenv("PDU_PASSWORD", unit.password)
        data = PduData(
            unit.host, {"port": str(unit.port), "username": unit.user, "ca_pem": unit.ca_pem}
        )
        report = identified(capsys, 0, *arguments(Unit("redfish", data)), "--handler", "redfish")
    row = report["handlers"][0]
    assert row["cannot"][0] == "read states: all unknown (12 outlets)"
    assert not any("states" in line for line in row["can"])
    assert "state" not in row["evidence"]
