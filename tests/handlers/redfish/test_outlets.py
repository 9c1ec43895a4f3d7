"""Outlets and their identities, with outlets that cannot be read or have no Id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from handlers.shared.errors import NoSuchOutlet, Unsupported
from pdu_common.helper import EnumPowerStatus, PduPortView

from .tree import (
    FAILURES,
    OUTLETS,
    RACKS,
    Answer,
    Tree,
    handler,
    identities,
    not_switched,
    outlet,
    refused,
    serving,
    two,
    unit,
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
    tree.special[f"{RACKS}/2/Outlets"] = Answer(tree.expanded(resources[first], 1))
    assert identities(tree, pdu="1") == ["1.1", "1.2"]
    for settings in ({}, {"pdu": "2"}):
        error = refused(tree, **settings)
        assert error.kind == "protocol"
        assert "a resource other than" in str(error)


def test_two_outlets_of_different_pdus_with_one_identity_are_an_error() -> None:
    resources = two()
    # both outlet 1 of PDU 1.2 and outlet 2.1 of PDU 1 are 1.2.1
    resources[f"{RACKS}/2"]["Id"] = "1.2"
    resources[f"{OUTLETS}/2"]["Id"] = "2.1"
    assert refused(Tree(resources)).kind == "protocol"


@pytest.mark.parametrize("count", [None, 0, "0", False, ...])
@pytest.mark.parametrize("kind, is_error", [("RackPDU", True), ("FloorPDU", False)])
def test_an_empty_list_of_outlets_is_an_error_unless_the_equipment_has_none(
    count: Any, kind: str, is_error: bool
) -> None:
    resources = unit([], EquipmentType=kind)
    resources[OUTLETS]["Members@odata.count"] = count
    if count is ...:
        del resources[OUTLETS]["Members@odata.count"]
    if is_error or count not in (0, ...) or count is False:
        assert refused(Tree(resources)).kind == "protocol"
        assert not_switched(Tree(resources), "1").kind == "protocol"
    else:
        assert identities(Tree(resources)) == []
        assert isinstance(not_switched(Tree(resources), "1"), NoSuchOutlet)


@pytest.mark.parametrize("count", [None, "2", 2.0, True, [2], 3])
def test_a_count_that_cannot_be_read_or_is_not_reached_is_an_error(count: Any) -> None:
    resources = unit()
    resources[OUTLETS]["Members@odata.count"] = count
    assert refused(Tree(resources)).kind == "protocol"


def test_a_first_page_without_members_is_an_error() -> None:
    resources = unit()
    page = resources[OUTLETS]
    resources[OUTLETS] = {"Members": [], "Members@odata.nextLink": f"{OUTLETS}?page=2"}
    resources[f"{OUTLETS}2"] = page
    tree = Tree(resources)
    error = refused(tree)
    assert error.kind == "protocol"
    assert "more follow" in str(error)


def test_a_rack_pdu_without_a_list_of_outlets_is_an_error_and_a_floor_pdu_has_none() -> None:
    resources = unit()
    del resources[f"{RACKS}/1"]["Outlets"]
    assert isinstance(refused(Tree(resources)), Unsupported)
    resources[f"{RACKS}/1"]["EquipmentType"] = "FloorPDU"
    assert identities(Tree(resources)) == []


@pytest.mark.parametrize("call", ["status", "statistic", "labels"])
def test_two_outlets_with_the_same_id_are_an_error_in_every_call_that_lists_them(call: str) -> None:
    tree = Tree(unit())
    tree.resources[f"{OUTLETS}/2"]["Id"] = "1"
    assert refused(tree, call).kind == "protocol"


@pytest.mark.sample(5)
@pytest.mark.parametrize("count", [3, 20])
@pytest.mark.parametrize("failure", FAILURES)
def test_an_outlet_that_cannot_be_read_is_unknown_and_others_are_read(
    failure: str, count: int
) -> None:
    names = [str(number) for number in range(1, count + 1)]
    tree = Tree(unit([outlet(name) for name in names]))
    tree.special[f"{OUTLETS}/2"] = FAILURES[failure]

    with serving(tree) as address:
        view = handler(address).status()
        labels = handler(address).labels()

    assert [port.identity for port in view.ports] == names
    unknown = [port.identity for port in view.ports if port.power_status is EnumPowerStatus.UNKNOWN]
    assert unknown == ["2"]
    assert [label.identity for label in labels] == names


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    "link",
    [
        pytest.param(f"{OUTLETS}/3", id="link with the Id"),
        pytest.param(f"{OUTLETS}/x", id="link without the Id, so that all outlets are read"),
    ],
)
@pytest.mark.parametrize("count", [3, 20])
@pytest.mark.parametrize("failure", FAILURES)
def test_beside_an_outlet_that_cannot_be_read_another_one_is_switched(
    failure: str, count: int, link: str
) -> None:
    resources = unit([outlet(str(number)) for number in range(1, count + 1)])
    resources[OUTLETS]["Members"][2]["@odata.id"] = link
    third = {**resources[f"{OUTLETS}/3"], "@odata.id": link}
    third["Actions"]["#Outlet.PowerControl"]["target"] = f"{link}/Outlet.PowerControl"
    resources[link] = third
    tree = Tree(resources)
    tree.special[f"{OUTLETS}/2"] = FAILURES[failure]
    tree.special[f"{link}/Outlet.PowerControl"] = Answer(None, 204)

    with serving(tree) as address:
        port = handler(address).port_up(PduPortView("3"), deadline=0.0)

    assert port.power_status is EnumPowerStatus.UP


@pytest.mark.parametrize(
    "rows, identity",
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
    rows: list[tuple[str, str]], identity: str
) -> None:
    resources = unit([])
    members = []
    for own_id, part in rows:
        members.append({"@odata.id": f"{OUTLETS}/{part}"} if part else {})
        resources[f"{OUTLETS}/{part}"] = outlet(own_id)
    resources[OUTLETS] = {"Members": members, "Members@odata.count": len(rows)}
    _, part_of_second = rows[1]
    del resources[f"{OUTLETS}/{part_of_second}"]

    if identity:
        assert identities(Tree(resources))[1] == identity
    else:
        error = refused(Tree(resources))
        assert error.kind == ("refused" if part_of_second else "protocol")


def test_if_no_outlet_can_be_read_the_error_is_that_of_the_first() -> None:
    tree = Tree(unit())
    tree.special[f"{OUTLETS}/1"] = Answer(None, 500)
    tree.special[f"{OUTLETS}/2"] = Answer(None, 404)
    assert "HTTP Error 500" in str(refused(tree))
    assert "HTTP Error 500" in str(not_switched(tree, "1"))


def test_an_outlet_that_cannot_be_read_may_be_the_one_to_switch() -> None:
    tree = Tree(unit())
    tree.special[f"{OUTLETS}/2"] = Answer(None, 500)
    for identity in ("2", "3"):
        assert not_switched(tree, identity).kind == "refused"


def test_an_outlet_that_cannot_be_read_is_unknown_with_its_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tree = Tree(unit())
    tree.special[f"{OUTLETS}/2"] = Answer(None, 500)
    with serving(tree) as address:
        first, second = handler(address).status().ports
    assert first.power_status is EnumPowerStatus.UP
    assert second.power_status is EnumPowerStatus.UNKNOWN
    (warning,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith("outlet 2: it cannot be read: ")
    assert "500" in warning


@pytest.mark.parametrize("target", ["https://evil.example/Outlets/9", "/\\9", "//x/9", "9"])
def test_a_link_to_another_service_names_no_outlet(target: str) -> None:
    resources = unit()
    resources[OUTLETS]["Members"].append({"@odata.id": target})
    resources[OUTLETS]["Members@odata.count"] = 3
    assert refused(Tree(resources)).kind == "protocol"


def hpe(ids: Sequence[str], links: Sequence[str]) -> Tree:
    """A unit whose outlets have these Ids at these links, listed under `Outlets` without a count
    (Cray-HPE's hms-smd and hms-hmcollector).
    """
    resources = unit([outlet(part) for part in links])
    entries = resources[OUTLETS].pop("Members")
    resources[OUTLETS] = {"Name": "Outlets", "Outlets": entries}
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
    tree.special[f"{OUTLETS}/{links[1]}/Outlet.PowerControl"] = Answer(None, 204)
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
    assert error.kind == "protocol"
    assert "without a usable Id" in str(error)


def test_two_lists_beside_each_other_are_no_members() -> None:
    tree = hpe(["1"], ["1"])
    tree.resources[OUTLETS]["Branch"] = []
    assert refused(tree).kind == "protocol"
