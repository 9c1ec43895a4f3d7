"""Each line to type next that `pdu`, `make`, register.sh or the local DCImanager prints is run by a
test to its end, with the answer that it promises: `RUN_BY` names the test, and some stand here.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from handlers import registry
from pdu.recordings.snmp.agent import SnmpServer
from pdu.recordings.snmp.unit import RecordedUnit
from tests.needs import ROOT, program
from tests.pdu.evidence.draft.acme import acme
from tests.pdu.monitoring.halls import PDU, environment
from tests.pdu.running import run
from tests.peers import PEERS
from tests.waiting import PATIENCE_S, bounded, until

_LOGINS = "tests/pdu/outlets/test_identify_login.py"
_IDENTIFY = "tests/pdu/outlets/test_identify.py"
_HERE = "tests/pdu/test_next_lines.py"
#: the place of a line that is printed, and the test that runs it
RUN_BY: Mapping[str, str] = {
    "pdu/evidence/drafting.py _steps": f"{_HERE} test_the_steps_for_an_unknown_unit",
    "pdu/evidence/replay.py _next": f"{_HERE} test_a_replay_is_read_by_its_line",
    "pdu/evidence/prove/command.py manual_line": f"{_HERE} test_an_outlet_that_a_cycle_left_off",
    "pdu/outlets/cycle_command.py switch_on": f"{_HERE} test_an_outlet_that_a_cycle_left_off",
    "pdu/outlets/identify.py _command_to_read": f"{_IDENTIFY} test_",
    "pdu/outlets/identify.py _description_steps": f"{_HERE} test_the_steps_for_an_unknown_unit",
    "pdu/outlets/identify.py _identify_line": f"{_HERE} test_the_next_line_of_identify",
    "pdu/outlets/identify.py _last": f"{_IDENTIFY} test_",
    "pdu/outlets/identify.py _next_step": f"{_LOGINS} test_a_certificate_is_said_once",
    "pdu/outlets/identify.py _trust_step": f"{_LOGINS} test_a_certificate_is_said_once",
    "pdu/outlets/read_commands.py _chosen_pdus": f"{_LOGINS} test_a_reading_of_an_address_alone",
    "pdu/outlets/switch_commands.py refuse_unnamed_handler": f"{_LOGINS} test_a_command_never",
    "tests/fleet.py main": "tests/pdu/monitoring/test_fleet.py test_the_printed_lines",
    "tests/demo/__main__.py main": "tests/packaging/test_wheel.py test_the_installed_program",
    "tests/dcimanager/__main__.py main": f"{_HERE} test_the_line_of_make_serve_registers",
    "Makefile": f"{_HERE} test_what_make_names_next_is_there",
}
# what makes a line of words, or fits one to the terminal
_MAKERS = {
    "pdu/cli/terminal_lines.py fitted_pieces",
    "pdu/pdu_list/login_options.py command_line",
    "pdu/pdu_list/names.py command_line",
}
_PROGRAMS = {"command_line", "build_line", "program"}


def _printing(path: Path) -> Iterator[str]:
    """The functions of a file that print a line to type."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            target = node.func if isinstance(node, ast.Call) else None
            name = getattr(target, "attr", getattr(target, "id", ""))
            text = node.value if isinstance(node, ast.Constant) else ""
            if name in _PROGRAMS or (
                isinstance(text, str) and re.search(r"\b(next|then): |^cd \{?", text)
            ):
                yield f"{path.relative_to(ROOT)} {function.name}"


def test_each_printed_line_has_a_test_that_runs_it() -> None:
    files = [
        *(ROOT / "pdu").rglob("*.py"),
        *(ROOT / "packaging" / "builder").glob("*.py"),
        *(ROOT / path for path in ("tests/fleet.py", "tests/demo/__main__.py")),
        ROOT / "tests" / "dcimanager" / "__main__.py",
    ]
    places = {place for path in files for place in _printing(path)} - _MAKERS
    if "next: " in (ROOT / "Makefile").read_text("utf-8"):
        places.add("Makefile")
    assert places == {*RUN_BY}
    for test in RUN_BY.values():
        path, begin = test.split()
        assert f"def {begin}" in (ROOT / path).read_text("utf-8"), test


def _next(out: str) -> list[str]:
    """The words after `next: pdu` in its line, without the comment."""
    [step] = [line for line in out.splitlines() if line.startswith("next: pdu ")]
    return shlex.split(step.removeprefix("next: pdu "), comments=True)


@pytest.mark.parametrize("handler", ["netio", "raritan"])
def test_the_next_line_of_identify_reads_the_unit(
    handler: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A unit without HTTPS; one whose login was not given."""
    monkeypatch.chdir(tmp_path)
    with PEERS[handler]() as peer:
        where = f"{peer.address}:{peer.settings['port']}"
        words = ["identify", where]
        if "ca_pem" in peer.settings:
            (tmp_path / "ca.pem").write_text(peer.settings["ca_pem"])
            words += ["--ca-pem", "ca.pem"]
        else:
            monkeypatch.setenv("PDU_USERNAME", peer.settings["username"])
            monkeypatch.setenv("PDU_PASSWORD", peer.settings["password"])
        _, out, _ = run(capsys, *words)
        if handler == "raritan":
            assert out.splitlines()[-1].startswith("next: give the login that the line of ")
            assert "set PDU_PASSWORD" in out
            monkeypatch.setenv("PDU_USERNAME", peer.settings["username"])
            monkeypatch.setenv("PDU_PASSWORD", peer.settings["password"])
        else:
            assert "    # the login is then sent unencrypted\n" in out
            words = _next(out)
        code, out, _ = run(capsys, *words)
        assert code == 0, out
        assert out.startswith(f"{handler}: yes: "), out
        code, out, _ = run(capsys, *_next(out))
        assert code == 0, out
        assert out.startswith(f"status of {where} by {handler}"), out


def test_the_steps_for_an_unknown_unit_lead_to_its_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "acme")
    monkeypatch.chdir(tmp_path)
    with closing(SnmpServer("acme")) as server:
        agent = server.serve(RecordedUnit(acme(), None), 0)
        code, out, _ = run(capsys, "identify", f"127.0.0.1:{agent.port}", "--handler", "snmp")
        record, draft, build_line = out.partition("  next ")[2].strip().splitlines()
        assert run(capsys, *_words(record))[0] == 0
        assert (tmp_path / "unit.snmprec").exists()
        assert run(capsys, *_words(draft))[0] == 0
    profile = tmp_path / "mine.json"
    # a ? marks a doubtful value, which a person removes
    profile.write_text(re.sub(r"\?(?=[\w\"])|(?<=\w)\?", "", profile.read_text("utf-8")))
    _, _, err = run(capsys, "draft", "unit.snmprec")
    check, build = (line.strip() for line in err.splitlines()[-2:])
    assert run(capsys, *_words(check))[0] == 0
    assert build == build_line.strip()
    process = _shell(f"{build_line} --out dist", tmp_path)
    assert process.returncode == 0, process.stderr
    assert [*(tmp_path / "dist").glob("pdu_*.tar.gz")], process.stderr


def _words(line: str) -> list[str]:
    """The words of a line of `pdu`, after the program."""
    name, *words = shlex.split(line, comments=True)
    assert name == "pdu"
    return words


def _shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
    )


def test_a_replay_is_read_by_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that a family reads, and one that none does."""
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    unknown = tmp_path / "unit.snmprec"
    unknown.write_text("1.3.6.1.2.1.1.1.0|4|Acme\n1.3.6.1.4.1.99999.1.0|2|1\n")
    known_file = ROOT / "tests" / "recordings" / "rpcm.snmprec"
    for file, command, answer in (
        (known_file, "status", "5 outlets"),
        (unknown, "identify", "Acme"),
    ):
        with (
            subprocess.Popen(
                [*PDU, "replay", str(file)],
                env={**environment(), "PDU_COMMUNITY": "public"},
                stdout=subprocess.PIPE,
                text=True,
            ) as process,
            bounded(process),
        ):
            assert process.stdout is not None
            process.stdout.readline()
            line = process.stdout.readline().partition(": pdu ")[2].partition(";")[0]
            assert line.startswith(f"{command} ")
            _, out, _ = run(capsys, *shlex.split(line), "--timeout", "5")
            process.send_signal(signal.SIGTERM)
        assert answer in out


def test_an_outlet_that_a_cycle_left_off_is_switched_on_by_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with PEERS["snmp"]() as peer:
        where = f"{peer.address}:{peer.snmp['port']}"
        monkeypatch.setenv("PDU_COMMUNITY", peer.snmp["community"])

        def state() -> str:
            out = run(capsys, "status", "snmp", where, "--json")[1]
            outlets = {row["identity"]: row["state"] for row in json.loads(out)["outlets"]}
            return str(outlets["1"])

        first_state = state()
        with (
            subprocess.Popen(
                [*PDU, "cycle", "snmp", where, "1", "--pause", "3600", "--yes"],
                env={**environment(), "PDU_COMMUNITY": peer.snmp["community"]},
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
            bounded(process),
        ):
            assert first_state == "on"
            assert until(lambda: state() == "off")
            process.send_signal(signal.SIGINT)
            err = process.communicate(timeout=PATIENCE_S)[1]
        line = err.partition("switch it on: ")[2].splitlines()[0]
        assert run(capsys, *_words(line), "--yes")[0] == 0
        assert state() == "on"


def _build(folder: Path) -> None:
    """What `make packages` does."""
    line = shlex.join([sys.executable, "packaging/build.py", "--out", str(folder)])
    assert _shell(line, ROOT).returncode == 0


def test_the_line_of_make_serve_registers_the_built_handlers(tmp_path: Path) -> None:
    program("curl")
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tests.dcimanager", "--data", str(tmp_path / "data")],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        bounded(process, 4 * PATIENCE_S),
    ):
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        line = next(line for line in lines if line.startswith("next: "))
        first_step, registration = line.partition("make packages, then: ")[1:]
        assert first_step
        _build(tmp_path / "dist")
        shell = _shell(registration.replace("dist/", f"{tmp_path}/dist/"), ROOT)
        process.send_signal(signal.SIGINT)
    assert shell.returncode == 0, shell.stderr
    assert shell.stdout.count("registered with the id") == len(registry.names())


def test_what_make_names_next_is_there(tmp_path: Path) -> None:
    """Targets, files, and the line of `make packages`."""
    text = (ROOT / "Makefile").read_text("utf-8")
    steps = re.findall(r'echo "next: (.*)"', text)
    assert len(steps) == 5
    for target in re.findall(r"\bmake ([a-z-]+)", " ".join(steps)):
        assert re.search(rf"(?m)^{target}:", text), target
    (tests,) = re.findall(r"pytest -q (\S+)", " ".join(steps))
    assert (ROOT / tests).is_dir()
    _build(tmp_path / "dist")
    (line,) = [step for step in steps if "register.sh" in step]
    words = line.partition(" shows")[0].partition("pdu ")[2]
    program = shlex.join(["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "pdu"])
    process = _shell(f"{program} {words}", tmp_path)
    assert process.returncode == 0, process.stderr
    assert "curl -X POST" in process.stdout, process.stderr
