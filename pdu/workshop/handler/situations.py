"""The situations in which a handler is judged: a row of the table each."""

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

from ...recordings.simulated_pdu import Disturbance, HttpPdu, UnitFault
from .calls import error_text
from .comparisons import has_meter, name_of_energy, named_figures
from .judge import (
    Case,
    Judge,
    OtherFigures,
    Situation,
    Table,
    Target,
    outlet_to_switch,
    read,
    turn_over,
)
from .laws import (
    ABSENT,
    COMMANDS,
    METHODS,
    READINGS,
    RULE_OF_FAULT,
    Expected,
    Fault,
    is_late,
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


def _well(judge: Judge) -> Iterator[Fault]:
    """Each reading, and each outlet both ways. Ends with the first fault of status, or of a
    command.
    """
    target = judge.target()
    for method in READINGS:
        fault = judge.fault(WELL, target, _WELL, method)
        if fault is not None:
            yield fault
            if method == "status":
                return
    unit = target.unit
    for outlet, state in unit.outlet_states().items():
        if state is False:
            unit.turn_outlet(outlet, on=True)
    for method in COMMANDS:  # from all that are on to all that are off, and back
        on = method == "port_up"
        for outlet, state in unit.outlet_states().items():
            if state is (not on) and unit.can_switch(outlet, on=on):
                fault = _fault_of_command(judge, target, outlet, method)
                if fault is not None:
                    yield fault
                    return


def _fault_of_command(judge: Judge, target: Target, outlet: str, method: str) -> Optional[Fault]:
    """The fault of a command, or of the same again: a toggle would switch back, and a pulse take
    the power of a running server.
    """
    unit = target.unit
    states_before = unit.outlet_states()
    expected = _WELL._replace(outlet=outlet)
    fault = judge.fault(WELL, target, expected, method)
    if fault is not None:
        return fault
    for name, state in unit.outlet_states().items():
        if name != outlet and state is not states_before[name]:
            text = f"switched outlet {name} too; outlet {outlet} was to be switched"
            return Fault("others", method, text, WELL)
    return judge.fault("called again", target, expected, method)


def _two_pdus(judge: Judge) -> Iterator[Fault]:
    """Two PDUs in one process, in turn, with other logins, states, figures, and if the handler
    reads such a PDU, with another number of outlets: the larger one first, and the smaller one.
    """
    other = judge.other_pdu()
    for is_smaller_first in (False, True):
        one_object = judge.handler.anew() if is_smaller_first else judge.handler.one_object
        units = [judge.unit(), judge.unit(contents=other.contents if other else None)]
        turn_over(units[1])
        first = Expected(rule="pdus", is_well=True)
        expectations = [first, first._replace(sums=other.sums if other else {})]
        readings = itertools.product((0, 1, 0), READINGS)
        commands = itertools.product((0, 1), ("port_down", "status"))
        targets = [Target(unit, one_object(unit.port)) for unit in units]
        for number, method in (*readings, *commands):
            place = 1 - number if is_smaller_first else number
            requests_of_other = len(units[1 - place].requests)
            fault = judge.fault("two PDUs", targets[place], expectations[place], method)
            if fault is not None:
                yield fault
            if len(units[1 - place].requests) != requests_of_other:
                yield Fault("pdus", method, "asked another PDU than its own", "two PDUs")
        lacking = units[0].outlet_states().keys() - units[1].outlet_states().keys()
        for outlet in lacking if judge.is_over_http else ():  # an agent refuses what it lacks
            expected = _NO_OUTLET._replace(outlet=outlet)
            fault = judge.fault("two PDUs", targets[1], expected, "port_down")
            if fault is not None:
                yield fault


def _changed_by_hand(judge: Judge) -> Iterator[Fault]:
    """One object, while the outlets change by hand; then commanded off, and on by hand."""
    target = judge.target_of_one_object()
    expected = Expected(rule="asked", is_well=True)
    for _ in range(_CHANGES):
        fault = judge.fault("changed by hand", target, expected, "status")
        if fault is not None:
            yield fault
        turn_over(target.unit)
    outlet = outlet_to_switch(target.unit, on=False)
    for method in ("port_down", "status") * 2 if outlet else ():
        expected = expected._replace(outlet=outlet)
        fault = judge.fault("switched on by hand", target, expected, method)
        if fault is not None:
            yield fault
        target.unit.turn_outlet(outlet, on=True)


def _changed_figures(judge: Judge) -> Iterator[Fault]:
    """All figures of one PDU change, and it is read by the same object and by another."""
    target = judge.target_of_one_object()
    new_methods = judge.handler.methods(target.unit.port)
    if not has_meter(judge.sums):
        try:
            figures_of_handler = target.methods.figures()
        except Exception as error:
            text = f"raised {error_text(error)}"
            yield Fault("asked", "statistic", text, "", UNTRIED, is_late=is_late(error))
            return
        if not named_figures(figures_of_handler):
            return
    # where no number is known that may change, a request proves that it asks
    other = judge.other_figures() or OtherFigures(target.unit.contents, judge.sums)
    figures = [OtherFigures(target.unit.contents, judge.sums), other]
    for number in range(_CHANGES):
        methods = new_methods if number // 2 % 2 else target.methods
        target.unit.contents, sums = figures[number % 2]
        expected = Expected(rule="asked", is_well=True, sums=sums)
        fault = judge.fault(
            "changed figures", target._replace(methods=methods), expected, "statistic"
        )
        if fault is not None:
            yield fault


# ---- PDUs with a fault ---------------------------------------------------------------------------


# a datagram has no connection to leave open, and these protocols have no word for "busy"
_FAULTS_OVER_HTTP = (UnitFault.UNANSWERED, UnitFault.BUSY)


def _command_faults(judge: Judge) -> Iterator[Case]:
    for (fault, rule), method in itertools.product(RULE_OF_FAULT.items(), COMMANDS):
        if judge.is_over_http or fault not in _FAULTS_OVER_HTTP:
            make_target = partial(judge.target_of_one_object, fault)
            yield Case(make_target, (method,), Expected(rule, must_raise=rule == "refused"))


def _cases_of_fault(
    judge: Judge, fault: UnitFault, methods: Sequence[str], expected: Expected
) -> Iterator[Case]:
    """A PDU that has this fault after it was read at its address by this object or another."""
    for make_target in (judge.target_read_before, judge.remembering_target):
        yield Case(partial(make_target, fault), methods, expected)


def _halves(judge: Judge) -> Iterator[Case]:
    return _cases_of_fault(judge, UnitFault.HALF, READINGS, Expected(rule="short"))


def _one_answer(judge: Judge) -> Iterator[Case]:
    """One of the answers is a half, or an error; the others are as recorded. The PDU was read
    before by the same object; or it is the first answer of all, such as that to a login.
    """
    targets = (judge.target_of_one_object, judge.remembering_target)
    methods = judge.methods if judge.is_over_http else ()
    for make_target, method in itertools.product(targets, methods):
        target = make_target()
        before = len(target.unit.answers)
        judge.call_ignoring_errors(target.methods, target.unit, method)
        sizes = [len(answer) for answer in target.unit.answers[before:][:_MOST_REQUESTS]]
        if not sizes:
            continue
        numbers = {0}
        if make_target == judge.remembering_target:
            last = len(sizes) - 1
            longest = sizes.index(max(sizes))
            numbers |= {min(1, last), last, longest}
        disturbances = (UnitFault.HALF, 401, 404, 500, 503)
        for number in sorted(numbers):
            for disturbance in disturbances if method in READINGS else disturbances[:2]:
                spoilt = partial(_disturbed_target, make_target, number + 1, disturbance)
                yield Case(spoilt, (method,), Expected(rule="short"))


def _disturbed_target(
    make_target: Callable[[], Target], number: int, disturbance: Disturbance
) -> Target:
    """A PDU whose answer of this number from now is spoilt; over HTTP alone."""
    target = make_target()
    if isinstance(target.unit, HttpPdu):
        target.unit.disturbances = {len(target.unit.messages) + number: disturbance}
    return target


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
    yield Case(judge.target, COMMANDS, _NO_OUTLET._replace(outlet=ABSENT))


# ---- PDUs that lack something --------------------------------------------------------------------


def _lost_states(judge: Judge) -> Iterator[Case]:
    """A PDU that does not answer the state of one outlet. The handler may read it from another
    object; the state that it remembers from before is not the one of now.
    """
    states = judge.model.outlet_states()
    expected = Expected(rule="lost state", states=states)
    for outlet in states:
        for contents in judge.model.without_state(outlet):
            yield Case(partial(judge.remembering_target, contents=contents), ("status",), expected)


def _empty_names(judge: Judge) -> Iterator[Case]:
    """An outlet has lost its name, which is no reason to leave it out."""
    expected = Expected(rule="lost state", states=judge.model.outlet_states())
    for contents in judge.model.with_empty_names():
        yield Case(partial(judge.target, contents=contents), ("status",), expected)


def _third_states(judge: Judge) -> Iterator[Case]:
    """An outlet in the middle or the last one has a state that is neither on nor off. A command
    of it is the one of any other state.
    """
    states = judge.model.outlet_states()
    outlets = [name for name, state in states.items() if state is not None]
    for outlet in dict.fromkeys([*outlets[len(outlets) // 2 :][:1], *outlets[-1:]]):
        expected = Expected(rule="lost state", states={**states, outlet: None}, outlet=outlet)
        third_contents = judge.model.with_third_states(outlet)
        for contents in third_contents if outlet == outlets[-1] else third_contents[:1]:
            make_target = partial(judge.remembering_target, contents=contents)
            yield Case(make_target, (*READINGS, "port_up"), expected)


def _absent_rows(judge: Judge) -> Iterator[Case]:
    """All is missing that the PDU says of an outlet; a sum over the rest is all that can be
    known. A command of an outlet behind it is not that of the next place.
    """
    for outlet, contents in judge.model.without_row():
        energy = name_of_energy(outlet)
        sums = {name: sums for name, sums in judge.sums.items() if "outlet" in name}
        sums.pop(energy, None)
        expected = Expected(
            "lost state",
            states={**judge.model.outlet_states(), outlet: None},
            sums=sums,
            outlet=outlet,
            absent_outlets=(outlet,),
        )
        methods = ("status", "statistic", "port_down")
        for make_target in (
            partial(judge.target, contents=contents),
            partial(judge.remembering_target, contents=contents),
        ):
            yield Case(make_target, methods, expected)
            yield Case(make_target, ("port_down",), expected._replace(outlet=""))


def _exchanged_rows(judge: Judge) -> Iterator[Case]:
    """The first outlet's row stands where the last one's was: a place is no outlet."""
    if judge.unit().exchange_rows():
        make_target = partial(_exchanging_target, judge)
        yield Case(make_target, ("status", *COMMANDS), Expected(rule="", is_well=True))


def _exchanging_target(judge: Judge) -> Target:
    """A PDU that exchanges two rows after it was read."""
    target = judge.target_of_one_object()
    error = read(target.methods)
    target.unit.exchange_rows()
    return target._replace(error_before=error)


def _cases_of_contents(rule: str, judge: Judge) -> Iterator[Case]:
    """A PDU whose figures or lists are changed, as the rule wants it."""
    model = judge.model
    make_changed_contents = {
        "meter": model.without_figures,
        "part": model.without_figure_rows,
        "zero": model.with_zero_figures,
        "empty": model.without_outlets,
    }
    is_of_figure = rule in ("meter", "zero")
    expected = Expected(rule, states=model.outlet_states(), is_of_figure=is_of_figure)
    methods = ("status",) if rule == "zero" else READINGS
    make_target = judge.remembering_target if rule == "meter" else judge.target
    for contents in make_changed_contents[rule]():
        yield Case(partial(make_target, contents=contents), methods, expected)


def _states_by_figures(judge: Judge) -> Iterator[Fault]:
    """A state that is another one while a figure is 0 tells why a PDU that is well is misread."""
    methods = judge.handler.methods
    with contextlib.suppress(Exception):
        states = [state for _, state in methods(judge.model.port).states()]
        for contents in judge.model.with_zero_figures():
            unit = judge.unit(contents=contents)
            new_states = [state for _, state in methods(unit.port).states()]
            changes = [old for old, new in zip(states, new_states) if old is not new]
            if len(changes) == 1:  # several are the bits of one number
                text = "returns another state of an outlet while a figure is 0"
                yield Fault("zero", "status", text)
                return


# ---- logins and the process ----------------------------------------------------------------------


def _refused_logins(judge: Judge) -> Iterator[Fault]:
    """A handler sends a refused login once. Its first login is refused, or one after a login that
    was taken; other requests are answered as recorded, such as the page with its form.
    """
    targets = (judge.target, judge.remembering_target)
    for make_target, method in itertools.product(targets, judge.methods):
        target = make_target()
        unit = target.unit
        assert isinstance(unit, HttpPdu)
        unit.denies = judge.handler.is_login
        unit.messages.clear()
        judge.call_ignoring_errors(target.methods, unit, method)
        logins = [message for message in unit.messages if judge.handler.is_login(message)]
        with_body = [message for message in unit.messages if message.partition("\n\n")[2]]
        # another password, such as the factory's, is sent as the first was
        others = [message for message in with_body if logins and message not in logins]
        # the token of a session from before does not count: it is refused, and one login may follow
        is_other_than_basic = any(map(_OTHER_THAN_BASIC.search, logins[:1]))
        is_session = make_target == judge.remembering_target and is_other_than_basic
        login_count = len(logins) + len(others) - (1 if is_session else 0)
        if login_count > 1:
            text = f"sent {login_count} logins, and each was refused"
            yield Fault("login", method, text, "a login that is refused")
            return
        if unit.requests:
            judge.note_tried("login")


def _redirects(judge: Judge) -> Iterator[Fault]:
    """A copy of the PDU stands at the address to which all requests, or commands, lead."""
    for status, method in itertools.product(_REDIRECTS, judge.methods):
        for is_of_all in (True, False) if method in COMMANDS else (True,):
            target, other = judge.target(), judge.unit()
            unit = target.unit
            assert isinstance(unit, HttpPdu) and isinstance(other, HttpPdu)
            response = status, None, {"Location": f"http://localhost:{other.port}"}
            if is_of_all:
                unit.redirect = response
            else:
                unit.refusal = response
            judge.call_ignoring_errors(target.methods, unit, method)
            is_sent = any(map(judge.handler.is_login, other.messages))
            is_tried = bool(unit.requests if is_of_all else unit.commands)
            other.close()
            unit.close()
            if is_sent:
                text = "sent the login to another server, to which the PDU redirected it"
                yield Fault("redirect", method, text, f"HTTP {status}")
                return
            if is_tried:
                judge.note_tried("redirect")


def _proxies(judge: Judge) -> Iterator[Fault]:
    """A copy of the PDU is the proxy that the environment names when the handler is loaded."""
    proxy, unit = judge.unit(), judge.unit()
    address = f"http://127.0.0.1:{proxy.port}"
    with _environment(http_proxy=address, HTTP_PROXY=address, no_proxy="", NO_PROXY=""):
        for method in judge.methods:
            judge.call_ignoring_errors(judge.handler.anew()(unit.port), unit, method)
            if proxy.requests:
                yield Fault("proxy", method, "asked the proxy that the environment names")
                return
    if unit.requests:
        judge.note_tried("proxy")


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """An environment with these values, in which urlopen looks for a proxy anew."""
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


def _connections(judge: Judge) -> Iterator[Fault]:
    """Sockets after some polls, each by an object of its own."""
    target = judge.target()
    unit = target.unit
    assert isinstance(unit, HttpPdu)
    for _ in range(_POLLS):
        judge.call_ignoring_errors(target.methods, unit, "status")
    gc.collect()
    end = time.monotonic() + _CLOSED_S
    while unit.open_connections >= _POLLS and time.monotonic() < end:
        time.sleep(0.05)
    if unit.open_connections >= _POLLS:
        text = f"leaves {unit.open_connections} connections open after {_POLLS} calls"
        yield Fault("connections", "status", text)
    elif unit.requests:
        judge.note_tried("connections")


def _process(judge: Judge) -> Iterator[Fault]:
    """What the handler changed for all that runs beside it."""
    for change in restore_process():
        text = f"it changes {change} for the whole process"
        yield Fault("process", "", text, is_certain=True)
    judge.note_tried("process")


_RULES_OF_WELL = (
    *("status", "states", "statistic", "figures", "poll", "port_down", "port_up", "others", "once"),
)
_COMMAND_RULES = ("late", "stuck", "pending", "answer lost", "unread", "refused")
ON_ONE_PDU = [
    Situation(WELL, _RULES_OF_WELL, steps=_well),
    Situation("changed by hand", ["asked"], steps=_changed_by_hand),
]
NO_OUTLET = Situation("an outlet that is not there", ["no outlet"], _absent_outlet)
TABLE = Table(
    first=[
        *ON_ONE_PDU,
        Situation("two PDUs", ["pdus"], steps=_two_pdus),
        Situation("changed figures", ["asked"], steps=_changed_figures),
    ],
    causes=[Situation("a figure of 0", ["zero"], steps=_states_by_figures)],
    at_once=[
        Situation("a fault at a command", _COMMAND_RULES, _command_faults, ends=True),
        Situation("half of each answer", ["short"], _halves, ends=True),
        Situation("one answer is spoilt", ["short"], _one_answer, ends=True),
        Situation("a refused login", [], _refused_login, ends=True),
        Situation("no answer", ["silent"], _silences, ends=True),
        Situation("an error at each request", ["silent"], _errors, ends=True),
        NO_OUTLET,
        Situation("a state that cannot be read", ["lost state"], _lost_states),
        Situation("an empty name", ["lost state"], _empty_names),
        Situation("a state that is not documented", ["lost state"], _third_states),
        Situation("an absent row", ["lost state"], _absent_rows),
        Situation("exchanged rows", ["states", "others"], _exchanged_rows),
        Situation("a figure that cannot be read", ["meter"], partial(_cases_of_contents, "meter")),
        Situation("an absent figure", ["part"], partial(_cases_of_contents, "part")),
        Situation("a figure of 0", ["zero"], partial(_cases_of_contents, "zero")),
        Situation("an empty list", ["empty"], partial(_cases_of_contents, "empty")),
        Situation("a refused login", ["login"], steps=_refused_logins, is_over_http=True),
        Situation("a redirect", ["redirect"], steps=_redirects, is_over_http=True),
    ],
    alone=[
        Situation("polls", ["connections", "code"], steps=_connections, is_over_http=True),
        # before the opener of urlopen is forgotten
        Situation("the process", ["process"], steps=_process),
        Situation("a proxy", ["proxy"], steps=_proxies, is_over_http=True),
    ],
)
