"""Measures `pdu gateway` with 200 PDUs and 50 clients at a time.

    python -m tests.benchmarks.bench_gateway

The PDUs are those of bench_fleet: 24 outlets each, every answer takes 20 ms, every fiftieth PDU is
dead. Each outlet is a machine. 50 more PDUs are switched. Prints the gateway's own CPU and memory
while nobody asks, how long it takes to read all PDUs, and its rates with 50 clients that read or
switch. Clients and simulated PDUs run on the same machine and load it too.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import http.client
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import quote, urlsplit

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from tests.needs import ROOT
from tests.program import positive
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu

from .bench_fleet import cpu, hall

OUTLETS, TOKEN, IDLE_S = 24, "0123456789abcdef0123456789abcdef", 20.0
_TIMEOUT_S = 120.0
_COMMAND = "import sys\nfrom pdu import start\nsys.exit(start.main(sys.argv[1:]))"


class Running(NamedTuple):
    """A running gateway."""

    process: subprocess.Popen[str]
    port: int

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_S)

    def memory(self) -> float:
        """Resident memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


class Load(NamedTuple):
    """What clients measured: the seconds of each request, and how many had another status."""

    seconds: Sequence[float]
    wrong: int
    whole_s: float
    cpu_s: float


def asked(client: http.client.HTTPConnection, method: str, path: str, body: object = None) -> int:
    """One request; its status."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    client.request(method, path, None if body is None else json.dumps(body), headers)
    answer = client.getresponse()
    answer.read()
    return answer.status


def loaded(running: Running, clients: int, requests: int, path: str, names: list[str]) -> Load:
    """`clients` at a time, each with `requests`: they read, or switch if the path ends in power."""
    is_switched = path.endswith("power")
    chance, lock = random.Random(1), threading.Lock()
    seconds: list[float] = []
    wrong = 0

    def one(number: int) -> None:
        nonlocal wrong
        with contextlib.closing(running.client()) as client:
            for turn in range(requests):
                with lock:
                    name = names[number % len(names)] if is_switched else chance.choice(names)
                body = {"action": ("off", "on")[turn % 2]} if is_switched else None
                begin = time.perf_counter()
                status = asked(
                    client, "POST" if is_switched else "GET", path.format(quote(name)), body
                )
                took = time.perf_counter() - begin
                with lock:
                    seconds.append(took)
                    wrong += status != 200

    before, begin = cpu(running.process.pid), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, range(clients)))
    whole = time.perf_counter() - begin
    return Load(seconds, wrong, whole, cpu(running.process.pid) - before)


def _files(folder: Path, listed: Path, logins: Path, nut: NutServer, switched: int) -> list[str]:
    """Write the gateway's files beside the hall's list. Returns the machines of living PDUs."""
    with open(listed, newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    with open(listed, "a") as more:
        for number in range(switched):
            more.write(f"extra {number},nut,127.0.0.1:{nut.port},extra,device=extra{number}\n")
    with open(logins, "a") as more:
        more.write(f'\n[auth.extra]\nusername = "{ADMIN.name}"\npassword = "{ADMIN.password}"\n')
    text = ['[[feed]]\nname = "A"\n']
    for name in names + [f"extra {number}" for number in range(switched)]:
        text.append(f'[[pdu]]\nname = "{name}"\ninputs = ["A"]\n')
        for outlet in range(1, OUTLETS + 1):
            machine = f"{name}-{outlet}"
            text.append(f'[[machine]]\nname = "{machine}"\ncords = ["{name}/{outlet}"]\n')
    (folder / "hall.power.toml").write_text("".join(text))
    clients = folder / "clients.toml"
    clients.touch(0o600)
    (folder / "token").touch(0o600)
    (folder / "token").write_text(TOKEN)
    clients.write_text(
        '[client.bench]\ntoken_file = "token"\nmachines = ["*"]\nmay = ["read", "switch"]\n'
        "requests_per_minute = 1000000\ncommands_per_minute = 10000\n"
    )
    living = [name for name in names if not name.startswith("dead")]
    return [f"{name}-{outlet}" for name in living for outlet in range(1, OUTLETS + 1)]


@contextlib.contextmanager
def gateway(folder: Path) -> Iterator[Running]:
    """Run the gateway with the files of this folder. Its rates do not limit this benchmark."""
    words = ["list.csv", "--drawing", "hall.power.toml", "--clients", "clients.toml"]
    with subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "gateway", *words, "--auth", "logins.toml"]
        + ["--listen", "127.0.0.1:0"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            port = urlsplit(process.stdout.readline().strip()).port
            if port is None:
                raise SystemExit("the gateway did not start")
            yield Running(process, port)
        finally:
            process.kill()


def _shown(table: Table, what: str, load: Load) -> None:
    count = len(load.seconds)
    table.add_row(
        what,
        f"{count} in {load.whole_s:.1f} s: {count / load.whole_s:.0f} a second, {load.wrong} wrong",
    )
    places = statistics.quantiles(load.seconds, n=20)
    table.add_row("", f"median {1000 * places[9]:.0f} ms, 95 % {1000 * places[18]:.0f} ms")
    table.add_row("", f"CPU {1000 * load.cpu_s / count:.2f} ms each")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pdus", type=positive, default=200)
    parser.add_argument("--clients", type=positive, default=50)
    parser.add_argument("--requests", type=positive, default=40, help="of each client")
    given = parser.parse_args(arguments)
    table = Table("pdu gateway", "measured")
    devices = [SwitchedPdu(f"extra{number}", OUTLETS) for number in range(given.clients)]
    with hall(given.pdus) as simulated, NutServer(devices) as nut:
        folder = simulated.list.parent
        living = _files(folder, simulated.list, simulated.logins, nut, given.clients)
        begin = time.perf_counter()
        with gateway(folder) as running:
            table.add_row("start", f"{time.perf_counter() - begin:.1f} s")
            table.add_row("memory at first", f"{running.memory():.0f} MiB")
            before = cpu(running.process.pid)
            time.sleep(IDLE_S)
            used = 100 * (cpu(running.process.pid) - before) / IDLE_S
            table.add_row("CPU while nobody asks", f"{used:.2f} % of a core")
            with contextlib.closing(running.client()) as client:
                begin, before = time.perf_counter(), cpu(running.process.pid)
                assert asked(client, "GET", "/v1/status") == 200
                took, used = time.perf_counter() - begin, cpu(running.process.pid) - before
            table.add_row("/v1/status, all PDUs read", f"{took:.1f} s, CPU {used:.1f} s")
            clients = f"{given.clients} clients"
            one = loaded(running, given.clients, given.requests, "/maas/{}/query", living)
            _shown(table, f"{clients} read any machine", one)
            few = living[: 2 * OUTLETS]
            one = loaded(running, given.clients, given.requests, "/maas/{}/query", few)
            _shown(table, f"{clients} read machines of 2 PDUs", one)
            own = [f"extra {number}-1" for number in range(given.clients)]
            one = loaded(running, given.clients, 10, "/v1/machines/{}/power", own)
            _shown(table, f"{clients} switch, each its own PDU", one)
            table.add_row("memory at last", f"{running.memory():.0f} MiB")
    Console().print(table)
    sent = len(nut.books().writes)
    print(f"commands that the PDUs received: {sent} of {10 * given.clients}")
    return 0 if sent == 10 * given.clients else 1


if __name__ == "__main__":
    raise SystemExit(exit_handling.run(main))
