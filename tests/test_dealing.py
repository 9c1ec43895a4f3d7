from __future__ import annotations

from typing import List, Tuple

from tests.dealing import WAITING, dealt
from tests.needs import ROOT

Item = Tuple[str, int]


def items(**modules: int) -> List[Item]:
    return [(f"tests/{name.replace('__', '/')}.py", number) for name, count in modules.items() for number in range(count)]


def test_each_worker_begins_with_slow_modules_and_gets_a_similar_share() -> None:
    given = items(demo__a=3, faults__b=1, handlers__nut__c=20, handlers__command__d=2, handlers__snmp__e=9, handlers__snmp__f=5)
    ordered = dealt(given, lambda item: item[0], 2)
    assert sorted(ordered) == sorted(given)
    names = list(dict.fromkeys(name for name, _ in ordered))
    assert [(name.rpartition("/")[2], sum(item[0] == name for item in ordered)) for name in names] == [
        ("d.py", 2), ("a.py", 3), ("e.py", 9), ("f.py", 5),         # the first worker's 19
        ("b.py", 1), ("c.py", 20)]                                  # the second one's 21


def test_modules_that_wait_begin_first() -> None:
    assert all((ROOT / name).is_file() for name in WAITING)
    given = [*items(benchmarks__a=1, faults__b=1, packaging__c=1), *((name, 0) for name in WAITING)]
    ordered = dealt(given, lambda item: item[0], 2)
    half = len(WAITING) // 2
    assert {name for name, _ in (*ordered[:half], *ordered[-half - 1:-1])} == set(WAITING)


def test_a_module_stays_together_in_its_order() -> None:
    ordered = dealt(items(demo__a=4, handlers__nut__b=30, faults__c=2), lambda item: item[0], 3)
    for name in {name for name, _ in ordered}:
        places = [place for place, (module, _) in enumerate(ordered) if module == name]
        assert places == list(range(places[0], places[0] + len(places)))
        assert [ordered[place][1] for place in places] == list(range(len(places)))
