"""The groups of cases in which a handler is called: TABLE has a row for each.

A `Case` calls methods of the handler on one simulated PDU, and has an `Expected` with the rule that
a wrong call breaks; unless the PDU is well (without a fault), a state that is UNKNOWN and an error
are right, too. The functions that yield a `Case` only plan it; those that yield a `Problem` are
steps: they call the handler themselves. `judge` makes the PDUs. `judge.model` is one that is well;
its `contents` are what it answers from, such as the texts of a recording, and `model.without_...`
and `model.with_...` are changed copies of them for another PDU.

A handler may keep what it read, in its object or in its module. So PDUs are made in four ways:
`new_pdu` (make_handler is called at each call), `pdu_with_reused_object` (once), and
`pdu_read_by_same_object` and `pdu_read_by_other_object` (the PDU was read before it got its fault).
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import re
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Callable

from ...recordings.simulated_pdu import AnswerFault, HttpPdu, UnitFault
from .calls import error_text
from .checked_call import (
    ABSENT_OUTLET,
    COMMANDS,
    METHODS,
    READINGS,
    RULE_BY_COMMAND_FAULT,
    Expected,
    Problem,
    is_timeout,
)
from .comparisons import has_meter, name_of_energy, named_figures
from .judge import (
    CalledPdu,
    Case,
    CaseGroup,
    ContentsWithFigures,
    Judge,
    Table,
    first_reading_error,
    outlet_to_switch,
    toggle_outlets,
)
from .process_settings import forget_opener, restore_process
from .rules import UNTRIED

WELL = "a PDU that is well"
_OTHER_THAN_BASIC = re.compile(r"\nauthorization: (?!basic )", re.IGNORECASE)
_ERRORS = (UnitFault.NOT_FOUND, UnitFault.FAILS, UnitFault.UNAVAILABLE)
_REDIRECTS = (301, 302, 303, 307, 308)
_POLLS, _CLOSED_S = 4, 2.0
_CHANGES, _SILENCES = 12, 6  # more than after which a handler may ask again, or give up
_MOST_REQUESTS = 6  # of which the answers are spoilt one by one
_EXPECT_WELL = Expected(rule="", is_well=True)
_EXPECT_ERROR = Expected(rule="silent", must_raise=True)
_EXPECT_NO_OUTLET = Expected(rule="no outlet", must_raise=True)


# ---- PDUs that are well --------------------------------------------------------------------------


def _well(judge: Judge) -> Iterator[Problem]:
    """Yields the problems of a PDU that is well: of both readings, and of each outlet, which is
    switched off and on again, each command twice. Ends at the first problem of status, or of a
    command. The calls, of outlets 1 and 2:

        status, statistic, port_down 1, port_down 1, port_down 2, port_down 2, port_up 1, ...
    """
    pdu = judge.new_pdu()
    for method in READINGS:
        problems = judge.problems_of_call(WELL, pdu, _EXPECT_WELL, method)
        yield from problems
        if problems and method == "status":
            return
    unit = pdu.unit
    for outlet, state in unit.outlet_states().items():
        if state is False:
            unit.turn_outlet(outlet, on=True)
    for method in COMMANDS:  # from all that are on to all that are off, and back
        on = method == "port_up"
        for outlet, state in unit.outlet_states().items():
            if state is (not on) and unit.can_switch(outlet, on=on):
                problems = _problems_of_command(judge, pdu, outlet, method)
                yield from problems
                if problems:
                    return


def _problems_of_command(
    judge: Judge, pdu: CalledPdu, outlet: str, method: str
) -> Sequence[Problem]:
    """Call a command twice on a PDU that is well. Returns the first problem; [] if both calls are
    right. The second call changes nothing, unless the handler sends a toggle. Of port_down of
    outlet 3:

        the first call switches 3 and 4     others: switched outlet 4 too; outlet 3 was to be ...
        the second call switches 3 on       port_down: returned on, and ... (called again)
    """
    unit = pdu.unit
    states_before = unit.outlet_states()
    expected = _EXPECT_WELL._replace(outlet=outlet)
    problems = judge.problems_of_call(WELL, pdu, expected, method)
    if problems:
        return problems
    for name, state in unit.outlet_states().items():
        if name != outlet and state is not states_before[name]:
            text = f"switched outlet {name} too; outlet {outlet} was to be switched"
            return [Problem("others", method, text, WELL)]
    return judge.problems_of_call("called again", pdu, expected, method)


def _two_pdus(judge: Judge) -> Iterator[Problem]:
    """Yields the problems of two PDUs that are called in turn in one process. A handler that keeps
    a login, states or figures in its module or class takes them for those of the other PDU. Both
    are well; they have other logins, states, figures, and, if the handler reads such a PDU, another
    number of outlets; if it reads no other, they differ in logins and states alone. `units` has the
    larger PDU first. The calls, once with the larger PDU first and once with the smaller one, then
    of a handler that is loaded again, so that nothing is left of the first round:

        status, statistic of the first PDU, of the second one, of the first one again;
        port_down, status of the first one, of the second one

    Over HTTP, port_down of an outlet that only the larger PDU has must raise on the smaller one.
    """
    other = judge.contents_of_other_pdu()
    for is_smaller_first in (False, True):
        make_methods = judge.handler.loaded_again() if is_smaller_first else judge.handler.object_at
        units = [judge.new_unit(), judge.new_unit(contents=other.contents if other else None)]
        toggle_outlets(units[1])
        expected = Expected(rule="pdus", is_well=True)
        other_figures = other.true_figures if other else {}
        expectations = [expected, expected._replace(true_figures=other_figures)]
        pdus = [CalledPdu(unit, make_methods(unit.port)) for unit in units]
        first, second = (1, 0) if is_smaller_first else (0, 1)
        readings = itertools.product((first, second, first), READINGS)
        commands = itertools.product((first, second), ("port_down", "status"))
        for index, method in (*readings, *commands):
            other_unit = units[1 - index]
            requests_before = len(other_unit.requests)
            yield from judge.problems_of_call("two PDUs", pdus[index], expectations[index], method)
            if len(other_unit.requests) != requests_before:
                yield Problem("pdus", method, "asked another PDU than its own", "two PDUs")
        absent_outlets = units[0].outlet_states().keys() - units[1].outlet_states().keys()
        for outlet in absent_outlets if judge.is_over_http else ():  # an agent refuses them itself
            expected_error = _EXPECT_NO_OUTLET._replace(outlet=outlet)
            yield from judge.problems_of_call("two PDUs", pdus[1], expected_error, "port_down")


def _changed_by_hand(judge: Judge) -> Iterator[Problem]:
    """Yields the problems of a handler object that keeps states, while a hand at the PDU switches
    outlets. First status is called 12 times, and all outlets are toggled after each call. Then one
    outlet is switched off by the handler and on by hand:

        port_down, on by hand, status, on by hand, port_down, on by hand, status, on by hand
    """
    pdu = judge.pdu_with_reused_object()
    expected = Expected(rule="asked", is_well=True)
    for _ in range(_CHANGES):
        yield from judge.problems_of_call("changed by hand", pdu, expected, "status")
        toggle_outlets(pdu.unit)
    outlet = outlet_to_switch(pdu.unit, on=False)
    for method in ("port_down", "status") * 2 if outlet else ():
        expected = expected._replace(outlet=outlet)
        yield from judge.problems_of_call("switched on by hand", pdu, expected, method)
        pdu.unit.turn_outlet(outlet, on=True)


def _changed_figures(judge: Judge) -> Iterator[Problem]:
    """Yields the problems of a handler that keeps figures. One PDU is read 12 times, and all its
    figures change before each reading:

        2.0 A, 1.0 A    read by one object of the handler, which is reused
        2.0 A, 1.0 A    read by a new object each; then by the first one again, ...

    Without meters, only a handler that gives figures nevertheless is tried.
    """
    pdu = judge.pdu_with_reused_object()
    new_methods = judge.handler.methods(pdu.unit.port)
    if not has_meter(judge.true_figures):
        try:
            figures_of_handler = pdu.methods.figures()
        except Exception as error:
            text = f"raised {error_text(error)}"
            yield Problem("asked", "statistic", text, "", UNTRIED, is_timeout=is_timeout(error))
            return
        if not named_figures(figures_of_handler):
            return
    own = ContentsWithFigures(pdu.unit.contents, judge.true_figures)
    # if no other figures are known, a request alone shows that the PDU is asked
    other = judge.contents_with_other_figures() or own
    for number in range(_CHANGES):
        methods = new_methods if number // 2 % 2 else pdu.methods
        pdu.unit.contents, true_figures = (own, other)[number % 2]
        expected = Expected(rule="asked", is_well=True, true_figures=true_figures)
        called_pdu = pdu._replace(methods=methods)
        yield from judge.problems_of_call("changed figures", called_pdu, expected, "statistic")


# ---- PDUs with a fault ---------------------------------------------------------------------------


# a datagram has no connection to leave open, and these protocols have no word for "busy"
_FAULTS_OVER_HTTP = (UnitFault.UNANSWERED, UnitFault.BUSY)


def _command_faults(judge: Judge) -> Iterator[Case]:
    """Yields a case for each command of a PDU with each fault at commands: port_down, and port_up,
    of a PDU that is STUCK (rule "stuck"), is LATE ("late"), REFUSES ("refused": must raise), ...
    """
    for (fault, rule), method in itertools.product(RULE_BY_COMMAND_FAULT.items(), COMMANDS):
        if judge.is_over_http or fault not in _FAULTS_OVER_HTTP:
            make_pdu = partial(judge.pdu_with_reused_object, fault)
            yield Case(make_pdu, (method,), Expected(rule, must_raise=rule == "refused"))


def _cases_of_fault(
    judge: Judge, fault: UnitFault, methods: Sequence[str], expected: Expected
) -> Iterator[Case]:
    """Yields two cases that call these methods on a PDU with this fault, which was read before it
    got the fault: once by the same object of the handler, once by another one. What was read may
    be kept in the object, or in its module or class.
    """
    for make_pdu in (judge.pdu_read_by_other_object, judge.pdu_read_by_same_object):
        yield Case(partial(make_pdu, fault), methods, expected)


def _halves(judge: Judge) -> Iterator[Case]:
    return _cases_of_fault(judge, UnitFault.HALF, READINGS, Expected(rule="short"))


def _one_answer(judge: Judge) -> Iterator[Case]:
    """Yields a case for each method, over HTTP alone, in which one answer is spoilt: half of it
    arrives, or it is HTTP 401, in a reading also 404, 500 or 503. All others are as recorded. Which
    answer is spoilt, of a method that sends three requests:

        the PDU was not read before    answer 1, which may be to the login
        it was read before             answers 1, 2 and 3, in a case each

    The method is called once before, to see how many answers it gets and how long they are.
    """
    makers = (judge.pdu_with_reused_object, judge.pdu_read_by_same_object)
    methods = judge.methods if judge.is_over_http else ()
    for make_pdu, method in itertools.product(makers, methods):
        answer_faults: Sequence[AnswerFault] = (UnitFault.HALF, 401)
        if method in READINGS:
            answer_faults = (*answer_faults, 404, 500, 503)
        sizes = _sizes_of_answers(judge, make_pdu(), method)
        numbers = _answer_numbers(sizes)
        if make_pdu == judge.pdu_with_reused_object:
            numbers = numbers[:1]
        for number, answer_fault in itertools.product(numbers, answer_faults):
            make_spoilt = partial(_pdu_with_answer_fault, make_pdu, number, answer_fault)
            yield Case(make_spoilt, (method,), Expected(rule="short"))


def _sizes_of_answers(judge: Judge, pdu: CalledPdu, method: str) -> Sequence[int]:
    """Call a method, whatever it raises. Returns how many bytes each answer that it got has, such
    as [73, 1204]; of the first six alone.
    """
    count_before = len(pdu.unit.answers)
    judge.call_ignoring_errors(pdu.methods, pdu.unit, method)
    answers = pdu.unit.answers[count_before:]
    return [len(answer) for answer in answers[:_MOST_REQUESTS]]


def _answer_numbers(sizes: Sequence[int]) -> Sequence[int]:
    """The numbers of the answers that are spoilt, counted from 1: the first two, the last and the
    longest. `sizes`: of all answers that a method gets, in bytes.

    >>> _answer_numbers([73, 120, 51, 1204, 88])
    [1, 2, 4, 5]
    >>> _answer_numbers([73]), _answer_numbers([])
    ([1], [])
    """
    if not sizes:
        return []
    last = len(sizes)
    longest = 1 + sizes.index(max(sizes))
    return sorted({1, min(2, last), longest, last})


def _pdu_with_answer_fault(
    make_pdu: Callable[[], CalledPdu], number: int, answer_fault: AnswerFault
) -> CalledPdu:
    """A new PDU whose answer of this number, counted from 1 from now, is spoilt: half of it, or the
    HTTP status `answer_fault`. A PDU of another protocol than HTTP is as it was made.
    """
    pdu = make_pdu()
    if isinstance(pdu.unit, HttpPdu):
        pdu.unit.answer_faults = {len(pdu.unit.messages) + number: answer_fault}
    return pdu


def _refused_login(judge: Judge) -> Iterator[Case]:
    """Yields two cases, of a PDU that takes no login from some time on: each method that needs a
    login must raise. Over HTTP the rule is "denied", over SNMP "community".
    """
    expected = Expected(judge.model.rule_of_login, must_raise=True)
    methods = [method for method in METHODS if method in judge.model.protected_methods]
    return _cases_of_fault(judge, UnitFault.DENIES, methods, expected)


def _silences(judge: Judge) -> Iterator[Case]:
    """Yields cases of a PDU that answers no more: each call must raise, a reading at each of six
    calls. A PDU is MUTE if it closes the connection, and HANGS over HTTP if it leaves it open.
    """
    for method in METHODS:
        methods = (method,) * (_SILENCES if method in READINGS else 1)
        yield from _cases_of_fault(judge, UnitFault.MUTE, methods, _EXPECT_ERROR)
        if judge.is_over_http:
            yield from _cases_of_fault(judge, UnitFault.HANGS, (method,), _EXPECT_ERROR)


def _errors(judge: Judge) -> Iterator[Case]:
    """Yields cases of a PDU that answers each request with HTTP 404, 500 or 503: each call must
    raise. No case over SNMP.
    """
    for fault in _ERRORS if judge.is_over_http else ():
        yield from _cases_of_fault(judge, fault, (*READINGS * 2, *COMMANDS), _EXPECT_ERROR)


def _absent_outlet(judge: Judge) -> Iterator[Case]:
    """Yields a case of a PDU that is asked to switch outlet 99999, which no PDU has: must raise."""
    yield Case(judge.new_pdu, COMMANDS, _EXPECT_NO_OUTLET._replace(outlet=ABSENT_OUTLET))


# ---- PDUs that lack something --------------------------------------------------------------------


def _lost_states(judge: Judge) -> Iterator[Case]:
    """Yields a case for each outlet whose state the PDU does not answer: status must say UNKNOWN,
    or raise. The state is another one than the same object of the handler read before, so that one
    that was kept is wrong; one that is read in another place of the answer is right.
    """
    states = judge.model.outlet_states()
    expected = Expected(rule="lost state", states=states)
    for outlet in states:
        for contents in judge.model.without_state(outlet):
            make_pdu = partial(judge.pdu_read_by_same_object, contents=contents)
            yield Case(make_pdu, ("status",), expected)


def _empty_names(judge: Judge) -> Iterator[Case]:
    """Yields a case of a PDU with an outlet that has no name, such as "": status must have it."""
    expected = Expected(rule="lost state", states=judge.model.outlet_states())
    for contents in judge.model.with_empty_names():
        yield Case(partial(judge.new_pdu, contents=contents), ("status",), expected)


def _third_states(judge: Judge) -> Iterator[Case]:
    """Yields cases of a PDU with an outlet, the middle or the last one, whose state is neither on
    nor off: status must say UNKNOWN, or raise, and port_up must switch this outlet as any other.

        states of the PDU    {"1": True, "2": False, "3": True}
        of the case of 2     {"1": True, "2": None, "3": True}
        of the cases of 3    {"1": True, "2": False, "3": None}, with each number of such a state
    """
    states = judge.model.outlet_states()
    outlets = [name for name, state in states.items() if state is not None]
    middle_outlet, last_outlet = outlets[len(outlets) // 2 :][:1], outlets[-1:]
    for outlet in dict.fromkeys([*middle_outlet, *last_outlet]):
        expected = Expected(rule="lost state", states={**states, outlet: None}, outlet=outlet)
        third_contents = judge.model.with_third_states(outlet)
        for contents in third_contents if outlet in last_outlet else third_contents[:1]:
            make_pdu = partial(judge.pdu_read_by_same_object, contents=contents)
            yield Case(make_pdu, (*READINGS, "port_up"), expected)


def _absent_rows(judge: Judge) -> Iterator[Case]:
    """Yields cases of a PDU whose answer has no row of one outlet. Its model has outlets 1, 2 and
    3, and the rows of 1 and 3 are left:

        call               right is
        status             2 is UNKNOWN or left out, 1 and 3 are as they are; or an error
        statistic          the energy of 1 and of 3; the PDU's load and energy can be any sum
        port_down of 2     to switch no other outlet; UNKNOWN, or an error
        port_down of 3     to switch 3: the second row that is left is not outlet 2

    All four are called on a PDU that was not read before, and on one that was read with all rows.
    """
    for absent_outlet, contents in judge.model.without_row():
        energy_by_name = {
            name: energy
            for name, energy in judge.true_figures.items()
            if "outlet" in name and name != name_of_energy(absent_outlet)
        }
        expected = Expected(
            "lost state",
            states={**judge.model.outlet_states(), absent_outlet: None},
            true_figures=energy_by_name,
            outlet=absent_outlet,
            absent_outlets=(absent_outlet,),
        )
        expected_of_last_outlet = expected._replace(outlet="")
        for make_pdu in (judge.new_pdu, judge.pdu_read_by_same_object):
            make_pdu_of_rows = partial(make_pdu, contents=contents)
            yield Case(make_pdu_of_rows, ("status", "statistic", "port_down"), expected)
            yield Case(make_pdu_of_rows, ("port_down",), expected_of_last_outlet)


def _exchanged_rows(judge: Judge) -> Iterator[Case]:
    """Yields a case of a PDU that answers with the rows of two outlets in each other's place: a
    handler that takes the place of a row for its outlet returns wrong states, and switches the
    wrong outlet. No case for a PDU whose rows do not name their outlets.
    """
    if judge.new_unit().exchange_rows():
        make_pdu = partial(_pdu_with_exchanged_rows, judge)
        yield Case(make_pdu, ("status", *COMMANDS), Expected(rule="", is_well=True))


def _pdu_with_exchanged_rows(judge: Judge) -> CalledPdu:
    """A PDU that was read, and then answers with two rows in each other's place; and methods of the
    handler object that read it, which may have kept the places:

        when it was read    [{"id": "a", "on": 1}, {"id": "b", "on": 0}]
        now                 [{"id": "b", "on": 0}, {"id": "a", "on": 1}]

    Its `preparation_error` is the error of that reading; "" if it succeeded.
    """
    pdu = judge.pdu_with_reused_object()
    error = first_reading_error(pdu.methods)
    pdu.unit.exchange_rows()
    return pdu._replace(preparation_error=error)


def _cases_of_contents(rule: str, judge: Judge) -> Iterator[Case]:
    """Yields a case for each way to change the PDU's figures or lists that tries this rule:

        rule     the PDU's answer                    right is
        meter    {"relay": true, "ampere": null}     no load, or an error; not the load from before
        part     no row of the meter of outlet 2     no sum, or an error
        zero     {"relay": true, "ampere": 0}        the states as they are
        empty    no outlet, or no row of meters      an error, or no figure; not 0

    Of "meter", the same object has read the PDU before, with other figures. The number that is
    changed for "meter" and "zero" may be no figure, such as an outlet's name.
    """
    model = judge.model
    make_changed_contents = {
        "meter": model.without_figures,
        "part": model.without_figure_rows,
        "zero": model.with_zero_figures,
        "empty": model.without_outlets,
    }
    has_changed_number = rule in ("meter", "zero")
    expected = Expected(rule, states=model.outlet_states(), has_changed_number=has_changed_number)
    methods = ("status",) if rule == "zero" else READINGS
    make_pdu = judge.pdu_read_by_same_object if rule == "meter" else judge.new_pdu
    for contents in make_changed_contents[rule]():
        yield Case(partial(make_pdu, contents=contents), methods, expected)


def _states_by_figures(judge: Judge) -> Iterator[Problem]:
    """Yields the problem, if there is one, of a handler that calls an outlet off that has no load.
    It runs after a wrong state of a PDU that is well, to tell why: so only the handler's own states
    are compared, of the PDU and of one with a figure of 0. Errors are passed over.

        2.0 A    status returned {"1": UP}
        0 A      status returned {"1": DOWN}    zero: returns another state of an outlet ...
    """
    methods = judge.handler.methods
    with contextlib.suppress(Exception):
        states = [state for _, state in methods(judge.model.port).states()]
        for contents in judge.model.with_zero_figures():
            unit = judge.new_unit(contents=contents)
            new_states = [state for _, state in methods(unit.port).states()]
            changes = [old for old, new in zip(states, new_states) if old is not new]
            if len(changes) == 1:  # several are the bits of one number
                text = "returns another state of an outlet while a figure is 0"
                yield Problem("zero", "status", text)
                return


# ---- logins and the process ----------------------------------------------------------------------


def _refused_logins(judge: Judge) -> Iterator[Problem]:
    """Yields the first problem of a handler that sends more than one login in a call, each of which
    the PDU refuses. Each method is called on a PDU that refuses the first login, and on one that
    was read and refuses logins then. Requests without a login are answered as recorded. A login is
    a request that the handler's `is_login` knows, or, after one, any other request with a body.

        > POST /login admin, password    < 401
        > POST /login admin, admin       < 401    login: sent 2 logins, and each was refused
    """
    pdus = (judge.new_pdu, judge.pdu_read_by_same_object)
    for make_pdu, method in itertools.product(pdus, judge.methods):
        pdu = make_pdu()
        unit = pdu.unit
        assert isinstance(unit, HttpPdu)
        unit.denies = judge.handler.is_login
        unit.messages.clear()
        judge.call_ignoring_errors(pdu.methods, unit, method)
        logins = [message for message in unit.messages if judge.handler.is_login(message)]
        with_body = [message for message in unit.messages if message.partition("\n\n")[2]]
        # another password, such as the factory's, is sent as the first was
        other_logins = [message for message in with_body if logins and message not in logins]
        # the token of a session from before does not count: it is refused, and one login may follow
        is_other_than_basic = any(map(_OTHER_THAN_BASIC.search, logins[:1]))
        begins_with_token = make_pdu == judge.pdu_read_by_same_object and is_other_than_basic
        login_count = len(logins) + len(other_logins) - (1 if begins_with_token else 0)
        if login_count > 1:
            text = f"sent {login_count} logins, and each was refused"
            yield Problem("login", method, text, "a login that is refused")
            return
        if unit.requests:
            judge.note_tried("login")


def _redirects(judge: Judge) -> Iterator[Problem]:
    """Yields the first problem of a handler that sends its login to the server to which the PDU
    redirects it: all requests (`unit.redirect` is the answer to each), or commands alone
    (`unit.refusal` is), with HTTP 301, 302, 303, 307 or 308. That server is a copy of the PDU.

        > GET /status, to the PDU at 8080           < 302 Location: http://localhost:8081
        > GET /status, with the login, to 8081      redirect: sent the login to another server
    """
    for status, method in itertools.product(_REDIRECTS, judge.methods):
        for is_of_all in (True, False) if method in COMMANDS else (True,):
            pdu, other = judge.new_pdu(), judge.new_unit()
            unit = pdu.unit
            assert isinstance(unit, HttpPdu) and isinstance(other, HttpPdu)
            response = status, None, {"Location": f"http://localhost:{other.port}"}
            if is_of_all:
                unit.redirect = response
            else:
                unit.refusal = response
            judge.call_ignoring_errors(pdu.methods, unit, method)
            is_sent = any(map(judge.handler.is_login, other.messages))
            is_tried = bool(unit.requests if is_of_all else unit.commands)
            other.close()
            unit.close()
            if is_sent:
                text = "sent the login to another server, to which the PDU redirected it"
                yield Problem("redirect", method, text, f"HTTP {status}")
                return
            if is_tried:
                judge.note_tried("redirect")


def _proxies(judge: Judge) -> Iterator[Problem]:
    """Yields the first problem of a handler that asks the proxy that the environment names when it
    is loaded; the proxy would get its login. Of a PDU at port 8080, with a proxy at 8081:

        http_proxy=http://127.0.0.1:8081
        > GET http://127.0.0.1:8080/status, to 8081    proxy: asked the proxy that the ...
    """
    proxy, unit = judge.new_unit(), judge.new_unit()
    address = f"http://127.0.0.1:{proxy.port}"
    with _environment(http_proxy=address, HTTP_PROXY=address, no_proxy="", NO_PROXY=""):
        for method in judge.methods:
            judge.call_ignoring_errors(judge.handler.loaded_again()(unit.port), unit, method)
            if proxy.requests:
                yield Problem("proxy", method, "asked the proxy that the environment names")
                return
    if unit.requests:
        judge.note_tried("proxy")


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Sets these variables of the environment in the block, and what they were after it. urlopen
    looks for a proxy anew, in the block and after it.

        with _environment(http_proxy="http://127.0.0.1:8081"):
            urlopen("http://192.0.2.1/")    # asks 127.0.0.1:8081
    """
    values_before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    forget_opener()
    try:
        yield
    finally:
        forget_opener()
        for name, value in values_before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _connections(judge: Judge) -> Iterator[Problem]:
    """Yields the problem of a handler that leaves the connection of each call open, so that they
    become more with each poll. status is called four times, each by an object of its own:

        open 2 s later    problem
        4 connections     connections: leaves 4 connections open after 4 calls
        3 or fewer        none
    """
    pdu = judge.new_pdu()
    unit = pdu.unit
    assert isinstance(unit, HttpPdu)
    for _ in range(_POLLS):
        judge.call_ignoring_errors(pdu.methods, unit, "status")
    gc.collect()
    end = time.monotonic() + _CLOSED_S
    while unit.open_connections >= _POLLS and time.monotonic() < end:
        time.sleep(0.05)
    if unit.open_connections >= _POLLS:
        text = f"leaves {unit.open_connections} connections open after {_POLLS} calls"
        yield Problem("connections", "status", text)
    elif unit.requests:
        judge.note_tried("connections")


def _process(judge: Judge) -> Iterator[Problem]:
    """Yields a problem for each setting of the process that the handler changed in any call before,
    and gives the setting its value again:

        socket.setdefaulttimeout(5)    it changes the time-out of all sockets for the whole process
    """
    for change in restore_process():
        text = f"it changes {change} for the whole process"
        yield Problem("process", "", text, is_certain=True)
    judge.note_tried("process")


_RULES_OF_WELL = (
    *("status", "states", "statistic", "figures", "poll", "port_down", "port_up", "others", "once"),
)
_COMMAND_RULES = ("late", "stuck", "pending", "answer lost", "unread", "refused")
ON_ONE_PDU = [
    CaseGroup(WELL, _RULES_OF_WELL, steps=_well),
    CaseGroup("changed by hand", ["asked"], steps=_changed_by_hand),
]
NO_OUTLET = CaseGroup("an outlet that is not there", ["no outlet"], _absent_outlet)
TABLE = Table(
    first=[
        *ON_ONE_PDU,
        CaseGroup("two PDUs", ["pdus"], steps=_two_pdus),
        CaseGroup("changed figures", ["asked"], steps=_changed_figures),
    ],
    causes=[CaseGroup("a figure of 0", ["zero"], steps=_states_by_figures)],
    at_once=[
        CaseGroup("a fault at a command", _COMMAND_RULES, _command_faults, checks_recovery=True),
        CaseGroup("half of each answer", ["short"], _halves, checks_recovery=True),
        CaseGroup("one answer is spoilt", ["short"], _one_answer, checks_recovery=True),
        CaseGroup("a refused login", [], _refused_login, checks_recovery=True),
        CaseGroup("no answer", ["silent"], _silences, checks_recovery=True),
        CaseGroup("an error at each request", ["silent"], _errors, checks_recovery=True),
        NO_OUTLET,
        CaseGroup("a state that cannot be read", ["lost state"], _lost_states),
        CaseGroup("an empty name", ["lost state"], _empty_names),
        CaseGroup("a state that is not documented", ["lost state"], _third_states),
        CaseGroup("an absent row", ["lost state"], _absent_rows),
        CaseGroup("exchanged rows", ["states", "others"], _exchanged_rows),
        CaseGroup("a figure that cannot be read", ["meter"], partial(_cases_of_contents, "meter")),
        CaseGroup("an absent figure", ["part"], partial(_cases_of_contents, "part")),
        CaseGroup("a figure of 0", ["zero"], partial(_cases_of_contents, "zero")),
        CaseGroup("an empty list", ["empty"], partial(_cases_of_contents, "empty")),
        CaseGroup("a refused login", ["login"], steps=_refused_logins, is_over_http=True),
        CaseGroup("a redirect", ["redirect"], steps=_redirects, is_over_http=True),
    ],
    alone=[
        CaseGroup("polls", ["connections", "code"], steps=_connections, is_over_http=True),
        # before the opener of urlopen is forgotten
        CaseGroup("the process", ["process"], steps=_process),
        CaseGroup("a proxy", ["proxy"], steps=_proxies, is_over_http=True),
    ],
)
