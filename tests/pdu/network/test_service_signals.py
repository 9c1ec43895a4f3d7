"""The signals of a service."""

from __future__ import annotations

import signal
import threading
from multiprocessing.connection import wait

import pytest

from pdu.network.service_signals import ServiceSignals
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_another_thread_takes_wakes_a_service_that_waits(number: int) -> None:
    """Linux gives a signal to another thread if the main thread has one pending, such as SIGCONT.
    Python then calls the handler only after the main thread has returned from its wait.
    """

    def take() -> None:
        signal.pthread_kill(threading.get_ident(), number)

    with ServiceSignals() as signals:
        # after the wait has begun, or before it: both must wake the service
        timer = threading.Timer(0.05, take)
        timer.start()
        assert wait([signals.pipe], PATIENCE_S) == [signals.pipe]
        is_hung_up = signals.take_reload()
        timer.join(PATIENCE_S)
        assert is_hung_up == (number == signal.SIGHUP)
        assert signals.ending == (None if number == signal.SIGHUP else number)
        assert wait([signals.pipe], 0) == []


def test_after_the_block_signals_are_handled_as_before() -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    handlers = [signal.getsignal(number) for number in numbers]
    with ServiceSignals():
        assert [signal.getsignal(number) for number in numbers] != handlers
    assert [signal.getsignal(number) for number in numbers] == handlers
    assert signal.set_wakeup_fd(-1) == -1
