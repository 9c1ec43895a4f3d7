"""Many PDUs: how many a minute one poller reads, and `pdu check`."""

from __future__ import annotations

import contextlib
import csv
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.needs import ROOT
from tests.servers.peers import NAMED, Peer
from tests.simulators.truth import Truth
from tests.waiting import run_program

from .figures import SECONDS, Figure
from .polls import Readers
from .units import OUTLETS, dead_port, snmp_units

_DELAY_S = 0.020
_OUTLET_NAMES = [f"Outlet {number}" for number in range(1, OUTLETS + 1)]

# ---- the knee ----

_WAYS = ("handler", "the page's handler")
_GAIN = 1.1  # twice the threads must bring so much more


def knee() -> Iterator[Figure]:
    """PDUs a minute that one process with threads reads, as DCImanager polls. The threads are
    doubled until that brings little.
    """
    for delay_s in (0.020, 0.100):
        with ExitStack() as stack:
            readers = Readers(stack)
            (port,) = stack.enter_context(snmp_units(1, delay_s))
            snmp = {"community": "public", "port": str(port), "timeout": "20"}
            peer = Peer("snmp", "snmp", "127.0.0.1", lambda: Truth({}), snmp)
            rate, peer_rate = (_knee(readers, way, peer, round(1600 * delay_s)) for way in _WAYS)
        name = f"PDUs that one poller reads, {delay_s * 1000:.0f} ms"
        yield Figure("knee", name, *_WAYS, "PDUs a minute", rate, peer_rate)


def _knee(readers: Readers, way: str, peer: Peer, threads: int) -> float:
    readers.order("read by threads", way, peer, 2, 2)  # imports and first answers
    best = 0.0
    while True:
        seconds, whole = readers.order("read by threads", way, peer, threads, threads)
        if whole != threads:
            raise RuntimeError(f"{way}: {threads - whole} of {threads} polls are not whole")
        rate: float = 60 * threads / seconds
        if rate < _GAIN * best:
            return max(rate, best)
        best, threads = rate, 2 * threads


# ---- a worker of the platform ----

_HELD_POLLS, _LOSS = 21, 0.05


def held() -> Iterator[Figure]:
    """The seconds for which a poll holds a worker of the platform, 50 ms away, in the median: with
    the platform's own time-out, which a lost request costs."""
    for loss, most in ((0.0, 1.5), (_LOSS, 4.0)):
        with ExitStack() as stack:
            readers = Readers(stack)
            (port,) = stack.enter_context(snmp_units(1, 0.050, loss))
            snmp = {"community": "public", "port": str(port)}
            peer = Peer("snmp", "snmp", "127.0.0.1", lambda: Truth({}), snmp)
            seconds, peer_seconds = (_median_of_polls(readers, way, peer) for way in _WAYS)
        name = f"a poll, 50 ms, {loss:.0%} loss"
        yield Figure("held", name, *_WAYS, SECONDS, seconds, peer_seconds, most, is_ratio=False)


def _median_of_polls(readers: Readers, way: str, peer: Peer) -> float:
    """The seconds of a poll by one of _WAYS."""
    seconds_of_polls: list[float] = []
    for _ in range(_HELD_POLLS):
        seconds, _cpu_seconds, _outlets = readers.order("read", way, peer, 1)
        seconds_of_polls.append(seconds)
    return statistics.median(seconds_of_polls)


# ---- pdu check ----

_PDUS, _DEAD_EACH = 1000, 10
#: the number of each in 100 PDUs
_SHARES = {"snmp": 50, "nut": 30, "raritan": 10, "redfish": 10}
_LONGEST_S = 600.0
_FIGURES = ("on", "off", "unknown", "load_a", "energy_kwh")
_HEAD = "name,handler,address,auth,settings"


def _write_list(path: Path, lines: Sequence[str]) -> str:
    path.write_text("\n".join([_HEAD, *lines, ""]))
    return str(path)


@contextlib.contextmanager
def _fleet(folder: Path) -> Iterator[list[str]]:
    """The lines of a list of 1,000 PDUs, every tenth dead. Each over SNMP has a port and answers
    after 20 ms; those of another handler are one simulator. Writes logins.toml.
    """
    with ExitStack() as stack:
        lines, logins = list[str](), ['[auth.snmp]\ncommunity = "public"\n']
        for handler, share in _SHARES.items():
            if handler == "snmp":
                ports = stack.enter_context(snmp_units(_PDUS * share // 100, _DELAY_S))
                kind, settings = socket.SOCK_DGRAM, ""
            else:
                values = stack.enter_context(NAMED[handler](_OUTLET_NAMES)).settings
                ports = [int(values["port"])] * (_PDUS * share // 100)
                login = "".join(f'{key} = "{values[key]}"\n' for key in ("username", "password"))
                logins.append(f"[auth.{handler}]\n{login}")
                (folder / f"{handler}.pem").write_text(values.get("ca_pem", ""))
                kind = socket.SOCK_STREAM
                settings = "device=pdu" if handler == "nut" else f"ca_pem={handler}.pem"
            dead = stack.enter_context(dead_port(kind))
            for index, port in enumerate(ports):
                if index % _DEAD_EACH:
                    name = f"rack {handler} {index}"
                else:
                    name, port = f"dead {handler} {index}", dead
                lines.append(f"{name},{handler},127.0.0.1:{port},{handler},{settings}")
        (folder / "logins.toml").touch(0o600)
        (folder / "logins.toml").write_text("\n".join(logins))
        yield lines


def check() -> Iterator[Figure]:
    """`pdu check` of 1,000 PDUs, 10 % dead, beside a loop that reads one after the other. The loop
    reads a sample of each handler, and its time is scaled up.

    Raises RuntimeError if a living PDU is not well, or if the figures differ.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lines, logins = stack.enter_context(_fleet(folder)), str(folder / "logins.toml")
        begin = time.perf_counter()
        results = _checked(_write_list(folder / "list.csv", lines), logins)
        seconds = time.perf_counter() - begin
        worker, loop = Readers(stack).worker("loop"), dict[str, tuple[float, list[str]]]()
        sample = [line for line in lines if int(line.split(",")[0].split()[2]) < _DEAD_EACH]
        for kind, threads in (("rack", 1), ("dead", len(_SHARES))):  # a dead one only waits
            path = folder / f"{kind}.csv"
            _write_list(path, [line for line in sample if line.startswith(kind)])
            loop |= worker.order("read list", str(path), logins, threads, seconds=_LONGEST_S)
    for name, (_, figures) in loop.items():
        if [results[name][key] for key in _FIGURES] != figures:
            raise RuntimeError(f"the figures of {name} differ from the loop's: {figures}")
    # "rack snmp", "dead snmp" and so on
    numbers = Counter(line.split(",")[0].rpartition(" ")[0] for line in lines)
    loop_s = sum(
        number
        * statistics.mean(time_s for name, (time_s, _) in loop.items() if name.startswith(kind))
        for kind, number in numbers.items()
    )
    name = f"a check of {_PDUS:,} PDUs, 10 % dead"
    yield Figure("check", name, "pdu check", "one after the other", SECONDS, seconds, loop_s, 0.1)


def _checked(path: str, logins: str) -> Mapping[str, Mapping[str, str]]:
    """The rows that `pdu check` prints, by the PDU's name."""
    process = run_program(
        [sys.executable, "-m", "pdu", "check", path, "--csv", "--auth", logins],
        cwd=ROOT,
        timeout=_LONGEST_S,
    )
    results = {row["name"]: row for row in csv.DictReader(process.stdout.splitlines())}
    if len(results) != _PDUS:
        raise RuntimeError(f"{len(results)} PDUs were checked: {process.stderr[-500:]}")
    for name, row in results.items():
        if row["result"] != "well" and name.startswith("rack"):
            raise RuntimeError(f"{name} is not well: {row['result']}: {row['reason']}")
    return results
