"""Signals during a block that cleans up, and during one that is finished."""

from __future__ import annotations

import signal

import pytest

from pdu.cli.signals import ignored_hangup, signals_as_ctrl_c

ENDING = [signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_block_as_ctrl_c_does_and_is_itself_again_afterwards(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    steps: list[str] = []
    with pytest.raises(KeyboardInterrupt), signals_as_ctrl_c():
        try:
            signal.raise_signal(number)
            steps.append("not ended")
        finally:
            steps.append("cleaned up")
    assert steps == ["cleaned up"]
    assert signal.getsignal(number) is before


def test_a_second_hangup_does_not_end_the_cleaning_up() -> None:
    steps: list[str] = []
    with pytest.raises(KeyboardInterrupt), signals_as_ctrl_c():
        try:
            signal.raise_signal(signal.SIGHUP)
        finally:
            signal.raise_signal(signal.SIGHUP)
            steps.append("cleaned up")
    assert steps == ["cleaned up"]


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_that_is_ignored_stays_ignored(number: signal.Signals) -> None:
    """As SIGHUP under nohup, and SIGQUIT in a script's background job."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with signals_as_ctrl_c():
            signal.raise_signal(number)
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_what_has_begun_is_finished_though_the_terminal_is_closed() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with ignored_hangup():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is before
