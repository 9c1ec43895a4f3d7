"""Processes that need not import everything anew: with what the matrix imports, forked from one that has it."""
from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkContext, ForkServerContext
from typing import Callable, Union

from handlers import registry

Context = Callable[[], Union[ForkContext, ForkServerContext]]


def warm() -> ForkServerContext:
    """From a server without threads of its own, which this process starts once. Also for a process with threads."""
    names = registry.names()
    multiprocessing.set_forkserver_preload(["tests.faults.matrix", *(f"tests.faults.subjects.{name}" for name in names),
                                            *(f"handlers.{name}.handler" for name in names)])
    return multiprocessing.get_context("forkserver")


def fork() -> ForkContext:
    """From this process, which must not have threads."""
    return multiprocessing.get_context("fork")
