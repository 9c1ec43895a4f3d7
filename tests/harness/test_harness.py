"""The harness on one simulated PDU of each kind, by name and as a built archive: output, exit codes, sources of secrets."""
from __future__ import annotations

import inspect
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple, Type

import pytest

from handlers import errors
from handlers.ending import READER_GONE
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests import terminal
from tests.harness import __main__ as harness
from tests.harness.loading import Handler, load
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.peers import PEERS, Peer

SHOWN = {True: "UP", False: "DOWN", None: "UNKNOWN"}
SECRETS = ("password", "community")


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    with PEERS[request.param]() as made:
        yield made


def options(peer: Peer) -> Tuple[List[str], Dict[str, str]]:
    """The arguments that reach the peer, and the variables with its secrets."""
    arguments = [part for key, value in peer.settings.items() if key not in SECRETS for part in ("-s", f"{key}={value}")]
    if peer.snmp:
        arguments += ["--snmp-port", peer.snmp["port"]]
    secrets = {key: value for key, value in {**peer.settings, **peer.snmp}.items() if key in SECRETS}
    return arguments, secrets


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Tuple[int, str, str]:
    """Exit code and what was printed on both channels."""
    code = harness.main(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def ask(peer: Peer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs one call on the peer with its secrets in the environment."""
    arguments, secrets = options(peer)
    for key, value in secrets.items():
        monkeypatch.setenv(f"PDU_{key.upper()}", value)

    def asked(call: str, *more: str) -> Tuple[int, str, str]:
        return run(capsys, call, peer.handler, peer.address, *more, *arguments)
    return asked


def test_status_shows_every_outlet_with_its_number_and_name(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("status", "--json")
    outlets = json.loads(out)["outlets"]
    assert code == 0 and {o["identity"]: o["state"] for o in outlets} == {i: SHOWN[on] for i, on in peer.books().states.items()}
    assert all(outlet["number"] for outlet in outlets)
    code, out, _ = ask("status")
    assert code == 0 and all(word in out for word in ("identity", "number", "name", "UP"))
    assert out.splitlines()[0].startswith(f"status of {peer.address} by {peer.handler}, ") and out.splitlines()[0].endswith(" s")


def test_down_and_up_switch_the_outlet_that_is_named(peer: Peer, ask: Any) -> None:
    before = peer.books().states
    identity = next(identity for identity, on in before.items() if on)
    for call, on in (("down", False), ("up", True)):
        code, out, _ = ask(call, identity, "--json")
        assert (code, json.loads(out)["state"]) == (0, SHOWN[on])
        assert peer.books().states == {**before, identity: on}


def test_statistic_shows_load_and_energy(peer: Peer, ask: Any) -> None:
    code, out, _ = ask("statistic", "--json")
    shown, books = json.loads(out), peer.books()
    assert code == 0 and (shown["load_a"], shown["total_consumption_kwh"]) == pytest.approx((books.load_a, books.energy_kwh))
    assert {o["identity"]: o["consumption_kwh"] for o in shown["outlets"]} == pytest.approx(books.port_energy_kwh)
    assert ask("statistic")[0] == 0


def test_an_archive_is_run_by_its_path(peer: Peer, tmp_path: Path) -> None:
    file = tmp_path / f"pdu_{peer.handler}.tar.gz"
    file.write_bytes(archive(ROOT / "handlers", peer.handler))
    arguments, secrets = options(peer)
    done = subprocess.run([sys.executable, "-m", "tests.harness", "status", str(file), peer.address, "--json", *arguments],
                          cwd=ROOT, env={**os.environ, **{f"PDU_{k.upper()}": v for k, v in secrets.items()}},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [o["identity"] for o in json.loads(done.stdout)["outlets"]] == list(peer.books().states)


def test_an_outlet_that_does_not_exist_is_one_sentence_and_nothing_is_switched(peer: Peer, ask: Any) -> None:
    before = peer.books().states
    code, out, err = ask("down", "99")
    assert (code, out, len(err.splitlines())) == (errors.NoSuchOutlet.exit_code, "", 1) and err.startswith("no-such-outlet: ")
    assert peer.books().states == before


def test_a_wrong_secret_is_one_sentence_that_does_not_hold_it(peer: Peer, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = peer.books().states
    monkeypatch.setenv("PDU_PASSWORD", "s3cret-w0rd")
    monkeypatch.setenv("PDU_COMMUNITY", "public")       # may read: one that is all wrong is answered with silence
    code, out, err = ask("down", "1")
    assert code == errors.Denied.exit_code and len(err.splitlines()) == 1
    assert "s3cret-w0rd" not in out + err and "public" not in out + err
    assert peer.books().states == before


# ---- exit codes --------------------------------------------------------------------------------------------

class Broken:
    """A handler that raises, or that says UNKNOWN whatever was asked for."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    def port_down(self, port: PduPortView) -> PduPortView:
        if self.error:
            raise self.error
        port.power_status = EnumPowerStatus.UNKNOWN
        return port


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    monkeypatch.setattr(harness, "load", lambda name: Handler(name, lambda data: Broken(error), (), False))


KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)
         if issubclass(kind, errors.PduHandlerError) and kind is not errors.PduHandlerError]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.kind))
def test_each_kind_of_error_has_its_exit_code(kind: Type[errors.PduHandlerError], monkeypatch: pytest.MonkeyPatch,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    broken(monkeypatch, kind("do this").at("192.0.2.7", "port_down"))
    assert run(capsys, "down", "x", "192.0.2.7", "1") == (kind.exit_code, "", f"{kind.kind}: 192.0.2.7: port_down: do this\n")
    code, out, _ = run(capsys, "down", "x", "192.0.2.7", "1", "--json")
    assert (code, json.loads(out)["error"]["kind"]) == (kind.exit_code, kind.kind)


def test_exit_codes_are_distinct_and_in_the_help() -> None:
    codes = [kind.exit_code for kind in KINDS] + [harness.NOT_AS_ASKED, harness.INTERRUPTED]
    assert len(set(codes)) == len(codes) and not {0, 1} & set(codes)
    assert all(f"{code} " in harness.EXIT_CODES for code in codes)


def test_an_outlet_that_is_not_as_asked_is_not_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    broken(monkeypatch)
    assert run(capsys, "down", "x", "192.0.2.7", "1")[0] == harness.NOT_AS_ASKED


def test_ctrl_c_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    broken(monkeypatch, KeyboardInterrupt())
    code, _, err = run(capsys, "down", "x", "192.0.2.7", "1")
    assert code == harness.INTERRUPTED and "may still be done" in err


@pytest.mark.parametrize("shown", [["--json"], []])
def test_a_reader_that_has_gone_ends_it_quietly(shown: List[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with PEERS["nut"]() as peer:
        arguments = ["status", "nut", peer.address, *options(peer)[0], *shown]
        try:
            done = subprocess.run([sys.executable, "-m", "tests.harness", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL,
                                  stdout=writer, stderr=subprocess.PIPE, timeout=60, env={**os.environ, "PDU_PASSWORD": "unused"})
        finally:
            os.close(writer)
    assert (done.returncode, done.stderr) == (READER_GONE, b"")


@pytest.mark.parametrize("arguments, words", [
    (["up", "nut", "h"], "take an outlet"), (["status", "nut", "h", "1"], "take an outlet"),
    (["status", "nosuch", "h"], "no handler"),
    (["status", "nut", "h", "-s", "device"], "KEY=VALUE"), (["status", "nut", "h", "-s", "password=s3cret"], "--secret-file"),
    (["status", "snmp", "h", "-s", "community=s3cret"], "--secret-file"), (["status", "snmp", "h"], "PDU_COMMUNITY"),
    (["down", "nut", "h", "1", "-s", "username=u"], "PDU_PASSWORD"),
    (["status", "snmp", "127.0.0.1", "--snmp-version", "3"], "no user"),
    (["status", "snmp", "127.0.0.1:1161"], "127.0.0.1 --snmp-port"),
    (["status", "pdu_nut-9.tar.gz", "127.0.0.1"], "make packages"),
    (["record", "snmp", "127.0.0.1", "--snmp-version", "3"], "no user"), (["record", "nut", "h"], "handler snmp"),
    (["status", "nut", "h", "--secret-file", "password=/no/such/file"], "/no/such/file"),
    (["status", "nut", "h", "--secret-file", "pasword=/dev/null"], "it takes password"),
    (["status", "snmp", "h", "--secret-file", "password=/dev/null"], "it takes community")])
def test_wrong_use_is_a_sentence(arguments: List[str], words: str, capsys: pytest.CaptureFixture[str],
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDU_PASSWORD", raising=False)
    monkeypatch.delenv("PDU_COMMUNITY", raising=False)
    code, out, err = run(capsys, *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1) and words in err and "s3cret" not in err


@pytest.mark.parametrize("content, words", [(b"", "is empty"), (b"\x1f\x8b cut short", "not a complete"),
                                            (b"text", "not a complete")])
def test_a_damaged_archive_is_a_sentence(content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pdu_nut.tar.gz"
    file.write_bytes(content)
    code, _, err = run(capsys, "status", str(file), "192.0.2.7")
    assert code == 2 and words in err and len(err.splitlines()) == 1


# ---- where secrets come from -------------------------------------------------------------------------------

def silent() -> Tuple[socket.socket, List[str]]:
    """A socket that nobody listens behind, and the arguments that lead there."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken, ["down", "nut", "127.0.0.1", "1", "-s", "device=d", "-s", "username=u", "-s", f"port={taken.getsockname()[1]}"]


def test_a_secret_comes_from_a_file_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    seen: List[Any] = []

    def keep(data: Any) -> Broken:
        seen.append(data.custom_params)
        return Broken()
    monkeypatch.setenv("PDU_PASSWORD", "from the environment")
    (tmp_path / "secret").write_text("from a file\n")
    nut = load("nut")
    monkeypatch.setattr(harness, "load", lambda name: nut._replace(make=keep))
    run(capsys, "down", "nut", "h", "1", "-s", "username=u", "--secret-file", f"password={tmp_path / 'secret'}")
    run(capsys, "down", "nut", "h", "1", "-s", "username=u")
    assert [settings["password"] for settings in seen] == ["from a file", "from the environment"]


def test_a_secret_that_is_no_text_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_bytes(b"\xffs3cret")
    code, _, err = run(capsys, "status", "nut", "h", "--secret-file", f"password={tmp_path / 'secret'}")
    assert code == 2 and err == f"{tmp_path / 'secret'}: not UTF-8 text\n"


@pytest.mark.parametrize("typed, code, words", [
    (b"s3cret\n", errors.Unreachable.exit_code, "unreachable"), (b"\x04", 2, "no password was given"),
    (b"\x03", harness.INTERRUPTED, "interrupted")], ids=["a password", "Ctrl-D", "Ctrl-C"])
def test_a_secret_is_asked_for_on_a_terminal_without_echo(typed: bytes, code: int, words: str,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDU_PASSWORD", raising=False)
    taken, arguments = silent()
    with taken:
        shown = terminal.run([sys.executable, "-m", "tests.harness", *arguments],
                             {**os.environ, "PYTHONPATH": str(ROOT)}, "password: ", typed)
    assert shown.code == code and words in shown.text
    assert "s3cret" not in shown.text and "Traceback" not in shown.text
