"""A PDU of a codec (handlers/http/dialogue.py), simulated from its recorded answers.

It answers with the recorded documents. Its outlets follow the codec's commands: the unit looks for
a value in the documents after whose change the codec reads the new state for the command's outlet,
and everything else as before. The new value is one that a neighbour has in the same place.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import math
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
    zero_figures,
)
from .text_answers import TextAnswer, body_of
from .unit_logins import LoginlessRequest, session_answer, without_login

#: JSON, a TextAnswer or its TextPieces, by request: its path, and the body of a read by POST after
#: it
Documents = Mapping[str, Any]
#: by state, what a member of JSON may hold for it, and a word of a text; None is a state that no
#: device documents
_JSON_VALUES: Mapping[Optional[bool], Sequence[Any]] = {
    True: ("on", "On", "ON", 1, True),
    False: ("off", "Off", "OFF", 0, False),
    None: ("undocumented", 97),
}
_TEXT_WORDS: Mapping[Optional[bool], Sequence[str]] = {
    True: ("1", "on", "On", "ON", "true"),
    False: ("0", "off", "Off", "OFF", "false"),
    None: ("undocumented", "97"),
}
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
#: in a path: of each entry of the list before it. A recording begins with the first entry, and Link
#: headers say so (Digital Loggers' REST-style API Reference, "Nonstandard 207")
_OF_EACH = "all;/"


class CodecUnit(HttpPdu):
    """A PDU at a port of this machine."""

    def __init__(
        self,
        codec: Codec,
        documents: Documents,
        port: int,
        fault: UnitFault = UnitFault.NONE,
    ) -> None:
        """Raises OSError if the port cannot be used."""
        self.documents: dict[str, Any] = {}
        for key, document in documents.items():
            if isinstance(document, TextAnswer):
                self.documents[key] = TextPieces.of(document)
            else:
                self.documents[key] = copy.deepcopy(document)
        self._codec = codec
        self._login_form = form_of(codec)
        super().__init__(port, fault)

    @property
    def contents(self) -> Any:
        return dict(self.documents)

    @contents.setter
    def contents(self, contents: Any) -> None:
        self.documents = dict(contents)

    # ---- requests --------------------------------------------------------------------------------

    def answer(self, method: str, target: str, body: bytes) -> Response:
        """The keys of a session for a login, a recorded document for a read, else 404."""
        session = session_answer(self._login_form, method, target, body)
        if session is not None:
            return session
        key = self._key_of_read(method, target, body)
        return self._document_response(key) if key else (404, None, {})

    def _document_response(self, key: str) -> Response:
        """A document as the unit sends it: JSON, or a page."""
        document = self.documents[key]
        if isinstance(document, TextPieces):
            return 200, _body(document), {"Content-Type": "text/html; charset=UTF-8"}
        begin, of_each, member = key.partition(_OF_EACH)
        if not of_each or not isinstance(document, list):
            return 200, document, {}
        links = [f"<{begin}{place}/{member}>; rel=item" for place in range(len(document))]
        return 207, document, {"Link": ", ".join(links)}

    def _key_of_read(self, method: str, target: str, body: bytes) -> str:
        """The key of the document that a request reads; "" for any other request."""
        request = self._without_login(method, target, body)
        for key in self.documents:
            path, _, text = key.partition(" ")
            recorded_read = ReadRequest(path, text.encode())
            if request == self._without_login(
                recorded_read.method, recorded_read.path, recorded_read.body
            ):
                return key
        return ""

    def _without_login(self, method: str, target: str, body: bytes) -> LoginlessRequest:
        return without_login(self._login_form, method, target, _json_or_text(body))

    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands that a request holds: of a list in its JSON, each element is one. [] for a
        login and a read; an unknown command for a request that is like a command, or is no GET.
        """
        is_login = session_answer(self._login_form, method, target, body) is not None
        if is_login or self._key_of_read(method, target, body):
            return []
        parts: list[LoginlessRequest] = []
        for content in _parts(body):
            parts.append(without_login(self._login_form, method, target, content))
        text = f"{method} {parts[0].target} {body.decode('utf-8', 'replace')}".strip()
        commands: list[UnitCommand] = []
        own_requests: list[WriteRequest] = []  # for all outlets, on and off
        for identity, on in itertools.product(self.outlet_states(), (True, False)):
            own_request = self._request_of(identity, on=on)
            if own_request is None:
                continue
            own_requests.append(own_request)
            own_part = self._without_login(own_request.method, own_request.path, own_request.body)
            if own_part in parts:
                commands.append(UnitCommand(identity, on=on, text=text))
        if commands:
            return commands
        # a command may be a GET whose query says what it does
        own_paths = [own_request.path.partition("?")[0] for own_request in own_requests]
        if method == "GET" and target.partition("?")[0] not in own_paths:
            return []
        similar_body = ""
        for own_request in own_requests:
            if (own_request.method, own_request.path) == (method, target):
                similar_body = own_request.body.decode("utf-8", "replace")
        return [UnitCommand.unknown(text, similar_body)]

    def _request_of(self, identity: str, *, on: bool) -> Optional[WriteRequest]:
        """The request by which the codec switches this outlet: the first one of its dialogue that
        writes. None if it has none.
        """
        writes: list[WriteRequest] = []

        def exchange(request: Request) -> bytes:
            if isinstance(request, WriteRequest):
                writes.append(request)
                return b"{}"
            return _body(self.documents[request_key(request)])

        # the codec may raise for the answer {} to its command
        with contextlib.suppress(PduHandlerError, LookupError):
            run_dialogue(self._codec.command(identity, on=on), exchange)
        return writes[0] if writes else None

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        """The document at this path, as after a read; else nothing."""
        if target in self.documents:
            return self._document_response(target)
        return super().command_answer(method, target, body, commands)

    # ---- values ----------------------------------------------------------------------------------

    def read_state(self, documents: Optional[Documents] = None) -> PduState:
        """What the codec reads. Raises the errors of handlers/shared/errors.py."""
        exchange = exchange_of(self.documents if documents is None else documents)
        return run_dialogue(self._codec.read_unit(with_figures=True), exchange)

    def outlet_states(self) -> States:
        """The states that the codec reads."""
        return {outlet.identity: outlet.state for outlet in self.read_state().outlets}

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Change the documents so that the codec reads this state for the outlet, and no other
        changes; the meters of an outlet that is off show 0. False if no such change is found.
        """
        with self._contents_lock:
            states = self.outlet_states()
            if {**states, identity: on} == states:
                return True
            documents = self.documents if on else self._without_load(identity)
            new_documents = self._with_state(documents, identity, on=on)
            if new_documents is None:
                return False
            self.documents = new_documents
            return True

    def _with_state(
        self, documents: Documents, identity: str, *, on: Optional[bool]
    ) -> Optional[dict[str, Any]]:
        """The documents with one other value, or two that must agree, by which the codec reads this
        state for the outlet, and the others as before. None if no such values are found.
        """
        states = self.outlet_states()
        expected_states = {**states, identity: on}
        contradictory_states = {**states, identity: None}
        contradictions: list[tuple[Place, Any]] = []
        for place in all_places(documents):
            for value in self._likely_values(place, on=on):
                new_documents = with_values(documents, {place: value})
                new_states = self._states_in(new_documents)
                if new_states == expected_states:
                    return new_documents
                if new_states == contradictory_states != states:
                    contradictions.append((place, value))
        # such as the position of a relay, and the voltage behind it
        for pair in itertools.combinations(contradictions, 2):
            new_documents = with_values(documents, dict(pair))
            if self._states_in(new_documents) == expected_states:
                return new_documents
        return None

    def _without_load(self, identity: str) -> Documents:
        """The documents in which the outlet's own meters show no current and no power."""
        documents: Documents = self.documents
        for place in all_places(documents):
            value = value_at(documents, place)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                continue
            new_documents = with_values(documents, {place: 0})
            if self._load_of(identity, new_documents) < self._load_of(identity, documents):
                documents = new_documents
        return documents

    def _load_of(self, identity: str, documents: Documents) -> float:
        """The outlet's current and power, added, which say whether it carries a load."""
        with contextlib.suppress(PduHandlerError, LookupError):
            for outlet in self.read_state(documents).outlets:
                if outlet.identity == identity:
                    figures = (outlet.figures.current_a, outlet.figures.power_w)
                    return sum(measured(figure) or 0.0 for figure in figures)
        return math.inf

    def _likely_values(self, place: Place, *, on: Optional[bool]) -> Sequence[Any]:
        """What may stand in this place for a state, the likeliest first."""
        if isinstance(self.documents[place.request], TextPieces):
            return _TEXT_WORDS[on]
        return [*self._neighbour_values(place), *_JSON_VALUES[on]]

    def _neighbour_values(self, place: Place) -> list[Any]:
        """The other values in the same place of the elements of a list, each once."""
        own_value = value_at(self.documents, place)
        values: list[Any] = []
        for other_place in all_places(self.documents):
            if (other_place.request, other_place.pattern) != (place.request, place.pattern):
                continue
            value = value_at(self.documents, other_place)
            if value != own_value and value not in values:
                values.append(value)
        return values

    def _states_in(self, documents: Documents) -> Optional[States]:
        """The states that the codec reads in these documents; None if it cannot."""
        try:
            outlets = self.read_state(documents).outlets
        except (PduHandlerError, LookupError):
            return None
        return {outlet.identity: outlet.state for outlet in outlets}

    def without_state(self, identity: str) -> Sequence[Documents]:
        """The documents without a value, so that the codec reads no state for the outlet, and the
        others as before.
        """
        states = self.outlet_states()
        expected_states = {**states, identity: None}
        for place in all_places(self.documents):
            documents = without_values(self.documents, [place])
            if self._states_in(documents) == expected_states:
                return [documents]
        return []

    def without_figures(self) -> Sequence[Documents]:
        """The documents without the value of the total load; with null in its place, where another
        value serves for one that is gone.
        """
        load = self._figures(self.documents)[:1]
        if load == [None]:
            return []
        places = all_places(self.documents)
        variants = [without_values(self.documents, [place]) for place in places]
        for place in places:
            if not isinstance(self.documents[place.request], TextPieces):
                variants.append(with_values(self.documents, {place: None}))
        states = self.outlet_states()
        for documents in variants:
            has_same_states = self._states_in(documents) == states
            if has_same_states and self._figures(documents)[:1] != load:
                return [documents]
        return []

    def with_zero_figures(self) -> Sequence[Documents]:
        """The documents with 0 in the place of one number each, where the states stay."""
        states = self.outlet_states()
        zeros = zero_figures(self.documents, [], states)
        return [documents for documents in zeros if self._states_in(documents) == states]

    def without_outlets(self) -> Sequence[Documents]:
        """The documents with an empty list in the place of the one of outlets."""
        count = len(self.outlet_states())
        for place in list_places(self.documents, count):
            documents = with_values(self.documents, {place: []})
            if self._states_in(documents) != self.outlet_states():
                return [documents]
        return []

    def figures(self) -> Figures:
        """The totals that the codec reads, and the outlets' currents and energies."""
        state = self.read_state()
        outlets: dict[str, MeterFigures] = {}
        for outlet in state.outlets:
            outlets[outlet.identity] = MeterFigures(
                current_a=outlet.figures.current_a,
                energy_kwh=outlet.figures.energy_kwh,
            )
        return Figures(
            load_a=state.load_a,
            energy_kwh=state.energy_kwh,
            ports=outlets,
            power_w=None,
            inlet_w=None,
        )

    def count_on(self) -> bool:
        """Let each number count on, by a tenth, whose change alters nothing but figures."""
        documents = self.documents
        states = self.outlet_states()
        for place in all_places(self.documents):
            new_value = _counted_on(value_at(documents, place))
            if new_value is None:
                continue
            new_documents = with_values(documents, {place: new_value})
            has_same_states = self._states_in(new_documents) == states
            if has_same_states and self._figures(new_documents) != self._figures(documents):
                documents = new_documents
        self.documents = documents
        return True

    def _figures(self, documents: Documents) -> list[Optional[float]]:
        """The load, the energy and the energies of the outlets in these documents; [] if the codec
        cannot read them.
        """
        try:
            state = self.read_state(documents)
        except PduHandlerError:
            return []
        energies = [measured(outlet.figures.energy_kwh) for outlet in state.outlets]
        return [measured(state.load_a), measured(state.energy_kwh), *energies]


def request_key(request: Request) -> str:
    """The key of a request's answer in a recording."""
    return f"{request.path} {request.body.decode('utf-8', 'replace')}".strip()


def exchange_of(documents: Documents) -> Any:
    """A function from each request to its recorded answer. It raises LookupError for a request
    without one.
    """
    return lambda request: _body(documents[request_key(request)])


def _body(document: Any) -> bytes:
    return document.text.encode() if isinstance(document, TextPieces) else body_of(document)


def _json_or_text(body: bytes) -> Any:
    """The JSON of a body, or its text."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _counted_on(value: Any) -> Union[int, float, str, None]:
    """A number that is a tenth more, in its type: also a text of digits, with as many decimals.
    None for zero and for what is no number.
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value) or not float(value):
            return None
        decimals = len(value.partition(".")[2])
        return f"{float(value) * 1.1:.{decimals}f}"
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value:
        return None
    return round(value * 1.1) if isinstance(value, int) else value * 1.1


def _parts(body: bytes) -> Iterator[Any]:
    """The JSON of a body; of a list in it, also with each element alone."""
    value = _json_or_text(body)
    yield value
    if not isinstance(value, dict):
        return
    for name, elements in value.items():
        if isinstance(elements, list):
            for element in elements:
                yield {**value, name: [element]}
