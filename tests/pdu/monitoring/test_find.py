"""`pdu find` among simulated agents on loopback addresses: which hosts it asks, what it finds, its
rate.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import functools
import io
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest
from zeroconf import IPVersion, ServiceInfo, Zeroconf

from handlers.raritan import zeroconf as discovery
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu import root
from pdu.cli import exit_codes, optional_packages
from pdu.cli.exit_codes import INTERRUPTED, READER_GONE
from pdu.files import whole_files
from pdu.monitoring import find as find_, network_scan, networks
from pdu.pdu_list import addition, device_list, logins
from pdu.pdu_list.listed_pdu import ListedPdu
from tests.ports import reserved
from tests.process_lock import turn
from tests.simulators.snmp_agent import Agent, Faults
from tests.simulators.snmp_agent.device import Row
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.waiting import PATIENCE_S, bounded, start_program, until

from .halls import PDU, Call, environment, private

# Depends on the process id, because pytest-xdist workers run at the same time and should not share
# addresses.
NETWORK = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 200}"
NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 2, 0)


def agent(
    place: int,
    port: int,
    name: Optional[bytes] = None,
    object_id: Optional[tuple[int, ...]] = None,
    faults: Optional[Faults] = None,
) -> Agent:
    """An agent at this host number of the network, with this sysName and sysObjectID."""
    device = rpdu2(outlets=2)
    rows = device.device._rows
    if name is not None:
        rows[NAME] = Row(rows[NAME].tag, name)
    if object_id is not None:
        rows[OBJECT_ID] = Row(rows[OBJECT_ID].tag, object_id)
    return Agent(device, port, host=f"{NETWORK}.{place}", faults=faults)


class Hall(NamedTuple):
    """Agents in one network, and `traps`: sockets at addresses that a search of the network's .0/28
    must not ask.

    These are the first and the last address of the .0/28, and the address after it.
    """

    port: int
    agents: dict[int, Agent]
    traps: dict[int, socket.socket]


@pytest.fixture(scope="module")
def hall() -> Iterator[Hall]:
    port = reserved()
    agents = {
        1: agent(1, port, name=b"rack 1"),
        2: agent(2, port, name=b"twin"),
        3: agent(3, port, name=b"twin"),
        4: agent(4, port, name=b"switch", object_id=(1, 3, 6, 1, 4, 1, 99998, 1)),
        # it answers the second request alone
        5: agent(5, port, name=b"=cmd|' /C calc'!A0\n", faults=Faults(drop=frozenset((1,)))),
        6: agent(6, port, faults=Faults(garbage=True)),
    }
    with contextlib.ExitStack() as stack:
        for simulated in agents.values():
            stack.enter_context(simulated)
        traps = {}
        for place in (0, 15, 16):
            trap = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            trap.bind((f"{NETWORK}.{place}", port))
            trap.setblocking(False)
            traps[place] = trap
        yield Hall(port, agents, traps)


@pytest.fixture
def call(call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The shared `call` with rounds that wait less long for their last answers."""
    quick_rate = functools.partial(network_scan.ScanRate, last_s=0.4)
    monkeypatch.setattr(network_scan, "ScanRate", quick_rate)
    return call


def find(
    call: Call, hall: Hall, *arguments: str, community: str = "public"
) -> subprocess.CompletedProcess[str]:
    """Run `pdu find` among the agents."""
    return call("find", *arguments, "--port", hall.port, "--no-mdns", PDU_COMMUNITY=community)


def complete(call: Call, hall: Hall, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Repeat a search until it finds the agents 1 to 5: on a busy machine an agent may not answer
    within the 4 s it has.
    """
    results: list[subprocess.CompletedProcess[str]] = []

    def is_complete() -> bool:
        result = find(call, hall, *arguments)
        results.append(result)
        if "--json" in arguments:
            return all(f"{NETWORK}.{place}" in result.stdout for place in range(1, 6))
        return "PDUs: 4; other devices that answer SNMP: 1" in result.stderr

    assert until(is_complete), results[-1]
    return results[-1]


def test_the_pdus_of_a_network_become_a_list_that_check_reads(
    hall: Hall, tmp_path: Path, call: Call
) -> None:
    search = complete(call, hall, f"{NETWORK}.0/28")

    assert search.returncode == 0
    rows = list(csv.DictReader(io.StringIO(search.stdout)))
    assert [(row["name"], row["handler"], row["address"]) for row in rows] == [
        ("rack-1", "snmp", f"{NETWORK}.1:{hall.port}"),
        (f"twin {NETWORK}.2", "snmp", f"{NETWORK}.2:{hall.port}"),
        (f"twin {NETWORK}.3", "snmp", f"{NETWORK}.3:{hall.port}"),
        ("cmd-C-calc-A0", "snmp", f"{NETWORK}.5:{hall.port}"),
    ]
    assert f"not a known PDU: {NETWORK}.4  switch  1.3.6.1.4.1.99998.1 APC Web" in search.stderr
    total = "addresses asked: 14; PDUs: 4; other devices that answer SNMP: 1"
    assert search.stderr.splitlines()[-1] == total

    (tmp_path / "list.csv").write_text(search.stdout)
    check = call("check", tmp_path / "list.csv", PDU_COMMUNITY="public")
    assert check.returncode == 0, check.stdout
    assert "4 well" in check.stdout


def _empty(trap: socket.socket) -> None:
    """Read what another test, which searched the whole network, sent to the address."""
    with contextlib.suppress(BlockingIOError):
        while trap.recv(100):
            pass


def test_each_host_is_asked_once(hall: Hall, call: Call) -> None:
    requests: dict[int, int] = {}

    def is_each_asked_once() -> bool:
        before = {place: unit.requests for place, unit in hall.agents.items()}
        # each network has the hosts of the one before
        search = find(call, hall, f"{NETWORK}.0/30", f"{NETWORK}.0/29", f"{NETWORK}.1")
        assert search.returncode == 0
        for place, unit in hall.agents.items():
            requests[place] = unit.requests - before[place]
        # host 6 gives no valid answer: asked twice
        return requests == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 2}

    # repeated, because a host that does not answer in time is asked twice too
    assert until(is_each_asked_once), requests


def test_only_hosts_inside_the_networks_are_asked(hall: Hall, call: Call) -> None:
    for trap in hall.traps.values():
        _empty(trap)
    assert find(call, hall, f"{NETWORK}.0/30", f"{NETWORK}.0/29", f"{NETWORK}.1").returncode == 0
    assert find(call, hall, f"{NETWORK}.0/28").returncode == 0
    for trap in hall.traps.values():
        with pytest.raises(BlockingIOError):
            trap.recv(100)


# Of a card that UPSs and PDUs have, and of the vendor alone.
@pytest.mark.parametrize("number", [(318, 1, 3, 27), (318, 1)], ids=["a card", "a vendor"])
@pytest.mark.parametrize("has_tables", [True, False])
def test_a_number_that_names_no_family_is_a_pdu_only_with_its_tables(
    number: tuple[int, ...], has_tables: bool, call: Call
) -> None:
    unit = rpdu2(outlets=2)
    rows = unit.device._rows
    if not has_tables:
        for oid in list(rows):
            if oid[:6] == (1, 3, 6, 1, 4, 1):
                del rows[oid]
        unit.device._order = sorted(rows)
    rows[OBJECT_ID] = Row(rows[OBJECT_ID].tag, (1, 3, 6, 1, 4, 1, *number))

    with Agent(unit) as simulated:
        device = find_.FoundDevice("127.0.0.1", "snmp", simulated.port, "a", "UPSs")
        pdus, others = find_.identify_by_rows([device], "public")
        words = ("identify", f"127.0.0.1:{simulated.port}", "--handler", "snmp")
        identify = call(*words, PDU_COMMUNITY="public")

    assert [pdu.what for pdu in pdus] == (["apc-rpdu2"] if has_tables else [])
    assert others == ([] if has_tables else [device])
    is_called_ups = "no: UPSs (apc-mib.c) have this number" in identify.stdout
    assert is_called_ups is (number == (318, 1, 3, 27) and not has_tables)


def test_a_wrong_community_finds_nothing_and_is_not_shown(hall: Hall, call: Call) -> None:
    result = find(call, hall, f"{NETWORK}.0/29", community="s3cret-w0rd")
    assert (result.returncode, result.stdout) == (exit_codes.code_of("unreachable"), "")
    assert "s3cret" not in result.stderr
    last_line = result.stderr.splitlines()[-1]
    assert last_line.startswith("unreachable: no device answered: check the networks, the commun")


def test_what_is_found_is_added_once_and_the_list_keeps_what_it_had(
    hall: Hall, tmp_path: Path, call: Call
) -> None:
    fleet = tmp_path / "hall.csv"
    # one of the agents under a name of its owner, and a PDU that no search finds
    head = f"""name,handler,address,auth,settings
mine,snmp,{NETWORK}.1:{hall.port},mine,
rack 2,netio,192.0.2.9,,scheme=http
"""
    fleet.write_text(head)
    private(tmp_path / "logins.toml", '[auth.mine]\ncommunity = "other"\n')
    words = (f"{NETWORK}.0/29", "--add", "--list", fleet)
    for _ in range(2):
        search = complete(call, hall, *map(str, words))
    *_, step = search.stdout.splitlines()
    assert step.startswith("next: pdu check --list ")
    check = call(*shlex.split(step)[2:])
    assert "rack 2" in check.stdout
    text = fleet.read_text()
    assert text.startswith(head)
    devices = device_list.read_device_list(str(fleet)).devices
    new_devices = sorted((device.address, device.auth) for device in devices[2:])
    assert new_devices == [(f"{NETWORK}.{place}:{hall.port}", "snmp") for place in (2, 3, 5)]
    read_logins = logins.read_logins(str(tmp_path / "logins.toml"))
    secrets = {name: dict(login.secrets) for name, login in read_logins.items()}
    assert secrets == {"mine": {"community": "other"}, "snmp": {"community": "public"}}


def test_many_pdus_are_added_in_one_write_and_each_name_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked_names: list[str] = []
    written_files: list[str] = []
    write_atomically = whole_files.write_atomically

    def look_up(host: str, port: None, *, proto: int) -> list[Any]:
        asked_names.append(host)
        raise OSError

    def write(path: str, *arguments: Any, **options: Any) -> None:
        written_files.append(Path(path).name)
        write_atomically(path, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(addition, "write_atomically", write)
    fleet = tmp_path / "list.csv"
    fleet.write_text("name,handler,address,auth,settings\na,nut,ups.example,,\nb,nut,ups.example,,")
    found_pdus: list[ListedPdu] = []
    for number in range(600):
        address = Address(f"192.0.{number // 250}.{number % 250 + 1}")
        found_pdus.append(ListedPdu(f"pdu {number}", "snmp", address))
    login = logins.DeviceLogin("snmp", {}, {"community": "public"})

    new_pdus = addition.add_missing(addition.new_pdu("", str(fleet), ""), found_pdus, login, {})

    assert [pdu._replace(auth="") for pdu in new_pdus] == found_pdus
    assert asked_names == ["ups.example"]
    assert written_files == ["logins.toml", "list.csv"]


def test_a_read_only_list_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,handler,address,auth,settings\n")
    path.chmod(0o400)
    files = addition.new_pdu("", str(path), "")
    new_pdus = [ListedPdu("r1", "netio", Address("192.0.2.7"))]
    login = logins.DeviceLogin("", {}, {})
    with pytest.raises(SettingsError, match=f"is read-only: chmod u\\+w {path} lets it be changed"):
        addition.check_files(files)
    with pytest.raises(SettingsError, match="is read-only"):
        addition.add_missing(files, new_pdus, login, {})
    path.chmod(0o600)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(
            SettingsError, match=f"cannot be written: this user may not write into {tmp_path}"
        ):
            addition.check_files(files)
    assert addition.add_missing(files, new_pdus, login, {}) == new_pdus


def test_a_unit_that_answers_in_two_ways_is_added_once(tmp_path: Path) -> None:
    """Over SNMP, and by mDNS with the port of plain HTTP."""
    found_pdus = [
        ListedPdu("by snmp", "snmp", Address("192.0.2.7")),
        ListedPdu("by mdns", "raritan", Address("192.0.2.7:80")),
        ListedPdu("other", "raritan", Address("192.0.2.8")),
    ]
    files = addition.new_pdu("", str(tmp_path / "list.csv"), "")
    new_pdus = addition.add_missing(files, found_pdus, logins.DeviceLogin("", {}, {}), {})
    assert [pdu.name for pdu in new_pdus] == ["by snmp", "other"]


@pytest.mark.parametrize("name", ["pdu.example", "PDU.example", "pdu.example."])
def test_a_name_that_is_the_address_of_a_listed_pdu_gets_its_own_behind_it(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text("name,handler,address,auth\na,nut,pdu.example:3493,\n")
    files = addition.new_pdu("", str(tmp_path / "list.csv"), "")
    pdu = ListedPdu(name, "snmp", Address("192.0.2.7"))
    new_pdus = addition.add_missing(files, [pdu], logins.DeviceLogin("", {}, {}), {})
    assert [pdu.name for pdu in new_pdus] == [f"{name} 192.0.2.7"]


def test_an_ipv6_host_is_asked() -> None:
    rate = network_scan.ScanRate(200, 0.1)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as trap:
        try:
            trap.bind(("::1", 0))
        except OSError:
            pytest.skip("IPv6 is off: sysctl net.ipv6.conf.all.disable_ipv6=0")
        port = trap.getsockname()[1]
        network_scan.scan_networks(
            networks.parse_networks(["::1"]), "public", port, rate, lambda: None
        )
        trap.settimeout(PATIENCE_S)
        assert trap.recv(1000)


def test_requests_do_not_exceed_the_rate(hall: Hall) -> None:
    silent_network = networks.parse_networks([f"{NETWORK}.32/28"])
    pace = network_scan.ScanRate(20, 0.4)
    begin = time.monotonic()
    answers = network_scan.scan_networks(silent_network, "public", hall.port, pace, lambda: None)
    seconds = time.monotonic() - begin
    assert answers == {}
    # 14 addresses are asked twice, and each round waits 0.4 s for answers; 0.3 s less is allowed
    assert seconds > 28 / 20 + 0.8 - 0.3


@pytest.mark.parametrize(
    "unreachable, words",
    [
        pytest.param(
            ("192.0.2.1", "192.0.2.2"),
            "unreachable: 4 requests could not be sent: Network is unreachable",
            id="none is sent",
        ),
        pytest.param(
            ("192.0.2.2",),
            "unreachable: 2 requests could not be sent: Network is unreachable",
            id="some are sent",
        ),
    ],
)
def test_requests_that_the_system_does_not_send_are_reported(
    unreachable: tuple[str, ...],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class UnsentSocket(socket.socket):
        """Sends nothing. Raises the error of a missing route for unreachable addresses."""

        def sendto(self, data: Any, *where: Any) -> int:
            host, _ = where[-1]
            if host in unreachable:
                raise OSError(errno.ENETUNREACH, "Network is unreachable")
            return len(data)

    monkeypatch.setattr(socket, "socket", UnsentSocket)
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    quick_rate = network_scan.ScanRate(2000, 0.0)
    monkeypatch.setattr(network_scan, "ScanRate", lambda rate: quick_rate)
    assert root.run(["find", "192.0.2.0/30", "--no-mdns"]) == exit_codes.code_of("unreachable")
    assert capsys.readouterr().err.splitlines()[-1] == words


def _register(network: Zeroconf, name: str, address: str) -> None:
    """Announce a unit of this name at port 8443 of the address."""
    service = ServiceInfo(
        discovery.SERVICES[1],
        f"{name}.{discovery.SERVICES[1]}",
        port=8443,
        addresses=[socket.inet_aton(address)],
        server=f"{name.replace(' ', '-')}.local.",
    )
    network.register_service(service, cooperating_responders=True, strict=False)


def test_xerus_units_that_announce_themselves_in_the_networks_are_added(
    tmp_path: Path, call: Call
) -> None:
    """The responder announces one unit inside and one outside the searched network."""
    secret = private(tmp_path / "community", "public")
    command = ("find", "127.0.0.1", "--port", "9", "--secret-file", f"community={secret}")
    rows: list[str] = []

    def is_found() -> bool:
        rows[:] = call(*command).stdout.splitlines()
        return len(rows) > 1

    with turn("mdns"):
        network = Zeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
        try:
            _register(network, "PX4-1 inside", "127.0.0.1")
            _register(network, "PX4-2 outside", "127.0.0.12")
            assert until(is_found)
        finally:
            network.unregister_all_services()
            discovery.close(network)
    assert rows[1:] == ["PX4-1-inside,raritan,127.0.0.1:8443,,"]


def test_without_the_package_for_mdns_the_command_that_adds_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    assert find_.announced_pdus(networks.parse_networks(["127.0.0.1"])) == []
    assert optional_packages.missing("mDNS", "zeroconf") in capsys.readouterr().err


def _started(hall: Hall) -> subprocess.Popen[str]:
    """A search of 254 addresses, as a program."""
    words = ["find", f"{NETWORK}.0/24", "--port", str(hall.port), "--no-mdns"]
    return start_program(
        [*PDU, *words], env={**environment(), "PDU_COMMUNITY": "public"}, stderr=subprocess.PIPE
    )


def test_ctrl_c_ends_the_search_without_a_traceback(hall: Hall) -> None:
    requests_before = hall.agents[1].requests
    with _started(hall) as process, bounded(process):
        assert until(lambda: hall.agents[1].requests > requests_before)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (INTERRUPTED, "")
    assert err.splitlines() == ["interrupted"]


def test_a_broken_pipe_ends_the_search_without_a_traceback(hall: Hall) -> None:
    with _started(hall) as process, bounded(process):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        code = process.wait(PATIENCE_S)
        err = process.stderr.read()
    assert (code, err) == (READER_GONE, "")
