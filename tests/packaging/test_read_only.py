"""`packaging/build.py --read-only`: archives that are polled, and that refuse each command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builder import command, script
from handlers import registry
from pdu import root
from tests.dcimanager.manager import DciManager
from tests.pdu.running import use_login
from tests.servers.peers import PEERS

from .acme import PROFILE
from .registering import Admin


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("read only")
    arguments = ["--read-only", "--profile", str(PROFILE), "--out", str(folder)]
    assert command.main([*registry.names(), *arguments]) == 0
    return folder


@pytest.fixture(scope="module")
def registered(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DciManager]:
    """A DCImanager with these archives."""
    with DciManager() as manager:
        run = Admin(tmp_path_factory.mktemp("admin"), dist).run(manager)
        assert (run.code, run.err) == (0, "")
        yield manager


def test_their_names_say_it(registered: DciManager) -> None:
    names = {handler.handler: handler.name for handler in registered.handlers()}
    assert names == {
        **{
            f"pdu_{name}_read_only": f"{registry.about(name).shown} (read only)"
            for name in registry.names()
        },
        "pdu_acme_strip_read_only": "Acme (SNMP, own profile acme-strip) (read only)",
    }


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", registry.names())
def test_they_are_polled_and_refuse_commands_at_the_stand_in(
    name: str, registered: DciManager
) -> None:
    with PEERS[name]() as peer:
        pdu = registered.add_pdu(
            name,
            f"pdu_{name}_read_only",
            peer.address,
            snmp=peer.snmp,
            settings=peer.settings,
        )
        registered.poll([pdu])
        before = peer.truth()
        states = {True: "UP", False: "DOWN", None: "UNKNOWN"}
        assert pdu.ports == {port: states[on] for port, on in before.states.items()}
        for port in (next(iter(pdu.ports)), "99999"):
            for on in (True, False):
                call = registered.switch(pdu, port, on)
                assert call.kind == "unsupported"
                assert "reads only" in call.text
        after = peer.truth()
    assert (after.writes, after.states) == (before.writes, before.states)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", registry.names())
def test_the_command_refuses_too(
    name: str,
    dist: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tool switches in the session in which it read."""
    path = str(dist / registry.archive_name(f"{name}_read_only"))
    with PEERS[name]() as peer:
        words = use_login(monkeypatch, peer)
        before = peer.truth()
        port = next(iter(before.states))
        assert root.run(["off", path, peer.address, port, "--yes", *words]) == 8
        assert "reads only" in capsys.readouterr().err
        assert peer.truth().writes == before.writes


def test_an_archive_without_it_switches() -> None:
    """The option is of the archive alone."""
    (snmp,) = [handler for handler in script.HANDLERS if handler.name == "snmp"]
    assert snmp.replace == {}
    assert list(snmp.read_only().replace) == ["dcimanager/build_options.py"]
