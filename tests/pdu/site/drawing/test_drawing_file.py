"""The drawing's file: what is read, and the sentence for each mistake."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
import tomli

from handlers.shared.errors import SettingsError
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, HallNode
from tests.needs import ROOT

FOLDER = ROOT / "docs" / "hall"
BASE = """[[feed]]
name = "A"
breaker_a = 32

[[panel]]
name = "P"
inputs = ["A"]

[[panel.line]]
name = "L1"

[[pdu]]
name = "left"
inputs = ["P"]

[[pdu.line]]
name = "L1"
of = "P/L1"

[[pdu]]
name = "row/right"
inputs = ["left/9"]

[[machine]]
name = "srv"
cords = ["left/1", "row/right/2/b"]
"""
# 64 outlets
MANY = ", ".join(f'"left/{number}"' for number in range(10, 74))


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        drawing_file.parsed(text, "hall.toml")
    assert caught.value.reason.startswith("hall.toml")
    return caught.value.reason


def test_a_drawing_is_read_with_its_defaults_and_lines() -> None:
    found = drawing_file.parsed(BASE, "hall.toml")
    machine = found.machines["srv"]
    assert machine.cords == (Cord("left", "1"), Cord("row/right", "2/b")) and machine.needs == 1
    assert found.line_numbers[HallNode("machine", "srv")] == BASE.split("\n").index('name = "srv"')
    line = found.pdus["left"].lines[0]
    assert (line.rating_a, line.limit_a, line.every) == (32.0, 25.6, True)
    assert line.of == HallNode.breaker("P", "L1")
    assert found.panels["P"].lines[0].rating_a is None  # a default is for PDUs
    assert found.owners()[Cord("left", "9")] == HallNode("pdu", "row/right")


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ('cords = ["left/1"', 'cords = ["left/9"', "line 26: machine 'srv': the key 'cords' names"),
        ('cords = ["left/1"', 'cords = ["lift/1"', "'lift/1', which is no PDU/OUTLET"),
        (
            'cords = ["left/1", ',
            'cords = ["left/1", "left/1", ',
            "already belongs to machine 'srv'",
        ),
        ('name = "srv"', 'name = "srv"\nneeds = 3', "line 26: machine 'srv': the key 'needs' must"),
        ('name = "srv"', 'name = "srv"\nprotect = true', "'protect' is unknown; allowed: name"),
        ('name = "row/right"', 'name = "left"', "is taken by another pdu (line 12)"),
        ('inputs = ["P"]', 'inputs = ["row/right/3"]', "feeds itself"),
        ('inputs = ["P"]', 'inputs = ["X"]', "line 14: pdu 'left': the key 'inputs' names 'X'"),
        ('name = "P"', 'name = "A"', "is also the name of a feed"),
        ('name = "P"', 'name = "left"', "is also the name of a PDU"),
        ('of = "P/L1"', 'of = "P/L2"', "line 18: pdu.line 'L1': the key 'of' names 'P/L2'"),
        ("breaker_a = 32", "breaker_a = -1", "line 3: feed 'A': the key 'breaker_a' must be a"),
        ("breaker_a = 32", 'breaker_a = "32"', "must be a number from 0.1 to 10000"),
        ("breaker_a = 32", "breaker_a = 32 A", "not valid TOML at line 3"),
        ('[[machine]]\nname = "srv"', "[[machine]]", "line 24: [[machine]] 1: the key 'name' is"),
        ('[[feed]]\nname = "A"', 'idle = 1\n[[feed]]\nname = "A"', "line 1: the key 'idle' is"),
        (
            '[[feed]]\nname = "A"',
            '[[feed]]\nnom = "A"',
            "line 2: [[feed]] 1: the key 'nom' is unkn",
        ),
        ("breaker_a = 32", "breaker_a = nan", "the key 'breaker_a' must be a number from 0.1 to"),
        ("breaker_a = 32", "breaker_a = inf", "line 3: feed 'A': the key 'breaker_a' must be a"),
        ("breaker_a = 32", "breaker_a = true", "line 3: feed 'A': the key 'breaker_a' must be"),
        ("breaker_a = 32", f"breaker_a = 1{'0' * 400}", "'breaker_a' must be a number from 0.1"),
        ("breaker_a = 32", 'curve = "C"', "line 3: feed 'A': the key 'curve' is not known: write"),
        ("breaker_a = 32", 'standard = "IEC"', 'the key \'standard\' must be "IEC 60898-1", "'),
        ('name = "P"', "name = 7", "line 6: [[panel]] 1: the key 'name' must be a text of at most"),
        ('name = "P"', 'name = ""', "line 6: [[panel]] 1: the key 'name' must be a text of at"),
        ('name = "P"', 'name = "P "', "the key 'name' must be a text of at most 100 printable"),
        ('name = "P"', f'name = "{"P" * 101}"', "must be a text of at most 100 printable char"),
        ('name = "P"', 'name = "P\\n"', "must be a text of at most 100 printable characters"),
        (
            'name = "P"',
            'name = "P\\u202e"',
            "line 6: [[panel]] 1: the key 'name' must be a printabl",
        ),
        ('of = "P/L1"', "of = []", "line 18: pdu.line 'L1': the key 'of' must be a printable text"),
        (
            'of = "P/L1"',
            "phases = 1",
            "line 18: pdu.line 'L1': the key 'phases' is unknown; allowed",
        ),
        ('inputs = ["A"]', "inputs = []", "line 7: panel 'P': the key 'inputs' is empty; name the"),
        ('inputs = ["A"]', "inputs = 1", "the key 'inputs' must be a list of texts, such as"),
        (
            'inputs = ["A"]',
            'inputs = ["A", 1]',
            "line 7: panel 'P': the key 'inputs' must be a list",
        ),
        ('inputs = ["A"]', 'inputs = ["A", "A"]', "the key 'inputs' names the same input twice"),
        ('inputs = ["A"]', 'inputs = ["A", " A"]', "the key 'inputs' names the same input twice"),
        (
            '[[panel.line]]\nname = "L1"',
            "line = 1",
            "must be tables: begin each with [[panel.line]]",
        ),
        (
            '[[panel.line]]\nname = "L1"',
            "line = [1]",
            "line 9: panel 'P': the key 'line' must be ta",
        ),
        ('name = "L1"\n\n', 'name = "L1"\nphases = 2\n\n', "the key 'phases' must be 1 or 3"),
        ('name = "srv"', 'name = "srv"\nprotected = 1', "must be true or false"),
        (
            'name = "srv"',
            'name = "srv"\nneeds = 1.5',
            "must be a whole number from 1 to the number",
        ),
        (
            'cords = ["left/1", "row/right/2/b"]',
            "cords = []",
            "is empty; give its outlets, such as",
        ),
        (
            'cords = ["left/1"',
            f"cords = [{MANY}",
            "line 26: machine 'srv': the key 'cords' names more",
        ),
        (
            "[[feed]]",
            "feed = 1\n[[panel]]",
            "line 1: the key 'feed' must be tables: begin each with",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_line_and_remedy(old: str, new: str, expected: str) -> None:
    assert old in BASE
    said = refused(BASE.replace(old, new, 1))
    assert expected in said and "\n" not in said


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("breaker_a = 32", 'fuse = "gG"', "'fuse' is not known: write standard = "),
        ("breaker_a = 32", "holds_percent = 80", "a breaker in a hot place with a lower breaker_a"),
        (
            'name = "P"',
            'name = "P"\ngap_s = 15',
            "draw a switch that bridges as a [[pdu]] with two",
        ),
        ('name = "P"', 'name = "P"\nparallel = true', "as one [[ups]] with the rating_a that you"),
        ('name = "srv"', 'name = "srv"\ninrush_a = 1', "no inrush is computed; delays spread"),
        ('name = "left"', 'name = "left"\nvoltage_v = 230', "draw it at the feed, UPS or panel"),
        (
            'inputs = ["A"]',
            'inputs = ["A", "left/5"]',
            "names 2: a panel has one input; draw a switch that bridges as a [[pdu]] with two, and"
            " UPS modules side by side as one [[ups]]; a slow switch, such as that of a generator,"
            " is above the feed and is not drawn",
        ),
        (
            'inputs = ["P"]',
            'inputs = ["P", "A", "P/L1"]',
            "names 3: a [[pdu]] has one input, or two as a transfer switch",
        ),
    ],
)
def test_what_the_model_cannot_keep_is_refused_with_how_to_draw_it(
    old: str, new: str, expected: str
) -> None:
    said = refused(BASE.replace(old, new, 1))
    assert expected in said and "\n" not in said and "line " in said


def test_a_circle_is_shown_from_the_one_that_is_drawn_first() -> None:
    fed = '[[panel]]\nname = "{}"\ninputs = ["{}"]\n'
    loop = "".join(fed.format(f"c{n}", f"c{(n + 1) % 3}") for n in range(3))
    way = "panel c0 <- panel c1 <- panel c2 <- panel c0; correct the key 'inputs' of one of them"
    assert refused(BASE + loop) == f"hall.toml: line 27: panel c0 feeds itself: {way}"
    # a panel before them is fed by the circle, and is not in it
    below = BASE + fed.format("z", "c1")
    assert refused(below + loop) == f"hall.toml: line 30: panel c0 feeds itself: {way}"
    alone = "panel z feeds itself: panel z <- panel z; correct the key 'inputs' of one of them"
    assert refused(BASE + fed.format("z", "z")) == f"hall.toml: line 27: {alone}"


def test_a_long_chain_is_refused() -> None:
    panels = "".join(
        f'[[panel]]\nname = "p{n}"\ninputs = ["{f"p{n + 1}" if n < 60 else "A"}"]\n'
        for n in range(61)
    )
    assert "more than 50 panels and PDUs feed one another" in refused(BASE + panels)


def test_a_header_inside_a_text_is_no_table() -> None:
    text = '# """\nidle_a = 0.1\n' + BASE.replace(
        'name = "A"\n', "name = '''A'''\n#[[machine]]\n", 1
    )
    found = drawing_file.parsed(text, "hall.toml")
    assert text.split("\n")[found.line_numbers[HallNode("machine", "srv")] - 1] == "[[machine]]"


def test_a_mistake_at_the_end_of_10000_cords_is_named() -> None:
    machines = "".join(
        f'[[machine]]\nname = "m{n}"\ncords = ["left/a{n}", "left/b{n}"]\n' for n in range(5000)
    )
    said = refused(BASE + machines + '[[machine]]\nname = "last"\ncords = ["left/a7"]\n')
    assert "line 15029" in said and "machine 'm7'" in said


def test_the_schema_is_one_and_fits_the_example() -> None:
    schema = json.loads(drawing_file.SCHEMA.read_text("utf-8"))
    example = (FOLDER / "hall.power.toml").read_text("utf-8")
    drawing_file.parsed(example, "hall.power.toml")
    pytest.importorskip("jsonschema")
    jsonschema: Any = importlib.import_module("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomli.loads(example), schema)
