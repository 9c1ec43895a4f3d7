"""On a machine that is busy, the simulated PDU itself answers late: a right handler is not blamed,
and one that writes later by a thread is found.

The judge runs cases beside each other, and a case with a problem again, alone. A corpus is a right
handler, such as "volt", with the options of `pdu handler check` for it. A test replaces the table
of all cases by some of them.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

from pdu.recordings.replay_server import Response
from pdu.recordings.simulated_pdu import HttpPdu, SimulatedPdu
from pdu.recordings.snmp.unit import SnmpUnit
from pdu.workshop.handler import bounded_methods, recording_check, snmp_check
from pdu.workshop.handler.calls import EndlessCall
from pdu.workshop.handler.case_groups import ON_ONE_PDU, TABLE
from pdu.workshop.handler.checked_call import Problem
from pdu.workshop.handler.judge import CaseGroup, Judge, Table, seen_in_one_run
from pdu.workshop.handler.rules import UNTRIED, kept, untried
from tests.pdu.loading.page_handler import folder

from .checked_calls import Calls, TwoOutlets, handler_of
from .checking import check
from .test_faulty_handlers import CORPORA

_STOP_S = 4.0


class _Stops:
    """Stops each simulated PDU once for 4 s, at its request of this number, as a busy machine may.
    It `is_on` but while a case is run again.
    """

    def __init__(self, request_number: int) -> None:
        self._request_number = request_number
        self._requests: Counter[SimulatedPdu] = Counter()
        self._ends: dict[SimulatedPdu, float] = {}
        self._lock = threading.Lock()
        self.is_on = True

    def wait_s(self, unit: SimulatedPdu) -> float:
        """How long the PDU waits before it takes a request, in seconds: 4.0 at the request of the
        number, what is left of it at the next ones, else 0.0.
        """
        now = time.monotonic()
        with self._lock:
            self._requests[unit] += 1
            if self.is_on and self._requests[unit] == self._request_number:
                self._ends[unit] = now + _STOP_S
            return max(0.0, self._ends.get(unit, now) - now)

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        """Let all simulated PDUs of a test be stopped, but not those of a case that the judge runs
        again.
        """
        respond, seen_twice = HttpPdu.respond, Judge._problems_seen_twice

        def stopped_respond(
            unit: HttpPdu, method: str, target: str, headers: Mapping[str, str], body: bytes
        ) -> Response:
            time.sleep(self.wait_s(unit))
            return respond(unit, method, target, headers, body)

        def stopped_once(
            judge: Judge,
            run: Callable[[], Sequence[Problem]],
            problems_at_once: Sequence[Problem] = (),
        ) -> Sequence[Problem]:
            self.is_on = not problems_at_once

            def counted_run() -> Sequence[Problem]:
                problems = run()
                self.is_on = False
                return problems

            problems = seen_twice(judge, counted_run, problems_at_once)
            self.is_on = True
            return problems

        patch.setattr(SnmpUnit, "delay_s", property(self.wait_s))
        patch.setattr(HttpPdu, "respond", stopped_respond)
        patch.setattr(Judge, "_problems_seen_twice", stopped_once)


@pytest.mark.trial
@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("name, request_number", zip(CORPORA, (1, 2, 3, 5)))
def test_no_rule_blames_a_right_handler_for_a_pdu_that_is_stopped_once_in_each_case(
    name: str, request_number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each handler at another request: one takes minutes, because each case waits for 4 s."""
    corpus = CORPORA[name]
    _Stops(request_number).patch(monkeypatch)

    checked = check(folder(tmp_path, source=corpus.source), *corpus.arguments)

    assert checked.of("broken") == {}
    assert checked.code in (0, 9)


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("name", ["page", "volt"])
def test_a_right_handler_is_not_blamed_for_commands_that_arrive_late(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PDU is stopped at the command, so that the call ends before the command arrives."""
    corpus = CORPORA[name]
    # the handlers send a command after one reading
    _Stops(request_number=2).patch(monkeypatch)
    rows = [row for row in TABLE.at_once if row.name == "a fault at a command"]
    for module in (recording_check, snmp_check):
        table = Table(first=ON_ONE_PDU[:1], causes=[], at_once=rows, alone=[])
        monkeypatch.setattr(module, "TABLE", table)

    checked = check(folder(tmp_path, source=corpus.source), *corpus.arguments)

    assert checked.of("broken") == {}
    for rule in ("port_down", "once", "late", "answer lost", "refused"):
        assert checked.results[rule][0] == "kept", checked.results


_BROKEN = Problem("once", "port_down", "wrote 2 times")
_LATE = Problem("once", "", "port_down had no answer in time", "", UNTRIED, is_timeout=True)
_CERTAIN = Problem("process", "", "it changes socket", is_certain=True)


@pytest.mark.parametrize(
    ("runs", "result", "count"),
    [
        ([[]], [], 1),
        ([[_BROKEN], [_BROKEN]], [_BROKEN], 2),
        ([[_LATE], []], [], 2),
        ([[_LATE], [_BROKEN], [_BROKEN]], [_BROKEN], 3),
        ([[_BROKEN], []], [seen_in_one_run(_BROKEN)], 2),
        ([[_BROKEN], [_LATE], [_LATE], [_LATE]], [_LATE], 4),
        ([[_LATE], [_LATE], [_LATE], [_BROKEN]], [seen_in_one_run(_BROKEN)], 4),
        ([[_LATE]], [_LATE], 4),
        ([[_CERTAIN]], [_CERTAIN], 1),
    ],
)
def test_broken_is_what_two_runs_show_and_late_each_time_is_not_tried(
    runs: list[list[Problem]], result: list[Problem], count: int
) -> None:
    """`runs`: the problems of each run, the last one's again and again; `count`: how many run."""
    unit = TwoOutlets()
    handler = handler_of(Calls(unit, ["reads"]))
    left = [*runs, *[runs[-1]] * 3]
    with contextlib.ExitStack() as stack:
        judge = Judge(lambda _: unit, handler, stack, "a test")
        assert judge._problems_seen_twice(lambda: left.pop(0)) == result
    assert len(runs) + 3 - len(left) == count


def test_a_rule_is_kept_with_the_reason_why_calls_of_it_were_left_out() -> None:
    """A time-out in statistic ends the group, so that "once" is not tried."""
    unit = TwoOutlets()
    methods = Calls(unit, ["reads"])
    late = Problem("statistic", "", "statistic had no answer in time", "", UNTRIED, is_timeout=True)

    def steps(judge: Judge) -> Iterator[Problem]:
        judge.note_tried("status", "2 outlets of a test")
        yield late
        judge.note_tried("once")

    group = CaseGroup("a test", ["status", "once"], steps=steps)
    table = Table(first=[group], causes=[], at_once=[], alone=[])
    with contextlib.ExitStack() as stack:
        judge = Judge(lambda _: unit, handler_of(methods), stack, "a test")
        findings = list(judge.findings(table))

    reason = "statistic had no answer in time"
    assert findings == [
        kept("status", f"2 outlets of a test; not in each case: {reason}"),
        untried("statistic", reason),
    ]


_LATER = """        import contextlib
        import threading

        def write_again():
            with contextlib.suppress(Exception):
                WRITE

        threading.Timer(1.5, write_again).start()
"""
_SNMP_SET = """    def snmp_set(self, oid, value):
        BaseSnmpPdu.snmp_set(self, oid, value)
"""
_WRITE = '        self._answer(f"/relay/{port.identity}", body)\n'
_WRITTEN_AGAIN = {
    "page": _SNMP_SET + _LATER.replace("WRITE", "BaseSnmpPdu.snmp_set(self, oid, value)"),
    "volt": _WRITE + _LATER.replace("WRITE", _WRITE.strip()),
}
_REPLACED = {"page": "    def status(self) -> PduView:\n", "volt": _WRITE}


@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("name", ["page", "volt"])
def test_a_handler_whose_thread_writes_later_is_found(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread sends the command once more, 1.5 s after the method did."""
    corpus, replaced = CORPORA[name], _REPLACED[name]
    assert replaced in corpus.source
    kept = replaced if name == "page" else ""
    source = corpus.source.replace(replaced, _WRITTEN_AGAIN[name] + kept)
    rows = [row for row in TABLE.at_once if row.name == "a fault at a command"]
    table = Table(first=[], causes=[], at_once=rows, alone=[])
    for module in (recording_check, snmp_check):
        monkeypatch.setattr(module, "TABLE", table)

    checked = check(folder(tmp_path, source=source), *corpus.arguments)

    assert checked.code == 1
    detail = checked.of("broken")["once"]
    assert re.match("it wrote .* after the method had ended|port_(up|down) wrote 2 times", detail)


@pytest.mark.usefixtures("without_loading")
def test_each_silence_is_waited_for_once_by_a_handler_without_a_limit_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for an answer without an end; a call is left after 3 s, and its case ends."""
    rows = [row for row in TABLE.at_once if row.name == "no answer"]
    monkeypatch.setattr(
        recording_check, "TABLE", Table(first=[], causes=[], at_once=rows, alone=[])
    )
    monkeypatch.setattr(bounded_methods, "CALL_S", 3.0)
    endless_calls: list[str] = []
    call = bounded_methods.BoundedMethods._call

    def counted_call(methods: Any, name: str, *arguments: Any) -> Any:
        try:
            return call(methods, name, *arguments)
        except EndlessCall as error:
            endless_calls.append(error.reason)
            raise

    monkeypatch.setattr(bounded_methods.BoundedMethods, "_call", counted_call)
    corpus, limit = CORPORA["volt"], ", timeout=TIMEOUT_SECONDS"
    assert limit in corpus.source

    checked = check(folder(tmp_path, source=corpus.source.replace(limit, "")), *corpus.arguments)

    assert checked.of("broken")["silent"].startswith("status did not end within 3 s")
    # each method on a PDU that another object has read, and on one that the same object has
    assert len(endless_calls) == 2 * 4
