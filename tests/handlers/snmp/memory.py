"""An SNMP device in memory, with a log of its requests.

device = Memory({"1.3.6.1.4.1.99999.1.3.1": 1, "1.3.6.1.4.1.99999.1.3.2": 2})
device.walk("1.3.6.1.4.1.99999.1.3")    {"1": 1, "2": 2}
device.asked                            ["walk 1.3.6.1.4.1.99999.1.3"]
"""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Optional, Union

from handlers.snmp import cells, completeness, filters, joins
from handlers.snmp.tables import Object, Tables, tables_of_device
from tests.simulators.snmp_agent import Row, device as simulated
from tests.simulators.snmp_agent.device import IP, OPAQUE

Value = Union[int, str, bytes]
_ROOT_OF_EXAMPLES = "1.3.6.1.4.1.99999"
# a unit's objects are made anew for each of thousands of trials
arcs = functools.cache(simulated.arcs)
_dotted = functools.cache(simulated.dotted)


class Memory:
    """A device with these objects by OID. `asked` lists every GET and walk in order. Walks leave
    out the rows `unwalked`, by column, which GETs answer."""

    unwalked: Mapping[str, Collection[str]] = {}

    def __init__(self, objects: Mapping[str, Value]) -> None:
        self._objects: dict[tuple[int, ...], Value] = {
            arcs(oid): value for oid, value in objects.items()
        }
        self._order = sorted(self._objects)
        self.asked: list[str] = []

    def get(self, oid: str) -> Optional[Value]:
        self.asked.append(f"get {oid}")
        return self._objects.get(arcs(oid))

    def walk(self, oid: str) -> Mapping[str, Value]:
        """Index -> value of each object below an OID, without the rows `unwalked`:

        >>> Memory({"1.3.1": 1, "1.3.2": 2, "1.4.1": 5}).walk("1.3")
        {'1': 1, '2': 2}
        """
        self.asked.append(f"walk {oid}")
        root = arcs(oid)
        after_root = (*root[:-1], root[-1] + 1)
        begin = bisect_right(self._order, root)
        end = bisect_left(self._order, after_root, begin)
        rows: dict[str, Value] = {}
        for object_arcs in self._order[begin:end]:
            rows[_dotted(object_arcs[len(root) :])] = self._objects[object_arcs]
        for row in self.unwalked.get(oid, ()):
            rows.pop(row, None)
        return rows

    def walked_columns(self) -> dict[str, list[str]]:
        """The rows of each column that was walked, as the device has them."""
        walks = [request for request in self.asked if request.startswith("walk ")]
        columns = dict.fromkeys(walk.removeprefix("walk ") for walk in walks)
        return {column: list(Memory.walk(self, column)) for column in columns}

    @staticmethod
    def quoted(words: str) -> str:
        return words

    def put(self, oid: str, value: Value) -> None:
        key = arcs(oid)
        if key not in self._objects:
            insort(self._order, key)
        self._objects[key] = value

    @contextmanager
    def without(self, oids: Iterable[str]) -> Iterator[None]:
        """Leave these objects out of the device's answers within the block.

        >>> device = Memory({"1.3.1": 1, "1.3.2": 2})
        >>> with device.without(["1.3.2"]):
        ...     device.walk("1.3")
        {'1': 1}
        """
        lost_objects = {arcs(oid): self._objects.pop(arcs(oid)) for oid in set(oids)}
        for oid in lost_objects:
            del self._order[bisect_left(self._order, oid)]
        try:
            yield
        finally:
            self._objects.update(lost_objects)
            for oid in lost_objects:
                insort(self._order, oid)

    @contextmanager
    def holding(self, values: Mapping[str, Value]) -> Iterator[None]:
        """Give these objects other values within the block.

        >>> device = Memory({"1.3.1": 1})
        >>> with device.holding({"1.3.1": 2}):
        ...     device.get("1.3.1")
        2
        """
        earlier_objects = {arcs(oid): self._objects[arcs(oid)] for oid in values}
        self._objects.update({arcs(oid): value for oid, value in values.items()})
        try:
            yield
        finally:
            self._objects.update(earlier_objects)


#: by their names, the plain functions of rows that families use
ROW_FUNCTIONS = {**vars(cells), **vars(filters), **vars(joins), **vars(completeness)}


def tables_of(device: Memory, outlet: str = "") -> Tables:
    """The tables of a device whose family is known, or the cells of one outlet."""
    whole = tables_of_device(device).of_known_family()
    return whole.one_row(outlet) if outlet else whole


def tables(objects: Mapping[str, Value], outlet: str = "") -> Tables:
    """The same of a device with these objects."""
    return tables_of(Memory(objects), outlet)


def tables_of_rows(rows_by_object: Mapping[Object, Mapping[str, Value]]) -> Tables:
    """The tables of a device that has these rows of objects and nothing else. The examples of
    families have it as `tables_of`; `~` is 1.3.6.1.4.1.99999.

    >>> from handlers.snmp.objects import Column
    >>> STATE = Column("~.1.3", "state")
    >>> tables_of_rows({STATE: {"1": 1, "2": 2}})[STATE]
    {'1': 1, '2': 2}
    """
    tables = tables_of_device(Memory({}), _ROOT_OF_EXAMPLES, rows_by_object).of_known_family()
    objects: dict[str, Value] = {}
    for source, rows in rows_by_object.items():
        for row, value in rows.items():
            cell = source.cell(tables, row)
            assert cell is not None, f"{source} has no cell of row {row}"
            objects[tables.resolve(cell)] = value
    device = Memory(objects)
    return tables_of_device(device, _ROOT_OF_EXAMPLES, rows_by_object).of_known_family()


def table(column: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the objects of one column, by OID."""
    return {f"{column}.{index}": value for index, value in values.items()}


def of_rows(rows: Mapping[str, Row]) -> Memory:
    """Make a device with the rows of a simulator or of a recording."""
    return Memory({oid: plain(row) for oid, row in rows.items()})


def plain(row: Row) -> Value:
    """The value of an object of the simulated agent as the platform returns it: an INTEGER as int,
    octets as text if they are UTF-8, else as bytes; OIDs and IP addresses as dotted text, Opaque as
    bytes.

        Row(OCTETS, b"web")              "web"
        Row(OCTETS, b"B\\xfcro")          b"B\\xfcro"
        Row(IP, bytes([10, 0, 0, 5]))    "10.0.0.5"
    """
    value = row.value
    if isinstance(value, int):
        return value
    if isinstance(value, tuple) or row.tag == IP:
        return ".".join(str(number) for number in value)
    if row.tag == OPAQUE:
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
