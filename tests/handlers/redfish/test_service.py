"""The service root, expansion, and reading over several connections."""

from __future__ import annotations

import itertools

import pytest

from handlers.shared.errors import Unsupported

from .tree import (
    EXPAND,
    OUTLETS,
    RACKS,
    ROOT,
    Answer,
    Request,
    Tree,
    identities,
    outlet,
    refused,
    unit,
)


def test_a_device_without_a_service_is_unsupported() -> None:
    error = refused(Tree({}))
    assert error.kind == "unsupported"
    assert "switch it on" in str(error)


def test_a_service_that_is_not_available_is_unreachable() -> None:
    tree = Tree(unit())
    tree.special[ROOT] = Answer(None, 503)
    error = refused(tree)
    assert error.kind == "unreachable"
    assert "try again in a minute" in str(error)
    assert "switch it on" in str(error)


def test_a_service_without_power_equipment_is_unsupported() -> None:
    resources = unit()
    del resources[ROOT]["PowerEquipment"]
    assert isinstance(refused(Tree(resources)), Unsupported)


def test_a_service_without_pdus_is_unsupported() -> None:
    resources = unit()
    resources[RACKS]["Members"] = []
    resources[RACKS]["Members@odata.count"] = 0
    assert isinstance(refused(Tree(resources)), Unsupported)


@pytest.mark.parametrize("status", [400, 404, 414, 500, 501, 507])
def test_a_refused_expansion_is_replaced_by_plain_requests(status: int) -> None:
    tree = Tree(unit(expand=EXPAND))
    tree.special[f"{ROOT}/PowerEquipment"] = lambda request: (
        Answer(None, status) if "$expand" in request.target else None
    )
    assert identities(tree) == ["1", "2"]
    assert sum("$expand" in target for target in tree.targets) == 1


NAMES = [str(number) for number in range(1, 21)]


def test_a_unit_that_serves_one_connection_at_a_time_is_read_completely() -> None:
    for how in ("closes", "waits", "refuses"):
        tree = Tree(unit([outlet(name) for name in NAMES]))
        tree.most = 1
        tree.beyond = how
        # further connections have a shorter time-out
        assert identities(tree, timeout="60") == NAMES, how


class Busy(Tree):
    """A unit that answers the first four requests for outlets with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(unit([outlet(name) for name in NAMES]))
        self.status = status
        self.numbers = itertools.count()  # connections ask at the same time

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(f"{OUTLETS}/") and next(self.numbers) < 4:
            return Answer(None, self.status)
        return super().answer(request)


@pytest.mark.parametrize("status", [429, 503])
def test_outlets_whose_requests_were_too_many_at_once_are_read_one_by_one(status: int) -> None:
    tree = Busy(status)
    assert identities(tree) == NAMES
    assert tree.connections == 4
    assert len(tree.requests) == 5 + 4 + 20


@pytest.mark.parametrize("location", ["/redfish/v1/root", "http://HERE/redfish/v1/root"])
def test_a_root_that_moves_to_another_path_is_followed(location: str) -> None:
    """test_links.py has the other host that gets no request."""
    tree = Tree(unit())
    tree.resources["/redfish/v1/root"] = tree.resources[ROOT]
    tree.special[ROOT] = lambda request: Answer(
        None, 308, {"Location": location.replace("HERE", request.headers["host"])}
    )
    assert identities(tree) == ["1", "2"]
