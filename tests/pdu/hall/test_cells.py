"""What feeds × what is fed × how its line is named: each cell is rehearsed once, and compared with
what a walk by hand says of a machine behind the first line.
"""

from __future__ import annotations

import pytest

from pdu.hall.failure.rehearsal import rehearse
from pdu.site.drawing.drawing import HallNode
from tests.pdu.hall.test_graph import FEEDS, hall, verdicts

A = HallNode("feed", "A")
_PHASES, _WAYS = ("L1", "L2", "L3"), ("w1", "w2")
DARK, PERHAPS, STAYS = "dark", "cannot say", "stays"


def _lines(kind: str, names: tuple[str, ...], of: tuple[str, ...] = (), more: str = "") -> str:
    lines = ""
    for place, name in enumerate(names):
        lines += f'[[{kind}.line]]\nname = "{name}"\nbreaker_a = 63\n{more}'
        lines += f'of = "M/{of[place]}"\n' if of else ""
    return lines


def _fed(kind: str, above: tuple[str, ...], named: str) -> str:
    """The board or PDU below M, and the PDU `b` of the machine."""
    source = f"M/{above[0]}" if named == "input" else "M"
    of = above if named == "of" else ()
    if kind == "board":
        text = f'[[panel]]\nname = "P"\ninputs = ["{source}"]\n'
        return text + '[[pdu]]\nname = "b"\ninputs = ["P"]\n' + _lines("pdu", ("L1",))
    if kind == "board with lines":
        text = f'[[panel]]\nname = "P"\ninputs = ["{source}"]\n'
        text += _lines("panel", ("x1", "x2"), of[:2], "phases = 1\n")
        return text + '[[pdu]]\nname = "b"\ninputs = ["P/x1"]\n' + _lines("pdu", ("L1",))
    text = f'[[pdu]]\nname = "b"\ninputs = ["{source}"]\n'
    if kind == "PDU":
        return text + _lines("pdu", ("L1",), of[:1])
    for place, name in enumerate(("L1", "L2")):
        text += _lines("pdu", (name,), of[place : place + 1])
        text += f'outlets = ["{place + 1}"]\n'
    return text


def _of_cell(names: tuple[str, ...], kind: str, named: str, failed: str, more: str = "") -> str:
    drawing = FEEDS + '[[panel]]\nname = "M"\ninputs = ["B"]\n'
    drawing += _lines("panel", names, more="phases = 1\n") + _fed(kind, names, named) + more
    drawing += '[[pdu]]\nname = "a"\ninputs = ["A"]\nbreaker_a = 63\n'
    drawing += '[[machine]]\nname = "m"\ncords = ["a/1", "b/1"]\n'
    made = hall(drawing, {"a": {"1": 1.0}, "b": {"1": 1.0}})
    return verdicts(rehearse(made, [A, HallNode.breaker("M", failed)])).get("m", STAYS)


_CELLS = {
    # of a board or PDU that names no line nobody can say on which it is
    "": {
        "board": (PERHAPS, PERHAPS),
        "board with lines": (PERHAPS, PERHAPS),
        "PDU": (PERHAPS, PERHAPS),
        "PDU of two lines": (PERHAPS, PERHAPS),
    },
    "input": {
        "board": (DARK, STAYS),
        "board with lines": (DARK, STAYS),
        "PDU": (DARK, STAYS),
        "PDU of two lines": (DARK, STAYS),
    },
    "of": {
        "board with lines": (DARK, STAYS),
        "PDU": (DARK, STAYS),
        # the breakers of a PDU's lines may trip together
        "PDU of two lines": (DARK, PERHAPS),
    },
}


@pytest.mark.parametrize("names", [_PHASES, _WAYS], ids=["phases", "ways"])
@pytest.mark.parametrize(
    "named, kind", [(named, kind) for named, cells in _CELLS.items() for kind in cells]
)
def test_what_hangs_on_which_line(names: tuple[str, ...], named: str, kind: str) -> None:
    found = tuple(_of_cell(names, kind, named, failed) for failed in names[:2])
    assert found == _CELLS[named][kind]


def test_a_board_whose_lines_all_name_theirs_takes_no_way_from_others() -> None:
    """P is on w1, so c, which names none, is on w2."""
    more = '[[pdu]]\nname = "c"\ninputs = ["M"]\n' + _lines("pdu", ("L1",))
    more += '[[machine]]\nname = "other"\ncords = ["c/1"]\n'
    drawing = FEEDS + '[[panel]]\nname = "M"\ninputs = ["B"]\n'
    drawing += _lines("panel", _WAYS, more="phases = 1\n")
    drawing += '[[panel]]\nname = "P"\ninputs = ["M"]\n' + _lines("panel", ("x1",), ("w1",))
    drawing += '[[pdu]]\nname = "b"\ninputs = ["P/x1"]\n' + _lines("pdu", ("L1",)) + more
    made = hall(drawing, {"b": {"1": 1.0}, "c": {"1": 1.0}})
    assert verdicts(rehearse(made, [HallNode.breaker("M", "w1")])) == {}


def test_a_board_whose_lines_name_theirs_loads_these_alone() -> None:
    drawing = FEEDS + '[[panel]]\nname = "M"\ninputs = ["B"]\n'
    drawing += _lines("panel", _WAYS) + _fed("board with lines", _WAYS, "of")
    drawing += '[[pdu]]\nname = "a"\ninputs = ["A"]\nbreaker_a = 63\n'
    drawing += '[[machine]]\nname = "m"\ncords = ["a/1", "b/1"]\n'
    made = hall(drawing, {"a": {"1": 1.0}, "b": {"1": 1.0}})
    assert {load.name for load in rehearse(made, [A]).loads} == {"M/w1", "P/x1", "b/L1"}
