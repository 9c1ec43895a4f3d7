"""States, names and Ids, links, and the form of expansion that a service root offers."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.http.login import Login
from handlers.http.message import Endpoint
from handlers.redfish.links import expansion, path
from handlers.redfish.resources import doubt, required_id, state
from handlers.shared.errors import ProtocolError
from pdu_common.helper import EnumPowerStatus

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
HERE = Endpoint("https", "pdu.example", 443)


@pytest.mark.parametrize(
    "outlet, power_status",
    [
        ({"PowerState": "On"}, UP),
        ({"PowerState": "Off"}, DOWN),
        ({"PowerState": "PoweringOn"}, UNKNOWN),
        ({"PowerState": "PoweringOff"}, UNKNOWN),
        ({"PowerState": "Paused"}, UNKNOWN),
        ({"PowerState": None}, UNKNOWN),
        ({}, UNKNOWN),
        ({"PowerState": "on"}, UNKNOWN),
        ({"PowerState": True}, UNKNOWN),
        ({"PowerState": ["On"]}, UNKNOWN),
        ({"PowerEnabled": True}, UNKNOWN),
        ({"PowerState": "On", "PowerStateInTransition": True}, UNKNOWN),
        ({"PowerState": "Off", "PowerStateInTransition": True}, UNKNOWN),
        ({"PowerState": "Off", "PowerStateInTransition": False}, DOWN),
        ({"PowerState": "Off", "PowerStateInTransition": None}, UNKNOWN),
        ({"PowerState": "On", "PowerEnabled": False}, UNKNOWN),
        ({"PowerState": "Off", "PowerEnabled": False}, DOWN),
        ({"PowerState": "Off", "PowerEnabled": True}, DOWN),
        ({"PowerState": "On", "Status": {"State": "Absent"}}, UNKNOWN),
        ({"PowerState": "Off", "Status": {"State": "Disabled"}}, DOWN),
    ],
)
def test_only_an_on_or_off_that_no_other_field_contradicts_is_a_state(
    outlet: dict[str, Any], power_status: EnumPowerStatus
) -> None:
    assert state(outlet, {}) is power_status
    assert bool(doubt(outlet, {})) is (power_status is UNKNOWN)


@pytest.mark.parametrize(
    "outlet, pdu, words",
    [
        ({}, {}, "its PowerState is missing"),
        ({"PowerState": "PoweringOn"}, {}, "its PowerState is 'PoweringOn'"),
        (
            {"PowerState": "On", "PowerEnabled": False},
            {},
            "its PowerState is On, and its PowerEnabled false",
        ),
        ({"PowerStateInTransition": True}, {}, "its PowerStateInTransition is True"),
        ({"PowerState": "On", "Status": {"State": "Absent"}}, {}, "its Status is Absent"),
        (
            {"PowerState": "On"},
            {"Status": {"State": "UnavailableOffline"}},
            "its PDU's Status is UnavailableOffline",
        ),
    ],
)
def test_a_doubt_names_the_field(outlet: dict[str, Any], pdu: dict[str, Any], words: str) -> None:
    assert doubt(outlet, pdu) == words


@pytest.mark.parametrize(
    "link",
    [
        "http://pdu.example/A",
        "https://evil.example/A",
        "https://pdu.example:8443/A",
        "https://pdu.example:0/A",
        "https://pdu.example.evil.example/A",
        "https://user@pdu.example/A",
        "https://pdu.example@evil.example/A",
        "//evil.example/A",
        "///evil.example/A",
        "https:///A",
        "file:///etc/passwd",
        "href/redfish/v1/A",
        "A",
        "",
        "/A\r\nX-Evil: 1",
        "/A\\B",
        "/A#/B",
        "https://pdu.example:x/A",
        "https://[pdu.example/A",
        "/\ud800",
        None,
        1,
        ["/A"],
        "/" + "A" * 3000,
    ],
)
def test_links_to_another_service_and_invalid_links_are_refused(link: object) -> None:
    with pytest.raises(ProtocolError) as error_info:
        path(link, HERE, Login("admin", "secret-word"))
    # can be printed, even if the link has half of a surrogate pair
    str(error_info.value).encode()


def test_a_link_that_carries_the_login_is_not_shown() -> None:
    with pytest.raises(ProtocolError) as error_info:
        path("https://secret-word.evil.example/A", HERE, Login("admin", "secret-word"))
    assert "secret-word" not in str(error_info.value)


@pytest.mark.parametrize(
    "offered, one_level, two_levels",
    [
        (
            {"NoLinks": True, "Levels": True, "MaxLevels": 6},
            "?$expand=.($levels=1)",
            "?$expand=.($levels=2)",
        ),
        ({"NoLinks": True, "Levels": True, "MaxLevels": 1}, "?$expand=.($levels=1)", ""),
        ({"NoLinks": True, "Levels": True}, "?$expand=.($levels=1)", ""),
        ({"NoLinks": True}, "?$expand=.", ""),
        (
            {"ExpandAll": True, "Levels": True, "MaxLevels": 2},
            "?$expand=*($levels=1)",
            "?$expand=*($levels=2)",
        ),
        ({"ExpandAll": True, "NoLinks": True}, "?$expand=.", ""),
        ({"Links": True, "Levels": True, "MaxLevels": 6}, "", ""),
        ({}, "", ""),
        (None, "", ""),
        ({"NoLinks": "true"}, "", ""),
        ({"NoLinks": True, "Levels": True, "MaxLevels": "6"}, "", ""),
    ],
)
def test_expansion_is_requested_in_the_offered_form(
    offered: Any, one_level: str, two_levels: str
) -> None:
    root = {"ProtocolFeaturesSupported": {"ExpandQuery": offered}}
    assert expansion(root, 1) == one_level
    assert expansion(root, 2) == two_levels


@pytest.mark.parametrize("found", [None, 1, "", " A1", "A\x1b[31m", "A" * 201])
def test_an_invalid_id_is_not_an_identity(found: object) -> None:
    with pytest.raises(ProtocolError):
        required_id({"Id": found})
