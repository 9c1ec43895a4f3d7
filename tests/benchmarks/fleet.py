"""Many PDUs: how many a minute one poller reads, `pdu check`, and the exporter."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.needs import ROOT, programs
from tests.peers import NAMED, Peer
from tests.ports import reserved
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.truth import Truth
from tests.waiting import PATIENCE_S, until

from .figures import CPU, SECONDS, Figure
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
    process = subprocess.run(
        [sys.executable, "-m", "pdu", "check", path, "--csv", "--auth", logins],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,  # dead PDUs are its exit code
    )
    results = {row["name"]: row for row in csv.DictReader(process.stdout.splitlines())}
    if len(results) != _PDUS:
        raise RuntimeError(f"{len(results)} PDUs were checked: {process.stderr[-500:]}")
    for name, row in results.items():
        if row["result"] != "well" and name.startswith("rack"):
            raise RuntimeError(f"{name} is not well: {row['result']}: {row['reason']}")
    return results


# ---- the exporter ----

_EXPORTER = "prometheus-snmp-exporter"
_SIDE_BY_SIDE, _UNITS = 64, 256
#: what `pdu exporter` shows of each outlet (state, current, energy, name) and of the unit
_COLUMNS = tuple(
    f"{table}.{column}"
    for table, column in (
        (apc.RPDU2_STATUS, 5),
        (apc.RPDU2_METERED, 6),
        (apc.RPDU2_METERED, 11),
        (apc.RPDU2_STATUS, 3),
        (apc.RPDU2_PHASE, 5),
        (apc.RPDU2_DEVICE, 9),
    )
)


class Exporter(NamedTuple):
    """A running exporter, and the URL of a probe of each unit."""

    process: subprocess.Popen[str]
    urls: Sequence[str]

    def round(self) -> tuple[float, float, float]:
        """Seconds, CPU seconds and samples of a probe, of a round over all units, so many side by
        side.
        """
        cpu_before = _cpu_s(self.process.pid)
        begin = time.perf_counter()
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            samples = sum(pool.map(_samples, self.urls))
        seconds = time.perf_counter() - begin
        cpu_s = _cpu_s(self.process.pid) - cpu_before
        number = len(self.urls)
        return seconds / number, cpu_s / number, samples / number


def _samples(url: str) -> int:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310  # loopback
        return sum(not line.startswith(b"#") for line in answer.read().splitlines())


def _cpu_s(pid: int) -> float:
    """CPU in seconds of a running process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def exporter() -> Iterator[Figure]:
    """A probe of `pdu exporter` beside one of Debian's prometheus-snmp-exporter, which walks the
    columns of the same samples: whole processes over HTTP, 64 probes at a time, warmed up.
    """
    (program,) = programs(_EXPORTER)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = stack.enter_context(snmp_units(_UNITS, _DELAY_S))
        pair = (
            stack.enter_context(_pdu_exporter(folder, ports)),
            stack.enter_context(_snmp_exporter(program, folder, ports)),
        )
        rounds = [[running.round() for running in pair] for _ in range(4)][1:]
    values, peer_values = (
        [statistics.median(column) for column in zip(*(turn[index] for turn in rounds))]
        for index in (0, 1)
    )
    name = f"a sample of a probe, {_SIDE_BY_SIDE} probes at a time"
    for unit, value, peer_value in zip((SECONDS, CPU), values, peer_values):
        ways = ("pdu exporter", _EXPORTER)
        yield Figure("exporter", name, *ways, unit, value / values[2], peer_value / peer_values[2])


@contextlib.contextmanager
def _pdu_exporter(folder: Path, ports: Sequence[int]) -> Iterator[Exporter]:
    listed = folder / "list.csv"
    _write_list(listed, [f"unit{n},snmp,127.0.0.1:{port},," for n, port in enumerate(ports)])
    command = [sys.executable, "-m", "pdu", "exporter", str(listed), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PDU_COMMUNITY": "public"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            yield Exporter(process, [f"{url}probe?target=unit{n}" for n in range(len(ports))])
        finally:
            process.terminate()


@contextlib.contextmanager
def _snmp_exporter(program: str, folder: Path, ports: Sequence[int]) -> Iterator[Exporter]:
    metrics = [
        {
            "name": f"value{number}",
            "oid": oid,
            "type": "DisplayString" if oid == f"{apc.RPDU2_STATUS}.3" else "gauge",
            "indexes": [{"labelname": "row", "type": "gauge"}],
        }
        for number, oid in enumerate(_COLUMNS)
    ]
    module = {
        "walk": list(_COLUMNS),
        "metrics": metrics,
        "version": 2,
        "auth": {"community": "public"},
    }
    (folder / "snmp.yml").write_text(json.dumps({"pdu": module}))
    address = f"127.0.0.1:{reserved()}"
    options = [f"--config.file={folder / 'snmp.yml'}", f"--web.listen-address={address}"]
    with subprocess.Popen(
        [program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            # what listens may be another program, if this one has ended
            until(lambda: process.poll() is not None or _listens(address))
            if process.poll() is not None:
                raise RuntimeError(f"{_EXPORTER} did not start")
            url = f"http://{address}/snmp?module=pdu&target=127.0.0.1"
            yield Exporter(process, [f"{url}:{port}" for port in ports])
        finally:
            process.kill()


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 5):
        return True
    return False
