from __future__ import annotations

from typing import List, Tuple

from tests.dealing import WAITING, dealt
from tests.needs import ROOT

Item = Tuple[str, int]


def items(**modules: int) -> List[Item]:
    return [(f"tests/{name.replace('__', '/')}.py", number) for name, count in modules.items() for number in range(count)]


def parts(ordered: List[Item], workers: int) -> List[List[Item]]:
    """The part of each worker under `--dist worksteal`: parts are as equal as possible, and the larger ones come last."""
    made: List[List[Item]] = []
    for number in range(workers):
        made.append(ordered[:len(ordered) // (workers - number)])
        ordered = ordered[len(made[-1]):]
    return made


def shares(ordered: List[Item], workers: int) -> List[List[Tuple[str, int]]]:
    """For each worker, its modules' names in order and how many of their tests it gets."""
    return [[(path.rpartition("/")[2], sum(item[0] == path for item in part)) for path in dict.fromkeys(path for path, _ in part)]
            for part in parts(ordered, workers)]


def test_each_worker_begins_with_slow_modules_and_gets_an_equal_share() -> None:
    given = items(demo__a=3, faults__b=1, handlers__nut__c=20, handlers__command__d=2, handlers__snmp__e=9, handlers__snmp__f=5)
    ordered = dealt(given, lambda item: item[0], 2)
    assert sorted(ordered) == sorted(given)
    assert shares(ordered, 2) == [[("d.py", 2), ("a.py", 3), ("e.py", 9), ("f.py", 5), ("c.py", 1)], [("b.py", 1), ("c.py", 19)]]


def test_modules_that_wait_run_first_in_two_workers() -> None:
    assert all((ROOT / name).is_file() for name in WAITING)
    waiting = [(name, 0) for name in reversed(WAITING)]
    ordered = dealt([*items(benchmarks__a=20, faults__b=20, handlers__nut__c=20), *waiting], lambda item: item[0], 3)
    first, second, third = parts(ordered, 3)
    assert [name for name, _ in first[:len(WAITING[::2])]] == list(WAITING[::2])
    assert [name for name, _ in second[:len(WAITING[1::2])]] == list(WAITING[1::2])
    assert not {name for name, _ in third} & set(WAITING)


def test_no_test_is_lost_if_a_share_is_too_small_for_its_slow_modules() -> None:
    given = items(demo__a=9, faults__b=1, handlers__nut__c=2)
    assert shares(dealt(given, lambda item: item[0], 3), 3) == [
        [("b.py", 1), ("a.py", 3)], [("a.py", 4)], [("c.py", 2), ("a.py", 2)]]


def test_the_tests_of_a_module_stay_together_and_in_order_within_a_share() -> None:
    ordered = dealt(items(demo__a=4, handlers__nut__b=30, faults__c=2), lambda item: item[0], 3)
    for part in parts(ordered, 3):
        for module in {name for name, _ in part}:
            places = [place for place, (name, _) in enumerate(part) if name == module]
            assert places == list(range(places[0], places[0] + len(places)))
            numbers = [part[place][1] for place in places]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
