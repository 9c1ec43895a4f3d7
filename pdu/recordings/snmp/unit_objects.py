"""The objects of a simulated SNMP unit from which its family reads states and figures."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import PduHandlerError
from handlers.snmp.device import SnmpDevice
from handlers.snmp.measurements import Measurement
from handlers.snmp.totals import Total
from pdu_common.helper import EnumPowerStatus

from .recorded_rows import Arcs, RecordedRows, Rows, arcs, reading


class UnitObjects(NamedTuple):
    """The objects of a simulated PDU from which its family reads it."""

    #: an outlet that is on, between others if there is one, and the objects of its state
    middle_outlet: str = ""
    middle_outlet_state: frozenset[Arcs] = frozenset()
    #: of all outlets' states
    states: frozenset[Arcs] = frozenset()
    #: of the meters of load, and of those of energy, if it has such
    meters: Sequence[frozenset[Arcs]] = ()
    #: of these, one of each table
    meter_rows: Sequence[frozenset[Arcs]] = ()


def unit_objects(rows: Rows, device: SnmpDevice) -> UnitObjects:
    """Which of a device's rows hold its states and its figures, and of each table one row that has
    neighbours on both sides.

        states    1.3.6.1.4.1.318...3.1.5.1 to .8
        meters    of load 1.3.6.1.4.1.318...2.3.1.5.1; of energy none
    """
    states = state_objects(rows, device)
    outlets = [name for name, state in device.states.items() if state is EnumPowerStatus.UP]
    middle_outlet = outlets[len(outlets) // 2] if outlets else ""
    middle_states = objects_with_index(states, middle_outlet) if middle_outlet else []
    if middle_states and _reads_without(rows, device, middle_states, middle_outlet):
        middle_states = []  # its identity is the index of other objects
    meters: list[frozenset[Arcs]] = []
    meter_rows: list[frozenset[Arcs]] = []
    for figures in (load_figures(device), energy_figures(device)):
        tables = [_objects_of(rows, device, figure) for figure in figures]
        middle_rows = [oids[len(oids) // 2] for oids in tables if oids]
        if middle_rows:
            meters.append(frozenset(itertools.chain(*tables)))
            meter_rows.append(frozenset(middle_rows))
    return UnitObjects(
        middle_outlet=middle_outlet if middle_states else "",
        middle_outlet_state=frozenset(middle_states),
        states=frozenset(states),
        meters=meters,
        meter_rows=meter_rows,
    )


def state_objects(rows: Rows, device: SnmpDevice) -> list[Arcs]:
    """The objects from which the family reads the states of this device."""
    memory = RecordedRows(rows)
    if device.outlets is not None and device.outlets.states is not None:
        device.outlets.states.rows(reading(memory, device.tables))
    return memory.oids_in_answers()


def _reads_without(rows: Rows, device: SnmpDevice, oids: Sequence[Arcs], identity: str) -> bool:
    """Whether the family reads the state of an outlet without these objects: then they are not its
    row.
    """
    memory = RecordedRows({oid: row for oid, row in rows.items() if oid not in oids})
    assert device.outlets is not None and device.outlets.states is not None
    with contextlib.suppress(PduHandlerError):
        return identity in device.outlets.states.rows(reading(memory, device.tables))
    return False


def _objects_of(rows: Rows, device: SnmpDevice, figure: Measurement) -> list[Arcs]:
    """The objects from which the family reads this figure."""
    memory = RecordedRows(rows)
    figure.rows(reading(memory, device.tables))
    return memory.oids_in_answers()


def objects_with_index(oids: Iterable[Arcs], identity: str) -> list[Arcs]:
    """The objects whose index is an outlet's identity; none if it is no index.

    >>> objects_with_index([(1, 3, 6, 9, 1, 2), (1, 3, 6, 9, 2, 2)], "1.2")
    [(1, 3, 6, 9, 1, 2)]
    >>> objects_with_index([(1, 3, 6, 9, 1, 2)], "A2")
    []
    """
    if not is_index(identity):
        return []
    index = arcs(identity)
    return [oid for oid in oids if oid[-len(index) :] == index]


def is_index(identity: str) -> bool:
    """Whether an outlet's identity is the index of its rows.

    >>> is_index("1.2"), is_index("A2")
    (True, False)
    """
    return all(part.isdecimal() for part in identity.split("."))


def load_figures(device: SnmpDevice) -> list[Measurement]:
    """The tables of all meters of current, such as lines, inlet and outlets."""
    profile = device.profile
    outlet_figure = device.outlets.current if device.outlets is not None else None
    return _figures((profile.load, profile.inlet), outlet_figure)


def energy_figures(device: SnmpDevice) -> list[Measurement]:
    """The tables of all meters of energy."""
    outlet_figure = device.outlets.energy if device.outlets is not None else None
    return _figures((device.profile.energy,), outlet_figure)


def _figures(
    totals: Sequence[Optional[Total]], outlet_figure: Optional[Measurement]
) -> list[Measurement]:
    """The figures of these totals, and that of the outlets."""
    tables = [total.figures for total in totals if total is not None]
    outlet_figures = [] if outlet_figure is None else [outlet_figure]
    return [*itertools.chain.from_iterable(tables), *outlet_figures]
