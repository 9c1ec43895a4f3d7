"""The figures of a Xerus PDU: which of a unit's meters are used, and how they are summed. Pure: all
calls are answered.

A Figure is a number, NotKnown (the meter cannot be read now), NotMetered (never a number, with the
reason) or None (no such meter: the next kind of meter is used). A Pending is a call with its
answer: `error`, or `get()` if that is None. A SensorReading has the `call` that reads one sensor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Union

from ..dcimanager import Figures, MeterFigures
from ..shared.errors import Denied
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    NotKnown,
    NotMetered,
    first_metered,
    largest,
    measured,
    sum_if_complete,
    sum_of_parts,
)
from .meters import InletMeter, OutletMeter
from .panels import ControllerMeters
from .readings import NOT_FITTED, SensorReading, call_error, kilowatt_hours, listed_parts
from .rpc import Pending
from .rpc.pdumodel import OverCurrentProtector, TransferSwitch
from .units import PRIMARY, MissingObjectCode

_ADVICE = "; the handler setting link_units says which link units are read"


class BankMeters(NamedTuple):
    """The overcurrent protectors (banks) of a unit, with the readings of their currents.
    `next_reading` is that of one bank more than are listed: if the unit does not have it, the list
    is whole. NOT_FITTED, without a call, stands for a unit that was not asked for its banks.

    protectors       2 are listed
    readings         /model/pdu/0/ocp/0/current: 4.0, /model/pdu/0/ocp/1/current: 2.5
    next_reading     /model/pdu/0/ocp/2/current: HTTP 404, the list is whole
    load()           6.5
    """

    protectors: Pending[list[OverCurrentProtector]]
    #: recognizes the error with which the unit answers for an object that it does not have
    missing_code: MissingObjectCode
    #: of each protector in the list
    readings: Sequence[SensorReading] = ()
    next_reading: SensorReading = NOT_FITTED

    def load(self) -> Figure:
        """The sum of the currents of the protectors, in A.

        readings      next_reading   returned
        4.0, 2.5      HTTP 404       6.5
        4.0, 2.5      1.0            NotKnown: the list may lack one
        4.0, none     HTTP 404       NotMetered

        None if the account may not list them: then the outlets are the meter, at each poll.
        """
        if isinstance(self.protectors.error, Denied):
            return None
        protectors = listed_parts(self.protectors, "protectors")
        if isinstance(protectors, NotKnown):
            return protectors
        if not self._is_list_whole():
            return NotKnown(f"the list of protectors may lack one: it has {len(protectors)}")
        return sum_if_complete(reading.figure() for reading in self.readings)

    def _is_list_whole(self) -> bool:
        """Whether the list of protectors lacks none. With 2 in the list, a third was asked for:

        answer to getReading of /ocp/2/current    returned
        HTTP 404: the unit does not have it       True
        a value, or any other error               False
        it was not asked                          True

        Raises Denied if the account may not read it.
        """
        call = self.next_reading.call
        if call is None:
            return True
        return self.missing_code.is_in(call_error(call))


class UnitMeters(NamedTuple):
    """The meters of one unit that is no power meter controller; it may have no outlets. Each figure
    is that of the first meter that the unit has:

        load()      inlets 4.1 A; banks 4.0 A; outlets 3.9 A                  4.1
        load()      inlets without sensors; banks 4.0 A; outlets 3.9 A        4.0
        energy()    the unit's counter, else inlets, else outlets             34500.0
    """

    inlets: Sequence[InletMeter]
    switches: Pending[list[TransferSwitch]]
    banks: BankMeters
    with_power: bool
    outlets: Sequence[OutletMeter] = ()
    #: of the unit's own counter
    counter: SensorReading = NOT_FITTED
    #: of the unit's own power
    active_power: SensorReading = NOT_FITTED

    def load(self) -> Figure:
        """Amperes: the load of the inlets in use, else the sum over the protectors (banks), else
        over the outlets: the first that the unit meters.

            inlets           banks    outlets    returned
            4.1              4.0      3.9        4.1
            None             4.0      3.9        4.0
            NotKnown         4.0      3.9        NotKnown: the others are other quantities
            None             None     3.9        3.9

        Raises Denied for a denied list or reading that a sum needs; if nothing else has the whole
        load, also for a denied list of protectors.
        """
        currents = {outlet.identity: outlet.current.figure() for outlet in self.outlets}
        load = first_metered(self.inlet_load(), self.banks.load(), sum_of_parts("outlet", currents))
        if load is None or isinstance(load, NotMetered):
            call_error(self.banks.protectors)  # raises Denied: the banks may have a figure
        return load

    def inlet_load(self) -> Figure:
        """Amperes of the inlets in use, by their own sensors. A transfer switch takes everything
        from one inlet; the others show standby current.

            inlets      transfer switches   returned
            4.1, 3.9    none                8.0
            4.1, 0.2    1                   4.1
            4.1, 0.0    2                   4.1
            4.1, 0.2    2                   NotMetered: a load may count twice

        The numbering of the selected inlet is undocumented (TransferSwitch.idl 6.0.3). With one
        switch and two inlets the larger current is used; with more of either, the inlets have no
        load if several may carry current.
        """
        loads = self._loads_in_use()
        total = sum_if_complete(loads)
        may_carry = [load for load in loads if measured(load) != 0.0]
        if total is None or len(may_carry) < 2:
            return total
        switches = listed_parts(self.switches, "transfer switches")
        if isinstance(switches, NotKnown):
            return switches
        if not switches:
            return total
        if len(switches) == 1 and len(loads) == 2:
            return largest(loads)
        return NotMetered("behind these transfer switches the load of an inlet may count twice")

    def _loads_in_use(self) -> list[Figure]:
        """The load in A of each inlet that is in use (enabled). Where that is not known, the load
        is not known, either, unless the inlet carries 0 A or has no meter:

            load   isEnabled    in the returned list
            4.1    true         4.1
            4.1    false        left out
            4.1    not known    NotKnown
            0.0    not known    0.0
        """
        loads: list[Figure] = []
        for inlet in self.inlets:
            load = inlet.load()
            is_in_use = inlet.is_in_use
            may_carry = load is not None and measured(load) != 0.0
            if isinstance(is_in_use, NotKnown):
                loads.append(is_in_use if may_carry else load)
            elif is_in_use:
                loads.append(load)
        return loads

    def energy(self) -> Figure:
        """Watt-hours: the unit's counter, else the sum over all inlets, else over all outlets.

            unit         inlets         outlets          returned
            34500        34000          33900            34500
            not fitted   20000, 14500   33900            34500
            not valid    34000          33900            NotKnown

        A fitted counter that cannot be read now is not replaced by another one: the figure would
        jump.
        """
        energies = {outlet.identity: outlet.counter.figure() for outlet in self.outlets}
        return first_metered(
            self.counter.figure(),
            sum_if_complete(inlet.energy() for inlet in self.inlets),
            sum_of_parts("outlet", energies),
        )

    def power(self) -> Figure:
        """Watts: of the unit, else the sum over the inlets in use, else over all outlets; NOT_ASKED
        unless `with_power`.

            unit         inlets      outlets   returned
            950          940         930       950
            not fitted   900, 40     930       940
            not fitted   no sensor   930       930

        An inlet on standby draws what it shows, so both inlets of a transfer switch count.
        """
        if not self.with_power:
            return NOT_ASKED
        powers = {outlet.identity: outlet.power.figure() for outlet in self.outlets}
        return first_metered(
            self.active_power.figure(), self.inlet_power(), sum_of_parts("outlet", powers)
        )

    def inlet_power(self) -> Figure:
        """The sum in W over the inlets in use (enabled), by their own sensors; NotKnown if it is
        not known whether one is in use.

            power, isEnabled    900 true, 40 true         940
            power, isEnabled    900 true, 40 false        900
            power, isEnabled    900 true, 40 not known    NotKnown
        """
        powers: list[Figure] = []
        for inlet in self.inlets:
            is_in_use = inlet.is_in_use
            if isinstance(is_in_use, NotKnown):
                powers.append(is_in_use)
            elif is_in_use:
                powers.append(inlet.active_power())
        return sum_if_complete(powers)

    def ports(self) -> dict[str, MeterFigures]:
        """The figures of each outlet by its identity: {"7": 1.25 A, 280 W, 34.5 kWh}."""
        return {outlet.identity: outlet.figures() for outlet in self.outlets}


def sum_units(units: Mapping[int, Union[UnitMeters, ControllerMeters]]) -> Figures:
    """The figures of the whole PDU, each the sum over its units. `units`: the meters of each by its
    link id (0: the primary unit).

    units                           load_a   energy_kwh   ports
    {0: 4.1 A, 34500 Wh, outlets    7.1      54.5         {"1": ..., "2.1": ...}
     2: 3.0 A, 20000 Wh, outlets}

    If one is a power meter controller, the PDU has no figures of its inlets: the mains of a panel
    are no inlet.
    """
    loads: dict[str, Figure] = {}
    energies: dict[str, Figure] = {}
    powers: dict[str, Figure] = {}
    inlet_loads: dict[str, Figure] = {}
    inlet_powers: dict[str, Figure] = {}
    ports: dict[str, MeterFigures] = {}
    for link_id, unit in units.items():
        name = "1 (the primary unit)" if link_id == PRIMARY else str(link_id)
        loads[name] = unit.load()
        energies[name] = unit.energy()
        powers[name] = unit.power()
        ports.update(unit.ports())
        if isinstance(unit, UnitMeters):
            inlet_loads[name] = unit.inlet_load()
            inlet_powers[name] = unit.inlet_power()
    have_inlets = len(inlet_loads) == len(units)
    return Figures(
        load_a=sum_of_parts("unit", loads, _ADVICE),
        energy_kwh=kilowatt_hours(sum_of_parts("unit", energies, _ADVICE)),
        ports=ports,
        power_w=sum_of_parts("unit", powers, _ADVICE),
        inlet_a=sum_of_parts("unit", inlet_loads, _ADVICE) if have_inlets else None,
        inlet_w=sum_of_parts("unit", inlet_powers, _ADVICE) if have_inlets else None,
    )
