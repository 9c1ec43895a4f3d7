"""`pdu identify` sends one login, to the handler of the make that the device names, and its next
lines work.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shlex
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pdu.cli import exit_codes
from tests.pdu.recordings.planted_devices import COMMUNITY, UNITS, arguments, read
from tests.pdu.running import run
from tests.servers.serving import in_thread

PASSWORD = "mistyped-9"


class Guarded(ThreadingHTTPServer):
    """Answers 401 to everything; keeps the requests that hold a password."""

    daemon_threads = True

    def __init__(self, product: str) -> None:
        super().__init__(("127.0.0.1", 0), _Guarded)
        self.product = product
        self.logins: list[str] = []


class _Guarded(BaseHTTPRequestHandler):
    server: Guarded

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        if PASSWORD.encode() in body or basic in self.headers.get("Authorization", ""):
            self.server.logins.append(self.path)
        self.send_response_only(401)
        self.send_header("Server", self.server.product)
        self.send_header("WWW-Authenticate", 'Basic realm="device"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


@contextlib.contextmanager
def guarded(product: str) -> Iterator[Guarded]:
    with in_thread(Guarded(product)) as server:
        yield server


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDU_COMMUNITY", raising=False)
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)


@pytest.mark.parametrize(
    "product, handler",
    [
        ("ServerTech-AWS/v8.0m", "jaws"),
        ("Raritan embedded web server", "raritan"),
        ("NETIO", "netio"),
        ("Synaccess", "synlink"),
        ("", ""),
    ],
)
def test_a_wrong_password_is_one_refused_login_of_the_likeliest_handler(
    product: str, handler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with guarded(product) as server:
        words = ("identify", f"127.0.0.1:{server.server_address[1]}", "-s", "scheme=http")
        code, out, _ = run(capsys, *words, "--timeout", "5")
        assert len(server.logins) == 1, out
        assert code == exit_codes.code_of("denied")
        lines = out.splitlines()
        (refused_line,) = [
            line for line in lines if "refused: wrong password, or another make" in line
        ]
        assert refused_line.startswith(f"{handler or refused_line.partition(':')[0]}:")
        (held_back,) = [line for line in lines if "not asked: one login was refused" in line]
        assert held_back.count(",") >= 3
        assert lines[-1].startswith("next: check the password; if the unit is of another make: ")
        next_words = shlex.split(lines[-1].rpartition("make: ")[2])[1:]
        asked = next_words.index("--handler") + 1
        if handler:
            # digest login sends no password to a unit that wants it as it is
            code, out, _ = run(capsys, *next_words)
            assert next_words[asked] == "digitalloggers"
            assert len(server.logins) == 1
            assert "no: the device asks for no login that this handler has" in out
            next_words[asked] = "netio" if handler != "netio" else "jaws"
        # the line asks the other handler, and only it
        code, out, _ = run(capsys, *next_words)
        assert len(server.logins) == 2
        assert out.count("refused: wrong password") == 1


def test_a_certificate_is_said_once_and_trusted_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with UNITS["raritan"]() as unit:
        password = unit.data.custom_params["password"]
        monkeypatch.setenv("PDU_PASSWORD", password)
        code, out, _ = run(capsys, "identify", arguments(unit)[0])
        assert code == exit_codes.code_of("unreachable")
        assert out.count("certificate is not trusted") == 1
        last_line = out.splitlines()[-1]
        assert last_line.startswith("next: compare the certificate's SHA-256")
        code, out, _ = run(capsys, *shlex.split(last_line.partition("then: ")[2])[1:])
        assert code == exit_codes.DONE
        assert out.startswith("raritan: yes: ")
        # which leads to the states
        last_line = out.splitlines()[-2]
        assert last_line.startswith("next: pdu status raritan ")
        code, out, _ = run(capsys, *shlex.split(last_line.partition("next: pdu ")[2]))
        assert code == exit_codes.DONE
        assert len(out.splitlines()) > 8


def test_a_password_is_not_asked_for_before_the_certificate_is_trusted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one it is the certificate that is told."""
    monkeypatch.delenv("PDU_PASSWORD")
    with UNITS["raritan"]() as unit:
        code, out, _ = run(capsys, "identify", arguments(unit)[0], "--handler", "raritan")
    assert code == exit_codes.code_of("unreachable")
    assert out.startswith("raritan: not asked: the device's certificate is not trusted")


def test_a_reading_of_an_address_alone_identifies_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with UNITS["snmp"]() as unit:
        monkeypatch.setenv("PDU_COMMUNITY", COMMUNITY)
        monkeypatch.delenv("PDU_PASSWORD")
        where = arguments(unit)[0]
        for call in ("status", "statistic", "outlets"):
            code, out, err = run(capsys, call, where)
            line = f"pdu {call} snmp {where}"
            assert (code, err) == (0, f"note: {where} is read by the handler snmp: {line}\n")
            # the line says the same
            code, text, err = run(capsys, *shlex.split(line)[1:])
            assert (code, err) == (0, "")
            assert text.splitlines()[1:] == out.splitlines()[1:]
        code, out, err = run(capsys, "status", where, "--json")
        assert (code, json.loads(out)["handler"]) == (0, "snmp")


@pytest.mark.parametrize("words", [["off", "3", "--yes"], ["on", "3"], ["cycle", "3", "--yes"]])
def test_a_command_never_chooses_a_handler_and_says_the_line(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call, *arguments_of_call = words
    with UNITS["nut"]() as unit:
        for key in ("username", "password"):
            monkeypatch.setenv(f"PDU_{key.upper()}", getattr(unit.data, "custom_params")[key])
        reading = read(unit)
        where = arguments(unit)[0]
        code, out, err = run(capsys, call, where, *arguments_of_call)
        assert (code, out) == (exit_codes.WRONG, "")
        assert "nothing was done" in err
        assert read(unit) == reading
        line = f"pdu {call} nut {where} 3"
        assert f"then: {line}" in err
        # which sends the command; this unit takes it and keeps its states
        code = run(capsys, *shlex.split(line)[1:], "--yes", *_pause(call))[0]
        assert code in (exit_codes.DONE, exit_codes.NOT_SEEN)


def _pause(call: str) -> list[str]:
    return ["--pause", "0"] if call == "cycle" else []


def test_a_device_that_nobody_reads_says_what_each_handler_had(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with guarded("ServerTech-AWS/v8.0m") as server:
        where = f"127.0.0.1:{server.server_address[1]}"
        code, out, err = run(capsys, "status", where, "-s", "scheme=http", "--timeout", "5")
    assert (code, out) == (exit_codes.code_of("denied"), "")
    assert "jaws: refused: wrong password, or another make" in err
    assert "next: check the password; if the unit is of another make: pdu identify" in err


@pytest.fixture
def list_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pdus.csv"
    path.write_text("name,handler,address\nsnmp,snmp,127.0.0.1:9\nr1,snmp,127.0.0.1:9\n")
    monkeypatch.setenv("PDU_LIST", str(path))
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    return path


@pytest.mark.parametrize("call", ["off", "on", "cycle"])
def test_a_word_that_is_a_handler_and_a_name_is_refused_by_a_command(
    call: str, list_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, call, "snmp", "127.0.0.1:9", "3", "--yes")
    assert (code, out) == (exit_codes.WRONG, "")
    assert (
        f"'snmp' is a handler (then the line means the host '127.0.0.1:9') and a PDU of {list_path}"
        in err
    )
    assert "give that PDU another name in the list" in err
    # with handler and address the line begins with the same word, and would be refused too
    assert "write handler and address" not in err


def test_the_line_with_handler_and_address_is_not_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text("name,handler,address\nnut,snmp,127.0.0.1:9\n")
    monkeypatch.setenv("PDU_LIST", str(path))
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    _, _, err = run(capsys, "off", "nut", "3", "--yes")
    assert err.rstrip().endswith("write handler and address: pdu off snmp 127.0.0.1:9 OUTLET")
    words = ["off", "snmp", "127.0.0.1:9", "3", "--yes", "--timeout", "0.1", "-s", "retries=0"]
    code, out, _ = run(capsys, *words)
    assert (code, out) == (exit_codes.code_of("unreachable"), "")


def test_a_name_like_a_handlers_is_a_pdu_where_a_host_is_missing(
    list_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "status", "snmp", "--timeout", "0.1", "-s", "retries=0")
    assert (code, out) == (exit_codes.code_of("unreachable"), "")
    assert err.startswith("unreachable: snmp")


def test_a_password_that_is_typed_for_a_listed_pdu_goes_to_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses share one login; each PDU of the list has its own."""
    monkeypatch.delenv("PDU_PASSWORD")
    questions: list[str] = []

    def type_secret(key: str, question: str) -> str:
        questions.append(question)
        return PASSWORD if len(questions) == 1 else "another-7"

    monkeypatch.setattr("pdu.pdu_list.login_options.ask_secret", type_secret)
    with guarded("NETIO") as first, guarded("NETIO") as second:
        addresses = [f"127.0.0.1:{server.server_address[1]}" for server in (first, second)]
        list_path = tmp_path / "pdus.csv"
        rows = [f"r{number},netio,{address}" for number, address in enumerate(addresses, 1)]
        list_path.write_text("\n".join(["name,handler,address", *rows, ""]))
        options = ["--handler", "netio", "-s", "scheme=http"]
        run(capsys, "identify", "r1", "r2", "--list", str(list_path), *options)
        assert (len(first.logins), len(second.logins)) == (1, 0)
        assert len(questions) == 2
        questions.clear()
        run(capsys, "identify", *addresses, *options)
        assert (len(first.logins), len(second.logins)) == (2, 1)
        assert len(questions) == 1


def test_a_scheme_that_is_none_is_an_error_of_the_settings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with guarded("NETIO") as server:
        words = [f"127.0.0.1:{server.server_address[1]}", "-s", "scheme=htps"]
        code, _, err = run(capsys, "identify", *words, "--handler", "netio")
        assert code == exit_codes.code_of("settings")
        assert "scheme=...: 'htps' is not allowed" in err
        assert server.logins == []
