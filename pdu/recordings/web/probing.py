"""Finds where the answers of a recording hold the states, and by which requests the handler
switches: the handler reads copies of the recording. The device is not asked.

contents    the answers by request: {"GET /": [{"on": 1}, {"on": 0}]}
pointer     where a value is in them: Pointer("GET /", (0, "on"))
column      the pointers of all outlets to one kind of value, and that value for on and for off
meter       pointers to numbers, one for each outlet, such as its current in A
states      what the handler reads, None for neither on nor off: {"1": True, "2": None}

So it is found that `on` is the state and `id` is not: with {"on": 0} for the first outlet the
handler reads this outlet, and no other, as off.
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
        """The states that it reads; {} if it cannot."""

    def energies(self, port: int) -> Any:
        """The energies that it reads, in a form in which two readings are compared."""

    def switch(self, port: int, identity: str, *, on: bool) -> None:
        """Raises the errors of handlers/shared/errors.py."""


def with_effects(recording: WebRecording, reader: Reader) -> WebRecording:
    """The recording whose outlets know which values the answers have while they are on and while
    they are off; the recording itself if that is not found.

        before:  {"GET /": [{"on": 1}, {"on": 0}]}, outlets {"1": on, "2": off}
        after:   outlet 1 is on with GET /#/0/on = 1, and off with GET /#/0/on = 0
    """
    with contextlib.closing(WebUnit(recording, 0)) as unit:
        return _Probe(recording, unit, reader).probed()


class _Probe(NamedTuple):
    """A recording, the simulated PDU `unit` that answers from it, and the handler that reads that
    PDU. `read({pointer: 0})` are the states that the handler reads where the answers have 0 there;
    `recording.states` are those that it read of the device.
    """

    recording: WebRecording
    unit: WebUnit
    reader: Reader

    def read(self, values: Mapping[Pointer, Any]) -> States:
        """The states that the handler reads if the answers have these values at these pointers; {}
        if it cannot read them.

            {Pointer("GET /", (0, "on")): 0}    {"1": False, "2": False}
        """
        self._set(values)
        return self.reader.states(self.unit.port)

    def energies(self, values: Mapping[Pointer, Any]) -> Any:
        """The energies that it reads where the answers have these values."""
        self._set(values)
        return self.reader.energies(self.unit.port)

    def _set(self, values: Mapping[Pointer, Any]) -> None:
        """Let the simulated PDU answer as recorded, but with these values."""
        contents = with_values(self.recording.contents, values)
        self.unit.contents = self.recording.states, contents

    def probed(self) -> WebRecording:
        """The recording with the first pointers by which **each outlet, and no other, is read in
        its other state**; the recording itself if no pointers do that.
        """
        for candidate in self._candidates():
            if self._is_followed(candidate):
                return candidate
        return self.recording

    def _is_followed(self, candidate: WebRecording) -> bool:
        """Whether the candidate's values are those of the states: with the values of an outlet's
        other state the handler reads it, and no other outlet, in that state. So for each outlet
        that was on or off.

            recorded on, on, on; outlet 2 gets its values for off
            the handler reads on, off, on    True, if so for outlets 1 and 3
            the handler reads on, on, on     False
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
        """Recordings to try, in which the first outlet, set to its other state, is read in it:

        one column              {"on": 0} is read as off
        two columns             {"relay": 0, "volt": 230} is read as unknown, with "volt": 0 as off
        a column and meters     {"relay": 0, "ampere": 1.5} is read as unknown, with 0 A as off
        """
        states = self.recording.states
        contradicted_columns: list[Column] = []
        for column in candidate_columns(self.recording.contents, states):
            read_state = self._state_after_flip([column])
            if read_state == "flipped":
                yield self._recording_of([column])
            if read_state == "unknown":
                contradicted_columns.append(column)
        for pair in itertools.combinations(contradicted_columns, 2):
            if self._state_after_flip(pair) == "flipped":
                yield self._recording_of(pair)
        for column in contradicted_columns:
            if self._meters([column]):
                yield self._recording_of([column])

    def _state_after_flip(self, columns: Sequence[Column]) -> str:
        """How the handler reads the first outlet that is on or off, after its values in these
        columns became those of its other state. Of recorded states on, off:

            the handler reads off, off        "flipped": this outlet, and no other
            the handler reads unknown, off    "unknown": this outlet, and no other
            anything else, or no such outlet  ""
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
        """Whether the handler reads all outlets as off, if these columns have their value for off
        and these meters show 0 for all outlets. Outlets whose state is unknown stay unknown.

            relay 0, 0; ampere 0, 0    read as off, off: True
        """
        states = self.recording.states
        off_states = {name: None if state is None else False for name, state in states.items()}
        values = self._zeros(meters)
        for column in columns:
            values.update(dict.fromkeys(self._of_known_outlets(column.pointers), column.off))
        return self.read(values) == off_states

    def _of_known_outlets(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """Of pointers, one for each outlet, those of outlets that were read as on or off."""
        states = self.recording.states.values()
        return [pointer for pointer, state in zip(pointers, states) if state is not None]

    def _zeros(self, meters: Sequence[Sequence[Pointer]]) -> dict[Pointer, Any]:
        """0 by each pointer of these meters to an outlet that was read as on or off."""
        pointers = itertools.chain.from_iterable(map(self._of_known_outlets, meters))
        return dict.fromkeys(pointers, 0)

    def _meters(self, columns: Sequence[Column]) -> Sequence[Sequence[Pointer]]:
        """The meters that must show 0 before the handler reads outlets as off: it takes a current
        for a sign that an outlet is on. [] if no meter must, or if meters are not the reason.

            {"relay": [0, 0], "ampere": [1.5, 0]}    read as unknown, off
            {"relay": [0, 0], "ampere": [0, 0]}      read as off, off: the meter "ampere" must
        """
        if self._is_off(columns, ()):
            return []
        meters = self._meters_without_effect(columns)
        if not self._is_off(columns, meters):
            return []
        for meter in list(meters):  # each that need not show 0 is left out
            other_meters = [pointers for pointers in meters if pointers != meter]
            if self._is_off(columns, other_meters):
                meters = other_meters
        return meters

    def _meters_without_effect(self, columns: Sequence[Column]) -> list[Sequence[Pointer]]:
        """The meters that can show 0 while the handler reads the recorded states and energies: of
        currents, powers and the like. `columns`: of the states, which are no meters.

            {"relay": [1, 0], "ampere": [1.5, 0.0], "kwh": [812, 40]}
            result: the pointers to both numbers of "ampere"; with kwh 0, other energies are read
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
        """The recording whose outlets have the values of these columns as those for on and for off,
        also where the device answers the same state once more. A meter that would keep an outlet
        from being read as off shows 0 for off.

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
                pointer = column.pointers[index]
                pointers = [pointer, *copies.get(pointer, ())]
                on_values.update(dict.fromkeys(pointers, column.on))
                off_values.update(dict.fromkeys(pointers, column.off))
            off_values.update({meter[index]: 0 for meter in meters})
            outlets[name] = outlet._replace(
                on=Effect(outlet.on.request, on_values), off=Effect(outlet.off.request, off_values)
            )
        return self.recording._replace(outlets=outlets)


def _copies(
    contents: Mapping[str, Any], pointers: Sequence[Pointer]
) -> dict[Pointer, list[Pointer]]:
    """Where a device answers the same states once more: further pointers, by each of these. A state
    is the same if its member has the same name, and the texts beside it are the same, here "web":

    >>> web, db = {"name": "web", "on": True}, {"name": "db", "on": False}
    >>> pointer = Pointer("GET /relay/1", ("on",))
    >>> _copies({"GET /relay/1": web, "GET /relays": [web, db]}, [pointer])[pointer]
    [Pointer(request='GET /relays', path=(0, 'on'))]

    {} if two of the pointers have the same texts beside them, which then tell no outlet.
    """
    texts_by_pointer = {pointer: _sibling_texts(contents, pointer) for pointer in pointers}
    pointer_by_texts = {texts: pointer for pointer, texts in texts_by_pointer.items()}
    if len(pointer_by_texts) < len(pointers):
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
    """Names and values of the texts beside a value in its JSON object; none for a value that is not
    in an object.

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
    """A simulated PDU that learns the requests of commands: a handler is told to switch outlet 2
    off, and whatever it sends that is no recorded read is the command for that. Before,
    `with_commands` sets `expected_command` to ("2", False) and `learned_requests` to []; the
    requests that come are added to these.
    """

    #: the outlet's identity, and whether it is switched on
    expected_command: Optional[tuple[str, bool]] = None
    learned_requests: list[str]

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request: those of the recording, and the expected one for each call
        that the recording does not know. The words of such a call are added to `learned_requests`.

            expected_command ("2", False)
            POST /relay/2 turn=off    [UnitCommand("2", on=False, ...)], and its words are learned
            GET /status               []
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
    """The recording whose outlets know the requests by which the handler switches them. The handler
    is told to switch each outlet to its other state and back, and a simulated PDU notes what it
    sends. An outlet where the answers hold no state is left as it is.

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
