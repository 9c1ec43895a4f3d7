"""One call of a handler on a PDU whose every answer is known, and the laws that it may break:

- What a method says of an outlet or a meter is what the PDU has, or that it is not known, or an
  error. A PDU that is well leaves nothing unknown.
- A command is written once, to its own outlet, as it was asked, and no reading writes.
- A login goes to the PDU alone; one that was refused is not followed by another.

A call that did not reach the PDU, or had no answer in time of one that answers, proves nothing.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from handlers.dcimanager import Figures
from handlers.shared.errors import Unreachable
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client.errors import SnmpTimeout

from ...cli.error_facts import kind_of
from ...loading.answers import WrongAnswer
from ...loading.four_methods import (
    BrokenHandler,
    HandlerRaised,
    MissingPlatformName,
    SettingNotGiven,
)
from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, States, UnitCommand, UnitFault
from .calls import EndlessCall, Methods, error_text
from .comparisons import (
    ON,
    STATE_WORDS,
    NamedSums,
    fault_of_figures,
    fault_of_states,
    has_meter,
    named_figures,
    unknown_figures,
)
from .rules import BROKEN, UNTRIED

READINGS, COMMANDS = ("status", "statistic"), ("port_down", "port_up")
METHODS = (*READINGS, *COMMANDS)
#: an outlet that no PDU has
ABSENT = "99999"
# what an answer that is no error may be wrong in, on a PDU that is well
_RULE_OF_ANSWER = {"status": "states", "statistic": "figures"}
#: by a fault at a command, that of RULES which it tries
RULE_OF_FAULT: Mapping[UnitFault, str] = {
    UnitFault.LATE: "late",
    UnitFault.STUCK: "stuck",
    UnitFault.PENDING: "pending",
    UnitFault.ANSWER_LOST: "answer lost",
    UnitFault.UNANSWERED: "answer lost",
    UnitFault.SILENT_AFTER: "unread",
    UnitFault.REFUSES: "refused",
    UnitFault.BUSY: "refused",
}
#: after so long, a client of a trial may have given up, in seconds: the form gives 1 s over SNMP
SLOW_S = 1.0
_TIME_OUTS = (TimeoutError, socket.timeout, asyncio.TimeoutError, SnmpTimeout, EndlessCall)
# in which the PDU may not answer in time
_SILENT_FAULTS = (UnitFault.ANSWER_LOST, UnitFault.UNANSWERED, UnitFault.SILENT_AFTER)
_MARK = re.compile("p([0-9]{4,5})x")
_IN_BASE64 = re.compile("[A-Za-z0-9+/]{12,}={0,2}")


class MadeHandler(NamedTuple):
    """How the handler's methods are made. Each is given a port of this machine."""

    #: a new object for each call
    methods: Callable[[int], Methods]
    #: one object for all calls
    one_object: Callable[[int], Methods]
    #: loads the handler in the environment of now, so that it remembers nothing; one object, too
    anew: Callable[[], Callable[[int], Methods]]
    #: whether a request over HTTP holds the login
    is_login: Callable[[str], bool]
    #: those that it was given
    communities: Collection[bytes] = ()
    #: the begins of texts that it ran as Python, and its lines
    run_texts: Mapping[str, str] = {}


class Fault(NamedTuple):
    """What a handler does wrong, or why that is not known."""

    #: of RULES
    rule: str
    #: the method, and what it did; "" if the text says both
    method: str
    text: str
    situation: str = ""
    #: or UNTRIED
    result: str = BROKEN
    #: not tried, because an answer did not come in time, as on a machine that is busy
    is_late: bool = False
    #: neither a busy machine nor chance explains it, so that it need not be seen again
    is_certain: bool = False

    @property
    def sentence(self) -> str:
        """The fault in a sentence for people."""
        situation = f" ({self.situation})" if self.situation else ""
        return f"{self.method} {self.text}{situation}".strip()


class Expected(NamedTuple):
    """What is right in a situation."""

    #: of RULES, for what is wrong in this situation alone; "" for the method's own
    rule: str
    #: the PDU has no fault, so nothing may be unknown
    is_well: bool = False
    #: only an error is right
    must_raise: bool = False
    #: the outlet of commands; "" for one that can be switched
    outlet: str = ""
    #: None: those of the PDU after the call
    states: Optional[States] = None
    #: None: those of a PDU that is well
    sums: Optional[NamedSums] = None
    #: a number was changed that may be no figure
    is_of_figure: bool = False
    #: the outlets that an answer may leave out
    absent_outlets: Collection[str] = ()


class JudgedCall:
    """One call of a method, and what is wrong with it."""

    #: what it returned
    answer: Any = None
    #: whether a PDU that answers took so long that a client may have given up meanwhile
    is_slow = False

    def __init__(
        self,
        handler: MadeHandler,
        sums: NamedSums,
        situation: str,
        unit: SimulatedPdu,
        expected: Expected,
        method: str,
        outlet: str,
        others_requests: Callable[[], int],
    ) -> None:
        """`sums`: what a PDU that is well measures; `others_requests`: how many requests reached
        the other PDUs.
        """
        self.expected = expected
        self.method = method
        self._others_requests = others_requests
        self._others_requests_before = others_requests()
        self._handler = handler
        self._sums = sums
        self._situation = situation
        self._unit = unit
        self._outlet = outlet
        self._commands_before = len(unit.commands)
        self._requests_before = len(unit.requests)
        self._failures_before = len(unit.failures)
        self._error: Optional[Exception] = None

    def fault(self, methods: Methods) -> Optional[Fault]:
        """Call the method. Returns what is wrong, or why that is not known; None for nothing."""
        messages_before = len(self._unit.messages)
        begin = time.monotonic()
        try:
            self.answer = call_method(methods, self.method, self._outlet)
        except Exception as error:
            self._error = error
        self.is_slow = not self._is_silent and time.monotonic() - begin >= SLOW_S
        if isinstance(self._error, (MissingPlatformName, SettingNotGiven)):
            return self._untried(error_text(self._error))
        if isinstance(self._error, EndlessCall):
            rule = self.expected.rule or self.method
            return Fault(rule, "", self._error.reason, self._situation, is_certain=self._is_silent)
        fault = (
            self._fault_of_logins(self._unit.messages[messages_before:])
            or self._unanswered()
            or self._fault_of_writes()
            or self._fault_of_code()
        )
        if fault is not None or self._has_nothing_to_ask:
            return fault
        return (
            self._fault_of_request()
            or (self._fault_of_error(self._error) if self._error else self._fault_of_answer())
            or self._unproven()
        )

    @property
    def is_command_missing(self) -> bool:
        """Whether a command that the method sent may still be on its way to the PDU."""
        has_ended = self._error is None or not is_late(self._error)
        return self._is_command and not self._commands and not has_ended

    @property
    def _is_silent(self) -> bool:
        """Whether the PDU may leave a request without an answer."""
        return self._unit.is_mute or self._unit.fault in _SILENT_FAULTS

    @property
    def _has_nothing_to_ask(self) -> bool:
        """Whether the handler returned no figure of a PDU without meters: it need not ask."""
        if self.method != "statistic" or has_meter(self._sums) or self._error is not None:
            return False
        return not named_figures(self.answer)

    def _broken(self, rule: str, text: str) -> Fault:
        return Fault(rule, self.method, text, self._situation)

    def _untried(self, why: str) -> Fault:
        """The finding that the rule was not tried. `why`: a whole sentence."""
        return Fault(self.expected.rule or self.method, "", why, "", UNTRIED)

    @property
    def _is_command(self) -> bool:
        return self.method in COMMANDS

    @property
    def _on(self) -> bool:
        """Whether the command is to switch the outlet on."""
        return self.method == "port_up"

    @property
    def _commands(self) -> Sequence[UnitCommand]:
        """The commands that reached the PDU in this call."""
        return self._unit.commands[self._commands_before :]

    @property
    def _is_for_nothing(self) -> bool:
        """Whether the command is for an outlet that the PDU does not have."""
        return self.expected.rule == "no outlet"

    @property
    def _is_reached(self) -> bool:
        return len(self._unit.requests) > self._requests_before

    # ---- what was not tried ----------------------------------------------------------------------

    def _unanswered(self) -> Optional[Fault]:
        """A failure of the PDU itself, and no answer in time of one that answers."""
        failures = self._unit.failures[self._failures_before :]
        if failures:
            return self._untried(f"the simulated PDU failed at {self.method}: {failures[0]}")
        if self._error is None or self._is_silent or not is_late(self._error):
            return None
        why = f"{self.method} had no answer in time, of a PDU that answers"
        fault = self._untried(f"{why} ({error_text(self._error)[:150]})")
        return fault._replace(is_late=True)

    def _unproven(self) -> Optional[Fault]:
        """Why a call proves nothing: no request, or no command of it, reached the PDU. None: it
        proves something. A handler may refuse the name of an absent outlet without a request.
        """
        is_commanded = any(command.is_known for command in self._commands)
        is_awaited = self._is_command and self._unit.fault in RULE_OF_FAULT
        reason = f" ({error_text(self._error)[:150]})" if self._error else ""
        if not self._is_reached and not self._is_for_nothing:
            return self._untried(f"{self.method} sent no request to the PDU{reason}")
        if is_awaited and not is_commanded:
            return self._untried(f"no command of {self.method} reached the PDU{reason}")
        return None

    # ---- the law of requests ---------------------------------------------------------------------

    def _fault_of_request(self) -> Optional[Fault]:
        """A call that asked nobody, of a PDU that is well."""
        if self._is_reached or not self.expected.is_well:
            return None
        if self._others_requests() != self._others_requests_before:
            return self._broken("pdus", "asked another PDU than its own")
        if self._error is None:
            rule = self.expected.rule or "asked"
            return self._broken(rule, "returned without a request to this PDU")
        has_reached_one = bool(self._unit.requests) or self._others_requests() > 0
        if has_reached_one or is_own_mistake(self._error):
            return None
        return self._untried(
            f"no request reached the simulated PDU ({error_text(self._error)}): give what it needs"
            " as -s KEY=VALUE; it may ask another port than the simulated PDU has"
        )

    # ---- the law of writes -----------------------------------------------------------------------

    def _fault_of_writes(self) -> Optional[Fault]:
        fault = self._fault_of_unknown_writes() or self._fault_of_known_writes()
        if fault is not None and self._is_for_nothing:
            return fault._replace(rule=self.expected.rule)
        return fault

    def _fault_of_unknown_writes(self) -> Optional[Fault]:
        """A write that is no command, where none but commands can be. Beside a fault it may be a
        login with another token, unless it is like a command: a pulse is neither on nor off.
        """
        is_sent_in_vain = self._is_for_nothing and not self._unit.refuses_unknown_outlets
        unknown_commands = [command for command in self._commands if not command.is_known]
        is_similar = any(command.is_similar for command in unknown_commands)
        is_certain = self.expected.is_well or is_sent_in_vain or is_similar
        if not unknown_commands or not is_certain:
            return None
        text = f"sent {unknown_commands[0].text}"
        if not self._is_command:
            return self._broken("poll", text)
        words = self._unit.command_words(self._outlet, on=self._on)
        other_value = value_fault(unknown_commands[0].text, words, on=self._on)
        if other_value:
            return self._broken("others", f"{text}: {other_value}")
        is_commanded = any(command.is_known for command in self._commands)
        if is_similar or is_commanded or is_sent_in_vain:
            return self._broken("others", f"{text}{self._hint}")
        return self._untried(
            f"{self.method} {text}, which is not known as a request of such a PDU{self._hint}"
        )

    def _fault_of_known_writes(self) -> Optional[Fault]:
        """The fault of a command in a reading, of another outlet or state, or of a second one."""
        commands = [command for command in self._commands if command.is_known]
        for command in commands:
            if not self._is_command:
                text = f"commanded outlet {command.identity} ({command.text})"
                return self._broken("poll", text)
            # where one word has all states, it is the command of each outlet that has its own
            if command.text == self._unit.command_words(self._outlet, on=self._on):
                continue
            if command.identity != self._outlet:
                wish = f"outlet {self._outlet} was to be switched"
                text = f"commanded outlet {command.identity}: {wish}{self._hint}"
                return self._broken("others", text)
            if command.on is not self._on:
                effect = f"which switches it {STATE_WORDS[command.on]}"
                return self._broken(self.method, f"sent {command.text}, {effect}{self._hint}")
        if commands and self._is_for_nothing:
            return self._broken("no outlet", f"sent {commands[0].text}")
        if len(commands) > 1:
            return self._broken("once", f"wrote {len(commands)} times")
        return None

    @property
    def _hint(self) -> str:
        """What the PDU takes in place of what was sent; "" if that is not known."""
        words = self._unit.command_words(self._outlet, on=self._on) if self._is_command else ""
        if not words:
            return ""
        return f"; for {self.method} of outlet {self._outlet} such a PDU takes {words}"

    # ---- the law of logins -----------------------------------------------------------------------

    def _fault_of_logins(self, messages: Sequence[str]) -> Optional[Fault]:
        """`messages`: the requests over HTTP."""
        communities = self._unit.communities
        for text in (*messages, *(community.decode("latin-1") for community in communities)):
            if set(_ports_of_words(text)) - {str(self._unit.port)}:
                return self._broken("pdus", "sent a login or a token of another PDU")
        given = tuple(self._handler.communities)
        if not all(community.startswith(given) for community in communities):
            # its name may be the owner's
            return self._broken("login", "sent a community that nobody gave it")
        if not isinstance(self._unit, HttpPdu):
            return None
        if self._unit.tls_hellos and any(map(self._handler.is_login, messages)):
            return self._broken("login", "sent the login in clear to a port where TLS had failed")
        return None

    def _fault_of_code(self) -> Optional[Fault]:
        """Who answers in the place of the PDU would run what he wants."""
        for text, place in dict(self._handler.run_texts).items():
            if any(text.encode() in answer for answer in self._unit.answers):
                return self._broken("code", f"runs an answer as Python ({place})")
        return None

    # ---- the law of answers ----------------------------------------------------------------------

    def _fault_of_error(self, error: Exception) -> Optional[Fault]:
        """An error of a PDU that is well, an answer of another type, and the end of the program."""
        rule = self.expected.rule or self.method
        reason = error_text(error)
        if isinstance(error.__cause__, SystemExit):
            return Fault(rule, "", f"{reason}: it ends the program that calls it", self._situation)
        # an exception of its own is as the page wants it: the user sees it as it is
        is_raised = isinstance(error, HandlerRaised) or not isinstance(error, BrokenHandler)
        # the page's own handler gives an exception as the state of an outlet that it cannot read
        must_be_raised = not self._is_command or self.expected.must_raise
        if self.expected.is_well or (must_be_raised and not is_raised):
            method = "" if reason.startswith(self.method) else f"{self.method} raised"
            return Fault(rule, method, reason, self._situation)
        return None

    def _fault_of_answer(self) -> Optional[Fault]:
        if self.expected.must_raise:
            text = f"returned {_short(self.answer)}, and raised nothing"
            return self._broken(self.expected.rule, text)
        rule = self.expected.rule or _RULE_OF_ANSWER.get(self.method, self.method)
        if rule == "asked" and self.method == "status" and not self.answer:
            rule = "status"  # nothing was kept between two calls: nothing was read
        if self._is_command:
            text = self._fault_of_switch()
        elif self.method == "status":
            text = fault_of_states(
                self.answer,
                self.expected.states or self._unit.outlet_states(),
                is_well=self.expected.is_well,
                absent_outlets=self.expected.absent_outlets,
                is_of_figure=self.expected.is_of_figure,
            )
        else:
            return self._fault_of_figures(rule)
        return self._broken(rule, text) if text else None

    def _fault_of_switch(self) -> str:
        """What is wrong with the state that a command returned; "" for nothing."""
        real_on = self._unit.outlet_states().get(self._outlet)
        on = ON.get(self.answer)
        returned = f"returned {STATE_WORDS[on]}"
        real_state = f"the PDU has outlet {self._outlet} {STATE_WORDS[real_on]}"
        if self.expected.is_well and real_on is not self._on:
            return f"{returned}, and {real_state}{self._hint}"
        if self._unit.fault is UnitFault.LATE and on is (not self._on):
            return f"{returned}, and outlet {self._outlet} was {STATE_WORDS[self._on]} soon after"
        if self._unit.fault is UnitFault.SILENT_AFTER and on is not None:
            return f"{returned}, and no state could be read after the command"
        is_told = on is not None or self.expected.is_well
        return f"{returned}, and {real_state}" if is_told and on is not real_on else ""

    def _fault_of_figures(self, rule: str) -> Optional[Fault]:
        sums = self._sums if self.expected.sums is None else self.expected.sums
        text = fault_of_figures(self.answer, sums)
        if text:
            return self._broken(rule, text)
        if not self.expected.is_well or self.expected.rule:
            return None
        if has_meter(sums) and not named_figures(self.answer):
            return self._broken(rule, "returned no figure, and the PDU has meters")
        unknown = unknown_figures(self.answer, sums)
        if unknown:
            why = f"it is not known what the PDU has as {', '.join(unknown[:5])}"
            advice = "say it in --profile FILE.json, over HTTP in _pdu of the recording"
            return Fault("figures", "", f"{why}: {advice}", "", UNTRIED)
        return None


def call_method(methods: Methods, method: str, outlet: str) -> Any:
    """What a method returns. Raises what it raises."""
    if method in COMMANDS:
        return methods.switch(outlet, on=method == "port_up")
    return methods.states() if method == "status" else methods.figures()


def value_fault(sent: str, right: str, *, on: bool) -> str:
    """What is wrong with a write to the right object; "" for one to another object. `sent`: the
    write; `right`: the one that switches the outlet.

    >>> value_fault("1.3.6.1.4.1.318.2.5 = 3", "1.3.6.1.4.1.318.2.5 = 2", on=False)
    'the object is right, the value is not: 3 is not the value of off, 2'
    >>> value_fault("1.3.6.1.4.1.318.2.6 = 3", "1.3.6.1.4.1.318.2.5 = 2", on=False)
    ''
    """
    sent_object, _, sent_value = sent.rpartition(" = ")
    right_object, _, right_value = right.rpartition(" = ")
    if not sent_object or sent_object != right_object:
        return ""
    state = STATE_WORDS[on]
    return (
        "the object is right, the value is not:"
        f" {sent_value} is not the value of {state}, {right_value}"
    )


def _ports_of_words(message: str) -> Iterator[str]:
    """The ports of the PDUs whose words are in a message, in clear or in base64."""
    yield from _MARK.findall(message)
    for word in _IN_BASE64.findall(message):
        with contextlib.suppress(ValueError):
            yield from _MARK.findall(base64.b64decode(word).decode("latin-1"))


def is_late(error: Optional[BaseException]) -> bool:
    """Whether a time-out is behind an error.

    >>> is_late(TimeoutError("timed out")), is_late(ValueError("no JSON")), is_late(None)
    (True, False, False)
    """
    walked_ids: set[int] = set()
    while error is not None and id(error) not in walked_ids:
        is_no_answer = kind_of(error) == Unreachable.kind and "no answer" in str(error)
        if is_no_answer or isinstance(error, _TIME_OUTS):
            return True
        walked_ids.add(id(error))  # an error may be its own cause
        error = error.__cause__ or error.__context__
    return False


def is_own_mistake(error: Exception) -> bool:
    """Whether no machine changes why a handler is broken: it breaks a rule, or Python's."""
    if not isinstance(error, BrokenHandler):
        return False
    cause = error.__cause__
    if cause is None or isinstance(cause, WrongAnswer):
        return True
    mistakes = (NameError, TypeError, AttributeError, NotImplementedError)
    return isinstance(cause, mistakes) and not str(cause).startswith("module ")


def _short(answer: Any) -> str:
    """An answer that should have been an error."""
    if isinstance(answer, EnumPowerStatus):
        return STATE_WORDS[ON.get(answer)]
    return figures_phrase(answer) if isinstance(answer, Figures) else f"{len(answer)} outlets"


def figures_phrase(figures: Figures) -> str:
    named = named_figures(figures)
    load_a, energy_kwh = named.get("load"), named.get("total_consumption")
    load = "no load" if load_a is None else f"load {load_a:.10g} A"
    energy = "no energy" if energy_kwh is None else f"energy {energy_kwh:.10g} kWh"
    return f"{load}, {energy}"
