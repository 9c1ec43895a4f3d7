"""The section about Pacemaker of docs/doors.md, step by step, with simulated PDUs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pdu.fence.contract import OPTIONS
from tests.needs import ROOT
from tests.pdu.fence.site import site
from tests.pdu.monitoring.halls import environment
from tests.waiting import PATIENCE_S

AGENT = "/usr/sbin/fence_pdu"


@pytest.mark.trial
def test_the_pages_lines_make_an_agent_that_reads_and_fences(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "doors.md").read_text("utf-8")
    (section,) = re.findall(r"(?ms)^## Pacemaker\n(.*?)(?=^## |\Z)", text)
    blocks = re.findall(r"(?s)```sh\n(.*?)```", section)
    found = [line.strip() for block in blocks for line in block.strip().splitlines()]
    (register,) = [line for line in found if line.startswith("pcs ")]
    of_agent, _, operations = register.partition(" op ")
    options = dict(word.split("=", 1) for word in shlex.split(of_agent) if "=" in word)
    assert "alive" in options
    assert "monitor timeout=30s" in operations and "meta failure-timeout=" in operations
    assert {one for one in options if not one.startswith("pcmk_")} < {one.name for one in OPTIONS}
    assert register.split()[:3] == ["pcs", "stonith", "create"]

    programs = tmp_path / "bin"
    programs.mkdir()
    pdu = programs / "pdu"
    pdu.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/pdu/__main__.py" "$@"\n')
    pdu.chmod(0o755)
    variables = {**environment(), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line.replace(AGENT, str(programs / "fence_pdu"))],
            cwd=tmp_path,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE_S,
        )

    with site(tmp_path, is_verified=False) as machine:
        # what never changes shows no period of a meter
        machine.share(swing=0.02)
        typed = [line for line in found if line != register]
        assert len(typed) == 6
        for line in typed:
            asks = f"{shlex.quote(machine.alive)} --yes"
            done = run(line.replace("'ping -c 1 -W 2 {}'", asks).replace("/etc/pdu/", ""))
            assert done.returncode == 0, done.stderr
        assert done.stdout == "Status: ON\n"
        assert run(typed[-1].replace("-o status", "-o off")).returncode == 0
        assert not machine.draws
