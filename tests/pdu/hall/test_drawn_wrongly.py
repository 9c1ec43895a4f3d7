"""What a drawing or a meter says that was read wrongly once: voltages, outlets on no line, slow
switches, UPSes side by side, panels above their limit, steps of meters.
"""

from __future__ import annotations

from typing import Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import rehearse
from pdu.hall.restore.model import BreakerBack, MachineBack, ReturnModel
from pdu.hall.walk.verdicts import Verdict
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode
from tests.pdu.hall.test_graph import FEEDS, hall, verdicts

A, B = HallNode("feed", "A"), HallNode("feed", "B")

# ---- voltages ------------------------------------------------------------------------------------

VOLTS = """standard = "IEC 60898-1"
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


def of_volts(watts: Optional[float], drawing: str = VOLTS, **more: float) -> HallModel:
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
    return HallModel(parsed, saved_readings.parse_readings({"pdus": pdus}, "readings.json"))


def test_a_machine_takes_its_watts_to_another_voltage_and_not_its_amperes() -> None:
    (low,) = rehearse(of_volts(230.0), [A]).loads
    # 460 W at 48 V are 9.6 A, not 5.8 A
    assert low.name == "b/L1" and low.fit.word == "overloads"
    assert low.load.low <= 9.58 <= low.load.high
    (high,) = rehearse(of_volts(230.0), [B]).loads
    assert high.name == "a/L1" and high.load.low <= 2.0 <= high.load.high < 2.5


def test_amperes_are_summed_as_va_where_watts_are_not_read() -> None:
    outcome = rehearse(of_volts(None), [A])
    (low,) = outcome.loads
    assert low.load.low <= 9.58 <= low.load.high < 12 and verdicts(outcome) == {
        "x": "stays unless a breaker trips"
    }


def test_a_transformer_is_a_panel_of_another_voltage() -> None:
    """150 A at 208 V are 65 A at 480 V."""
    text = 'standard = "IEC 60898-1"\n' + "".join(
        f'[[feed]]\nname = "{side}"\nvoltage_v = 480\n[[panel]]\nname = "M{side}"\n'
        f'inputs = ["{side}"]\n[[panel.line]]\nname = "T"\nbreaker_a = 100\nphases = 1\n'
        f'[[panel]]\nname = "R{side}"\ninputs = ["M{side}/T"]\nvoltage_v = 208\n'
        f'[[pdu]]\nname = "{side.lower()}"\ninputs = ["R{side}"]\n[[pdu.line]]\nname = "L1"\n'
        "breaker_a = 400\n"
        for side in "AB"
    )
    text += '[[machine]]\nname = "m"\ncords = ["a/1", "b/1"]\n'
    outcome = rehearse(hall(text, {"a": {"1": 75.0}, "b": {"1": 75.0}}), [A])
    loads = {one.name: one.load for one in outcome.loads}
    assert loads["MB/T"].low <= 65.0 <= loads["MB/T"].high < 75
    assert loads["b/L1"].low <= 150.0 <= loads["b/L1"].high
    assert verdicts(outcome) == {"m": "stays"}


def test_a_voltage_goes_through_boards_in_any_order_and_through_outlets() -> None:
    text = (
        '[[feed]]\nname = "A"\nvoltage_v = 230\n[[feed]]\nname = "B"\nvoltage_v = 48\n'
        '[[ups]]\nname = "UB"\ninputs = ["MB"]\n[[panel]]\nname = "MB"\ninputs = ["B"]\n'
        '[[pdu]]\nname = "strip"\ninputs = ["b/9"]\n[[pdu]]\nname = "b"\ninputs = ["UB"]\n'
        '[[pdu]]\nname = "a"\ninputs = ["A"]\n'
    )
    found = drawing_file.parsed(text, "hall.toml")
    volts = {name: pdu.voltage_v for name, pdu in found.pdus.items()}
    assert volts == {"strip": 48, "b": 48, "a": 230} and found.panels["UB"].voltage_v == 48


@pytest.mark.parametrize(
    "more, expected",
    [
        ('[[feed]]\nname = "C"\n', "feed 'C' has no voltage_v, and others have several: draw it"),
        (
            '[[feed]]\nname = "C"\nvoltage_v = 400\n',
            "feed 'A' has 230 V and others 400 V, as a phase to neutral and two phases of one",
        ),
    ],
)
def test_voltages_that_cannot_be_compared_are_refused(more: str, expected: str) -> None:
    with pytest.raises(SettingsError) as refused:
        drawing_file.parsed(VOLTS.replace("[[machine]]", f"{more}[[machine]]"), "hall.toml")
    assert expected in str(refused.value)


def comes_back(back: ReturnModel, feed: HallNode) -> tuple[BreakerBack, MachineBack]:
    """The line and the machine when this feed alone has power again."""
    outcome = back.rehearse([feed], [A if feed == B else B])
    (line,), (machine,) = outcome.breakers, outcome.machines
    return line, machine


def test_a_return_takes_watts_to_another_voltage_too() -> None:
    drawing = VOLTS
    back = ReturnModel(of_volts(230.0, drawing))
    line, machine = comes_back(back, B)
    # 460 W at 48 V are 9.6 A on a breaker of 6.5 A, not 5.8 A
    assert line.name == "b/L1" and line.fit.word == "overloads"
    assert line.load.low <= 9.58 <= line.load.high < 12
    assert machine.verdict is Verdict.CANNOT_SAY
    line, machine = comes_back(back, A)
    assert line.name == "a/L1" and line.load.low <= 2.0 <= line.load.high < 2.5
    assert machine.verdict is Verdict.COMES
    peak = ReturnModel(of_volts(None, drawing + "peak_a = 2.5\n"))
    # as much as it may be in VA at a power factor of 0.9
    assert comes_back(peak, A)[0].load.high == pytest.approx(2.5 / 0.9)
    assert comes_back(peak, B)[0].load.high == pytest.approx(2.5 * 230 / 48 / 0.9)


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
