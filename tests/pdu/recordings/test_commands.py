"""`pdu record` and `pdu replay` from the command line: files, exit codes, signals, a broken pipe,
an unreadable file.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from pdu import root
from pdu.cli.exit_codes import INTERRUPTED
from pdu.files.whole_files import text_of
from pdu.recordings.recording_formats import ReplayedDevice
from tests.needs import ROOT
from tests.pdu.recordings.planted_devices import recording_of
from tests.pdu.recordings.recording_formats import kind_of
from tests.pdu.running import run
from tests.simulators.snmp_agent import BUILT_IN, Agent, Faults, read_snmprec
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.waiting import PATIENCE_S, bounded, start_program, until

WALK = ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.99999.1\n"


@pytest.fixture(autouse=True)
def _community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with start_program(
        [sys.executable, "-m", "pdu", *arguments], cwd=ROOT, stderr=subprocess.PIPE
    ) as process:
        with bounded(process):
            yield process


def test_a_recording_is_written_to_a_new_file_that_only_its_owner_can_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unit.snmprec"
    with Agent(rpdu2(outlets=8)) as agent:
        words = ("record", "snmp", f"{agent.host}:{agent.port}", "-o", str(file))
        code, _, err = run(capsys, *words)
        second_code, _, refusal = run(capsys, *words)
        _, _, refused_folder = run(capsys, *words[:-1], str(tmp_path))
    assert code == 0
    assert "reads as the family apc-rpdu2 with" in err
    assert "Look through the file" in err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(read_snmprec(file.read_text("utf-8"))) > 100
    assert second_code == 2
    assert "exists already: remove it" in refusal
    assert "remove it" not in refused_folder
    assert "it is a folder: give the name of a file in it" in refused_folder


@pytest.mark.parametrize("more", [(), ("-o", "-")], ids=["no file", "-"])
def test_standard_output_holds_only_the_recording(
    more: Sequence[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with Agent(BUILT_IN["rpcm"]()) as agent:
        words = ("record", "snmp", f"{agent.host}:{agent.port}")
        code, out, err = run(capsys, *words, *more)
        document = json.loads(run(capsys, *words, "--json")[1])
    assert code == 0
    assert not list(tmp_path.iterdir())
    assert len(read_snmprec(out)) > 10
    assert "objects" in err
    assert document["recording"] == out


def test_a_recording_that_fails_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unit.snmprec"
    with Agent(BUILT_IN["rpcm"](), faults=Faults(silent=True)) as agent:
        words = ("record", "snmp", f"{agent.host}:{agent.port}", "-o", str(file))
        code, _, err = run(capsys, *words, "-s", "timeout=0.1")
    assert code == 3
    assert err.startswith("unreachable: ")
    assert not file.exists()


def test_a_signal_ends_a_recording_and_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "unit.snmprec"
    with Agent(rpdu2(outlets=8), faults=Faults(walk_silent_after=100)) as agent:
        where = f"{agent.host}:{agent.port}"
        with started("record", "snmp", where, "-o", str(file)) as process:
            assert until(lambda: agent.requests > 3 and file.exists())
            process.send_signal(signal.SIGTERM)
            err = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == INTERRUPTED
    assert not file.exists()
    assert "interrupted" in err
    assert "Traceback" not in err


def test_a_replay_prints_how_to_read_it_and_the_commands_it_receives_and_ends_on_a_signal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unit.snmprec"
    file.write_text(recording_of("snmp")[1].text, "utf-8")
    with started("replay", str(file)) as process:
        assert process.stdout is not None
        first, second = process.stdout.readline(), process.stdout.readline()
        assert "family apc-rpdu2, 8 outlets, switched by its commands" in first
        assert second.startswith("read it: pdu status snmp 127.0.0.1:")
        where = second.split()[5].rstrip(";")
        code, out, _ = run(capsys, "off", "snmp", where, "3", "--yes")
        assert code == 0
        assert f"outlet 3 of {where} is off (snmp)" in out
        assert "outlet 3 off" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=PATIENCE_S)[1] == ""
    assert process.returncode == 0


def test_a_replay_prints_a_command_that_arrives_just_before_its_end_without_control_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []

    def writes() -> Sequence[str]:
        calls.append(len(calls))
        if len(calls) == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return ["outlet 3\x1b off"] * (len(calls) - 1)

    device = ReplayedDevice(
        "127.0.0.1", 1, "a unit \x1b[31m", "snmp 127.0.0.1:1", writes, lambda: None
    )
    recording_format = SimpleNamespace(serve=lambda *_: device, serve_as=None)
    monkeypatch.setattr(
        "pdu.recordings.replay.handler_of_recording", lambda *_: ("snmp", recording_format)
    )
    file = tmp_path / "a\x1b[31m.txt"
    file.touch()
    assert root.run(["replay", str(file)]) == 0
    out = capsys.readouterr().out
    assert "/a\\x1b[31m.txt: a unit \\x1b[31m\n" in out
    assert "outlet 3\\x1b off\n" in out


@pytest.mark.parametrize(
    "line, words",
    [
        ("replay /nowhere/at.all", "cannot be read (No such file or directory)"),
        (f"replay {shlex.quote(str(ROOT))}/README.md", "is not a recording"),
        ("record snmp 192.0.2.1 -o /nowhere/at.all", "cannot be written"),
    ],
)
def test_an_impossible_call_is_refused_in_one_line(
    line: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *shlex.split(line))
    assert code == 2
    assert words in err
    assert err.count("\n") == 1


def test_a_file_without_an_end_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.files.whole_files.LONGEST", 2_000_000)
    refusal = (2, "", "settings: /dev/zero is larger than 2 MB\n")
    assert run(capsys, "replay", "/dev/zero") == refusal


def test_a_recording_may_have_a_byte_order_mark_and_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_bytes(b'\xef\xbb\xbf.1.3.6.1.2.1.1.4.0 = STRING: "caf\xe9"\r\n')
    text = text_of(str(tmp_path / "walk.txt"))
    assert text.startswith(".1.3.6")
    assert "caf\udce9" in text
    assert kind_of(text, "walk.txt") == "snmp"


def test_a_port_in_use_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "walk.txt"
    file.write_text(WALK, "utf-8")
    with Agent(BUILT_IN["rpcm"]()) as agent:
        code, _, err = run(capsys, "replay", str(file), "--listen", f"127.0.0.1:{agent.port}")
    assert code == 2
    assert f"port {agent.port} cannot be used" in err
