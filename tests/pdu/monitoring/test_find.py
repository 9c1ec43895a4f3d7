"""`pdu find` among simulated agents on loopback addresses: which hosts it asks, what it finds, its
rate.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import functools
import io
import json
import os
import re
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
from pdu import root
from pdu.cli import exit_codes, optional_packages
from pdu.cli.exit_codes import INTERRUPTED, READER_GONE
from pdu.files import whole_files
from pdu.monitoring import find as find_, network_scan, networks
from pdu.monitoring.datagrams import AgentAnswer
from pdu.pdu_list import addition, device_list, logins
from pdu.pdu_list.listed_pdu import ListedPdu
from tests.ports import reserved
from tests.process_lock import turn
from tests.simulators.snmp_agent import Agent, Faults
from tests.simulators.snmp_agent.device import Row
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.waiting import PATIENCE_S, bounded, until

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
    """As everywhere, but a round waits less long for its last answers."""
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
        ("rack 1", "snmp", f"{NETWORK}.1:{hall.port}"),
        (f"twin {NETWORK}.2", "snmp", f"{NETWORK}.2:{hall.port}"),
        (f"twin {NETWORK}.3", "snmp", f"{NETWORK}.3:{hall.port}"),
        (f"{NETWORK}.5", "snmp", f"{NETWORK}.5:{hall.port}"),
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


@pytest.mark.parametrize("name", ["x" * 80, "\x01" * 60], ids=["long", "control characters"])
def test_a_list_with_long_device_names_can_be_read(name: str, tmp_path: Path) -> None:
    answer = AgentAnswer(1, "1.3.6.1.4.1.318.1.3.4.6", "", name)
    network = "2001:db8:1111:2222:3333:4444:5555"
    answers = {f"{network}:6666": answer, f"{network}:7777": answer}

    pdus, _, _ = find_.split_answers(answers, 161)
    first, second = find_.name_pdus(pdus)
    path = tmp_path / "list.csv"
    text = f"""name,handler,address
{first.name},snmp,{first.address}
{second.name},snmp,{second.address}"""
    path.write_text(text, "utf-8")

    assert len(device_list.read_device_list(str(path)).devices) == 2


def test_a_linux_device_with_the_object_id_of_a_family_is_listed_as_a_pdu() -> None:
    answer = AgentAnswer(1, "1.3.6.1.4.1.1418.6.1", "Linux web1 6.1.0", "web1")
    pdus, _, others = find_.split_answers({"192.0.2.1": answer}, 161)
    assert [pdu.what for pdu in pdus] == ["dataprobe-iboot"]
    assert others == []


@pytest.mark.parametrize("object_id", ["1.3.6.1.4.1.8072.3.2.10", ""], ids=["Net-SNMP", "none"])
def test_any_other_linux_device_is_no_pdu(object_id: str) -> None:
    answer = AgentAnswer(1, object_id, "Linux web1 6.1.0", "web1")
    pdus, _, others = find_.split_answers({"192.0.2.1": answer}, 161)
    assert pdus == []
    description = f"{object_id} Linux web1 6.1.0".strip()
    assert [device.what for device in others] == [description]


UPS_NUMBERS = ("318.1.3.27", "318.1.3.2.11", "534.1", "534.2", "705.1", "476.1.42", "3808.1.1.1")
CONSOLES = ("10418.16", "13742.3.2.10", "25049.1", "850.1")


@pytest.mark.parametrize("number", [*UPS_NUMBERS, *CONSOLES])
def test_a_ups_or_a_console_is_no_pdu_by_its_number(number: str) -> None:
    """Numbers as NUT's snmp-ups and LibreNMS have them."""
    answer = AgentAnswer(1, f"1.3.6.1.4.1.{number}", "a card", "ups1")
    pdus, unsure, others = find_.split_answers({"192.0.2.1": answer}, 161)
    assert pdus == []
    (device,) = [*unsure, *others]
    assert re.match(r"UPSs|console servers|KVM switches", device.what)


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


def test_a_device_whose_tables_cannot_be_read_says_so() -> None:
    """It may be a PDU."""
    device = find_.FoundDevice("127.0.0.1", "snmp", reserved(), "a", "UPSs")
    pdus, (other,) = find_.identify_by_rows([device], "public")
    assert pdus == []
    assert other.what.startswith("UPSs; its tables are not read: ")


def test_a_unit_that_announces_no_port_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    units = [
        discovery.AnnouncedDevice("PX4", "PX4", "127.0.0.1", 0, ""),
        discovery.AnnouncedDevice("PX4", "PX4", "127.0.0.1", 443, ""),
    ]
    monkeypatch.setattr(discovery, "discover_devices", lambda interfaces: units)
    pdus = find_.announced_pdus(networks.parse_networks(["127.0.0.0/24"]))
    assert [pdu.port for pdu in pdus] == [443]


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


def test_files_to_which_nothing_can_be_added_are_refused_before_the_search(
    tmp_path: Path, call: Call
) -> None:
    fleet = tmp_path / "list.csv"
    words = ["find", f"{NETWORK}.0/30", "--port", "9", "--add", "--list", fleet, "--no-mdns"]
    fleet.write_bytes("name;handler;address\nстойка;snmp;192.0.2.1\n".encode("cp1251"))
    assert "save it as UTF-8" in call(*words, PDU_COMMUNITY="public").stderr
    fleet.unlink()
    private(tmp_path / "logins.toml", "[auth.snmp\n")
    assert "logins.toml" in call(*words, PDU_COMMUNITY="public").stderr
    assert not fleet.exists()
    for option in ("--list", "--auth"):
        absent_file = tmp_path / "gone" / "file.toml"
        # the last one counts
        result = call(*words, option, absent_file, PDU_COMMUNITY="public")
        assert result.returncode == 2
        assert f"there is no folder {absent_file.parent}: create it" in result.stderr


def test_a_found_pdu_is_not_added_beside_itself_by_another_handler_or_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """At an unusual port of the same address, behind NAT, is another unit."""
    addresses = {"rack1.example": "192.0.2.11"}
    getaddrinfo = socket.getaddrinfo

    def look_up(host: str, port: None, *, proto: int) -> list[Any]:
        return list(getaddrinfo(addresses.get(host, host), port, proto=proto))

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    fleet = tmp_path / "list.csv"
    listed_lines = [
        "name,handler,address,auth",
        "a,netio,192.0.2.9,",
        "b,snmp,192.0.2.10:1161,",
        "c,snmp,rack1.example,",
        "d,raritan,192.0.2.12:8443,",
    ]
    fleet.write_text("\n".join(listed_lines))
    found_addresses = ["192.0.2.9", "192.0.2.10:1162", "192.0.2.10:1161", "192.0.2.11"]
    found_pdus: list[ListedPdu] = []
    for address in [*found_addresses, "192.0.2.12"]:
        found_pdus.append(ListedPdu(f"at {address}", "snmp", Address(address)))
    files = addition.new_pdu("", str(fleet), "")
    login = logins.DeviceLogin("snmp", {}, {"community": "public"})

    new_pdus = addition.add_missing(files, found_pdus, login, {})

    assert [pdu.address for pdu in new_pdus] == ["192.0.2.10:1162", "192.0.2.12"]
    assert fleet.read_text().splitlines() == [
        *listed_lines,
        "at 192.0.2.10:1162,snmp,192.0.2.10:1162,snmp",
        "at 192.0.2.12,snmp,192.0.2.12,snmp",
    ]


def _added_to(tmp_path: Path, lines: str, *pdus: ListedPdu) -> list[tuple[str, str]]:
    """Name and address of each of the PDUs that `find --add` puts into a list of these lines."""
    fleet = tmp_path / "list.csv"
    fleet.write_text(f"name,handler,address,auth,settings\n{lines}")
    private(tmp_path / "logins.toml", '[auth.nat]\nport = "1161"\n')
    files = addition.new_pdu("", str(fleet), "")
    login = logins.DeviceLogin("snmp", {}, {"community": "public"})
    return [(pdu.name, pdu.address) for pdu in addition.add_missing(files, pdus, login, {})]


def test_where_a_listed_pdu_is_read_its_login_and_its_settings_say(tmp_path: Path) -> None:
    """Not its address: another unit may be there."""
    lines = "a,snmp,192.0.2.9,nat,\nb,raritan,192.0.2.10,,host=192.0.2.11\n"
    found_pdus: list[ListedPdu] = []
    for address in ("192.0.2.9", "192.0.2.9:1161", "192.0.2.10", "192.0.2.11"):
        found_pdus.append(ListedPdu(f"at {address}", "snmp", Address(address)))
    added = _added_to(tmp_path, lines, *found_pdus)
    assert [address for _, address in added] == ["192.0.2.9", "192.0.2.10"]


def test_a_host_name_in_the_settings_is_looked_up_and_not_the_address_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    addresses = {"old.example": "192.0.2.8", "new.example": "192.0.2.9"}

    def look_up(host: str, port: None, *, proto: int) -> list[Any]:
        return [(2, 2, proto, "", (addresses[host], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    found_pdus = [ListedPdu(host, "snmp", Address(host)) for host in ("192.0.2.8", "192.0.2.9")]
    added = _added_to(tmp_path, "a,raritan,old.example,,host=new.example\n", *found_pdus)
    assert [address for _, address in added] == ["192.0.2.8"]


def test_a_found_name_that_the_list_would_refuse_gets_the_address(tmp_path: Path) -> None:
    """It is the address of another unit, or a name that was made so earlier."""
    lines = "r1,raritan,192.0.2.9,,\nr2,snmp,192.0.2.1,,\nr2 192.0.2.3,snmp,192.0.2.2,,\n"
    unnamed_pdu = ListedPdu("192.0.2.9", "snmp", Address("192.0.2.9:1161"))
    namesake = ListedPdu("r2", "snmp", Address("192.0.2.3"))
    assert _added_to(tmp_path, lines, unnamed_pdu, namesake) == [
        ("192.0.2.9 192.0.2.9:1161", "192.0.2.9:1161"),
        ("r2 192.0.2.3 192.0.2.3", "192.0.2.3"),
    ]


def test_many_pdus_are_added_in_one_write_and_each_name_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked_names: list[str] = []
    written_files: list[str] = []
    write_whole = whole_files.write_whole

    def look_up(host: str, port: None, *, proto: int) -> list[Any]:
        asked_names.append(host)
        raise OSError

    def write(path: str, *arguments: Any, **options: Any) -> None:
        written_files.append(Path(path).name)
        write_whole(path, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(addition, "write_whole", write)
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


def test_the_list_names_the_login_and_an_unusable_login_is_refused(
    hall: Hall, tmp_path: Path, call: Call
) -> None:
    text = '[auth.rack]\ncommunity = "public"\n[auth.none]\nusername = "x"\n'
    logins = private(tmp_path / "logins.toml", text)
    command = ("find", f"{NETWORK}.1", "--port", hall.port, "--no-mdns", "--auth", logins)
    row = f"rack 1,snmp,{NETWORK}.1:{hall.port},rack,\n"
    assert until(lambda: row in call(*command, "--login", "rack").stdout)

    without_community = call(*command, "--login", "none")
    assert "has no community" in without_community.stderr
    unknown = call(*command, "--login", "other")
    assert "unknown login 'other'; known: none, rack" in unknown.stderr


def test_a_login_with_another_port_than_the_search_is_refused(tmp_path: Path, call: Call) -> None:
    """What is found at one port would be read at the other."""
    auth = private(tmp_path / "logins.toml", '[auth.nat]\ncommunity = "public"\nport = 1161\n')
    result = call("find", f"{NETWORK}.0/30", "--login", "nat", "--auth", auth, "--no-mdns")
    assert (result.returncode, result.stdout) == (2, "")
    assert "the login 'nat' has another port: give --port 1161" in result.stderr


def test_json_holds_pdus_and_others(hall: Hall, call: Call) -> None:
    search = complete(call, hall, f"{NETWORK}.0/29", "--json")
    document = json.loads(search.stdout)
    assert document["asked"] == 6
    assert document["pdus"][0]["what"] == "apc-rpdu2"
    assert [device["name"] for device in document["others"]] == ["switch"]


@pytest.mark.parametrize(
    "count, rate, said",
    [
        (254, 200.0, ""),
        (254, 1.0, "254 addresses at --rate 1: up to 9 min; --rate 5: 2 min"),
        (65_534, 200.0, "65,534 addresses at --rate 200: up to 11 min; --rate 1130: 2 min"),
    ],
)
def test_a_long_search_says_beforehand_how_long_it_takes_and_at_which_rate_it_would_be_short(
    count: int, rate: float, said: str
) -> None:
    assert find_.describe_search(count, rate) == said


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


def test_requests_do_not_exceed_the_rate(hall: Hall, call: Call) -> None:
    begin = time.monotonic()
    result = find(call, hall, f"{NETWORK}.32/28", "--rate", "20")
    seconds = time.monotonic() - begin
    assert result.returncode == exit_codes.code_of("unreachable")
    # 14 addresses are asked twice, and each round waits 0.4 s for answers; 0.3 s less is allowed
    assert seconds > 28 / 20 + 0.8 - 0.3


def test_a_xerus_unit_whose_sys_object_id_fits_no_family_is_listed_only_as_a_pdu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = AgentAnswer(1, "1.3.6.1.4.1.99998.1", "", "device")
    answers = dict.fromkeys(["192.0.2.1", "192.0.2.2"], answer)
    announced = [find_.FoundDevice("192.0.2.1", "raritan", 443, "PX4", "PX4")]
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    monkeypatch.setattr(network_scan, "scan_networks", lambda *_: answers)
    monkeypatch.setattr(find_, "announced_pdus", lambda _: announced)
    assert root.run(["find", "192.0.2.0/30", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [device["address"] for device in document["pdus"]] == ["192.0.2.1"]
    assert [device["address"] for device in document["others"]] == ["192.0.2.2"]


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
    assert rows[1:] == ["PX4-1 inside,raritan,127.0.0.1:8443,,"]


def test_without_the_package_for_mdns_the_command_that_adds_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    assert find_.announced_pdus(networks.parse_networks(["127.0.0.1"])) == []
    assert optional_packages.missing("mDNS", "zeroconf") in capsys.readouterr().err


def _started(hall: Hall, rate: int) -> subprocess.Popen[str]:
    """A search of 254 addresses, as a program."""
    words = ["find", f"{NETWORK}.0/24", "--port", str(hall.port), "--no-mdns", "--rate", str(rate)]
    return subprocess.Popen(
        [*PDU, *words],
        env={**environment(), "PDU_COMMUNITY": "public"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_ends_the_search_without_a_traceback(hall: Hall) -> None:
    requests_before = hall.agents[1].requests
    with _started(hall, rate=4) as process, bounded(process):
        assert until(lambda: hall.agents[1].requests > requests_before)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (INTERRUPTED, "")
    assert err.splitlines() == ["254 addresses at --rate 4: up to 2 min", "interrupted"]


def test_a_broken_pipe_ends_the_search_without_a_traceback(hall: Hall) -> None:
    with _started(hall, rate=2000) as process, bounded(process):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        code = process.wait(PATIENCE_S)
        err = process.stderr.read()
    assert (code, err) == (READER_GONE, "")


def test_a_search_without_a_community_is_refused_in_one_line(call: Call) -> None:
    result = call("find", "192.0.2.0/30", "--no-mdns")
    assert result.returncode == 2
    assert "no community was given" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def names(*devices: tuple[str, int, str]) -> list[str]:
    """The names in the list, of hosts, ports and the devices' own names."""
    pdus = []
    for host, port, name in devices:
        handler = "snmp" if port == 161 else "raritan"
        pdus.append(find_.FoundDevice(host, handler, port, name, ""))
    return [device.name for device in find_.name_pdus(pdus)]


def test_a_name_that_is_an_address_elsewhere_gives_way_to_the_own_one() -> None:
    elsewhere = names(("192.0.2.8", 161, "192.0.2.99"), ("192.0.2.7", 161, "192.0.2.7"))
    assert elsewhere == ["192.0.2.7", "192.0.2.8"]
    listed_names = names(("192.0.2.9", 161, "192.0.2.5"), ("192.0.2.5", 161, ""))
    assert listed_names == ["192.0.2.5", "192.0.2.9"]
    # a port of its own web service, say: in a list it would be another place
    assert names(("192.0.2.7", 161, "192.0.2.7:8080")) == ["192.0.2.7"]


def test_a_name_that_two_devices_have_is_told_apart() -> None:
    listed_names = names(("192.0.2.7", 443, "PX4"), ("192.0.2.7", 8443, "PX4"))
    assert listed_names == ["PX4 192.0.2.7", "PX4 192.0.2.7:8443"]


@pytest.mark.parametrize("port", [443, 8443])
def test_a_place_is_one_line_of_a_list_and_the_search_ends(port: int) -> None:
    """A unit may announce itself twice; and no names would tell two PDUs of one place apart."""
    assert names(("192.0.2.7", port, "PX4"), ("192.0.2.7", port, "PX4")) == ["PX4"]
    assert names(("192.0.2.7", port, "a"), ("192.0.2.7", port, "b")) == ["a"]
    assert names(("192.0.2.7", 443, ""), ("192.0.2.7", 161, "")) == ["192.0.2.7"]


def test_a_name_that_would_be_a_formula_or_a_comment_gives_way_to_the_address() -> None:
    # also as full-width signs, which spreadsheets take for the same
    for sign in "=+-@\uff1d\uff0b\uff0d\uff20\u2212#":
        assert names(("192.0.2.9", 161, f"{sign}1+1")) == ["192.0.2.9"]


def test_a_family_that_another_handler_reads_too_names_it_once() -> None:
    families = ("sentry4", "apc-rpdu2", "sentry4", "synaccess-synlink")
    pdus = []
    for number, family in enumerate(families, 1):
        pdu = find_.FoundDevice(f"192.0.2.{number}", "snmp", 161, f"pdu-{number}", family)
        pdus.append(pdu)
    jaws, synlink = find_.other_handler_sentences(pdus)
    assert "pdu identify 192.0.2.1 --handler jaws" in jaws
    assert "pdu identify 192.0.2.4 --handler synlink" in synlink
    assert find_.other_handlers("sentry4") == ["jaws"]
    assert find_.other_handlers("apc-rpdu2") == []
