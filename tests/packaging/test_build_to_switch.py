"""From the tree to a switched outlet: build, register, poll, switch."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from builder import command
from handlers import VERSION, registry
from tests import peers
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

from .building import NAMES
from .registering import Admin


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the dist/ that `make packages` writes."""
    out = tmp_path_factory.mktemp("built") / "dist"
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "build.py"), "--out", str(out)],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.count("sha256") == len(
        NAMES
    ) + 1
    return out


def test_building_again_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    assert command.main(["--out", str(tmp_path)]) == 0
    first, second = (
        {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        for folder in (built, tmp_path)
    )
    assert first == second


@pytest.mark.against("curl")
def test_built_archives_are_registered_and_poll_and_switch_simulated_pdus(
    built: Path, tmp_path: Path
) -> None:
    admin = Admin(tmp_path, built / "register.sh")
    with DciManager() as manager, contextlib.ExitStack() as simulators:
        run = admin.run(manager, DCI_IDS=str(tmp_path / "ids"))
        assert (run.code, run.err) == (0, "")
        assert {handler.handler: handler.protocol for handler in manager.handlers()} == {
            f"pdu_{name}": [registry.about(name).protocol] for name in registry.names()
        }
        for name, make in peers.PEERS.items():
            peer = simulators.enter_context(make())
            pdu = manager.add_pdu(
                name, f"pdu_{name}", peer.address, snmp=peer.snmp, settings=peer.settings
            )
            manager.poll([pdu])
            assert [call.text for call in pdu.calls] == ["", ""]
            books = peer.books()
            assert pdu.ports == {
                i: {True: "UP", False: "DOWN", None: "UNKNOWN"}[on]
                for i, on in books.states.items()
            }
            assert pdu.load_a == pytest.approx(books.load_a, abs=0.01)
            assert pdu.energy_kwh == pytest.approx(books.energy_kwh, rel=0.01)
            first = next(iter(pdu.ports))
            for on in (False, True):
                call = manager.switch(pdu, first, on)
                assert call.ok and call.value["same_object"] and peer.books().states[first] is on
            # the build that runs is the one whose name the archive's folder has
            folder = re.escape(f"pdu handler {name} {VERSION}+") + "c[0-9a-f]{12}"
            assert any(re.search(folder, line) for line in manager.log(pdu))
            for secret in (peer.settings.get("password"), peer.snmp.get("community")):
                assert secret is None or not any(secret in line for line in manager.log(pdu))
