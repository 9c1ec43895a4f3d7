"""Runs of `pdu identify` at simulated devices: what the lines of identifications.txt mean.

A line is one device, and the runs at it. Of a run, it says

    EXIT CODE | OUTPUT | ERRORS

with ` // ` between two, and ` / ` between lines; times are S, and the digest of a certificate is
DIGEST. For a device that asks for a login, `LOGINS N` follows: how many requests had the password.
HERE is the device's address with its port, PORT the port and FOLDER that of the files.

    nut NAME: VARIABLE=VALUE, ...   a device of a NUT server, or `switched NAME: OUTLETS`
    driver NAME stale          its driver has no data, or is gone
    errs REQUEST, ...          what the NUT server answers with an error
    asks for a login as NAME   a web service of this name, which refuses each login
    titled TEXT                a web service whose page has this title
    unit HANDLER               a simulated unit that this handler reads; its login is known
    open PORT ...              the ports that answer, of a host that is none of these
    file NAME TEXT             a file that only its owner reads
    VARIABLE=VALUE             of the environment
    pdu WORDS                  a run; `next` is the line that the run before it printed last
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import shlex
import tempfile
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers import registry
from pdu import root
from pdu.outlets import survey
from tests.needs import ROOT
from tests.pdu.monitoring.halls import private
from tests.pdu.recordings.planted_devices import UNITS, arguments
from tests.servers.serving import in_thread
from tests.simulators.nut_server import Device, Driver, NutServer, StaticDevice, SwitchedPdu
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
PASSWORD = "mistyped-9"


class WebService(ThreadingHTTPServer):
    """A web service on loopback: with `product`, which asks for a login; or with a page."""

    daemon_threads = True

    def __init__(self, *, product: str = "", title: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.product, self.title = product, title
        #: the requests that had a password
        self.logins: list[str] = []


class _Answers(BaseHTTPRequestHandler):
    server: WebService

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        if PASSWORD.encode() in body or basic in self.headers.get("Authorization", ""):
            self.server.logins.append(self.path)
        page = f"<title>{self.server.title}</title>".encode() if self.server.title else b""
        self.send_response_only(200 if page else 401)
        if not page:
            self.send_header("Server", self.server.product)
            self.send_header("WWW-Authenticate", 'Basic realm="device"')
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


def shown(case: Case) -> str:
    """What each run of a case ends with: the right side of its line in identifications.txt. The
    left side is read first; then the device is started, and the runs are made.
    """
    devices: list[Device] = []
    drivers: dict[str, Driver] = {}
    refused: list[str] = []
    unit = ""
    web: Optional[WebService] = None
    ports: Optional[list[int]] = None
    files: dict[str, str] = {}
    login = {"PDU_USERNAME": "admin", "PDU_PASSWORD": PASSWORD}
    environment: dict[str, str] = {}
    runs: list[str] = []
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        name, _, text = rest.partition(": ")
        if word == "nut":
            devices.append(StaticDevice(name, dict(pair.split("=") for pair in text.split(", "))))
        elif word == "switched":
            devices.append(SwitchedPdu(name, int(text)))
        elif word == "driver":
            name, _, state = rest.partition(" ")
            drivers[name] = Driver[state.upper()]
        elif word == "errs":
            refused = rest.split(", ")
        elif word == "asks":
            web = WebService(product=rest.removeprefix("for a login as").strip())
        elif word == "titled":
            web = WebService(title=rest)
        elif word == "unit":
            unit = rest
        elif word == "open":
            ports = [int(port) for port in rest.split()]
        elif word == "file":
            name, _, text = rest.partition(" ")
            files[name] = text
        elif word in ("pdu", "next"):
            runs.append(change)
        else:
            name, equals, value = change.partition("=")
            assert equals and name.isupper(), change
            environment[name] = value
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for name, text in files.items():
            private(Path(folder, name), text)
        here = "192.0.2.1"
        if devices:
            nut = stack.enter_context(NutServer(devices))
            nut.faults.drivers.update(drivers)
            nut.faults.rewrite = _refusing(refused)
            here = f"{nut.host}:{nut.port}"
        elif web is not None:
            stack.enter_context(in_thread(web))
            here = f"127.0.0.1:{web.server_address[1]}"
        elif unit:
            device = stack.enter_context(UNITS[unit]())
            here, *_ = arguments(device)
            data: Any = device.data
            form = data.snmp_params if unit == "snmp" else data.custom_params
            for key in ("username", "password", "community"):
                if key in form:
                    login[f"PDU_{key.upper()}"] = form[key]
        for key in [key for key in os.environ if key.startswith("PDU_")]:
            patch.delenv(key)
        for key, value in {**login, **environment}.items():
            patch.setenv(key, value)
        if ports is not None:
            open_ports = ports
            patch.setattr(
                survey,
                "_port_error",
                lambda _, port: "" if port in open_ports else f"closed {port}",
            )
        text = _results(runs, here, folder)
    if web is not None and not web.title:
        text += f" | LOGINS {len(web.logins)}"
    return text


def _refusing(requests: Sequence[str]) -> Optional[Callable[[str, bytes], bytes]]:
    """The function with which a NUT server changes its answer to a request: an error for those that
    begin with one of `requests`. None if there are none.
    """

    def refuse(line: str, answer: bytes) -> bytes:
        return b"ERR UNKNOWN-COMMAND\n" if line.startswith(tuple(requests)) else answer

    return refuse if requests else None


def _results(runs: Sequence[str], here: str, folder: str) -> str:
    """`EXIT CODE | OUTPUT | ERRORS` of each run. `here`: the device's address with its port, which
    is HERE in runs and results.
    """
    results: list[str] = []
    next_line = ""
    for run in runs:
        line = next_line if run == "next" else run.removeprefix("pdu ")
        _, _, port = here.rpartition(":")
        line = line.replace("HERE", here).replace("PORT", port).replace("FOLDER", folder)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = root.run(shlex.split(line, comments=True))
        parts = [str(code), out.getvalue(), err.getvalue()]
        printed_lines = re.findall(r"\bpdu ([a-z]+ .*)", out.getvalue() + err.getvalue())
        next_line = printed_lines[-1].rpartition(" pdu ")[2] if printed_lines else ""
        results.append(" | ".join(map(_one_line, parts)))
    text = " // ".join(results)
    for old, new in ((here, "HERE"), (folder, "FOLDER"), (str(ROOT), "ROOT")):
        text = text.replace(old, new)
    _, colon, port = here.rpartition(":")
    if colon:
        text = re.sub(rf"\b{port}\b", "PORT", text)
    text = text.replace(", ".join(registry.names()), "HANDLERS")
    return re.sub(r"\b[0-9a-f]{64}\b|([0-9A-F]{2}:){31}[0-9A-F]{2}", "DIGEST", text)


def _one_line(text: str) -> str:
    """A text of several lines in one; JSON in its shortest form, and times as S."""
    with contextlib.suppress(ValueError):
        # in a table `{}` stands for a value
        text = json.dumps(json.loads(text)).replace("{}", "{ }")
    text = re.sub(r'("seconds": |, )[0-9.]+(?=[,}]| s\b)', r"\1S", text)
    return " / ".join(" ".join(line.split()) for line in text.splitlines())
