"""What `pdu plan check` finds, and what it must not find, in drawings of a few lines."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from pdu.hall.drawings.checking import Finding, check
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from tests.pdu.hall.test_graph import FEEDS

#: an outlet: identity, state, current in A
_Outlet = tuple[str, str, Optional[float]]
#: a meter of a line or breaker: kind, label, current and rating in A
_Meter = tuple[str, str, Optional[float], Optional[float]]


def pdu(
    name: str, *outlets: _Outlet, meters: tuple[_Meter, ...] = (), error: str = ""
) -> dict[str, Any]:
    """A reading."""
    keys = ("kind", "label", "current_a", "rating_a")
    return {
        "name": name,
        "outlets": [dict(zip(("identity", "state", "current_a"), outlet)) for outlet in outlets],
        "topology": {"meters": [dict(zip(keys, meter)) for meter in meters], "outlets": {}},
        **({"error": {"reason": error}} if error else {}),
    }


def on(*identities: str, amps: float = 1.0) -> tuple[_Outlet, ...]:
    return tuple((identity, "on", amps) for identity in identities)


def line(label: str, amps: Optional[float], rating: Optional[float] = None) -> _Meter:
    return "line", label, amps, rating


def findings(drawing: str, *pdus: dict[str, Any]) -> list[Finding]:
    """All of them; each has the line of what it is of, where the drawing's lines are known."""
    drawn = drawing_file.parsed("idle_a = 0.5\n" + drawing, "hall.toml")
    read = saved_readings.parse_readings({"pdus": list(pdus)}, "readings.json")
    found = check(drawn, read)
    assert all(finding.line > 1 for finding in found)
    unnumbered = check(drawn._replace(line_numbers={}), read)
    assert unnumbered == [Finding(one.kind, one.where, one.what) for one in found]
    return found


def kinds(drawing: str, *pdus: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.where) for finding in findings(drawing, *pdus)]


def drawn_pdu(name: str, feed: str, more: str = "") -> str:
    return f'[[pdu]]\nname = "{name}"\ninputs = ["{feed}"]\n{more}'


def machine(name: str, *cords: str, more: str = "") -> str:
    listed = ", ".join(f'"{cord}"' for cord in cords)
    return f'[[machine]]\nname = "{name}"\ncords = [{listed}]\n{more}'


# ---- the drawing alone ---------------------------------------------------------------------------

BREAKERS = "".join(
    f'[[pdu.breaker]]\nname = "F{n}"\noutlets = ["{n}1", "{n}2"]\nbreaker_a = 16\n' for n in (1, 2)
)


@pytest.mark.parametrize(
    "machines, expected",
    [
        # one cord, and two of which it needs both, are no redundancy to lose
        (machine("x", "a/11"), []),
        (machine("x", "a/11", "a/12", more="needs = 2\n"), []),
        (machine("x", "a/11", "a/12"), ["cords-on-one-breaker"]),
        (machine("x", "a/11", "a/21"), ["cords-on-one-pdu"]),
        (machine("x", "a/11", "c/1"), ["cords-on-one-feed"]),
        (machine("x", "a/11", "b/1"), []),
        # the only line of a PDU is the PDU
        (machine("x", "c/1", "c/2"), ["cords-on-one-pdu"]),
        (machine("x", "d/1", "d/2"), ["cords-on-one-breaker"]),
        # others do not hide it
        (machine("y", "a/22") + machine("x", "a/11", "a/12"), ["cords-on-one-breaker"]),
    ],
)
def test_cords_that_share_what_they_hang_on(machines: str, expected: list[str]) -> None:
    lines = (
        '[[pdu.line]]\nname = "L1"\noutlets = ["1", "2"]\n[[pdu.line]]\nname = "L2"\noutlets = []\n'
    )
    drawing = FEEDS + drawn_pdu("a", "A", BREAKERS) + drawn_pdu("d", "A", lines)
    drawing += drawn_pdu("b", "B") + drawn_pdu("c", "A")
    read = [pdu(name, *on("1", "2", amps=0.0)) for name in "bcd"]
    read.append(pdu("a", *on("11", "12", "21", "22", amps=0.0)))
    assert kinds(drawing + machines, *read) == [(kind, "x") for kind in expected]


def test_a_transfer_switch_whose_inputs_share_a_feed() -> None:
    drawing = FEEDS + '[[panel]]\nname = "P"\ninputs = ["A"]\n[[pdu]]\nname = "t"\ninputs = %s\n'
    read = pdu("t", *on("1", amps=0.0))
    assert kinds(drawing % '["A", "P"]', read) == [("inputs-on-one-feed", "t")]
    assert kinds(drawing % '["P", "B"]', read) == []
    strip = drawn_pdu("strip", "A"), pdu("strip", *on("1", amps=0.0))
    assert kinds(strip[0] + drawing % '["strip/1", "A"]', read, strip[1]) == [
        ("inputs-on-one-feed", "t")
    ]


# ---- lines of panels -----------------------------------------------------------------------------


def panel(*lines: str) -> str:
    """Lines of 10 A with a limit of 8 A."""
    return (
        FEEDS
        + '[[panel]]\nname = "P"\ninputs = ["A"]\n'
        + "".join(f'[[panel.line]]\nname = "{name}"\nbreaker_a = 10\n' for name in lines)
    )


def lines_of(**of: str) -> str:
    """Lines of a PDU of 32 A that name one of the panel; "" for none."""
    return "".join(
        f'[[pdu.line]]\nname = "{name}"\nbreaker_a = 32\n' + (f'of = "{upper}"\n' if upper else "")
        for name, upper in of.items()
    )


THREE = lines_of(L1="", L2="", L3="")
ABOVE = ["above-limit"]


def read_lines(name: str, *amps: float) -> dict[str, Any]:
    return pdu(name, meters=tuple(line(f"L{n}", each) for n, each in enumerate(amps, 1)))


@pytest.mark.parametrize(
    "upper, pdus, amps, expected",
    [
        # the fullest of the conductors of one PDU, above its limit and at it
        ("w1", drawn_pdu("x", "P/w1", THREE), [(2.0, 8.1, 3.0)], ABOVE),
        ("w1", drawn_pdu("x", "P/w1", THREE), [(2.0, 8.0, 3.0)], []),
        # two lines of one PDU on one conductor
        ("w1", drawn_pdu("x", "P", lines_of(L1="P/w1", L2="P/w1")), [(4.5, 4.5)], ABOVE),
        ("w1", drawn_pdu("x", "P", lines_of(L1="P/w1", L2="P/w2")), [(4.5, 4.5)], []),
        # the line that a PDU's own line names counts, not that of its inlet
        ("w1", drawn_pdu("x", "P/w2", lines_of(L1="P/w1")), [(8.1,)], ABOVE),
        # of two PDUs nobody knows which conductors they share, unless there is one alone
        (
            "w1",
            drawn_pdu("x", "P/w1", THREE) + drawn_pdu("y", "P/w1", THREE),
            [(5.0, 0.0, 0.0), (5.0, 0.0, 0.0)],
            [],
        ),
        (
            "L1",
            drawn_pdu("x", "P", lines_of(L1="P/L1")) + drawn_pdu("y", "P/L1", lines_of(L1="")),
            [(5.0,), (5.0,)],
            ABOVE,
        ),
        ("w1", drawn_pdu("x", "P", lines_of(L1="P/w1")) + drawn_pdu("y", "A"), [(9.0,), ()], ABOVE),
    ],
)
def test_a_line_of_a_panel_carries_what_the_lines_below_it_do(
    upper: str, pdus: str, amps: list[tuple[float, ...]], expected: list[str]
) -> None:
    read = [read_lines(name, *each) for name, each in zip("xy", amps)]
    found = kinds(panel(upper, "w2") + pdus, *read)
    assert found == [(kind, f"P/{upper}") for kind in expected]


def test_a_line_of_a_panel_below_which_nothing_is_read_is_not_judged() -> None:
    drawing = panel("w1").replace("breaker_a = 10", "breaker_a = 1")
    drawing += drawn_pdu("x", "P", lines_of(L1="P/w1"))
    assert kinds(drawing) == [("pdu-not-read", "x")]
    assert kinds(drawing, pdu("x", error="no answer")) == [("pdu-failed", "x")]


# ---- outlets -------------------------------------------------------------------------------------

LISTED = (
    '[[pdu.line]]\nname = "L1"\nbreaker_a = 16\noutlets = ["1", "2", "3"]\n'
    '[[pdu.breaker]]\nname = "F1"\noutlets = ["1", "2"]\n'
    '[[pdu.breaker]]\nname = "F2"\noutlets = ["2", "3"]\n'
)


@pytest.mark.parametrize(
    "outlet, expected",
    [
        (("1", "on", 1.0), []),
        (("1", "off", 0.5), ["works-and-off"]),
        (("1", "off", 0.6), ["works-and-off", "off-with-current"]),
        (("2", "on", 0.0), ["outlet-on-two-breakers"]),
        # at what counts as no current, and above it
        (("3", "on", 0.5), []),
        (("3", "on", 0.6), ["current-of-nobody"]),
        (("3", "off", 0.0), []),
        (("4", "on", None), []),
        (("4", "on", 0.5), []),
        (("4", "on", 0.6), ["current-of-nobody", "outlet-on-no-line"]),
    ],
)
def test_an_outlet_against_the_drawing(outlet: _Outlet, expected: list[str]) -> None:
    drawing = FEEDS + drawn_pdu("a", "A", LISTED) + machine("x", "a/1", more="works = true\n")
    others = on(*(identity for identity in "123" if identity != outlet[0]), amps=0.0)
    rest = [("outlet-on-two-breakers", "a/2")] if outlet[0] != "2" else []
    found = kinds(drawing, pdu("a", outlet, *others))
    assert sorted(found) == sorted([*rest, *((kind, f"a/{outlet[0]}") for kind in expected)])


def test_a_pdu_that_failed_hides_no_other_and_says_nothing_of_its_outlets() -> None:
    drawing = FEEDS + drawn_pdu("a", "A") + drawn_pdu("b", "B") + machine("x", "a/1", "b/1")
    lost = ("no-such-outlet", "b/1")
    failed = pdu("a", error="no answer")
    assert kinds(drawing, failed, pdu("b")) == [("pdu-failed", "a"), lost]
    # in part: what it says of its outlets counts
    partly = pdu("a", *on("2", amps=0.0), error="no figures")
    expected = [("pdu-failed", "a"), ("no-such-outlet", "a/1"), lost]
    assert kinds(drawing, partly, pdu("b")) == expected
    assert kinds(drawing, pdu("b")) == [("pdu-not-read", "a"), lost]
    assert kinds(drawing.replace('name = "a"\n', 'name = "a"\nunread = true\n'), pdu("b")) == [lost]


# ---- lines and breakers of PDUs ------------------------------------------------------------------

RATED = (
    '[[pdu.line]]\nname = "L1"\nbreaker_a = 20\noutlets = ["1"]\n'
    '[[pdu.line]]\nname = "L2"\nbreaker_a = 20\noutlets = ["2"]\n'
)


@pytest.mark.parametrize(
    "drawn, meters, expected",
    [
        # one without a meter hides no other
        (RATED, [line("L2", 16.1, 20.0)], [("above-limit", "a/L2")]),
        (RATED, [line("L1", 16.0, 20.0)], []),
        # a rating may be rounded
        (RATED, [line("L1", 1.0, 20.5)], []),
        (RATED, [line("L1", 1.0, 20.6)], [("other-limit", "a/L1")]),
        (RATED, [line("L1", 1.0, 0.0)], []),
        # what the PDU has and the drawing leaves out, if it lists the outlets of any
        (RATED, [line("L3", 1.0, 20.0)], [("not-drawn", "a")]),
        (RATED, [line("L3", 1.0, None)], []),
        (RATED, [("breaker", "F1", 1.0, 16.0)], [("not-drawn", "a")]),
        (RATED.replace('outlets = ["2"]\n', ""), [line("L3", 1.0, 20.0)], [("not-drawn", "a")]),
        ("breaker_a = 20\n", [line("L1", 1.0, 20.0), line("L2", 1.0, 20.0)], []),
        (
            'breaker_a = 20\n[[pdu.breaker]]\nname = "F1"\nbreaker_a = 16\n',
            [("breaker", "F2", 1.0, 16.0)],
            [("not-drawn", "a")],
        ),
        (RATED.replace('["1"]', '["1", "9"]'), [], [("no-such-outlet", "a/L1")]),
    ],
)
def test_a_line_or_breaker_against_its_meter(
    drawn: str, meters: list[_Meter], expected: list[tuple[str, str]]
) -> None:
    read = pdu("a", *on("1", "2", amps=0.0), meters=tuple(meters))
    assert kinds(FEEDS + drawn_pdu("a", "A", drawn), read) == expected
