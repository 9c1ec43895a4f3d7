"""What a drawing or a meter says that was read wrongly once: voltages, outlets on no line, slow
switches, UPSes side by side, panels above their limit, steps of meters.
"""

from __future__ import annotations

import json
import math
from typing import Any, Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode
from pdu.core.inventory import saved_readings
from pdu.core.inventory.saved_readings import step_a
from pdu.hall.drawings.checking import check
from pdu.hall.failure.missing_facts import missing_facts
from pdu.hall.failure.rehearsal import Hall
from pdu.hall.restore.model import BreakerBack, MachineBack, ReturnModel, ReturnVerdict
from tests.pdu.hall.test_graph import FEEDS, hall, verdicts

A, B = HallNode("feed", "A"), HallNode("feed", "B")

# ---- voltages ------------------------------------------------------------------------------------

VOLTS = """
[[feed]]
name = "A"
voltage_v = 230
[[feed]]
name = "B"
voltage_v = 48
limit_percent = 100
[[pdu]]
name = "a"
inputs = ["A"]
[[pdu.line]]
name = "L1"
breaker_a = 16
[[pdu]]
name = "b"
inputs = ["B"]
[[pdu.line]]
name = "L1"
breaker_a = 6.5
[[machine]]
name = "x"
cords = ["a/1", "b/1"]
"""


def of_volts(watts: Optional[float], drawing: str = VOLTS, **more: float) -> Hall:
    """230 W at each cord: 1 A of 230 V, and 4.79 A of 48 V; `more`: other PDUs."""
    pdus = [
        {
            "name": name,
            "load_a": amps,
            "outlets": [{"identity": "1", "state": "on", "current_a": amps}],
            "topology": {"meters": [], "outlets": {"1": {"power_w": watts}}},
            "power_on": {"1": {"state": "on", "earliest_s": 0, "latest_s": 0}},
        }
        for name, amps in {"a": 1.001, "b": 4.791, **more}.items()
    ]
    parsed = drawing_file.parsed(drawing, "hall.toml")
    return Hall(parsed, saved_readings.of_json({"pdus": pdus}, "readings.json"))


def test_a_machine_takes_its_watts_to_another_voltage_and_not_its_amperes() -> None:
    (low,) = of_volts(230.0).rehearse([A]).loads
    # 460 W at 48 V are 9.6 A, not 5.8 A
    assert low.name == "b/L1" and low.fit.word == "overloads"
    assert low.load.low <= 9.58 <= low.load.high
    (high,) = of_volts(230.0).rehearse([B]).loads
    assert high.name == "a/L1" and high.load.low <= 2.0 <= high.load.high < 2.5


def test_without_watts_nobody_can_say_what_another_voltage_brings() -> None:
    made = of_volts(None)
    outcome = made.rehearse([A])
    assert verdicts(outcome) == {"x": "cannot say"} and outcome.level == 2
    assert missing_facts(made, ["x"], outcome)[0].what == "watts of the outlets of b"
    # 220 and 240 V are one nominal voltage
    near = VOLTS.replace("voltage_v = 48", "voltage_v = 240").replace("6.5", "16")
    assert verdicts(of_volts(None, near).rehearse([A])) == {"x": "stays"}


def test_watts_are_no_current_at_a_voltage_that_nobody_drew() -> None:
    third = '[[feed]]\nname = "C"\n[[pdu]]\nname = "c"\ninputs = ["C"]\nbreaker_a = 16\n'
    drawing = VOLTS.replace('"b/1"', '"b/1", "c/1"').replace("[[machine]]", f"{third}[[machine]]")
    outcome = of_volts(230.0, drawing, c=0.501).rehearse([A, B])
    assert verdicts(outcome) == {"x": "cannot say"}
    known = of_volts(230.0, drawing.replace('"C"\n[', '"C"\nvoltage_v = 230\n['), c=0.501)
    assert verdicts(known.rehearse([A, B])) == {"x": "stays"}


def comes_back(back: ReturnModel, feed: HallNode) -> tuple[BreakerBack, MachineBack]:
    """The line and the machine when this feed alone has power again."""
    outcome = back.rehearse([feed], [A if feed == B else B])
    (line,), (machine,) = outcome.breakers, outcome.machines
    return line, machine


def test_a_return_takes_watts_to_another_voltage_too() -> None:
    drawing = "inrush_a = 1\n" + VOLTS
    back = ReturnModel(of_volts(230.0, drawing))
    line, machine = comes_back(back, B)
    # 460 W at 48 V are 9.6 A on a breaker of 6.5 A, not 5.8 A
    assert line.name == "b/L1" and line.fit.word == "overloads"
    assert line.load.low <= 9.58 <= line.load.high < 11.5
    assert machine.verdict is ReturnVerdict.CANNOT_SAY
    line, machine = comes_back(back, A)
    assert line.name == "a/L1" and line.load.low <= 2.0 <= line.load.high < 2.5
    assert machine.verdict is ReturnVerdict.COMES
    # more readings count by their watts, and the owner's peak at the higher voltage
    busy = ReturnModel(of_volts(230.0, drawing), [of_volts(300.0).readings])
    assert 600 / 48 < comes_back(busy, B)[0].load.high < 1.2 * 600 / 48
    peak = ReturnModel(of_volts(None, drawing + "peak_a = 2.5\n"))
    assert comes_back(peak, A)[0].load.high == 2.5
    assert comes_back(peak, B)[0].load.high == pytest.approx(2.5 * 230 / 48)


def test_without_watts_nobody_can_say_what_a_return_brings_to_another_voltage() -> None:
    back = ReturnModel(of_volts(None, "inrush_a = 1\n" + VOLTS))
    line, machine = comes_back(back, B)
    assert math.isinf(line.load.high) and "read no watts" in line.fit.reason
    assert machine.verdict is ReturnVerdict.CANNOT_SAY


# ---- outlets -------------------------------------------------------------------------------------

NOLINE = (
    FEEDS
    + '[[pdu]]\nname = "b"\ninputs = ["B"]\n'
    + '[[pdu.line]]\nname = "L1"\nbreaker_a = 6\noutlets = ["2"]\n'
    + '[[pdu.line]]\nname = "L2"\nbreaker_a = 6\noutlets = ["3"]\n'
)


def test_a_cord_to_an_outlet_that_no_line_lists_is_refused() -> None:
    machine = '[[machine]]\nname = "x"\ncords = ["b/1"]\n'
    with pytest.raises(SettingsError, match=r"machine 'x' names 'b/1', and no \[\[pdu.line\]\]"):
        drawing_file.parsed(NOLINE + machine, "hall.toml")
    breakers = NOLINE + '[[pdu.breaker]]\nname = "F1"\noutlets = ["2"]\n'
    breakers += '[[pdu.breaker]]\nname = "F2"\noutlets = ["2", "3"]\n'
    with pytest.raises(SettingsError, match="is behind F1 and F2: an outlet is behind one breaker"):
        drawing_file.parsed(breakers + machine.replace("b/1", "b/2"), "hall.toml")
    drawing_file.parsed(breakers + machine.replace("b/1", "b/3"), "hall.toml")


# ---- switches ------------------------------------------------------------------------------------


def genset(more: str, ups: str = "") -> Hall:
    board = "U" if ups else "ATS"
    return hall(
        '[[feed]]\nname = "utility"\n[[feed]]\nname = "genset"\n'
        + f'[[panel]]\nname = "ATS"\ninputs = ["utility", "genset"]\n{more}{ups}'
        + f'[[pdu]]\nname = "a"\ninputs = ["{board}"]\n[[pdu.line]]\nname = "L1"\nbreaker_a = 16\n'
        + '[[machine]]\nname = "s"\ncords = ["a/1"]\n',
        {"a": {"1": 2.001}},
    )


UTILITY = HallNode("feed", "utility")


def test_a_generator_starts_after_a_gap_that_a_ups_bridges() -> None:
    slow, fast = genset("gap_s = 15\n"), genset("gap_s = 0.01\n")
    # which input feeds now nobody knows
    assert verdicts(slow.rehearse([UTILITY])) == {"s": "cannot say"}
    assert verdicts(fast.rehearse([UTILITY])) in ({}, {"s": "stays"})
    bridged = genset("gap_s = 15\n", '[[ups]]\nname = "U"\ninputs = ["ATS"]\nrating_a = 32\n')
    assert verdicts(bridged.rehearse([UTILITY])) in ({}, {"s": "stays"})


def test_a_switch_whose_gap_nobody_drew_is_among_what_is_not_known() -> None:
    made = genset("")
    outcome = made.rehearse([UTILITY])
    texts = {one.what: one.touches for one in missing_facts(made, ["s"], outcome)}
    (touches,) = (those for what, those in texts.items() if "gap_s" in what)
    assert [*touches] == ["ATS"]
    made = genset("gap_s = 0.01\n")
    assert not any("gap_s" in one.what for one in missing_facts(made, ["s"]))


# ---- UPSes side by side --------------------------------------------------------------------------


def modules(parallel: str) -> Hall:
    ups = "".join(
        f'[[ups]]\nname = "U{n}"\ninputs = ["A"]\nrating_a = 50\nphases = 1\nlimit_percent = 100\n'
        for n in (1, 2)
    )
    return hall(
        f'[[feed]]\nname = "A"\n{ups}[[panel]]\nname = "P"\ninputs = ["U1", "U2"]\n{parallel}'
        + '[[pdu]]\nname = "a"\ninputs = ["P"]\n[[pdu.line]]\nname = "L1"\nbreaker_a = 100\n'
        + '[[machine]]\nname = "s"\ncords = ["a/1"]\n',
        {"a": {"1": 90.01}},
    )


def test_modules_of_a_ups_carry_together() -> None:
    made = modules("parallel = true\n")
    states = made.states([], made.rehearse([]))
    board = states[HallNode("panel", "P")]
    assert board.load is not None and 85 < board.load.low < 90.01 < board.load.high
    assert board.rating_a == 100.0
    # one of them alone has 50 A
    outcome = made.rehearse([HallNode("ups", "U1")])
    (one,) = (load for load in outcome.loads if load.name == "U1 + U2")
    assert one.rating_a == 50.0 and one.fit.word == "overloads"
    assert verdicts(outcome) == {"s": "stays unless a breaker trips"}


# ---- panels, and steps of meters -----------------------------------------------------------------


def test_a_line_of_a_panel_above_its_limit_is_found() -> None:
    drawing = (
        FEEDS
        + '[[panel]]\nname = "PA"\ninputs = ["A"]\n'
        + '[[panel.line]]\nname = "w1"\nbreaker_a = 16\nphases = 1\n'
        + "".join(
            f'[[pdu]]\nname = "{name}"\ninputs = ["PA/w1"]\nbreaker_a = 32\n' for name in ("l", "r")
        )
    )
    document: dict[str, Any] = {
        "pdus": [
            {
                "name": name,
                "load_a": 7.5,
                "outlets": [],
                "topology": {
                    "meters": [{"kind": "line", "label": "L1", "current_a": 7.5}],
                    "outlets": {},
                },
            }
            for name in ("l", "r")
        ]
    }
    parsed = drawing_file.parsed(drawing, "hall.toml")
    readings = saved_readings.of_json(json.loads(json.dumps(document)), "readings.json")
    found = [one for one in check(parsed, readings) if one.kind == "above-limit"]
    assert [(one.where, one.line) for one in found] == [
        ("PA/w1", parsed.line_numbers[HallNode("panel", "PA")])
    ]
    assert "15 A now, above its limit of 12.8 A" in found[0].what
    wide = drawing_file.parsed(drawing.replace("breaker_a = 16", "breaker_a = 20"), "hall.toml")
    assert not [one for one in check(wide, readings) if one.kind == "above-limit"]


@pytest.mark.parametrize(
    "figures, step",
    [
        ([2.0, 2.0, 2.0, 2.0], 0.1),
        ([2.0, 3.0], 0.1),
        ([2.0, 3.0, 5.0], 1.0),
        ([0.5, 0.5], 0.1),
        ([0.25], 0.01),
        ([0.123], 0.001),
        ([0.0, None], 0.1),
    ],
)
def test_equal_figures_tell_no_step(figures: list[Optional[float]], step: float) -> None:
    assert step_a(figures) == step
