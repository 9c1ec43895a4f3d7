"""The report of many PDUs, over the processor's cores: each PDU's part needs nothing of the others.

A process opens the source itself: a connection to SQLite must not pass into another process
(sqlite.org/howtocorrupt.html, 2.6), so they are not forked.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from typing import Callable

from ..cli.output import progress
from .readings import Readings
from .report import PduReport, Report, Terms, join_reports, report_of_pdu

#: fewer are done before the processes have started
_FEW = 16

#: opens the source anew; can be sent to a process
OpenSource = Callable[[], Readings]


def report_of_many(open_source: OpenSource, terms: Terms) -> Report:
    """The report of all PDUs that were polled. Raises as `report_of`."""
    with closing(open_source()) as source:
        pdus = source.pdus(*terms.period)
    with progress(len(pdus), "PDUs", show_pos=True) as bar:

        def parts() -> Iterator[PduReport]:
            for part in _parts(open_source, pdus, terms):
                yield part
                if bar is not None:
                    bar.update(1)

        return join_reports(terms, pdus, parts())


def _parts(open_source: OpenSource, pdus: Sequence[str], terms: Terms) -> Iterator[PduReport]:
    """The parts of the PDUs, in their order."""
    count = os.cpu_count() or 1
    if len(pdus) <= _FEW or count == 1:
        with closing(open_source()) as source:
            for pdu in pdus:
                yield report_of_pdu(source, pdu, terms)
        return
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
    try:
        yield from pool.map(functools.partial(_part, open_source, terms), pdus, chunksize=4)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _part(open_source: OpenSource, terms: Terms, pdu: str) -> PduReport:
    with closing(open_source()) as source:
        return report_of_pdu(source, pdu, terms)
