"""A PDU that is simulated from what a device answered: it obeys commands, or has a fault.

Each protocol says which request is a command, and what it answers; the faults are here, once.
`pdu handler check` lets a handler read and switch such PDUs, and looks at what it makes of them.

identity   the name of an outlet: "1", or "2.4" in a chain
contents   what the PDU answers from; with other contents, such as ones without the row of an
           outlet, it is another PDU. Their form is the protocol's
figure     a measured current in A or energy in kWh
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
    """What the logins and tokens of the PDU at this port end with, so that no other PDU has the
    same ones: "p34567x".
    """
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
    """The outlets of a PDU, its fault, and what it was sent: `requests`, and `commands` among them.
    `is_mute` is whether it gives no answer now; `_end` is set when its fault ends, for requests
    that wait without an answer; `_timers` carry out late commands; `_contents_lock` is held while
    the contents change. A subclass is the server of a protocol.
    """

    #: whether it may refuse a command for an outlet that it does not have, as an SNMP agent does
    refuses_unknown_outlets = False
    #: the rule of `pdu handler check` that tries a login which it refuses
    rule_of_login = "denied"

    #: after how many seconds it carries a command out with the fault LATE
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
        """Why `pdu handler check` cannot try some of its rules on this PDU: a sentence by the name
        of the rule.
        """
        return {}

    @property
    def contradiction(self) -> str:
        """A sentence if its recording says another state of an outlet than its answers; else ""."""
        return ""

    def begin(self, fault: UnitFault) -> None:
        """Have this fault from now on, in the place of the one before: late commands are not
        carried out any more, and requests that wait without an answer are given up.
        """
        self.fault = fault
        self.is_mute = fault in (UnitFault.MUTE, UnitFault.HANGS)
        self.drop_timers()
        # of the new fault: `drop_timers` has set that of the old one for good
        self._end = threading.Event()

    @abstractmethod
    def outlet_states(self) -> States:
        """The states of the outlets now, by identity; None for one that is neither on nor off."""

    @abstractmethod
    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Give an outlet this state, None for one that no device documents. False if the contents
        cannot show that.
        """

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
        """The load and the energies that it measures; None if only a handler can tell them."""
        return None

    def measured_sums(self) -> MeasuredSums:
        """The sums that the PDU measures now: of currents in A and of energies in kWh the total of
        the PDU and the sum over its outlets, either of which a handler may give; and the energy of
        each outlet. What is not measured is left out.

            total 1.5 A, outlets 0.5 A and 0.75 A    load_a=[1.5, 1.25]
            no total, outlet 1 with 12.5 kWh         energy_kwh=[12.5], outlet_kwh={"1": 12.5}
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
        """Contents in which this outlet has a state that is neither on nor off; [] if they cannot
        show one. The PDU itself is not changed.
        """
        contents_before = self.contents
        is_turned = self.turn_outlet(identity, on=None)
        contents_with_third_state = self.contents
        self.contents = contents_before
        return [contents_with_third_state] if is_turned else []

    def without_state(self, identity: str) -> Sequence[Any]:
        """Contents in which the state of this outlet is absent or cannot be read; [] if there are
        none.
        """
        return []

    def without_row(self) -> Sequence[tuple[str, Any]]:
        """An outlet, and contents without all that they say of it; [] if there are none."""
        return []

    def with_empty_names(self) -> Sequence[Any]:
        """Contents in which an outlet has lost the name that its owner gave it."""
        return []

    def without_figures(self) -> Sequence[Any]:
        """Contents in each of which one figure cannot be read."""
        return []

    def without_figure_rows(self) -> Sequence[Any]:
        """Contents each of which lacks one row of a table of meters."""
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
        """Contents each of which has 0 in the place of a number, which may be no figure."""
        return []

    def without_outlets(self) -> Sequence[Any]:
        """Contents whose list of outlets is empty."""
        return []

    # ---- commands --------------------------------------------------------------------------------

    def note_request(self, text: str) -> None:
        """Add a request to `requests`. Raises ConnectionAbortedError if the PDU is mute: at once,
        or with the fault HANGS after the fault has ended, so that the client waits.
        """
        self.requests.append(text)
        if self.is_mute:
            if self.fault is UnitFault.HANGS:
                self._end.wait()
            raise ConnectionAbortedError

    def obey(
        self, commands: Sequence[UnitCommand], carry_out: Optional[Callable[[], object]] = None
    ) -> None:
        """Add commands to `commands`, and carry them out as the fault says: by calling `carry_out`,
        or without it by turning the outlets. The caller answers if this returns.

        NONE           carried out, returns
        PENDING        the outlets get an unknown state, returns
        LATE           returns, carried out LATE_S later
        STUCK          not carried out, returns
        SILENT_AFTER   not carried out, returns; from then on the PDU is mute
        REFUSES, BUSY  not carried out, raises CommandRefused
        ANSWER_LOST    carried out, raises ConnectionAbortedError
        UNANSWERED     carried out, raises ConnectionAbortedError once the fault has ended
        """
        self.commands += commands
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
        """Call the function in LATE_S seconds, unless `drop_timers` is called before."""
        timer = threading.Timer(self.LATE_S, function)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def drop_timers(self) -> None:
        """Cancel the commands that are to be carried out later, and let requests that wait without
        an answer end.
        """
        self._end.set()
        for timer in self._timers:
            timer.cancel()

    def _carry_out(self, commands: Sequence[UnitCommand]) -> None:
        """Switch the outlets of these commands, with the fault PENDING to an unknown state, and add
        a line to `writes` for each.

            "POST /relay/1 turn=on: outlet 1 on"
            "POST /relay/1 turn=on: outlet 1 on: accepted, but the recording cannot show this state"
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
    """The figures that were measured, by outlet: without None, which is not metered, and NotKnown.

    >>> _measured_figures({"1": 0.5, "2": None})
    {'1': 0.5}
    """
    values = {name: measured(figure) for name, figure in figures.items()}
    return {name: value for name, value in values.items() if value is not None}


def _total_and_sum(total: Figure, of_outlets: Mapping[str, float]) -> list[float]:
    """The total of the PDU, unless it is None or NotKnown, and the sum over its outlets, unless
    there are none: a handler may give either.

    >>> _total_and_sum(1.5, {"1": 0.5, "2": 0.75}), _total_and_sum(None, {"1": 0.5})
    ([1.5, 1.25], [0.5])
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
    """A simulated PDU over HTTP, which takes any login. A subclass says which commands a request
    has (`commands_of`), and what is answered (`answer`). Whoever tries a handler sets `refusal`,
    `redirect`, `answer_faults` and `denies`: what is answered in the place of that. `messages` are
    the requests so far, whole.
    """

    def __init__(self, port: int, fault: UnitFault = UnitFault.NONE) -> None:
        """At this port, 0 for any free one. Raises OSError if the port cannot be used."""
        SimulatedPdu.__init__(self, fault)
        #: the answer to each command, which is then not obeyed; None: commands are obeyed
        self.refusal: Optional[Response] = None
        #: the answer to each request, whose Location gets the path of the request; None: no such
        self.redirect: Optional[Response] = None
        #: what its tokens end with; "" for those of the recording
        self.token = ""
        #: what happens to a request, by its number, from 1
        self.answer_faults: dict[int, AnswerFault] = {}
        #: whether a whole request is refused as a login
        self.denies: Callable[[str], bool] = lambda message: False
        #: the targets, such as "/login", of the requests that were
        self._denied_targets: set[str] = set()
        HttpReplay.__init__(self, port)

    def begin(self, fault: UnitFault) -> None:
        """Have this fault from now on, and no `refusal`, `redirect` or `answer_faults`."""
        super().begin(fault)
        self.refusal = self.redirect = None
        self.answer_faults = {}

    def close(self) -> None:
        self.drop_timers()
        HttpReplay.close(self)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        r"""The answer to a request: status, content in octets (None for an answer without one), and
        headers. The request, with headers and body, is added to `messages`, the octets to
        `answers`, and an error of the program itself to `failures`. Raises ConnectionAbortedError
        for no answer.

            "POST /relay/1\nAuthorization: Basic YWRtaW46cHc=\n\nturn=on"    in `messages`
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
        octets = _content_of(response)
        self.answers.append(octets)
        return status, None if response_content is None else octets, response_headers

    def _reply_or_fault(self, message: str, method: str, target: str, body: bytes) -> Response:
        """The answer to a request, whose text with headers and body is `message`:

        `denies(message)` is true       401
        `answer_faults` is {2: 503}     503 to the second request
        `answer_faults` is {2: HALF}    half of its answer to the second request
        else                            the answer of `reply`
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
        """Whether a request is refused as a login: `denies` says so of its `message`, or said so of
        an earlier request to this target, and the request has a body.
        """
        is_login = self.denies(message)
        if is_login:
            self._denied_targets.add(target)
        return is_login or (bool(body) and target in self._denied_targets)

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """The answer to one request, whose commands are carried out as the fault says. Raises
        ConnectionAbortedError for no answer.

        `redirect` is set       any request    that answer
        NOT_FOUND, FAILS, ...   any request    404, 500, ...
        DENIES                  any request    401
        HALF                    a read         half of its answer
        `refusal` is set        a command      that answer, and nothing is switched
        REFUSES, BUSY           a command      403, 503
        another fault           a command      the answer of `command_answer`
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
        """The answer to a request whose commands it has taken."""
        return 204, None, {}


_DENIED: Response = (401, None, {"WWW-Authenticate": 'Basic realm="unit"'})


def _with_path(response: Response, target: str) -> Response:
    """The response with the path of the request's target behind its Location; without the query,
    which may hold the login. A response without a Location stays.

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
    """The octets of an answer's content as they are sent; b"" for None.

    >>> _content_of((200, {"on": True}, {})), _content_of((204, None, {}))
    (b'{"on": true}', b'')
    """
    _, content, _ = response
    if content is None:
        return b""
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def _half_of(response: Response) -> Response:
    """The response with half of its body, after which the connection ends. Content-Length is that
    of the whole body, so that a client sees that some is lost; of JSON it is that of the half,
    which a client must see by itself.

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
