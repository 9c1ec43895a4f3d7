"""One call of a handler on a PDU whose every answer is known, and what it may do wrong:

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
    TrueFigures,
    has_meter,
    named_figures,
    problem_of_figures,
    problem_of_states,
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
#: after so long, a client of a case may have given up, in seconds: the form gives 1 s over SNMP
SLOW_S = 1.0
_TIME_OUTS = (TimeoutError, socket.timeout, asyncio.TimeoutError, SnmpTimeout, EndlessCall)
# in which the PDU may not answer in time
_SILENT_FAULTS = (UnitFault.ANSWER_LOST, UnitFault.UNANSWERED, UnitFault.SILENT_AFTER)
_PORT_MARK = re.compile("p([0-9]{4,5})x")
_IN_BASE64 = re.compile("[A-Za-z0-9+/]{12,}={0,2}")


class MadeHandler(NamedTuple):
    """How the handler's methods are made. Each is given a port of this machine:

    handler.methods(8080).states()       an object is made, and asks 127.0.0.1:8080
    handler.object_at(8080)              its methods are all of one object
    handler.loaded_again()(8080)         the same of a handler that remembers nothing
    """

    #: a new object for each call
    methods: Callable[[int], Methods]
    #: one object for all calls
    object_at: Callable[[int], Methods]
    #: loads the handler in the environment of now, so that it remembers nothing; one object, too
    loaded_again: Callable[[], Callable[[int], Methods]]
    #: whether a request over HTTP holds the login
    is_login: Callable[[str], bool]
    #: those that it was given
    communities: Collection[bytes] = ()
    #: the begins of texts that it ran as Python, and its lines
    run_texts: Mapping[str, str] = {}


class Problem(NamedTuple):
    """What a handler does wrong, or why that is not known.

    >>> Problem("once", "port_down", "wrote 2 times", "a fault at a command").sentence
    'port_down wrote 2 times (a fault at a command)'
    """

    #: of RULES
    rule: str
    #: the method, and what it did; "" if the text says both
    method: str
    text: str
    case_name: str = ""
    #: or UNTRIED
    result: str = BROKEN
    #: not tried, because an answer did not come in time, as on a machine that is busy
    is_late: bool = False
    #: neither a busy machine nor chance explains it, so that it need not be seen again
    is_certain: bool = False

    @property
    def sentence(self) -> str:
        """The problem in a sentence for people."""
        case_name = f" ({self.case_name})" if self.case_name else ""
        return f"{self.method} {self.text}{case_name}".strip()


class Expected(NamedTuple):
    """What is right in a case:

    Expected("", is_well=True)             each state is known, and is the PDU's
    Expected("silent", must_raise=True)    of a PDU that does not answer: an error
    Expected("lost state", states={"1": True, "2": None})    outlet 2 is UNKNOWN, or an error
    """

    #: of RULES, for what is wrong in this case alone; "" for the method's own
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
    true_figures: Optional[TrueFigures] = None
    #: a number was changed that may be no figure
    is_of_figure: bool = False
    #: the outlets that an answer may leave out
    absent_outlets: Collection[str] = ()


class CheckedCall:
    """One call of a method, and what is wrong with it. Of port_down of outlet 3, which is on:

    the handler sends          and returns    problem
    off 3                      DOWN           None
    off 2                      DOWN           others: commanded outlet 2: outlet 3 was to be ...
    off 3, off 3               DOWN           once: wrote 2 times
    nothing                    DOWN           asked: returned without a request to this PDU
    off 3; no answer in 1 s    an error       not tried: had no answer in time
    """

    #: what it returned
    answer: Any = None
    #: whether a PDU that answers took so long that a client may have given up meanwhile
    is_slow = False

    def __init__(
        self,
        handler: MadeHandler,
        true_figures: TrueFigures,
        case_name: str,
        unit: SimulatedPdu,
        expected: Expected,
        method: str,
        outlet: str,
        others_requests: Callable[[], int],
    ) -> None:
        """`true_figures`: what a PDU that is well measures; `others_requests`: how many requests
        reached the other PDUs.
        """
        self.expected = expected
        self.method = method
        self._others_requests = others_requests
        self._others_requests_before = others_requests()
        self._handler = handler
        self._true_figures = true_figures
        self._case_name = case_name
        self._unit = unit
        self._outlet = outlet
        self._commands_before = len(unit.commands)
        self._requests_before = len(unit.requests)
        self._failures_before = len(unit.failures)
        self._error: Optional[Exception] = None

    def problem(self, methods: Methods) -> Optional[Problem]:
        """Call the method, and keep its answer or its error. Returns what is wrong, or why that is
        not known; None for nothing. Writes and logins are told before what was returned.
        """
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
            return Problem(
                rule, "", self._error.reason, self._case_name, is_certain=self._is_silent
            )
        problem = (
            self._problem_of_logins(self._unit.messages[messages_before:])
            or self._unanswered()
            or self._problem_of_writes()
            or self._problem_of_code()
        )
        if problem is not None or self._needs_no_request:
            return problem
        return (
            self._problem_of_request()
            or (self._problem_of_error(self._error) if self._error else self._problem_of_answer())
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
    def _needs_no_request(self) -> bool:
        """Whether a call may be right that sent nothing to the PDU: `statistic` of a PDU without
        meters, which returned no figure. Every other call has to ask the PDU.
        """
        is_pdu_without_meters = not has_meter(self._true_figures)
        if self.method != "statistic" or self._error is not None or not is_pdu_without_meters:
            return False
        returned_figures = named_figures(self.answer)
        return not returned_figures

    def _broken(self, rule: str, text: str) -> Problem:
        return Problem(rule, self.method, text, self._case_name)

    def _untried(self, why: str) -> Problem:
        """The finding that the rule was not tried. `why`: a whole sentence."""
        return Problem(self.expected.rule or self.method, "", why, "", UNTRIED)

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

    def _unanswered(self) -> Optional[Problem]:
        """A failure of the PDU itself, and no answer in time of one that answers:

        the simulated PDU failed at status: KeyError
        port_down had no answer in time, of a PDU that answers (timed out)
        """
        failures = self._unit.failures[self._failures_before :]
        if failures:
            return self._untried(f"the simulated PDU failed at {self.method}: {failures[0]}")
        if self._error is None or self._is_silent or not is_late(self._error):
            return None
        why = f"{self.method} had no answer in time, of a PDU that answers"
        problem = self._untried(f"{why} ({error_text(self._error)[:150]})")
        return problem._replace(is_late=True)

    def _unproven(self) -> Optional[Problem]:
        """Why a call proves nothing: no request, or no command of it, reached the PDU. None: it
        proves something. A handler may refuse the name of an absent outlet without a request.

            status sent no request to the PDU (raised ValueError)
            no command of port_down reached the PDU
        """
        is_commanded = any(command.is_known for command in self._commands)
        is_awaited = self._is_command and self._unit.fault in RULE_OF_FAULT
        reason = f" ({error_text(self._error)[:150]})" if self._error else ""
        if not self._is_reached and not self._is_for_nothing:
            return self._untried(f"{self.method} sent no request to the PDU{reason}")
        if is_awaited and not is_commanded:
            return self._untried(f"no command of {self.method} reached the PDU{reason}")
        return None

    # ---- requests --------------------------------------------------------------------------------

    def _problem_of_request(self) -> Optional[Problem]:
        """A call that asked nobody, of a PDU that is well:

        the handler                        problem
        asked the other PDU of the case    pdus: asked another PDU than its own
        returned                           asked: returned without a request to this PDU
        raised, and asked before           None: the error is told as any other
        raised, and never asked            not tried: no request reached the simulated PDU
        """
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

    # ---- writes ----------------------------------------------------------------------------------

    def _problem_of_writes(self) -> Optional[Problem]:
        problem = self._problem_of_unknown_writes() or self._problem_of_known_writes()
        if problem is not None and self._is_for_nothing:
            return problem._replace(rule=self.expected.rule)
        return problem

    def _problem_of_unknown_writes(self) -> Optional[Problem]:
        """A write that is no command, where none but commands can be. Beside a fault it may be a
        login with another token, unless it is like a command: a pulse is neither on nor off.

            status sends /relay/3 turn=off      poll: sent /relay/3 turn=off
            port_down sends outlet.3 = 3        others: the object is right, the value is not
            port_down sends /reboot             not tried: not known as a request of such a PDU
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
        other_value = value_problem(unknown_commands[0].text, words, on=self._on)
        if other_value:
            return self._broken("others", f"{text}: {other_value}")
        is_commanded = any(command.is_known for command in self._commands)
        if is_similar or is_commanded or is_sent_in_vain:
            return self._broken("others", f"{text}{self._hint}")
        return self._untried(
            f"{self.method} {text}, which is not known as a request of such a PDU{self._hint}"
        )

    def _problem_of_known_writes(self) -> Optional[Problem]:
        """The problem of a command in a reading, of another outlet or state, or of a second one.
        For port_down of outlet 3:

            off 2           others: commanded outlet 2: outlet 3 was to be switched
            on 3            port_down: sent on 3, which switches it on
            off 3, off 3    once: wrote 2 times
        """
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

    # ---- logins ----------------------------------------------------------------------------------

    def _problem_of_logins(self, messages: Sequence[str]) -> Optional[Problem]:
        """The problem of a login or a token that goes elsewhere. `messages`: the requests over
        HTTP, in which the words of the PDU at port 8080 hold "p8080x":

            GET /status?token=secret-1p8081x    pdus: sent a login or a token of another PDU
            community "private"                 login: sent a community that nobody gave it
        """
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

    def _problem_of_code(self) -> Optional[Problem]:
        """Who answers in the place of the PDU would run what he wants."""
        for text, place in dict(self._handler.run_texts).items():
            if any(text.encode() in answer for answer in self._unit.answers):
                return self._broken("code", f"runs an answer as Python ({place})")
        return None

    # ---- answers ---------------------------------------------------------------------------------

    def _problem_of_error(self, error: Exception) -> Optional[Problem]:
        """An error of a PDU that is well, an answer of another type, and the end of the program:

        status                             of a PDU that is well    of one that is silent
        raised an error of its own         status: raised ...       None: it is right
        returned 'x' in place of PduView   status: returned 'x'     silent: returned 'x'
        sys.exit()                         status: ...              silent: ...
        """
        rule = self.expected.rule or self.method
        reason = error_text(error)
        if isinstance(error.__cause__, SystemExit):
            return Problem(
                rule, "", f"{reason}: it ends the program that calls it", self._case_name
            )
        # an exception of its own is as the page wants it: the user sees it as it is
        is_raised = isinstance(error, HandlerRaised) or not isinstance(error, BrokenHandler)
        # the page's own handler gives an exception as the state of an outlet that it cannot read
        must_be_raised = not self._is_command or self.expected.must_raise
        if self.expected.is_well or (must_be_raised and not is_raised):
            method = "" if reason.startswith(self.method) else f"{self.method} raised"
            return Problem(rule, method, reason, self._case_name)
        return None

    def _problem_of_answer(self) -> Optional[Problem]:
        """What is wrong with what a method returned; None for nothing. Of outlet 3, which is on:

        status: 3 is DOWN         states: returned outlet 3 off, and it is on
        port_down: DOWN           port_down: returned off, and the PDU has outlet 3 on
        where an error is due     silent: returned 8 outlets, and raised nothing
        """
        if self.expected.must_raise:
            text = f"returned {_short(self.answer)}, and raised nothing"
            return self._broken(self.expected.rule, text)
        rule = self.expected.rule or _RULE_OF_ANSWER.get(self.method, self.method)
        if rule == "asked" and self.method == "status" and not self.answer:
            rule = "status"  # nothing was kept between two calls: nothing was read
        if self._is_command:
            text = self._problem_of_switch()
        elif self.method == "status":
            text = problem_of_states(
                self.answer,
                self.expected.states or self._unit.outlet_states(),
                is_well=self.expected.is_well,
                absent_outlets=self.expected.absent_outlets,
                is_of_figure=self.expected.is_of_figure,
            )
        else:
            return self._problem_of_figures(rule)
        return self._broken(rule, text) if text else None

    def _problem_of_switch(self) -> str:
        """What is wrong with the state that a command returned; "" for nothing. Of port_down:

        returned    the PDU                       result
        DOWN        has the outlet off            ""
        DOWN        did not switch                returned off, and the PDU has outlet 3 on
        UP          switches a second later       returned on, and outlet 3 was off soon after
        DOWN        answers no more               returned off, and no state could be read ...
        UNKNOWN     did not switch                ""
        """
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

    def _problem_of_figures(self, rule: str) -> Optional[Problem]:
        """What is wrong with what statistic returned, of a PDU that measures 2.5 A:

        load 2.5 A      None
        load 2500 A     figures: returned load 2500 A; the PDU measures 2.5 A
        no figure       figures: returned no figure, and the PDU has meters
        20 kWh, too     not tried: it is not known what the PDU has as total_consumption
        """
        true_figures = (
            self._true_figures if self.expected.true_figures is None else self.expected.true_figures
        )
        text = problem_of_figures(self.answer, true_figures)
        if text:
            return self._broken(rule, text)
        if not self.expected.is_well or self.expected.rule:
            return None
        if has_meter(true_figures) and not named_figures(self.answer):
            return self._broken(rule, "returned no figure, and the PDU has meters")
        unknown = unknown_figures(self.answer, true_figures)
        if unknown:
            why = f"it is not known what the PDU has as {', '.join(unknown[:5])}"
            advice = "say it in --profile FILE.json, over HTTP in _pdu of the recording"
            return Problem("figures", "", f"{why}: {advice}", "", UNTRIED)
        return None


def call_method(methods: Methods, method: str, outlet: str) -> Any:
    """What a method returns. Raises what it raises."""
    if method in COMMANDS:
        return methods.switch(outlet, on=method == "port_up")
    return methods.states() if method == "status" else methods.figures()


def value_problem(sent: str, right: str, *, on: bool) -> str:
    """What is wrong with a write to the right object; "" for one to another object. `sent`: the
    write; `right`: the one that switches the outlet.

    >>> value_problem("1.3.6.1.4.1.318.2.5 = 3", "1.3.6.1.4.1.318.2.5 = 2", on=False)
    'the object is right, the value is not: 3 is not the value of off, 2'
    >>> value_problem("1.3.6.1.4.1.318.2.6 = 3", "1.3.6.1.4.1.318.2.5 = 2", on=False)
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
    """The ports of the PDUs whose words are in a message, in clear or in base64.

    >>> list(_ports_of_words("GET /status?token=secret-1p8081x"))
    ['8081']
    """
    yield from _PORT_MARK.findall(message)
    for word in _IN_BASE64.findall(message):
        with contextlib.suppress(ValueError):
            yield from _PORT_MARK.findall(base64.b64decode(word).decode("latin-1"))


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
    """Whether a handler is broken on each machine: an answer of it has a wrong type, or its code
    has an error. An absent package, or an error of the device, is no mistake of its own.

        status returned 'x' in place of a PduView                 True
        its code raised TypeError                                 True
        its code raised AttributeError: module 'x' has no 'y'     False: another version may have it
        the error of a device                                     False
    """
    if not isinstance(error, BrokenHandler):
        return False
    cause = error.__cause__
    if cause is None or isinstance(cause, WrongAnswer):
        return True
    mistakes = (NameError, TypeError, AttributeError, NotImplementedError)
    return isinstance(cause, mistakes) and not str(cause).startswith("module ")


def _short(answer: Any) -> str:
    """An answer that should have been an error.

    >>> _short(EnumPowerStatus.DOWN), _short([("1", EnumPowerStatus.UP)])
    ('off', '1 outlets')
    """
    if isinstance(answer, EnumPowerStatus):
        return STATE_WORDS[ON.get(answer)]
    return figures_phrase(answer) if isinstance(answer, Figures) else f"{len(answer)} outlets"


def figures_phrase(figures: Figures) -> str:
    """Load and energy for people.

    >>> figures_phrase(Figures(2.5, None, {}))
    'load 2.5 A, no energy'
    """
    named = named_figures(figures)
    load_a, energy_kwh = named.get("load"), named.get("total_consumption")
    load = "no load" if load_a is None else f"load {load_a:.10g} A"
    energy = "no energy" if energy_kwh is None else f"energy {energy_kwh:.10g} kWh"
    return f"{load}, {energy}"
