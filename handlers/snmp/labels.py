"""The printed number and the name of each outlet."""

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
    """Number and name of each outlet. `encoding`: that of names that are not UTF-8.

    names {"1": "web", "2": "db"}  ->  [Label("1", "1", "web"), Label("2", "2", "db")]
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
    """The device with the outlets of whose states the answers lack the row, and whose number or
    name is in the same table. They stay where the table has them:

    states {"1": 2, "3": 1}, names {"1": "web", "2": "db", "3": "mail"}  ->  outlets 1, 2, 3
    """
    outlets = device.outlets
    if outlets is None:
        return device
    tables = device.tables.of_known_family([outlets.number, outlets.name])
    listed: Iterable[str] = ()
    if outlets.states:
        listed = outlets.states.rows(tables)
    elif outlets.rows:
        listed = tables[outlets.rows]
    decisions = {
        identity: device.decisions.get(identity, NOT_DECIDED)
        for identity in listed
        if not is_index_missing(identity)
    }
    return device._replace(decisions={**decisions, **device.decisions}, tables=tables)


def _shown_text(raw: Cell, encoding: str) -> str:
    """A name or number for people."""
    if isinstance(raw, bytes):
        return printable_text(name_text(raw, encoding))
    return printable_text(raw)


def _distinct(numbers: Mapping[str, str]) -> Mapping[str, str]:
    """The numbers; if some are the same, each after those arcs of the identity before the last that
    differ. They are as before if that does not help.

    >>> _distinct({"1.7": "7", "2.7": "7"}), _distinct({"1.7": "7", "1.8": "8"})
    ({'1.7': '1:7', '2.7': '2:7'}, {'1.7': '7', '1.8': '8'})
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
