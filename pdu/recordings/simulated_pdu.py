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
from typing import Any, Callable, NamedTuple, Optional

from handlers.dcimanager import Figures

from .replay_server import HttpReplay, Response, header_pairs

#: identity -> on, off, or None for a state that is neither
States = dict[str, Optional[bool]]


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


class UnitCommand(NamedTuple):
    """A request that switches an outlet, or an `unknown` one, which writes something else."""

    #: of the outlet; "" of an unknown command
    identity: str
    on: bool
    #: the request, for people
    text: str
    #: of an unknown command, the one of this unit that is like it, for people; "" if none is
    similar_command: str = ""

    @classmethod
    def unknown(cls, text: str, similar_command: str = "") -> UnitCommand:
        """A request that writes, and is no command of this unit."""
        return cls(identity="", on=False, text=text, similar_command=similar_command)

    @property
    def is_known(self) -> bool:
        """Whether it switches an outlet of this unit."""
        return bool(self.identity)


class CommandRefused(Exception):
    """The PDU refuses a command."""


class SimulatedPdu(ABC):
    """The outlets of a PDU, its fault, and what it was sent. A PDU over a network is a server
    besides.
    """

    LATE_S = 2.0
    #: the methods that a refused login stops
    protected_methods: Sequence[str] = ("status", "statistic", "port_down", "port_up")
    #: why a rule of `pdu handler check` cannot be tried on it, a sentence by the rule's name
    doubts: dict[str, str]
    #: a sentence for each command and its effect
    writes: list[str]
    port: int

    def __init__(self, fault: UnitFault) -> None:
        self.requests: list[str] = []
        self.commands: list[UnitCommand] = []
        self.doubts = {}
        self._fault = fault
        self._is_silent = False
        self._timers: list[threading.Timer] = []
        self._contents_lock = threading.RLock()
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
        """What it measures; None if only a handler says it."""
        return None

    def count_on(self) -> bool:
        """Let its meters count on, where their values are known. False if they stay."""
        return False

    def without_state(self, identity: str) -> Sequence[Any]:
        """Contents that lack the state of an outlet."""
        return []

    def without_figures(self) -> Sequence[Any]:
        """Contents that lack a figure each."""
        return []

    def with_zero_figures(self) -> Sequence[Any]:
        """Contents with 0 in the place of a number each, which may be no figure."""
        return []

    def without_outlets(self) -> Sequence[Any]:
        """Contents whose list of outlets is empty."""
        return []

    # ---- commands --------------------------------------------------------------------------------

    def note_request(self, text: str) -> None:
        """Note a request. Raises ConnectionAbortedError if it is not answered."""
        if self._is_silent:
            raise ConnectionAbortedError
        self.requests.append(text)

    def obey(self, commands: Sequence[UnitCommand]) -> None:
        """Carry commands out, as the fault says. Raises CommandRefused, and ConnectionAbortedError
        for no answer.
        """
        self.commands += commands
        if self._fault in (UnitFault.REFUSES, UnitFault.BUSY):
            raise CommandRefused
        if self._fault is UnitFault.SILENT_AFTER:
            self._is_silent = True
            return
        if self._fault is UnitFault.LATE:
            self._start_timer(lambda: self._carry_out(commands))
        elif self._fault is not UnitFault.STUCK:
            self._carry_out(commands)
        if self._fault is UnitFault.UNANSWERED:
            self._end.wait()
        if self._fault in (UnitFault.ANSWER_LOST, UnitFault.UNANSWERED):
            raise ConnectionAbortedError

    def _start_timer(self, function: Callable[[], None]) -> None:
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
        """Switch the outlets, and write a line of `writes` for each."""
        for command in commands:
            state = None if self._fault is UnitFault.PENDING else command.on
            with self._contents_lock:
                is_switched = self.turn_outlet(command.identity, on=state)
            state_word = "on" if command.on else "off"
            line = f"{command.text}: outlet {command.identity} {state_word}"
            if not is_switched:
                line += ": accepted, but the recording cannot show this state"
            self.writes.append(line)


class HttpPdu(SimulatedPdu, HttpReplay):
    """A simulated PDU over HTTP. It takes any login."""

    def __init__(self, port: int, fault: UnitFault = UnitFault.NONE) -> None:
        """Raises OSError if the port cannot be used."""
        SimulatedPdu.__init__(self, fault)
        #: each request whole, with its headers
        self.messages: list[str] = []
        #: the answer to each command, in the place of obeying it
        self.refusal: Optional[Response] = None
        #: the answer to each request
        self.redirect: Optional[Response] = None
        #: whether it gives no answer, and whether it leaves the connection open then
        self.is_mute = False
        self.hangs = False
        HttpReplay.__init__(self, port)

    def close(self) -> None:
        self.drop_timers()
        HttpReplay.close(self)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """As `reply`; the request is kept whole in `messages`."""
        header_lines = [f"{name}: {value}" for name, value in headers.items()]
        content = body.decode("utf-8", "replace")
        self.messages.append("\n".join([f"{method} {target}", *header_lines, "", content]))
        return self.reply(method, target, body)

    def reply(self, method: str, target: str, body: bytes) -> Response:
        """The answer to one request. Raises ConnectionAbortedError for no answer."""
        target = re.sub(r"^https?://[^/]+", "", target)  # as a client asks a proxy
        self.note_request(f"{method} {target}")
        if self.is_mute:
            if self.hangs:
                self._end.wait()
            raise ConnectionAbortedError
        if self.redirect is not None:
            status, _, headers = self.redirect
            return status, None, {"Location": f"{dict(header_pairs(headers))['Location']}{target}"}
        if self._fault is UnitFault.DENIES:
            return 401, None, {"WWW-Authenticate": 'Basic realm="unit"'}
        commands = self.commands_of(method, target, body)
        # one request may hold commands of both kinds
        known_commands = [command for command in commands if command.is_known]
        self.commands += [command for command in commands if not command.is_known]
        if not known_commands:
            answer = self.answer(method, target, body)
            return _half_of(answer) if self._fault is UnitFault.HALF else answer
        if self.refusal is not None:
            self.commands += known_commands
            return self.refusal
        try:
            self.obey(known_commands)
        except CommandRefused:
            status = 503 if self._fault is UnitFault.BUSY else 403
            return status, None, {}
        return self.command_answer(method, target, body, known_commands)

    @abstractmethod
    def commands_of(self, method: str, target: str, body: bytes) -> list[UnitCommand]:
        """The commands in a request; none for one that reads or logs in."""

    @abstractmethod
    def answer(self, method: str, target: str, body: bytes) -> Response:
        """The answer to a request that is no command."""

    def command_answer(
        self, method: str, target: str, body: bytes, commands: Sequence[UnitCommand]
    ) -> Response:
        """The answer to commands that it took."""
        return 204, None, {}


def _half_of(response: Response) -> Response:
    """Half of a body, under the length of the whole one: the device resets the connection."""
    status, content, headers = response
    if content is None:
        return response
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    size = len(body)
    half_body = body[: size // 2]
    end = [("Content-Length", str(size)), ("Connection", "close")]
    return status, half_body, [*header_pairs(headers), *end]
