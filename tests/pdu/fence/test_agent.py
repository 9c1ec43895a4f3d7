"""The fence agent against simulated PDUs: with each fault, it does not end with 0 while the machine
draws power.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.fence import command as cli
from pdu.fence.contract import InputOptions, completed, metadata, parse_input
from tests.handlers.skipping import skipped
from tests.needs import ROOT, program
from tests.pdu.fence.site import (
    DRAWING,
    OTHER_RACK,
    OUTLET,
    Site,
    closed_port,
    site,
)
from tests.pdu.monitoring.halls import HASTY, PDU, environment
from tests.simulators.redfish.faults import Fault
from tests.waiting import PATIENCE_S, until

SCHEMA = "/usr/share/cluster/relaxng/metadata.rng"  # Debian's fence-agents


def here(machine: Site, action: str, plug: str = "") -> int:
    """Run the agent in this process, for what is refused or only listed. The exit code."""
    options = machine.options(action=action, plug=plug)
    with skipped():
        return cli.run(InputOptions(completed(options), ()))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


def test_reboot_switches_all_feeds_off_before_any_is_on(machine: Site) -> None:
    code, out, err = machine.apart("reboot")
    assert (code, out) == (0, ""), err
    assert "srv-1 is off; left/3 fell from 0.35 A" in err and "right/3 fell from 0.35 A" in err
    assert "is on again" in err and machine.draws
    assert [pdu.books().writes for pdu in machine.pdus.values()] == [
        [(OUTLET, "Off"), (OUTLET, "On")]
    ] * 2


def test_off_is_sent_to_outlets_that_it_switched_off_before(machine: Site) -> None:
    machine.program = HASTY
    assert machine.apart("off")[0] == 0
    assert machine.run("status")[:2] == (2, "Status: OFF\n")
    code, _, err = machine.run("off")
    assert (code, machine.commands()) == (0, 2 * ["Off", "Off"]), err


def test_outlets_that_somebody_else_switched_off_are_proven_by_readings_alone(
    machine: Site,
) -> None:
    for pdu in machine.pdus.values():
        pdu.turn(OUTLET, False)
    code, _, err = machine.run("off")
    assert (code, machine.commands()) == (0, ["Off", "Off"])
    assert "left/3 carried nothing before" in err


@pytest.mark.parametrize("real", ["1", "4"])
def test_a_cord_that_was_moved_is_a_failure_once_a_monitor_has_seen_it(
    machine: Site, real: str
) -> None:
    """To outlet 1, and to 4, where another machine's cord is drawn."""
    left = machine.pdus["left"]
    assert machine.run("monitor")[0] == 0
    machine.share(left=real)
    code, _, err = machine.run("monitor")
    assert code == 1 and "left/3 stopped to carry at 20" in err
    # a neighbour's cord carries there now: what was seen still counts
    left.outlet(OUTLET).drawn = lambda: 0.35
    assert machine.run("monitor")[0] == 1
    code, _, err = machine.run("off", power_timeout=1)
    assert code == 1 and "left/3 stopped to carry" in err and left.outlet(real).closed
    # until it is tried anew, which needs its outlets on
    assert machine.run("on")[0] == 0
    machine.verify(age_s=0.0)
    assert machine.run("monitor")[0] == 0


def test_a_machine_whose_cabling_was_never_tried_is_switched_off_and_not_proven(
    tmp_path: Path,
) -> None:
    with site(tmp_path, is_verified=False) as machine:
        for action in ("monitor", "off"):
            code, _, err = machine.run(action)
            assert code == 1 and "its cabling was never tried" in err
            assert "pdu machine verify srv-1 --alive COMMAND" in err
        assert (machine.draws, machine.commands()) == (False, ["Off", "Off"])
        assert machine.run("off", confirm="state")[0] == 0


def test_a_machine_that_still_answers_is_not_off(machine: Site) -> None:
    machine.pdus["left"].outlet("1").drawn = lambda: 0.35  # of a neighbour
    code, _, err = machine.run("off", power_timeout=1, alive="true")
    assert code == 1 and "it still answers" in err
    assert machine.run("off", power_timeout=1, alive=machine.alive)[0] == 0
    code, _, err = machine.run("off", power_timeout=1, alive="/no/such/program")
    assert code == 1 and "No such file" in err


def test_another_unit_in_a_pdus_place_is_a_failure(machine: Site) -> None:
    text = Path(machine.file("hall.verified.jsonl")).read_text()
    Path(machine.file("hall.verified.jsonl")).write_text(text.replace("SIM0000001", "OLD", 1))
    for action in ("monitor", "off"):
        code, _, err = machine.run(action, power_timeout=1)
        assert code == 1 and "left is another unit (SIM0000001)" in err


def test_an_agent_that_was_killed_is_believed_by_the_next_one(machine: Site) -> None:
    machine.pdus["right"].outlet(OUTLET).off_delay = 3600.0
    process = machine.start("off")
    assert until(lambda: len(machine.commands()) == 2)
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    machine.pdus["right"].outlet(OUTLET).forget()
    machine.pdus["right"].outlet(OUTLET).off_delay = 0.0
    code, _, err = machine.run("off")
    assert (code, machine.draws) == (0, False), err
    assert machine.commands() == 2 * ["Off", "Off"]


def test_a_reboot_that_waited_for_an_off_does_not_put_the_machine_on(machine: Site) -> None:
    first = machine.start("off")
    assert until(lambda: bool(machine.commands()))
    machine.program = HASTY  # it waits for the first one all the same
    second = machine.start("reboot")
    for process in (first, second):
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
    assert "was fenced, but is not on again: another run switched it off for good" in err
    assert not machine.draws and machine.commands() == 4 * ["Off"]


def test_monitor_reads_the_machines_that_the_device_fences(machine: Site) -> None:
    with closed_port() as port:
        machine.lines["third"] = f"127.0.0.1:{port},left,ca_pem=left.pem"
        machine.drawing = DRAWING + OTHER_RACK
        machine.write()
        code, _, err = machine.run("monitor", plug="")
        assert code == 1 and "srv-2: third/1: " in err
        code, _, err = machine.run("monitor", plug="", machines="srv-1")
        assert code == 0, err
        assert here(machine, "validate-all") == 0
        code, _, err = machine.run("monitor", plug="", machines="srv-1,srv-9")
        assert code == 1 and "srv-9" in err


def test_status_is_on_while_one_feed_is_on(machine: Site) -> None:
    machine.pdus["left"].turn(OUTLET, False)
    assert machine.run("status")[:2] == (0, "Status: ON\n")


def test_a_stuck_relay_with_current_is_a_failure(machine: Site) -> None:
    machine.pdus["right"].outlet(OUTLET).welded = True
    code, _, err = machine.run("off", power_timeout=0)
    assert (code, machine.draws) == (1, True)
    assert "right/3 carries 0.7 A" in err
    for action in ("status", "monitor"):
        code, out, err = machine.run(action)
        assert (code, out) == (1, "") and "right/3: it is reported off, and carries 0.7 A" in err
    # without a meter nobody can know
    assert machine.run("off", confirm="state")[0] == 0
    code, out, _ = machine.run("monitor", confirm="state")
    assert code == 0 and "by the states alone" in out and "another run" not in out
    # when it opens, the next run proves it
    machine.pdus["right"].outlet(OUTLET).welded = False
    assert machine.run("off", power_timeout=1)[0] == 0


def test_a_feed_that_is_unreachable_is_a_failure_and_the_other_is_off(machine: Site) -> None:
    with closed_port() as port:
        machine.lines["right"] = f"127.0.0.1:{port},right,ca_pem=right.pem"
        machine.write()
        code, _, err = machine.run("off")
        assert (code, machine.draws) == (1, True)
        assert "right/3: " in err and "may or may not" in err
        assert machine.commands() == ["Off"]
        assert machine.run("status")[0] == 1
        assert machine.run("monitor")[0] == 1


def test_a_wrong_login_is_a_failure(machine: Site) -> None:
    text = Path(machine.file("logins.toml")).read_text()
    Path(machine.file("logins.toml")).write_text(
        text.replace(machine.pdus["right"].password, "wrong", 2)
    )
    code, _, err = machine.run("off")
    assert code == 1 and machine.draws
    assert "wrong" not in err
    # one reading and one command: a few wrong logins more may block the account
    refused = [one for one in machine.pdus["right"].log if one.status == 401]
    assert 0 < len(refused) <= 4


def test_lag_and_a_relay_that_stays_on_are_failures(tmp_path: Path) -> None:
    with site(tmp_path) as machine:
        machine.pdus["left"].outlet(OUTLET).off_delay = 3600.0
        machine.pdus["right"].outlet(OUTLET).stuck = True
        code, _, err = machine.run("reboot")
        assert (code, machine.draws) == (1, True)
        assert machine.commands() == ["Off", "Off"]
        assert "left/3 was not seen off" in err and "right/3 was not seen off" in err


def test_a_lost_answer_is_not_repeated(machine: Site) -> None:
    machine.pdus["right"].faults.order(Fault.DROP_AFTER_WRITE, method="PowerControl")
    code, _, err = machine.run("off")
    assert (code, machine.draws) == (0, False), err
    assert machine.commands() == ["Off", "Off"]


def test_an_unknown_state_is_a_failure(tmp_path: Path) -> None:
    with site(tmp_path, no_state=[OUTLET]) as machine:
        code, out, err = machine.run("status")
        assert (code, out) == (1, "") and "unknown" in err


def test_a_killed_agent_says_nothing_and_sends_nothing_more(machine: Site) -> None:
    machine.pdus["right"].outlet(OUTLET).off_delay = 3600.0
    process = machine.start("reboot")
    assert until(lambda: len(machine.commands()) == 2)
    process.kill()
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (-9, "")
    assert machine.commands() == ["Off", "Off"] and machine.draws


def test_a_machine_that_is_off_but_not_on_again_is_fenced(machine: Site) -> None:
    machine.pdus["right"].faults.order(Fault.STATUS, skip=1, count=None, method="PowerControl")
    code, _, err = machine.run("reboot")
    assert code == 0
    assert "was fenced, but is not on again: right/3" in err


def test_a_protected_machine_is_never_switched(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    for action in ("off", "on", "reboot", "validate-all", "monitor"):
        for plug in ("core", "left/3,right/4"):
            assert here(machine, action, plug) == 1
            assert "'core' is protected" in capsys.readouterr().err
    assert here(machine, "list") == 0
    assert capsys.readouterr().out == "srv-1,\n"
    assert machine.commands() == []


def test_reboot_goes_on_when_nobody_reads_what_it_says(machine: Site) -> None:
    machine.program = HASTY
    process = machine.start("reboot")
    assert process.stderr is not None
    process.stderr.close()
    process.stderr = None
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert sorted(machine.commands()) == ["Off", "Off", "On", "On"]


def test_outlets_are_a_plug_without_a_drawing(machine: Site) -> None:
    code, _, err = machine.run("off", "left/3,right/3", drawing="")
    assert code == 1 and "its cabling was never tried: draw its machine, and pdu machine" in err
    verified = machine.file("hall.verified.jsonl")
    code, _, err = machine.run("off", "left/3,right/3", drawing="", verified=verified)
    assert (code, machine.draws) == (0, False), err


def test_monitor_fails_early_where_off_could_not_be_proven(machine: Site) -> None:
    assert machine.run("monitor", plug="")[0] == 0
    code, _, err = machine.run("monitor", "left/9", drawing="")
    assert code == 1 and "no such outlet" in err
    machine.lines["right"] += "; verify=perhaps"
    machine.write()
    assert machine.run("monitor")[0] == 1


@pytest.mark.parametrize(
    "plug", ["", "srv-2", "left", "left/", "/3", "middle/3", "left/3,,", "left/3\nright/3"]
)
def test_a_plug_that_is_nothing_is_refused(machine: Site, plug: str) -> None:
    assert here(machine, "off", plug) == 1
    assert machine.commands() == []


def test_the_options_of_a_cluster() -> None:
    given = parse_input("action=off\nport=a\nplug=b\n# c\n\nnodename=b\npasswd=hush\nlist=x\n")
    assert given.values["plug"] == "b" and given.values["action"] == "off"
    assert given.values["confirm"] == "current"
    assert len(given.ignored) == 1 and "hush" not in given.ignored[0]
    assert parse_input("port=a\n").values["plug"] == "a"
    assert parse_input("plug=b\nport=a\n").values["plug"] == "b"
    assert parse_input("").values["action"] == "reboot"
    for wrong in ("action=explode\n", "off\n", "confirm=never\n"):
        with pytest.raises(SettingsError):
            parse_input(wrong)


@pytest.mark.parametrize(
    "sent, said",
    [
        (b"action=off\nlist=x\nplug=\xff", "no machine has the name"),
        (b"plug=a\n" * 20_000, "is longer than"),
    ],
    ids=["bytes", "long"],
)
def test_standard_input_that_is_no_text_is_one_sentence(sent: bytes, said: str) -> None:
    done = subprocess.run(
        [*PDU, "fence"],
        cwd=ROOT,
        env={**environment(), "PYTHONIOENCODING": "utf-8"},
        input=sent,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    err = done.stderr.decode()
    assert done.returncode == 1 and err.startswith("fence_pdu: ") and said in err, err


def test_the_metadata_keeps_to_the_schema_of_fence_agents(tmp_path: Path) -> None:
    program("fence_apc")  # its package has the schema
    path = tmp_path / "metadata.xml"
    path.write_text(metadata("1.0"))
    subprocess.run(
        [program("xmllint"), "--noout", "--relaxng", SCHEMA, path],
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
