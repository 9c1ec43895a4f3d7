"""Discovery of link units and its errors."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.raritan.discovery import UnitFinder
from handlers.raritan.link_units_setting import LinkUnitSelection
from handlers.raritan.rpc import Bulk
from handlers.shared.errors import Denied, PduHandlerError, Unreachable

from .described import INTERNAL_ERROR, Described, Status

ALL, SECOND = LinkUnitSelection(all=True), LinkUnitSelection(ids=(2,))
OK = 1


def linked(*ids: int) -> dict[str, Any]:
    """Return a primary unit's answer that lists these link units."""
    return {
        "role": 1,
        "linkUnits": [
            {"key": link, "value": {"host": "192.0.2.2", "status": OK, "fwVersion": "4.4.1"}}
            for link in ids
        ],
        "primaryLinkId": 1,
    }


def link_ids(unit: Described, selection: LinkUnitSelection) -> list[int]:
    """The link ids of the units that the finder lists."""
    agent = unit.agent()
    bulk = Bulk(agent)
    finder = UnitFinder(agent, selection)
    finder.ask(bulk)
    bulk.perform()
    finder.ask_unusual(bulk)
    bulk.perform()
    return [listed_unit.unit.link_id for listed_unit in finder.list_units()]


@pytest.fixture
def unit() -> Described:
    unit_double = Described()
    unit_double.calls["/model/pdu/2", "getOutlets"] = []
    unit_double.calls["/cascade", "getStatus"] = linked(2)
    return unit_double


def test_link_units_beyond_the_usual_ids_are_asked(unit: Described) -> None:
    unit.calls["/cascade", "getStatus"] = linked(2, 12)
    unit.calls["/model/pdu/12", "getOutlets"] = []
    assert link_ids(unit, ALL) == [0, 2, 12]


@pytest.mark.parametrize("selection", [ALL, SECOND])
def test_a_link_unit_that_the_account_may_not_read_is_denied(
    unit: Described, selection: LinkUnitSelection
) -> None:
    unit.calls["/model/pdu/2", "getOutlets"] = Status(403)
    with pytest.raises(Denied):
        link_ids(unit, selection)


_UNREADABLE = [*map(Status, (401, 403, 429, 500, 503)), INTERNAL_ERROR]


@pytest.mark.parametrize("selection", [ALL, SECOND])
@pytest.mark.parametrize("answer", [*_UNREADABLE, {"role": 1}, {"role": 1, "linkUnits": None}])
def test_a_list_of_link_units_that_cannot_be_read_is_an_error_and_not_an_empty_list(
    unit: Described, selection: LinkUnitSelection, answer: object
) -> None:
    unit.calls["/cascade", "getStatus"] = answer
    del unit.calls["/model/pdu/2", "getOutlets"]
    with pytest.raises(PduHandlerError):
        link_ids(unit, selection)


@pytest.mark.parametrize("status", _UNREADABLE[1:])
def test_without_a_list_a_failing_unit_is_an_error_and_a_missing_unit_is_only_if_named(
    unit: Described, status: object
) -> None:
    del unit.calls["/cascade", "getStatus"]
    assert link_ids(unit, SECOND) == [0, 2]
    unit.calls["/model/pdu/2", "getOutlets"] = Status(404)
    assert link_ids(unit, ALL) == [0]
    with pytest.raises(Unreachable, match="link unit 2 is not linked.*'link_units'"):
        link_ids(unit, SECOND)
    unit.calls["/model/pdu/2", "getOutlets"] = status
    with pytest.raises(PduHandlerError):
        link_ids(unit, SECOND)


@pytest.mark.parametrize("selection", [ALL, SECOND])
def test_a_unit_with_outlets_that_is_no_longer_listed_is_an_error(
    unit: Described, selection: LinkUnitSelection
) -> None:
    unit.calls["/cascade", "getStatus"] = linked()
    outlet = {"rid": "/model/pdu/2/outlet/0", "type": "pdumodel.Outlet:3.0.4"}
    unit.calls["/model/pdu/2", "getOutlets"] = [outlet]
    with pytest.raises(Unreachable, match="link unit 2 lists outlets, but .*'link_units'"):
        link_ids(unit, selection)


@pytest.mark.parametrize(
    "status, answer, words",
    [
        (OK, Status(404), "link unit 2 does not list its outlets (the device has no such resource"),
        (2, Status(503), "link unit 2 is unreachable (the device is starting"),
        (3, [], "link unit 2 has the status access denied: "),
        (4, [], "link unit 2 has the status firmware update: "),
        (99, [], "link unit 2 has the status unknown 99: "),
    ],
)
def test_the_error_for_a_link_unit_says_what_is_wrong_with_it(
    unit: Described, status: int, answer: Any, words: str
) -> None:
    unit.calls["/cascade", "getStatus"]["linkUnits"][0]["value"]["status"] = status
    unit.calls["/model/pdu/2", "getOutlets"] = answer
    with pytest.raises(Unreachable) as error_info:
        link_ids(unit, ALL)
    assert error_info.value.reason.startswith(words)
