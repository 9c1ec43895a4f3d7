"""Signals that end a program: as Ctrl-C, or not during what has begun."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """A block in which SIGTERM, SIGQUIT (Ctrl-\\) and SIGHUP (the terminal was closed) raise
    KeyboardInterrupt, as Ctrl-C does, so that the block can clean up and report.

    A closed terminal often sends SIGHUP twice, so the second one is ignored. A signal that is
    ignored already stays ignored: SIGHUP under nohup, SIGQUIT in a script's background job.
    """

    def hung_up(number: int, _: object) -> None:
        # not SIG_IGN: Python prints a traceback for a second signal that arrived before this line
        signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    handlers = {
        "SIGTERM": signal.default_int_handler,
        "SIGQUIT": signal.default_int_handler,
        "SIGHUP": hung_up,
    }
    previous_handlers = {}
    for name, handler in handlers.items():
        number = getattr(signal, name, None)  # Windows has SIGTERM alone
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            previous_handlers[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, previous_handler in previous_handlers.items():
            signal.signal(number, previous_handler)


@contextmanager
def ignored_hangup() -> Iterator[None]:
    """A block in which SIGHUP, which comes when the terminal is closed, does nothing: what has
    begun is finished without a terminal.
    """
    if not hasattr(signal, "SIGHUP"):  # Windows
        yield
        return
    previous = signal.signal(signal.SIGHUP, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, previous)
