"""Starts processes fast: forks them from one that has already imported modules of the matrix and of
the handlers.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkContext, ForkServerContext
from typing import Callable, Union

from handlers import registry

Context = Callable[[], Union[ForkContext, ForkServerContext]]


def warm() -> ForkServerContext:
    """A context that forks from a separate server process. The calling process may have threads."""
    names = registry.names()
    multiprocessing.set_forkserver_preload(
        [
            "tests.faults.matrix",
            *(f"tests.faults.subjects.{name}" for name in names),
            *(f"handlers.{name}.handler" for name in names),
        ]
    )
    return multiprocessing.get_context("forkserver")


def fork() -> ForkContext:
    """A context that forks from the calling process, which must not have threads."""
    return multiprocessing.get_context("fork")
