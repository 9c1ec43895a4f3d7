"""The labels of outlets for people: the number printed on the unit, and the name given by its
owner.
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
        number_text = _shown_text(printed_numbers.get(identity, ""), encoding)
        numbers[identity] = number_text or identity.rpartition(".")[2]
    return [
        dcimanager.label(identity, number_text, _shown_text(names.get(identity, ""), encoding))
        for identity, number_text in _distinct(numbers).items()
    ]


def missing_labels(device: SnmpDevice) -> list[tuple[str, str]]:
    """Each outlet whose printed number or name the device has and did not answer now, with the
    reason. For the names {"1": "web", "2": Missing("no answer")}:

        [("2", "outletName: no answer")]
    """
    device = _with_named_outlets(device)
    if device.outlets is None:
        return []
    outlet_identities = device.decisions.keys()  # the columns may have rows of padding, too
    missing: list[tuple[str, str]] = []
    columns = [column for column in (device.outlets.number, device.outlets.name) if column]
    for column in columns:
        for identity, label in device.tables[column].items():
            if isinstance(label, Missing) and identity in outlet_identities:
                missing.append((identity, f"{name_of(column)}: {label.reason}"))
    return missing


def _with_named_outlets(device: SnmpDevice) -> SnmpDevice:
    """The device with all outlets that can be labelled: also those whose state was not answered,
    and whose number or name in the same table was. They stay where the table has them, not decided:

        states {"1": 2, "3": 1}, names {"1": "web", "2": "db", "3": "mail"}  ->  outlets 1, 2, 3
    """
    outlets = device.outlets
    if outlets is None:
        return device
    tables = device.tables.of_known_family([outlets.number, outlets.name])
    rows: Iterable[str] = ()
    if outlets.states:
        rows = outlets.states.rows(tables)
    elif outlets.rows:
        rows = tables[outlets.rows]
    decisions = {
        identity: device.decisions.get(identity, NOT_DECIDED)
        for identity in rows
        if not is_index_missing(identity)
    }
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
    """The printed numbers, so that no two outlets have the same: if some do, each is put after the
    numbers of its index, before the last, by which the outlets differ, such as the unit:

    >>> _distinct({"1.7": "7", "2.7": "7"}), _distinct({"1.7": "7", "1.8": "8"})
    ({'1.7': '1:7', '2.7': '2:7'}, {'1.7': '7', '1.8': '8'})

    They stay as they are if that does not make them different:

    >>> _distinct({"1.7": "A", "1.8": "A"})
    {'1.7': 'A', '1.8': 'A'}
    """
    if len(set(numbers.values())) == len(numbers):
        return numbers
    units = {identity: identity.split(".")[:-1] for identity in numbers}
    differing: list[bool] = []
    for arcs_there in zip_longest(*units.values()):
        differing.append(len(set(arcs_there)) > 1)
    numbers_with_units: dict[str, str] = {}
    for identity, number in numbers.items():
        parts = [*compress(units[identity], differing), number]
        numbers_with_units[identity] = ":".join(parts)
    distinct_numbers = set(numbers_with_units.values())
    if len(distinct_numbers) < len(numbers):
        return numbers
    return numbers_with_units
