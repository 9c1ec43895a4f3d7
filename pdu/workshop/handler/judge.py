"""Runs the cases of a handler on simulated PDUs, and makes a finding for each rule.

A rule is what a handler should keep, by its key in RULES: "once" is "a command is written once". A
`Case` calls methods of the handler in turn on one PDU, which may have a fault, such as STUCK: it
accepts commands and does not switch; without a fault it is "well". A `CaseGroup` has the cases of
one kind. A `Problem` says that a rule is broken, or that it was not tried. A PDU's `contents` are
what it answers from, such as the texts of its recording. `handler.methods(port)` are the handler's
methods for the PDU at a port of this machine; `handler.loaded_again()(port)` are those of the
handler imported anew, so that it remembers nothing.

On a machine that is busy, the simulated PDU itself answers late. So a problem is told only if two
runs show it, the second one with nothing beside it. A time-out (`problem.is_timeout`) proves
nothing, and interrupts its group: a request that arrives late would be taken for one of a later
call, so that the group's other calls are left out.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault, port_mark
from .calls import ENDLESS, Methods, error_text
from .checked_call import (
    COMMANDS,
    METHODS,
    READINGS,
    SLOW_S,
    CheckedCall,
    Expected,
    MadeHandler,
    Problem,
    call_method,
    figures_phrase,
)
from .comparisons import TrueFigures, has_meter, named_figures, problem_of_states, true_figures_of
from .rules import BROKEN, RULES, UNTRIED, Finding, broken, kept, untried

_AT_ONCE = 24
# how often a case is repeated whose problem a busy machine may explain
_REPEATS = 3
# what a call that is right shows of a PDU that is well
_RULES_OF_METHODS: Mapping[str, Sequence[str]] = {
    "status": ("status", "states", "poll"),
    "statistic": ("statistic", "figures", "poll"),
    "port_down": ("port_down", "others", "once"),
    "port_up": ("port_up", "others", "once"),
}
_RULES_OF_COMMANDS = (
    *("port_down", "port_up", "others", "once", "late", "stuck", "pending", "answer lost"),
    *("unread", "refused", "no outlet"),
)
_READING_RULES = ("status", "states", "statistic", "figures", "poll")
_EXPLAINED = "a fault of a PDU that is well explains what follows"
_NO_METER = "the device has no meter"


class CalledPdu(NamedTuple):
    """A PDU, and the methods that are called on it: `pdu.methods.states()` asks `pdu.unit`."""

    unit: SimulatedPdu
    methods: Methods
    #: of the reading that was to prepare the case; "" if it succeeded
    preparation_error: str = ""


class ContentsWithFigures(NamedTuple):
    """What a PDU answers from, and the figures that are right then, by name:

    ContentsWithFigures('{"relay": true, "ampere": 1.0}', {"load": [1.0]})
    """

    contents: Any
    true_figures: TrueFigures


class Case(NamedTuple):
    """Methods that are called in turn on one PDU. A PDU that does not switch, and one that is mute:

    Case(partial(judge.new_pdu, UnitFault.STUCK), ["port_down"], Expected("stuck"))
    Case(partial(judge.new_pdu, UnitFault.MUTE), READINGS, Expected("silent", must_raise=True))
    """

    make_pdu: Callable[[], CalledPdu]
    methods: Sequence[str]
    expected: Expected


class CaseRun(NamedTuple):
    """The problems of a case that ran, and its PDU. A PDU of commands stays open, as a thread of
    the handler may write later: a third command, where `command_count` is 2.
    """

    problems: Sequence[Problem]
    unit: SimulatedPdu
    #: how many commands the PDU had got when the last method had ended
    command_count: int


class CaseGroup(NamedTuple):
    """Cases of one kind, which may run beside others; or steps, a function that calls the handler
    by itself and gives the problems, while nothing runs beside it:

    CaseGroup("half of each answer", ["short"], cases=_halves, checks_recovery=True)
    CaseGroup("two PDUs", ["pdus"], steps=_two_pdus)
    """

    name: str
    #: the rules that it tries; a problem may be of another one
    rules: Sequence[str]
    cases: Callable[[Judge], Iterator[Case]] = lambda _: iter(())
    steps: Callable[[Judge], Iterator[Problem]] = lambda _: iter(())
    is_over_http: bool = False
    #: whether the PDU's fault ends after each case, and the PDU is read and commanded then
    checks_recovery: bool = False


class Table(NamedTuple):
    """All groups, in the order in which they run: `first`, then `at_once` and `alone`. If a group
    of the first shows a broken rule, the groups after it would show it again: `causes` run in their
    place.
    """

    first: Sequence[CaseGroup]
    #: they may tell why a PDU that is well is misread
    causes: Sequence[CaseGroup]
    #: their cases run beside each other
    at_once: Sequence[CaseGroup]
    #: they change the process, so that nothing may run beside them
    alone: Sequence[CaseGroup]


class Judge:
    """Runs the cases of one handler. `model` is a PDU that is well. `why_no_commands` says why
    commands cannot be tried; "" if they can. Three notes are taken while cases run:
    `_detail_by_tried_rule` has the rules of which a case was seen to its end, with what was seen;
    `_reason_by_interrupted_rule` the rules of the groups that a time-out interrupted, with its
    sentence; `_commands_in_transit` counts, by PDU, the commands that may arrive after their call.
    `_is_slow` says whether a call took long since a run began, though its PDU answers.

    judge = Judge(make_unit, handler, stack, "the recording")
    for finding in judge.findings(TABLE):
        ...    # status kept: 8 outlets of the recording; once broken: port_down wrote 2 times
    """

    def __init__(
        self,
        make_unit: Callable[[UnitFault], SimulatedPdu],
        handler: MadeHandler,
        stack: contextlib.ExitStack,
        about: str,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`make_unit`: makes a simulated PDU with a fault, which `stack` closes; `about`: what it
        is, for people, such as "the recording"; `tell`: shows what is tried.
        """
        self._tell = tell
        self._make_unit = make_unit
        self._stack = stack
        self._about = about
        self._units: list[SimulatedPdu] = []
        self._commands_in_transit: Counter[SimulatedPdu] = Counter()
        self._is_slow = False
        self.handler = handler
        #: whether other cases run beside this one, and ask other PDUs
        self._is_at_once = False
        self._takes_longer_tokens = self._reads_with_longer_token()
        self.model = self.new_unit()
        self.is_over_http = isinstance(self.model, HttpPdu)
        self.true_figures = true_figures_of(self.model.measured_sums())
        #: contents of the model with other figures; None if no such are known
        self._other_contents: Any = None
        self.why_no_commands = self.model.reason_by_untried_rule.get("port_down", "")
        self._detail_by_tried_rule: dict[str, str] = {}
        self._reason_by_interrupted_rule: dict[str, str] = {}

    def findings(self, table: Table) -> Iterator[Finding]:
        """Run the groups of the table. Returns a finding for each rule of which cases can run on
        this PDU, in the order of RULES:

            status kept: 8 outlets of the recording
            once broken: port_down wrote 2 times
            late not tried: port_down had no answer in time, of a PDU that answers
        """
        problems, unfinished_rules = self._run_table(table)
        why_by_rule = dict.fromkeys(unfinished_rules, _EXPLAINED)
        if self.why_no_commands:
            why_by_rule.update(dict.fromkeys(_RULES_OF_COMMANDS, self.why_no_commands))
        why_by_rule.update(self.model.reason_by_untried_rule)
        for rule in RULES:
            problems_of_rule = [problem for problem in problems if problem.rule == rule]
            finding = self._finding(rule, problems_of_rule, why_by_rule.get(rule, ""))
            if finding is not None:
                yield finding

    def _finding(self, rule: str, problems: Sequence[Problem], why: str) -> Optional[Finding]:
        """The finding of a rule; None if it has no case for this PDU. `problems`: those of this
        rule; `why`: why not all its cases were tried; "" if they were.

            problems                              finding
            a broken one, a time-out              broken: port_down wrote 2 times
            a time-out                            not tried: port_down had no answer in time
            none, and `why`                       not tried: `why`
            none, and a case ran                  kept: 8 outlets of the recording
            none, a time-out interrupted a group  kept: not in each case: statistic had no answer
            none, and no case ran                 None
        """
        broken_problems = [problem for problem in problems if problem.result == BROKEN]
        if broken_problems:
            return broken(rule, broken_problems[0].sentence)
        if problems or why:
            return untried(rule, problems[0].sentence if problems else why)
        detail = self._detail_by_tried_rule.get(rule)
        if detail is None:
            return None
        details = [detail, self._reason_by_interrupted_rule.get(rule)]
        return kept(rule, "; ".join(filter(None, details)))

    def _run_table(self, table: Table) -> tuple[list[Problem], Collection[str]]:
        """Run the groups of the table. Returns their problems, and the rules of the groups that did
        not run, because a rule was broken on a PDU that is well:

            problem in one of `table.first`      groups that run after it
            a rule is broken                     `table.causes` alone
            status not tried                     none
            port_down had no answer in time      all, without commands
            none, or another rule not tried      all
        """
        problems: list[Problem] = []
        for number, group in enumerate(table.first):
            problems += self._problems_of_group(group)
            if any(problem.result == BROKEN for problem in problems):
                for cause in table.causes:
                    problems += self._problems_of_group(cause)
                rows = (*table.first[number:], *table.at_once, *table.alone)
                return problems, self._unfinished_rules(rows)
            if any(problem.rule == "status" for problem in problems):
                return problems, ()
            for problem in problems:
                if problem.is_timeout and problem.rule in COMMANDS:
                    self.why_no_commands = problem.sentence
        problems += self._faults_at_once(table.at_once)
        for group in (*table.at_once, *table.alone):
            if self.is_over_http or not group.is_over_http:
                group_of_steps = group._replace(cases=lambda _: iter(()))
                problems += self._problems_of_group(group_of_steps)
        return problems, ()

    def _problems_of_group(self, group: CaseGroup) -> Sequence[Problem]:
        """Run a group alone, again while chance may explain its problems. Returns its problems, and
        notes its rules if a time-out interrupted it.
        """
        problems = self._problems_seen_twice(partial(self._problems_alone, group))
        self._note_interrupted_rules(group, problems)
        return problems

    def _note_interrupted_rules(self, group: CaseGroup, problems: Sequence[Problem]) -> None:
        """Note in `_reason_by_interrupted_rule` the rules of a group with a time-out, as the calls
        after it were left out:

            {"silent": "not in each case: status had no answer in time, of a PDU that answers"}
        """
        for problem in problems:
            if problem.is_timeout:
                reason = f"not in each case: {problem.sentence}"
                self._reason_by_interrupted_rule.update(dict.fromkeys(group.rules, reason))

    def _unfinished_rules(self, groups: Sequence[CaseGroup]) -> set[str]:
        """The rules of groups that did not run to their end, without those of readings that were
        tried. Of the group "a PDU that is well", which ended when port_down was broken:

            {"port_down", "port_up", "others", "once"}, without status, states, poll, ...
        """
        rules: set[str] = set()
        for group in groups:
            if self.is_over_http or not group.is_over_http:
                rules.update(group.rules)
        finished_rules = set(_READING_RULES).intersection(self._detail_by_tried_rule)
        return rules - finished_rules

    def problems_in(self, group: CaseGroup) -> Iterator[Problem]:
        """Run a group alone, once, its cases one after another. Yields each problem when it is
        seen: who takes no more of them ends the group.
        """
        for case in group.cases(self):
            yield from self._problems_of_case(group, case, wait_s=0.0)
        yield from group.steps(self)

    def _problems_alone(self, group: CaseGroup) -> list[Problem]:
        """Run a group alone, once, until a call has no answer in time. Returns its problems; only
        the last one can be a time-out.
        """
        self._tell(group.name)
        problems: list[Problem] = []
        for problem in self.problems_in(group):
            problems.append(problem)
            if problem.is_timeout:
                break
        return problems

    def _problems_seen_twice(
        self, run: Callable[[], Sequence[Problem]], problems_at_once: Sequence[Problem] = ()
    ) -> Sequence[Problem]:
        """Run a case or a group alone up to four times, until a run is right or two runs were
        wrong. Returns the problems that count: what is wrong in one run alone may be chance, and a
        time-out may come of a busy machine.

            runs                                   result
            right                                  []
            wrong, wrong                           the problems of the last run
            time-out, right                        []
            wrong, right                           not tried: seen once, and not again
            wrong with a slow answer, right        []
            time-out, time-out, time-out, time-out not tried, as the last run says
            wrong, `is_certain`                    its problems, after this one run

        `run`: runs it once, and gives its problems; `problems_at_once`: those of a run beside other
        cases, which counts as the first one, and as slow; () if there was none.
        """
        is_alone = not problems_at_once
        self._is_slow = False
        problems = run() if is_alone else problems_at_once
        was_wrong = False
        for _ in range(_REPEATS):
            if all(problem.is_certain for problem in problems):
                return problems
            is_wrong = any(not problem.is_timeout for problem in problems)
            if is_wrong and was_wrong:
                return problems
            was_wrong = was_wrong or is_wrong
            may_be_late = self._is_slow or not is_alone
            self._is_slow = False
            problems_before, problems = problems, run()
            if not problems and is_wrong and not may_be_late:
                return [seen_in_one_run(problem) for problem in problems_before]
        is_wrong = any(not problem.is_timeout for problem in problems)
        if was_wrong or not is_wrong:
            return problems
        return [seen_in_one_run(problem) for problem in problems]

    def _faults_at_once(self, groups: Sequence[CaseGroup]) -> list[Problem]:
        """Run the cases of these groups beside each other, 24 at a time; then run each case with a
        problem again, alone, unless the problem is of a rule that is broken already. Returns the
        problems, in the order of the cases:

            beside others                       alone                result
            port_down had no answer in time     right                none
            port_down wrote 2 times             wrote 2 times        once: broken
            wrote after the method had ended    right                none
        """
        cases = [(group, case) for group in groups for case in group.cases(self)]
        self._tell(f"{len(cases)} trials, of a PDU with a fault each")
        self._is_at_once = True
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            runs = list(pool.map(lambda row: self._run_case(*row), cases))
        self._is_at_once = False
        problems: list[Problem] = []
        for (group, case), case_run in zip(cases, runs):
            late_writes = self._writes_after_end(case_run)
            case_run.unit.close()
            broken_rules = {problem.rule for problem in problems if problem.result == BROKEN}
            first_problems = [*case_run.problems, *late_writes]
            new_problems = [item for item in first_problems if item.rule not in broken_rules]
            if new_problems:
                wait_s = case_run.unit.LATE_S if late_writes else 0.0
                run_alone = partial(self._problems_of_case, group, case, wait_s)
                problems_of_case = self._problems_seen_twice(run_alone, new_problems)
                if not case.expected.rule:  # else the problem is of this rule
                    self._note_interrupted_rules(group, problems_of_case)
                problems += problems_of_case
        return problems

    def _problems_of_case(self, group: CaseGroup, case: Case, wait_s: float) -> list[Problem]:
        """Run a case alone, and wait `wait_s` seconds after it. Returns its problems. A command
        that arrives while it waits is a problem, too: a thread of the handler wrote after the
        method had ended.
        """
        self._tell(f"{group.name}, once more")
        case_run = self._run_case(group, case)
        time.sleep(wait_s)
        problems = [*case_run.problems, *self._writes_after_end(case_run)]
        case_run.unit.close()
        return problems

    def _writes_after_end(self, case_run: CaseRun) -> list[Problem]:
        """The problem of a handler that wrote after its methods had ended, as by a thread; [] if it
        did not. A call without an answer in time may have sent a command that arrives later: one
        for each such call is no problem.

            commands in the calls    after them    the call                 result
            off 3                    none          returned                 []
            none                     off 3         had no answer in time    []
            off 3                    off 3         returned                 once: it wrote off 3 ...
        """
        unit = case_run.unit
        late_commands = unit.commands[case_run.command_count :]
        if len(late_commands) <= self._commands_in_transit[unit]:
            return []
        text = f"it wrote {late_commands[-1].text} after the method had ended"
        return [Problem("once", "", text, "a fault at a command")]

    def _run_case(self, group: CaseGroup, case: Case) -> CaseRun:
        """Make the PDU of a case, and call the methods of the case on it, until one has no answer
        in time. If all are right and the group checks recovery, the PDU's fault ends, and it is
        read and commanded. Of a case with the methods status and statistic:

            status                      called after it
            is right                    statistic; then the fault ends: status, port_down
            returned a wrong state      statistic
            had no answer in time       nothing
            did not end                 nothing
            could not be prepared       nothing; nor is status called
        """
        pdu = case.make_pdu()
        contents = pdu.unit.contents
        problems: list[Problem] = []
        if pdu.preparation_error:
            why = f"a reading before it failed ({pdu.preparation_error[:150]})"
            rule = case.expected.rule or case.methods[0]
            problems.append(Problem(rule, "", why, "", UNTRIED, is_timeout=True))
        for method in case.methods:
            if any(problem.is_timeout for problem in problems):
                break
            problems += self.problems_of_call(group.name, pdu, case.expected, method)
            if any(ENDLESS in problem.text for problem in problems):
                break
        if group.checks_recovery and not problems:
            problems += self._problems_of_recovery(group.name, pdu, contents, case.methods[0])
        if case.methods[0] not in COMMANDS:
            pdu.unit.close()  # a server takes some of a processor
        pdu.unit.answers.clear()  # which take memory
        return CaseRun(problems, pdu.unit, len(pdu.unit.commands))

    def _problems_of_recovery(
        self, name: str, pdu: CalledPdu, contents: Any, method: str
    ) -> Iterator[Problem]:
        """End the PDU's fault, and call status and a command on it. Yields the first problem: a
        handler that keeps an old state or an old connection is found by it. `method`: the first of
        the case; `contents`: the PDU's before the case.

            `method`     then
            status       all outlets are toggled by hand; status, port_down
            port_down    status; the PDU gets `contents` back; port_down

        After the fault PENDING, an outlet is neither on nor off: its state may be an error.
        """
        is_well = pdu.unit.fault is not UnitFault.PENDING
        pdu.unit.begin(UnitFault.NONE)
        expected = Expected(rule="asked", is_well=is_well)
        is_command = method in COMMANDS
        if not is_command:
            toggle_outlets(pdu.unit)
        for next_method in ("status", method if is_command else "port_down"):
            problems = self.problems_of_call(f"well again after {name}", pdu, expected, next_method)
            yield from problems
            if problems:
                return
            if is_command:
                pdu.unit.contents = contents
                expected = expected._replace(is_well=True)

    # ---- PDUs ------------------------------------------------------------------------------------

    def new_unit(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> SimulatedPdu:
        """A simulated PDU with this fault, of which one outlet is on and one is off, if it has two:

            recorded states    {"1": True, "2": True, "3": True}
            of the result      {"1": False, "2": True, "3": True}

        `contents`: what it answers from, with its outlets as they are; None for the recorded one.
        Over HTTP its session tokens end with its port, if the handler takes such tokens.
        """
        unit = self._bare_unit(fault)
        if isinstance(unit, HttpPdu) and self._takes_longer_tokens:
            unit.token = port_mark(unit.port)
        if contents is not None:
            unit.contents = contents
            return unit
        states = unit.outlet_states()
        for state in (False, True):
            if len(states) > 1 and state not in states.values():
                unit.turn_outlet(next(iter(states)), on=state)
        return unit

    def _bare_unit(self, fault: UnitFault) -> SimulatedPdu:
        """A simulated PDU with this fault, with the states that were recorded. Notes it in
        `_units`, which has all PDUs that were made; it is closed with the judge's stack.
        """
        unit = self._make_unit(fault)
        self._stack.callback(unit.close)
        self._units.append(unit)
        return unit

    def _reads_with_longer_token(self) -> bool:
        """Whether the handler reads the states of a PDU over HTTP whose session tokens end with the
        PDU's port, such as "secret-1p8080x". They show to which PDU a token belongs; a handler may
        refuse them, for example for their length. False over another protocol.
        """
        unit = self._bare_unit(UnitFault.NONE)
        if not isinstance(unit, HttpPdu):
            return False
        unit.token = port_mark(unit.port)
        with contextlib.suppress(Exception):
            return bool(self.handler.loaded_again()(unit.port).states())
        return False

    def new_pdu(self, fault: UnitFault = UnitFault.NONE, contents: Any = None) -> CalledPdu:
        """A PDU with this fault and these contents (None: its own), and methods of the handler that
        call make_handler at each call.
        """
        unit = self.new_unit(fault, contents)
        return CalledPdu(unit, self.handler.methods(unit.port))

    def pdu_with_reused_object(
        self, fault: UnitFault = UnitFault.NONE, contents: Any = None
    ) -> CalledPdu:
        """A PDU with this fault and these contents (None: its own), and methods of the handler that
        call make_handler once and reuse its object, which may keep what it read.
        """
        unit = self.new_unit(fault, contents)
        return CalledPdu(unit, self.handler.object_at(unit.port))

    def pdu_read_by_other_object(self, fault: UnitFault = UnitFault.NONE) -> CalledPdu:
        """A PDU that was read, and then got this fault; and methods that call make_handler at each
        call, so that only the handler's module or class can have kept what was read. Its
        `preparation_error` is the error of that reading; "" if it succeeded.
        """
        pdu = self.new_pdu()
        error = first_reading_error(pdu.methods)
        pdu.unit.begin(fault)
        return pdu._replace(preparation_error=error)

    def pdu_read_by_same_object(
        self, fault: UnitFault = UnitFault.NONE, contents: Any = None
    ) -> CalledPdu:
        """A PDU that was read, and then changed and got this fault; and methods of the handler
        object that read it, which may have kept what it read:

            when it was read    outlet 1 off, outlet 2 on, 1.0 A
            now                 outlet 1 on, outlet 2 off, 2.0 A; and the fault

        `contents`: what it answers from now; None for those of `model`. Its `preparation_error` is
        the error of that reading; "" if it succeeded.
        """
        pdu = self.pdu_with_reused_object(contents=self._other_contents)
        toggle_outlets(pdu.unit)
        error = first_reading_error(pdu.methods)
        pdu.unit.contents = self.model.contents if contents is None else contents
        pdu.unit.begin(fault)
        return pdu._replace(preparation_error=error)

    def contents_of_other_pdu(self) -> Optional[ContentsWithFigures]:
        """The contents of a PDU of the same make with other figures, all outlets toggled, and fewer
        outlets; with as many outlets if the handler reads no smaller one. None if no numbers are
        found that change the figures.

            model     {"1": True, "2": False, "3": True}, 2.0 A
            result    {"1": False, "2": True}, 1.0 A
        """
        for contents in self.model.with_fewer_outlets():
            unit = self.new_unit(contents=contents)
            if self._is_readable(unit):
                return self.contents_with_other_figures(unit, is_toggled=True)
        return self.contents_with_other_figures(is_toggled=True)

    def _is_readable(self, unit: SimulatedPdu) -> bool:
        """Whether the handler, imported anew so that it remembers nothing, returns the PDU's states
        as they are.
        """
        with contextlib.suppress(Exception):
            states = self.handler.loaded_again()(unit.port).states()
            return not problem_of_states(states, unit.outlet_states(), is_well=True)
        return False

    def contents_with_other_figures(
        self, model: Optional[SimulatedPdu] = None, *, is_toggled: bool = False
    ) -> Optional[ContentsWithFigures]:
        """The contents of `model`, by default `self.model`, with other numbers in place of figures,
        and the figures that are right then; None if no numbers are found that change the figures:

            model                    result
            {"on": 1, "a": 2.0}      {"on": 1, "a": 1.0}, {"load": [1.0]}
            {"on": 1}, no meters     the same contents and figures

        A number that changes the states that the handler reads is no figure. `is_toggled`: all
        outlets are toggled meanwhile. Sets `_other_contents`, if the contents are of `self.model`.
        """
        model = model or self.model
        if not has_meter(self.true_figures):
            return ContentsWithFigures(model.contents, self.true_figures)
        for contents in model.with_other_figures():
            unit = self.new_unit(contents=contents)
            if is_toggled:
                toggle_outlets(unit)  # what is off may measure nothing
            if not self._is_readable(unit):
                continue
            true_figures = self._figures_of_changed(unit)
            if true_figures != self.true_figures and has_meter(true_figures):
                if model is self.model:
                    self._other_contents = contents
                return ContentsWithFigures(contents, true_figures)
        return None

    def _figures_of_changed(self, unit: SimulatedPdu) -> TrueFigures:
        """The figures that are right for a PDU like `model` in which numbers were changed. If it
        says that its figures are the same, it does not know them: then those that the handler reads
        of it, loaded again so that it remembers nothing. If the handler raises, the same figures.

            model {"load": [2.0]}, the PDU measures 1.0 A                      {"load": [1.0]}
            model {"load": [2.0]}, the PDU does not know; the handler 1.0 A    {"load": [1.0]}
        """
        true_figures = true_figures_of(unit.measured_sums())
        if true_figures == self.true_figures:
            with contextlib.suppress(Exception):
                figures = named_figures(self.handler.loaded_again()(unit.port).figures())
                return {name: [value] for name, value in figures.items()}
        return true_figures

    # ---- calls -----------------------------------------------------------------------------------

    @property
    def methods(self) -> Sequence[str]:
        """The names of the methods that can be tried: without commands, if `why_no_commands`."""
        return READINGS if self.why_no_commands else METHODS

    def note_tried(self, rule: str, detail: str = "") -> None:
        """Note that a case of a rule was seen to its end. `detail`: what was seen, such as "8
        outlets of the recording"; the first one of a rule is kept.
        """
        self._detail_by_tried_rule[rule] = self._detail_by_tried_rule.get(rule) or detail

    def call_ignoring_errors(self, methods: Methods, unit: SimulatedPdu, method: str) -> None:
        """Call a method, a command with an outlet that it switches, whatever it raises. Notes
        whether it was slow.
        """
        begin = time.monotonic()
        with contextlib.suppress(Exception):
            call_method(methods, method, outlet_to_switch(unit, on=method == "port_up"))
        self._is_slow = self._is_slow or time.monotonic() - begin >= SLOW_S

    def problems_of_call(
        self, case_name: str, pdu: CalledPdu, expected: Expected, method: str
    ) -> Sequence[Problem]:
        """Call a method of the handler on a PDU. Returns its only problem; [] if it is right or
        cannot be tried. Notes what the last column says:

            the call                           result                   noted
            is right                           []                       its rules as tried
            port_down wrote 2 times            once: broken             nothing
            status had no answer in time       status: not tried        nothing
            port_down had no answer in time    port_down: not tried     its command in transit
            port_down could not be tried on    []                       `why_no_commands`: later
              a PDU that is well                                        commands are not called
            port_up, if `why_no_commands`      [], it is not called     nothing

        `case_name`: for people, such as "two PDUs"; `expected`: what is right.
        """
        outlet = expected.outlet or outlet_to_switch(pdu.unit, on=method == "port_up")
        if method not in self.methods or (method in COMMANDS and not outlet):
            return []
        call = CheckedCall(
            handler=self.handler,
            true_figures=self.true_figures,
            case_name=case_name,
            unit=pdu.unit,
            expected=expected,
            method=method,
            outlet=outlet,
            count_requests_of_others=partial(self._count_requests_of_others, pdu.unit),
        )
        problem = call.problem(pdu.methods)
        self._is_slow = self._is_slow or call.is_slow
        self._commands_in_transit[pdu.unit] += call.is_command_in_transit
        if problem is None:
            self._note_tried_call(call)
            return []
        is_command_untried = problem.result == UNTRIED and problem.rule in COMMANDS
        if is_command_untried and expected.is_well and not problem.is_timeout:
            self.why_no_commands = problem.sentence
            return []
        return [problem]

    def _count_requests_of_others(self, unit: SimulatedPdu) -> int:
        """How many requests reached the PDUs but `unit` until now; 0 while cases run beside each
        other, as those ask the other PDUs.
        """
        if self._is_at_once:
            return 0
        return sum(len(other.requests) for other in self._units if other is not unit)

    def _note_tried_call(self, call: CheckedCall) -> None:
        """Note the rules that a right call tried: that of its case, and if the PDU is well those of
        its method.

            the call               noted, on a PDU that is well
            status of 8 outlets    status: 8 outlets of the recording; states, poll
            port_down              port_down, others, once
            statistic              statistic: load 2.5 A, no energy; figures, poll
        """
        if call.expected.rule:
            self.note_tried(call.expected.rule)
        if not call.expected.is_well:
            return
        if self.is_over_http:
            self.note_tried("code")
        for rule in _RULES_OF_METHODS[call.method]:
            self.note_tried(rule)
        if call.method == "status":
            self.note_tried("status", f"{len(call.answer)} outlets of {self._about}")
        elif call.method == "statistic":
            self.note_tried("statistic", figures_phrase(call.answer))
            if not has_meter(self.true_figures):
                self.note_tried("figures", _NO_METER)
                self.note_tried("meter", _NO_METER)


def outlet_to_switch(unit: SimulatedPdu, *, on: bool) -> str:
    """The last outlet that a command would switch on, or off; "" if there is none. The last one, as
    a handler that always writes to the first outlet is then found to be wrong.

        states {"1": True, "2": True, "3": False}    to switch off: "2", to switch on: "3"
    """
    outlets = [
        name
        for name, state in unit.outlet_states().items()
        if state is (not on) and unit.can_switch(name, on=on)
    ]
    return outlets[-1] if outlets else ""


def toggle_outlets(unit: SimulatedPdu) -> None:
    """Switch each outlet that is on off, and each that is off on, as by a hand at the PDU: {"1":
    True, "2": None} becomes {"1": False, "2": None}.
    """
    for outlet, state in unit.outlet_states().items():
        if state is not None:
            unit.turn_outlet(outlet, on=not state)


def first_reading_error(methods: Methods) -> str:
    """Call status and statistic. Returns the text of the first error, such as "TimeoutError: timed
    out"; "" if both succeed.
    """
    try:
        methods.states()
        methods.figures()
    except Exception as error:
        return error_text(error)
    return ""


def seen_in_one_run(problem: Problem) -> Problem:
    """The problem of one run that no other run showed: it is not tried, as it proves nothing.

    >>> problem = Problem("once", "port_down", "wrote 2 times")
    >>> seen_in_one_run(problem).result, seen_in_one_run(problem).sentence
    ('not tried', 'seen once, and not again: port_down wrote 2 times')
    """
    if problem.result == UNTRIED:
        return problem
    text = f"seen once, and not again: {problem.sentence}"
    return Problem(problem.rule, "", text, "", UNTRIED)
