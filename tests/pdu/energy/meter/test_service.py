"""The running meter: slow PDUs, those that never end, a process that dies, midnight, memory.

Meters run in new processes: they fork, which a process with threads must not do. What reads a PDU
there is a function of the test; the other tests of the folder read real simulators.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pdu.core.files import journal
from pdu.energy.journal.days import files
from pdu.energy.journal.verify import verify_files
from pdu.energy.meter.schedule import phase_s
from tests.needs import ROOT
from tests.pdu.monitoring.halls import environment
from tests.waiting import PATIENCE_S

_METER = """
import json, os, signal, sys, threading, time
from handlers.shared.address import Address
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus import auth, polling
from pdu.energy.meter import service
from pdu.energy.journal.days import Days
from pdu.energy.journal.clocks import Instant
from pdu.core.network.service_signals import ServiceSignals
from tests.pdu.energy.meter.readings import MIDNIGHT, reading, silent

folder = sys.argv[1]

def polled(name, known):
    return reading()

def ended(meter):
    pass

class Companion:
    def pipes(self):
        return {{}}

every, rounds, patience, count, fresh_after = 0.25, 4, 180.0, 3, 10_000
companions, longest_wait_s = [], 10.0
{more}

def take(target, known):
    begin = Instant.now()
    found = polled(target.device.name, known)
    return service.PollResult(begin, Instant.now(), found)

here = Address("192.0.2.1")
devices = [ListedPdu(str(n), "snmp", here, "", ()) for n in range(count)]
polled_pdus = polling.targets(devices, {{}}, auth.DeviceLogin("none", {{}}, {{}}))
settings = service.MeterSettings(
    every, 128, rounds, patience, fresh_after, take, longest_wait_s
)
with Days(folder) as days, ServiceSignals() as wishes:
    os.register_at_fork(after_in_child=days.abandon)
    say = lambda text: print(text, file=sys.stderr)
    meter = service.MeterService(polled_pdus, days, settings, say, Instant.now, companions)
    meter.run(wishes, lambda: polled_pdus)
    ended(meter)
print(json.dumps(vars(meter.counts)))
"""


def ran(folder: Path, more: str) -> tuple[dict[str, Any], str]:
    """Run a meter. Returns its tally and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", _METER.format(more=more), str(folder)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


def records_of(folder: Path) -> list[Any]:
    return [entry.record for path in files(str(folder)) for entry in journal.read_entries(path)]


def polls(folder: Path, unit: int) -> Sequence[Any]:
    """The polls of one PDU."""
    return [record for record in records_of(folder) if record.get("of") == unit]


_SLOW = """
rounds = 15

def polled(name, known):
    path = os.path.join(os.path.dirname(folder), "read")
    if name == "1":
        # until the others have been read five times
        while not os.path.exists(path) or os.path.getsize(path) < 10:
            time.sleep(0.01)
    else:
        with open(path, "a") as file:
            file.write("x")
    return reading()
"""


def test_a_slow_pdu_delays_no_other_and_its_line_says_which_turns_it_missed(tmp_path: Path) -> None:
    tally, _ = ran(tmp_path / "a", _SLOW)
    slow = polls(tmp_path / "a", 1)
    assert slow[0]["missed"] >= 4
    missed = 0
    for unit in range(3):
        found = polls(tmp_path / "a", unit)
        said = sum(one.get("missed", 0) for one in found)
        # on a busy machine the others may miss turns, too; the last ones have no line after them
        assert len(found) >= 5 or unit == 1
        assert len(found) + said <= 15
        missed += said
    assert missed <= tally["missed"] and tally["rounds"] == 15


def test_after_the_first_round_each_pdu_is_read_at_its_phase(tmp_path: Path) -> None:
    setting = "rounds, every = 2, 2.0\nprint(time.time(), file=sys.stderr)"
    tally, said = ran(tmp_path / "a", setting)
    assert tally["rounds"] == 2 and tally["polls"] == 6
    # the second round begins at the multiple that is nearest to its time
    begin = math.ceil((float(said.splitlines()[0]) + 0.9) / 2.0) * 2.0
    for unit in range(3):
        _, second = (poll["utc"][0] for poll in polls(tmp_path / "a", unit))
        assert second >= begin + phase_s(str(unit), 2.0) - 0.05


_LAST = """
every, rounds, turns = 0.02, 1, []

class Turns(Companion):
    def turn(self, meter):
        turns.append(meter)

companions = [Turns()]

def polled(name, known):
    time.sleep(1.0 if name == "1" else 0.0)
    return reading()

def ended(meter):
    print(len(turns), file=sys.stderr)
"""


def test_a_meter_sleeps_while_it_waits_for_its_last_reading(tmp_path: Path) -> None:
    tally, said = ran(tmp_path / "a", _LAST)
    assert tally["polls"] == 3 and int(said.splitlines()[-1]) < 20


_HANGS = """
patience, rounds = 1.0, 6

def polled(name, known):
    if name == "1" and not os.path.exists(folder + ".once"):
        open(folder + ".once", "w").close()
        threading.Event().wait()
    return reading()
"""


def test_a_pdu_whose_reading_never_ends_is_given_up_and_read_again(tmp_path: Path) -> None:
    tally, _ = ran(tmp_path / "a", _HANGS)
    first, *rest = polls(tmp_path / "a", 1)
    assert "not read in time" in first["error"][1]
    assert rest and all("error" not in one for one in rest)
    others = polls(tmp_path / "a", 0)
    # on a busy machine a round may begin late, and the meter counts it as missed
    assert 6 - tally["missed"] <= len(others) <= 6 and all("error" not in poll for poll in others)


_RENEWED = """
fresh_after, rounds = 3, 5

def polled(name, known):
    with open(folder + ".by", "a") as file:
        file.write(f"{os.getpid()}\\n")
    return reading()
"""


def test_processes_are_replaced_by_new_ones_so_that_none_grows(tmp_path: Path) -> None:
    tally, _ = ran(tmp_path / "a", _RENEWED)
    readers = Path(f"{tmp_path / 'a'}.by").read_text().split()
    assert len(set(readers)) >= 3
    assert tally["polls"] + tally["missed"] == 15 and tally["failed"] == 0


_DIES = """
rounds = 2

def polled(name, known):
    if name == "1" and not os.path.exists(folder + ".dead"):
        os._exit(9)
    return reading()

def ended(meter):
    open(folder + ".dead", "w").close()
    again = service.MeterService(polled_pdus, days, settings._replace(rounds=1), say)
    again.run(wishes, lambda: polled_pdus)
"""


def test_a_pdu_that_ends_its_process_is_said_and_costs_no_other(tmp_path: Path) -> None:
    tally, _ = ran(tmp_path / "a", _DIES)
    slow = polls(tmp_path / "a", 1)
    died = ["process ended" in one.get("error", ["", ""])[1] for one in slow]
    # on a busy machine its second turn may come while new processes still try the first
    assert died in ([True, True, False], [True, False])
    assert len(polls(tmp_path / "a", 0)) == 3 and tally["failed"] == len(slow) - 1


_OVER_MIDNIGHT = """
real, start = Instant.now, time.time()

def shifted():
    # midnight comes when the first lines have been written
    path = folder + "/2026-11-23.jsonl"
    is_over = os.path.exists(path) and os.path.getsize(path) > 600
    now = real()
    return Instant(now.utc - start + MIDNIGHT + (1.0 if is_over else -60.0), now.mono)

Instant.now = shifted
"""
_MIDNIGHT = "\nrounds = 6\n" + _OVER_MIDNIGHT


def test_midnight_begins_a_file_that_can_be_read_alone(tmp_path: Path) -> None:
    ran(tmp_path / "a", _MIDNIGHT)
    found = verify_files(str(tmp_path / "a"))
    assert (found.first, found.last) == ("2026-11-23.jsonl", "2026-11-24.jsonl")
    for path in files(str(tmp_path / "a")):
        head, start, *rest = [entry.record for entry in journal.read_entries(path)]
        assert head["journal"] == start["meter"] == 1
        known = set()
        for record in rest:
            known |= {record["unit"]} if "unit" in record else set()
            assert record.get("of", record.get("unit")) in known
    assert len(polls(tmp_path / "a", 0)) == 6


_LATE = """
rounds = 3
real = Instant.now

def slept():
    # the machine sleeps after the first reading
    now = real()
    by = 10.0 if os.path.exists(folder + ".slept") else 0.0
    return Instant(now.utc + by, now.mono + by)

Instant.now = slept

def polled(name, known):
    open(folder + ".slept", "w").close()
    return reading()
"""


def test_rounds_that_were_left_out_are_said(tmp_path: Path) -> None:
    tally, said = ran(tmp_path / "a", _LATE)
    records = records_of(tmp_path / "a")
    left_out, *_ = [record for record in records if "late" in record]
    assert left_out["late"] >= 38 and "rounds left out" in said
    assert left_out["utc"][1] - left_out["utc"][0] > 9.0
    read = polls(tmp_path / "a", 0)
    # on a busy machine, its reading may not have ended when the next round begins
    assert tally["rounds"] == 3 and len(read) + sum(one.get("missed", 0) for one in read) == 3


_MANY = """
every, rounds, count = 0.02, int(sys.argv[2]) if len(sys.argv) > 2 else 200, 8
sizes = {}

def resident():
    found = {}
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        children = map(int, file.read().split())
    for pid in [os.getpid(), *children]:
        with open(f"/proc/{pid}/statm") as file:
            found[pid] = int(file.read().split()[1]) * 4096
    return found

class Sizes(Companion):
    def turn(self, meter):
        if meter.counts.rounds in (rounds // 4, rounds - 1):
            sizes.setdefault(meter.counts.rounds, resident())

companions = [Sizes()]

def polled(name, known):
    return reading(outlets=24, kwh=time.time())

def ended(meter):
    first, last = sizes.values()
    print(json.dumps([last[pid] - first[pid] for pid in first]), file=sys.stderr)
"""


@pytest.mark.trial
def test_memory_is_flat_over_many_rounds(tmp_path: Path) -> None:
    """In each process, 150 rounds of 8 PDUs of 24 outlets add less than 1 MB."""
    _, said = ran(tmp_path / "a", _MANY)
    grown = json.loads(said.splitlines()[-1])
    assert len(grown) >= 2 and max(grown) < 1_000_000, grown


_REMOVED = """
rounds = 8

def polled(name, known):
    path = folder + "/2026-11-23.jsonl"
    if not os.path.exists(folder + ".once") and os.path.exists(path):
        open(folder + ".once", "w").close()
        os.unlink(path)
    return reading()

real, start = Instant.now, time.time()

def in_november():
    now = real()
    return Instant(now.utc - start + MIDNIGHT - 7200.0, now.mono)

Instant.now = in_november
"""


def test_a_file_that_is_removed_is_said_in_that_round_and_metering_goes_on(tmp_path: Path) -> None:
    tally, said = ran(tmp_path / "a", _REMOVED)
    why = "2026-11-23.jsonl was moved or removed while the meter wrote it"
    assert said.count(f"a new chain begins: {why}") == 1
    (again,) = files(str(tmp_path / "a"))
    _, second, third, *rest = [entry.record for entry in journal.read_entries(again)]
    # it can be read alone
    assert second == {"anew": why} and "meter" in third and "unit" in rest[0]
    assert tally["rounds"] == 8 and tally["lost"] == 0


_NO_SYNC = (
    _OVER_MIDNIGHT
    + """
rounds, sync = 8, os.fsync

def broken(file):
    # of the next day's file, once
    if os.readlink(f"/proc/self/fd/{file}").endswith("2026-11-24.jsonl"):
        if not os.path.exists(folder + ".once"):
            open(folder + ".once", "w").close()
            raise OSError(5, "Input/output error")
    sync(file)

os.fsync = broken
"""
)


def test_a_sync_that_fails_at_the_begin_of_a_day_is_said_and_written(tmp_path: Path) -> None:
    tally, said = ran(tmp_path / "a", _NO_SYNC)
    assert "readings are lost: " in said and "Input/output error" in said
    assert "writing again" in said and tally["lost"] >= 1
    records = records_of(tmp_path / "a")
    assert sum(record.get("lost", 0) for record in records) == tally["lost"]
    verify_files(str(tmp_path / "a"))
