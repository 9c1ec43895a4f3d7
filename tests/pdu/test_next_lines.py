"""Each line to type next that `pdu`, `make` or the local DCImanager prints is run by a
test to its end, with the answer that it promises: `RUN_BY` names the test, and some stand here.
"""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from handlers import registry
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.agent import SnmpServer
from pdu.recordings.snmp.unit import SnmpUnit
from tests.needs import ROOT
from tests.packaging.building import small_pack
from tests.pdu.monitoring.halls import PDU, environment
from tests.pdu.running import run
from tests.servers.peers import PEERS
from tests.waiting import PATIENCE_S, bounded, run_program, start_program, until

_LAWS = "tests/pdu/outlets/identifications.txt"
_FIND = "tests/pdu/monitoring/test_find.py"
_ADVICE = "pdu/outlets/identify_advice.py"
_IDENTIFY = "tests/pdu/outlets/test_identify.py"
_HERE = "tests/pdu/test_next_lines.py"
#: the place of a line that is printed, and the test, or the law of a table, that runs it
RUN_BY: Mapping[str, str] = {
    "pdu/recordings/replay.py _reading_lines": f"{_HERE} test_a_replay_is_read_by_its_line",
    "pdu/outlets/cycle_command.py switch_on_line": f"{_HERE} test_an_outlet_that_a_cycle_left_off",
    f"{_ADVICE} command_to_read": f"{_IDENTIFY} test_",
    "pdu/monitoring/find.py _print_addition": f"{_FIND} test_what_is_found",
    f"{_ADVICE} _community_steps": f"{_HERE} test_a_community_that_is_missing",
    # its line is a page
    f"{_ADVICE} lines_without_handler": f"{_LAWS} a web service that names no make",
    "pdu/outlets/where.py switch_lines": "tests/pdu/outlets/where.txt a name is found in every PDU",
    f"{_ADVICE} description_steps": f"{_HERE} test_the_steps_for_an_unknown_unit",
    f"{_ADVICE} _identify_line": f"{_HERE} test_the_next_line_of_identify",
    f"{_ADVICE} step_lines": f"{_IDENTIFY} test_",
    f"{_ADVICE} _next_step": f"{_LAWS} a certificate that is not trusted",
    f"{_ADVICE} _trust_step": f"{_LAWS} a certificate that is not trusted",
    "pdu/outlets/read_commands.py _chosen_pdus": f"{_LAWS} a reading of an address alone",
    "pdu/outlets/switching.py refuse_unnamed_handler": f"{_LAWS} a reading of an address alone",
    "tests/simulators/__main__.py main": (
        "tests/pdu/monitoring/test_fleet.py test_the_printed_lines"
    ),
    "tests/demo/__main__.py main": "tests/packaging/test_wheel.py test_the_installed_program",
    "tests/dcimanager/__main__.py _start_text": f"{_HERE} test_the_line_of_make_serve_registers",
    "Makefile": f"{_HERE} test_what_make_names_next_is_there",
}
# what makes a line of words
_MAKERS = {
    "pdu/pdu_list/login_options.py command_line",
    "pdu/pdu_list/names.py command_line",
}
_PROGRAMS = {"command_line", "build_line", "program"}


def _names_a_line(node: ast.AST) -> bool:
    """Whether a node calls a function that makes a line, or is the begin of one."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name in _PROGRAMS
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.search(r"\b(next|then): |^cd \{?", node.value) is not None
    return False


def _printing(path: Path) -> Iterator[str]:
    """The functions of a file that print a line to type."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        if any(_names_a_line(node) for node in ast.walk(function)):
            yield f"{path.relative_to(ROOT)} {function.name}"


def test_each_printed_line_has_a_test_that_runs_it() -> None:
    files = [
        *(ROOT / "pdu").rglob("*.py"),
        *(ROOT / "packaging" / "builder").glob("*.py"),
        ROOT / "tests" / "simulators" / "__main__.py",
        ROOT / "tests" / "demo" / "__main__.py",
        ROOT / "tests" / "dcimanager" / "__main__.py",
    ]
    places: set[str] = set()
    for path in files:
        places.update(_printing(path))
    places -= _MAKERS
    if "next: " in (ROOT / "Makefile").read_text("utf-8"):
        places.add("Makefile")
    assert places == set(RUN_BY)
    for test in RUN_BY.values():
        path_of_test, begin = test.split(maxsplit=1)
        head = "# " if path_of_test.endswith(".txt") else "def "
        assert f"{head}{begin}" in (ROOT / path_of_test).read_text("utf-8"), test


def _next(out: str) -> list[str]:
    """The words after `next: pdu` in its line, without the comment."""
    (step,) = [line for line in out.splitlines() if line.startswith("next: pdu ")]
    return shlex.split(step.removeprefix("next: pdu "), comments=True)


def _assert_identified_and_read(
    capsys: pytest.CaptureFixture[str], words: list[str], handler: str, where: str
) -> None:
    """Assert that this line identifies the unit, and that its next line reads it."""
    code, out, _ = run(capsys, *words)
    assert code == 0, out
    assert out.startswith(f"{handler}: yes: "), out
    code, out, _ = run(capsys, *_next(out))
    assert code == 0, out
    assert out.startswith(f"status of {where} by {handler}"), out


def test_the_next_line_of_identify_reads_a_unit_without_https(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with PEERS["netio"]() as peer:
        where = f"{peer.address}:{peer.settings['port']}"
        monkeypatch.setenv("PDU_USERNAME", peer.settings["username"])
        monkeypatch.setenv("PDU_PASSWORD", peer.settings["password"])
        _, out, _ = run(capsys, "identify", where)
        assert "    # the login is then sent unencrypted\n" in out
        _assert_identified_and_read(capsys, _next(out), "netio", where)


def test_a_community_that_is_missing_is_given_by_the_next_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PDU_COMMUNITY", raising=False)
    with PEERS["snmp"]() as peer:
        where = f"{peer.address}:{peer.snmp['port']}"
        _, out, _ = run(capsys, "identify", where)
        *_, step = out.splitlines()
        line = step.removeprefix("next: ").replace("; pdu ", f"; {shlex.join(PDU)} ")
        process = run_program(
            ["bash", "-c", line], input=f"{peer.snmp['community']}\n", env=environment()
        )
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("snmp: yes: ")


def test_the_next_line_of_identify_reads_a_unit_whose_login_was_not_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with PEERS["raritan"]() as peer:
        where = f"{peer.address}:{peer.settings['port']}"
        (tmp_path / "ca.pem").write_text(peer.settings["ca_pem"])
        words = ["identify", where, "-s", "ca_pem=ca.pem"]
        _, out, _ = run(capsys, *words)
        assert out.splitlines()[-1].startswith("next: give the login that the line of ")
        assert "set PDU_PASSWORD" in out

        monkeypatch.setenv("PDU_USERNAME", peer.settings["username"])
        monkeypatch.setenv("PDU_PASSWORD", peer.settings["password"])
        _assert_identified_and_read(capsys, words, "raritan", where)


def test_the_steps_for_an_unknown_unit_lead_to_its_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "acme")
    monkeypatch.chdir(tmp_path)
    example = ROOT / "docs" / "own-pdu"
    rows = snmprec.parse((example / "acme-bar.snmprec").read_text("utf-8")).rows
    with closing(SnmpServer("acme")) as server:
        agent = server.serve(SnmpUnit(rows, None), 0)
        _, out, _ = run(capsys, "identify", f"127.0.0.1:{agent.port}", "--handler", "snmp")
        _, _, steps = out.partition("  next ")
        record_line, supports_line, build_line = steps.strip().splitlines()
        code, _, _ = run(capsys, *_words(record_line))
        assert code == 0
        assert (tmp_path / "unit.snmprec").exists()
    code, _, _ = run(capsys, *_words(supports_line))
    assert code == 8
    # the page that the line names, whose steps test_own_pdu_walk.py runs, leads to this file
    assert "docs/own-pdu.md makes mine.json" in supports_line
    shutil.copy(example / "acme-bar.json", tmp_path / "mine.json")
    process = _shell(f"{build_line} --out dist", tmp_path)
    assert process.returncode == 0, process.stderr
    assert list((tmp_path / "dist").glob("pdu_*.tar.gz")), process.stderr


def _words(line: str) -> list[str]:
    """The words of a line of `pdu`, after the program."""
    name, *words = shlex.split(line, comments=True)
    assert name == "pdu"
    return words


def _shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell, in this folder."""
    return run_program(["sh", "-c", line], cwd=folder, env=environment(), timeout=4 * PATIENCE_S)


@pytest.mark.parametrize(
    "text, command, words",
    [
        pytest.param(
            (ROOT / "tests" / "simulators" / "snmp_units" / "rpcm.snmprec").read_text("utf-8"),
            "status",
            "5 outlets",
            id="of a family",
        ),
        pytest.param(
            "1.3.6.1.2.1.1.1.0|4|Acme\n1.3.6.1.4.1.99999.1.0|2|1\n",
            "identify",
            "Acme",
            id="of no family",
        ),
    ],
)
def test_a_replay_is_read_by_its_line(
    text: str,
    command: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    file = tmp_path / "unit.snmprec"
    file.write_text(text, "utf-8")
    process = start_program(
        [*PDU, "replay", str(file)], env={**environment(), "PDU_COMMUNITY": "public"}
    )
    with process, bounded(process):
        assert process.stdout is not None
        process.stdout.readline()
        _, _, rest = process.stdout.readline().partition(": pdu ")
        line, _, _ = rest.partition(";")
        assert line.startswith(f"{command} ")
        _, out, _ = run(capsys, *shlex.split(line), "-s", "timeout=5")
        process.send_signal(signal.SIGTERM)
    assert words in out


def test_an_outlet_that_a_cycle_left_off_is_switched_on_by_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with PEERS["snmp"]() as peer:
        where = f"{peer.address}:{peer.snmp['port']}"
        community = peer.snmp["community"]
        monkeypatch.setenv("PDU_COMMUNITY", community)
        assert peer.truth().states["1"] is True
        process = subprocess.Popen(
            [*PDU, "cycle", "snmp", where, "1", "--pause", "3600", "--yes", "-s", "timeout=20"],
            env={**environment(), "PDU_COMMUNITY": community},
            stderr=subprocess.PIPE,
            text=True,
        )
        with process, bounded(process):
            # an error ends it before that
            assert until(lambda: not peer.truth().states["1"] or process.poll() is not None)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_S)

        _, has_line, rest = err.partition("switch it on: ")
        assert has_line, err
        line, *_ = rest.splitlines()
        code, _, _ = run(capsys, *_words(line), "--yes")
        assert code == 0
        assert peer.truth().states["1"] is True


def _build(folder: Path) -> None:
    """What `make packages` does."""
    line = shlex.join([sys.executable, "packaging/build.py", "--out", str(folder)])
    assert _shell(line, ROOT).returncode == 0


@pytest.mark.trial
def test_the_line_of_make_serve_registers_the_built_handlers(tmp_path: Path) -> None:
    process = start_program(
        [sys.executable, "-m", "tests.dcimanager", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        env=environment(),
    )
    with process, bounded(process, 4 * PATIENCE_S):
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        line = next(line for line in lines if line.startswith("next: "))
        _, first_step, registration = line.partition("make packages, then: ")
        assert first_step
        _build(tmp_path / "dist")
        # another folder than .venv may have the environment
        pdu = shlex.join([sys.executable, str(ROOT / "pdu")])
        line = registration.strip().replace(".venv/bin/pdu", pdu)
        shell = _shell(f"{line[:-1]} --dist {shlex.quote(str(tmp_path))}/dist)", ROOT)
        process.send_signal(signal.SIGINT)
    assert shell.returncode == 0, shell.stderr
    assert shell.stdout.count(": registered as ") == len(registry.names())


def _make_steps() -> list[str]:
    """What the targets of the Makefile name next."""
    return re.findall(r'echo "next: (.*)"', (ROOT / "Makefile").read_text("utf-8"))


def test_what_make_names_next_is_there() -> None:
    """Targets and files."""
    text = (ROOT / "Makefile").read_text("utf-8")
    steps = " ".join(_make_steps())
    assert len(_make_steps()) == 5
    for target in re.findall(r"\bmake ([a-z-]+)", steps):
        assert re.search(rf"(?m)^{target}:", text), target
    (tests,) = re.findall(r"pytest -q (\S+)", steps)
    assert (ROOT / tests).is_dir()


def test_the_line_of_make_packages_shows_the_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_pack(tmp_path / "dist", "nut")
    monkeypatch.chdir(tmp_path)
    (step,) = [step for step in _make_steps() if "pdu register" in step]
    line, _, _ = step.partition(" shows")
    _, _, words = line.partition("pdu ")
    code, out, err = run(capsys, *shlex.split(words))
    assert code == 0, err
    assert "curl -X POST" in out
