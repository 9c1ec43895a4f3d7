"""Finds contradictions in a profile whose parts are valid one by one. No archive contains this
file.

A profile says which SNMP object has the *state* of each outlet, with the values that mean on and
off, and what a *control* writes to switch one. A contradiction is, for instance, a control whose
"on" writes the value off. Controls are tried on an imagined device that has every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import is_dataclass
from itertools import combinations, product
from typing import Optional

from handlers.dcimanager.rows import Raw
from handlers.shared.errors import PduHandlerError
from handlers.snmp.cells import Walked
from handlers.snmp.chains import Chain
from handlers.snmp.controls import Control, Write
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.outlets import Outlets
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.states import State
from handlers.snmp.tables import ROOT, Object, Source, Tables, objects_of, tables_of_device

_OWN_STATE = "into the object of the states, where it means"
_NUMBER = "{number}"


def _numbers_by_index() -> dict[str, str]:
    """The indexes of the rows of `_EveryRow`, with the number of each, counted from 1.

    >>> numbers = _numbers_by_index()
    >>> numbers["1"], numbers["1.0"], numbers["1.1"], numbers["2"]
    ('1', '2', '3', '4')
    """
    indexes: list[str] = []
    for n in range(1, 65):
        indexes += [f"{n}", f"{n}.0", f"1.{n}"]
    return {index: str(number) for number, index in enumerate(indexes, 1)}


_NUMBER_BY_INDEX = _numbers_by_index()


def check_profile(profile: Profile) -> Iterator[str]:
    """A message for each contradiction in a profile, which begins with its path there:

    sysObjectID "~.1"    profile: the sysObjectID ~.1 begins with ~; give the whole OID
    power of the load    profile.power: it reads the same object as load
    """
    prefixes = [*profile.sys_object_ids]
    prefixes += [root.sys_object_id for root in profile.roots]
    for prefix in prefixes:
        if prefix.startswith(ROOT):
            yield f"profile: the sysObjectID {prefix} begins with {ROOT}; give the whole OID"
    for number, outlets in enumerate(profile.outlets):
        yield from _outlets_faults(outlets, f"profile.outlets[{number}]")
    figures_of_totals: dict[str, Sequence[Measurement]] = {}
    for name in ("load", "power", "energy"):
        total = getattr(profile, name)
        if total:
            figures_of_totals[name] = total.figures
    yield from _figure_faults("profile", figures_of_totals)
    yield from _column_faults(profile)


def _outlets_faults(outlets: Outlets, path: str) -> Iterator[str]:
    """A message for each contradiction in the outlets; it begins with their `path` in the profile.

    >>> relay = Column("1.3.6.1.4.1.9999.1.3")
    >>> states = State(relay, on=("1",), off=("2",))
    >>> outlets = Outlets(states=states, control=Write(relay, on=1, off=1))
    >>> list(_outlets_faults(outlets, "profile.outlets[0]"))
    ['profile.outlets[0].control: off writes 1 into the object of the states, where it means on']
    """
    states, control = outlets.states, outlets.control
    if states:
        for finding in _test_faults(states):
            yield f"{path}.states: {finding}"
    if states and control:
        for finding in _command_faults(states, control):
            yield f"{path}.control: {finding}"
    figures: dict[str, Sequence[Measurement]] = {}
    for name in ("current", "power", "energy"):
        figure = getattr(outlets, name)
        if figure:
            figures[name] = [figure]
    yield from _figure_faults(path, figures)


def _column_faults(profile: Profile) -> Iterator[str]:
    """A message for each OID of the profile that is below the OID of one of its columns, so that
    one of both is wrong:

    profile: the column 1.3.6.1.4.1.9999.1 contains 1.3.6.1.4.1.9999.1.2; one of them is not the
    OID of a column
    """
    columns: set[str] = set()
    other_oids = set(oids(profile))
    for part in parts_of(profile):
        if isinstance(part, Column) and not part.suffix:
            columns.add(part.oid)
        elif isinstance(part, Scalar):
            other_oids.discard(part.oid)  # a cell may be a row of a column, such as the total
    findings: list[str] = []
    for column, oid in product(columns, other_oids):
        if oid != column and is_below(oid, column):
            findings.append(
                f"profile: the column {column} contains {oid}; one of them is not the OID of a"
                " column"
            )
    yield from sorted(findings)


def _test_faults(states: State) -> Iterator[str]:
    """A sentence for each test of a state that would apply one value to all outlets: the state is a
    column with a row for each outlet, and what it is compared with is a Scalar.

    >>> from dataclasses import replace
    >>> states = State(Column("1.3.6.1.4.1.9999.1.3"), on=("1",), off=("2",))
    >>> list(_test_faults(replace(states, crosscheck=Scalar("1.3.6.1.4.1.9999.2.0"))))
    ['crosscheck is a Scalar, which has no value for each outlet of a table']
    >>> list(_test_faults(replace(states, crosscheck=Column("1.3.6.1.4.1.9999.1.4"))))
    []
    """
    sources: list[tuple[str, Optional[Source]]] = [("crosscheck", states.crosscheck)]
    for condition in states.conditions:
        if condition.unit is not None:
            sources.append(("a condition", condition.source))
    for name, source in sources:
        if isinstance(source, Scalar) and not isinstance(states.source, Scalar):
            yield f"{name} is a Scalar, which has no value for each outlet of a table"


def _command_faults(states: State, control: Control) -> Iterator[str]:
    """What in the commands of a profile would switch wrongly, a sentence each.

    >>> relay = Column("1.3.6.1.4.1.9999.1.3")
    >>> states = State(relay, on=("1",), off=("2",))
    >>> list(_command_faults(states, Write(relay, on=1, off=2)))
    []
    >>> list(_command_faults(states, Write(relay, on=1, off="2")))
    ["on writes 1 and off writes '2', which are of different types"]
    """
    if isinstance(control, Write) and type(control.on) is not type(control.off):
        yield (
            f"on writes {control.on!r} and off writes {control.off!r}, which are of different types"
        )
    value_faults = _value_faults(states, control)
    command_faults = _faults_by_rows(states, control)
    yield from dict.fromkeys([*value_faults, *command_faults])


def _value_faults(states: State, control: Control) -> Iterator[str]:
    """A sentence for each command that writes the opposite value into the object of the states.
    This needs no rows of a device.

    >>> relay = Column("1.3.6.1.4.1.9999.1.3")
    >>> states = State(relay, on=("1",), off=("2",))
    >>> list(_value_faults(states, Write(relay, on=2, off=2)))
    ['on writes 2 into the object of the states, where it means off']
    >>> list(_value_faults(states, Write(Column("1.3.6.1.4.1.9999.1.5"), on=2, off=2)))
    []
    """
    if not isinstance(control, Write):
        return
    if _first_object(control.at) != _first_object(states.source):
        return
    if str(control.on) in states.off:
        yield f"on writes {control.on!r} {_OWN_STATE} off"
    if str(control.off) in states.on:
        yield f"off writes {control.off!r} {_OWN_STATE} on"


def _first_object(source: Source) -> object:
    """The first object that a source reads, without its names, to compare it with that of another
    source; a tuple of its class, OID and suffix for a Column.
    """
    return _without_names(next(objects_of([source]), None))


def unproven_commands(profile: Profile) -> list[str]:
    """A sentence for each control that the imagined device cannot try, because it needs rows that
    only a unit has; none for a profile whose controls are all checked.

    profile.outlets[0].control: the commands could not be checked, because the rows that they need
    are only on a unit: ...
    """
    sentences: list[str] = []
    for number, outlets in enumerate(profile.outlets):
        states, control = outlets.states, outlets.control
        if states and control and not _is_tried(states, control):
            sentences.append(
                f"profile.outlets[{number}].control: the commands could not be checked, because the"
                " rows that they need are only on a unit: switch a recording of it by them (pdu"
                " replay FILE --profile FILE.json), then one idle outlet"
            )
    return sentences


def _is_tried(states: State, control: Control) -> bool:
    """Whether the commands on and off can be made for the imagined device, so that they can be
    compared with the states. One write of the states of all outlets (`writes_neighbours`) is
    compared when it is made, and counts as tried.

    >>> relay = Column("1.3.6.1.4.1.9999.1.3")
    >>> _is_tried(State(relay, on=("1",), off=("2",)), Write(relay, on=1, off=2))
    True
    """
    if control.writes_neighbours:
        return True
    tables = _tables_of_every_row(states, control)
    for identity in _state_objects(states, tables).values():
        with suppress(PduHandlerError):
            control.varbinds(tables, identity, up=True)
            control.varbinds(tables, identity, up=False)
            return True
    return False


def _faults_by_rows(states: State, control: Control) -> Iterator[str]:
    """What is wrong with the OIDs and values that the commands write on a device that has every
    row, a sentence each; nothing for a write that holds all outlets.

        SET of outlet 2, on         sentence
        state.2 = 1 (on)            none
        state.2 = 2 (off)           on writes 2 into the object of the states, where it means off
        state.1 = 1                 on of outlet 2 writes into the row of outlet 1
        state.2 = 1, state.2 = 1    the value 1 that unlocks an outlet already switches it
    """
    if control.writes_neighbours:
        return
    tables = _tables_of_every_row(states, control)
    outlet_by_object = _state_objects(states, tables)
    is_delay = isinstance(control, Write) and control.off_at is not None
    for identity in outlet_by_object.values():
        with suppress(PduHandlerError):
            on_varbinds = control.varbinds(tables, identity, up=True)
            off_varbinds = control.varbinds(tables, identity, up=False)
            for verb, varbinds, opposite, opposite_values in (
                ("on", on_varbinds, "off", states.off),
                ("off", off_varbinds, "on", states.on),
            ):
                # all but the last unlock the outlet
                for varbind in varbinds[:-1]:
                    if varbind in (on_varbinds[-1], off_varbinds[-1]):
                        yield f"the value {varbind[1]!r} that unlocks an outlet already switches it"
                for oid, value in varbinds:
                    outlet = outlet_by_object.get(oid)
                    if outlet is None:
                        continue  # it writes into no object of the states
                    if is_delay:
                        yield f"{verb} writes a delay into the object of the states"
                    elif outlet != identity:
                        yield f"{verb} of outlet {identity} writes into the row of outlet {outlet}"
                    elif str(value) in opposite_values:
                        yield f"{verb} writes {value!r} {_OWN_STATE} {opposite}"


def _state_objects(states: State, tables: Tables) -> dict[str, str]:
    """OID of each state in `tables`, those of the imagined device -> the identity of its outlet.
    The source of the states says it; if that refuses these rows, as one that compares their number
    does, the first of its objects that has rows.

    >>> relay = Column("1.3.6.1.4.1.9999.1.3")
    >>> states, control = State(relay, on=("1",), off=("2",)), Write(relay, on=1, off=2)
    >>> _state_objects(states, _tables_of_every_row(states, control))["1.3.6.1.4.1.9999.1.3.2"]
    '2'
    """
    for source in (states.source, *objects_of([states.source])):
        outlet_by_object: dict[str, str] = {}
        with suppress(PduHandlerError):
            for identity in tables[source]:
                oid = _cell(tables, source, identity)
                if oid is not None:
                    outlet_by_object[oid] = identity
        if outlet_by_object:
            return outlet_by_object
    return {}


def _cell(tables: Tables, source: Source, identity: str) -> Optional[str]:
    """The OID of the value of one outlet in a source, None if it has none.

    >>> relay = Column("1.3.6.1.4.1.9999.1.3")
    >>> states, control = State(relay, on=("1",), off=("2",)), Write(relay, on=1, off=2)
    >>> _cell(_tables_of_every_row(states, control), relay, "2")
    '1.3.6.1.4.1.9999.1.3.2'
    """
    first_object: Optional[Object] = next(objects_of([source]), None)
    if first_object is None:
        return None
    oid = first_object.cell(tables, identity)
    return None if oid is None else tables.resolve(oid)


def _tables_of_every_row(states: State, control: Control) -> Tables:
    """The tables of the imagined device that has every row, for these states and this control.
    Where a family has several roots, OIDs keep their `~`, which stands for the root.
    """
    return tables_of_device(_EveryRow(states, control), ROOT)


class _EveryRow:
    """An imagined device in which each column has the rows N, N.0 and 1.N, before the column's own
    suffix, and each value is that of an outlet that is on. `_chain_texts` has the columns that
    number the outlets of a chain of units: their rows are the outlets 1, 2, 3 … of its first unit.

        > WALK state         < state.1 = 1, state.1.0 = 1, state.1.1 = 1, state.2 = 1, ...
        > WALK number        < number.1 = 1, number.1.0 = 2, number.1.1 = 3, number.2 = 4, ...
    """

    def __init__(self, states: State, control: Control) -> None:
        """The device for the states and the control of the outlets of one family."""
        self._value = states.on[0]
        # column -> what follows the outlet in the indexes of its rows, such as a type of sensor
        self._suffixes: dict[str, list[str]] = {}
        # column -> the text that names an outlet's unit or its number there
        self._chain_texts: dict[str, str] = {}
        for part in parts_of((states, control)):
            if isinstance(part, Column):
                self._suffixes.setdefault(part.oid, []).append(part.suffix)
            elif isinstance(part, Chain):
                self._chain_texts.update(_chain_texts(part))

    def walk(self, oid: str) -> Walked:
        """The values of a column, by index: of the rows N, N.0 and 1.N, for each outlet N. On is 1
        here:

            {"1": "1", "1.0": "1", "1.1": "1", "2": "1", ...}

        If the family reads this column with a suffix, such as "5", each index ends with it:

            {"1.5": "1", "1.0.5": "1", "1.1.5": "1", ...}
        """
        rows: dict[str, Raw] = {}
        for suffix in self._suffixes.get(oid, [""]):
            for index in _NUMBER_BY_INDEX:
                row = f"{index}.{suffix}" if suffix else index
                rows[row] = self.get(f"{oid}.{row}")
        return rows

    def get(self, oid: str) -> Raw:
        """The value of an object: the number of an outlet in a column that numbers a chain, else
        the value that means on.

        >>> relay = Column("1.3.6.1.4.1.9999.1.3")
        >>> states, control = State(relay, on=("1",), off=("2",)), Write(relay, on=1, off=2)
        >>> _EveryRow(states, control).get("1.3.6.1.4.1.9999.1.3.2")
        '1'
        """
        for column, chain_text in self._chain_texts.items():
            if is_below(oid, column):
                index = oid[len(column) + 1 :]
                return chain_text.replace(_NUMBER, _NUMBER_BY_INDEX.get(index, ""))
        return self._value

    @staticmethod
    def quoted(words: str) -> str:
        """The words of an error as they are: this device has no secret that would be hidden."""
        return words


def _chain_texts(chain: Chain) -> dict[str, str]:
    """Column of a chain of units -> the text of its rows on the first unit, in which "{number}"
    stands for the outlet's number. Without columns that a function computes.

    {"1.3.6.1.4.1.9999.1.1": "1", "1.3.6.1.4.1.9999.1.2": "{number}"}
    """
    texts: dict[str, str] = {}
    if isinstance(chain.unit, Column):
        texts[chain.unit.oid] = chain.first_units[-1]  # any of the names that devices have does
    if isinstance(chain.number, Column):
        texts[chain.number.oid] = _NUMBER
    return texts


def _figure_faults(path: str, figures: Mapping[str, Sequence[Measurement]]) -> Iterator[str]:
    """A sentence for each two quantities that read the same object, such as a power that is a
    current. It begins with the `path` of the figures in the profile.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> load = PROFILE_BY_KEY["apc-rpdu2"].load.figures
    >>> list(_figure_faults("profile", {"load": load, "power": load}))
    ['profile.power: it reads the same object as load']
    """
    objects_by_quantity = {
        quantity: {_without_names(figure.source) for figure in quantity_figures}
        for quantity, quantity_figures in figures.items()
    }
    for quantity, other_quantity in combinations(objects_by_quantity, 2):
        if objects_by_quantity[quantity] & objects_by_quantity[other_quantity]:
            yield f"{path}.{other_quantity}: it reads the same object as {quantity}"


def _without_names(value: object) -> object:
    """A part of a profile as a tuple without the MIB's names of objects, to compare it with another
    that may name the same object otherwise.

    >>> first, second = Column("1.3.6.1.4.1.9999.1", "current"), Column("1.3.6.1.4.1.9999.1", "")
    >>> _without_names(first) == _without_names(second), first == second
    (True, False)
    """
    if is_dataclass(value) and not isinstance(value, type):
        parts: list[object] = [type(value)]
        for name, part in vars(value).items():
            if name != "object":
                parts.append(_without_names(part))
        return tuple(parts)
    if isinstance(value, tuple):
        return tuple(map(_without_names, value))
    return value
