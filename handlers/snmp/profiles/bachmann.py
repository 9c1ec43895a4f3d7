"""Bachmann: BlueNet units with BACHMANN-BLUENET2-MIB. The index is device.circuit.phase.socket.

The status combines on or off with alarms, warnings and identification: odd numbers from 9 to 23 are on, even ones from 10 to 24
off. Measurements are variables: one table has their units and powers of ten, another their values, types and statuses.
The index of both is a GUID of eight octets: the first seven identify the measured part, the last one the variable.
"""
from ..parts import SIMULATED, Arcs, Confidence, Figure, Guarded, Outlets, Profile, State, Write
from ..sources import Listed, Number, OfUnits, Only, Source, Spelt
from .shorthand import ONES, column, oids, pysnmp_mibs, total

STATUS = column("31770.2.2.6.5.1.11", "blueNet2SocketStatus")
MODE = column("31770.2.2.6.5.1.12", "blueNet2SocketMode")
NOT_AVAILABLE, NOT_SWITCHABLE = "4", "5"

SOCKETS = column("31770.2.2.6.5.1.6", "blueNet2SocketGuid")
PHASES = column("31770.2.2.6.3.1.4", "blueNet2PhaseGuid")
PHASE_COUNT = column("31770.2.2.4.2.1.20", "blueNet2DeviceNumberOfPhases")
VALUE = column("31770.2.2.8.4.1.5", "blueNet2VariableDataValue")
TYPE = column("31770.2.2.8.4.1.3", "blueNet2VariableDataType")
CONDITION = column("31770.2.2.8.4.1.4", "blueNet2VariableDataStatus")
SCALING = column("31770.2.2.8.2.1.9", "blueNet2VariableScaling")
UNIT = column("31770.2.2.8.2.1.10", "blueNet2VariableUnit")
CURRENT, POWER, ENERGY = ("4", "4"), ("19", "36"), ("36", "240")        # type and unit of variables in A, W and kWh
NOT_MEASURED = ("0", "1", "8", "44")            # statuses: expected, undefined, deactivate, disabled
LOST = ("7",)                                   # status: lost; such a variable is kept, without a value
THE_DEVICE = Arcs(stop=1)
WITH_PHASES = Only(PHASE_COUNT, PHASE_COUNT, ("0",), keep=False)        # a row for each device that has phases
ENTITY = 7                                      # octets of a GUID that identify the measured part


def _measured(kind: tuple[str, str], at: Source) -> Figure:
    """A measurement of each GUID in the column `at`. There is no sum if a row's variable is missing, lost or not measured."""
    def of(values: Source) -> Spelt:
        of_unit = Only(Only(values, TYPE, kind[:1]), UNIT, kind[1:])
        measured = Only(of_unit, CONDITION, NOT_MEASURED, keep=False)
        return Spelt(Listed(measured, Only(measured, CONDITION, LOST, keep=False)), at, ENTITY)

    return Figure(Listed(Number(at, plus=0, position=0), of(VALUE)), ONES, (), exponent=of(SCALING))


PROFILES = (
    Profile(
        key="bachmann-bluenet2", vendor="Bachmann", mib="BACHMANN-BLUENET2-MIB",
        source=pysnmp_mibs("mibs/bachmann/BACHMANN-BLUENET2-MIB"),
        models=("BlueNet BN2000 to BN7500",), sys_object_ids=oids("31770.2.1"),
        outlets=(Outlets(
            states=State(STATUS, on=tuple(map(str, range(9, 25, 2))), off=tuple(map(str, range(10, 25, 2)))),
            control=Guarded(Write(MODE, on=1, off=2), MODE, refuse=(NOT_AVAILABLE, NOT_SWITCHABLE), demanded=True,
                            why="the device reports it as not switchable or not available"),
            count=OfUnits(column("31770.2.2.4.2.1.22", "blueNet2DeviceNumberOfSockets"), STATUS),
            name=column("31770.2.2.6.5.1.8", "blueNet2SocketFriendlyName"),
            current=_measured(CURRENT, SOCKETS), power=_measured(POWER, SOCKETS), energy=_measured(ENERGY, SOCKETS)),),
        load=total(_measured(CURRENT, PHASES), else_outlets=True, unit=THE_DEVICE, units=WITH_PHASES),
        power=total(_measured(POWER, PHASES), else_outlets=True, unit=THE_DEVICE, units=WITH_PHASES),
        energy=total(_measured(ENERGY, PHASES), else_outlets=True, unit=THE_DEVICE, units=WITH_PHASES),
        switching_confidence=Confidence.MEDIUM, evidence=SIMULATED),
)
