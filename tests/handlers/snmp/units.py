"""The synthetic units, each with its family, as parameters of tests and as devices."""

from __future__ import annotations

from functools import partial
from typing import Callable, Optional

import pytest

from handlers.dcimanager.views import Figures
from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection, schema
from handlers.snmp.device import SnmpDevice
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.measurements import Measurement
from handlers.snmp.metering import read_statistic
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES, VIEW_FIGURES, ReadScope
from handlers.snmp.tables import ComputedRows, objects_of
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests.handlers.snmp.calls import Listening, MemoryPdu, near, pdu
from tests.handlers.snmp.memory import ROW_FUNCTIONS, Memory, of_rows
from tests.simulators.snmp_agent import Agent, Row
from tests.simulators.snmp_units import Fixture, Switch, VarBind, fixtures

Reach = Callable[..., SnmpPdu]
FAMILIES: dict[str, Profile] = {profile.key: profile for profile in PROFILES}
#: those that have a form in JSON
PLAIN_FAMILIES = [
    profile
    for profile in PROFILES
    if all(type(part) in schema.FIELD_TYPES for part in parts_of(profile))
]
FIXTURES = [unit for unit in fixtures() if unit.key in FAMILIES]
STATES = {"on": EnumPowerStatus.UP, "off": EnumPowerStatus.DOWN, "unknown": EnumPowerStatus.UNKNOWN}
UNPROVEN = {"switch_unproven": "yes"}


def unit_id(value: object) -> str:
    return value.name if isinstance(value, Fixture) else str(value)


EACH = pytest.mark.parametrize("unit", FIXTURES, ids=unit_id)


def _mechanisms(unit: Fixture) -> set[str]:
    """The kinds of parts that the unit's profile has, which fields of a figure it uses, and which
    functions of rows its own functions call."""
    names: set[str] = set()
    for part in parts_of(FAMILIES[unit.key]):
        names.add(type(part).__name__)
        if isinstance(part, Measurement):
            names.update(name for name, value in vars(part).items() if value)
        elif isinstance(part, ComputedRows):
            names.update(set(part.function.__code__.co_names) & ROW_FUNCTIONS.keys())
    return names


def _one_of_each_mechanism() -> list[Fixture]:
    """Few units that together have all mechanisms: each time the one with the most new ones."""
    mechanisms = {unit.name: _mechanisms(unit) for unit in FIXTURES}
    missing: set[str] = set().union(*mechanisms.values())
    chosen_units: list[Fixture] = []
    while missing:
        unit = max(FIXTURES, key=lambda unit: len(mechanisms[unit.name] & missing))
        missing -= mechanisms[unit.name]
        chosen_units.append(unit)
    return chosen_units


#: for a law of one function, which every family calls: a unit of each way in which it is called
ONE_OF_EACH_MECHANISM = _one_of_each_mechanism()
EACH_MECHANISM = pytest.mark.parametrize("unit", ONE_OF_EACH_MECHANISM, ids=unit_id)
# Units that are also read over the wire. Together they need every kind of read.
WIRED = [
    unit
    for unit in FIXTURES
    if unit.name
    in (
        "apnl-modular",
        "bachmann-bluenet2",
        "clever-ms-pdu",
        "cpi-econnect",
        "liebert-power",
        "opengear-rpc",
    )
]


def _form_of_command(unit: Fixture) -> tuple[type, ...]:
    """The classes of the unit's first control, of the objects that it writes, and of its guards."""
    for outlets in FAMILIES[unit.key].outlets:
        if outlets.control:
            written_object = next(objects_of([outlets.control.at]))
            return type(outlets.control), type(written_object), *map(type, outlets.guards)
    return ()


def _one_of_each_form(length: Optional[int]) -> list[Fixture]:
    """One switched unit for each different beginning of a form of this length."""
    unit_by_form: dict[tuple[type, ...], Fixture] = {}
    for unit in SWITCHED:
        unit_by_form.setdefault(_form_of_command(unit)[:length], unit)
    return list(unit_by_form.values())


SWITCHED = [unit for unit in FIXTURES if unit.switch]
# One switched unit for each form of a command; and one for each pair of a control and the objects
# that it writes, which are also reached over the wire.
_FORMS = _one_of_each_form(None)
WIRED_KINDS = _one_of_each_form(2)
# What a failed command is reported as depends on the form of the control, not on the family.
REACHED = pytest.mark.parametrize(
    "unit, reach",
    [
        *(pytest.param(unit, near, id=unit.name) for unit in _FORMS),
        *(pytest.param(unit, pdu, id=f"{unit.name}-wire") for unit in WIRED_KINDS),
    ],
)


def memory(unit: Fixture) -> Memory:
    return of_rows(unit.rows)


def chosen_by_hand(unit: Fixture) -> bool:
    """Whether the unit's family is never detected, so that the setting `profile` must name it."""
    profile = FAMILIES[unit.key]
    return not (profile.sys_object_ids or profile.roots or profile.sweep)


def find(unit: Fixture, device: Memory, scope: ReadScope = ALL_STATES) -> SnmpDevice:
    """The device as a status reads it, or as another call does (`scope`): detected, or read as the
    unit's family if no sysObjectID tells it."""
    if chosen_by_hand(unit):
        choose = partial(detection.read_as, device, FAMILIES[unit.key])
    else:
        choose = partial(detection.detect, device, PROFILES)
    return choose(scope, metered_only=unit.metered_only)


def view_figures(unit: Fixture, device: Memory) -> Figures:
    """The figures that DCImanager is shown."""
    return read_statistic(find(unit, device, VIEW_FIGURES), with_power=False)


def rows_without(unit: Fixture, *oids: str) -> dict[str, Row]:
    """The unit's objects without these, and without those below them."""
    prefixes = tuple(f"{oid}." for oid in oids)
    return {oid: row for oid, row in unit.rows.items() if not f"{oid}.".startswith(prefixes)}


def settings_of(unit: Fixture) -> dict[str, str]:
    """The settings of a handler that may switch the unit."""
    settings = {**UNPROVEN, "metered_only": "yes" if unit.metered_only else "no"}
    if chosen_by_hand(unit):
        settings["profile"] = unit.key
    return settings


def refusal_of_command(unit: Fixture, device: Memory, identity: str) -> str:
    """Why the handler sends no command to an outlet: "outlet 7 is not switched: it is locked (value
    1)"."""
    data = PduSnmpData("192.0.2.1", {"version": "2", "community": "private"}, settings_of(unit))
    handler = MemoryPdu(data, device)
    with pytest.raises(PduHandlerError) as error_info:
        handler.port_down(PduPortView(identity), deadline=0.0)
    reason = error_info.value.reason
    assert "a command wrote" not in reason
    return reason


def handler_of(
    unit: Fixture, agent: Listening, reach: Reach = pdu, *, version: str = "", **params: str
) -> SnmpPdu:
    """A handler for the agent of a unit, which may switch it. `reach`: over the wire (`pdu`), or in
    memory (`near`). `version`: of SNMP, "1" or "2c"; the unit's last one without it."""
    snmp_version = version or unit.versions[-1]
    return reach(agent, settings_of(unit), version=snmp_version.replace("2c", "2"), **params)


def states(view: PduView) -> dict[str, EnumPowerStatus]:
    """Outlet -> state."""
    return {port.identity: port.power_status for port in view.ports}


def expected_states(unit: Fixture) -> dict[str, EnumPowerStatus]:
    return {identity: STATES[outlet.state] for identity, outlet in unit.expected.outlets.items()}


def switching(unit: Fixture) -> Switch:
    assert unit.switch is not None
    return unit.switch


def varbinds(unit: Fixture, up: bool) -> list[VarBind]:
    """The writes of a command to the outlet that the fixture switches."""
    return list(switching(unit).on if up else switching(unit).off)


def port_of(unit: Fixture) -> PduPortView:
    return PduPortView(switching(unit).identity, EnumPowerStatus.UNKNOWN)


def states_on(unit: Fixture, agent: Agent) -> dict[str, EnumPowerStatus]:
    """Outlet -> state of the agent's device now: {"1": UP, "2": DOWN}. They are read in memory,
    because another test reads a status over the wire."""
    return find(unit, of_rows(agent.device.rows())).states


def about(value: Optional[float]) -> object:
    """What a float that was computed is compared with."""
    return None if value is None else pytest.approx(value, abs=1e-9)
