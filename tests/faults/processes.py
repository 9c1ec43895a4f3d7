"""Fast starts of processes: forks of a process that has already imported everything that the matrix needs."""
from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkContext, ForkServerContext
from typing import Callable, Union

from handlers import registry

Context = Callable[[], Union[ForkContext, ForkServerContext]]


def warm() -> ForkServerContext:
    """Forks from a server process without threads, which is started once. For a process with threads too."""
    names = registry.names()
    multiprocessing.set_forkserver_preload(["tests.faults.matrix", *(f"tests.faults.subjects.{name}" for name in names),
                                            *(f"handlers.{name}.handler" for name in names)])
    return multiprocessing.get_context("forkserver")


def fork() -> ForkContext:
    """Forks from this process, which must not have threads."""
    return multiprocessing.get_context("fork")
