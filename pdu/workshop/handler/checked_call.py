"""One call of a handler's method on a simulated PDU, and the problem in it.

A method is a reading (`status`, `statistic`) or a command (`port_down`, `port_up`). The simulated
PDU, `unit`, keeps what it is sent: `unit.requests` are all requests, and `unit.commands` those that
write: a known one switches an outlet ("off 3"), an unknown one writes something else ("/reboot").
It may have a fault, such as STUCK: it accepts commands and does not switch; without a fault it is
"well". A rule is what a handler should keep, by its key in RULES: "once".

A `Problem` says that a rule is broken, or that it was not tried: a call that sent the PDU nothing,
or that had no answer in time, proves nothing. A handler breaks a rule if

- a returned state or figure is not the PDU's, or is unknown though the PDU is well;
- a command is written twice, to another outlet or with another state, or a reading writes;
- a login is sent to another PDU.
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
ABSENT_OUTLET = "99999"
# what an answer that is no error may be wrong in, on a PDU that is well
_RULE_BY_READING = {"status": "states", "statistic": "figures"}
#: by a fault that a PDU has at commands, the rule that such a PDU tries
RULE_BY_COMMAND_FAULT: Mapping[UnitFault, str] = {
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
    """Makes a handler's methods for a PDU at a port of this machine:

    handler.methods(8080).states()       make_handler(data).status(), which asks 127.0.0.1:8080
    handler.object_at(8080)              calls make_handler once, for all calls of its methods
    handler.loaded_again()(8080)         the same after a new import of the handler's module
    """

    #: a new object of the handler for each call
    methods: Callable[[int], Methods]
    #: one object of the handler for all calls
    object_at: Callable[[int], Methods]
    #: imports the handler in the environment of now: its module remembers nothing from before
    loaded_again: Callable[[], Callable[[int], Methods]]
    #: whether a request over HTTP holds the login
    is_login: Callable[[str], bool]
    #: the SNMP communities that it was given
    communities: Collection[bytes] = ()
    #: the first 200 characters of each text that its code ran as Python, and the line of its code
    place_by_executed_text: Mapping[str, str] = {}


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
    is_timeout: bool = False
    #: one run proves it: neither a busy machine nor chance explains it
    is_certain: bool = False

    @property
    def sentence(self) -> str:
        """The problem in a sentence for people."""
        case_name = f" ({self.case_name})" if self.case_name else ""
        return f"{self.method} {self.text}{case_name}".strip()


class Expected(NamedTuple):
    """What a call must return or raise to be right:

    Expected("", is_well=True)             each state is known, and is the PDU's
    Expected("silent", must_raise=True)    of a PDU that does not answer: an error
    Expected("lost state", states={"1": True, "2": None})    outlet 2 is UNKNOWN, or an error
    """

    #: the rule that a wrong call breaks; "": the method's own, such as "states" or "once"
    rule: str
    #: the PDU has no fault, so nothing may be unknown
    is_well: bool = False
    #: only an error is right
    must_raise: bool = False
    #: the outlet that commands are for; "" for any that can be switched
    outlet: str = ""
    #: the right states; None: those of the PDU after the call
    states: Optional[States] = None
    #: the right figures; None: those of a PDU that is well
    true_figures: Optional[TrueFigures] = None
    #: a number of the PDU's answers was changed, and it is not known to be a figure
    has_changed_number: bool = False
    #: the outlets that an answer may leave out
    absent_outlets: Collection[str] = ()


class CheckedCall:
    """One call of `method`, with `_outlet` if it is a command, on the PDU `_unit`. `problem` makes
    the call, and sets `answer` to what it returned, or `_error` to what it raised. `_commands` are
    the writes that reached the PDU in this call. `expected` says what is right, and `expected.rule`
    the rule that a wrong call breaks; if it is "", the kind of the problem tells the rule.

    Of port_down of outlet 3, which is on:

    the handler sends          and returns    problem
    off 3                      DOWN           None
    off 2                      DOWN           others: commanded outlet 2: outlet 3 was to be ...
    off 3, off 3               DOWN           once: wrote 2 times
    nothing                    DOWN           asked: returned without a request to this PDU
    off 3; no answer in 1 s    an error       not tried: had no answer in time
    """

    answer: Any = None
    #: whether the call took SLOW_S or more, though the PDU answers
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
        count_requests_of_others: Callable[[], int],
    ) -> None:
        """`true_figures`: what a PDU that is well measures, by name; `case_name`: for people, "a
        fault at a command"; `count_requests_of_others`: how many requests reached the other
        simulated PDUs until now.
        """
        self.expected = expected
        self.method = method
        self._count_requests_of_others = count_requests_of_others
        self._requests_of_others_before = count_requests_of_others()
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
        """Call the method on `methods`, the handler's for this PDU. Returns its problem, of the
        requests that it sent and of what it returned or raised; None if the call is right. Sets
        `answer` or `_error`, and `is_slow`: it took SLOW_S or longer, of a PDU whose fault does not
        leave requests without an answer.
        """
        messages_before = len(self._unit.messages)
        begin = time.monotonic()
        try:
            self.answer = call_method(methods, self.method, self._outlet)
        except Exception as error:
            self._error = error
        self.is_slow = not self._may_not_answer and time.monotonic() - begin >= SLOW_S
        new_messages = self._unit.messages[messages_before:]
        return self._problem_of_result(new_messages)

    def _problem_of_result(self, messages: Sequence[str]) -> Optional[Problem]:
        """The problem of the call that was made; None if it is right. Of several, the first of this
        order is told:

            lacks a setting or a part of the platform    not tried
            did not end within 60 s                      broken
            sent a login of another PDU                  broken
            had no answer in time                        not tried
            wrote what it should not                     broken
            returned or raised what is wrong             broken
            sent no request                              not tried

        `messages`: the requests over HTTP that the PDU got in this call, whole.
        """
        if isinstance(self._error, (MissingPlatformName, SettingNotGiven)):
            return self._untried(error_text(self._error))
        if isinstance(self._error, EndlessCall):
            rule = self.expected.rule or self.method
            return Problem(
                rule, "", self._error.reason, self._case_name, is_certain=self._may_not_answer
            )
        problem = (
            self._problem_of_logins(messages)
            or self._problem_of_timeout()
            or self._problem_of_writes()
            or self._problem_of_code()
        )
        if problem is not None or self._needs_no_request:
            return problem
        return (
            self._problem_of_request()
            or (self._problem_of_error(self._error) if self._error else self._problem_of_answer())
            or self._problem_without_request()
        )

    @property
    def is_command_in_transit(self) -> bool:
        """Whether a command may still be on its way to the PDU: the method had no answer in time,
        and no command of it reached the PDU.
        """
        is_given_up = self._error is not None and is_timeout(self._error)
        return self._is_command and not self._commands and is_given_up

    @property
    def _may_not_answer(self) -> bool:
        """Whether the PDU has a fault by which it leaves a request without an answer."""
        return self._unit.is_mute or self._unit.fault in _SILENT_FAULTS

    @property
    def _needs_no_request(self) -> bool:
        """Whether the call may be right though it sent the PDU nothing: it is `statistic` of a PDU
        without meters, and returned no figure. Every other call has to ask the PDU.
        """
        is_pdu_without_meters = not has_meter(self._true_figures)
        if self.method != "statistic" or self._error is not None or not is_pdu_without_meters:
            return False
        returned_figures = named_figures(self.answer)
        return not returned_figures

    def _broken(self, rule: str, text: str) -> Problem:
        return Problem(rule, self.method, text, self._case_name)

    def _untried(self, why: str) -> Problem:
        """The problem that the rule was not tried. `why`: a whole sentence for people."""
        return Problem(self.expected.rule or self.method, "", why, "", UNTRIED)

    @property
    def _is_command(self) -> bool:
        return self.method in COMMANDS

    @property
    def _is_port_up(self) -> bool:
        """Whether the method switches the outlet on; the other command switches it off."""
        return self.method == "port_up"

    @property
    def _commands(self) -> Sequence[UnitCommand]:
        """The commands that reached the PDU in this call."""
        return self._unit.commands[self._commands_before :]

    @property
    def _is_of_absent_outlet(self) -> bool:
        """Whether the command is for an outlet that the PDU does not have."""
        return self.expected.rule == "no outlet"

    @property
    def _is_pdu_asked(self) -> bool:
        """Whether a request reached the PDU in this call."""
        return len(self._unit.requests) > self._requests_before

    # ---- what was not tried ----------------------------------------------------------------------

    def _problem_of_timeout(self) -> Optional[Problem]:
        """The problem, not tried, of a call that had no answer in time, or in which the simulated
        PDU itself failed; None else. Of a PDU that may not answer, a time-out is no problem.

            port_down raised TimeoutError    port_down had no answer in time, of a PDU that answers
            the simulator raised KeyError    the simulated PDU failed at port_down: KeyError: 7
        """
        failures = self._unit.failures[self._failures_before :]
        if failures:
            return self._untried(f"the simulated PDU failed at {self.method}: {failures[0]}")
        if self._error is None or self._may_not_answer or not is_timeout(self._error):
            return None
        why = f"{self.method} had no answer in time, of a PDU that answers"
        problem = self._untried(f"{why} ({error_text(self._error)[:150]})")
        return problem._replace(is_timeout=True)

    def _problem_without_request(self) -> Optional[Problem]:
        """The problem, not tried, of a call that proves nothing, as it did not send what its case
        is about; None if it did.

            the call                             PDU           result
            sent no request                      any           status sent no request to the PDU
            port_down sent readings alone        is STUCK      no command of port_down reached ...
            port_down sent readings alone        is MUTE       None: it is not about commands
            port_down 99999 sent no request      any           None: there is no such outlet
        """
        has_commanded = any(command.is_known for command in self._commands)
        must_command = self._is_command and self._unit.fault in RULE_BY_COMMAND_FAULT
        reason = f" ({error_text(self._error)[:150]})" if self._error else ""
        if not self._is_pdu_asked and not self._is_of_absent_outlet:
            return self._untried(f"{self.method} sent no request to the PDU{reason}")
        if must_command and not has_commanded:
            return self._untried(f"no command of {self.method} reached the PDU{reason}")
        return None

    # ---- requests --------------------------------------------------------------------------------

    def _problem_of_request(self) -> Optional[Problem]:
        """The problem of a call that did not ask its PDU; None if it did, and for a PDU with a
        fault. Of the calls that did not:

            the call                             problem
            asked another PDU                    pdus: asked another PDU than its own
            returned                             asked: returned without a request to this PDU
            raised, as its code is wrong         None: the error itself is judged next
            raised, and calls before it asked    None: the error itself is judged next
            raised, and no call ever asked       not tried: no request reached the simulated PDU
        """
        if self._is_pdu_asked or not self.expected.is_well:
            return None
        if self._count_requests_of_others() != self._requests_of_others_before:
            return self._broken("pdus", "asked another PDU than its own")
        if self._error is None:
            rule = self.expected.rule or "asked"
            return self._broken(rule, "returned without a request to this PDU")
        can_ask = bool(self._unit.requests) or self._count_requests_of_others() > 0
        if can_ask or is_handler_defect(self._error):
            return None
        return self._untried(
            f"no request reached the simulated PDU ({error_text(self._error)}): give what it needs"
            " as -s KEY=VALUE; it may ask another port than the simulated PDU has"
        )

    # ---- writes ----------------------------------------------------------------------------------

    def _problem_of_writes(self) -> Optional[Problem]:
        """The problem of what the call wrote; None if it wrote what it should. A write for an
        outlet that the PDU does not have breaks the rule "no outlet", whatever else it breaks.
        """
        problem = self._problem_of_unknown_writes() or self._problem_of_known_writes()
        if problem is not None and self._is_of_absent_outlet:
            return problem._replace(rule=self.expected.rule)
        return problem

    def _problem_of_unknown_writes(self) -> Optional[Problem]:
        """The problem of a write that switches no outlet of the PDU; None without such a write,
        and for one that may be a login: of a PDU with a fault, if it is not like a command.

            the call sends               problem
            status, /relay/3 turn=off    poll: sent /relay/3 turn=off
            port_down, outlet.3 = 3      others: sent ...: the object is right, the value is not
            port_down, /relay/3 pulse    others: sent ...; for port_down of outlet 3 such a PDU ...
            port_down, /reboot           not tried: not known as a request of such a PDU
            port_down, POST /login       None, if the PDU has a fault
        """
        must_not_write = self._is_of_absent_outlet and not self._unit.refuses_unknown_outlets
        unknown_commands = [command for command in self._commands if not command.is_known]
        is_similar = any(command.is_similar for command in unknown_commands)
        may_be_login = not (self.expected.is_well or must_not_write or is_similar)
        if not unknown_commands or may_be_login:
            return None
        text = f"sent {unknown_commands[0].text}"
        if not self._is_command:
            return self._broken("poll", text)
        right_text = self._unit.command_words(self._outlet, on=self._is_port_up)
        other_value = value_problem(unknown_commands[0].text, right_text, on=self._is_port_up)
        if other_value:
            return self._broken("others", f"{text}: {other_value}")
        has_commanded = any(command.is_known for command in self._commands)
        if is_similar or has_commanded or must_not_write:
            return self._broken("others", f"{text}{self._hint}")
        return self._untried(
            f"{self.method} {text}, which is not known as a request of such a PDU{self._hint}"
        )

    def _problem_of_known_writes(self) -> Optional[Problem]:
        """The problem of the writes that switch outlets; None if the call wrote what it should.

        the call             sends           problem
        port_down of 3       off 3           None
        port_down of 3       off 2           others: commanded outlet 2: outlet 3 was to be ...
        port_down of 3       on 3            port_down: sent on 3, which switches it on
        port_down of 3       off 3, off 3    once: wrote 2 times
        port_down of 99999   off 99999       no outlet: sent off 99999
        status               off 3           poll: commanded outlet 3 (off 3)
        """
        commands = [command for command in self._commands if command.is_known]
        for command in commands:
            if not self._is_command:
                text = f"commanded outlet {command.identity} ({command.text})"
                return self._broken("poll", text)
            # one write may set all outlets, and is then the command of each of them
            if command.text == self._unit.command_words(self._outlet, on=self._is_port_up):
                continue
            if command.identity != self._outlet:
                wish = f"outlet {self._outlet} was to be switched"
                text = f"commanded outlet {command.identity}: {wish}{self._hint}"
                return self._broken("others", text)
            if command.on is not self._is_port_up:
                effect = f"which switches it {STATE_WORDS[command.on]}"
                return self._broken(self.method, f"sent {command.text}, {effect}{self._hint}")
        if commands and self._is_of_absent_outlet:
            return self._broken("no outlet", f"sent {commands[0].text}")
        if len(commands) > 1:
            return self._broken("once", f"wrote {len(commands)} times")
        return None

    @property
    def _hint(self) -> str:
        """The end of a sentence that names the right write; "" for a reading, and if the right
        write is not known. Of port_down of outlet 3:

            "; for port_down of outlet 3 such a PDU takes off 3"
        """
        if not self._is_command:
            return ""
        right_text = self._unit.command_words(self._outlet, on=self._is_port_up)
        text = f"; for {self.method} of outlet {self._outlet} such a PDU takes {right_text}"
        return text if right_text else ""

    # ---- logins ----------------------------------------------------------------------------------

    def _problem_of_logins(self, messages: Sequence[str]) -> Optional[Problem]:
        """The problem of a login or a session token that this PDU should not get; None else.
        `messages`: the requests over HTTP, whole. The login and the tokens of each simulated PDU
        end with its port, such as "p8080x", so that they tell to which PDU they belong.

            to the PDU at port 8080                       problem
            GET /status?token=secret-1p8080x              None
            GET /status?token=secret-1p8081x              pdus: sent a login or a token of another
            community "private", and "public" was given   login: sent a community that nobody gave
            GET /status with the login, TLS had failed    login: sent the login in clear to a port
        """
        communities = self._unit.communities
        for text in (*messages, *(community.decode("latin-1") for community in communities)):
            if set(_marked_ports(text)) - {str(self._unit.port)}:
                return self._broken("pdus", "sent a login or a token of another PDU")
        given = tuple(self._handler.communities)
        # the port stands behind a community, too
        if not all(community.startswith(given) for community in communities):
            # its name may be the owner's
            return self._broken("login", "sent a community that nobody gave it")
        if not isinstance(self._unit, HttpPdu):
            return None
        if self._unit.tls_hellos and any(map(self._handler.is_login, messages)):
            return self._broken("login", "sent the login in clear to a port where TLS had failed")
        return None

    def _problem_of_code(self) -> Optional[Problem]:
        """The problem of a handler that ran a text of the PDU's answer as Python, as by
        `eval(answer)`; None else. Anybody who answers in place of the PDU could then run his code.

            answer {"relay": 1}, and handler.py line 7 ran {"relay": 1}    code: runs an answer as
            answer {"relay": 1}, and nothing was run                       None
        """
        for executed_text, place in dict(self._handler.place_by_executed_text).items():
            if any(executed_text.encode() in answer for answer in self._unit.answers):
                return self._broken("code", f"runs an answer as Python ({place})")
        return None

    # ---- answers ---------------------------------------------------------------------------------

    def _problem_of_error(self, error: Exception) -> Optional[Problem]:
        """The problem of the error that the call raised; None if it is right. An answer of a wrong
        type is such an error, too: a BrokenHandler. What the handler's code raised is a
        HandlerRaised.

            the call                                    the PDU is well    the PDU is silent
            status raised an error of its own           status: raised     None: it is right
            status returned 'x' in place of a PduView   status: returned   silent: returned 'x'
            port_down returned an error as the state    port_down: ...     silent, if it must raise
            status called sys.exit()                    status: it ends    silent: it ends the ...
        """
        rule = self.expected.rule or self.method
        reason = error_text(error)
        if isinstance(error.__cause__, SystemExit):
            return Problem(
                rule, "", f"{reason}: it ends the program that calls it", self._case_name
            )
        has_wrong_type = isinstance(error, BrokenHandler) and not isinstance(error, HandlerRaised)
        # the page's own handler gives an exception as the state of an outlet that it cannot read
        may_have_wrong_type = self._is_command and not self.expected.must_raise
        if self.expected.is_well or (has_wrong_type and not may_have_wrong_type):
            method = "" if reason.startswith(self.method) else f"{self.method} raised"
            return Problem(rule, method, reason, self._case_name)
        return None

    def _problem_of_answer(self) -> Optional[Problem]:
        """The problem of what the call returned; None if it is right. It breaks the rule of the
        case; without one, "states" of status, "figures" of statistic, or that of the command. Of
        outlet 3, which is on:

        the call           returned         problem
        status             3 is DOWN        states: returned outlet 3 off, and it is on
        port_down          DOWN             port_down: returned off, and the PDU has outlet 3 on
        statistic          2500 A           figures: returned load 2500 A; the PDU measures 2.5 A
        status, no answer  8 outlets        silent: returned 8 outlets, and raised nothing
        """
        if self.expected.must_raise:
            text = f"returned {_short(self.answer)}, and raised nothing"
            return self._broken(self.expected.rule, text)
        rule = self.expected.rule or _RULE_BY_READING.get(self.method, self.method)
        if rule == "asked" and self.method == "status" and not self.answer:
            rule = "status"  # an empty list is no old answer, which "asked" is about
        if self._is_command:
            text = self._problem_of_switch()
        elif self.method == "status":
            text = problem_of_states(
                self.answer,
                self.expected.states or self._unit.outlet_states(),
                is_well=self.expected.is_well,
                absent_outlets=self.expected.absent_outlets,
                has_changed_number=self.expected.has_changed_number,
            )
        else:
            return self._problem_of_figures(rule)
        return self._broken(rule, text) if text else None

    def _problem_of_switch(self) -> str:
        """What is wrong with the state that a command returned, as a sentence without its method;
        "" for nothing. Of port_down of outlet 3, which was on:

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
        if self.expected.is_well and real_on is not self._is_port_up:
            return f"{returned}, and {real_state}{self._hint}"
        if self._unit.fault is UnitFault.LATE and on is (not self._is_port_up):
            commanded_state = STATE_WORDS[self._is_port_up]
            return f"{returned}, and outlet {self._outlet} was {commanded_state} soon after"
        if self._unit.fault is UnitFault.SILENT_AFTER and on is not None:
            return f"{returned}, and no state could be read after the command"
        is_told = on is not None or self.expected.is_well
        return f"{returned}, and {real_state}" if is_told and on is not real_on else ""

    def _problem_of_figures(self, rule: str) -> Optional[Problem]:
        """The problem of what statistic returned; None if it is right. `rule`: the one that a wrong
        figure breaks. Of a PDU that measures 2.5 A:

            returned        problem
            2.5 A           None
            2500 A          figures: returned load 2500 A; the PDU measures 2.5 A
            no figure       figures: returned no figure, and the PDU has meters
            2.5 A, 20 kWh   not tried: it is not known what the PDU has as total_consumption

        The last two are problems only where the PDU is well and the case has no rule of its own.
        """
        true_figures = self.expected.true_figures
        if true_figures is None:
            true_figures = self._true_figures
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
    """Call "status", "statistic", "port_down" or "port_up", the last two with this outlet. Returns
    what the method returns, and raises what it raises.
    """
    if method in COMMANDS:
        return methods.switch(outlet, on=method == "port_up")
    return methods.states() if method == "status" else methods.figures()


def value_problem(sent: str, right: str, *, on: bool) -> str:
    """What is wrong with an SNMP write to the right object, whose value is another; "" for a write
    to another object. `sent`: the write; `right`: the one that switches the outlet.

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


def _marked_ports(message: str) -> Iterator[str]:
    """The ports of the simulated PDUs whose logins or tokens are in a message, in clear or in
    base64: a login or a token of the PDU at port 8081 ends with "p8081x".

    >>> list(_marked_ports("GET /status?token=secret-1p8081x"))
    ['8081']
    >>> list(_marked_ports("Authorization: Basic cGFzc3dvcmRwODA4MXg="))
    ['8081']
    """
    yield from _PORT_MARK.findall(message)
    for word in _IN_BASE64.findall(message):
        with contextlib.suppress(ValueError):
            yield from _PORT_MARK.findall(base64.b64decode(word).decode("latin-1"))


def is_timeout(error: Optional[BaseException]) -> bool:
    """Whether an error is a time-out, or was raised because of one. An error of this pack counts
    if it says that there was no answer.

    >>> is_timeout(TimeoutError("timed out")), is_timeout(ValueError("no JSON")), is_timeout(None)
    (True, False, False)
    >>> is_timeout(Unreachable("no answer from 192.0.2.1"))
    True
    """
    walked_ids: set[int] = set()
    while error is not None and id(error) not in walked_ids:
        is_no_answer = kind_of(error) == Unreachable.kind and "no answer" in str(error)
        if is_no_answer or isinstance(error, _TIME_OUTS):
            return True
        walked_ids.add(id(error))  # an error may be its own cause
        error = error.__cause__ or error.__context__
    return False


def is_handler_defect(error: Exception) -> bool:
    """Whether an error of a call is a mistake in the handler's code, whatever PDU it asks: it
    returned a wrong type, or Python raised TypeError, NameError or such in it.

        status returned 'x' in place of a PduView                 True
        its code raised TypeError                                 True
        its code raised AttributeError: module 'x' has no 'y'     False: another version may have it
        its code raised its own error, or one of the network      False
    """
    if not isinstance(error, BrokenHandler):
        return False
    cause = error.__cause__
    if cause is None or isinstance(cause, WrongAnswer):
        return True
    mistakes = (NameError, TypeError, AttributeError, NotImplementedError)
    return isinstance(cause, mistakes) and not str(cause).startswith("module ")


def _short(answer: Any) -> str:
    """What a call returned, in a few words for people.

    >>> _short(EnumPowerStatus.DOWN), _short([("1", EnumPowerStatus.UP)])
    ('off', '1 outlets')
    """
    if isinstance(answer, EnumPowerStatus):
        return STATE_WORDS[ON.get(answer)]
    return figures_phrase(answer) if isinstance(answer, Figures) else f"{len(answer)} outlets"


def figures_phrase(figures: Figures) -> str:
    """The load and the energy of all outlets, for people.

    >>> figures_phrase(Figures(2.5, None, {}))
    'load 2.5 A, no energy'
    """
    named = named_figures(figures)
    load_a, energy_kwh = named.get("load"), named.get("total_consumption")
    load = "no load" if load_a is None else f"load {load_a:.10g} A"
    energy = "no energy" if energy_kwh is None else f"energy {energy_kwh:.10g} kWh"
    return f"{load}, {energy}"
