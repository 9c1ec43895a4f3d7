"""The single-line diagram: laws of its layout over random halls, its links, hostile names."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pdu import root
from pdu.hall.diagram.marks import HallMarks, Mark, Moment, add_moments
from pdu.hall.diagram.one_line import WIDTH, Box, OneLine, one_line
from pdu.hall.diagram.svg import diagram
from pdu.hall.walk.arithmetic import Interval
from pdu.hall.walk.condition import Condition
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Drawing, HallNode, nodes
from tests.needs import ROOT

HOSTILE = "</svg><script>alert(1)</script>"


def hall(racks: int, seed: int = 1, name: str = "r") -> Drawing:
    """Two feeds, UPSes, panels, racks with two to six PDUs, some transfer switches."""
    rng = random.Random(seed)
    lines = []
    for side in "AB":
        lines.append(f'[[feed]]\nname = "{side}"')
        lines.append(f'[[ups]]\nname = "U{side}"\ninputs = ["{side}"]\nrating_a = 400')
        for number in range(1 + racks // 6):
            source = rng.choice([f"U{side}", side])
            lines.append(f'[[panel]]\nname = "P{side}{number}"\ninputs = ["{source}"]')
            lines.append('[[panel.line]]\nname = "F1"\nbreaker_a = 32')
    for rack in range(racks):
        where = f'rack = "{name}{rack}"' if rng.random() < 0.9 else ""
        pairs = rng.choice((1, 1, 2, 3))
        for pair, side in itertools.product(range(pairs), "AB"):
            panel = f"P{side}{rng.randrange(1 + racks // 6)}"
            source = rng.choice((side, panel, f"{panel}/F1"))
            lines.append(
                f'[[pdu]]\nname = "{name}{rack}-{pair}{side}"\ninputs = ["{source}"]\n{where}'
            )
            lines.append('[[pdu.line]]\nname = "L1"\nbreaker_a = 16')
        if rng.random() < 0.3:
            inputs = [f'"{name}{rack}-0{side}/9"' for side in "AB"]
            lines.append(
                f'[[pdu]]\nname = "{name}{rack}-t"\ninputs = [{", ".join(inputs)}]\n{where}'
            )
        for machine in range(rng.randint(1, 4)):
            cords = [f'"{name}{rack}-0{side}/{machine + 1}"' for side in "AB"]
            lines.append(
                f'[[machine]]\nname = "{name}{rack}m{machine}"\ncords = [{", ".join(cords)}]'
            )
    return drawing_file.parsed("\n".join(lines), "hall.power.toml")


def all_boxes(picture: OneLine) -> list[Box]:
    return [box for frame in picture.boxes for box in (frame, *frame.inner)]


def meet(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


HALLS = [(racks, seed) for racks in (1, 4, 12, 13, 40) for seed in range(8)]


@pytest.mark.sample(10)
@pytest.mark.parametrize("racks, seed", HALLS)
def test_boxes_do_not_meet_and_are_within_the_picture(racks: int, seed: int) -> None:
    picture = one_line(hall(racks, seed), {})
    for one, other in itertools.combinations(picture.boxes, 2):
        assert not meet(one, other), (one.title, other.title)
    for frame in picture.boxes:
        for one, other in itertools.combinations(frame.inner, 2):
            assert not meet(one, other)
        for box in frame.inner:
            assert frame.x <= box.x and box.x + box.width <= frame.x + frame.width
            assert frame.y < box.y and box.y + box.height < frame.y + frame.height
    for box in all_boxes(picture):
        assert 0 <= box.x and box.x + box.width <= picture.width <= WIDTH
        assert box.y + box.height <= picture.height


@pytest.mark.sample(10)
@pytest.mark.parametrize("racks, seed", HALLS)
def test_two_sources_share_no_line_and_each_input_is_reached(racks: int, seed: int) -> None:
    """Lines are joined where they touch: from each box that is fed they lead to its sources, and a
    bus that another one covers would join them.
    """
    picture = one_line(hall(racks, seed), {})
    level = [wire.points for wire in picture.wires if wire.points[0][1] == wire.points[1][1]]
    for one, other in itertools.combinations(level, 2):
        if one[0][1] == other[0][1]:
            assert one[1][0] < other[0][0] or other[1][0] < one[0][0], (one, other)
    ends = {point for wire in picture.wires for point in wire.points}
    for frame in picture.boxes:
        for box in frame.inner or [frame]:
            reached = [x for x, y in ends if y == box.y and box.x < x < box.x + box.width]
            assert len(reached) == len(box.inputs), box.title


def test_many_racks_are_one_box_each_with_counts() -> None:
    drawing = hall(40)
    machines = {HallNode("machine", name): Mark(Condition.LIVES) for name in drawing.machines}
    first = next(iter(drawing.machines.values()))
    marks = {**machines, HallNode("machine", first.name): Mark(Condition.DEAD)}
    picture = one_line(drawing, marks)
    assert not any(box.inner for box in picture.boxes)
    assert any(box.inner for box in one_line(hall(4), {}).boxes)
    counts = [text for box in picture.boxes for text in box.texts if "●" in text or "✕" in text]
    figures = [int(n) for text in counts for n in re.findall(r"[●✕] (\d+)", text)]
    assert sum(figures) == len(drawing.machines)
    rack = drawing.pdus[first.cords[0].pdu].rack or f"pdu {first.cords[0].pdu}"
    assert [box.title for box in picture.boxes if box.mark.condition is Condition.DEAD] == [rack]


def test_a_dead_half_leaves_a_rack_alive_if_its_machines_live() -> None:
    drawing = hall(14)
    marks: dict[HallNode, Mark] = {
        HallNode("machine", name): Mark(Condition.LIVES) for name in drawing.machines
    }
    marks.update((node, Mark(Condition.DEAD)) for node in nodes(drawing) if node.name.endswith("A"))
    racks = [box for box in one_line(drawing, marks).boxes if box.node.kind == "rack"]
    assert all(box.mark.condition is Condition.LIVES for box in racks if "●" in box.texts[0])


def svg_of(text: str) -> ElementTree.Element:
    begin = text.index("<svg width", text.index('class="diagram" role'))
    return ElementTree.fromstring(  # noqa: S314 - of our own making
        text[begin : text.index("</svg></div>") + len("</svg>")]
    )


@pytest.mark.parametrize("racks", [4, 40])
def test_each_box_links_to_a_row_and_each_thing_has_one(racks: int) -> None:
    drawing = hall(racks)
    text = diagram(drawing, {}, place=2)
    ids = re.findall(r'<tr id="([^"]*)"', text)
    links = [one.attrib["href"] for one in svg_of(text).iter("a")]
    assert len(ids) == len(set(ids)) and all(one.startswith("d2-") for one in ids)
    assert {link[1:] for link in links} <= set(ids)
    assert len(links) >= len(drawing.feeds) + len(drawing.panels) + racks
    rows = re.findall(r'<td class="name">([^<]*)<', text)
    assert {node.label for node in nodes(drawing)} <= set(rows)


def test_hostile_names_stay_text() -> None:
    toml = (
        f'[[feed]]\nname = "{HOSTILE}"\n[[pdu]]\nname = "p{HOSTILE}"\ninputs = ["{HOSTILE}"]\n'
        f'rack = "r{HOSTILE}"\n[[pdu.line]]\nname = "l{HOSTILE}"\nbreaker_a = 16\n'
        f'[[machine]]\nname = "m{HOSTILE}"\ncords = ["p{HOSTILE}/1"]\n'
    )
    drawing = drawing_file.parsed(toml, "hall.power.toml")
    mark = Mark(Condition.FINDING, note=HOSTILE, reason=HOSTILE)
    every: HallMarks = {node: mark for node in nodes(drawing)}
    text = diagram(drawing, every)
    assert "<script" not in text and "</svg><" not in text.replace("</svg></div>", "").replace(
        "</svg>! ", ""
    ).replace("</defs></svg>", "")
    assert svg_of(text) is not None


def test_what_trips_is_numbered_by_its_moment() -> None:
    early, late, both = (HallNode.breaker("r1", name) for name in ("L1", "L2", "L3"))
    marks: HallMarks = {
        node: Mark(Condition.IN_QUESTION, Interval(17.0, 20.0, 18.0), 16.0)
        for node in (early, late, both)
    }
    moments = {
        late: Moment(3600.0, 7200.0, "not before 1 h"),
        early: Moment(0.0, 60.0, "at any time"),
        both: Moment(3600.0, 7200.0, "not before 1 h"),
    }
    marks = add_moments(marks, moments)
    assert [marks[node].order for node in (early, late, both)] == [1, 2, 2]
    assert marks[late].figures == "17.0 - 20.0 / 16 A" and marks[late].utilisation == 1.25


def test_a_reference_names_the_outlet_that_feeds_a_transfer_switch() -> None:
    drawing = hall(1, seed=3)
    switches = [pdu for pdu in drawing.pdus.values() if isinstance(pdu.inputs[0], Cord)]
    boxes = all_boxes(one_line(drawing, {}))
    for switch in switches:
        (box,) = (box for box in boxes if box.title == switch.name)
        assert box.texts == [f"from {', '.join(map(str, switch.inputs))}"]
    assert any(
        isinstance(pdu.inputs[0], Cord) for seed in range(8) for pdu in hall(1, seed).pdus.values()
    )


# ---- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = ROOT / "docs" / "hall"
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("example")
def test_a_failure_a_return_and_a_check_have_the_picture(tmp_path: Path) -> None:
    read = ["hall.power.toml", "--readings", "readings.json", "--html"]
    page = str(tmp_path / "page.html")
    assert root.run(["rehearse", *read, page, "--fail", "feed:A"]) == 1
    shown = Path(page).read_text("utf-8")
    assert shown.count('role="region"') == 1 and "feed A, dead" in shown
    assert "machine: ✕ 1" in shown or "✕ 1" in shown
    assert root.run(["rehearse", *read, page, "--return", "feed:A", "--return", "feed:B"]) == 1
    shown = Path(page).read_text("utf-8")
    assert shown.count('role="region"') == 3 and "closes 0 s or later" in shown
    assert shown.count("<defs>") == 1
    assert root.run(["plan", "check", *read, page]) == 0
    shown = Path(page).read_text("utf-8")
    assert "0 findings" in shown and "finding</span>" not in shown


@pytest.mark.usefixtures("example")
def test_a_finding_is_red_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawing, page = tmp_path / "hall.power.toml", tmp_path / "page.html"
    text = Path("hall.power.toml").read_text("utf-8").replace('"r1-right/1"]', '"r1-right/77"]')
    drawing.write_text(text, "utf-8")
    words = ["plan", "check", str(drawing), "--readings", "readings.json", "--html", str(page)]
    assert root.run(words) == 1
    assert "r1-right/77  belongs to machine row1/srv-1" in capsys.readouterr().out
    shown = page.read_text("utf-8")
    (label,) = re.findall("<title>(r1-right, [^<]*)<", shown)
    assert label.startswith("r1-right, finding, ") and "machine row1/srv-1" in label
    assert "<title>r1-left, drawn</title>" in shown
