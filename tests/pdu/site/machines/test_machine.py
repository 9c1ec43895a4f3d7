"""`pdu machine`: a machine with two supplies, on simulated PDUs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu.core.cli import exit_codes
from pdu.site.machines import proof
from pdu.site.machines.pdu_access import PolledPdus
from pdu.site.owner_files import OwnerFiles
from tests.handlers.skipping import skipped
from tests.pdu.fence.site import OUTLET, Site, closed_port, site
from tests.pdu.running import run
from tests.simulators.redfish.faults import Fault


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made, skipped():
        yield made


def files(machine: Site) -> list[str]:
    names = {"drawing": "hall.power.toml", "list": "hall.csv", "auth": "logins.toml"}
    found = [word for key, name in names.items() for word in (f"--{key}", machine.file(name))]
    return [*found, "--state-dir", machine.file("state")]


def test_a_machine_is_read_and_restarted_and_its_meters_prove_it(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "machine", "status", "srv-1", *files(machine), "--json")
    assert (code, err, json.loads(out)["state"]) == (0, "", "on")
    code, out, err = run(
        capsys, "machine", "cycle", "srv-1", *files(machine), "--yes", "--pause", "0"
    )
    assert code == 0 and out.startswith("srv-1 was off and is on again\n"), err
    assert "left/3 fell from 0.35 A" in out
    assert machine.draws and sorted(machine.commands()) == ["Off", "Off", "On", "On"]


def test_a_welded_relay_is_not_proven_and_cycle_does_not_switch_on(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.pdus["right"].outlet(OUTLET).welded = True
    command = ["machine", "cycle", "srv-1", *files(machine), "--yes", "--power-timeout", "2"]
    code, out, err = run(capsys, *command)
    assert code == exit_codes.NOT_SEEN and "right/3 carries 0.7 A" in err
    assert "switch it on: pdu machine on srv-1" in err
    assert machine.commands() == ["Off", "Off"]


def test_cycle_of_a_machine_that_does_not_stay_off_is_not_done(
    machine: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody switches one outlet on during the pause."""
    off = proof.switch_off

    def then_on(*given: Any) -> list[str]:
        saw = off(*given)
        machine.pdus["left"].turn(OUTLET, True)
        return saw

    monkeypatch.setattr(proof, "switch_off", then_on)
    code, _, err = run(capsys, "machine", "cycle", "srv-1", *files(machine), "--yes")
    assert code == exit_codes.NOT_SEEN and "it did not stay off; nothing more was sent" in err
    assert machine.commands() == ["Off", "Off"]


def test_what_cannot_be_read_is_unknown(machine: Site, capsys: pytest.CaptureFixture[str]) -> None:
    with closed_port() as port:
        machine.lines["right"] = f"127.0.0.1:{port},right,ca_pem=right.pem"
        machine.write()
        code, out, err = run(capsys, "machine", "status", "srv-1", *files(machine))
    assert code == exit_codes.NOT_SEEN and out.startswith("srv-1 is unknown\n"), err


@pytest.mark.parametrize("name, words", [("core", "is protected"), ("srv-9", "no machine 'srv-9'")])
def test_a_protected_or_unknown_machine_is_refused(
    name: str, words: str, machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "machine", "off", name, *files(machine), "--yes")
    assert code == 2 and words in err and machine.commands() == []


def test_without_a_terminal_it_needs_yes(machine: Site, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "machine", "off", "srv-1", *files(machine))
    assert code == exit_codes.NOT_CONFIRMED and machine.commands() == []


def test_check_says_whether_off_could_be_proven_and_switches_nothing(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["machine", "check", "srv-1", *files(machine)]
    code, out, err = run(capsys, *command, "--json")
    found = json.loads(out)
    assert (code, found["provable"]) == (0, True), err
    assert found["sentences"][0].startswith("its outlets were its only power on 20")
    code, _, err = run(capsys, *command, "--verified", machine.file("other.jsonl"))
    assert code == exit_codes.NOT_SEEN
    assert "srv-1: off could not be proven: its cabling was never tried" in err
    assert machine.commands() == []


def test_a_pdu_that_lost_one_answer_is_read_again_and_a_wrong_login_is_not_sent_twice(
    machine: Site,
) -> None:
    owner_files = OwnerFiles(machine.file("hall.csv"), machine.file("logins.toml"))
    pdus = PolledPdus({target.device.name: target for target in owner_files.pdus()})
    machine.pdus["left"].faults.order(Fault.HTML)
    assert pdus.read_pdus(["left"])["left"].reason
    assert not pdus.read_pdus(["left"])["left"].reason
    text = Path(machine.file("logins.toml")).read_text()
    wrong = text.replace(machine.pdus["right"].password, "wrong")
    Path(machine.file("logins.toml")).write_text(wrong)
    refused = PolledPdus({target.device.name: target for target in owner_files.pdus()})
    asked = []
    for _ in range(3):
        assert refused.read_pdus(["right"])["right"].reason
        asked.append(len(machine.pdus["right"].log))
    assert asked[0] == asked[1] == asked[2]


def test_status_says_that_the_cabling_was_never_tried(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["machine", "status", "srv-1", *files(machine)]
    code, out, _ = run(capsys, *command)
    assert code == 0 and "could off be proven? pdu machine check srv-1 --" in out
    command += ["--verified", machine.file("other.jsonl")]
    code, out, _ = run(capsys, *command)
    assert code == 0 and "off could not be proven: its cabling was never tried" in out
    assert "could not be proven" not in run(capsys, *command, "--confirm", "state")[1]
