"""The order of the tests for several processes."""

from __future__ import annotations

import random
from typing import Any, NamedTuple, Optional

from tests.conftest import long_ones_first


class Item(NamedTuple):
    name: int
    is_long: bool

    def get_closest_marker(self, name: str) -> Optional[str]:
        assert name == "long"
        return name if self.is_long else None


def ordered(items: list[Any], workers: int) -> list[Any]:
    return list(long_ones_first(items, workers))


def test_long_tests_begin_each_workers_share_and_the_others_keep_their_order() -> None:
    items = [Item(number, number in (6, 8, 9)) for number in range(10)]
    assert [item.name for item in ordered(items, 3)] == [6, 0, 1, 8, 2, 3, 9, 4, 5, 7]
    assert [item.name for item in ordered(items, 1)] == [6, 8, 9, 0, 1, 2, 3, 4, 5, 7]


def test_no_test_is_lost_and_none_is_run_twice() -> None:
    chance = random.Random(1)
    for _ in range(300):
        items = [Item(number, chance.random() < 0.5) for number in range(chance.randrange(12))]
        found = ordered(items, chance.randrange(1, 8))
        assert sorted(found) == items
        assert [one for one in found if not one.is_long] == [one for one in items if not one[1]]
