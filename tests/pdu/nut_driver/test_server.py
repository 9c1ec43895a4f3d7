"""The sockets of `pdu nut-driver`: several clients, hostile ones, and a driver that was killed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import random
import signal
import stat
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from handlers.shared.errors import SettingsError
from pdu.nut_driver import names, server
from pdu.nut_driver.driver_protocol import FAILED
from pdu.nut_driver.nut_variables import NutVariables
from pdu.nut_driver.variable_tree import VariableTree
from tests.pdu.monitoring import halls
from tests.pdu.running import run
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S, until

from .driver_process import Socket, driving, log_of


class Driven(NamedTuple):
    agent: Agent
    fleet: Path
    logins: Path
    state_path: Path

    def client(self) -> Socket:
        return Socket(self.state_path, "rack-1")

    @property
    def switched(self) -> int:
        return len(self.agent.books().writes)


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    """A list with one PDU over SNMP."""
    folder = tmp_path_factory.mktemp("driven")
    (folder / "run").mkdir(mode=0o770)
    with Agent(apc.rpdu2(outlets=4)) as agent:
        fleet = folder / "hall.csv"
        fleet.write_text(
            "name,handler,address,auth,settings\n"
            f"rack 1,snmp,{agent.host}:{agent.port},snmp,timeout=20\n"
        )
        logins = halls.private(folder / "logins.toml", '[auth.snmp]\ncommunity = "private"\n')
        yield Driven(agent, fleet, logins, folder / "run")


@pytest.fixture(scope="module")
def running(driven: Driven) -> Iterator[Driven]:
    with driving(driven.fleet, driven.logins, driven.state_path, "--every", 3600):
        with driven.client() as client:
            assert until(lambda: "DATAOK" in client.dump())
        yield driven


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a driver's sockets are, for a driver of the test's own."""
    made = tmp_path / "run"
    made.mkdir(mode=0o770)
    return made


def test_only_upsds_group_may_use_the_socket(running: Driven) -> None:
    found = os.stat(names.socket_path(str(running.state_path), "rack-1"))
    assert stat.S_IMODE(found.st_mode) == 0o660
    assert found.st_gid == running.state_path.stat().st_gid


def test_all_clients_hear_of_a_change_and_only_the_one_that_asked_its_result(
    running: Driven,
) -> None:
    with running.client() as first, running.client() as second, running.client() as third:
        for one in (first, second, third):
            one.dump()
        third.send(b"NOBROADCAST\nPING\n")
        third.until("PONG")
        for word, sent in (("off", b"off"), ("on", b"on")):
            first.send(b"INSTCMD outlet.1.load.%s TRACKING id-%s\n" % (sent, sent))
            told = first.until("TRACKING")
            assert f'SETINFO outlet.1.status "{word}"' in told
            assert told[-1] == f"TRACKING id-{word} 0"
        second.send(b"PING\n")
        heard = second.until("PONG")
        assert 'SETINFO outlet.1.status "off"' in heard and "TRACKING" not in " ".join(heard)
        third.send(b"BROADCAST 0\nPING\n")
        assert third.line() == "PONG"


@pytest.mark.parametrize(
    "request_, wanted",
    [
        (b"INSTCMD outlet.9.load.on TRACKING 1", "TRACKING 1 3"),
        (b"INSTCMD outlet.01.load.on TRACKING 1", "TRACKING 1 2"),
        (b"INSTCMD outlet.1.load.off 5 TRACKING 1", "TRACKING 1 2"),
        (b"INSTCMD shutdown.return TRACKING 1", "TRACKING 1 2"),
        (b'SET outlet.1.desc "x" TRACKING 1', "TRACKING 1 2"),
        (b"GETPID", "PID "),
        (b"ping", "PONG"),
        (b"DUMPSTATUS", 'SETINFO ups.status "OL"'),
        (b"DUMPVALUE outlet.count", 'SETINFO outlet.count "4"'),
        (b"LOGOUT", "OK Goodbye"),
    ],
)
def test_a_request_has_its_answer_and_switches_nothing(
    running: Driven, request_: bytes, wanted: str
) -> None:
    before = running.switched
    with running.client() as client:
        client.send(request_ + b"\n")
        assert client.until(wanted)
    assert running.switched == before


def test_hostile_lines_are_ignored(running: Driven) -> None:
    before, dice = running.switched, random.Random(20)
    words = [b"INSTCMD", b"outlet.1.load.off", b"TRACKING", b'"', b"\\", b"\0", b"\xff" * 9, b"SET",
             b"DUMPVALUE", b"BROADCAST", b"x" * 3000, b"", b"outlet.-1.load.on"]  # fmt: skip
    with running.client() as client:
        for _ in range(300):
            line = b" ".join(dice.choice(words) for _ in range(dice.randrange(1, 6)))
            # the whole command would be carried out
            if line.split() != [b"INSTCMD", b"outlet.1.load.off"]:
                client.send(line + b"\n")
        client.send(b"\nPING\n")
        client.until("PONG")
    with running.client() as client:
        client.send(b"INSTCMD outlet.1.load.off")  # cut off
    with running.client() as client:
        client.send(b"PING\n")
        client.until("PONG")
    assert running.switched == before


def test_a_client_that_does_not_read_is_disconnected_and_others_are_served(
    running: Driven,
) -> None:
    with running.client() as deaf, running.client() as client:
        with pytest.raises(OSError):
            for _ in range(100_000):
                deaf.send(b"DUMPALL\n" * 100)
        client.send(b"PING\n")
        client.until("PONG")


def test_too_many_clients_are_refused(running: Driven) -> None:
    def served() -> int:
        clients = [running.client() for _ in range(40)]
        count = 0
        for one in clients:
            with contextlib.suppress(OSError):
                one.send(b"PING\n")
                count += one.line() == "PONG"
        for one in clients:
            one.__exit__()
        assert count <= 32
        return count

    # the driver may not have seen yet that earlier clients are gone
    assert until(lambda: served() == 32)

    def again() -> bool:
        with running.client() as client:
            try:
                client.send(b"PING\n")
                return client.line() == "PONG"
            except OSError:
                return False

    assert until(again)


def test_a_second_driver_is_refused(running: Driven, tmp_path: Path) -> None:
    second = halls.run(
        "nut-driver", running.fleet, "--auth", running.logins,
        "--state-path", running.state_path, STATE_DIRECTORY=str(tmp_path),
    )  # fmt: skip
    assert second.returncode == 2 and "another pdu nut-driver" in second.stderr
    with running.client() as client:
        client.send(b"PING\n")
        client.until("PONG")


def test_a_killed_driver_starts_again_and_sends_nothing(driven: Driven, folder: Path) -> None:
    moved = driven._replace(state_path=folder)
    before = driven.switched
    for number in (signal.SIGKILL, signal.SIGTERM):
        with driving(driven.fleet, driven.logins, folder, "--every", 3600) as process:
            with moved.client() as client:
                assert until(lambda client=client: "DATAOK" in client.dump())  # type: ignore[misc]
            process.send_signal(number)
            process.wait(PATIENCE_S)
        # a killed one leaves its socket behind
        assert len(list(folder.iterdir())) == (number == signal.SIGKILL)
    assert process.returncode == 0 and driven.switched == before


def test_sigterm_lets_a_command_end(driven: Driven, tmp_path: Path, folder: Path) -> None:
    with Agent(apc.rpdu2(outlets=2, relay_s=0.5)) as slow:
        fleet = tmp_path / "hall.csv"
        fleet.write_text(f"name,handler,address,auth\nrack 1,snmp,{slow.host}:{slow.port},snmp\n")
        with driving(fleet, driven.logins, folder, "--every", 3600) as process:
            with Socket(folder, "rack-1") as client:
                assert until(lambda: "DATAOK" in client.dump())
                client.send(b"INSTCMD outlet.1.load.off TRACKING 1\n")
                assert until(lambda: bool(slow.books().writes))
                process.send_signal(signal.SIGTERM)
                assert client.until("TRACKING")[-1] == "TRACKING 1 0"
            assert process.wait(PATIENCE_S) == 0
        assert "outlet 1 (1) off: done" in log_of(fleet)


@pytest.mark.parametrize("mode, words", [(0o777, "every user"), (None, "STATEPATH")])
def test_an_unsafe_folder_is_refused(
    driven: Driven,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    mode: int | None,
    words: str,
) -> None:
    folder = tmp_path / "run"
    if mode is not None:
        folder.mkdir()
        folder.chmod(mode)
    code, shown, _ = run(
        capsys, "nut-driver", str(driven.fleet), "--state-path", str(folder), "--json"
    )
    assert code == 2 and words in json.loads(shown)["error"]["reason"]


def test_a_file_in_the_sockets_place_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "pdu-nut-driver-rack-1"
    path.write_text("kept")
    with pytest.raises(SettingsError, match="not a socket"):
        asyncio.run(server.listening(str(path)))
    assert path.read_text() == "kept"


def test_a_reading_that_is_too_old_is_stale() -> None:
    tree = VariableTree(NutVariables({}))
    driver = server.Driver(tree, -1.0, _never, print, 1)
    driver.mark(True)
    driver.sweep()
    assert not tree.is_ok
    driver = server.Driver(tree, 3600.0, _never, print, 1)
    driver.mark(True)
    driver.sweep()
    assert tree.is_ok


def _never(number: int, action: str, ended: Callable[[int], None]) -> None:
    """Nobody carries the command out."""


def test_nothing_is_kept_of_commands_that_were_refused() -> None:
    refused: list[weakref.ref[Callable[[int], None]]] = []

    def refuse(number: int, action: str, ended: Callable[[int], None]) -> None:
        refused.append(weakref.ref(ended))
        ended(FAILED)

    driver = server.Driver(VariableTree(NutVariables({})), 3600.0, refuse, print, 1)
    client = server.UpsdConnection(driver)
    for _ in range(1000):
        driver.answer(client, ["INSTCMD", "outlet.1.load.off"])
    gc.collect()
    assert driver.open == 0 and len(refused) == 1000
    assert sum(one() is not None for one in refused) == 0


def test_numbers_stay_after_a_restart_without_an_option(driven: Driven, folder: Path) -> None:
    """A PDU that lists its outlets in another order would be switched at another outlet."""

    def number_of_outlet_3() -> str:
        with driving(driven.fleet, driven.logins, folder, "--every", 3600):
            with driven._replace(state_path=folder).client() as client:
                assert until(lambda: "DATAOK" in client.dump())
                (line,) = (one for one in client.dump() if one.endswith('.id "3"'))
        return line.split(".")[1]

    assert number_of_outlet_3() == "3"
    kept = Path(f"{folder}-numbers") / "numbers.json"
    assert json.loads(kept.read_text()) == {"rack 1": ["1", "2", "3", "4"]}
    # as if the PDU had listed them so when it was first read
    kept.write_text('{"rack 1": ["3", "1", "2", "4"]}')
    assert number_of_outlet_3() == "1"


def test_a_driver_that_cannot_keep_numbers_does_not_start(driven: Driven, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "run").mkdir(mode=0o770)
    done = halls.run(
        "nut-driver", driven.fleet, "--auth", driven.logins, "--state-path", tmp_path / "run",
        STATE_DIRECTORY=str(tmp_path / "file" / "below"),
    )  # fmt: skip
    assert done.returncode == 2 and "outlets' numbers, cannot be written" in done.stderr
    assert not list((tmp_path / "run").iterdir())


def _switched_pdus(tmp_path: Path, *lines: str) -> Path:
    fleet = tmp_path / "hall.csv"
    fleet.write_text("\n".join(["name,handler,address,auth,settings", *lines, ""]))
    return fleet


def _ids(client: Socket) -> list[str]:
    return [one.partition('"')[2].rstrip('"') for one in client.dump() if ".id " in one]


def test_sighup_during_a_cycle_ends_nothing_and_takes_over_the_list(
    driven: Driven, tmp_path: Path, folder: Path
) -> None:
    """A driver that ended would leave the outlet off."""
    with (
        Agent(apc.rpdu2(outlets=2)) as first,
        Agent(apc.rpdu2(outlets=3)) as second,
        Agent(apc.rpdu2(outlets=4)) as third,
    ):
        kept, gone, moved, new = (
            f"{name},snmp,{agent.host}:{agent.port},snmp,timeout=20"
            for name, agent in (
                ("kept", first), ("gone", second), ("moved", second), ("new", third),
            )
        )  # fmt: skip
        fleet = _switched_pdus(tmp_path, kept, gone, moved)
        with (
            driving(fleet, driven.logins, folder, "--every", 3600, "--pause", 2) as process,
            Socket(folder, "kept") as one,
            Socket(folder, "gone") as other,
        ):
            for client in (one, other):
                assert until(lambda client=client: "DATAOK" in client.dump())  # type: ignore[misc]
            one.send(b"INSTCMD outlet.1.load.cycle TRACKING one\n")
            other.send(b"INSTCMD outlet.2.load.cycle TRACKING two\n")
            assert until(lambda: first.books().states["1"] is second.books().states["2"] is False)
            moved = f"moved,snmp,{third.host}:{third.port},snmp,timeout=20"
            _switched_pdus(tmp_path, kept, moved, new)
            process.send_signal(signal.SIGHUP)
            # both cycles are carried through, also of the PDU that is no longer listed
            assert one.until("TRACKING")[-1] == "TRACKING one 0"
            assert other.until("TRACKING")[-1] == "TRACKING two 0"
            assert first.books().states["1"] and second.books().states["2"]
            with pytest.raises(AssertionError, match="closed"):
                other.until("never")
            for name, outlets in (("new", 4), ("moved", 4), ("kept", 2)):
                with Socket(folder, name) as client:
                    assert until(
                        lambda client=client, outlets=outlets: (  # type: ignore[misc]
                            len(set(_ids(client))) == outlets and "DATAOK" in client.dump()
                        )
                    )
            assert {path.name for path in folder.iterdir()} == {
                f"pdu-nut-driver-{name}" for name in ("kept", "moved", "new")
            }
            assert "3 PDUs, 1 new, 1 gone, 1 changed" in log_of(fleet)
            fleet.write_text("name\nnothing\n")
            process.send_signal(signal.SIGHUP)
            assert until(lambda: "nothing changes" in log_of(fleet))
            one.send(b"INSTCMD outlet.1.load.off TRACKING three\n")
            assert one.until("TRACKING")[-1] == "TRACKING three 0"
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        assert not list(folder.iterdir())


def test_sighup_takes_over_a_new_login(driven: Driven, tmp_path: Path, folder: Path) -> None:
    logins = halls.private(tmp_path / "logins.toml", '[auth.snmp]\ncommunity = "wrong"\n')
    fleet = _switched_pdus(
        tmp_path,
        f"rack 1,snmp,{driven.agent.host}:{driven.agent.port},snmp,timeout=0.5; retries=0",
    )
    with driving(fleet, logins, folder, "--every", 1) as process:
        assert until(lambda: "not read" in log_of(fleet))
        halls.private(logins, '[auth.snmp]\ncommunity = "private"\n')
        process.send_signal(signal.SIGHUP)
        with Socket(folder, "rack-1") as client:
            assert until(lambda: "DATAOK" in client.dump())


def test_a_driver_whose_sockets_are_gone_carries_its_cycle_through_and_ends(
    driven: Driven, tmp_path: Path, folder: Path
) -> None:
    with Agent(apc.rpdu2(outlets=2)) as agent:
        fleet = _switched_pdus(tmp_path, f"rack 1,snmp,{agent.host}:{agent.port},snmp,timeout=20")
        with (
            driving(fleet, driven.logins, folder, "--every", 3600, "--pause", 1) as process,
            Socket(folder, "rack-1") as client,
        ):
            assert until(lambda: "DATAOK" in client.dump())
            client.send(b"INSTCMD outlet.1.load.cycle TRACKING one\n")
            assert until(lambda: agent.books().states["1"] is False)
            (front,) = halls.children(process.pid)
            os.kill(front, signal.SIGKILL)
            assert process.wait(PATIENCE_S) == 1
        assert agent.books().states["1"] is True


def test_nothing_that_serves_is_left_of_a_killed_driver(driven: Driven, folder: Path) -> None:
    with driving(driven.fleet, driven.logins, folder, "--every", 3600) as process:
        (front,) = halls.children(process.pid)
        process.kill()
        assert until(lambda: not Path(f"/proc/{front}/exe").exists())


def test_ping_is_answered_whatever_the_threads_of_the_pdus_do(driven: Driven, folder: Path) -> None:
    """A stopped process stands for hundreds of threads that leave no other a turn.

    Lines of changes that it sent before may come first."""
    with driving(driven.fleet, driven.logins, folder, "--every", 3600) as process:
        with Socket(folder, "rack-1") as client:
            assert until(lambda: "DATAOK" in client.dump())
            process.send_signal(signal.SIGSTOP)
            try:
                client.send(b"PING\n")
                client.until("PONG")
            finally:
                process.send_signal(signal.SIGCONT)
