"""The objects of a simulated SNMP unit from which its family reads states and figures.

object      an OID as a tuple, (1, 3, 6, 1, 4, 1, 318, 1); the rows have type and value of each
family      the SNMP profile that fits a device: which objects it reads as states and figures
figure      a number that a meter measures; a table of figures has one row for each phase, bank or
            outlet
"""

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
    """The objects of a simulated PDU from which its family reads states and figures."""

    #: the identity of an outlet that is on, between others if there is one; "" for none
    middle_outlet: str = ""
    #: the objects of its state
    middle_outlet_state: frozenset[Arcs] = frozenset()
    #: the objects of all outlets' states
    states: frozenset[Arcs] = frozenset()
    #: those of all meters of load, then those of all meters of energy, if it has such
    meters: Sequence[frozenset[Arcs]] = ()
    #: as `meters`, but of each table the one in its middle
    meter_rows: Sequence[frozenset[Arcs]] = ()


def unit_objects(rows: Rows, device: SnmpDevice) -> UnitObjects:
    """The objects among these rows from which the family reads the states and figures of `device`,
    and of each table the one in its middle.

        states      1.3.6.1.4.1.318...3.1.5.1 to .8
        meters      of load 1.3.6.1.4.1.318...2.3.1.5.1 to .3; of energy none
        meter_rows  of load 1.3.6.1.4.1.318...2.3.1.5.2
    """
    states = state_objects(rows, device)
    outlets = [name for name, state in device.states.items() if state is EnumPowerStatus.UP]
    middle_outlet = outlets[len(outlets) // 2] if outlets else ""
    middle_states = objects_with_index(states, middle_outlet) if middle_outlet else []
    if middle_states and _is_read_without(rows, device, middle_states, middle_outlet):
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
    recorded_rows = RecordedRows(rows)
    if device.outlets is not None and device.outlets.states is not None:
        device.outlets.states.rows(reading(recorded_rows, device.tables))
    return recorded_rows.oids_in_answers()


def _is_read_without(rows: Rows, device: SnmpDevice, oids: Sequence[Arcs], identity: str) -> bool:
    """Whether the family still reads the state of this outlet if the rows lack these objects. Then
    they are those of another outlet.
    """
    other_rows = RecordedRows({oid: row for oid, row in rows.items() if oid not in oids})
    assert device.outlets is not None and device.outlets.states is not None
    with contextlib.suppress(PduHandlerError):
        tables = reading(other_rows, device.tables)
        return identity in device.outlets.states.rows(tables)
    return False


def _objects_of(rows: Rows, device: SnmpDevice, figure: Measurement) -> list[Arcs]:
    """The objects from which the family reads this figure."""
    recorded_rows = RecordedRows(rows)
    figure.rows(reading(recorded_rows, device.tables))
    return recorded_rows.oids_in_answers()


def objects_with_index(oids: Iterable[Arcs], identity: str) -> list[Arcs]:
    """The objects whose OID ends with an outlet's identity; none if the identity is no index, that
    is not made of numbers.

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
    """How the family reads currents in A: one figure for each table of meters, such as those of
    lines, inlet and outlets.
    """
    profile = device.profile
    outlet_figure = device.outlets.current if device.outlets is not None else None
    return _figures((profile.load, profile.inlet), outlet_figure)


def energy_figures(device: SnmpDevice) -> list[Measurement]:
    """How the family reads energies in kWh: one figure for each table of meters."""
    outlet_figure = device.outlets.energy if device.outlets is not None else None
    return _figures((device.profile.energy,), outlet_figure)


def _figures(
    totals: Sequence[Optional[Total]], outlet_figure: Optional[Measurement]
) -> list[Measurement]:
    """The figures from which these totals are made, and then the one of the outlets; None is left
    out.
    """
    figures = [figure for total in totals if total is not None for figure in total.figures]
    return figures if outlet_figure is None else [*figures, outlet_figure]
