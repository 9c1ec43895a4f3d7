"""`pdu compare`: handlers that agree, and handlers that differ."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from handlers.dcimanager import Figures, MeterFigures
from pdu import root
from pdu.cli.exit_codes import DONE, NOT_SEEN, WRONG
from pdu.comparing import readings
from pdu.comparing.readings import HandlerReading, comparison
from pdu_common.helper import EnumPowerStatus
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.pdu.loading.page_handler import SOURCE, agent, folder
from tests.pdu.running import use_login
from tests.peers import PEERS
from tests.simulators.snmp_agent import Agent

# one process loads one handler of a name
_NUMBERS = itertools.count()
UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


def handler(tmp_path: Path, source: str = SOURCE) -> str:
    """The folder of a handler whose name no other test has."""
    return str(folder(tmp_path, f"compared_{next(_NUMBERS)}", source))


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """The RPCM unit that the page's example reads."""
    with agent() as unit:
        monkeypatch.setenv("PDU_COMMUNITY", "private")
        yield unit


def run(capsys: pytest.CaptureFixture[str], unit: Agent, *words: str) -> tuple[int, str, str]:
    """The exit code, output and errors of `pdu compare` on the unit."""
    code = root.run(["compare", *words, f"127.0.0.1:{unit.port}"])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_the_pages_handler_and_ours_agree_on_their_unit(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, unit, handler(tmp_path), "snmp")
    assert (code, err) == (DONE, ""), out
    assert "/ | snmp agree" in out
    assert unit.writes() == []


def test_dcimanagers_own_handler_is_compared_where_it_lies_in_the_copy(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside others, and with a module that they share."""
    own = tmp_path / "equip_handler" / "pdu_common" / "handlers"
    own.mkdir(parents=True)
    (own / "__init__.py").touch()
    (own / "shared.py").write_text("TEN = 10\n")
    for name in ("apc", "rpcm"):
        (own / f"{name}.py").write_text(f"from .shared import TEN\n{SOURCE}")
    code, out, err = run(capsys, unit, str(own / "rpcm.py"), "snmp")
    assert (code, err) == (DONE, ""), out
    assert "rpcm.py | snmp agree" in out


_WRONG_LOAD = SOURCE.replace("/ 1000", "/ 100")


@pytest.mark.parametrize(
    "old, new, words",
    [
        pytest.param(
            "identity=port.oid_index,",
            "identity='1.' + port.oid_index,",
            "outlets: 1.1, ",
            id="identities",
        ),
        pytest.param(
            "EnumPowerStatus.DOWN: 0", "EnumPowerStatus.DOWN: 7", ": unknown | off", id="states"
        ),
        pytest.param("/ 1000", "/ 100", "load: ", id="figures"),
        pytest.param("self.snmp_walk(", "self.snmp_walk_all(", "reading: ", id="nothing"),
    ],
)
def test_a_handler_that_says_otherwise_differs(
    old: str,
    new: str,
    words: str,
    unit: Agent,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert old in SOURCE
    other_handler = handler(tmp_path, SOURCE.replace(old, new))
    code, out, _ = run(capsys, unit, other_handler, "snmp")
    assert code == NOT_SEEN, out
    assert "differ\n" in out
    assert words in out


def _writing(*lines: str) -> str:
    """The page's example, whose status runs these lines before it reads."""
    status = "    def status(self):\n"
    for line in lines:
        status += f"        {line}\n"
    status += "        return self.read()\n"
    return SOURCE.replace("    def status(self)", f"{status}\n    def read(self)", 1)


def test_a_write_while_it_reads_is_refused(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _writing("self.snmp_set('1.3.6.1.4.1.46235.2.4.2.1.4.1', 0)")
    code, out, _ = run(capsys, unit, handler(tmp_path, source), "snmp")
    assert code == NOT_SEEN
    assert "this run reads only" in out
    assert unit.writes() == []


def test_a_write_of_a_thread_that_a_handler_starts_is_refused(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = _writing(
        "import threading",
        "oid = '1.3.6.1.4.1.46235.2.4.2.1.4.1'",
        "def write():",
        "    try:",
        "        self.snmp_set(oid, 0)",
        "    except Exception as error:",
        "        print(error)",
        "thread = threading.Thread(target=write)",
        "thread.start()",
        "thread.join()",
    )
    code, _, err = run(capsys, unit, handler(tmp_path, source), "snmp")
    assert code == DONE
    assert "this run reads only" in err
    assert unit.writes() == []


def test_ctrl_c_before_the_first_comparison_is_no_agreement(
    unit: Agent,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object, is_repeated: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pdu.comparing.command._comparison", stop)
    code, out, _ = run(capsys, unit, handler(tmp_path), "snmp", "--every", "5")
    assert (code, out) == (NOT_SEEN, "")


def test_two_versions_of_one_name_are_compared(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = archive(ROOT / "handlers", "snmp")
    older = tmp_path / "older" / "pdu_snmp-1.tar.gz"
    newer = tmp_path / "newer" / "pdu_snmp-1.tar.gz"
    for path in (older, newer):
        path.parent.mkdir()
        path.write_bytes(built)
    code, out, err = run(capsys, unit, str(older), str(newer))
    assert (code, err) == (DONE, "")
    assert "agree" in out


def until_ctrl_c(pauses: list[float], count: int) -> Callable[[float], None]:
    """A `sleep` that notes the seconds, and is interrupted after this many pauses."""

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > count:
            raise KeyboardInterrupt

    return sleep


def test_again_and_again_into_a_file(
    unit: Agent,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("pdu.comparing.command.time.sleep", until_ctrl_c(pauses, 2))
    file = tmp_path / "week.txt"
    options = ["--every", "5", "--out", str(file)]

    code, out, _ = run(capsys, unit, handler(tmp_path), "snmp", *options)

    assert code == DONE
    assert pauses == [300.0, 300.0, 300.0]
    assert out.splitlines()[-1] == "3 comparisons, 0 with differences"
    lines = file.read_text().splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.endswith("/ | snmp: agree")


def test_ctrl_c_ends_it_with_the_code_of_what_was_seen(
    unit: Agent,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pdu.comparing.command.time.sleep", stop)
    code, _, _ = run(capsys, unit, handler(tmp_path), "snmp", "--every", "5")
    assert code == DONE


def test_json_has_a_line_for_each_comparison(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, unit, handler(tmp_path, _WRONG_LOAD), "snmp", "--json")
    assert code == NOT_SEEN
    document = json.loads(out)
    assert document["handlers"][1:] == ["snmp"]
    assert [row["what"] for row in document["differences"]] == ["load"]


def test_a_pdu_that_neither_reads_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    options = ["--timeout", "0.2", "-s", "retries=0"]
    code = root.run(["compare", handler(tmp_path), "snmp", "127.0.0.1:9", *options])
    shown = capsys.readouterr()
    assert code == 3
    assert shown.err.startswith("unreachable: ")
    assert "private" not in shown.err


def test_a_round_that_neither_reads_ends_no_week(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    monkeypatch.setattr("pdu.comparing.command.time.sleep", until_ctrl_c([], 1))
    options = ["--timeout", "0.2", "-s", "retries=0", "--every", "5"]
    code = root.run(["compare", handler(tmp_path), "snmp", "127.0.0.1:9", *options])
    text = capsys.readouterr().out
    assert code == 9
    assert text.count("reading: unreachable: ") == 2
    assert "2 comparisons, 2 with differences" in text


def test_handlers_of_two_protocols_take_their_own_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that cannot read the device is a difference."""
    with PEERS["nut"]() as peer:
        words = use_login(monkeypatch, peer)
        monkeypatch.setenv("PDU_COMMUNITY", "private")
        code = root.run(["compare", "nut", "nut", peer.address, *words])
    assert code == DONE
    assert "nut | nut agree" in capsys.readouterr().out


def test_wrong_arguments_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["compare", "nosuch", "snmp", "127.0.0.1"]) == WRONG
    assert root.run(["compare", "snmp", "nut"]) == WRONG
    assert root.run(["compare", "snmp", "nut", "127.0.0.1", "--every", "0"]) == WRONG
    assert capsys.readouterr().out == ""


# ---- what is a difference ------------------------------------------------------------------------


def reading(
    load: float = 5.0, energy: float = 100.0, outlet_kwh: float = 10.0, **states: EnumPowerStatus
) -> HandlerReading:
    """What a handler says of a unit with two outlets; the first is on, and metered."""
    figures = Figures(load, energy, {"1": MeterFigures(energy_kwh=outlet_kwh)})
    return HandlerReading(states or {"1": UP, "2": DOWN}, figures)


def whats(before: HandlerReading, second: HandlerReading, after: HandlerReading) -> list[str]:
    """What differs between a handler's reading and those of the other before and after it."""
    return [difference.what for difference in comparison(before, second, after).differences]


_BOTH_OFF = {"1": DOWN, "2": DOWN}


@pytest.mark.parametrize("states", [{"1": UP, "2": DOWN}, _BOTH_OFF], ids=["before", "after"])
def test_what_changes_between_the_readings_is_no_difference(
    states: dict[str, EnumPowerStatus],
) -> None:
    """Outlet 1 is switched off between the readings `before` and `after`: the second handler may
    see it before or after that, and any load between theirs.
    """
    before = reading(load=2.0, energy=100.0)
    second = reading(load=7.0, energy=120.0)._replace(states=states)
    after = reading(load=8.0, energy=130.0)._replace(states=_BOTH_OFF)
    assert whats(before, second, after) == []


def test_a_state_that_is_neither_that_before_nor_that_after_is_a_difference() -> None:
    second = reading(load=5.0)._replace(states={"1": UNKNOWN, "2": DOWN})
    after = reading(load=8.0, energy=130.0)._replace(states=_BOTH_OFF)
    assert whats(reading(load=2.0), second, after) == ["outlet 1"]


@pytest.mark.parametrize(
    "second, expected",
    [
        pytest.param(reading(load=5.4), [], id="a load within its allowance"),
        pytest.param(reading(load=6.0), ["load"], id="another load"),
        pytest.param(reading(load=50.0), ["load"], id="a load of another scale"),
        pytest.param(reading(energy=100.9), [], id="an energy within its allowance"),
        pytest.param(reading(energy=103.0), ["energy"], id="another energy"),
        pytest.param(reading(outlet_kwh=12.0), ["energy of outlet 1"], id="an outlet's energy"),
        pytest.param(
            reading()._replace(figures=Figures(None, 100.0)),
            ["load", "energy of outlet 1"],
            id="no figures",
        ),
        pytest.param(reading()._replace(states={"1": UP}), ["outlets"], id="an outlet less"),
        pytest.param(
            reading()._replace(states={"2": DOWN, "1": UP}), ["outlets"], id="another order"
        ),
        pytest.param(HandlerReading(error="denied: no"), ["reading"], id="an error"),
    ],
)
def test_figures_outlets_and_errors_are_compared(
    second: HandlerReading, expected: list[str]
) -> None:
    assert whats(reading(), second, reading()) == expected


@pytest.mark.parametrize("position", range(3))
def test_a_reading_that_failed_is_no_other_difference_whichever_it_is(position: int) -> None:
    readings_of_three = [reading(), reading(), reading()]
    readings_of_three[position] = HandlerReading(error="denied: no")
    (difference,) = comparison(*readings_of_three).differences
    words = ["denied: no", "was read"]
    if position == 1:
        words.reverse()
    assert list(difference) == ["reading", *words]


@pytest.mark.parametrize(
    "first, second, result",
    [
        pytest.param(reading(load=0.19), reading(load=0.0), "agree within 0.2 A", id="a load"),
        pytest.param(
            reading(load=0.19, energy=0.9, outlet_kwh=0.9),
            reading(load=0.0, energy=0.0, outlet_kwh=0.0),
            "agree within 0.2 A and 1 kWh",
            id="all of an idle unit",
        ),
        pytest.param(
            reading(outlet_kwh=10.9), reading(), "agree within 1 kWh", id="energies of a handler"
        ),
        pytest.param(reading(energy=0.9), reading(energy=0.0009), "differ", id="kWh and Wh"),
        pytest.param(reading(load=0.15), reading(load=0.015), "differ", id="tenths"),
        pytest.param(reading(load=0.05), reading(load=0.1), "agree within 0.2 A", id="rounded"),
    ],
)
def test_an_absolute_allowance_is_said_and_covers_no_factor(
    first: HandlerReading, second: HandlerReading, result: str
) -> None:
    assert comparison(first, second, first).result == result
    assert comparison(second, first, second).result == result


@pytest.mark.parametrize(
    "after, words",
    [
        pytest.param(
            reading()._replace(figures=Figures(None, 100.0, {"1": MeterFigures(energy_kwh=10.0)})),
            "load: 5 A, then not set | 5 A",
            id="a load",
        ),
        pytest.param(
            reading()._replace(figures=Figures(5.0, 100.0)),
            "energy of outlet 1: 10 kWh, then not set | 10 kWh",
            id="an outlet's energy",
        ),
        pytest.param(
            reading()._replace(states={"1": UP}), "outlets: 1, 2, then 1 | 1, 2", id="an outlet"
        ),
        pytest.param(
            reading()._replace(states={"1": UNKNOWN, "2": DOWN}),
            "outlet 1: on, then unknown | on",
            id="a state",
        ),
    ],
)
def test_what_the_first_handler_lost_is_a_difference(after: HandlerReading, words: str) -> None:
    found = comparison(reading(), reading(), after).differences
    assert [str(difference) for difference in found] == [words]


def test_states_and_outlets_are_compared_where_statistic_fails(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = "    def statistic(self):\n        1 / 0\n\n    def unused(self)"
    source = SOURCE.replace("    def statistic(self)", failing)
    source = source.replace("EnumPowerStatus.DOWN: 0", "EnumPowerStatus.DOWN: 7")
    code, out, _ = run(capsys, unit, handler(tmp_path, source), "snmp")
    assert code == NOT_SEEN
    assert ": unknown | off\n" in out
    assert "    statistic: " in out
    assert "division by zero" in out


@pytest.mark.parametrize("content", ["name,handler,address\nrack1,snmp,192.0.2.8\n", "\0\0"])
def test_a_file_of_others_is_refused_before_anything_is_read(
    content: str, unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pdus.csv"
    file.write_text(content)
    code, out, err = run(capsys, unit, handler(tmp_path), "snmp", "--out", str(file))
    assert (code, out) == (WRONG, "")
    assert "has other lines than comparisons" in err
    assert file.read_text() == content
    folder_path = tmp_path / "nowhere" / "week.txt"
    code, out, err = run(capsys, unit, handler(tmp_path), "snmp", "--out", str(folder_path))
    assert (code, out) == (WRONG, "")
    assert "cannot be written (No such file or directory)" in err
    assert unit.requests == 0


def test_a_pipe_gets_the_line_and_a_full_device_is_named_before_anything_is_printed(
    unit: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither can be read from its beginning, as a file of comparisons is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with open(pipe, "r+b", buffering=0) as reader:
        code, _, err = run(capsys, unit, handler(tmp_path), "snmp", "--out", str(pipe))
        assert (code, err) == (DONE, "")
        assert reader.read(1000).endswith(b"/ | snmp: agree\n")
    code, out, err = run(capsys, unit, handler(tmp_path), "snmp", "--out", "/dev/full")
    assert (code, out) == (WRONG, "")
    assert err == "settings: /dev/full cannot be written (No space left on device)\n"


def test_a_line_is_in_the_file_before_it_is_printed(
    unit: Agent,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An output that is closed loses no line of a week."""
    file = tmp_path / "week.txt"

    def refuse(_: str) -> None:
        raise BrokenPipeError

    for count in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr("pdu.comparing.command.print_text", refuse)
            with pytest.raises(BrokenPipeError):
                run(capsys, unit, handler(tmp_path), "snmp", "--out", str(file))
        assert file.read_text().count(": agree\n") == count


def test_the_allowances_are_smaller_than_a_wrong_scale() -> None:
    assert max(readings.LOAD.share, readings.ENERGY.share) <= 0.1
