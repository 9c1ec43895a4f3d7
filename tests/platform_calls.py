"""`python -m tests.platform_calls` prints what a status, a statistic and a command cost each SNMP
family through the platform's three calls.

A call is a GET, a walk or a SET. Its datagrams depend on how the platform's library walks: by
GETBULK of 25 rows, or by GETNEXT. The units are the synthetic ones; a walk with about a row for
each of their outlets counts as one with a row for each of OUTLETS. The relay switches at once.
"""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Union

from handlers.snmp.handler import SnmpPdu
from pdu_common.base_snmp_pdu import Element, SnmpError
from pdu_common.connection import PduSnmpData
from pdu_common.helper import PduPortView
from tests.handlers.snmp.memory import plain
from tests.handlers.snmp.units import FIXTURES, settings_of
from tests.simulators.snmp_agent.device import GAUGE, INTEGER, OCTETS, Device, arcs, dotted
from tests.simulators.snmp_units import Fixture

OUTLETS = 48
_BULK_ROWS = 25
_METHODS = ("status", "statistic", "command")


class Cost(NamedTuple):
    """What a method of the handler costs."""

    calls: int  #: of the platform
    get_bulk_datagrams: int  #: if the library walks by GETBULK
    get_next_datagrams: int  #: if it walks by GETNEXT


class CountedPdu(SnmpPdu):
    """The handler on a platform that reads a device in memory. `requests` has each call, `rows` the
    number of its rows, 0 for a GET or SET."""

    def __init__(self, pdu_data: PduSnmpData, device: Device) -> None:
        super().__init__(pdu_data)
        self._device = device
        self._objects = sorted(map(arcs, device.rows()))
        self.requests: list[str] = []
        self.rows: list[int] = []

    def snmp_get(self, oid: str) -> Element:
        self.requests.append(f"get {oid}")
        self.rows.append(0)
        row = self._device.get(arcs(oid))
        return Element(oid, None if row is None else plain(row))

    def snmp_set(self, oid: str, value: Union[int, str, bytes]) -> None:
        octets = value.encode() if isinstance(value, str) else value
        self._write(oid, INTEGER if isinstance(octets, int) else OCTETS, octets)

    def snmp_set_unsigned(self, oid: str, value: int) -> None:
        self._write(oid, GAUGE, value)

    def _write(self, oid: str, tag: int, octets: Union[int, bytes]) -> None:
        self.requests.append(f"set {oid} {octets!r}")
        self.rows.append(0)
        if self._device.write(arcs(oid), tag, octets):
            raise SnmpError(f"127.0.0.1 refused {oid}")

    def snmp_walk(self, oid: str) -> list[Element]:
        self.requests.append(f"walk {oid}")
        root = arcs(oid)
        after_root = (*root[:-1], root[-1] + 1)
        begin = bisect.bisect_right(self._objects, root)
        end = bisect.bisect_left(self._objects, after_root, begin)
        self.rows.append(end - begin)
        elements: list[Element] = []
        for name in self._objects[begin:end]:
            row = self._device.get(name)
            if row is not None:
                index = name[len(root) :]
                elements.append(Element(dotted(name), plain(row), dotted(index)))
        return elements


def costs(unit: Fixture) -> Mapping[str, Cost]:
    """What each method costs a unit of its family with OUTLETS outlets."""
    outlets = len(unit.expected.outlets)
    cost_by_method: dict[str, Cost] = {}
    for method in _METHODS:
        if method == "command" and not unit.switch:
            continue
        pdu = pdu_of(unit)
        if unit.switch and method == "command":
            pdu.port_down(PduPortView(unit.switch.identity), deadline=0.0, pause=0.0)
        else:
            getattr(pdu, "status" if method == "status" else "statistic")()
        rows = [_scaled(count, outlets) for count in pdu.rows]
        cost_by_method[method] = Cost(
            calls=len(rows),
            get_bulk_datagrams=sum(count // _BULK_ROWS + 1 for count in rows),
            get_next_datagrams=sum(rows) + len(rows),
        )
    return cost_by_method


def _scaled(rows: int, outlets: int) -> int:
    has_row_for_each = outlets > 1 and rows >= max(2, 0.6 * outlets)
    return round(rows * OUTLETS / outlets) if has_row_for_each else rows


def pdu_of(unit: Fixture) -> CountedPdu:
    """The handler of a unit whose relays switch at once."""
    clock = itertools.count(0, 1000)
    return CountedPdu(_data(unit), Device(unit.rows, unit.rules, lambda: next(clock)))


def _data(unit: Fixture) -> PduSnmpData:
    form = {"version": "2", "community": "private"}
    return PduSnmpData("127.0.0.1", form, settings_of(unit))


def first_units() -> Iterator[Fixture]:
    """The first unit of each family."""
    keys: set[str] = set()
    for unit in FIXTURES:
        if unit.key not in keys:
            keys.add(unit.key)
            yield unit


@functools.cache
def all_costs() -> Mapping[str, Mapping[str, Cost]]:
    """The costs of each family, those with the most datagrams first."""
    costs_by_family = {unit.key: costs(unit) for unit in first_units()}

    def datagrams_of(family: str) -> int:
        return sum(cost.get_next_datagrams for cost in costs_by_family[family].values())

    # families with equal sums stay in their order
    families = sorted(costs_by_family, key=datagrams_of, reverse=True)
    return {family: costs_by_family[family] for family in families}


def table() -> str:
    """The calls of each method, and the datagrams of a poll."""
    rows = [["family", *_METHODS, "GETBULK", "GETNEXT"]]
    for key, cost_by_method in all_costs().items():
        calls = [
            str(cost_by_method[name].calls) if name in cost_by_method else "-" for name in _METHODS
        ]
        poll = (cost_by_method["status"], cost_by_method["statistic"])
        get_bulk_datagrams = sum(cost.get_bulk_datagrams for cost in poll)
        get_next_datagrams = sum(cost.get_next_datagrams for cost in poll)
        rows.append([key, *calls, str(get_bulk_datagrams), str(get_next_datagrams)])
    return "\n".join(
        f"{key:<25}" + "".join(f"{cell:>10}" for cell in cells) for key, *cells in rows
    )


if __name__ == "__main__":
    print(table())
