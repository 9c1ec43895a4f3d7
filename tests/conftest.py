"""Set-up that all tests share.

For each peer, such as snmpd, counts the outcomes of the tests that are marked `against` it.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from itertools import islice

import pytest
from hypothesis import HealthCheck, settings

from tests import secrecy

_AGAINST = "against"
# On a busy machine, some examples take longer than Hypothesis' deadline of 200 ms. Without a
# deadline, the check too_slow would still fail a test if the data of its first examples took more
# than 30 s.
# Each run tries other examples, so that many runs try many; where CI is set, Hypothesis tries the
# same ones. An example that failed is printed, and the next run tries it first (.hypothesis).
settings.register_profile(
    "patient", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    secrecy.judged(report)
    return report


def pytest_configure() -> None:
    """Restores the default action of SIGINT, SIGQUIT and SIGHUP, because programs that tests start
    inherit an ignored signal.

    A script's shell starts a background job with SIGINT and SIGQUIT ignored; nohup ignores SIGHUP.
    """
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGQUIT, signal.SIG_DFL),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
    # files that tests write have the modes that they have under the usual umask
    os.umask(0o022)
    os.environ["PDU_LIST"] = ""  # no list of whoever runs the tests
    # programs are tested with the buffers that they have on a user's machine
    os.environ.pop("PYTHONUNBUFFERED", None)
    secrecy.begin()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Marks the cases that are trials before `-m` chooses among them, and orders those chosen."""
    for item in trials(items):
        item.add_marker("trial")
    yield
    items[:] = longest_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    for item in items:
        for mark in item.iter_markers(_AGAINST):
            item.user_properties.append((_AGAINST, str(mark.args[0])))


def trials(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The cases that are trials: of a function marked `sample(n)`, all but n, evenly spread."""
    cases_by_function: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample") is not None:
            cases_by_function.setdefault(item.nodeid.partition("[")[0], []).append(item)
    slow: list[pytest.Item] = []
    for cases in cases_by_function.values():
        mark = cases[0].get_closest_marker("sample")
        assert mark is not None
        step = -(-len(cases) // int(mark.args[0]))
        slow += [item for number, item in enumerate(cases) if number % step]
    return slow


def longest_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The cases with those that are marked `long` at the begin of the equal parts that pytest-xdist
    gives its workers, so that none of them begins when the others have nothing left to do.
    """
    long = [item for item in items if item.get_closest_marker("long") is not None]
    others = (item for item in items if item.get_closest_marker("long") is None)
    ordered: list[pytest.Item] = []
    for number in range(workers):
        first = long[number::workers]
        size = (len(items) - len(ordered)) // (workers - number)
        ordered += [*first, *islice(others, max(0, size - len(first)))]
    return ordered


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collects the tests without garbage collection, and freezes their objects, which live until
    the end of the run.

    With the usual threshold (700 new objects, before Python 3.13), garbage collection took 6 % of
    the tests' processor time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


def pytest_unconfigure() -> None:
    """Collects garbage once.

    pytest's own garbage collections at the end then skip the objects of the run.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Writes what was skipped, and the counts, below pytest's own summary, which
    names each failure.
    """
    yield
    _write_skips(terminalreporter)
    _write_peers(terminalreporter)


def _write_skips(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each reason, which names what is missing and the command that brings it, with the
    number of tests.
    """
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr
        counts[" ".join(reason.removeprefix("Skipped: ").split())] += 1
    if counts:
        terminalreporter.section("what was skipped, and why")
    for reason, count in counts.most_common():
        terminalreporter.write_line(f"{count:>6}  {reason}")


def _write_peers(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, peer in getattr(report, "user_properties", []):
                if name == _AGAINST:
                    outcomes.setdefault(peer, Counter())[outcome] += 1
    if not outcomes:
        return
    terminalreporter.section("what ran against what")
    for peer in sorted(outcomes):
        counts = ", ".join(
            f"{number} {outcome}" for outcome, number in sorted(outcomes[peer].items())
        )
        terminalreporter.write_line(f"{peer}: {counts}")
