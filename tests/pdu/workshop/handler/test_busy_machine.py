"""On a machine that is busy, the simulated PDU itself answers late: a right handler is not blamed,
and one that writes later by a thread is found.
"""

from __future__ import annotations

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
from pdu.workshop.handler import served_trials, snmp_trials
from pdu.workshop.handler.judge import Judge, Table
from pdu.workshop.handler.laws import Fault
from pdu.workshop.handler.situations import TABLE
from tests.pdu.loading.page_handler import folder

from .checking import check
from .test_faulty_handlers import CORPORA, Corpus

_STOP_S = 4.0


class _Stops:
    """Stops each simulated PDU once, at its request of this number, but for those of a trial that
    is repeated.
    """

    def __init__(self, request_number: int) -> None:
        self._request_number = request_number
        self._requests: Counter[SimulatedPdu] = Counter()
        self._ends: dict[SimulatedPdu, float] = {}
        self._lock = threading.Lock()
        self.is_on = True

    def wait_s(self, unit: SimulatedPdu) -> float:
        """How long the PDU waits before it takes a request."""
        now = time.monotonic()
        with self._lock:
            self._requests[unit] += 1
            if self.is_on and self._requests[unit] == self._request_number:
                self._ends[unit] = now + _STOP_S
            return max(0.0, self._ends.get(unit, now) - now)

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        """Put the stops into the simulated PDUs, and let the judge say what it repeats."""
        respond, seen_twice = HttpPdu.respond, Judge._faults_seen_twice

        def stopped_respond(
            unit: HttpPdu, method: str, target: str, headers: Mapping[str, str], body: bytes
        ) -> Response:
            time.sleep(self.wait_s(unit))
            return respond(unit, method, target, headers, body)

        def stopped_once(
            judge: Judge, run: Callable[[], Sequence[Fault]], faults_at_once: Sequence[Fault] = ()
        ) -> Sequence[Fault]:
            self.is_on = not faults_at_once

            def counted_run() -> Sequence[Fault]:
                faults = run()
                self.is_on = False
                return faults

            faults = seen_twice(judge, counted_run, faults_at_once)
            self.is_on = True
            return faults

        patch.setattr(SnmpUnit, "delay_s", property(self.wait_s))
        patch.setattr(HttpPdu, "respond", stopped_respond)
        patch.setattr(Judge, "_faults_seen_twice", stopped_once)


@pytest.mark.trial
@pytest.mark.usefixtures("without_loading")
@pytest.mark.parametrize("request_number", [1, 2, 3, 5])
@pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA)
def test_no_rule_blames_a_right_handler_for_a_pdu_that_is_stopped_once_in_each_case(
    corpus: Corpus, request_number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _Stops(request_number).patch(monkeypatch)

    checked = check(folder(tmp_path, source=corpus.source), *corpus.arguments)

    assert checked.of("broken") == {}
    assert checked.code in (0, 9)
