"""Archives with build options: built, registered, and used to poll and switch simulated PDUs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder import command
from handlers.snmp.profiles import PROFILES
from tests.dcimanager.manager import DciManager
from tests.dcimanager.records import Pdu
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_units import fixtures

from .acme import COMMAND, OUTLETS, PROFILE, UNLOCK, strip
from .registering import Admin

INTEGER = 2
_PROFILES = {profile.key: profile for profile in PROFILES}
_UNITS = {unit.name: unit for unit in fixtures() if unit.name in _PROFILES}


def build(out: Path, *arguments: str) -> Path:
    """Runs the builder in this process; returns the folder."""
    assert command.main(["--out", str(out), *arguments]) == 0
    return out


def register(admin: Admin, manager: DciManager, *names: str) -> None:
    run = admin.run(manager, *names)
    assert (run.code, run.err) == (0, "")


def add(manager: DciManager, handler: str, agent: Agent, version: str = "2") -> Pdu:
    return manager.add_pdu(
        handler,
        handler,
        agent.host,
        snmp={"port": str(agent.port), "community": "private", "version": version, "timeout": "60"},
    )


NO_ERRORS = ["", ""]  # of `status` and `statistic`


def read_errors(manager: DciManager, pdu: Pdu) -> list[str]:
    """Polls a PDU; returns the error texts of its `status` and `statistic`, "" for none."""
    manager.poll([pdu])
    return [call.text for call in pdu.calls[-2:]]


UNCERTAIN = next(
    key
    for key, unit in _UNITS.items()
    if unit.switch and _PROFILES[key].sys_object_ids and not _PROFILES[key].is_proven
)


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DciManager]:
    """A DCImanager with the archive of the Acme Strip (acme.py)."""
    folder = tmp_path_factory.mktemp("own")
    dist = build(folder / "dist", "--profile", str(PROFILE))
    with DciManager() as manager:
        register(Admin(folder, dist), manager, "acme_strip")
        assert {tuple(handler.protocol) for handler in manager.handlers()} == {("snmp",)}
        yield manager


# ---- the example ---------------------------------------------------------------------------------


def test_a_pdu_described_in_json_is_polled(registered: DciManager) -> None:
    with Agent(strip()) as agent:
        pdu = add(registered, "pdu_acme_strip", agent)
        assert read_errors(registered, pdu) == NO_ERRORS
        truth = agent.truth()
    assert pdu.ports == {"1": "UP", "2": "UP", "3": "DOWN", "4": "UP"}
    assert list(pdu.ports) == list(OUTLETS)
    assert pdu.load_a == 2.5
    assert pdu.energy_kwh == pytest.approx(truth.energy_kwh) == 15.0
    assert pdu.port_energy_kwh == {"1": 1.5, "2": 3.0, "3": 4.5, "4": 6.0}


def test_switching_writes_the_unlock_and_the_value_from_the_json(registered: DciManager) -> None:
    with Agent(strip()) as agent:
        pdu = add(registered, "pdu_acme_strip", agent)
        assert read_errors(registered, pdu) == NO_ERRORS
        for on, value in ((False, "2"), (True, "1")):
            before = len(agent.writes())
            call = registered.switch(pdu, "2", on)
            assert call.ok
            assert call.value["same_object"]
            assert pdu.ports["2"] == ("UP" if on else "DOWN")
            assert agent.truth().states == {"1": True, "2": on, "3": False, "4": True}
            assert [tuple(write) for write in agent.writes()[before:]] == [
                (f"{UNLOCK}.2", INTEGER, "1", ""),
                (f"{COMMAND}.2", INTEGER, value, ""),
            ]
    assert any("acme-strip" in line for line in registered.log(pdu))


def test_a_protected_outlet_is_refused_with_the_reason_from_the_json(
    registered: DciManager,
) -> None:
    with Agent(strip(protected=("1",))) as agent:
        pdu = add(registered, "pdu_acme_strip", agent)
        call = registered.switch(pdu, "1", False)
        assert call.kind == "unsupported"
        assert "it is protected on the unit's panel" in call.text
        assert registered.switch(pdu, "5", False).kind == "no-such-outlet"
        assert agent.writes() == []
        assert agent.truth().states["1"] is True


# ---- options of pdu_snmp -------------------------------------------------------------------------


def test_unproven_commands_without_a_setting_need_an_archive_built_for_them(tmp_path: Path) -> None:
    """Tries to switch a PDU before and after the upload of an archive built with --switch-unproven.

    The PDU has no handler settings.
    """
    unit = _UNITS[UNCERTAIN]
    assert unit.switch is not None
    version = unit.versions[0].replace("2c", "2")
    admin = Admin(tmp_path, build(tmp_path / "dist", "snmp"))
    with DciManager() as manager, Agent(unit.device(), versions=(int(version),)) as agent:
        register(admin, manager, "snmp")
        pdu = add(manager, "pdu_snmp", agent, version)
        assert read_errors(manager, pdu) == NO_ERRORS
        call = manager.switch(pdu, unit.switch.identity, False)
        assert call.kind == "unsupported"
        assert "-s switch_unproven=yes), then set the handler setting" in call.text
        assert f"build the archive with --switch-unproven {UNCERTAIN}" in call.text
        assert agent.writes() == []
        build(tmp_path / "dist", "--switch-unproven", UNCERTAIN)
        register(admin, manager, "snmp")
        call = manager.switch(pdu, unit.switch.identity, False)
        assert call.ok
        assert call.value["state"] == "DOWN"
        assert [write[:3] for write in agent.writes()] == [
            tuple(varbind) for varbind in unit.switch.off
        ]


def test_a_profile_may_come_from_a_pipe(tmp_path: Path) -> None:
    """Which can be read once."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end), os.fdopen(write_end, "wb") as pipe:
        pipe.write(PROFILE.read_bytes())
        pipe.close()
        assert command.main(["--out", str(tmp_path), "--profile", f"/dev/fd/{read_end}"]) == 0
