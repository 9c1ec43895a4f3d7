"""A PDU of a codec (handlers/http/dialogue.py), simulated from its recorded answers.

It answers with the recorded documents. Its outlets follow the codec's commands: the unit looks for
a value in the documents after whose change the codec reads the new state for the command's outlet,
and everything else as before. The new value is one that a neighbour has in the same place.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional, Union

from handlers.dcimanager import Figures, MeterFigures
from handlers.http.dialogue import (
    Codec,
    PduState,
    ReadRequest,
    Request,
    WriteRequest,
    run_dialogue,
)
from handlers.http.login_forms import form_of
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import measured

from .replay_server import Response
from .simulated_pdu import HttpPdu, States, UnitCommand, UnitFault
from .state_columns import (
    Place,
    TextPieces,
    all_places,
    list_places,
    value_at,
    with_values,
    without_values,
)
from .text_answers import TextAnswer, body_of
from .unit_logins import KnownRequest, known_request, session_answer

#: JSON, a TextAnswer or its TextPieces, by request: its path, and the body of a read by POST after
#: it
Answers = Mapping[str, Any]
_UNDOCUMENTED = ("undocumented", 97)
_WORDS = {True: ("on", "On", "ON", 1, True), False: ("off", "Off", "OFF", 0, False)}
# the words of a text; its other words are many
_TEXT_WORDS = {
    True: ("1", "on", "On", "ON", "true"),
    False: ("0", "off", "Off", "OFF", "false"),
    None: ("undocumented", "97"),
}
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


class CodecUnit(HttpPdu):
    """A PDU at a port of this machine."""

    def __init__(
        self,
        codec: Codec,
        documents: Answers,
        port: int,
        fault: UnitFault = UnitFault.NONE,
    ) -> None:
        """Raises OSError if the port cannot be used."""
        self.documents: dict[str, Any] = {
            key: TextPieces.of(document)
            if isinstance(document, TextAnswer)
            else copy.deepcopy(document)
            for key, document in documents.items()
        }
        self.is_text = any(isinstance(part, TextPieces) for part in self.documents.values())
        self._codec, self._login_form = codec, form_of(codec)
        super().__init__(port, fault)

    @property
    def contents(self) -> Any:
        return dict(self.documents)

    @contents.setter
    def contents(self, contents: Any) -> None:
        self.documents = dict(contents)

    # ---- requests --------------------------------------------------------------------------------

    def answer(self, method: str, target: str, body: bytes) -> Response:
        session = session_answer(self._login_form, method, target, body)
        if session is not None:
            return session
        key = self._reading(method, target, body)
        return self._document(key) if key else (404, None, {})

    def _document(self, key: str) -> Response:
        document = self.documents[key]
        if not isinstance(document, TextPieces):
            return 200, document, {}
        return 200, _body(document), {"Content-Type": "text/html; charset=UTF-8"}

    def _reading(self, method: str, target: str, body: bytes) -> str:
        """The key of the document that a request reads; "" for any other request."""
        request = self._known_request(method, target, body)
        for key in self.documents:
            if self._known_read(key) == request:
                return key
        return ""

    def _known_request(self, method: str, target: str, body: bytes) -> KnownRequest:
        return known_request(self._login_form, method, target, _json_or_text(body))

    def _known_read(self, key: str) -> KnownRequest:
        """The reading that a document answers."""
        path, _, text = key.partition(" ")
        read = ReadRequest(path, text.encode())
        return self._known_request(read.method, read.path, read.body)

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands that a request holds: of a list in its JSON, each element is one."""
        is_login = session_answer(self._login_form, method, target, body) is not None
        if is_login or self._reading(method, target, body):
            return []
        parts = [
            known_request(self._login_form, method, target, content) for content in _parts(body)
        ]
        text = f"{method} {parts[0].target} {body.decode('utf-8', 'replace')}".strip()
        commands: list[UnitCommand] = []
        known_body, is_at_command = "", False
        path = target.partition("?")[0]
        for identity in self.outlet_states():
            for on in (True, False):
                request = self._request_of(identity, on=on)
                if request is None:
                    continue
                if (request.method, request.path) == (method, target):
                    known_body = request.body.decode("utf-8", "replace")
                # a command may be a GET whose query says what it does
                is_at_command = is_at_command or request.path.partition("?")[0] == path
                if self._known_request(request.method, request.path, request.body) in parts:
                    commands.append(UnitCommand(identity, on=on, text=text))
        if not commands and (method != "GET" or is_at_command):
            commands.append(UnitCommand("", on=False, text=text, known=known_body))
        return commands

    def _request_of(self, identity: str, *, on: bool) -> Optional[WriteRequest]:
        """The codec's command. None if it has none for this outlet."""
        requests: list[WriteRequest] = []

        def exchange(request: Request) -> bytes:
            if isinstance(request, WriteRequest):
                requests.append(request)
                return b"{}"
            return _body(self.documents[request_key(request)])

        try:
            run_dialogue(self._codec.command(identity, on=on), exchange)
        except (PduHandlerError, LookupError):
            pass  # of the answer, which is none
        return requests[0] if requests else None

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        if target in self.documents:
            return self._document(target)
        return super().command_answer(method, target, body, commands)

    # ---- values ----------------------------------------------------------------------------------

    def read_state(self, documents: Optional[Answers] = None) -> PduState:
        """What the codec reads. Raises the errors of handlers/shared/errors.py."""
        known_documents = self.documents if documents is None else documents
        return run_dialogue(self._codec.read_unit(with_figures=True), exchange_of(known_documents))

    def outlet_states(self) -> States:
        """The states that the codec reads."""
        return {outlet.identity: outlet.state for outlet in self.read_state().outlets}

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Change a value so that the codec reads this state for the outlet, and no other changes.
        False if no such change is found.
        """
        with self._changing:
            expected_states = {**self.outlet_states(), identity: on}
            if expected_states == self.outlet_states():
                return True
            words = _UNDOCUMENTED if on is None else _WORDS[on]
            for place in all_places(self.documents):
                values = [*self._neighbour_values(place), *words]
                if isinstance(self.documents[place.request], TextPieces):
                    values = list(_TEXT_WORDS[on])
                for value in values:
                    documents = with_values(self.documents, {place: value})
                    if self._states_in(documents) == expected_states:
                        self.documents = documents
                        return True
            return False

    def _neighbour_values(self, place: Place) -> list[Any]:
        """The other values in the same place of the elements of a list."""
        own_value = value_at(self.documents, place)
        values: list[Any] = []
        for other_place in all_places(self.documents):
            is_neighbour = other_place.request == place.request
            if is_neighbour and other_place.pattern == place.pattern:
                value = value_at(self.documents, other_place)
                if value != own_value and value not in values:
                    values.append(value)
        return values

    def _states_in(self, documents: Answers) -> Optional[States]:
        try:
            outlets = self.read_state(documents).outlets
        except (PduHandlerError, LookupError):
            return None
        return {outlet.identity: outlet.state for outlet in outlets}

    def without_state(self, identity: str) -> Sequence[Answers]:
        states = self.outlet_states()
        expected_states = {**states, identity: None}
        for place in all_places(self.documents):
            documents = without_values(self.documents, [place])
            if self._states_in(documents) == expected_states:
                return [documents]
        return []

    def without_figures(self) -> Sequence[Answers]:
        """The documents without the value of the total load."""
        states, figures = self.outlet_states(), self._figures(self.documents)
        for place in all_places(self.documents):
            documents = without_values(self.documents, [place])
            if self._states_in(documents) != states:
                continue
            new_figures = self._figures(documents)
            if figures[:1] != [None] and new_figures[:1] != figures[:1]:
                return [documents]
        return []

    def without_outlets(self) -> Sequence[Answers]:
        """The documents with an empty list in the place of the one of outlets."""
        count = len(self.outlet_states())
        for place in list_places(self.documents, count):
            documents = with_values(self.documents, {place: []})
            if self._states_in(documents) != self.outlet_states():
                return [documents]
        return []

    def figures(self) -> Figures:
        state = self.read_state()
        outlets = {
            outlet.identity: MeterFigures(
                current_a=measured(outlet.figures.current_a),
                energy_kwh=measured(outlet.figures.energy_kwh),
            )
            for outlet in state.outlets
        }
        load_a, energy_kwh = measured(state.load_a), measured(state.energy_kwh)
        return Figures(load_a, energy_kwh, outlets, power_w=None, inlet_w=None)

    def count_on(self) -> bool:
        """Let each number count on, by a tenth, whose change alters nothing but figures."""
        documents: Answers = self.documents
        states = self.outlet_states()
        for place in all_places(self.documents):
            value = value_at(documents, place)
            new_value = _counted_on(value)
            if new_value is None:
                continue
            candidate = with_values(documents, {place: new_value})
            if self._states_in(candidate) == states and self._figures(candidate) != self._figures(
                documents
            ):
                documents = candidate
        self.documents = dict(documents)
        return True

    def _figures(self, documents: Answers) -> list[Optional[float]]:
        try:
            state = self.read_state(documents)
        except PduHandlerError:
            return []
        energies = [measured(outlet.figures.energy_kwh) for outlet in state.outlets]
        return [measured(state.load_a), measured(state.energy_kwh), *energies]


def request_key(request: Request) -> str:
    """The key of a request's answer in a recording."""
    return f"{request.path} {request.body.decode('utf-8', 'replace')}".strip()


def exchange_of(answers: Answers) -> Any:
    """The recorded answer to each request. Raises LookupError for one without."""
    return lambda request: _body(answers[request_key(request)])


def _body(document: Any) -> bytes:
    return document.text.encode() if isinstance(document, TextPieces) else body_of(document)


def _json_or_text(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _counted_on(value: Any) -> Union[int, float, str, None]:
    """A number that is a tenth more, also of a text; None for zero and for what is no number."""
    if isinstance(value, str):
        number = float(value) if _NUMBER.fullmatch(value) else 0.0
        if not number:
            return None
        decimals = len(value.partition(".")[2])
        return f"{number * 1.1:.{decimals}f}"
    if isinstance(value, bool) or not value:
        return None
    if isinstance(value, int):
        return round(value * 1.1)
    if isinstance(value, float):
        return value * 1.1
    return None


def _parts(body: bytes) -> Iterator[Any]:
    """The JSON of a body; of a list in it, also with each element alone."""
    value = _json_or_text(body)
    yield value
    if isinstance(value, dict):
        for name, elements in value.items():
            for element in elements if isinstance(elements, list) else ():
                yield {**value, name: [element]}
