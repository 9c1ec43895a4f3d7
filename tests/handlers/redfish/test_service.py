"""Reading over several connections; service.txt has the service root and expansion."""

from __future__ import annotations

import itertools

import pytest

from .tree import OUTLETS, Answer, Request, Tree, identities, outlet, unit

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
