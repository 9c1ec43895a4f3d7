"""Searches of networks whose devices are made up: what the lines of searches.txt mean.

A line is what answers, the owner's files, and the runs of `pdu find`. Of a run, it says

    EXIT CODE | ASKED | OUTPUT | ERRORS | ROWS THAT THE LIST GOT | LOGINS THAT THE FILE GOT

with ` // ` between two, and ` / ` between lines. ASKED: the hosts, the port and the community. A
list that is printed can be read. In words and texts, LIST and LOGINS are the owner's files, and OID
is 1.3.6.1.4.1.

    answer ADDRESS; OBJECT ID; NAME; DESCRIPTION   it answers SNMP
    tables ADDRESS FAMILY      it has the tables of this family; `-`: of none; `?WHY`: not read
    announces ADDRESS PORT NAME   a Xerus unit that announces itself
    unsent COUNT WHY           so many requests were not sent
    row TEXT                   of the list, below its head
    in ENCODING                of the list, in place of UTF-8
    login TEXT                 a line of the file of logins
    resolves HOST ADDRESS      what the name server says
    without a community        none is known
    find WORDS                 `pdu find WORDS`
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import pytest

from handlers.raritan import zeroconf
from handlers.shared.errors import ProtocolError
from pdu import root
from pdu.monitoring import find, network_scan, networks
from pdu.monitoring.datagrams import AgentAnswer
from pdu.network import hosts
from pdu.pdu_list import device_list
from tests.pdu.monitoring.halls import private
from tests.tables import Case, Table, characters

TABLE = Table(Path(__file__).with_suffix(".txt"))
_HEAD = "name,handler,address,auth,settings"


class Surroundings:
    """All that answers a search: `answers` over SNMP and `families` of tables by address,
    `announced` units of mDNS, `addresses` of hosts, `unsent`, the reason of each request that is
    not sent. `asked`: what the search asked, as the table shows it.
    """

    def __init__(self) -> None:
        self.answers: dict[str, AgentAnswer] = {}
        self.families: dict[str, str] = {}
        self.announced: list[zeroconf.AnnouncedDevice] = []
        self.addresses: dict[str, str] = {}
        self.unsent: list[str] = []
        self.asked = ""

    def scan_networks(
        self,
        asked_networks: Sequence[networks.Network],
        community: str,
        port: int,
        _: object,
        __: object,
        on_unsent: Callable[[Exception], None],
    ) -> dict[str, AgentAnswer]:
        """In the place of `network_scan.scan_networks`: notes what is asked, returns `answers`."""
        ranges = []
        for network in asked_networks:
            first_host, *other_hosts = networks.hosts(network)
            last_hosts = other_hosts[-1:]
            ranges.append(" to ".join([first_host, *last_hosts]))
        self.asked = f"{', '.join(ranges)} at {port} with {community}"
        for why in self.unsent:
            on_unsent(OSError(0, why))
        return self.answers

    def identify_device(self, _: object, data: Any) -> SimpleNamespace:
        """In the place of `identification.identify`: a finding with the family of the address."""
        family = self.families[data.ip.partition(":")[0]]
        if family.startswith("?"):
            raise ProtocolError(family[1:])
        return SimpleNamespace(family="" if family == "-" else family)

    def look_up(self, host: str, *_: object, **__: object) -> list[Any]:
        """In the place of `socket.getaddrinfo`: the address of a host in `addresses`."""
        address = host if hosts.is_ip(host) else self.addresses.get(host)
        if address is None:
            raise OSError
        return [(socket.AF_INET, socket.SOCK_DGRAM, 0, "", (address, 0))]


def shown(case: Case) -> str:
    """What each search of a case ends with: the right side of its line in searches.txt."""
    surroundings = Surroundings()
    rows: list[str] = []
    logins: list[str] = []
    runs: list[list[str]] = []
    environment = {"PDU_COMMUNITY": "public"}
    encoding = "utf-8"
    for change in case.left.replace("OID.", "1.3.6.1.4.1.").split(TABLE.separator):
        word, _, rest = change.partition(" ")
        if word == "answer":
            address, object_id, name, description = [*characters(rest).split("; "), "", ""][:4]
            surroundings.answers[address] = AgentAnswer(1, object_id, description, name)
        elif word == "tables":
            address, _, family = rest.partition(" ")
            surroundings.families[address] = family
        elif word == "announces":
            address, port, name = rest.split(" ", 2)
            device = zeroconf.AnnouncedDevice(name, "PX4", address, int(port), "")
            surroundings.announced.append(device)
        elif word == "unsent":
            count, _, why = rest.partition(" ")
            surroundings.unsent += [why] * int(count)
        elif word == "row":
            rows.append(rest)
        elif word == "in":
            encoding = rest
        elif word == "login":
            logins.append(rest)
        elif word == "resolves":
            host, _, address = rest.partition(" ")
            surroundings.addresses[host] = address
        elif word == "without":
            environment.clear()
        else:
            runs.append(rest.split())
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        fleet, login_path = Path(folder, "list.csv"), Path(folder, "logins.toml")
        if rows:
            fleet.write_text("".join(f"{row}\n" for row in [_HEAD, *rows]), encoding)
        if logins:
            private(login_path, "".join(f"{line}\n" for line in logins))
        for key in [key for key in os.environ if key.startswith("PDU_")]:
            patch.delenv(key)
        for key, value in environment.items():
            patch.setenv(key, value)
        patch.setattr(network_scan, "scan_networks", surroundings.scan_networks)
        patch.setattr(find, "identify_device", surroundings.identify_device)
        patch.setattr(find, "_own_address", lambda network: next(iter(networks.hosts(network))))
        patch.setattr(zeroconf, "discover_devices", lambda interfaces: surroundings.announced)
        patch.setattr(socket, "getaddrinfo", surroundings.look_up)
        results = []
        for words in runs:
            surroundings.asked = ""
            result = _result(words, surroundings, fleet, login_path, encoding)
            results.append(result)
        return " // ".join(results)


def _result(
    words: list[str], surroundings: Surroundings, fleet: Path, logins: Path, encoding: str
) -> str:
    """What the search `pdu find WORDS` ends with: exit code, what was asked, output, errors, and
    what was written behind the text of the two files.
    """
    files = {"LIST": fleet, "LOGINS": logins}
    texts = {path: path.read_text(encoding) if path.exists() else "" for path in files.values()}
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = root.run([_with_paths(word, files) for word in ["find", *words]])
    output = out.getvalue()
    if output.startswith(_HEAD) and output.rstrip() != _HEAD:
        device_list.parse_device_list(output.encode(), "printed.csv")
    if output.startswith("{"):
        output = json.dumps(json.loads(output))
    parts = [str(code), surroundings.asked, output, err.getvalue()]
    for path, text in texts.items():
        new_text = path.read_text(encoding) if path.exists() else ""
        assert new_text.startswith(text)
        parts.append(new_text[len(text) :])
    text = " | ".join(map(_one_line, parts))
    for name, path in files.items():
        text = text.replace(str(path), name)
    return text.replace("1.3.6.1.4.1.", "OID.").strip()


def _with_paths(word: str, files: Mapping[str, Path]) -> str:
    """The word with the paths of files for their names."""
    for name, path in files.items():
        word = word.replace(name, str(path))
    return word


def _one_line(text: str) -> str:
    """A text of several lines in one."""
    return " / ".join(" ".join(line.split()) for line in text.splitlines())
