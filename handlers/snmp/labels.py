"""The labels of outlets for people: the number printed on the unit, and the name given by its
owner.

`device.decisions` are the outlets, {identity: state}; `device.outlets` are the family's sources:
`number` of the printed numbers, `name` of the names. `tables[source]` are the rows of a source,
{identity: value}, with a `Missing` where the answers lack one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress, zip_longest

from .. import dcimanager
from ..shared.labels import name_text
from .cells import Cell, Missing, is_index_missing
from .decoding import printable_text
from .device import NOT_DECIDED, SnmpDevice
from .states import name_of


def outlet_labels(device: SnmpDevice, encoding: str = "") -> list[dcimanager.Label]:
    """The printed number and the name of each outlet. An outlet without a printed number has the
    last number of its index.

        names {"1.1": "web", "1.2": "db"}  ->  [Label("1.1", "1", "web"), Label("1.2", "2", "db")]

    encoding: of names that are not UTF-8.
    """
    device = _with_named_outlets(device)
    outlets, tables = device.outlets, device.tables
    if outlets is None:
        return []
    printed_numbers = tables[outlets.number] if outlets.number else {}
    names = tables[outlets.name] if outlets.name else {}
    numbers: dict[str, str] = {}
    for identity in device.decisions:
        printed_number = _shown_text(printed_numbers.get(identity, ""), encoding)
        last_arc = identity.rpartition(".")[2]
        numbers[identity] = printed_number or last_arc
    return [
        dcimanager.label(identity, number, _shown_text(names.get(identity, ""), encoding))
        for identity, number in _distinct(numbers).items()
    ]


def missing_labels(device: SnmpDevice) -> list[tuple[str, str]]:
    """Each outlet whose printed number or name the device has and did not answer now, with the
    reason; for the log. For the names {"1": "web", "2": Missing("no answer")}:

        [("2", "outletName: no answer")]
    """
    device = _with_named_outlets(device)
    if device.outlets is None:
        return []
    missing: list[tuple[str, str]] = []
    columns = [column for column in (device.outlets.number, device.outlets.name) if column]
    for column in columns:
        for identity, label in device.tables[column].items():
            is_outlet = identity in device.decisions  # a column may have rows of padding, too
            if is_outlet and isinstance(label, Missing):
                missing.append((identity, f"{name_of(column)}: {label.reason}"))
    return missing


def _with_named_outlets(device: SnmpDevice) -> SnmpDevice:
    """The device with all outlets that can be labelled: also those whose state was not answered, if
    the number or the name in the same table was. Their state is UNKNOWN; they are put between the
    others, in the order of the table:

        states {"1": 2, "3": 1}, names {"1": "web", "2": "db", "3": "mail"}  ->  outlets 1, 2, 3
    """
    outlets = device.outlets
    if outlets is None:
        return device
    # with the labels' columns, the list of states has the rows of these, too
    tables = device.tables.of_known_family([outlets.number, outlets.name])
    rows: Iterable[str] = ()
    if outlets.states:
        rows = outlets.states.rows(tables)
    elif outlets.rows:
        rows = tables[outlets.rows]
    known_rows = [row for row in rows if not is_index_missing(row)]
    decisions = {row: device.decisions.get(row, NOT_DECIDED) for row in known_rows}
    return device._replace(decisions={**decisions, **device.decisions}, tables=tables)


def _shown_text(raw: Cell, encoding: str) -> str:
    r"""A name or number for people: one line. `encoding`: of octets that are not UTF-8.

    >>> _shown_text("web\n1", ""), _shown_text(b"B\xfcro", "latin-1")
    ('web1', 'Büro')
    >>> _shown_text(Missing("no answer"), "")
    ''
    """
    if isinstance(raw, bytes):
        return printable_text(name_text(raw, encoding))
    return printable_text(raw)


def _distinct(numbers: Mapping[str, str]) -> Mapping[str, str]:
    """Identity -> printed number of each outlet, so that no two outlets have the same. If two do,
    the numbers of the index before the last by which the outlets differ, such as the unit, are put
    before each:

    >>> _distinct({"1.7": "7", "2.7": "7"}), _distinct({"1.7": "7", "1.8": "8"})
    ({'1.7': '1:7', '2.7': '2:7'}, {'1.7': '7', '1.8': '8'})

    They stay as they are if that does not make them different:

    >>> _distinct({"1.7": "A", "1.8": "A"})
    {'1.7': 'A', '1.8': 'A'}
    """
    if len(set(numbers.values())) == len(numbers):
        return numbers
    units = {identity: identity.split(".")[:-1] for identity in numbers}
    # for each position in the units, whether the outlets differ in it
    differs = [len(set(arcs)) > 1 for arcs in zip_longest(*units.values())]
    numbers_with_units: dict[str, str] = {}
    for identity, number in numbers.items():
        unit = compress(units[identity], differs)
        numbers_with_units[identity] = ":".join([*unit, number])
    are_distinct = len(set(numbers_with_units.values())) == len(numbers)
    return numbers_with_units if are_distinct else numbers
