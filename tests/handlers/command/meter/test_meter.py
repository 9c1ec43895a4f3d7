"""`pdu meter` as a program: simulated PDUs of every handler, signals, a full disk, kills."""

from __future__ import annotations

import contextlib
import json
import re
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.command import journal
from handlers.command.energy.verify import verified
from handlers.command.meter.days import files
from handlers.errors import SettingsError
from tests.handlers.command import running
from tests.handlers.command.fleet.halls import PDU, Hall, environment, hall, private, run
from tests.needs import ROOT
from tests.simulators.nut_server import NutServer, SwitchedPdu
from tests.waiting import PATIENCE_S, bounded, until

from .kills import killed


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as made:
        yield made


def records(folder: Path) -> list[Any]:
    return [entry.record for _, entry in journal.read_all(files(str(folder)))]


@contextlib.contextmanager
def metering(*arguments: object, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A meter that runs until the block ends."""
    process = subprocess.Popen(
        [*PDU, "meter", *map(str, arguments)],
        cwd=ROOT,
        env={**environment(), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process, bounded(process):
        yield process


@contextlib.contextmanager
def one(folder: Path) -> Iterator[Path]:
    """A list with one simulated PDU."""
    with NutServer([SwitchedPdu("pdu", 4)]) as server:
        path = folder / "one.csv"
        path.write_text(
            f"name,handler,address,settings\nrack,nut,{server.host}:{server.port},device=pdu\n"
        )
        yield path


def polls(folder: Path) -> int:
    """How many polls are in the files now."""
    try:
        return sum("of" in record for record in records(folder))
    except SettingsError:
        return 0


def test_a_round_has_what_each_handler_knows_and_a_dead_pdu_its_error(
    whole: Hall, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    done = run(
        "meter",
        whole.list(dead=True),
        "--to",
        folder,
        "--auth",
        whole.logins,
        "--rounds",
        1,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    tally = json.loads(done.stdout)
    assert (tally["rounds"], tally["polls"], tally["failed"], tally["lost"]) == (1, 5, 1, 0)
    assert verified(str(folder), [tally["hash"]]).hash == tally["hash"]
    head, start, *rest = records(folder)
    units = {one["unit"]: one for one in rest if "unit" in one}
    found = {units[one["of"]]["name"]: (units[one["of"]], one) for one in rest if "of" in one}
    assert set(found) == {*whole.peers, "dead"}
    for name, peer in whole.peers.items():
        unit, poll = found[name]
        states = ["-" if on is None else str(int(on)) for on in peer.books().states.values()]
        assert poll["on"] == "".join(states)
        assert len(poll["kwh"]) == len(poll["amps"]) == len(poll["watts"]) == len(unit["outlets"])
        assert unit["family"] and len(unit["names"]) == len(unit["outlets"])
        assert poll["utc"][0] <= poll["utc"][1] and poll["mono"][0] <= poll["mono"][1]
    assert found["raritan"][0]["serial"] == found["redfish"][0]["serial"] == "SIM0000001"
    assert found["raritan"][0]["firmware"].startswith("4.4.1")
    assert "APC Web/SNMP" in found["snmp"][0]["firmware"] and found["snmp"][1]["up"] == 86400.0
    assert found["dead"][1]["error"][0] == "unreachable" and "on" not in found["dead"][1]


def test_sighup_takes_over_the_list_and_ends_nothing(tmp_path: Path) -> None:
    """One PDU is being read when the signal comes; a list that is wrong changes nothing."""
    kept = tmp_path / "kept"

    def names() -> list[str]:
        """The PDUs of the last polls."""
        units = {one["unit"]: one["name"] for one in records(kept) if "unit" in one}
        return [units[one["of"]] for one in records(kept) if "of" in one]

    with one(tmp_path) as listed, socket.create_server(("127.0.0.1", 0)) as silent:
        head, rack = listed.read_text().splitlines()
        slow = f"slow,nut,127.0.0.1:{silent.getsockname()[1]},device=pdu; timeout=3"
        listed.write_text(f"{head}\n{rack}\n{slow}\n")
        with metering(listed, "--to", kept, "--every", "1s") as meter:
            assert until(lambda: polls(kept) > 0)
            second = rack.replace("rack,", "second,")
            listed.write_text(f"{head}\n{slow}\n{second}\n")
            meter.send_signal(signal.SIGHUP)
            assert until(lambda: "second" in names())
            # what was being read is read to its end, though its place in the list is another one
            assert until(lambda: "slow" in names())
            listed.write_text("name\nnothing\n")
            meter.send_signal(signal.SIGHUP)
            before = names().count("second")
            assert until(lambda: names().count("second") > before + 1)
            meter.send_signal(signal.SIGTERM)
            _, err = meter.communicate(timeout=PATIENCE_S)
    assert meter.returncode == 0
    assert "the list was read again: 2 PDUs, 1 new, 1 gone" in err
    assert "nothing changes" in err
    units = {one["unit"]: one["name"] for one in records(kept) if "unit" in one}
    assert units == {0: "rack", 1: "slow", 2: "second"}
    verified(str(kept))


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_at_once_and_the_next_start_continues(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with one(tmp_path) as listed:
        with metering(listed, "--to", tmp_path / "kept") as meter:
            assert until(lambda: polls(tmp_path / "kept") == 1)
            meter.send_signal(number)
            out, err = meter.communicate(timeout=PATIENCE_S)
        assert meter.returncode == code, err
        before = verified(str(tmp_path / "kept")).hash
        assert code or before in out
        done = run("meter", listed, "--to", tmp_path / "kept", "--rounds", 1)
        assert done.returncode == 0 and "1 reading kept" in done.stdout
    verified(str(tmp_path / "kept"), [before])


def test_a_second_meter_is_refused(tmp_path: Path) -> None:
    with one(tmp_path) as listed, metering(listed, "--to", tmp_path / "kept"):
        assert until(lambda: polls(tmp_path / "kept") == 1)
        done = run("meter", listed, "--to", tmp_path / "kept")
    assert done.returncode == 2 and "another meter writes into it" in done.stderr


def test_a_full_disk_loses_no_accepted_line_and_is_said_and_written(tmp_path: Path) -> None:
    """The limit of a file's size stands for the disk."""
    kept = tmp_path / "kept"
    with one(tmp_path) as listed, metering(listed, "--to", kept, "--every", "1s") as meter:
        assert until(lambda: polls(kept) == 2)
        path = Path(files(str(kept))[0])
        _, most = resource.prlimit(meter.pid, resource.RLIMIT_FSIZE)
        full = path.stat().st_size + 100
        resource.prlimit(meter.pid, resource.RLIMIT_FSIZE, (full, most))
        assert meter.stderr is not None
        assert "readings are lost:" in meter.stderr.readline()
        assert path.stat().st_size <= full and path.read_bytes().endswith(b"\n")
        resource.prlimit(meter.pid, resource.RLIMIT_FSIZE, (most, most))
        assert re.match(r"writing again; \d+ readings? lost", meter.stderr.readline())
        meter.terminate()
        _, err = meter.communicate(timeout=PATIENCE_S)
    assert meter.returncode == 0, err
    verified(str(kept))
    written = records(kept)
    (lost,) = [record for record in written if "lost" in record]
    assert lost["lost"] >= 1 and "File too large" in lost["reason"]
    # what was declared before may have been lost, so all is declared anew
    after = written[written.index(lost) - 1 :]
    assert "meter" in after[0] and "unit" in after[2] and "of" in after[3]


def test_the_commands_of_the_page_run_as_written(whole: Hall, tmp_path: Path) -> None:
    (fence,) = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "meter.md").read_text(), re.DOTALL)
    (tmp_path / "hall.csv").write_text(whole.one("nut").read_text())
    private(tmp_path / "logins.toml", whole.logins.read_text())
    for line in fence.splitlines():
        program, *words = line.split()
        done = subprocess.run(
            [*PDU, *words],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert (program, done.returncode) == ("pdu", 0), done.stderr
        assert "hash, to be kept" in done.stdout


def test_a_kill_loses_no_accepted_line(tmp_path: Path) -> None:
    found = killed(tmp_path, 3)
    assert found.kills == 3 and found.lines > 3


def test_systemd_is_told_when_it_runs(tmp_path: Path) -> None:
    with one(tmp_path) as listed, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.settimeout(PATIENCE_S)
        service.bind(str(tmp_path / "notify"))
        with metering(listed, "--to", tmp_path / "kept", NOTIFY_SOCKET=str(tmp_path / "notify")):
            assert service.recv(100) == b"READY=1"


@pytest.mark.parametrize("period", ["5", "0.5s", "25h", "m", "five", "-5m", "1e9s", "nans"])
def test_a_period_that_cannot_be_kept_is_refused(
    period: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("name,handler,address\na,nut,192.0.2.1\n")
    arguments = ["meter", str(listed), "--to", str(tmp_path / "kept"), "--every", period]
    code, _, err = running.run(capsys, *arguments)
    assert code == 2 and "give 1s to 24h" in err
    assert not (tmp_path / "kept").exists()


def test_an_empty_list_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("name,handler,address\n")
    code, _, err = running.run(capsys, "meter", str(listed), "--to", str(tmp_path / "kept"))
    assert code == 2 and err and not (tmp_path / "kept").exists()
