"""Every archive on unfriendly hosts: read-only files, no name service, no home, the C locale, proxies and .netrc,
warnings as errors (not with SNMP).

Each archive runs in a clean process with the restrictions of such a host, does the four calls against its simulated device,
and answers as on any other host. Another test calls each archive from several threads while a new version is uploaded.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest

from handlers.command import archives
from tests.needs import ROOT, pythons
from tests.peers import PEERS, Peer

from .building import NAMES, archive

# The job's key `host` names the restrictions. An audit hook sees accesses to files, folders and host names.
_CHILD = """
import errno, ipaddress, json, os, sys
job = json.loads(sys.stdin.readline())
sys.path[:0] = job["path"]
def refuse(event, arguments):
    if "read-only" in job["host"]:
        flags = arguments[2] if event == "open" and isinstance(arguments[2], int) else 0
        written = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(arguments[0]) != os.devnull
        if written or event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.truncate"):
            raise OSError(errno.EROFS, "Read-only file system", str(arguments[0]))
    if "no names" in job["host"] and event in ("socket.getaddrinfo", "socket.gethostbyname"):
        name = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        ipaddress.ip_address(name)
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.fork"):
        raise PermissionError("a handler starts no program")
sys.addaudithook(refuse)
import importlib
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
module = importlib.import_module(job["module"])
def data():
    snmp, settings = dict(job["snmp"]), dict(job["settings"])
    return PduSnmpData(job["address"], snmp, settings) if snmp else PduData(job["address"], settings)
pdu = module.make_handler(data())
states = {port.identity: port.power_status.name for port in pdu.status().ports}
view = pdu.statistic()
identity = next(one for one, state in states.items() if state == "UP")
port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
seen = [pdu.port_down(port).power_status.name, pdu.port_up(port).power_status.name]
errors = []
for change in ({"nonsense": "1"}, {"port": "1", "timeout": "0.5"}):
    wrong = data()
    where = wrong.snmp_params if job["snmp"] and "port" in change else wrong.custom_params
    where.update(change)
    try:
        module.make_handler(wrong).status()
    except Exception as error:
        errors.append(getattr(error, "kind", repr(error)))
print(json.dumps({"states": states, "load": view.load, "energy": view.total_consumption, "seen": seen, "errors": errors}))
"""
_HOSTS: Dict[str, Dict[str, str]] = {
    "read-only": {}, "no names": {}, "no home": {"HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
    "the C locale": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "proxies and .netrc": {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9",
                           "REQUESTS_CA_BUNDLE": "/nonexistent.pem", "SSL_CERT_FILE": "/nonexistent.pem", "CURL_CA_BUNDLE": "/x"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
}


def placed(folder: Path, name: str) -> List[str]:
    """The folders for sys.path: the platform's packages and the unpacked archive."""
    host = folder / "host"
    host.mkdir()
    for package in ("common", "pdu_common"):
        (host / package).symlink_to(ROOT / package)
    archives.read(archive(ROOT / "handlers", name)).unpack(folder / "unpacked")
    return [str(host), str(folder / "unpacked")]


def job(peer: Peer, path: List[str], *host: str) -> str:
    return json.dumps({"path": path, "module": f"pdu_{peer.handler}.handler", "address": peer.address, "snmp": peer.snmp,
                       "settings": peer.settings, "host": host})


def run(python: str, program: str, given: str, environment: Dict[str, str]) -> Dict[str, Any]:
    bare = {key: value for key, value in os.environ.items() if key in ("PATH", "LD_LIBRARY_PATH")}
    done = subprocess.run([python, "-B", "-c", program], cwd="/", env={**bare, **environment}, text=True, input=given,
                          capture_output=True, timeout=110)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: Dict[str, Any] = json.loads(done.stdout)
    return answer


# pysnmp, on which the double of the platform's SNMP client is built, has warnings of its own.
_ON_HOSTS = [(name, host) for name in NAMES for host in _HOSTS if (name, host) != ("snmp", "warnings are errors")]


@pytest.mark.parametrize("name, host", _ON_HOSTS)
def test_archive_does_its_four_calls_on_an_unfriendly_host(name: str, host: str, tmp_path: Path) -> None:
    with PEERS[name]() as peer:
        before = peer.books()
        environment = dict(_HOSTS[host])
        if host.endswith(".netrc"):
            (tmp_path / ".netrc").write_text(f"machine {peer.address} login nobody password wrong\n")
            environment["HOME"] = str(tmp_path)
        found = run(sys.executable, _CHILD, job(peer, placed(tmp_path, name), host), environment)
        names = {True: "UP", False: "DOWN", None: "UNKNOWN"}
        assert found["states"] == {identity: names[on] for identity, on in before.states.items()}
        assert (found["load"], found["energy"]) == (pytest.approx(before.load_a), pytest.approx(before.energy_kwh))
        assert found["seen"] == ["DOWN", "UP"] and found["errors"] == ["settings", "unreachable"]
        assert peer.books().states == before.states and len(peer.books().writes) == 2


# ---- other versions of Python --------------------------------------------------------------------------------------

OTHERS = [f"3.{minor}" for minor in range(9, 14) if minor != sys.version_info.minor]


@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "snmp"])
def test_archive_runs_on_the_other_versions_of_python_that_this_machine_has(name: str, version: str, tmp_path: Path) -> None:
    """Those Pythons may lack packages: these archives need only the standard library. SNMP needs the platform's client."""
    python = pythons().get(version)
    if python is None:
        pytest.skip(f"no Python {version} on the PATH or in ~/.pyenv")
    with PEERS[name]() as peer:
        found = run(str(python), _CHILD, job(peer, placed(tmp_path, name)), {})
        assert found["seen"] == ["DOWN", "UP"] and found["errors"] == ["settings", "unreachable"]


# ---- an upload while calls run -------------------------------------------------------------------------------------

_LIVING = """
import importlib, json, sys, threading
job = json.loads(sys.stdin.readline())
sys.path[:0] = job["path"]
from pdu_common.connection import PduData, PduSnmpData
def data():
    snmp, settings = dict(job["snmp"]), dict(job["settings"])
    return PduSnmpData(job["address"], snmp, settings) if snmp else PduData(job["address"], settings)
module = importlib.import_module(job["module"])
answers, ended = [], threading.Event()
def poll(pdu):
    while True:
        answers.append(tuple((port.identity, port.power_status.name) for port in pdu.status().ports))
        if ended.is_set():
            return
threads = [threading.Thread(target=poll, args=(module.make_handler(data()),)) for _ in range(4)]
for thread in threads:
    thread.start()
print("running", flush=True)
sys.stdin.readline()
first = module.make_handler(data())
for _ in range(3):
    module = importlib.reload(module)
    again = module.make_handler(data())
    answers.append(tuple((port.identity, port.power_status.name) for port in again.status().ports))
ended.set()
for thread in threads:
    thread.join()
answers.append(tuple((port.identity, port.power_status.name) for port in first.status().ports))
print(json.dumps({"answers": len(answers), "different": len(set(answers)), "kinds": len({type(first), type(again)})}), flush=True)
"""


@pytest.mark.parametrize("name", NAMES)
def test_upload_while_calls_run_changes_none_of_their_answers(name: str, tmp_path: Path) -> None:
    with PEERS[name]() as peer:
        path = placed(tmp_path, name)
        with subprocess.Popen([sys.executable, "-B", "-c", _LIVING], cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            try:
                assert process.stdin is not None
                process.stdin.write(job(peer, path) + "\n")
                process.stdin.flush()
                assert process.stdout is not None and process.stdout.readline() == "running\n"
                newer = archive(_tree(tmp_path), name)
                archives.read(newer).unpack(tmp_path / "unpacked")
                out, _ = process.communicate("\n", timeout=110)
            finally:
                process.kill()
        found = json.loads(out)
        assert found["answers"] >= 8 and found["different"] == 1 and found["kinds"] == 2


def _tree(folder: Path) -> Path:
    """A copy of this project's handlers with a later version."""
    copy = folder / "later" / "handlers"
    shutil.copytree(ROOT / "handlers", copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / "__init__.py").read_text("utf-8")
    (copy / "__init__.py").write_text(text.replace('VERSION = "', 'VERSION = "9.'))
    return copy
