"""The fence agent under Pacemaker's real fencing daemon, on its own without a cluster. What a whole
cluster does with it: test_cluster.py.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import program, programs
from tests.pdu.fence.site import Site, site
from tests.pdu.monitoring.halls import HASTY
from tests.waiting import PATIENCE_S, until

# The daemon looks for agents in /usr/sbin only. Its own view of that folder gets ours on top.
_START = """
set -e
mkdir -p "$1/upper" "$1/work"
mount -t overlay overlay -o "lowerdir=/usr/sbin,upperdir=$1/upper,workdir=$1/work" /usr/sbin
cp "$1/fence_pdu" /usr/sbin/fence_pdu
exec "$2" -s -l "$1/fenced.log"
"""


@contextlib.contextmanager
def fenced(folder: Path) -> Iterator[None]:
    """The daemon, with the agent as `fence_pdu`. Skips the test where it cannot run."""
    daemon = programs("pacemaker-fenced", "stonith_admin")[0]
    if os.geteuid() != 0:
        pytest.skip("pacemaker-fenced runs only as root")
    if _answers():
        pytest.skip("this machine already runs a fencing daemon")
    agent = folder / "fence_pdu"
    agent.write_text(f'#!/bin/sh\nexec {" ".join(HASTY)} fence "$@"\n')
    agent.chmod(0o755)
    process = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", _START, "sh", str(folder), daemon],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if (
            not until(lambda: _answers() or process.poll() is not None)
            or process.poll() is not None
        ):
            assert process.stderr is not None
            pytest.skip(f"pacemaker-fenced did not start: {process.stderr.read()[-200:]}")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def _admin(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("stonith_admin"), *arguments],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )


def _answers() -> bool:
    return _admin("--list-registered").returncode == 0


def test_a_daemon_fences_unfences_and_restarts_a_machine(tmp_path: Path) -> None:
    with site(tmp_path) as machine, fenced(tmp_path):
        _register(machine)
        assert "pdus" in _admin("--list", "srv-1").stdout
        assert _admin("--query", "pdus").returncode == 0

        done = _admin("--fence", "srv-1", "--timeout", "60")
        assert (done.returncode, machine.draws) == (0, False), done.stderr
        assert _admin("--unfence", "srv-1", "--timeout", "60").returncode == 0
        assert machine.draws
        assert _admin("--reboot", "srv-1", "--timeout", "60").returncode == 0
        assert machine.draws and machine.commands() == 2 * ["Off", "On", "Off", "On"]


def _register(machine: Site) -> None:
    options = {
        **machine.options(power_timeout=3),
        "pcmk_host_list": "srv-1",
        "pcmk_host_check": "static-list",
        "pcmk_off_retries": "1",
    }
    pairs = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    done = _admin("--register", "pdus", "--agent", "fence_pdu", *pairs)
    assert done.returncode == 0, done.stderr
