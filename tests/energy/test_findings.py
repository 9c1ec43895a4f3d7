"""Findings, sums of machines and customers, and the forms of output."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

import pytest

from pdu import root
from pdu.energy.audit import checks, grades, groups, pdu_audit
from pdu.energy.audit.audit_result import kwh
from pdu.energy.journal.clock import jumps_by_monotonic
from pdu.energy.journal.readings import PduReadings
from pdu.energy.registers.customers import OutletTenancy
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.poll import OWN

from .polls import OutletFigures, Poll, read
from .test_audit import FIRST, HOUR, LAST, hours, line, passed, written

DAY = 86400.0
KNOWN = RegisterFacts(limit_kw=3.68, step_kwh=0.01, volts=230.0)


def polled(
    register: Any,
    every: float = 300.0,
    days: float = 2.0,
    current: float = 4.5,
    watts: Optional[float] = None,
) -> PduReadings:
    """Outlet 1 of a PDU, read for an hour longer; `register` is a function of hours."""
    polls = list[Poll]()
    for number in range(int((days * DAY + HOUR) / every) + 1):
        time = every * number
        kwh = register(time / HOUR)
        polls.append(Poll("rack1", time, time, [OutletFigures("1", kwh, current, watts)]))
    return read("rack1", polls)


def rising(factor: float = 1.0) -> Any:
    return lambda hour: math.floor((1000.0 + factor * hour) * 100.0 + 1e-6) / 100.0


def answered(
    pdu: PduReadings, meter: RegisterFacts = KNOWN, days: float = 2.0
) -> pdu_audit.AuditedRegister:
    asked = pdu_audit.AuditScope(0.0, days * DAY, Meters(meter))
    (answer,) = pdu_audit.audit_registers(pdu, asked).outlets
    return answer


def kinds(answer: pdu_audit.AuditedRegister) -> list[str]:
    return [event.kind for event in answer.events]


@pytest.mark.parametrize("factor", [0.1, 10.0, 1000.0])
def test_a_unit_mistake_is_not_billable(factor: float) -> None:
    by_power = answered(polled(rising(factor), watts=1000.0))
    assert checks.UNIT in kinds(by_power) and by_power.grade == grades.NOT_BILLABLE
    (said,) = (event.reason for event in by_power.events if event.kind == checks.UNIT)
    assert said == f"counts {factor:.3g} times what the power says"
    by_current = answered(polled(rising(factor)), dataclasses.replace(KNOWN, volts=230.0))
    assert checks.UNIT in kinds(by_current)
    assert "apparent power" in " ".join(event.reason for event in by_current.events)
    # Thousands of rises that are too fast are told as one event.
    assert len(by_power.events) < 25


@pytest.mark.parametrize(("kilowatts", "watts"), [(3.0, 300.0), (0.1, 1000.0), (10.0, 1000.0)])
def test_a_register_in_a_wrong_unit_defends_no_energy(kilowatts: float, watts: float) -> None:
    pdu = polled(rising(kilowatts), watts=watts)
    answer = answered(pdu)
    assert checks.UNIT in kinds(answer) and not answer.has_lowest
    assert answer.energy.low == 0.0 and answer.energy.high >= 48.0 * watts / 1000.0
    found = pdu_audit.audit_registers(pdu, pdu_audit.AuditScope(0.0, 2 * DAY, Meters(KNOWN)))
    (line,) = groups.sum_machines({"srv": [("rack1", "1")]}, [found], 0.0, 2 * DAY)[0].lines
    assert kwh(answer.energy, answer.has_lowest)[0] == "" and not line.has_lowest


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.03])
def test_a_power_factor_is_no_unit_mistake(factor: float) -> None:
    answer = answered(polled(rising(factor)), dataclasses.replace(KNOWN, volts=230.0))
    assert not answer.events and answer.grade == grades.FIRM
    assert not answered(polled(rising(), watts=1000.0)).events
    # Nobody stated the voltage, and no power was read: but no ampere is 22 W, or 2.2 kW.
    for wrong in (0.1, 10.0):
        assert checks.UNIT in kinds(answered(polled(rising(wrong))))


def test_a_register_that_stands_while_current_flows() -> None:
    stood = answered(polled(lambda hour: rising()(hour if hour < 20 else max(20, hour - 8))))
    assert kinds(stood) == [checks.STANDING] and "while power flowed" in stood.events[0].reason
    # Nobody knows what flowed for 8 hours: up to what the supply delivers.
    assert stood.energy.low < 48.0 < stood.energy.high and stood.grade == grades.WIDE
    assert stood.events[0].begin <= 20.1 * HOUR and stood.events[0].end >= 27.9 * HOUR
    idle = answered(polled(lambda _: 1000.0, current=0.0))
    assert not idle.events and idle.grade == grades.FIRM
    # A coarse register stands between its steps.
    coarse = dataclasses.replace(KNOWN, step_kwh=1.0)
    assert not answered(polled(lambda hour: math.floor(1000.0 + hour)), coarse).events


def test_a_gap_is_told_though_the_register_bridges_it() -> None:
    polls = list[Poll]()
    for number in range(589):
        if not 100 < number < 150:
            time = 300.0 * number
            polls.append(
                Poll("rack1", time, time, [OutletFigures("1", rising()(time / HOUR), 4.5)])
            )
    answer = answered(read("rack1", polls))
    assert kinds(answer) == [checks.GAP] and "4.2 h" in answer.events[0].reason
    assert answer.energy.width < 0.2 and answer.grade == grades.FIRM
    assert answer.read == pytest.approx(1.0 - 50 / 576)


def changes(*polls: Poll) -> Mapping[int, str]:
    said = [poll._replace(outlets=[OutletFigures("1", 1.0)]) for poll in polls]
    return read("a", said).changes


def test_who_the_unit_is() -> None:
    one = Poll("a", 0.0, 1.0, unit="snmp x", serial="A1", firmware="1", uptime=1000.0)
    later = one._replace(begin=300.0, end=301.0, uptime=1300.0)
    assert not changes(one, later)
    for other, how in (
        (later._replace(serial="B7"), "another serial number"),
        (later._replace(firmware="2"), "another firmware"),
        (later._replace(unit="snmp y"), "another address, handler or series"),
        (later._replace(uptime=5.0), "the unit restarted"),
        # It restarted in a gap, and has been up for longer than before.
        (later._replace(begin=7200.0, end=7201.0, uptime=5000.0), "the unit restarted"),
        # Another one answers there, which has been up for longer.
        (later._replace(uptime=90_000.0), "an uptime that is not of this unit"),
    ):
        assert changes(one, other) == {1: how}
    families = one._replace(family="apc-rpdu2"), later._replace(serial="", family="sentry4")
    assert changes(*families) == {1: "another family"}
    assert not changes(one, later._replace(serial="", uptime=None))
    # sysUpTime began again at 2^32 hundredths of a second.
    old = one._replace(uptime=42949600.0)
    assert not changes(old, later._replace(uptime=300.0 - 72.96 + 0.5))
    # The reader's machine slept, and its monotonic clock with it.
    slept = later._replace(begin=7200.0, end=7201.0, uptime=8200.0, monotonic=60.0)
    assert not changes(one._replace(monotonic=0.0), slept)


def test_an_exchange_may_lie_before_any_poll_since_the_last_that_read_the_unit() -> None:
    said = (("A1", 100.0), ("", None), ("B7", None), ("B7", 700.0), ("B7", None), ("B7", 1.0))
    polls = [
        Poll("a", 300.0 * number, 300.0 * number, serial=serial, uptime=uptime)
        for number, (serial, uptime) in enumerate(said)
    ]
    serial, start = "another serial number", "the unit restarted"
    assert changes(*polls) == {1: serial, 2: serial, 3: start, 4: start, 5: start}


def exchanged(*said: Mapping[str, Any], then: Mapping[str, Any]) -> pdu_audit.AuditedRegister:
    """Unit A stands at 5008 kWh, while nothing flows; unit B goes on from 5040. `said` of the polls
    of A, the last also of all further ones; `then` of those of B.
    """
    polls = list[Poll]()
    for number in range(589):
        time = 300.0 * number
        is_old = number < 250
        kwh = min(5000.0 + number / 10.0, 5008.0) if is_old else 5040.0 + (number - 250) / 10.0
        figures = [OutletFigures("1", kwh, 5.0 if number < 80 or not is_old else 0.0)]
        says = said[min(number, len(said) - 1)] if is_old else then
        poll = Poll("rack1", time, time, figures)
        uptime = says.get("up")
        more = {**says, "uptime": None if uptime is None else uptime + time}
        more.pop("up", None)
        polls.append(poll._replace(**more))
    return answered(read("rack1", polls))


@pytest.mark.parametrize(
    "said, then",
    [
        ([{"up": 100.0}], {"up": 9_000_000.0}),
        ([{"up": 9_000_000.0}], {"up": 100.0}),
        ([{"serial": "A1"}], {"serial": "B7"}),
        ([{"serial": "A1"}, {}], {}),
        ([{"serial": "A1", "up": 1.0}, {}], {"up": 10.0}),
        ([{"serial": "A1", "family": "apc-rpdu"}], {"family": "apc-rpdu2"}),
        ([{}], {}),
        ([{"label": "serial=A1"}], {"label": "serial=A1"}),
    ],
)
def test_a_unit_that_was_exchanged_while_nothing_flowed_is_not_bridged(
    said: Sequence[Mapping[str, Any]], then: Mapping[str, Any]
) -> None:
    energy = exchanged(*said, then=then).energy
    truth = 8.0 + 32.6
    assert energy.low <= truth <= energy.high


def test_a_unit_that_is_known_and_stood_is_bridged() -> None:
    for said in ({"serial": "A1"}, {"up": 100.0}):
        assert exchanged(said, then=said).energy.low > 72.0


@pytest.mark.parametrize("percent", [99.0, 100.0])
def test_a_meter_may_state_any_error(percent: float) -> None:
    polls = list[Poll]()
    for number in range(100):
        time = 300.0 * number
        figures = [OutletFigures("1", rising()(time / HOUR))]
        polls.append(Poll("rack1", time, time, figures, accuracy_percent=percent))
    pdu = read("rack1", polls)
    energy = answered(pdu).energy
    assert energy.low < energy.best < energy.high


def test_readings_beside_a_period_say_nothing_of_it() -> None:
    for shift in (-10 * 86400.0, 10 * 86400.0):
        polls = list[Poll]()
        for number in range(100):
            time = 300.0 * number
            figures = [OutletFigures("1", rising()(time / HOUR))]
            polls.append(Poll("rack1", shift + time, shift + time, figures))
        pdu = read("rack1", polls)
        found = pdu_audit.audit_registers(pdu, pdu_audit.AuditScope(0.0, 2 * DAY, Meters(KNOWN)))
        assert (found.outlets, found.unread, found.total) == ([], ["1"], None)


def test_the_monotonic_clock_shows_each_jump() -> None:
    monotonic = [300.0 * number for number in range(10)]
    jumped = [time + (3600.0 if time >= 1200.0 else 0.0) for time in monotonic]
    clock = jumps_by_monotonic(jumped, jumped, monotonic)
    assert list(clock.begins) == monotonic and clock.slack == 3600.0
    assert [event.reason for event in clock.jumps] == ["the reader's clock went forward by 3600 s"]
    # The reader's machine started anew: its monotonic clock says nothing of that time.
    restarted = [*monotonic[:5], *(time - 1000.0 for time in monotonic[5:])]
    assert not jumps_by_monotonic(monotonic, monotonic, restarted).jumps


def test_an_earlier_customer_does_not_pay_by_a_unit_that_is_wrong_later() -> None:
    """The unit event is of some hours; the unit is the same from its exchange on."""
    polls = list[Poll]()
    for number in range(577):
        time = 300.0 * number
        kwh = 1000.0 + time / HOUR if number < 200 else 0.1 * (time / HOUR - 16.6)
        watts = None if 200 <= number < 500 else 1000.0
        figures = [OutletFigures("1", math.floor(kwh * 1000.0) / 1000.0, None, watts)]
        serial = "A1" if number < 200 else "B7"
        polls.append(Poll("rack1", time, time, figures, serial=serial))
    pdu = read("rack1", polls)
    parts = (0.0, 10.0 * HOUR, 30.0 * HOUR, 2 * DAY)
    names = ("before", "later", "last")
    owned = [OutletTenancy(*one) for one in zip(names, parts, parts[1:])]
    facts = dataclasses.replace(KNOWN, step_kwh=0.001)
    asked = pdu_audit.AuditScope(0.0, 2 * DAY, Meters(facts), {("rack1", "1"): owned})
    (answer,) = pdu_audit.audit_registers(pdu, asked).outlets
    before, later, last = answer.shares
    assert before.grade == grades.FIRM and before.energy.low > 9.9
    for one, truth in ((later, 20.0), (last, 18.0)):
        assert one.grade == grades.NOT_BILLABLE and one.energy.low == 0.0
        assert one.energy.high >= truth


def test_nothing_is_billable_of_a_register_beside_which_nothing_was_read() -> None:
    """It may count ten times too much. One reading of power or current is enough."""

    def with_amperes(last: Optional[float]) -> pdu_audit.AuditedRegister:
        polls = list[Poll]()
        for number in range(600):
            time = 300.0 * number
            amperes = last if number == 599 else None
            polls.append(Poll("rack1", time, time, [OutletFigures("1", time / HOUR, amperes)]))
        pdu = read("rack1", polls)
        return answered(pdu)

    silent = with_amperes(None)
    assert silent.grade == grades.NOT_BILLABLE and not silent.has_lowest
    assert (
        "neither power nor current was read: nothing shows whether it counts ten" in silent.reason
    )
    assert kinds(silent) == [checks.UNKNOWN_UNIT]
    # what it counted is the best that is known, and no lowest is printed
    assert silent.energy.best == pytest.approx(48.0, abs=0.1)
    assert kwh(silent.energy, silent.has_lowest)[0] == ""
    once = with_amperes(4.5)
    assert once.grade == grades.BOUNDED and once.has_lowest and not once.events


# ---- sums ----------------------------------------------------------------------------------------


def test_an_outlet_that_changes_hands_is_cut_there() -> None:
    middle = 20.0 * HOUR
    tenures = {
        ("rack1", "1"): [
            OutletTenancy("a", -math.inf, middle),
            OutletTenancy("b", middle, 30 * HOUR),
        ]
    }
    asked = pdu_audit.AuditScope(0.0, 2 * DAY, Meters(KNOWN), tenures)
    pdus = [pdu_audit.audit_registers(polled(rising()), asked)]
    sums = groups.sum_customers(tenures, pdus, 0.0, 2 * DAY)
    assert [one.name for one in sums] == ["a", "b", ""]
    for one, truth in zip(sums, (20.0, 10.0, 18.0)):
        energy = one.energy
        assert energy is not None and energy.width < 0.2
        assert energy.low <= truth <= energy.high


def pair(own: float, meter: RegisterFacts = KNOWN) -> pdu_audit.PduAudit:
    polls = list[Poll]()
    for number in range(577):
        time = 300.0 * number
        figures = [
            OutletFigures("1", time / HOUR, 4.5),
            OutletFigures(OWN, own * time / HOUR, 4.5 * own),
        ]
        polls.append(Poll("rack1", time, time, figures))
    pdu = read("rack1", polls)
    return pdu_audit.audit_registers(pdu, pdu_audit.AuditScope(0.0, 2 * DAY, Meters(meter)))


@pytest.mark.parametrize(
    ("own", "use", "explained", "said"),
    [
        (1.0, None, True, "meet"),
        (1.1, None, None, "nobody stated"),
        (1.1, 120.0, True, "own use"),
        (1.1, 20.0, False, "more than"),
        (0.5, 20.0, False, "outlets took more"),
    ],
)
def test_the_difference_of_inlet_and_outlets(
    own: float, use: Optional[float], explained: Optional[bool], said: str
) -> None:
    pdu = pair(own, dataclasses.replace(KNOWN, own_use_w=use))
    compared = groups.balance(pdu)
    assert compared is not None and compared.is_explained is explained and said in compared.reason
    assert groups.grade_exit_code([pdu], [], []) == (1 if explained is False else 0)


# ---- the command ---------------------------------------------------------------------------------

HALL = """
feed = [{ name = "A" }]
pdu = [{ name = "rack1", inputs = ["A"] }]
machine = [
  { name = "srv-1", cords = ["rack1/1", "rack1/2"] },
  { name = "srv-2", cords = ["rack1/9"] },
]
"""
ASKED = ("--from", "2026-10-01", "--to", "2026-11-01", "--zone", "Europe/Berlin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [
        line(when, passed(when, 5000.0, 2.0), (passed(when), 4.0), (passed(when, 500.0), 4.0))
        for number, when in enumerate(hours())
        if number % 4 == 0
    ]
    written(tmp_path, lines)
    (tmp_path / "hall.power.toml").write_text(HALL)
    (tmp_path / "meters.csv").write_text(
        "pdu,outlet,limit_kw,step_kwh,class_percent\nrack*,,3.68,0.01,\nrack1,2,3.68,0.01,0.5\n"
    )
    (tmp_path / "customers.csv").write_text(
        "customer,pdu,outlet,from,to\n"
        '"=cmd()",rack1,1,,2026-10-25T03:00\nzeta,rack1,1,2026-10-25T03:00,\nzeta,rack7,1,,\n'
    )
    return tmp_path


def run(folder: Path, *more: str) -> int:
    arguments = [str(folder / "readings"), *ASKED, "--meters", str(folder / "meters.csv")]
    groups_ = ["--drawing", "hall.power.toml", "--customers", "customers.csv"]
    names = [one if one.startswith("-") else str(folder / one) for one in groups_]
    return root.run(["energy", "audit", *arguments, *names, *more])


def test_machines_and_customers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--json") == 2
    found = json.loads(capsys.readouterr().out)
    first, second = found["machines"]
    truth = (LAST - FIRST) / HOUR
    assert first["kwh"]["low"] <= 2 * truth <= first["kwh"]["high"] and first["grade"] == "firm"
    assert second["grade"] == "not billable" and second["outlets"][0]["kwh"] is None
    evil, zeta, nobody = found["customers"]
    # 03:00 comes once in the night in which summer time ends, 25 days and 4 hours after the begin.
    hours_ = 24 * 24 + 4
    assert evil["kwh"]["low"] <= hours_ <= evil["kwh"]["high"]
    rest = zeta["outlets"][0]["kwh"]
    assert rest["low"] <= truth - hours_ <= rest["high"]
    assert zeta["grade"] == "not billable" and zeta["outlets"][1]["kwh"] is None
    assert nobody["name"] == "" and nobody["kwh"]["low"] <= truth <= nobody["kwh"]["high"]
    assert any("1 registers" in note or "2 registers" in note for note in found["notes"])
    outlets = found["pdus"][0]["outlets"]
    assert outlets[0]["meter"]["class_percent"] is None
    assert outlets[1]["meter"]["class_percent"] == 0.5
    assert found["pdus"][0]["difference"]["explained"] is True


def test_the_exit_code_follows_what_is_billed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outlet 2 stands while current flows. Customers are billed, else machines, else outlets."""
    lines = [
        line(when, passed(when, 5000.0, 1.1), (passed(when), 4.0), (7.0, 4.0))
        for number, when in enumerate(hours())
        if number % 4 == 0
    ]
    path, hall, owners = (tmp_path / name for name in ("readings", "hall.toml", "owners.csv"))
    written(tmp_path, lines)
    drawn = HALL.replace('name = "rack1"', 'name = "rack1", breaker_a = 16').replace(
        'name = "A"', 'name = "A", voltage_v = 230'
    )
    machine = '{ name = "srv-9", cords = ["rack1/2"] },'
    asked = [
        "energy",
        "audit",
        str(path),
        *ASKED,
        "--step",
        "0.01",
        "--drawing",
        str(hall),
        "--json",
    ]
    for cords, rows, code in (
        ("", "zeta,rack1,1,,\n", 0),
        (machine, "zeta,rack1,1,,\n", 0),
        (machine, "zeta,rack1,2,,\n", 2),
        (machine, "", 2),
    ):
        hall.write_text(drawn.split("machine =")[0] + f"machine = [{cords}]\n")
        owners.write_text(f"customer,pdu,outlet,from,to\n{rows}")
        more = ["--customers", str(owners)] if rows else []
        assert root.run([*asked, *more]) == code
        found = json.loads(capsys.readouterr().out)
        first, second = found["pdus"][0]["outlets"]
        assert first["grade"] == "firm" and second["grade"] == "wide"
        assert first["meter"]["limit_kw"] == pytest.approx(16 * 0.23 * 1.13 * 1.1)
        assert all(one["reason"] for one in (first, second, *found["customers"]))


def test_what_was_not_read_has_no_figure_and_counts_in_the_first_sentence_and_the_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Customers have what was read; a machine has an outlet that was not, another has only such."""
    owners = folder / "customers.csv"
    owners.write_text("customer,pdu,outlet,from,to\nzeta,rack1,1,,\n")
    drawing = folder / "hall.power.toml"
    drawn = drawing.read_text()
    drawing.write_text(drawn.replace('"rack1/9"', '"rack1/9", "rack1/8"'))
    page = folder / "page.html"
    assert run(folder, "--json", "--html", str(page)) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["level"] == 2 and found["customers"][0]["grade"] == "firm"
    first, second = found["machines"]
    assert first["grade"] == "firm" and second["grade"] == "not billable"
    assert second["kwh"] is None and second["lowest_defensible_bill_kwh"] is None
    text = page.read_text()
    verdict = text[text.index('class="verdict bad"') : text.index("<h2>Amounts at risk")]
    assert "is not billable.</p>" in verdict and "2 not read." in verdict
    assert "1 not read, not billable: srv-2" in text
    assert run(folder) == 2
    shown = capsys.readouterr().out
    line_ = re.findall("^srv-2 .*", shown, re.MULTILINE)[0]
    assert line_.split()[:4] == ["srv-2", "2", "not", "billable"] and "2 not read." in shown
    # of a machine that was read in part, only the lowest is known
    drawing.write_text(drawn.replace('"rack1/2"', '"rack1/8"'))
    assert run(folder, "--json") == 2
    partly = json.loads(capsys.readouterr().out)["machines"][0]
    assert partly["kwh"]["low"] > 743 and partly["reason"] == "1 outlet not read"
    assert partly["kwh"]["best"] is None and partly["kwh"]["high"] is None
    # and 0 as soon as all is read
    drawing.write_text("".join(one for one in drawn.splitlines(True) if "srv-2" not in one))
    assert run(folder, "--json") == 0
    capsys.readouterr()


def test_a_time_without_readings_has_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The register was read from the 12th on; who had the outlet before is billed nothing."""
    lines = [line(when, None, (passed(when), 4.0)) for when in hours() if when >= FIRST + 11 * DAY]
    written(tmp_path, lines)
    rows = "customer,pdu,outlet,from,to\na,rack1,1,,2026-10-11\nb,rack1,1,2026-10-13,\n"
    (tmp_path / "customers.csv").write_text(rows)
    asked = [str(tmp_path / "readings"), *ASKED, "--limit-kw", "3.68", "--json"]
    owned = ["--customers", str(tmp_path / "customers.csv")]
    assert root.run(["energy", "audit", *asked, *owned]) == 2
    first, second, _ = json.loads(capsys.readouterr().out)["customers"]
    assert first["kwh"] is None and first["reason"] == "1 outlet not read"
    assert second["kwh"]["low"] > 19 * 24


def test_sums_add_what_was_rounded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--json", "--class", "0.7") == 2
    found = json.loads(capsys.readouterr().out)
    one, other = (outlet["kwh"] for outlet in found["pdus"][0]["outlets"])
    for bound in ("low", "best"):
        exact = round(one[bound] * 1000) + round(other[bound] * 1000)
        assert found["pdus"][0]["sum_kwh"][bound] == exact / 1000
        assert found["machines"][0]["kwh"][bound] == exact / 1000


def test_the_lines_of_an_invoice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--csv") == 2
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["for"] for row in rows].count("customer") == 4
    evil = rows[0]
    assert evil["name"] == "'=cmd()" and evil["to"] == "2026-10-25 03:00:00+01:00"
    assert float(evil["kwh_lowest"]) <= 580 <= float(evil["kwh_highest"])
    assert [row for row in rows if row["pdu"] == "rack7"][0]["kwh_lowest"] == ""


def test_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 2
    shown = capsys.readouterr().out
    for text in ("srv-1", "zeta", "(nobody)", "lowest defensible bill", "SHA-256"):
        assert text in shown
    assert "PDU less outlets" in shown and "explained" in shown


def test_the_page_escapes_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "<script>alert(1)</script>"
    values = [passed(when, 0.0 if number > 1500 else 1000.0) for number, when in enumerate(hours())]
    values[900] = 0.0
    lines = [
        line(when, None, (value, 4.0))._replace(name=name) for when, value in zip(hours(), values)
    ]
    page = tmp_path / "page.html"
    path = written(tmp_path, lines)
    code = root.run(
        ["energy", "audit", str(path), *ASKED, "--limit-kw", "36.8", "--html", str(page)]
    )
    assert code == 1 and "false zero" in capsys.readouterr().out
    text = page.read_text()
    assert (
        "<script>" not in text
        and "default-src 'none'" in text
        and "http:" not in text
        and "https:" not in text
    )


def test_the_page_begins_with_the_verdict_and_folds_what_is_firm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        line(
            when,
            None,
            *((passed(when, 100.0 * outlet, 0.1), 0.5) for outlet in range(62)),
            (passed(when) if when < FIRST + 9 * DAY else passed(when, -216.0), 4.0),
            (7.0 if when > FIRST + 12 * DAY else passed(when), 4.0),
        )
        for number, when in enumerate(hours())
        if number % 4 == 0
    ]
    path, page = written(tmp_path, lines), tmp_path / "page.html"
    owners = tmp_path / "customers.csv"
    owners.write_text("customer,pdu,outlet,from,to\nzeta,rack1,63,,\nzeta,rack1,64,,\n")
    facts = ("--limit-kw", "3.68", "--volts", "230", "--html", str(page))
    asked = ["energy", "audit", str(path), *ASKED, *facts]
    assert root.run([*asked, "--customers", str(owners)]) == 2
    capsys.readouterr()
    text = page.read_text()
    places = [
        text.index(one)
        for one in (
            "Some of what",
            "Amounts at risk",
            "What to look at",
            "zeta",
            "<summary>62 firm",
        )
    ]
    assert places == sorted(places)
    assert "<summary>62 firm" in text and "<svg" not in text
    # links lead to a PDU and to outlets that are there
    links = set(re.findall('href="#(x[0-9a-f]+)"', text))
    assert len(links) == 65 and links <= set(re.findall('id="(x[0-9a-f]+)"', text))
    assert "the bounds are" in text and "prefers-color-scheme: dark" in text
    assert len(text) < 56_000  # 40 kB of the PDU, links to its outlets, and what a page has once


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("customers.csv", "customer,pdu\n", "must have the columns"),
        ("customers.csv", "customer,pdu,outlet,from,to\na,,3\n", "may not be empty"),
        ("customers.csv", "customer,pdu,outlet,from,to\na,b,1,x,\n", "from: 'x' is no day"),
        ("customers.csv", "customer,pdu,outlet,from,to\n,b,1,,\n", "may not be empty"),
        (
            "customers.csv",
            "customer,pdu,outlet,from,to\na,b,1,2026-10-02,2026-10-01\n",
            "later than",
        ),
        (
            "customers.csv",
            "customer,pdu,outlet,from,to\na,b,1,,\nc,b,1,2026-10-01,\n",
            "belongs to a",
        ),
        ("meters.csv", "pdu,limit_kw\nrack1,-1\n", "limit_kw is '-1'"),
        ("meters.csv", "pdu,limit_kw\nother,3\n", "limit_kw in the file"),
        ("meters.csv", "pdu,limits\n", "must have the columns"),
    ],
)
def test_a_bad_file_is_named(
    name: str, text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text(text)
    assert run(folder) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong: Sequence[Sequence[str]] = (("--csv", "--json"), ("--username", "joe"))
    for more in wrong:
        assert run(folder, *more) == 2


def test_the_error_that_a_unit_states_counts_more_than_what_is_usual() -> None:
    meters = Meters(RegisterFacts(limit_kw=3.68, class_percent=1.0))
    assert meters.of("rack1", "1", 0.5).class_percent == 0.5
    assert meters.of("rack1", "1").class_percent == 1.0


def test_a_meter_of_power_alone_is_an_estimate_and_never_billable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    polls = list[Poll]()
    for number in range(577):
        figures = [OutletFigures("1", None, None, 400.0 + 100.0 * (number % 2))]
        polls.append(Poll("rack1", 300.0 * number, 300.0 * number + 1.0, figures))
    pdu = read("rack1", polls)
    asked = pdu_audit.AuditScope(0.0, 2 * DAY, Meters(KNOWN))
    found = pdu_audit.audit_registers(pdu, asked)
    (energy,) = found.estimates.values()
    assert energy.low == 0.0 and energy.best == pytest.approx(0.45 * 48.0, rel=0.01)
    assert energy.high == pytest.approx(3.68 * 48.0)
    assert found.unread == ["1"] and not found.outlets and found.level == 2
    tenures = {("rack1", "1"): [OutletTenancy("zeta", 0.0, 2 * DAY)]}
    (zeta,) = groups.sum_customers(tenures, [found], 0.0, 2 * DAY)
    assert zeta.grade == grades.NOT_BILLABLE and zeta.energy is None
    assert (
        "an estimate by its power, which is not billed: 21.6 kWh, of 0 to 177"
        in zeta.lines[0].reason
    )
