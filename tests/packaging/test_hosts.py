"""Archives on two unfriendly hosts, and under other versions of Python.

One host has read-only files, no name service, no home and the C locale, and turns warnings into
errors. The other has a .netrc, and variables that name proxies and CA files, none of which exist.
On each, every archive makes the four calls in a clean process, and its answers must agree with the
truth of its simulated device.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pdu.loading import handler_archives
from pdu.loading.handler_archives import Archive
from tests.needs import ROOT, pythons
from tests.servers.peers import PEERS, Peer
from tests.waiting import LONGEST_TIMEOUT_S, run_program

from .building import NAMES, archive

# Runs the jobs one after the other. An audit hook forbids the usual ways to start programs and, on
# the host "bare", to write files and to look up names.
_CHILD = """
import errno, ipaddress, json, os, sys
task = json.loads(sys.stdin.readline())
sys.path[:0] = task["path"]
def refuse(event, arguments):
    if task["host"] == "bare":
        flags = arguments[2] if event == "open" and isinstance(arguments[2], int) else 0
        written = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(arguments[0]) != os.devnull
        if written or event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.truncate"):
            raise OSError(errno.EROFS, "Read-only file system", str(arguments[0]))
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            name = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
            ipaddress.ip_address(name)
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.fork"):
        raise PermissionError("a handler must not start a program")
sys.addaudithook(refuse)
import importlib
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
def data(job):
    snmp, settings = dict(job["snmp"]), dict(job["settings"])
    return PduSnmpData(job["address"], snmp, settings) if snmp else PduData(job["address"], settings)
def done(job):
    module = importlib.import_module(job["module"])
    pdu = module.make_handler(data(job))
    states = {port.identity: port.power_status.name for port in pdu.status().ports}
    view = pdu.statistic()
    identity = next(one for one, state in states.items() if state == "UP")
    port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
    seen = [pdu.port_down(port).power_status.name, pdu.port_up(port).power_status.name]
    errors = []
    for change in ({"nonsense": "1"}, {"port": "1", "timeout": "0.5"}):
        wrong = data(job)
        where = wrong.snmp_params if job["snmp"] and "port" in change else wrong.custom_params
        where.update(change)
        try:
            module.make_handler(wrong).status()
        except Exception as error:
            errors.append(getattr(error, "kind", repr(error)))
    return {"states": states, "load": view.load, "energy": view.total_consumption, "seen": seen, "errors": errors}
print(json.dumps([done(job) for job in task["jobs"]]))
"""
_HOSTS: dict[str, dict[str, str]] = {
    "bare": {
        "HOME": "/nonexistent",
        "TMPDIR": "/nonexistent",
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONWARNINGS": "error",
    },
    "proxies and .netrc": {
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "REQUESTS_CA_BUNDLE": "/nonexistent.pem",
        "SSL_CERT_FILE": "/nonexistent.pem",
        "CURL_CA_BUNDLE": "/x",
    },
}


@functools.cache
def packed(name: str) -> Archive:
    return handler_archives.read_archive(archive(ROOT / "handlers", name))


def placed(folder: Path, *names: str) -> list[str]:
    """The folders for sys.path: the platform's packages and the unpacked archives."""
    host = folder / "host"
    host.mkdir()
    for package in ("common", "pdu_common"):
        (host / package).symlink_to(ROOT / package)
    for name in names:
        packed(name).unpack(folder / "unpacked")
    return [str(host), str(folder / "unpacked")]


def task(path: list[str], *peers: Peer, host: str = "") -> str:
    jobs = []
    for peer in peers:
        job: dict[str, Any] = {
            "module": f"pdu_{peer.handler}.handler",
            "address": peer.address,
            "snmp": dict(peer.snmp),
            "settings": dict(peer.settings),
        }
        # the usual one can end on a busy machine
        (job["snmp"] or job["settings"])["timeout"] = str(LONGEST_TIMEOUT_S)
        jobs.append(job)
    return json.dumps({"path": path, "host": host, "jobs": jobs})


def run(python: str, task_text: str, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    bare = {key: value for key, value in os.environ.items() if key in ("PATH", "LD_LIBRARY_PATH")}
    # -S: without installed packages, whose files of paths Python reads in the host's encoding
    process = run_program(
        [python, "-B", "-S", "-c", _CHILD], cwd="/", env={**bare, **environment}, input=task_text
    )
    assert process.returncode == 0, process.stderr[-2000:]
    answers: list[dict[str, Any]] = json.loads(process.stdout)
    return answers


@pytest.mark.parametrize("host", list(_HOSTS))
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.sample(2)
def test_an_archive_makes_its_four_calls_on_an_unfriendly_host(
    name: str, host: str, tmp_path: Path
) -> None:
    with PEERS[name]() as peer:
        before = peer.truth()
        environment = dict(_HOSTS[host])
        if host.endswith(".netrc"):
            (tmp_path / ".netrc").write_text(
                f"machine {peer.address} login nobody password wrong\n"
            )
            environment["HOME"] = str(tmp_path)
        (answer,) = run(sys.executable, task(placed(tmp_path, name), peer, host=host), environment)
        names = {True: "UP", False: "DOWN", None: "UNKNOWN"}
        assert answer["states"] == {identity: names[on] for identity, on in before.states.items()}
        assert answer["load"] == pytest.approx(before.load_a)
        assert answer["energy"] == pytest.approx(before.energy_kwh)
        assert answer["seen"] == ["DOWN", "UP"]
        assert answer["errors"] == ["settings", "unreachable"]
        assert peer.truth().states == before.states
        assert len(peer.truth().writes) == 2


# ---- other versions of Python --------------------------------------------------------------------

OTHER_VERSIONS = [f"3.{minor}" for minor in range(9, 14) if minor != sys.version_info.minor]


@pytest.mark.sample(1)
@pytest.mark.parametrize("version", OTHER_VERSIONS)
def test_archives_run_on_the_other_versions_of_python_that_this_machine_has(
    version: str, tmp_path: Path
) -> None:
    python = pythons().get(version)
    if python is None:
        pytest.skip(f"Python {version} is missing: pyenv install {version}")
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(PEERS[name]()) for name in NAMES]
        answers = run(str(python), task(placed(tmp_path, *NAMES), *peers), {})
    assert len(answers) == len(NAMES)
    for answer in answers:
        assert answer["seen"] == ["DOWN", "UP"]
        assert answer["errors"] == ["settings", "unreachable"]
