"""Finds contradictions in a profile whose parts are valid one by one.

No archive contains this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations, product
from typing import Optional

from handlers.dcimanager.rows import Raw
from handlers.shared.errors import PduHandlerError
from handlers.snmp.controls import Control, Guarded, Verbs, Write
from handlers.snmp.decoding import Walked
from handlers.snmp.figures import Figure
from handlers.snmp.frozen_value import FrozenValue, parts_of
from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.reader import ROOT, Reader
from handlers.snmp.single_family import WritePacked
from handlers.snmp.sources import Column, ObjectSource, Scalar, Source
from handlers.snmp.states import State

#: begins a value of a state that `pdu draft` guessed. No device sends such a value, so the outlet
#: is UNKNOWN until a person removes the mark.
MARK = "?"
_OWN_STATE = "into the object of the states, where it means"
_ROWS = 64


def check_profile(profile: Profile) -> Iterator[str]:
    """Yield a message for each contradiction.

    It begins with the place in the profile, such as `profile.outlets[0].control: `.
    """
    for prefix in (*profile.sys_object_ids, *(root.sys_object_id for root in profile.roots)):
        if prefix.startswith(ROOT):
            yield f"profile: the sysObjectID {prefix} begins with {ROOT}; give the whole OID"
    for number, outlets in enumerate(profile.outlets):
        place = f"profile.outlets[{number}]"
        if outlets.states:
            yield from (f"{place}.states: {finding}" for finding in _mark_faults(outlets.states))
        if outlets.states and outlets.control:
            yield from (
                f"{place}.control: {finding}"
                for finding in _command_faults(outlets.states, outlets.control)
            )
        of_outlets = {name: getattr(outlets, name) for name in ("current", "power", "energy")}
        yield from _figure_faults(
            place, {name: [figure] for name, figure in of_outlets.items() if figure}
        )
    totals = {name: getattr(profile, name) for name in ("load", "power", "energy")}
    yield from _figure_faults(
        "profile", {name: total.figures for name, total in totals.items() if total}
    )
    yield from _column_faults(profile)
    yield from _doubt_faults(profile)


def _doubt_faults(profile: Profile) -> Iterator[str]:
    """A mark of a guess where it is none: the value would be compared as it is."""
    for part in parts_of(profile):
        for name, values in vars(part).items():
            if isinstance(part, State) and name in ("on", "off"):
                continue
            for value in values if isinstance(values, tuple) else ():
                if isinstance(value, str) and value.startswith(MARK):
                    yield f"profile: {name} has {value!r}; only on and off may be guesses"


def _column_faults(profile: Profile) -> Iterator[str]:
    """A message for each OID below that of a column."""
    columns = {
        part.oid for part in parts_of(profile) if isinstance(part, Column) and not part.suffix
    }
    # A cell may be a row of a column, such as the total.
    cells = {part.oid for part in parts_of(profile) if isinstance(part, Scalar)}
    findings: list[str] = []
    for column, oid in product(columns, {*oids(profile)} - cells):
        if oid != column and is_below(oid, column):
            findings.append(
                f"profile: the column {column} contains {oid}; one of them is not the OID of a"
                " column"
            )
    yield from sorted(findings)


def _mark_faults(states: State) -> Iterator[str]:
    """Tests of a state that would apply one value to all outlets."""
    sources: list[tuple[str, Optional[Source]]] = [("confirm", states.confirm)]
    sources += [("a doubt", doubt.test) for doubt in states.doubts]
    for name, source in sources:
        if isinstance(source, Scalar) and not isinstance(states.source, Scalar):
            yield f"{name} is a Scalar, which has no value for each outlet of a table"


def _command_faults(states: State, control: Control) -> Iterator[str]:
    """What in the commands of a profile would switch wrongly, a sentence each."""
    for part in parts_of(control):
        if isinstance(part, Write) and type(part.on) is not type(part.off):
            yield f"on writes {part.on!r} and off writes {part.off!r}, which are of different types"
        if isinstance(part, WritePacked):
            if part.on in states.off:
                yield f"on writes {part.on!r} {_OWN_STATE} off"
            if part.off in states.on:
                yield f"off writes {part.off!r} {_OWN_STATE} on"
    yield from dict.fromkeys([*_value_faults(states, control), *_order_faults(states, control)])


def _value_faults(states: State, control: Control) -> Iterator[str]:
    """The values that mean the opposite where a command writes into the states' own object. This
    needs no row, so it also finds what `_order_faults` cannot reach.
    """
    state_object = _first_object(states.source)
    for part in parts_of(control):
        if isinstance(part, Write) and state_object and _first_object(part.at) == state_object:
            if str(part.on) in states.off:
                yield f"on writes {part.on!r} {_OWN_STATE} off"
            if str(part.off) in states.on:
                yield f"off writes {part.off!r} {_OWN_STATE} on"


def _first_object(source: Source) -> object:
    """The column, scalar or other object whose values a source has, without its names; None if it
    has none.
    """
    objects = (part for part in parts_of(source) if isinstance(part, ObjectSource))
    return next(map(_unnamed, objects), None)


def unproven_commands(profile: Profile) -> list[str]:
    """The commands of which no SET could be compared with the states, a sentence each."""
    sentences = []
    for number, outlets in enumerate(profile.outlets):
        if outlets.states and outlets.control and not _is_tried(outlets.states, outlets.control):
            sentences.append(
                f"profile.outlets[{number}].control: the commands could not be checked: prove"
                " them on one idle outlet"
            )
    return sentences


def _is_tried(states: State, control: Control) -> bool:
    """Whether both commands of an outlet can be made for a device that has every row. The words
    of a packed text are compared with those of the states, and its neighbours when it is written.
    """
    if control.writes_neighbours:
        return True
    reader = Reader(_EveryRow(control, states.on[0]))
    for identity in _state_objects(states, reader).values():
        with suppress(PduHandlerError):
            control.orders(reader, identity, up=True)
            control.orders(reader, identity, up=False)
            return True
    return False


def _order_faults(states: State, control: Control) -> Iterator[str]:
    """What is wrong with the OIDs and values that the commands write on a device that has every
    row, a sentence each; nothing for a packed text, which holds all outlets.
    """
    if control.writes_neighbours:
        return
    reader = Reader(_EveryRow(control, states.on[0]))
    outlet_by_object = _state_objects(states, reader)
    is_delay = any(isinstance(part, Verbs) for part in parts_of(control))
    for identity in outlet_by_object.values():
        with suppress(PduHandlerError):
            ons, offs = (control.orders(reader, identity, up=up) for up in (True, False))
            for verb, orders, opposite, opposite_values in (
                ("on", ons, "off", states.off),
                ("off", offs, "on", states.on),
            ):
                for order in orders[:-1]:
                    if order in (ons[-1], offs[-1]):
                        yield f"the value {order[1]!r} that unlocks an outlet already switches it"
                for oid, value in orders:
                    outlet = outlet_by_object.get(oid, identity)
                    if oid in outlet_by_object and is_delay:
                        yield f"{verb} writes a delay into the object of the states"
                    elif outlet != identity:
                        yield f"{verb} of outlet {identity} writes into the row of outlet {outlet}"
                    elif oid in outlet_by_object and str(value) in opposite_values:
                        yield f"{verb} writes {value!r} {_OWN_STATE} {opposite}"


def _state_objects(states: State, reader: Reader) -> dict[str, str]:
    """OID of a state -> its outlet's identity. A source that compares counts may refuse the rows of
    `reader`: then its first column or scalars.
    """
    outlet_by_object: dict[str, str] = {}
    for source in parts_of(states.source):
        if isinstance(source, Source) and not outlet_by_object:
            with suppress(PduHandlerError):
                for identity in source.rows(reader):
                    outlet_by_object[source.instance_oid(reader, identity)] = identity
    return outlet_by_object


class _EveryRow:
    """A device in which each column has the rows N, N.0 and 1.N. All values are `value`, but those
    that permit the command.
    """

    def __init__(self, control: Control, value: str) -> None:
        self._value = value
        self._permitted: dict[str, str] = {}
        for part in parts_of(control):
            if isinstance(part, Guarded):
                numbers = (str(n) for n in range(len(part.refuse) + 1))
                free = next(number for number in numbers if number not in part.refuse)
                self._permitted.update(dict.fromkeys(oids(part.test), (*part.allow, free)[0]))

    def walk(self, oid: str) -> Walked:
        numbers = range(1, _ROWS + 1)
        indexes = [text for n in numbers for text in (f"{n}", f"{n}.0", f"1.{n}")]
        return dict.fromkeys(indexes, self.get(oid))

    def get(self, oid: str) -> Raw:
        return next(
            (value for place, value in self._permitted.items() if is_below(oid, place)),
            self._value,
        )

    @staticmethod
    def quoted(words: str) -> str:
        return words


def _figure_faults(place: str, figures: Mapping[str, Sequence[Figure]]) -> Iterator[str]:
    """Quantities that read the same object, such as a power that is a current."""
    for first, second in combinations(figures, 2):
        if {_unnamed(figure.source) for figure in figures[first]} & {
            _unnamed(figure.source) for figure in figures[second]
        }:
            yield f"{place}.{second}: it reads the same object as {first}"


def _unnamed(value: object) -> object:
    """A part without the names of its objects, to compare it with another."""
    if isinstance(value, FrozenValue):
        return (
            type(value),
            *(_unnamed(part) for name, part in vars(value).items() if name != "object"),
        )
    return tuple(map(_unnamed, value)) if isinstance(value, tuple) else value
