"""Finds what a replay needs to know of a device, by letting its handler read the recording: where
the answers hold the states, and by which requests the handler switches. The device is not asked.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Protocol

from handlers.shared.errors import PduHandlerError

from ..simulated_pdu import States, UnitCommand
from .har import Effect, WebRecording
from .request_patterns import recorded_request
from .state_columns import (
    Column,
    Pointer,
    all_pointers,
    candidate_columns,
    numbers_per_outlet,
    value_at,
    with_values,
)
from .text_answers import TextAnswer
from .unit import Call, WebUnit, calls_in


class Reader(Protocol):
    """The handler that reads the replay of a recording, at any port of this machine."""

    def states(self, port: int) -> States:
        """The states that it reads; none if it cannot."""

    def energies(self, port: int) -> Any:
        """The energies that it reads, to compare."""

    def switch(self, port: int, identity: str, *, on: bool) -> None:
        """Raises the errors of handlers/shared/errors.py."""


def with_effects(recording: WebRecording, reader: Reader) -> WebRecording:
    """The recording with the values that its answers have while an outlet is on or off, if they are
    found. The handler reads copies of the recording in which one value is another one:

        before:  {"GET /": [{"on": 1}, {"on": 0}]}, outlets {"1": on, "2": off}
        after:   outlet 1 is on with GET /#/0/on = 1, and off with GET /#/0/on = 0
    """
    with contextlib.closing(WebUnit(recording, 0)) as unit:
        return _Probe(recording, unit, reader).probed()


class _Probe(NamedTuple):
    """A recording, the simulated PDU that answers from it, and the handler that reads it there:
    what is asked of the handler is "which states do you read, if this value is another one?"
    """

    recording: WebRecording
    unit: WebUnit
    reader: Reader

    def read(self, values: Mapping[Pointer, Any]) -> States:
        """The states that the handler reads where the answers have these values; none if it
        cannot.
        """
        self._set(values)
        return self.reader.states(self.unit.port)

    def energies(self, values: Mapping[Pointer, Any]) -> Any:
        """The energies that it reads where the answers have these values."""
        self._set(values)
        return self.reader.energies(self.unit.port)

    def _set(self, values: Mapping[Pointer, Any]) -> None:
        contents = with_values(self.recording.contents, values)
        self.unit.contents = self.recording.states, contents

    def probed(self) -> WebRecording:
        """The recording with the first pointers by which **each outlet, and no other, is read in
        its other state**; as it is, if there are none.
        """
        for candidate in self._candidates():
            if self._is_followed(candidate):
                return candidate
        return self.recording

    def _is_followed(self, candidate: WebRecording) -> bool:
        """Whether the handler reads each outlet that is on or off in its other state, and all
        others as before, where the answers have the candidate's values for it.

            values of outlet 2 for off    the handler reads on, off, on     it follows
            values of outlet 2 for off    the handler reads on, on, on      it does not
        """
        states = self.recording.states
        for name, outlet in candidate.outlets.items():
            if outlet.state is None:
                continue
            other_state = not outlet.state
            new_states = self.read(outlet.effect(on=other_state).answer_values)
            if new_states != {**states, name: other_state}:
                return False
        return True

    def _candidates(self) -> Iterator[WebRecording]:
        """Recordings with the pointers of a column that the first outlet's state follows: alone,
        then with a second one that may contradict it, such as the voltage behind a relay, then with
        meters that do.
        """
        states = self.recording.states
        contradictions: list[Column] = []
        for column in candidate_columns(self.recording.contents, states):
            read_state = self._state_after_flip([column])
            if read_state == "flipped":
                yield self._recording_of([column])
            if read_state == "unknown":
                contradictions.append(column)
        # such as the position of a relay, and the voltage behind it
        for pair in itertools.combinations(contradictions, 2):
            if self._state_after_flip(pair) == "flipped":
                yield self._recording_of(pair)
        for column in contradictions:
            if self._meters([column]):
                yield self._recording_of([column])

    def _state_after_flip(self, columns: Sequence[Column]) -> str:
        """How the handler reads the first outlet that is on or off if its values in these columns
        are those of the other state.

            it, and no other one, in its other state    "flipped"
            it, and no other one, UNKNOWN               "unknown"
            anything else                               ""
        """
        states = self.recording.states
        names_with_state = [name for name, state in states.items() if state is not None]
        if not names_with_state:
            return ""
        name = names_with_state[0]
        other_state = not states[name]
        index = list(states).index(name)
        values = {column.pointers[index]: column.value(on=other_state) for column in columns}
        new_states = self.read(values)
        if new_states == {**states, name: other_state}:
            return "flipped"
        return "unknown" if new_states == {**states, name: None} else ""

    def _is_off(self, columns: Sequence[Column], meters: Sequence[Sequence[Pointer]]) -> bool:
        """Whether the handler reads each outlet that is on or off as off where these columns say
        so, and these meters show 0.
        """
        states = self.recording.states
        off_states = {name: None if state is None else False for name, state in states.items()}
        values = self._zeros(meters)
        for column in columns:
            values.update(dict.fromkeys(self._known(column.pointers), column.off))
        return self.read(values) == off_states

    def _known(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """Of pointers, one for each outlet, those to outlets that are on or off."""
        states = self.recording.states.values()
        return [pointer for pointer, state in zip(pointers, states) if state is not None]

    def _zeros(self, meters: Sequence[Sequence[Pointer]]) -> dict[Pointer, Any]:
        """0 for each of these numbers, by its pointer."""
        return dict.fromkeys(itertools.chain.from_iterable(map(self._known, meters)), 0)

    def _meters(self, columns: Sequence[Column]) -> Sequence[Sequence[Pointer]]:
        """The columns of numbers that deny that outlets are off: of their currents or powers. [] if
        nothing or something else denies it.

            {"relay": [0, 0], "ampere": [1.5, 0]}    read as UNKNOWN: a current, though it is off
            {"relay": [0, 0], "ampere": [0, 0]}      read as off: ampere denied it
        """
        if self._is_off(columns, ()):
            return []
        meters = self._meters_without_effect(columns)
        if not self._is_off(columns, meters):
            return []
        for meter in list(meters):
            other_meters = [pointers for pointers in meters if pointers != meter]
            if self._is_off(columns, other_meters):
                meters = other_meters
        return meters

    def _meters_without_effect(self, columns: Sequence[Column]) -> list[Sequence[Pointer]]:
        """The groups of numbers, one for each outlet, that can all be set to 0 while the handler
        reads the same states and energies: those of currents, powers and the like. Of a device with

            {"relay": [1, 0], "ampere": [1.5, 0.0], "kwh": [812, 40]}

        only those of "ampere": `columns` has relay, and an outlet that is off keeps its kwh.
        """
        energies = self.energies({})
        meters: list[Sequence[Pointer]] = []
        for numbers in numbers_per_outlet(self.recording.contents, len(self.recording.states)):
            if any(numbers == column.pointers for column in columns):
                continue
            zeros = self._zeros([numbers])
            if self.read(zeros) == self.recording.states and self.energies(zeros) == energies:
                meters.append(numbers)
        return meters

    def _recording_of(self, columns: Sequence[Column]) -> WebRecording:
        """The recording whose outlets have for on and off the values of these columns, in all
        copies of them; where a meter denies that an outlet is off, it shows 0 then.

            outlet 1, on:   {"GET /": [{"relay": 1}]}
            outlet 1, off:  {"GET /": [{"relay": 0, "ampere": 0}]}
        """
        meters = self._meters(columns)
        copies = _copies(self.recording.contents, columns[0].pointers)
        outlets = {}
        for index, (name, outlet) in enumerate(self.recording.outlets.items()):
            if outlet.state is None:  # another value says that it is not known
                outlets[name] = outlet
                continue
            on_values: dict[Pointer, Any] = {}
            off_values: dict[Pointer, Any] = {}
            for column in columns:
                for pointer in (column.pointers[index], *copies.get(column.pointers[index], ())):
                    on_values[pointer], off_values[pointer] = column.on, column.off
            off_values.update({pointers[index]: 0 for pointers in meters})
            outlets[name] = outlet._replace(
                on=Effect(outlet.on.request, on_values), off=Effect(outlet.off.request, off_values)
            )
        return self.recording._replace(outlets=outlets)


def _copies(
    contents: Mapping[str, Any], pointers: Sequence[Pointer]
) -> dict[Pointer, list[Pointer]]:
    """Where a device answers the same states once more, by their pointers: a member of the same
    name, in an object with the same texts beside it, here the name "web":

    >>> web, db = {"name": "web", "on": True}, {"name": "db", "on": False}
    >>> pointer = Pointer("GET /relay/1", ("on",))
    >>> _copies({"GET /relay/1": web, "GET /relays": [web, db]}, [pointer])[pointer]
    [Pointer(request='GET /relays', path=(0, 'on'))]

    {} if two of the pointers have the same texts beside them.
    """
    texts_by_pointer = {pointer: _sibling_texts(contents, pointer) for pointer in pointers}
    pointer_by_texts = {texts: pointer for pointer, texts in texts_by_pointer.items()}
    if len(pointer_by_texts) < len(pointers):  # the texts tell no outlet from another
        return {}
    member_name = pointers[0].path[-1:]
    copies: dict[Pointer, list[Pointer]] = {}
    for pointer in all_pointers(contents):
        is_other = pointer not in texts_by_pointer and bool(pointer.path)
        if not is_other or pointer.path[-1:] != member_name:
            continue
        original = pointer_by_texts.get(_sibling_texts(contents, pointer))
        if original is not None:
            copies.setdefault(original, []).append(pointer)
    return copies


def _sibling_texts(contents: Mapping[str, Any], pointer: Pointer) -> frozenset[tuple[str, str]]:
    """The texts of the object that has this value, without the value; none of a text.

    >>> answers = {"GET /": {"name": "web", "on": "yes", "amps": 5}}
    >>> _sibling_texts(answers, Pointer("GET /", ("on",)))
    frozenset({('name', 'web')})
    """
    if isinstance(contents[pointer.request], TextAnswer) or not pointer.path:
        return frozenset()
    owner = value_at(contents, pointer._replace(path=pointer.path[:-1]))
    if not isinstance(owner, dict):
        return frozenset()
    texts = [(name, value) for name, value in owner.items() if isinstance(value, str)]
    return frozenset(text for text in texts if text[0] != pointer.path[-1])


# ---- commands ------------------------------------------------------------------------------------


class _LearningUnit(WebUnit):
    """A simulated PDU that takes each request that is no recorded read for the command that is
    awaited: so a handler, told to switch outlet 2 off, shows by which request it does so.
    """

    #: the outlet's identity, and whether it is switched on
    expected_command: Optional[tuple[str, bool]] = None
    learned_requests: list[str]

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request: those of the recording, and the awaited one for each call that
        the recording does not know, whose words are added to `learned_requests`.
        """
        if self.expected_command is None:
            return []
        call = Call(method, target, body.decode("utf-8", "replace"))
        commands: list[UnitCommand] = []
        for part in calls_in(call) or [call]:
            for command in self._commands_of_call(part):
                if not command.is_known:
                    text = recorded_request(part.method, part.target, part.body, [])
                    self.learned_requests.append(text)
                    identity, on = self.expected_command
                    command = UnitCommand(identity, on=on, text=text)
                commands.append(command)
        return commands


def with_commands(recording: WebRecording, reader: Reader) -> WebRecording:
    """The recording with the request by which the handler switches each outlet. The handler is told
    to switch each one to its other state and back:

        port_down 1  >  POST /relay/1 turn=off
        port_up 1    >  POST /relay/1 turn=on
    """
    outlets = dict(recording.outlets)
    with contextlib.closing(_LearningUnit(recording, 0)) as unit:
        for name, outlet in recording.outlets.items():
            if not outlet.state_pointers:
                continue
            for on in (True, False) if outlet.state is False else (False, True):
                unit.expected_command, unit.learned_requests = (name, on), []
                with contextlib.suppress(PduHandlerError):
                    reader.switch(unit.port, name, on=on)
                if unit.learned_requests:
                    effect = outlet.effect(on=on)._replace(request=unit.learned_requests[0])
                    outlet = outlet._replace(on=effect) if on else outlet._replace(off=effect)
            outlets[name] = outlet
    return recording._replace(outlets=outlets)
