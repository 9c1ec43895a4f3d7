"""The commands of docs/own-handler.md, lines in order in a copy of the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builder import command
from pdu import root
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT
from tests.ports import reserved
from tests.waiting import PATIENCE_S

from .programs import serving

PAGE = (ROOT / "docs" / "own-handler.md").read_text("utf-8")
_LEFT_OUT = shutil.ignore_patterns(".*", "dist", "build", "*.egg-info", "__pycache__")


def commands() -> list[str]:
    """The lines before *Record your PDU*."""
    return _lines(PAGE.partition("\n## Record")[0])


def recording_commands() -> list[str]:
    """The lines that record a PDU over HTTP, and check the handler on the recording."""
    return _lines(PAGE.partition("\n### A recording over HTTP")[2].partition("\n### ")[0])


def _lines(part: str) -> list[str]:
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```$", part)
    return [line.partition("   #")[0].strip() for block in blocks for line in block.splitlines()]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy whose .venv is this one: `make env` would fetch packages."""
    copy = tmp_path / "clone"
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
    tools = copy / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("python", "python3"):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tools / "pdu").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m pdu "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    return copy


def test_the_handler_that_the_page_writes_is_built_and_its_calls_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The quick case of the trial below: three of its lines, in this process."""
    for name in ("handlers", "packaging", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    new, _ = [line for line in commands() if line.startswith("pdu new")]
    build, dry_run = commands()[-3:-1]
    assert root.run(new.split()[1:7]) == 0
    _, _, *words = build.split()
    assert command.main([*words, "--out", "dist"]) == 0
    assert "import path acme.handler" in capsys.readouterr().out
    assert root.run(dry_run.split()[1:]) == 0
    assert '"name": "Acme PDUs", "protocol": ["snmp"]' in capsys.readouterr().out


@pytest.mark.trial
@pytest.mark.long
def test_the_commands_of_the_page_lead_to_a_switched_outlet_and_a_registered_handler(
    clone: Path, tmp_path: Path
) -> None:
    """As on a machine that has nothing of ours: the system's programs, and an empty HOME."""
    ports = {"16161": str(reserved()), "18080": str(reserved())}
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": f"{clone / '.venv' / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "PYTHONPATH": str(clone),
        "PDU_COMMUNITY": "public",
        "PDU_PASSWORD": "any",
        "no_proxy": "*",
    }

    def with_free_ports(line: str) -> str:
        for port, free_port in ports.items():
            line = line.replace(port, free_port)
        return line

    def run(line: str, code: int = 0) -> str:
        process = subprocess.run(
            ["sh", "-ec", with_free_ports(line)],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=4 * PATIENCE_S,
        )
        assert process.returncode == code, (line, process.stdout)
        return process.stdout

    lines = commands()
    assert lines[:2] == ["make env", ". .venv/bin/activate"]
    assert len(lines) == 18
    snmp_pdu, http_pdu = [line for line in lines if line.startswith("pdu replay")]
    for line in lines[2 : lines.index(snmp_pdu)]:
        if "pdu handler check" in line:
            report = " ".join(run(line).split())
            assert "keeps the vendor's page" in report
            assert report.endswith("0 broken, 0 not tried"), report
        else:
            run(line)
    assert sorted(path.name for path in (clone / "acme").glob("*.py")) == [
        "__init__.py",
        "about.py",
        "handler.py",
    ]
    run("python -m pytest -q -p no:cacheprovider test_acme.py")
    for folder in ("acme", "bolt"):
        run(f"python -m mypy {folder}")
    snmp_log, http_log = clone / "snmp.log", clone / "http.log"
    with serving(with_free_ports(snmp_pdu), snmp_log, environment):
        with serving(with_free_ports(http_pdu), http_log, environment):
            printed = {
                line: run(line, int(line.startswith("pdu check")))
                for line in lines
                if re.search(r" (acme|bolt) 127\.0\.0\.1", line)
            }
            record, check = recording_commands()
            run(record.replace("192.0.2.10", "127.0.0.1:18080"))
            # the recording is not yet compared with the PDU's own page
            assert "of 42 laws 40 kept, 0 broken, 2 not tried" in " ".join(run(check, 9).split())
    assert "5 outlets" in printed["pdu status acme 127.0.0.1:16161"]
    assert "load 2.35 A" in printed["pdu statistic acme 127.0.0.1:16161"]
    assert "3 on, 1 off, 1 unknown" in printed["pdu check acme 127.0.0.1:16161"]
    assert "outlet 1 of" in printed["pdu off acme 127.0.0.1:16161 1 --yes"]
    off = printed["pdu off bolt 127.0.0.1:18080 1 --yes -s username=admin"]
    assert off.endswith("is off (bolt/)\n")
    assert "POST /relay/1 turn=off" in http_log.read_text("utf-8")
    build, dry_run, register_at_stand_in = lines[-3:]
    assert "import path acme.handler" in run(build)
    assert '"name": "Acme PDUs", "protocol": ["snmp"]' in run(dry_run)
    with DciManager() as manager:
        register = clone / ".cache" / "dcimanager" / "register.env"
        register.parent.mkdir(parents=True)
        register.write_text(
            f"export DCI_URL={manager.url} DCI_EMAIL={manager.email}\n"
            f"export DCI_PASSWORD='{manager.password}' CURL_CA_BUNDLE={manager.ca_file}\n"
        )
        run(register_at_stand_in)
        (handler,) = manager.handlers()
        assert handler.handler == "acme"
        assert handler.name == "Acme PDUs"
        assert handler.import_path == "acme.handler"
