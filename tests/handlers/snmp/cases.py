"""Cases of parts of profiles, and of synthetic units: the .txt files beside this module
(tests/tables.py). A line begins with its subject:

    where(A, B, "1")           a function of rows.py or of a family, over rows without a device
    ipt.currents               a source of a family that is a function, likewise: the changes name
                               its objects as the MIB does
    Complete(A, same_rows_as=B)  a part, as a profile has it, and what it reads of a device
    part=Total(N) | Total(A)   several, each of which makes a case
    NEW                        a family: the whole reading as this one, whatever its sysObjectID
    (OLD, NEW)                 families: the whole reading as the one that is detected
    geist-em                   a unit of snmp_units: its whole reading; with changes, what
                               differs from it; with commands, how each ends and what it writes
    tables                     what the columns of `read` are
    settings                   the families that `set KEY=VALUE` and `build KEY=VALUE` choose; RPCM
                               is that family's profile in JSON
    profile                    acme_strip.json with another JSON at a path, `-` for none

A, B, C and D are columns of one table, F and G of another one, H of a third; N and M are scalars.
A? is a column that some devices lack. ACME is the maker's OID, OLD, NEW and OTHER are families, and
STRIP is the one of acme_strip.json. The changes:

    A 1=5 2=n/a 3='5' 4=-      rows of an object of the subject, by its MIB's name or its OID: a
                               number, a text, or none; `*=7`: of all rows. `N=5`: a scalar.
                               `lost` where there is no device
    sysObjectID=ACME.1         of the system group, with sysDescr
    unwalked A 2 3             a walk leaves out these rows, or all; GETs do not
    silent A                   a GET or walk of this object is not answered
    read A B                   the call needs these columns, too
    row 2.4                    this identity is read alone, too
    on 2, off 2.1              commands, and what is written
    outlets 1=2 2=-            figures of outlets beside a total, and `metered 7 8`, units that have
                               a meter; `counters`: the figures are counters
    set metered_only=yes       a setting of the owner
    asked                      the requests are shown, too

Of a part, `alone` has what differs where a row is read alone. `?(WHY)` is not known, `-` not
metered. A reading has the states, then unit.A, unit.W, unit.kWh and those of the outlets; `status`
and `figures` say errors of one call; `view.unit.A` a figure that the view of the platform has
otherwise. `python -m tests.handlers.snmp.cases` writes right sides.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any, Callable, Optional, Union

from handlers.shared.errors import PduHandlerError, SettingsError, Unreachable
from handlers.shared.meter_figures import ExactFigure, Figure, NotKnown, NotMetered
from handlers.snmp import detection, metering, profiles, schema
from handlers.snmp.cells import NO_ANSWER, Missing, Rows
from handlers.snmp.controls import Guard, Write
from handlers.snmp.device import SnmpDevice, reasons_of_unknown
from handlers.snmp.evidence import SIMULATED
from handlers.snmp.labels import outlet_labels
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column, Parts, Scalar
from handlers.snmp.outlets import Outlets
from handlers.snmp.parts import check_parts, parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.profiles.rittal import NamedRows
from handlers.snmp.profiles.rpcm import PROFILES as RPCM
from handlers.snmp.read_scope import ALL_STATES, FIGURES, VIEW_FIGURES, ReadScope
from handlers.snmp.settings import select_families
from handlers.snmp.states import Condition, Decision, State
from handlers.snmp.tables import (
    Computed,
    ComputedRows,
    Source,
    Tables,
    computed_from,
    objects_of,
    tables_of_device,
)
from handlers.snmp.totals import Total
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp import units
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.memory import ROW_FUNCTIONS, Memory, Value, plain
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_units import Fixture, Variation, fixture, names
from tests.tables import Case, Table

FOLDER = Path(__file__).parent
FILES = ("rows", "objects", "figures", "detection", "settings", "units")
ACME = "1.3.6.1.4.1.99999"
_OBJECTS: Mapping[str, Union[Column, Scalar]] = {
    "A": Column("1.3.1.1", "A"),
    "B": Column("1.3.1.2", "B"),
    "C": Column("1.3.1.3", "C"),
    "D": Column("1.3.1.4", "D"),
    "F": Column("1.3.2.1", "F"),
    "G": Column("1.3.2.2", "G"),
    "H": Column("1.3.3.1", "H"),
    "N": Scalar("1.3.8.0", "N"),
    "M": Scalar("1.3.9.0", "M"),
}
_SYSTEM = {"sysObjectID": detection.SYS_OBJECT_ID, "sysDescr": detection.SYS_DESCR}
_RPCM = schema.dumps(RPCM[0])
_STATES = {EnumPowerStatus.UP: "on", EnumPowerStatus.DOWN: "off", EnumPowerStatus.UNKNOWN: "?"}
_MOST = Decimal(100_000)  # A or W
_CELL = re.compile(r"""(\S+?)=(b?'(?:[^'\\]|\\.)*'|\S*)(?: |$)""")
_CELLS = re.compile(f"(?:{_CELL.pattern})+")


def family(key: str, *sys_object_ids: str, **fields: Any) -> Profile:
    """A family with outlets in the table ACME.N, by the last digit of its key, if it is told no
    others."""
    states = State(Column(f"{ACME}.{key[-1]}.3", f"state{key[-1]}"), on=("1",), off=("2",))
    members: dict[str, Any] = {
        "key": key,
        "vendor": "Acme",
        "models": (key,),
        "mib": "ACME-MIB",
        "sys_object_ids": sys_object_ids,
        "outlets": (Outlets(states=states),),
        **fields,
    }
    profile = Profile(**members, evidence=SIMULATED)
    quantities = {"current": profile.load, "power": profile.power, "energy": profile.energy}
    capabilities = [name for name, total in quantities.items() if total]
    for outlets in profile.outlets:
        capabilities += [name for name in quantities if getattr(outlets, name)]
        capabilities += ["state"] if outlets.states else []
    return replace(profile, evidence=SIMULATED.of(*capabilities))


#: the names that a part in a line may use
_NAMES: dict[str, Any] = {
    **{kind.__name__: kind for kind in (*schema.PLAIN, *schema.KINDS.values())},
    **_OBJECTS,
    "Decimal": Decimal,
    "NamedRows": NamedRows,
    "Parts": Parts,
    "computed_from": computed_from,
    **ROW_FUNCTIONS,
    "replace": replace,
    "SIMULATED": SIMULATED,
    "STRIP": schema.loads((FOLDER / "acme_strip.json").read_text("utf-8")),
    "family": family,
    "OLD": family("acme-1", f"{ACME}.1", ACME),
    "NEW": family("acme-2", f"{ACME}.2", ACME),
    "OTHER": family("acme-3", f"{ACME}.30"),
}


class Answers(Memory):
    """A device that leaves some requests without an answer."""

    def __init__(self, objects: Mapping[str, Value]) -> None:
        super().__init__(objects)
        self.silent: Sequence[str] = ()

    def get(self, oid: str) -> Optional[Value]:
        value = super().get(oid)
        self._raise_if_silent(oid)
        return value

    def _raise_if_silent(self, oid: str) -> None:
        if oid in self.silent:
            raise Unreachable("no answer")

    def walk(self, oid: str) -> Mapping[str, Value]:
        rows = super().walk(oid)
        self._raise_if_silent(oid)
        return rows


class Situation:
    """What the changes of a line make of a device, and what is done with it."""

    def __init__(self, oids: Mapping[str, str], objects: Mapping[str, Value] = {}) -> None:
        #: the OIDs of the objects that a line may name
        self.oids = oids
        self.objects = dict(objects)
        self.changed: dict[str, Optional[Value]] = {}
        self.unwalked: dict[str, list[str]] = {}
        self.silent: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.commands: list[tuple[str, str]] = []

    def change(self, text: str) -> None:
        """Make one change of a line."""
        word, _, rest = text.partition(" ")
        if word == "unwalked":
            name, *rows = rest.split()
            self.unwalked[self._oid(name)] = rows
        elif word == "silent":
            self.silent.append(self._oid(rest))
        elif word in ("on", "off"):
            self.commands += [(word, identity) for identity in rest.split()]
        elif word in ("read", "row", "outlets", "metered", "counters", "set", "asked"):
            self.words.setdefault(word, []).extend(rest.split())
        elif "=" in word:
            ((name, value),) = _CELL.findall(text)
            self._put(self._oid(name), value)
        else:
            assert _CELLS.fullmatch(rest), text
            for row, value in _CELL.findall(rest):
                self._put_rows(self._oid(word), row, value)

    def _put_rows(self, column: str, row: str, text: str) -> None:
        if row != "*":
            self._put(f"{column}.{row}", text)
            return
        oids = [oid for oid in self.objects if oid.startswith(f"{column}.")]
        assert oids, f"{column} has no rows"
        for oid in oids:
            self._put(oid, text)

    def _put(self, oid: str, text: str) -> None:
        self.changed[oid] = _value(text.replace("ACME", ACME))

    def _oid(self, name: str) -> str:
        oid = name.replace("ACME", ACME)
        return oid if oid.startswith("1.3.") else self.oids[name]

    def device(self) -> Answers:
        """A new device with these objects."""
        objects = {**self.objects, **self.changed}
        answers = Answers({oid: value for oid, value in objects.items() if value is not None})
        whole = Memory({oid: value for oid, value in objects.items() if value is not None})
        answers.unwalked = {oid: rows or whole.walk(oid) for oid, rows in self.unwalked.items()}
        answers.silent = self.silent
        return answers

    def tables(
        self,
        sources: Iterable[Optional[Source]],
        outlet: str = "",
        device: Optional[Answers] = None,
    ) -> Tables:
        """The tables of a device whose family is known, for a call that needs these sources, or the
        cells of an outlet."""
        columns = [Column(self._oid(name)) for name in self.words.get("read", ())]
        whole = tables_of_device(
            device or self.device(), "", [*sources, *columns]
        ).of_known_family()
        return whole.one_row(outlet) if outlet else whole

    def is_set(self, word: str) -> bool:
        """Whether the line has this word."""
        return word in self.words


def _value(text: str) -> Optional[Value]:
    """The value that a text stands for, None for none."""
    if text == "-":
        return None
    if text.startswith(("'", "b'")):
        value: Value = ast.literal_eval(text)
        return value
    return int(text) if re.fullmatch("0|-?[1-9][0-9]*", text) else text


# ---- what is shown of functions of rows ----------------------------------------------------------


class _RowsOfObjects(dict[Source, Rows]):
    """Rows by object, none of the others: all that a source that is a function may ask for."""

    def __missing__(self, source: Source) -> Rows:
        return {}


def _function_text(subject: str, changes: Sequence[str]) -> str:
    """What a function gives: of the rows of A to H and the values of N and M, or of its objects."""
    rows_by_name: dict[str, Rows] = {name: {} for name in "ABCDFGH"}
    scalars: dict[str, Any] = {"N": None, "M": None}
    for change in changes:
        name, _, rest = change.partition(" ")
        scalar, is_scalar, text = name.partition("=")
        if is_scalar:
            scalars[scalar] = _value_or_lost(text)
            continue
        cells = {row: _value_or_lost(text) for row, text in _CELL.findall(rest)}
        rows_by_name.setdefault(name, {}).update(cells)
    names = {**ROW_FUNCTIONS, **vars(profiles), **rows_by_name, **scalars}
    try:
        value = eval(subject, names)
        if isinstance(value, ComputedRows):
            objects = {part.object: part for part in objects_of([value])}
            unknown = rows_by_name.keys() - set("ABCDFGH") - objects.keys()
            assert not unknown, f"{subject} has no object {unknown}: {list(objects)}"
            given: dict[Source, Rows] = {
                part: rows_by_name.get(name, {}) for name, part in objects.items()
            }
            rows: Any = _RowsOfObjects(given)
            value = value.function(rows)
    except PduHandlerError as error:
        return _error(error)
    return _cells(value) if isinstance(value, Mapping) else repr(value)


def _value_or_lost(text: str) -> Any:
    return NO_ANSWER if text == "lost" else _value(text)


# ---- what is shown of a part ---------------------------------------------------------------------


def _cell(value: object) -> str:
    """A value, a figure or a state, as a line has it."""
    if isinstance(value, Missing):
        return "lost" if value.reason == NO_ANSWER.reason else f"lost({value.reason})"
    if isinstance(value, NotKnown):
        return f"?({value.reason})"
    if isinstance(value, NotMetered):
        return f"-({value.reason})"
    if isinstance(value, Decision):
        return _STATES[value.state] + (f"({value.reason})" if value.reason else "")
    if isinstance(value, float):
        return f"{round(value, 9):.9g}"
    if value is None:
        return "-"
    return str(value) if isinstance(value, (int, Decimal)) else repr(value)


def _cells(rows: Mapping[str, object]) -> str:
    return " ".join(f"{row}={_cell(value)}" for row, value in rows.items()) or "nothing"


def _or_error(function: Callable[[], str]) -> str:
    """What a function shows, or its error."""
    try:
        return function()
    except PduHandlerError as error:
        return _error(error)


def _error(error: PduHandlerError) -> str:
    return f"{type(error).__name__}: {error}"


def _in_turn(first: str, *others: tuple[str, str]) -> str:
    """What is shown first, and what is shown otherwise elsewhere, each with a word."""
    return "; ".join([first, *(f"{word} {text}" for word, text in others if text != first)])


def _source_text(source: Source, situation: Situation) -> str:
    first = _or_error(lambda: _cells(situation.tables([source])[source]))
    try:
        rows: Mapping[str, object] = situation.tables([source])[source]
    except PduHandlerError:
        rows = {}
    alone: list[str] = []
    for row in dict.fromkeys([*rows, "99", *situation.words.get("row", ())]):
        value = _or_error(lambda: _cell(situation.tables([source], row)[source].get(row)))
        row_of_table = "-" if row.endswith(".") else _cell(rows.get(row))
        if value not in (row_of_table, first):
            alone.append(f"{row}={value}")
    return _in_turn(first, ("alone", " ".join(alone) or first))


def _measurement_text(figure: Measurement, situation: Situation) -> str:
    first = _cells(figure.rows(situation.tables(figure.sources())))
    of_load = _cells(figure.rows(situation.tables(figure.sources()), _MOST))
    return _in_turn(first, ("as A or W", of_load))


def _total_text(total: Total, situation: Situation) -> str:
    outlets: dict[str, ExactFigure] = {}
    for identity, text in _CELL.findall(" ".join(situation.words.get("outlets", ()))):
        outlets[identity] = None if text == "-" else Decimal(text)
    read = partial(
        total.read,
        situation.tables(total.sources()),
        None,
        outlets,
        None if situation.is_set("counters") else _MOST,
        counters=situation.is_set("counters"),
        metered_units=lambda: situation.words.get("metered", ()),
    )
    return _or_error(lambda: _cell(read()))


def _state_text(state: State, situation: Situation) -> str:
    rows = state.decisions(situation.tables(state.sources()))
    alone: dict[str, Optional[Decision]] = {}
    for row in [*rows, *situation.words.get("row", ())]:
        decision = state.decisions(situation.tables(state.sources(), row)).get(row)
        # the words for a cell without a value differ
        if row not in rows or decision and decision.state is not rows[row].state:
            alone[row] = decision
    first = _cells(rows)
    return _in_turn(first, ("alone", _cells(alone) if alone else first))


def _condition_text(condition: Condition, situation: Situation) -> str:
    rows: Rows = dict.fromkeys(situation.words["row"], "1")
    reasons = condition.reasons_not_current(situation.tables([condition.source]), rows)
    return "; ".join(reasons.get(row, "good") for row in rows)


def _tables_text(situation: Situation) -> str:
    """What the columns are that the call needs."""
    device = situation.device()
    tables = situation.tables([], device=device)
    texts: list[str] = []
    for name in situation.words["read"]:
        texts.append(f"{name} {_cells(tables.column(situation.oids[name]))}")
    if situation.is_set("asked"):
        texts.append(_asked(device, situation.oids))
    return "; ".join(texts)


def _varbinds(outlets: Outlets, situation: Situation, device: Answers) -> str:
    """What each command writes."""
    texts: list[str] = []
    for word, identity in situation.commands:
        tables = situation.tables([], identity, device)
        try:
            varbinds = outlets.varbinds(tables, identity, up=word == "on")
            text = ", ".join(f"{_short(oid, situation.oids)}={value!r}" for oid, value in varbinds)
        except PduHandlerError as error:
            text = _error(error).replace(f"outlet {identity!r}", "this outlet")
        texts.append(f"{identity}: {text}")
    return "; ".join(texts)


def _short(oid: str, oids: Mapping[str, str]) -> str:
    """The OID with the name of its column or scalar, of these."""
    for name, oid_of_name in oids.items():
        if f"{oid}.".startswith(f"{oid_of_name}."):
            return name + oid[len(oid_of_name) :]
    return oid


def _part_text(value: Any, situation: Situation) -> str:
    """What is shown of a part."""
    try:
        check_parts(value)
    except ValueError as error:
        return f"refused: {error}"
    if situation.commands:
        return _commands_text(value, situation)
    if isinstance(value, Measurement):
        return _measurement_text(value, situation)
    if isinstance(value, Total):
        return _total_text(value, situation)
    if isinstance(value, State):
        return _state_text(value, situation)
    if isinstance(value, Condition):
        return _condition_text(value, situation)
    if not (isinstance(value, Computed) or hasattr(value, "cell")):
        return "valid"
    if situation.is_set("asked"):
        device = situation.device()
        situation.tables([value], device=device)[value]
        return _asked(device, situation.oids)
    return _source_text(value, situation)


def _commands_text(value: Any, situation: Situation) -> str:
    """What commands write: of a control, of a guard before one of A, or to a source."""
    guards = (value,) if isinstance(value, Guard) else ()
    at = _OBJECTS["A"] if guards else value
    control = value if isinstance(value, Write) else Write(at, on=1, off=2)
    try:
        check_parts(control)
    except ValueError as error:
        return f"refused: {error}"
    device = situation.device()
    text = _varbinds(Outlets(control=control, guards=guards), situation, device)
    return f"{text}; {_asked(device, situation.oids)}" if situation.is_set("asked") else text


def _asked(device: Answers, oids: Mapping[str, str]) -> str:
    """The requests, each with the object's name."""
    requests = [request.split(" ") for request in device.asked]
    return "asked " + ", ".join(f"{word} {_short(oid, oids)}" for word, oid in requests)


# ---- what is shown of a unit ---------------------------------------------------------------------

#: reads the device for a call
Find = Callable[[Memory, ReadScope], SnmpDevice]


def _reading(find: Find, situation: Situation) -> dict[str, str]:
    """What a unit shows at all calls, by name."""
    texts: dict[str, str] = {}
    try:
        device = find(situation.device(), ALL_STATES)
        texts["family"] = device.profile.key
        reasons = dict(reasons_of_unknown(device))
        for identity, state in device.states.items():
            texts[identity] = _cell(Decision(state, reasons.get(identity, "")))
        for label in outlet_labels(device):
            text = f"{label.number} {label.name}".strip()
            texts[f"{label.identity}.name"] = "" if text == label.identity else text
    except PduHandlerError as error:
        texts["status"] = _error(error)
    try:
        texts.update(_figures(find, situation))
    except PduHandlerError as error:
        texts["figures"] = _error(error)
    if "status" in texts and texts["status"] == texts.get("figures"):
        return {"error": texts["status"]}
    return texts


def _figures(find: Find, situation: Situation) -> Mapping[str, str]:
    """The figures of a unit, and the totals of the platform's view where these are others."""
    device = find(situation.device(), FIGURES)
    figures = metering.read_statistic(device, with_power=True)
    values: dict[str, Figure] = {
        "unit.A": figures.load_a,
        "unit.W": figures.power_w,
        "unit.kWh": figures.energy_kwh,
        "inlet.A": figures.inlet_a,
        "inlet.W": figures.inlet_w,
    }
    for identity, port in figures.ports.items():
        values[f"{identity}.A"] = port.current_a
        values[f"{identity}.W"] = port.power_w
        values[f"{identity}.kWh"] = port.energy_kwh
    texts = {name: _cell(value) for name, value in values.items()}
    texts["unanswered"] = ", ".join(metering.unanswered_objects(device, figures))
    view_device = find(situation.device(), VIEW_FIGURES)
    view = metering.read_statistic(view_device, with_power=False)
    viewed: dict[str, Figure] = {"unit.A": view.load_a, "unit.kWh": view.energy_kwh}
    for identity, port in view.ports.items():
        viewed[f"{identity}.kWh"] = port.energy_kwh
    for name, figure in viewed.items():
        if _cell(figure) != texts[name]:
            texts[f"view.{name}"] = _cell(figure)
    return texts


def _statements(texts: Mapping[str, str]) -> str:
    shown = [f"{name} {text}" for name, text in texts.items() if text not in ("-", "")]
    return "; ".join(shown) or "nothing"


def _families_text(value: Any, situation: Situation) -> str:
    """The reading of a device by one family, or as the one of several that is detected."""
    metered_only = "metered_only=yes" in situation.words.get("set", ())

    def find(device: Memory, scope: ReadScope) -> SnmpDevice:
        if isinstance(value, Profile):
            return detection.read_as(device, value, scope, metered_only=metered_only)
        return detection.detect(device, value, scope, metered_only=metered_only)

    try:
        check_parts(value)
    except ValueError as error:
        return f"refused: {error}"
    if not situation.is_set("asked"):
        return _statements(_reading(find, situation))
    device = situation.device()
    text = _or_error(lambda: find(device, ALL_STATES).profile.key)
    return f"{text}; {_asked(device, situation.oids)}"


@cache
def _oids_of(name: str) -> Mapping[str, str]:
    """The OIDs of the objects of a unit's family, by their names."""
    unit = fixture(name)
    tables = units.find(unit, units.memory(unit)).tables
    oids = dict(_SYSTEM)
    for part in parts_of(units.FAMILIES[unit.key]):
        if isinstance(part, (Column, Scalar)) and part.object:
            oids.setdefault(part.object, tables.resolve(part.oid))
    return oids


@cache
def _usual(name: str) -> Mapping[str, str]:
    """What a unit shows without changes."""
    unit = fixture(name)
    return _reading(partial(units.find, unit), _unit_situation(unit))


def _unit_situation(unit: Fixture) -> Situation:
    return Situation(_oids_of(unit.name), {oid: plain(row) for oid, row in unit.rows.items()})


def _unit_text(unit: Fixture, situation: Situation) -> str:
    """What differs from the unit's whole reading, or the end of its commands."""
    if situation.commands:
        return "; ".join(_command(unit, situation, *command) for command in situation.commands)
    texts = _reading(partial(units.find, unit), situation)
    if not situation.changed and not situation.unwalked:
        return _statements(texts)
    usual = _usual(unit.name)
    if "error" in texts:
        return texts["error"]
    is_whole = not {"status", "figures"} & texts.keys()
    changed: list[str] = []
    for name in {**usual, **texts}:
        if name in texts or is_whole:
            text = texts.get(name, "gone")
            changed += [f"{name} {text}"] if text != usual.get(name) else []
    return "; ".join(changed) or "same"


def _command(unit: Fixture, situation: Situation, word: str, identity: str) -> str:
    """How a command ends, and what it writes."""
    assert not situation.unwalked and not situation.silent, "the agent answers each request"
    put: dict[str, Union[int, str]] = {}
    absent_oids: list[str] = []
    for oid, value in situation.changed.items():
        if value is None:
            absent_oids.append(oid)
        else:
            put[oid] = value if isinstance(value, (int, str)) else value.decode("latin-1")
    rows = Variation(what="", put=put, without=tuple(absent_oids)).rows(unit.rows)
    with Agent(Device(rows, unit.rules)) as agent:
        handler = units.handler_of(unit, agent, near)
        settings = dict(text.split("=") for text in situation.words.get("set", ()))
        handler.pdu_data.custom_params.update(settings)
        switch = handler.port_up if word == "on" else handler.port_down
        try:
            port = switch(PduPortView(identity), deadline=0.0, pause=0.0)
            end = _STATES[port.power_status]
        except PduHandlerError as error:
            end = _error(error).replace(f"{agent.host}:{agent.port}: {switch.__name__}: ", "")
        writes = [f"{_short(write.oid, situation.oids)}={write.value}" for write in agent.writes()]
    return f"{identity}: {end}; {', '.join(writes) or 'no write'}"


# ---- what is shown of settings and of profiles ---------------------------------------------------


def _settings_text(changes: Sequence[str]) -> str:
    """The families and the fields that settings and build options choose, or their error."""
    values: dict[str, dict[str, str]] = {"set": {}, "build": {}}
    for change in changes:
        word, _, rest = change.partition(" ")
        key, _, value = rest.partition("=")
        values[word][key] = {"RPCM": _RPCM, "''": ""}.get(value, value)
    try:
        selection = select_families(values["set"], values["build"])
    except SettingsError as error:
        return f"{error}"
    keys = ", ".join(profile.key for profile in selection.profiles)
    texts = ["all families" if selection.profiles == PROFILES else keys]
    for name, value in selection._asdict().items():
        if value and name != "profiles":
            texts.append(name if value is True else f"{name} {value}")
    return "; ".join(texts)


def acme_strip() -> Any:
    """The profile of an owner."""
    return json.loads((FOLDER / "acme_strip.json").read_text("utf-8"))


def changed_profile(path: str, text: str) -> str:
    """`acme_strip` with another value at `path`, which has keys as in JSON and places in lists,
    with dots; "-" for none."""
    profile = acme_strip()
    *outer_steps, key = path.split(".")
    container = profile
    for step in outer_steps:
        container = container[int(step)] if step.isdigit() else container[step]
    key = json.loads(f'"{key}"')
    if text == "-":
        del container[key]
    else:
        container[key] = json.loads(text)
    return json.dumps(profile)


def _profile_text(change: str) -> str:
    """What is read of a profile in JSON with one change."""
    path, _, value = change.partition("=")
    try:
        profile = schema.loads(changed_profile(path, value))
    except schema.ProfileError as error:
        return str(error)
    before = schema.loads(json.dumps(acme_strip()))
    return "as before" if schema.dumps(profile) == schema.dumps(before) else "another profile"


# ---- lines ---------------------------------------------------------------------------------------


@cache
def _oids_of_parts(value: Any) -> Mapping[str, str]:
    oids = {name: part.oid for name, part in _OBJECTS.items()}
    oids.update(_SYSTEM)
    for part in parts_of(value):
        if isinstance(part, (Column, Scalar)) and part.object:
            oids.setdefault(part.object, part.oid)
    return oids


@cache
def _part(text: str) -> Any:
    """The part that a line begins with."""
    text = re.sub(r"\b([A-H])\?", r"replace(\1, optional=True)", text)
    return eval(text.replace('"ACME', f'"{ACME}'), dict(_NAMES))


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    subject, *changes = case.left.split(" & ")
    if subject == "settings":
        return _settings_text(changes)
    if subject == "profile":
        return _profile_text(*changes)
    if subject in names():
        unit = fixture(subject)
        situation = _unit_situation(unit)
        for change in changes:
            situation.change(change)
        return _unit_text(unit, situation)
    subject = subject.removeprefix("part=")
    if re.match(r"[A-Z(]|family|replace|computed_from|tables$", subject) is None:
        return _function_text(subject, changes)
    value = None if subject == "tables" else _part(subject)
    situation = Situation(_oids_of_parts(value))
    for change in changes:
        situation.change(change)
    if value is None:
        return _tables_text(situation)
    if isinstance(value, (Profile, tuple)):
        text = _families_text(value, situation)
    else:
        text = _part_text(value, situation)
    return text.replace(ACME, "ACME")


def table(name: str) -> Table:
    """The table of a file."""
    return Table(
        FOLDER / f"{name}.txt", operator="=", shown_value=lambda text: repr(str(_value(text)))
    )


def cases() -> Sequence[Case]:
    """The cases of all files."""
    return [case for name in FILES for case in table(name).cases()]


if __name__ == "__main__":
    for file_name in FILES:
        table(file_name).write(shown)
