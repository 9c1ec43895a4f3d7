"""A PDU that is simulated from what a device answered: it obeys commands, or has a fault.

Each protocol says which request is a command, and what it answers; the faults are here, once.
"""

from __future__ import annotations

import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any, Callable, NamedTuple, Optional, Union

from handlers.dcimanager import Figures
from handlers.shared.meter_figures import Figure, measured

from .replay_server import HttpReplay, Response, header_pairs

#: identity -> on, off, or None for a state that is neither
States = dict[str, Optional[bool]]


#: states that are neither on nor off, such as one that moves: first one that no device documents
THIRD_NUMBERS = (97, -1, *range(10))


class UnitFault(Enum):
    """What is wrong with a simulated PDU."""

    NONE = "none"
    #: it carries a command out later
    LATE = "late"
    #: it accepts a command and does nothing
    STUCK = "stuck"
    #: it refuses each command
    REFUSES = "refuses"
    #: it is busy at each command
    BUSY = "busy"
    #: it accepts a command, does nothing, and answers no more
    SILENT_AFTER = "silent after a command"
    #: it carries a command out, and its answer is lost
    ANSWER_LOST = "answer of a command lost"
    #: it carries a command out, and leaves the connection open without an answer
    UNANSWERED = "a command is not answered"
    #: after a command, the outlet has a state that is not documented
    PENDING = "pending"
    #: half of each answer arrives
    HALF = "half of each answer"
    #: it takes no login
    DENIES = "denies"
    #: it gives no answer, and leaves the connection open
    MUTE = "mute"
    HANGS = "hangs"
    #: over HTTP, it answers each request with this status
    NOT_FOUND, FAILS, UNAVAILABLE = 404, 500, 503


class UnitCommand(NamedTuple):
    """A request that switches an outlet, or an `unknown` one, which writes something else.

    >>> UnitCommand("2", on=False, text="POST /relay/2 turn=off").is_known
    True
    >>> UnitCommand.unknown("POST /reboot").is_known
    False
    """

    #: of the outlet; "" of an unknown command
    identity: str
    on: bool
    #: the request, for people
    text: str
    #: whether an unknown command is like one of this unit's
    is_similar: bool = False

    @classmethod
    def unknown(cls, text: str, *, is_similar: bool = False) -> UnitCommand:
        """A request that writes, and is no command of this unit."""
        return cls(identity="", on=False, text=text, is_similar=is_similar)

    @property
    def is_known(self) -> bool:
        """Whether it switches an outlet of this unit."""
        return bool(self.identity)


def port_mark(port: int) -> str:
    """The end of words that a PDU at this port alone gives or is given, such as its login."""
    return f"p{port}x"


class CommandRefused(Exception):
    """The PDU refuses a command."""


class MeasuredSums(NamedTuple):
    """The sums of each table of a PDU's meters, such as lines, banks and outlets, in A and kWh: a
    handler may read any of them.

    >>> MeasuredSums(load_a=[3.2, 3.1], outlet_kwh={"1": 12.5}).load_a
    [3.2, 3.1]
    """

    load_a: Sequence[float] = ()
    energy_kwh: Sequence[float] = ()
    #: of each outlet that is metered
    outlet_kwh: Mapping[str, float] = {}


class SimulatedPdu(ABC):
    """The outlets of a PDU, its fault, and what it was sent. A PDU over a network is a server
    besides.
    """

    #: whether it may refuse a command for an outlet that it does not have, as an SNMP agent does
    refuses_unknown_outlets = False
    #: of the rules of `pdu handler check`, the one of a login that it refuses
    rule_of_login = "denied"

    LATE_S = 2.0
    #: the methods that a refused login stops
    protected_methods: Sequence[str] = ("status", "statistic", "port_down", "port_up")
    #: a sentence for each command and its effect
    writes: list[str]
    port: int

    def __init__(self, fault: UnitFault) -> None:
        """A PDU with this fault, which was sent nothing yet."""
        self.requests: list[Any] = []
        self.commands: list[UnitCommand] = []
        #: over HTTP, each request whole, with its headers, and the content of each answer
        self.messages: list[str] = []
        self.answers: list[bytes] = []
        self.writes = []
        #: its own failures, which are no fault of a handler
        self.failures: list[str] = []
        #: whether it gives no answer now
        self.is_mute = False
        #: the logins that are no more than a word, such as a community
        self.communities: set[bytes] = set()
        self.fault = fault
        self._timers: list[threading.Timer] = []
        self._contents_lock = threading.RLock()
        self._end = threading.Event()

    @property
    def reason_by_untried_rule(self) -> Mapping[str, str]:
        """Why a rule of `pdu handler check` cannot be tried on it, a sentence by its name."""
        return {}

    @property
    def contradiction(self) -> str:
        """What its recording says of itself, and its answers do not; "" for nothing."""
        return ""

    def begin(self, fault: UnitFault) -> None:
        """Have this fault from now on, and no other: what was late is not carried out."""
        self.fault = fault
        self.is_mute = fault in (UnitFault.MUTE, UnitFault.HANGS)
        self.drop_timers()
        self._end = threading.Event()

    @abstractmethod
    def outlet_states(self) -> States:
        """The states of the outlets now."""

    @abstractmethod
    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Give an outlet this state, None for one that is not documented. False if it cannot."""

    @property
    @abstractmethod
    def contents(self) -> Any:
        """What it answers from. A copy of it makes another PDU of the same kind."""

    @contents.setter
    @abstractmethod
    def contents(self, contents: Any) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """End it."""

    def figures(self) -> Optional[Figures]:
        """The figures that it measures; None if they are known from a handler alone."""
        return None

    def measured_sums(self) -> MeasuredSums:
        """The currents in A and the energies in kWh that the PDU measures now: of each, its total,
        and the sum over the outlets.
        """
        figures = self.figures()
        if figures is None:
            return MeasuredSums()
        ports = figures.ports.items()
        outlet_kwh = _measured_figures({name: port.energy_kwh for name, port in ports})
        outlet_a = _measured_figures({name: port.current_a for name, port in ports})
        return MeasuredSums(
            load_a=_total_and_sum(figures.load_a, outlet_a),
            energy_kwh=_total_and_sum(figures.energy_kwh, outlet_kwh),
            outlet_kwh=outlet_kwh,
        )

    def can_switch(self, identity: str, *, on: bool) -> bool:
        """Whether a command switches this outlet."""
        return True

    def command_words(self, identity: str, *, on: bool) -> str:
        """The request that switches an outlet, for people; "" if it is not known."""
        return ""

    def with_third_states(self, identity: str) -> Sequence[Any]:
        """Contents in which an outlet has a state that is neither on nor off; [] if it cannot have
        one.
        """
        contents = self.contents
        is_turned = self.turn_outlet(identity, on=None)
        third, self.contents = self.contents, contents
        return [third] if is_turned else []

    def without_state(self, identity: str) -> Sequence[Any]:
        """Contents that lack the state of an outlet."""
        return []

    def without_row(self) -> Sequence[tuple[str, Any]]:
        """An outlet, and contents that lack all that they say of it."""
        return []

    def with_empty_names(self) -> Sequence[Any]:
        """Contents in which an outlet has lost the name that its owner gave it."""
        return []

    def without_figures(self) -> Sequence[Any]:
        """Contents in which a figure each cannot be read."""
        return []

    def without_figure_rows(self) -> Sequence[Any]:
        """Contents that lack a row of a table of meters each."""
        return []

    def with_other_figures(self) -> Sequence[Any]:
        """Contents with other figures."""
        return []

    def exchange_rows(self) -> bool:
        """Answer with the rows of two outlets exchanged. False if it cannot, or if no row names its
        outlet.
        """
        return False

    def with_fewer_outlets(self) -> Sequence[Any]:
        """Contents of a PDU with fewer outlets."""
        return []

    def with_zero_figures(self) -> Sequence[Any]:
        """Contents with 0 in the place of a number each, which may be no figure."""
        return []

    def without_outlets(self) -> Sequence[Any]:
        """Contents whose list of outlets is empty."""
        return []

    # ---- commands --------------------------------------------------------------------------------

    def note_request(self, text: str) -> None:
        """Add a request to `requests`. Raises ConnectionAbortedError if it is not answered, with
        HANGS only when the fault has ended.
        """
        self.requests.append(text)
        if self.is_mute:
            if self.fault is UnitFault.HANGS:
                self._end.wait()
            raise ConnectionAbortedError

    def obey(
        self, commands: Sequence[UnitCommand], carry_out: Optional[Callable[[], object]] = None
    ) -> None:
        """Carry commands out, as the fault says: by `carry_out`, else by turning the outlets.
        Raises CommandRefused, and ConnectionAbortedError for no answer.

            NONE         carried out, answered
            LATE         answered, carried out after LATE_S
            STUCK        answered, not carried out
            ANSWER_LOST  carried out, not answered
        """
        self.commands += commands
        # with PENDING the states become unknown, whatever the caller would carry out
        if carry_out is None or self.fault is UnitFault.PENDING:
            carry_out = partial(self._carry_out, commands)
        if self.fault in (UnitFault.REFUSES, UnitFault.BUSY):
            raise CommandRefused
        if self.fault is UnitFault.SILENT_AFTER:
            self.is_mute = True
            return
        if self.fault is UnitFault.LATE:
            self._start_timer(carry_out)
        elif self.fault is not UnitFault.STUCK:
            carry_out()
        if self.fault is UnitFault.UNANSWERED:
            self._end.wait()
            raise ConnectionAbortedError
        if self.fault is UnitFault.ANSWER_LOST:
            raise ConnectionAbortedError

    def _start_timer(self, function: Callable[[], object]) -> None:
        """Call the function after LATE_S, unless `drop_timers` is called before."""
        timer = threading.Timer(self.LATE_S, function)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def drop_timers(self) -> None:
        """Cancel the commands that are to be carried out later, and end the wait of those that are
        not answered.
        """
        self._end.set()
        for timer in self._timers:
            timer.cancel()

    def _carry_out(self, commands: Sequence[UnitCommand]) -> None:
        """Switch the outlets, and add a line to `writes` for each.

        "POST /relay/1 turn=on: outlet 1 on"
        """
        for command in commands:
            state = None if self.fault is UnitFault.PENDING else command.on
            with self._contents_lock:
                is_switched = self.turn_outlet(command.identity, on=state)
            state_word = "on" if command.on else "off"
            line = f"{command.text}: outlet {command.identity} {state_word}"
            if not is_switched:
                line += ": accepted, but the recording cannot show this state"
            self.writes.append(line)


def _measured_figures(figures: Mapping[str, Figure]) -> dict[str, float]:
    """The figures that are measured, by outlet.

    >>> _measured_figures({"1": 0.5, "2": None})
    {'1': 0.5}
    """
    values = {name: measured(figure) for name, figure in figures.items()}
    return {name: value for name, value in values.items() if value is not None}


def _total_and_sum(total: Figure, of_outlets: Mapping[str, float]) -> list[float]:
    """The total, and the sum over the outlets: a handler may give either.

    >>> _total_and_sum(1.5, {"1": 0.5, "2": 0.75}), _total_and_sum(None, {})
    ([1.5, 1.25], [])
    """
    sums = []
    value = measured(total)
    if value is not None:
        sums.append(value)
    if of_outlets:
        sums.append(sum(of_outlets.values()))
    return sums


#: what happens to a request: a status without a content, or half of the answer
AnswerFault = Union[int, UnitFault]


class HttpPdu(SimulatedPdu, HttpReplay):
    """A simulated PDU over HTTP. It takes any login."""

    def __init__(self, port: int, fault: UnitFault = UnitFault.NONE) -> None:
        """At this port, 0 for any free one. Raises OSError if the port cannot be used."""
        SimulatedPdu.__init__(self, fault)
        #: the answer to each command, in the place of obeying it, and to each request; a Location
        #: gets the path of the request
        self.refusal: Optional[Response] = None
        self.redirect: Optional[Response] = None
        #: what its tokens end with; "" for those of the recording
        self.token = ""
        #: by the number of the request, from 1
        self.answer_faults: dict[int, AnswerFault] = {}
        #: whether a request is refused as a login, and the targets where one was
        self.denies: Callable[[str], bool] = lambda message: False
        self._denied_targets: set[str] = set()
        HttpReplay.__init__(self, port)

    def begin(self, fault: UnitFault) -> None:
        super().begin(fault)
        self.refusal = self.redirect = None
        self.answer_faults = {}

    def close(self) -> None:
        self.drop_timers()
        HttpReplay.close(self)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        r"""The answer to a request, which is kept with its headers and body in `messages`.

        "POST /relay/1\nAuthorization: Basic YWRtaW46cHc=\n\nturn=on"
        """
        header_lines = [f"{name}: {value}" for name, value in headers.items()]
        content = body.decode("utf-8", "replace")
        message = "\n".join([f"{method} {target}", *header_lines, "", content])
        self.messages.append(message)
        try:
            response = self._reply_or_fault(message, method, target, body)
        except ConnectionAbortedError:
            raise
        except Exception as error:
            self.failures.append(f"{type(error).__name__}: {error}")
            raise
        status, response_content, response_headers = response
        answer = _content_of(response)
        self.answers.append(answer)
        return status, None if response_content is None else answer, response_headers

    def _reply_or_fault(self, message: str, method: str, target: str, body: bytes) -> Response:
        """The answer of `reply`, or what is to be in its place.

        the login is refused            401
        answer_faults {2: 503}          503 to the second request
        answer_faults {2: HALF}         half of the answer to the second request
        """
        answer_fault = self.answer_faults.get(len(self.messages))
        if self._is_denied(message, target, body):
            self.note_request(f"{method} {target}")
            return _DENIED
        if isinstance(answer_fault, int):
            self.note_request(f"{method} {target}")
            return answer_fault, None, {}
        response = self.reply(method, target, body)
        return _half_of(response) if answer_fault is UnitFault.HALF else response

    def _is_denied(self, message: str, target: str, body: bytes) -> bool:
        """Whether a request holds a login that is refused, or what is sent after one."""
        is_login = self.denies(message)
        if is_login:
            self._denied_targets.add(target)
        return is_login or (bool(body) and target in self._denied_targets)

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """The answer to one request, whose commands are carried out as the fault says. Raises
        ConnectionAbortedError for no answer.

            NONE      POST /relay/1 turn=on    200, and outlet 1 is on
            REFUSES   POST /relay/1 turn=on    403, or as the recording says
            BUSY      POST /relay/1 turn=on    503
        """
        target = re.sub(r"^https?://[^/]+", "", target)  # as a client asks a proxy
        self.note_request(f"{method} {target}")
        if self.redirect is not None:
            return _with_path(self.redirect, target)
        if isinstance(self.fault.value, int):
            return self.fault.value, None, {}
        if self.fault is UnitFault.DENIES:
            return _DENIED
        commands = self.commands_of(method, target, body)
        # one request may hold commands of both kinds
        known_commands = [command for command in commands if command.is_known]
        self.commands += [command for command in commands if not command.is_known]
        if not known_commands:
            answer = self.answer(method, target, body)
            return _half_of(answer) if self.fault is UnitFault.HALF else answer
        if self.refusal is not None:
            self.commands += known_commands
            return _with_path(self.refusal, target)
        try:
            self.obey(known_commands)
        except CommandRefused:
            status = 503 if self.fault is UnitFault.BUSY else 403
            return status, None, {}
        return self.command_answer(method, target, body, known_commands)

    @abstractmethod
    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request; none for one that reads or logs in."""

    @abstractmethod
    def answer(self, method: str, target: str, body: bytes) -> Response:
        """The answer to a request without commands."""

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        """The answer to commands that it took."""
        return 204, None, {}


_DENIED: Response = (401, None, {"WWW-Authenticate": 'Basic realm="unit"'})


def _with_path(response: Response, target: str) -> Response:
    """A redirect with the path of the request, without its query, which may hold the login.

    >>> _with_path((302, None, {"Location": "https://192.0.2.8"}), "/o?pw=7f3a")
    (302, None, {'Location': 'https://192.0.2.8/o'})
    >>> _with_path((200, {"on": 1}, {}), "/o")
    (200, {'on': 1}, {})
    """
    status, content, headers = response
    location = dict(header_pairs(headers)).get("Location")
    if location is None:
        return response
    path = target.partition("?")[0]
    return status, content, {"Location": f"{location}{path}"}


def _content_of(response: Response) -> bytes:
    """The content of an answer, as it is sent.

    >>> _content_of((200, {"on": True}, {})), _content_of((204, None, {}))
    (b'{"on": true}', b'')
    """
    _, content, _ = response
    if content is None:
        return b""
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def _half_of(response: Response) -> Response:
    """Half of a body. The device resets the connection, so that less arrives than its length; of
    JSON, which tells its end itself, half is all that it sends.

    >>> _half_of((200, b"on off", {}))
    (200, b'on ', [('Content-Length', '6'), ('Connection', 'close')])
    >>> _half_of((200, b"{}", {}))
    (200, b'{', [('Content-Length', '1'), ('Connection', 'close')])
    """
    status, content, headers = response
    if content is None:
        return response
    body = _content_of(response)
    half_body = body[: len(body) // 2]
    size = len(half_body if body[:1] in (b"{", b"[") else body)
    end = [("Content-Length", str(size)), ("Connection", "close")]
    return status, half_body, [*header_pairs(headers), *end]
