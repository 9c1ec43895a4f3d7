"""The groups of cases in which a handler is called: a row of the table each."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import re
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Callable, Optional

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
    outlet_to_switch,
    read,
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
_WELL = Expected(rule="", is_well=True)
_MUST_RAISE = Expected(rule="silent", must_raise=True)
_NO_OUTLET = Expected(rule="no outlet", must_raise=True)


# ---- PDUs that are well --------------------------------------------------------------------------


def _well(judge: Judge) -> Iterator[Problem]:
    """Each reading, and each outlet both ways. Ends with the first problem of status, or of a
    command. Of two outlets:

        status, statistic, port_down 1, port_down 1, port_down 2, port_down 2, port_up 1, ...
    """
    pdu = judge.new_pdu()
    for method in READINGS:
        problem = judge.problem_of_call(WELL, pdu, _WELL, method)
        if problem is not None:
            yield problem
            if method == "status":
                return
    unit = pdu.unit
    for outlet, state in unit.outlet_states().items():
        if state is False:
            unit.turn_outlet(outlet, on=True)
    for method in COMMANDS:  # from all that are on to all that are off, and back
        on = method == "port_up"
        for outlet, state in unit.outlet_states().items():
            if state is (not on) and unit.can_switch(outlet, on=on):
                problem = _problem_of_command(judge, pdu, outlet, method)
                if problem is not None:
                    yield problem
                    return


def _problem_of_command(
    judge: Judge, pdu: CalledPdu, outlet: str, method: str
) -> Optional[Problem]:
    """The problem of a command, or of the same again: a toggle would switch back, and a pulse take
    the power of a running server. Of port_down of outlet 3:

        the first call switches 3 and 4     others: switched outlet 4 too
        the second call switches 3 on       port_down: returned on, and ... (called again)
    """
    unit = pdu.unit
    states_before = unit.outlet_states()
    expected = _WELL._replace(outlet=outlet)
    problem = judge.problem_of_call(WELL, pdu, expected, method)
    if problem is not None:
        return problem
    for name, state in unit.outlet_states().items():
        if name != outlet and state is not states_before[name]:
            text = f"switched outlet {name} too; outlet {outlet} was to be switched"
            return Problem("others", method, text, WELL)
    return judge.problem_of_call("called again", pdu, expected, method)


def _two_pdus(judge: Judge) -> Iterator[Problem]:
    """Two PDUs in one process, in turn, with other logins, states, figures, and if the handler
    reads such a PDU, with another number of outlets: the larger one first, and the smaller one.

        status and statistic of the first, of the second, of the first; port_down and status of both

    An outlet that the smaller one lacks is an error there. Figures that a module or a class keeps
    are those of the other PDU; a login that is kept holds the other one's port.
    """
    other = judge.contents_of_other_pdu()
    for is_smaller_first in (False, True):
        one_object = judge.handler.loaded_again() if is_smaller_first else judge.handler.object_at
        units = [judge.new_unit(), judge.new_unit(contents=other.contents if other else None)]
        toggle_outlets(units[1])
        first = Expected(rule="pdus", is_well=True)
        expectations = [first, first._replace(true_figures=other.true_figures if other else {})]
        readings = itertools.product((0, 1, 0), READINGS)
        commands = itertools.product((0, 1), ("port_down", "status"))
        pdus = [CalledPdu(unit, one_object(unit.port)) for unit in units]
        for number, method in (*readings, *commands):
            place = 1 - number if is_smaller_first else number
            requests_of_other = len(units[1 - place].requests)
            problem = judge.problem_of_call("two PDUs", pdus[place], expectations[place], method)
            if problem is not None:
                yield problem
            if len(units[1 - place].requests) != requests_of_other:
                yield Problem("pdus", method, "asked another PDU than its own", "two PDUs")
        lacking = units[0].outlet_states().keys() - units[1].outlet_states().keys()
        for outlet in lacking if judge.is_over_http else ():  # an agent refuses what it lacks
            expected = _NO_OUTLET._replace(outlet=outlet)
            problem = judge.problem_of_call("two PDUs", pdus[1], expected, "port_down")
            if problem is not None:
                yield problem


def _changed_by_hand(judge: Judge) -> Iterator[Problem]:
    """One object, while the outlets change by hand; then commanded off, and on by hand.

    status, by hand, status, ... 12 times; port_down, status, on by hand, port_down, status
    """
    pdu = judge.pdu_with_reused_object()
    expected = Expected(rule="asked", is_well=True)
    for _ in range(_CHANGES):
        problem = judge.problem_of_call("changed by hand", pdu, expected, "status")
        if problem is not None:
            yield problem
        toggle_outlets(pdu.unit)
    outlet = outlet_to_switch(pdu.unit, on=False)
    for method in ("port_down", "status") * 2 if outlet else ():
        expected = expected._replace(outlet=outlet)
        problem = judge.problem_of_call("switched on by hand", pdu, expected, method)
        if problem is not None:
            yield problem
        pdu.unit.turn_outlet(outlet, on=True)


def _changed_figures(judge: Judge) -> Iterator[Problem]:
    """All figures of one PDU change, and it is read by the same object and by another:

    2.0 A, 1.0 A by the first object; 2.0 A, 1.0 A by a new one; ... 12 readings
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
    # where no number is known that may change, a request proves that it asks
    other = judge.contents_with_other_figures() or ContentsWithFigures(
        pdu.unit.contents, judge.true_figures
    )
    figures = [ContentsWithFigures(pdu.unit.contents, judge.true_figures), other]
    for number in range(_CHANGES):
        methods = new_methods if number // 2 % 2 else pdu.methods
        pdu.unit.contents, true_figures = figures[number % 2]
        expected = Expected(rule="asked", is_well=True, true_figures=true_figures)
        problem = judge.problem_of_call(
            "changed figures", pdu._replace(methods=methods), expected, "statistic"
        )
        if problem is not None:
            yield problem


# ---- PDUs with a fault ---------------------------------------------------------------------------


# a datagram has no connection to leave open, and these protocols have no word for "busy"
_FAULTS_OVER_HTTP = (UnitFault.UNANSWERED, UnitFault.BUSY)


def _command_faults(judge: Judge) -> Iterator[Case]:
    for (fault, rule), method in itertools.product(RULE_BY_COMMAND_FAULT.items(), COMMANDS):
        if judge.is_over_http or fault not in _FAULTS_OVER_HTTP:
            make_pdu = partial(judge.pdu_with_reused_object, fault)
            yield Case(make_pdu, (method,), Expected(rule, must_raise=rule == "refused"))


def _cases_of_fault(
    judge: Judge, fault: UnitFault, methods: Sequence[str], expected: Expected
) -> Iterator[Case]:
    """A PDU that has this fault after it was read at its address by this object or another."""
    for make_pdu in (judge.pdu_read_by_other_object, judge.pdu_read_by_same_object):
        yield Case(partial(make_pdu, fault), methods, expected)


def _halves(judge: Judge) -> Iterator[Case]:
    return _cases_of_fault(judge, UnitFault.HALF, READINGS, Expected(rule="short"))


def _one_answer(judge: Judge) -> Iterator[Case]:
    """One of the answers is a half, or an error; the others are as recorded. Of a method that gets
    three answers, the last one the longest:

        a PDU that was not read yet    answer 1, which may be that to the login
        a PDU that was read before     answers 1, 2 and 3

    A reading has each as a half and as HTTP 401, 404, 500 and 503, a command as a half and as 401.
    No case over SNMP.
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
    """Call a method. Returns how many bytes each of its first answers has, such as [73, 1204]."""
    count_before = len(pdu.unit.answers)
    judge.call_ignoring_errors(pdu.methods, pdu.unit, method)
    answers = pdu.unit.answers[count_before:]
    return [len(answer) for answer in answers[:_MOST_REQUESTS]]


def _answer_numbers(sizes: Sequence[int]) -> Sequence[int]:
    """Which answers of a method are spoilt, counted from 1: the first two, the last, the longest.
    `sizes`: of its answers, in bytes.

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
    """A PDU whose answer of this number from now is spoilt; over HTTP alone."""
    pdu = make_pdu()
    if isinstance(pdu.unit, HttpPdu):
        pdu.unit.answer_faults = {len(pdu.unit.messages) + number: answer_fault}
    return pdu


def _refused_login(judge: Judge) -> Iterator[Case]:
    expected = Expected(judge.model.rule_of_login, must_raise=True)
    methods = [method for method in METHODS if method in judge.model.protected_methods]
    return _cases_of_fault(judge, UnitFault.DENIES, methods, expected)


def _silences(judge: Judge) -> Iterator[Case]:
    """A PDU that answers no more; readings are tried again."""
    for method in METHODS:
        methods = (method,) * (_SILENCES if method in READINGS else 1)
        yield from _cases_of_fault(judge, UnitFault.MUTE, methods, _MUST_RAISE)
        if judge.is_over_http:
            yield from _cases_of_fault(judge, UnitFault.HANGS, (method,), _MUST_RAISE)


def _errors(judge: Judge) -> Iterator[Case]:
    for fault in _ERRORS if judge.is_over_http else ():
        yield from _cases_of_fault(judge, fault, (*READINGS * 2, *COMMANDS), _MUST_RAISE)


def _absent_outlet(judge: Judge) -> Iterator[Case]:
    yield Case(judge.new_pdu, COMMANDS, _NO_OUTLET._replace(outlet=ABSENT_OUTLET))


# ---- PDUs that lack something --------------------------------------------------------------------


def _lost_states(judge: Judge) -> Iterator[Case]:
    """A PDU that does not answer the state of one outlet. The handler may read it from another
    object; the state that it remembers from before is not the one of now.
    """
    states = judge.model.outlet_states()
    expected = Expected(rule="lost state", states=states)
    for outlet in states:
        for contents in judge.model.without_state(outlet):
            yield Case(
                partial(judge.pdu_read_by_same_object, contents=contents), ("status",), expected
            )


def _empty_names(judge: Judge) -> Iterator[Case]:
    """An outlet has lost its name, which is no reason to leave it out."""
    expected = Expected(rule="lost state", states=judge.model.outlet_states())
    for contents in judge.model.with_empty_names():
        yield Case(partial(judge.new_pdu, contents=contents), ("status",), expected)


def _third_states(judge: Judge) -> Iterator[Case]:
    """An outlet in the middle or the last one has a state that is neither on nor off. A command
    of it is the one of any other state.

        before    {"1": True, "2": False, "3": True}
        now       {"1": True, "2": None, "3": True}, then {"1": True, "2": False, "3": None}
    """
    states = judge.model.outlet_states()
    outlets = [name for name, state in states.items() if state is not None]
    for outlet in dict.fromkeys([*outlets[len(outlets) // 2 :][:1], *outlets[-1:]]):
        expected = Expected(rule="lost state", states={**states, outlet: None}, outlet=outlet)
        third_contents = judge.model.with_third_states(outlet)
        for contents in third_contents if outlet == outlets[-1] else third_contents[:1]:
            make_pdu = partial(judge.pdu_read_by_same_object, contents=contents)
            yield Case(make_pdu, (*READINGS, "port_up"), expected)


def _absent_rows(judge: Judge) -> Iterator[Case]:
    """All is missing that the PDU says of an outlet; a sum over the rest is all that can be
    known. A command of an outlet behind it is not that of the next place. Of three outlets:

        rows 1, 3    states {"1": True, "2": None, "3": True}, and 2 may be left out
    """
    for outlet, contents in judge.model.without_row():
        true_figures = dict(judge.true_figures)
        for name in judge.true_figures:
            if "outlet" not in name or name == name_of_energy(outlet):
                del true_figures[name]
        expected = Expected(
            "lost state",
            states={**judge.model.outlet_states(), outlet: None},
            true_figures=true_figures,
            outlet=outlet,
            absent_outlets=(outlet,),
        )
        methods = ("status", "statistic", "port_down")
        for make_pdu in (
            partial(judge.new_pdu, contents=contents),
            partial(judge.pdu_read_by_same_object, contents=contents),
        ):
            yield Case(make_pdu, methods, expected)
            yield Case(make_pdu, ("port_down",), expected._replace(outlet=""))


def _exchanged_rows(judge: Judge) -> Iterator[Case]:
    """The first outlet's row stands where the last one's was: a place is no outlet."""
    if judge.new_unit().exchange_rows():
        make_pdu = partial(_pdu_with_exchanged_rows, judge)
        yield Case(make_pdu, ("status", *COMMANDS), Expected(rule="", is_well=True))


def _pdu_with_exchanged_rows(judge: Judge) -> CalledPdu:
    """A PDU that exchanges two rows after it was read."""
    pdu = judge.pdu_with_reused_object()
    error = read(pdu.methods)
    pdu.unit.exchange_rows()
    return pdu._replace(preparation_error=error)


def _cases_of_contents(rule: str, judge: Judge) -> Iterator[Case]:
    """A PDU whose figures or lists are changed, as the rule wants it:

    meter    {"relay": true, "ampere": null}      part    no row of the meter of outlet 2
    zero     {"relay": true, "ampere": 0}         empty   no outlet, no row
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
    """A state that is another one while a figure is 0 tells why a PDU that is well is misread: the
    handler calls an outlet off that has no load.

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
    """A handler sends a refused login once. Its first login is refused, or one after a login that
    was taken; other requests are answered as recorded, such as the page with its form.

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
        others = [message for message in with_body if logins and message not in logins]
        # the token of a session from before does not count: it is refused, and one login may follow
        is_other_than_basic = any(map(_OTHER_THAN_BASIC.search, logins[:1]))
        is_session = make_pdu == judge.pdu_read_by_same_object and is_other_than_basic
        login_count = len(logins) + len(others) - (1 if is_session else 0)
        if login_count > 1:
            text = f"sent {login_count} logins, and each was refused"
            yield Problem("login", method, text, "a login that is refused")
            return
        if unit.requests:
            judge.note_tried("login")


def _redirects(judge: Judge) -> Iterator[Problem]:
    """A copy of the PDU stands at the address to which all requests, or commands, lead.

    > GET /status, to the PDU          < 302 Location: http://localhost:8081
    > GET /status, with the login, to 8081    redirect: sent the login to another server
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
    """A copy of the PDU is the proxy that the environment names when the handler is loaded.

    http_proxy=http://127.0.0.1:8081
    > GET http://127.0.0.1:8080/status, to 8081    proxy: asked the proxy ...
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
    """An environment with these values in the block, in which urlopen looks for a proxy again; the
    values from before after it.
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
    """Sockets after four polls, each by an object of its own: after 2 s, three may be open.

    4 open after 2 s    connections: leaves 4 connections open after 4 calls
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
    """What the handler changed for all that runs beside it:

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
