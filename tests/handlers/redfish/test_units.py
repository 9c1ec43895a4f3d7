"""PDUs, their outlets and identities, inconsistent lists, expansion, connections, and a moved
service root.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from handlers.redfish.members import MOST_MEMBERS, members
from handlers.redfish.service import RedfishService
from handlers.redfish.settings import read_settings
from handlers.shared.errors import NoSuchOutlet, PduHandlerError, Unsupported
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView

from .tree import (
    EXPAND,
    OUTLETS,
    PASSWORD,
    USER,
    Answer,
    Json,
    Seen,
    Tree,
    handler,
    outlet,
    serving,
    unit,
)

ROOT = "/redfish/v1"
RACKS = f"{ROOT}/PowerEquipment/RackPDUs"


def two() -> dict[str, Json]:
    """Return the resources of a service with two PDUs."""
    resources = unit()
    resources[f"{RACKS}/2"] = {
        **resources[f"{RACKS}/1"],
        "Id": "2",
        "Outlets": {"@odata.id": f"{RACKS}/2/Outlets"},
    }
    resources[f"{RACKS}/2/Outlets"] = {"Members": [outlet("1", "Off")], "Members@odata.count": 1}
    resources[RACKS] = {
        "Members": [{"@odata.id": f"{RACKS}/{number}"} for number in (1, 2)],
        "Members@odata.count": 2,
    }
    return resources


def identities(tree: Tree, **settings: str) -> list[str]:
    with serving(tree) as address:
        return [port.identity for port in handler(address, **settings).status().ports]


def refused(tree: Tree, **settings: str) -> PduHandlerError:
    with serving(tree) as address, pytest.raises(PduHandlerError) as error_info:
        handler(address, **settings).status()
    return error_info.value


def test_several_pdus_have_prefixed_identities_and_one_can_be_chosen() -> None:
    assert identities(Tree(two())) == ["1.1", "1.2", "2.1"]
    assert identities(Tree(two()), pdu="1") == ["1.1", "1.2"]
    assert identities(Tree(two()), pdu="2") == ["2.1"]
    error = refused(Tree(two()), pdu="3")
    assert error.kind == "settings" and "'1', '2'" in str(error)


def test_choosing_a_pdu_from_an_unlisted_collection_is_a_settings_error() -> None:
    # Links is an object of PowerEquipment, but not a collection
    for name in ("Strips", "Links"):
        tree = two()
        tree["/redfish/v1/PowerEquipment"]["Links"] = {"Oem": {}}
        error = refused(Tree(tree), pdu=f"{name}/1")
        assert (
            error.kind == "settings"
            and error.keys == ("pdu",)
            and f"nothing in the collection '{name}'" in str(error)
        )


@pytest.mark.parametrize("expands", [True, False])
def test_the_outlets_of_one_pdu_are_not_taken_for_those_of_another(expands: bool) -> None:
    """The request for PDU 2's outlets gets those of PDU 1, as from a proxy that confuses two
    answers.
    """
    resources = two()
    for path, resource in resources.items():
        resource["@odata.id"] = path
    first = f"{RACKS}/1/Outlets"
    tree = Tree(resources)
    tree.expands = expands
    assert identities(tree) == ["1.1", "1.2", "2.1"]
    tree.special[f"{RACKS}/2/Outlets"] = lambda request: Answer(tree.expanded(resources[first], 1))
    assert identities(tree, pdu="1") == ["1.1", "1.2"]
    for settings in ({}, {"pdu": "2"}):
        error = refused(tree, **settings)
        assert error.kind == "protocol" and "a resource other than" in str(error)


def test_two_outlets_of_different_pdus_with_one_identity_are_an_error() -> None:
    resources = two()
    # both outlet 1 of PDU 1.2 and outlet 2.1 of PDU 1 are 1.2.1
    resources[f"{RACKS}/2"]["Id"] = "1.2"
    resources[f"{OUTLETS}/2"]["Id"] = "2.1"
    assert refused(Tree(resources)).kind == "protocol"


def test_one_of_too_many_pdus_can_still_be_chosen() -> None:
    resources = two()
    resources[RACKS] = {
        "Members": [
            {"@odata.id": f"{RACKS}/1"},
            *({"@odata.id": f"{RACKS}/{number}", "Id": str(number)} for number in range(2, 102)),
        ]
    }
    error = refused(Tree(resources))
    assert error.kind == "settings" and error.keys == ("pdu",) and "101 PDUs" in str(error)
    assert identities(Tree(resources), pdu="1") == ["1.1", "1.2"]
    assert "'9', '10' and so on" in str(refused(Tree(resources), pdu="102"))


@pytest.mark.parametrize("settings", [{}, {"pdu": "1"}])
def test_two_pdus_with_the_same_id_are_an_error(settings: dict[str, str]) -> None:
    resources = two()
    resources[f"{RACKS}/2"]["Id"] = "1"
    error = refused(Tree(resources), **settings)
    assert error.kind == "protocol" and "two PDUs with the Id '1'" in str(error)


def not_switched(tree: Tree, identity: str) -> PduHandlerError:
    with serving(tree) as address, pytest.raises(PduHandlerError) as error_info:
        handler(address).port_down(PduPortView(identity))
    assert not any(request.method == "POST" for request in tree.seen)
    return error_info.value


def test_the_error_for_an_identity_without_a_prefix_says_how_outlets_are_called_now() -> None:
    error = not_switched(Tree(two()), "1")
    assert isinstance(error, NoSuchOutlet)
    assert "; its outlets are now called '1.N' or '2.N': poll it" in str(error)
    assert "has no outlet '1.9': poll it" in str(not_switched(Tree(two()), "1.9"))


@pytest.mark.parametrize("count", [None, 0])
def test_an_outlet_is_missing_only_in_an_empty_list_that_counts_0_outlets(count: Any) -> None:
    resources = unit([])
    resources[OUTLETS]["Members@odata.count"] = count
    error = not_switched(Tree(resources), "1")
    assert isinstance(error, NoSuchOutlet) is (count == 0)
    assert error.kind == ("protocol" if count is None else error.kind)


def test_the_error_for_no_rack_pdus_names_the_other_equipment_of_the_service() -> None:
    resources = unit()
    resources[RACKS] = {"Members": [], "Members@odata.count": 0}
    error = refused(Tree(resources))
    assert isinstance(error, Unsupported) and "lists no PDUs under its power" in str(error)
    resources[f"{ROOT}/PowerEquipment"]["FloorPDUs"] = {
        "@odata.id": f"{ROOT}/PowerEquipment/FloorPDUs"
    }
    error = refused(Tree(resources))
    assert isinstance(error, Unsupported) and error.keys == ("pdu",)
    assert "give FloorPDUs/ID in " in str(error)


@pytest.mark.sample(10)
@pytest.mark.parametrize("method", ["status", "statistic", "port_down"])
@pytest.mark.parametrize("settings", [{}, {"pdu": "1"}, {"pdu": "2"}])
@pytest.mark.parametrize("spelling", ["{}", "{}/", "{}?x=1"])
def test_two_pdus_with_the_same_list_of_outlets_are_an_error(
    method: str, settings: dict[str, str], spelling: str
) -> None:
    resources = two()
    resources[f"{RACKS}/2"]["Outlets"] = {"@odata.id": spelling.format(OUTLETS)}
    tree = Tree(resources)
    with serving(tree) as address, pytest.raises(PduHandlerError) as error_info:
        getattr(handler(address, **settings), method)(
            *([PduPortView("2.1")] if method == "port_down" else [])
        )
    if method == "port_down" and settings == {"pdu": "1"}:
        # the list is below PDU 1, so the other one is not read
        assert isinstance(error_info.value, NoSuchOutlet)
        assert f"{RACKS}/2" not in tree.targets
    else:
        assert error_info.value.kind == "protocol" and "link to the same Outlets" in str(
            error_info.value
        )


@pytest.mark.parametrize("expands", [True, False])
@pytest.mark.parametrize("wrong", [None, 2, "", " 2", "no link", "missing"])
def test_a_pdu_without_a_usable_id_does_not_make_a_named_one_unreadable(
    wrong: Any, expands: bool
) -> None:
    resources = two()
    resources[ROOT]["ProtocolFeaturesSupported"] = {"ExpandQuery": EXPAND}
    if wrong == "no link":
        resources[RACKS]["Members"][1] = {"Name": "strip"}
    elif wrong == "missing":
        del resources[f"{RACKS}/2"]
    else:
        resources[f"{RACKS}/2"].update({"Id": wrong, "@odata.id": f"{RACKS}/2"})
    tree = Tree(resources)
    tree.expands = expands
    assert identities(tree, pdu="1") == ["1.1", "1.2"]
    assert refused(tree).kind == ("refused" if wrong == "missing" else "protocol")
    assert refused(tree, pdu="2").kind == {"missing": "refused", "no link": "protocol"}.get(
        str(wrong), "settings"
    )


@pytest.mark.parametrize(
    "ids, settings", [(["PASSWORD", "PASSWORD"], {}), (["PASSWORD", "2"], {"pdu": "3"})]
)
def test_a_password_in_an_id_is_not_in_the_error(ids: list[str], settings: dict[str, str]) -> None:
    resources = two()
    for number, one in enumerate(ids, 1):
        resources[f"{RACKS}/{number}"]["Id"] = one.replace("PASSWORD", PASSWORD)
    error = refused(Tree(resources), **settings)
    assert PASSWORD not in str(error) and "holds the login" in str(error)


def test_panduits_link_power_distribution_is_followed_to_the_pdus() -> None:
    resources = unit()
    del resources[ROOT]["PowerEquipment"], resources[f"{ROOT}/PowerEquipment"]
    # the link may lead to the list of PDUs or to a PDU
    for target in (RACKS, f"{RACKS}/1"):
        resources[ROOT]["PowerDistribution"] = {"@odata.id": target}
        assert (
            identities(Tree(resources))
            == identities(Tree(resources), pdu="1")
            == identities(Tree(resources), pdu="RackPDUs/1")
            == ["1", "2"]
        )
        assert refused(Tree(resources), pdu="TransferSwitches/1").kind == "settings"
    resources[RACKS] = {"Members": [], "Members@odata.count": 0}
    resources[ROOT]["PowerDistribution"] = {"@odata.id": RACKS}
    assert (
        isinstance(refused(Tree(resources)), Unsupported)
        and refused(Tree(resources), pdu="RackPDUs/1").kind == "settings"
    )


def test_a_disabled_service_and_a_service_without_pdus_are_unsupported() -> None:
    error = refused(Tree({}))
    assert error.kind == "unsupported" and "switch it on" in str(error)
    off = Tree(unit())
    off.special[ROOT] = lambda request: Answer(None, 503)
    error = refused(off)
    assert (
        error.kind == "unreachable"
        and "try again in a minute" in str(error)
        and "switch it on" in str(error)
    )
    resources = unit()
    del resources[ROOT]["PowerEquipment"]
    assert isinstance(refused(Tree(resources)), Unsupported)
    resources = unit()
    resources[RACKS]["Members"], resources[RACKS]["Members@odata.count"] = [], 0
    assert isinstance(refused(Tree(resources)), Unsupported)


def test_a_rack_pdu_without_a_list_of_outlets_is_an_error_and_a_floor_pdu_has_none() -> None:
    resources = unit()
    del resources[f"{RACKS}/1"]["Outlets"]
    assert isinstance(refused(Tree(resources)), Unsupported)
    resources[f"{RACKS}/1"]["EquipmentType"] = "FloorPDU"
    assert identities(Tree(resources)) == []


def test_an_empty_list_of_outlets_is_an_error_unless_the_unit_counts_0_outlets() -> None:
    resources = unit([])
    assert identities(Tree(resources)) == []
    for count in (None, "0", False):
        resources[OUTLETS]["Members@odata.count"] = count
        assert refused(Tree(resources)).kind == "protocol"


def paged(pages: list[list[Json]], count: int) -> Tree:
    tree = Tree(unit([outlet_resource for page in pages for outlet_resource in page]))
    for number, page in enumerate(pages):
        more = (
            {"Members@odata.nextLink": f"{OUTLETS}/page{number + 1}"}
            if number + 1 < len(pages)
            else {}
        )
        tree.resources[OUTLETS if not number else f"{OUTLETS}/page{number}"] = {
            "Members": [
                {"@odata.id": f"{OUTLETS}/{outlet_resource['Id']}"} for outlet_resource in page
            ],
            "Members@odata.count": count,
            **more,
        }
    return tree


@pytest.mark.parametrize(
    "link", ["/redfish/v1/Pages/2", "/redfish/v2/pages?id=x", f"{OUTLETS}/Members/2"]
)
def test_a_further_page_has_any_path_and_may_call_itself_like_the_list(link: str) -> None:
    tree = paged([[outlet("1")], [outlet("2")]], 2)
    tree.resources[OUTLETS].update({"@odata.id": OUTLETS, "Members@odata.nextLink": link})
    further = tree.resources[link.partition("?")[0]] = {
        **tree.resources.pop(f"{OUTLETS}/page1"),
        "@odata.id": OUTLETS,
    }
    assert identities(tree) == ["1", "2"]
    further["@odata.id"] = f"{OUTLETS.replace('Outlets', 'Mains')}"
    assert refused(tree).kind == "protocol"


@pytest.mark.parametrize(
    "page",
    [
        # the page links to itself
        {"Members@odata.nextLink": f"{OUTLETS}/more"},
        {"Members@odata.nextLink": "https://evil.example/more"},
        {"Members@odata.nextLink": 7},
        {"Members@odata.count": 3},
        {"Members": None},
        {"Members": ["/redfish/v1"]},
        {"Members": [{}]},
    ],
)
def test_a_list_is_an_error_if_it_has_a_loop_or_is_invalid_or_shorter_than_its_count(
    page: Json,
) -> None:
    tree = paged([[outlet("1")], [outlet("2")]], 2)
    tree.resources[OUTLETS]["Members@odata.nextLink"] = f"{OUTLETS}/more"
    tree.resources[f"{OUTLETS}/more"] = {"Members": [{"@odata.id": f"{OUTLETS}/2"}], **page}
    if "Members@odata.count" in page:
        tree.resources[OUTLETS]["Members@odata.count"] = 3
    assert refused(tree).kind == "protocol"


def test_a_list_of_too_many_members_is_an_error() -> None:
    tree = Tree(unit())
    tree.special[OUTLETS] = lambda request: Answer(
        {"Members": [{"@odata.id": f"{OUTLETS}/1"}] * (MOST_MEMBERS + 1)}
    )
    error = refused(tree)
    assert error.kind == "protocol" and str(MOST_MEMBERS) in str(error) and len(tree.seen) < 10
    most = [{"Id": str(number), "PowerState": "On"} for number in range(MOST_MEMBERS)]
    tree.special[OUTLETS] = lambda request: Answer({"Members": most})
    assert len(identities(tree)) == MOST_MEMBERS


def test_a_tool_that_needs_each_member_gets_the_error_of_one_that_cannot_be_read() -> None:
    tree = Tree(unit())
    with serving(tree) as address:
        data = PduData(address, {"scheme": "http", "username": USER, "password": PASSWORD})
        with RedfishService(read_settings(data)) as service:
            outlets = members(service, service.get(OUTLETS))
            assert [outlet_resource["Id"] for outlet_resource in outlets] == ["1", "2"]
            tree.special[f"{OUTLETS}/2"] = lambda request: Answer(None, 500)
            with pytest.raises(PduHandlerError, match="HTTP Error 500"):
                members(service, service.get(OUTLETS))


@pytest.mark.parametrize("call", ["status", "statistic", "labels"])
def test_two_outlets_with_the_same_id_are_an_error_in_every_call_that_lists_them(call: str) -> None:
    tree = Tree(unit())
    tree.resources[f"{OUTLETS}/2"]["Id"] = "1"
    with serving(tree) as address, pytest.raises(PduHandlerError) as error_info:
        getattr(handler(address), call)()
    assert error_info.value.kind == "protocol"


FAILED = {
    "empty": Answer(b""),
    "null": Answer(b"null"),
    "nothing": Answer({}),
    "404": Answer(None, 404),
    "500": Answer({"error": {"message": "internal"}}, 500),
    "503": Answer(None, 503),
}


@pytest.mark.sample(5)
@pytest.mark.parametrize("count", [3, 20])
@pytest.mark.parametrize("failed", FAILED)
def test_an_outlet_that_cannot_be_read_is_unknown_and_others_are_read_and_switched(
    failed: str, count: int
) -> None:
    names = [str(number) for number in range(1, count + 1)]
    tree = Tree(unit([outlet(name) for name in names]))
    tree.special[f"{OUTLETS}/2"] = lambda request: FAILED[failed]
    with serving(tree) as address:
        states = {port.identity: port.power_status for port in handler(address).status().ports}
        labels = handler(address).labels()
    assert list(states) == names == [label.identity for label in labels]
    assert {name for name, state in states.items() if state is EnumPowerStatus.UNKNOWN} == {"2"}
    # also where the outlet's link does not show its Id, so that all are read
    for name, link in (("3", f"{OUTLETS}/3"), ("3", f"{OUTLETS}/x")):
        found = unit([outlet(name) for name in names])
        found[OUTLETS]["Members"][2]["@odata.id"] = link
        found[link] = {**found[f"{OUTLETS}/3"], "@odata.id": link}
        found[link]["Actions"]["#Outlet.PowerControl"]["target"] = f"{link}/Outlet.PowerControl"
        tree = Tree(found)
        tree.special[f"{OUTLETS}/2"] = lambda request: FAILED[failed]
        tree.special[f"{link}/Outlet.PowerControl"] = lambda request: Answer(None, 204)
        with serving(tree) as address:
            port = handler(address).port_up(PduPortView(name), deadline=0.0)
        assert port.power_status is EnumPowerStatus.UP


@pytest.mark.parametrize(
    "listed, identity",
    [
        # (Id, last part of the link); outlet 2 cannot be read
        ([("A1", "A1"), ("A2", "A2")], "A2"),
        ([("OUTLET1", "1"), ("OUTLET2", "2"), ("OUTLET11", "11")], "OUTLET2"),
        ([("Outlet 1", "Outlet%201"), ("Outlet 2", "Outlet%202")], "Outlet 2"),
        ([("A1", "1"), ("A2", "2"), ("B1", "3")], ""),
        ([("A1", "1"), ("A2", "2"), ("AC", "3")], ""),
        ([("left", "1"), ("right", "2")], ""),
        ([("A1", "A1"), ("A2", "")], ""),
    ],
)
def test_an_outlet_that_cannot_be_read_has_the_id_that_its_link_shows_as_those_of_others_do(
    listed: list[tuple[str, str]], identity: str
) -> None:
    found = unit([])
    found[OUTLETS] = {
        "Members": [{"@odata.id": f"{OUTLETS}/{part}"} if part else {} for _, part in listed],
        "Members@odata.count": len(listed),
    }
    for own, part in (one for one in listed if one != listed[1]):
        found[f"{OUTLETS}/{part}"] = outlet(own)
    if identity:
        assert identities(Tree(found))[1] == identity
    else:
        assert refused(Tree(found)).kind == ("refused" if listed[1][1] else "protocol")


def _answered(status: int, _: Seen) -> Answer:
    return Answer(None, status)


def test_if_no_outlet_can_be_read_the_error_is_that_of_the_first() -> None:
    tree = Tree(unit())
    for number, status in (("1", 500), ("2", 404)):
        tree.special[f"{OUTLETS}/{number}"] = functools.partial(_answered, status)
    assert "HTTP Error 500" in str(refused(tree))
    assert "HTTP Error 500" in str(not_switched(tree, "1"))


def test_an_outlet_that_cannot_be_read_may_be_the_one_to_switch() -> None:
    tree = Tree(unit())
    tree.special[f"{OUTLETS}/2"] = lambda request: Answer(None, 500)
    for identity in ("2", "3"):
        assert not_switched(tree, identity).kind == "refused"


def test_an_outlet_that_cannot_be_read_is_unknown_with_its_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tree = Tree(unit())
    tree.special[f"{OUTLETS}/2"] = lambda request: Answer(None, 500)
    with serving(tree) as address:
        ports = handler(address).status().ports
    assert [port.power_status for port in ports] == [EnumPowerStatus.UP, EnumPowerStatus.UNKNOWN]
    (warning,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith("outlet 2: it cannot be read: ") and "500" in warning


def test_an_included_member_that_is_no_resource_is_read_by_its_link() -> None:
    """A service that includes its members has null in place of one that it failed to read."""
    tree = Tree(unit(expand=EXPAND))
    plain = tree.resources[OUTLETS]

    def half_expanded(seen: Seen) -> Answer:
        if "$expand" not in seen.target:
            return Answer(plain)
        return Answer({**plain, "Members": [outlet("1"), None]})

    tree.special[OUTLETS] = half_expanded
    assert identities(tree) == ["1", "2"]
    plain["Members"] = [plain["Members"][0], None]
    assert refused(tree).kind == "protocol"  # no link names the second outlet


@pytest.mark.parametrize("target", ["https://evil.example/Outlets/9", "/\\9", "//x/9", "9"])
def test_a_link_to_another_service_names_no_outlet(target: str) -> None:
    resources = unit()
    resources[OUTLETS]["Members"].append({"@odata.id": target})
    resources[OUTLETS]["Members@odata.count"] = 3
    assert refused(Tree(resources)).kind == "protocol"


# ---- HPE G2 --------------------------------------------------------------------------------------


def hpe(ids: Sequence[str], links: Sequence[str]) -> Tree:
    """A unit whose outlets have these Ids at these links, listed under `Outlets` without a count
    (Cray-HPE's hms-smd and hms-hmcollector).
    """
    resources = unit([outlet(part) for part in links])
    listed = resources[OUTLETS].pop("Members")
    resources[OUTLETS] = {"Name": "Outlets", "Outlets": listed}
    for outlet_id, part in zip(ids, links):
        resources[f"{OUTLETS}/{part}"]["Id"] = outlet_id
    return Tree(resources)


@pytest.mark.parametrize(
    "ids, links, expected",
    [
        (["OUTLET1", "OUTLET2"], ["OUTLET1", "OUTLET2"], ["OUTLET1", "OUTLET2"]),
        (["OUTLET1", ""], ["OUTLET1", "OUTLET2"], ["OUTLET1", "OUTLET2"]),
        (["OUTLET1", ""], ["1", "2"], ["OUTLET1", "OUTLET2"]),
        (["", ""], ["1", "2"], ["1", "2"]),
    ],
)
def test_an_outlet_without_an_id_has_the_one_that_its_link_shows(
    ids: list[str], links: list[str], expected: list[str]
) -> None:
    tree = hpe(ids, links)
    assert identities(tree) == expected
    tree.special[f"{OUTLETS}/{links[1]}/Outlet.PowerControl"] = lambda request: Answer(None, 204)
    with serving(tree) as address:
        port = handler(address).port_up(PduPortView(expected[1]))
    assert port.power_status is EnumPowerStatus.UP


@pytest.mark.parametrize(
    "ids, links",
    [(["OUTLET1", "B2", ""], ["1", "2", "3"]), (["A", ""], ["1", "2"]), (["1", 3], ["1", "2"])],
)
def test_an_outlet_without_an_id_is_an_error_if_the_links_show_none(
    ids: list[Any], links: list[str]
) -> None:
    error = refused(hpe(ids, links))
    assert error.kind == "protocol" and "without a usable Id" in str(error)


def test_two_lists_beside_each_other_are_no_members() -> None:
    tree = hpe(["1"], ["1"])
    tree.resources[OUTLETS]["Branch"] = []
    assert refused(tree).kind == "protocol"


def test_hpes_older_api_is_named() -> None:
    """The root of firmware of 2018, in rumart's Postman collection of it."""
    resources = unit()
    del resources[ROOT]["PowerEquipment"]
    resources[ROOT]["PowerDistribution"] = {"@odata.id": f"{ROOT}/RackPower/PowerDistribution"}
    error = refused(Tree(resources))
    assert isinstance(error, Unsupported) and "HPE's older API" in str(error)
    assert "the handler snmp" in str(error)


@pytest.mark.parametrize("expands", [True, False])
def test_an_outlet_is_switched_though_another_pdu_cannot_be_read(expands: bool) -> None:
    tree = Tree(two())
    tree.expands = expands
    tree.special[f"{RACKS}/2"] = lambda request: Answer(None, 500)
    tree.special[f"{OUTLETS}/1/Outlet.PowerControl"] = lambda request: Answer(None, 204)
    with serving(tree) as address:
        port = handler(address).port_up(PduPortView("1.1"), deadline=0.0)
        assert port.power_status is EnumPowerStatus.UP
        for identity in ("2.1", "1"):
            with pytest.raises(PduHandlerError, match="HTTP Error 500") as error_info:
                handler(address).port_up(PduPortView(identity))
            assert error_info.value.keys == ("pdu",) and "pdu=1" in str(error_info.value)
        with pytest.raises(NoSuchOutlet):
            handler(address).port_up(PduPortView("1.9"))


def _absent(made: dict[str, Any]) -> None:
    made[f"{RACKS}/2"] = {"Id": "2", "Status": {"State": "Absent"}}


def _metered_only(made: dict[str, Any]) -> None:
    made[f"{RACKS}/2"] = {"Id": "2", "Mains": {"@odata.id": f"{RACKS}/2/Mains"}}
    made[f"{RACKS}/2/Mains"] = {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 2.0}}]}


def _without_outlets(made: dict[str, Any]) -> None:
    made[f"{RACKS}/2"] = {"Id": "2"}


def _spoilt(path: str, answer: Answer) -> Any:
    return lambda made: made.update({"special": (path, answer)})


def _with_mains(made: dict[str, Any]) -> dict[str, Any]:
    made[f"{RACKS}/1"]["Mains"] = {"@odata.id": f"{RACKS}/1/Mains"}
    made[f"{RACKS}/1/Mains"] = {"Members": [{"Id": "AC1", "CurrentAmps": {"Reading": 3.0}}]}
    return made


@pytest.mark.parametrize("change, load", [(_absent, 3.0), (_metered_only, 5.0)])
def test_one_pdu_of_several_may_be_absent_or_have_no_outlets(change: Any, load: float) -> None:
    resources = _with_mains(two())
    change(resources)
    tree = Tree(resources)
    assert identities(tree) == ["1.1", "1.2"]
    with serving(tree) as address:
        assert handler(address).statistic().load == load


@pytest.mark.parametrize("method", ["status", "statistic", "labels"])
@pytest.mark.parametrize(
    "spoil",
    [
        _without_outlets,
        _spoilt(f"{RACKS}/2", Answer(None, 500)),
        _spoilt(f"{RACKS}/2", Answer(None, 404)),
        _spoilt(f"{RACKS}/2", Answer(None, 503)),
        _spoilt(f"{RACKS}/2", Answer({})),
        _spoilt(f"{RACKS}/2/Outlets", Answer(None, 500)),
    ],
)
def test_one_pdu_of_several_that_cannot_be_read_is_an_error_that_says_how_to_leave_it_out(
    spoil: Any, method: str
) -> None:
    resources = _with_mains(two())
    spoil(resources)
    path, answer = resources.pop("special", ("", Answer({})))
    tree = Tree(resources)
    if path:
        tree.special[path] = lambda request: answer
    with serving(tree) as address:
        with pytest.raises(PduHandlerError) as error_info:
            getattr(handler(address), method)()
        assert error_info.value.keys == ("pdu",) and "pdu=1" in str(error_info.value)
        # the outlets are called as before
        labels = handler(address, pdu="1").labels()
        assert [label.identity for label in labels] == ["1.1", "1.2"]


def test_if_no_outlet_of_several_pdus_can_be_read_it_is_an_error() -> None:
    tree = Tree(two())
    for number in (1, 2):
        tree.special[f"{RACKS}/{number}/Outlets"] = lambda request: Answer(None, 500)
    assert refused(tree).kind == "refused"


@pytest.mark.parametrize("status", [400, 404, 414, 500, 501, 507])
def test_a_refused_expansion_is_replaced_by_plain_requests(status: int) -> None:
    tree = Tree(unit(expand=EXPAND))
    tree.special[f"{ROOT}/PowerEquipment"] = lambda request: (
        Answer(None, status) if "$expand" in request.target else None
    )
    assert (
        identities(tree) == ["1", "2"] and sum("$expand" in target for target in tree.targets) == 1
    )


# ---- connections ---------------------------------------------------------------------------------

NAMES = [str(number) for number in range(1, 21)]


def test_a_unit_that_serves_one_connection_at_a_time_is_read_completely() -> None:
    for how in ("closes", "waits", "refuses"):
        tree = Tree(unit([outlet(name) for name in NAMES]))
        tree.most, tree.beyond = 1, how
        # further connections have a shorter time-out
        assert identities(tree, timeout="60") == NAMES, how


class Busy(Tree):
    """A unit that answers the first four requests for outlets with 429."""

    def __init__(self) -> None:
        super().__init__(unit([outlet(name) for name in NAMES]))
        self.numbers = itertools.count()  # connections ask at the same time

    def answer(self, seen: Seen) -> Answer:
        if seen.path.startswith(f"{OUTLETS}/") and next(self.numbers) < 4:
            return Answer(None, 429)
        return super().answer(seen)


def test_outlets_whose_requests_were_too_many_at_once_are_read_one_by_one() -> None:
    tree = Busy()
    assert identities(tree) == NAMES
    assert (tree.connections, len(tree.seen)) == (4, 5 + 4 + 20)


def moved(location: str) -> Tree:
    tree = Tree(unit())
    tree.resources["/redfish/v1/root"] = tree.resources[ROOT]
    tree.special[ROOT] = lambda request: Answer(
        None, 308, {"Location": location.replace("HERE", request.headers["host"])}
    )
    return tree


@pytest.mark.parametrize("location", ["/redfish/v1/root", "http://HERE/redfish/v1/root"])
def test_a_root_that_moves_to_another_path_is_followed(location: str) -> None:
    assert identities(moved(location)) == ["1", "2"]


def test_a_redirect_of_the_root_is_refused_unless_it_stays_in_the_same_service() -> None:
    other = Tree(unit())
    with serving(other) as elsewhere:
        for location in (
            f"http://{elsewhere}/redfish/v1/",
            f"//{elsewhere}/redfish/v1/",
            "http://HERE@evil.example/",
            "/redfish/v1/",
            "",
            "ftp:/redfish/v1/root",
        ):
            assert refused(moved(location)).kind == "refused", location
    assert not other.seen  # so it received no login
