"""`pdu meter` as a program: simulated PDUs of every handler, signals, a full disk, kills."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.files import journal
from pdu.energy.journal.days import files
from pdu.energy.journal.verify import verify_files
from pdu.pdus.handler_tools import own_answer
from tests.needs import ROOT
from tests.pdu import running
from tests.pdu.monitoring.exporter_process import fetched
from tests.pdu.monitoring.halls import PDU, Hall, environment, hall, private, run
from tests.peers.unit_pdus import outlet_meters
from tests.simulators.nut_server import NutServer, SwitchedPdu
from tests.waiting import PATIENCE_S, bounded, until

from .kills import killed


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall")) as made:
        yield made


def records(folder: Path) -> list[Any]:
    return [entry.record for path in files(str(folder)) for entry in journal.read_entries(path)]


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
        "--into",
        folder,
        "--auth",
        whole.logins,
        "--rounds",
        1,
        "--json",
    )
    assert done.returncode == 1 and "dead: cannot be read: unreachable: " in done.stderr
    tally = json.loads(done.stdout)
    assert (tally["rounds"], tally["polls"], tally["failed"], tally["lost"]) == (
        1,
        len(whole.peers) + 1,
        1,
        0,
    )
    assert verify_files(str(folder), [tally["hash"]]).hash == tally["hash"]
    head, start, *rest = records(folder)
    units = {one["unit"]: one for one in rest if "unit" in one}
    found = {units[one["of"]]["name"]: (units[one["of"]], one) for one in rest if "of" in one}
    assert set(found) == {*whole.peers, "dead"}
    for name, peer in whole.peers.items():
        unit, poll = found[name]
        states = ["-" if on is None else str(int(on)) for on in peer.books().states.values()]
        assert poll["on"] == "".join(states)
        columns = {"current_a": "amps", "energy_kwh": "kwh", "power_w": "watts"}
        for figure in outlet_meters(name):
            assert len(poll[columns[figure]]) == len(unit["outlets"])
        # a codec without a nameplate has one kind of unit, without a name for it
        reads_nameplate = own_answer(f"pdu.pdus.adapters.{name}", "nameplate", "read_nameplate")
        assert bool(unit["family"]) == (reads_nameplate is not None)
        assert len(unit["names"]) == len(unit["outlets"])
        assert poll["utc"][0] <= poll["utc"][1] and poll["mono"][0] <= poll["mono"][1]
    assert found["raritan"][0]["serial"] == found["redfish"][0]["serial"] == "SIM0000001"
    assert found["raritan"][0]["firmware"].startswith("4.4.1")
    assert "APC Web/SNMP" in found["snmp"][0]["firmware"] and found["snmp"][1]["up"] == 86400.0
    assert found["dead"][1]["error"][0] == "unreachable" and "on" not in found["dead"][1]


@pytest.mark.trial
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
        with metering(listed, "--into", kept, "--every", "1s") as meter:
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
    verify_files(str(kept))


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_at_once_and_the_next_start_continues(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with one(tmp_path) as listed:
        with metering(listed, "--into", tmp_path / "kept") as meter:
            assert until(lambda: polls(tmp_path / "kept") == 1)
            meter.send_signal(number)
            out, err = meter.communicate(timeout=PATIENCE_S)
        assert meter.returncode == code, err
        before = verify_files(str(tmp_path / "kept")).hash
        assert f"kept at another place: {before}" in out and "1 reading kept" in out
        done = run("meter", listed, "--into", tmp_path / "kept", "--rounds", 1)
        assert done.returncode == 0 and "1 reading kept" in done.stdout
    verify_files(str(tmp_path / "kept"), [before])


def test_a_second_meter_is_refused(tmp_path: Path) -> None:
    with one(tmp_path) as listed, metering(listed, "--into", tmp_path / "kept"):
        assert until(lambda: polls(tmp_path / "kept") == 1)
        done = run("meter", listed, "--into", tmp_path / "kept")
    assert done.returncode == 2 and "another meter writes into it" in done.stderr


def test_a_full_disk_loses_no_accepted_line_and_is_said_and_written(tmp_path: Path) -> None:
    """The limit of a file's size stands for the disk."""
    kept = tmp_path / "kept"
    with one(tmp_path) as listed, metering(listed, "--into", kept, "--every", "1s") as meter:
        assert until(lambda: polls(kept) == 2)
        path = Path(files(str(kept))[0])
        _, most = resource.prlimit(meter.pid, resource.RLIMIT_FSIZE)
        full = path.stat().st_size + 100
        resource.prlimit(meter.pid, resource.RLIMIT_FSIZE, (full, most))
        assert meter.stderr is not None
        assert "1 PDU read now and every 1 s" in meter.stderr.readline()
        assert "readings are lost:" in meter.stderr.readline()
        assert path.stat().st_size <= full and path.read_bytes().endswith(b"\n")
        resource.prlimit(meter.pid, resource.RLIMIT_FSIZE, (most, most))
        assert re.match(r"writing again; \d+ readings? lost", meter.stderr.readline())
        meter.terminate()
        _, err = meter.communicate(timeout=PATIENCE_S)
    assert meter.returncode == 0, err
    verify_files(str(kept))
    written = records(kept)
    (lost,) = [record for record in written if "lost" in record]
    assert lost["lost"] >= 1 and "File too large" in lost["reason"]
    # what was declared before may have been lost, so all is declared anew
    after = written[written.index(lost) - 1 :]
    assert "meter" in after[0] and "unit" in after[2] and "of" in after[3]


def test_the_commands_of_the_page_run_as_written(whole: Hall, tmp_path: Path) -> None:
    fence, *_ = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "energy.md").read_text(), re.DOTALL)
    (tmp_path / "hall.csv").write_text(whole.one("nut").read_text())
    (tmp_path / "nut.pem").write_text((whole.folder / "nut.pem").read_text())
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


def test_systemd_is_told_when_it_runs_how_it_goes_and_that_it_lives(tmp_path: Path) -> None:
    with one(tmp_path) as listed, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.settimeout(PATIENCE_S)
        service.bind(str(tmp_path / "notify"))
        variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        with metering(listed, "--into", tmp_path / "kept", **variables) as meter:
            assert service.recv(1000) == b"READY=1"
            first = service.recv(1000).decode()
            assert re.fullmatch(
                r"WATCHDOG=1\nSTATUS=round 1: 1 PDU, next \d\d:\d\d:\d\d UTC", first
            )
            # the next round is minutes away, unless this test began right before one
            for _ in range(2):
                assert service.recv(1000).partition(b"\n")[0] == b"WATCHDOG=1"
            meter.terminate()
            said = b""
            while said != b"STOPPING=1":
                said = service.recv(1000)


def test_a_pdu_that_stops_answering_is_said_once_and_so_is_that_it_answers_again(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept"
    with NutServer([SwitchedPdu("pdu", 4)]) as server:
        port = server.port
        listed = tmp_path / "one.csv"
        listed.write_text(f"name,handler,address,settings\nrack,nut,127.0.0.1:{port},device=pdu\n")
        meter = subprocess.Popen(
            [*PDU, "meter", str(listed), "--into", str(kept), "--every", "1s"],
            cwd=ROOT,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert meter.stderr is not None
        assert re.fullmatch(
            r"1 PDU read now and every 1 s, into \S+; next round at \d\d:\d\d:\d\d UTC\n",
            meter.stderr.readline(),
        )
        assert until(lambda: polls(kept) > 0)
    with meter, bounded(meter):
        assert meter.stderr.readline().startswith("rack: cannot be read: unreachable: ")
        failed = polls(kept)
        assert until(lambda: polls(kept) > failed + 1)
        with NutServer([SwitchedPdu("pdu", 4)], port=port):
            assert re.fullmatch(
                r"rack: read again, after \d+ readings that failed\n", meter.stderr.readline()
            )
            meter.terminate()
            assert meter.stderr.read() == ""


def test_its_metrics_say_which_pdu_is_silent_since_when(whole: Hall, tmp_path: Path) -> None:
    arguments = (whole.list(dead=True), "--into", tmp_path / "kept", "--auth", whole.logins)
    with metering(*arguments, "--metrics", "127.0.0.1:0") as meter:
        assert meter.stderr is not None
        found = re.fullmatch(r"metrics at (http://\S+/metrics)\n", meter.stderr.readline())
        assert found is not None
        readings = len(whole.peers) + 1
        assert until(lambda: polls(tmp_path / "kept") == readings)

        def text() -> str:
            return fetched(found[1])[1]

        assert until(lambda: f"pdu_meter_readings_total {readings}" in text())
        lines = text().splitlines()
        assert "pdu_meter_rounds_total 1.0" in lines and "pdu_meter_rounds_late_total 0.0" in lines
        assert "pdu_meter_readings_failed_total 1.0" in lines
        assert (
            'pdu_meter_pdu_up{pdu="dead"} 0.0' in lines
            and 'pdu_meter_pdu_up{pdu="nut"} 1.0' in lines
        )
        success = "pdu_meter_pdu_last_success_timestamp_seconds"
        (at,) = [line for line in lines if line.startswith(f'{success}{{pdu="nut"}}')]
        assert abs(float(at.split()[1]) - time.time()) < 3600.0
        assert not any(line.startswith(f'{success}{{pdu="dead"}}') for line in lines)
        # a page whose name leads here
        assert fetched(found[1], {"Host": "evil.example"})[0] == 421
        assert fetched(found[1] + "/x")[0] == 404
        meter.send_signal(signal.SIGKILL)
        assert meter.wait(PATIENCE_S) == -signal.SIGKILL

        def is_refused() -> bool:
            try:
                text()
            except OSError:
                return True
            return False

        # nothing that it started outlives it
        assert until(is_refused)


@pytest.mark.parametrize("address", ["metrics", "127.0.0.1", "127.0.0.1:99999", "192.0.2.1:9117"])
def test_an_address_for_metrics_that_cannot_be_used_is_refused(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["meter", "none.csv", "--into", str(tmp_path / "kept"), "--metrics", address]
    code, _, err = running.run(capsys, *arguments)
    assert code == 2 and "--metrics" in err and not (tmp_path / "kept").exists()


def test_on_a_terminal_a_line_lives(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with one(tmp_path) as listed:
        meter = subprocess.Popen(
            [*PDU, "meter", str(listed), "--into", str(tmp_path / "kept"), "--every", "1s"],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
        )
        os.close(theirs)
        with meter, bounded(meter):
            seen = b""
            while not re.search(rb"\rround 2: 1 PDU, next \d\d:\d\d:\d\d UTC *\r", seen):
                seen += os.read(ours, 4096)
            meter.terminate()
            with contextlib.suppress(OSError):  # EIO: the last process has closed it
                while os.read(ours, 4096):
                    pass
    os.close(ours)
    assert meter.returncode == 0
    assert seen.startswith(b"1 PDU read now") or b"\r1 PDU read now" in seen


@pytest.mark.parametrize("period", ["0.5s", "25h", "m", "five", "-5m", "1e9s", "nans"])
def test_a_period_that_cannot_be_kept_is_refused(
    period: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("name,handler,address\na,nut,192.0.2.1\n")
    arguments = ["meter", str(listed), "--into", str(tmp_path / "kept"), "--every", period]
    code, _, err = running.run(capsys, *arguments)
    assert code == 2 and "give 1s to 24h" in err
    assert not (tmp_path / "kept").exists()


def test_an_empty_list_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("name,handler,address\n")
    code, _, err = running.run(capsys, "meter", str(listed), "--into", str(tmp_path / "kept"))
    assert code == 2 and err and not (tmp_path / "kept").exists()
