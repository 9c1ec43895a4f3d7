"""Cases of a codec: cases.txt in the folder of its handler (tests/tables.py). Each is read by
all CALLS of a codec, which must show the same states.

    at o = /api/outlets                 a short name of an answer of the recording
    recording -> STATEMENTS             all that the recording shows
    o.0.state = "OFF" | 1 | -           a member, as JSON; - for none, @404 or @denied for an error,
                                        `text` for an answer that is no JSON; `o.*.state`: of all
    o += o.0 {"id": "x"}                one more row: a copy with these members
    command 3 off `answer`              a command -> the request, or the error of its answer

STATEMENTS are what differs from the recording: `NAME on`, `NAME ?(reason)`, `NAME.A 0.5`,
`NAME.kWh ?(reason)`, `NAME.name TEXT`, `unit.W -`, `caution(words)`, `error words` and
`error Refused words`. `[command]`, `[status]` or `[names]` before them are those of one call.
"""

from __future__ import annotations

import copy
import functools
import importlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Union

import pytest

from handlers.http.dialogue import Outlet
from handlers.http.errors import HttpDenied, HttpRefused
from handlers.shared import errors
from handlers.shared.meter_figures import Figure, MeterFigures, NotMetered, reason_without
from tests.handlers import codecs
from tests.tables import Case, Table, fits

FOLDER = Path(__file__).parent
CALLS = ("statistic", "status", "command", "names")
_QUANTITIES = ("A", "W", "kWh")
_STATES = {True: "on", False: "off", None: "?"}
_AS_USUAL = "as usual"

#: what is shown, by name, or the error
Shown = Union[dict[str, str], errors.PduHandlerError]
#: what is expected, by name, or the words of an error
Expected = Union[dict[str, str], str]


def table(handler: str) -> Table:
    """The cases of a handler."""
    path = FOLDER / handler / "cases.txt"
    return Table(path, shown_value=lambda text: repr(_value(text)), other_lines=("at ",))


def check(handler: str, case: Case) -> None:
    """Fails, with the line and what it shows, if the codec shows something else."""
    text = difference(handler, case)
    if text:
        pytest.fail(f"line {case.line}: {case.left}\n  {text}", pytrace=False)


def difference(handler: str, case: Case) -> str:
    """How what the codec shows of a case differs from its line, "" if it does not."""
    codec = importlib.import_module(f"handlers.{handler}.decoding")
    if case.left.startswith("command "):
        _, identity, word, *answer = case.left.split(" ", 3)
        text = _command(codec, identity, word == "on", *answer)
        return "" if fits(text, case.right) else f"shown: {text}\n  expected: {case.right}"
    answers = copy.deepcopy(_recording(handler))
    usual: Mapping[str, Shown] = {}
    if case.left != "recording":
        usual = _usual(handler)
        for change in case.left.split(" & "):
            _change(answers, _names(handler), change)
    expected_by_call = _statements(case.right)
    calls = CALLS if "names" in expected_by_call else CALLS[:3]
    differences: list[str] = []
    for call in calls:
        shown = _what_differs(_shown(codec, call, answers), usual.get(call))
        expected = _expected(call, expected_by_call)
        text = _difference(shown, expected)
        if text:
            differences.append(f"{call}: {text}")
    return "\n  ".join(differences)


def _expected(call: str, by_call: Mapping[str, Expected]) -> Expected:
    """What a call shows: without statements of its own, the states of the statistic."""
    if call in by_call:
        return by_call[call]
    statistic = by_call["statistic"]
    if isinstance(statistic, str):
        return statistic
    return {name: text for name, text in statistic.items() if "." not in name and name != "caution"}


def _what_differs(shown: Shown, usual: object) -> Shown:
    """What is shown and the recording does not show; without one, all but what is not metered."""
    if not isinstance(shown, dict):
        return shown
    if not isinstance(usual, dict):
        return {name: text for name, text in shown.items() if text not in ("", "-")}
    changed: dict[str, str] = {}
    for name in {**usual, **shown}:
        if shown.get(name, "") != usual.get(name, ""):
            changed[name] = shown.get(name, "gone")
    return changed


def _difference(shown: Shown, expected: Expected) -> str:
    """How the two differ, "" if they do not."""
    if isinstance(shown, dict) and isinstance(expected, dict):
        sentences: list[str] = []
        for name in {**shown, **expected}:
            text = shown.get(name, _AS_USUAL)
            right = expected.get(name, _AS_USUAL)
            if not fits(text, right):
                sentences.append(f"{name}: shown {text}, expected {right}")
        return "; ".join(sentences)
    if isinstance(expected, str) and not isinstance(shown, dict):
        match = re.fullmatch(r"error (?:(Refused|Denied) )?(.*)", expected)
        assert match, expected
        kind = getattr(errors, match[1] or "ProtocolError")
        if isinstance(shown, kind) and fits(str(shown), match[2]):
            return ""
    text = str(shown) if isinstance(shown, dict) else f"error {type(shown).__name__} {shown}"
    return f"shown {text}, expected {expected}"


# ---- what a line says ----------------------------------------------------------------------------


@functools.lru_cache(None)
def _recording(handler: str) -> Any:
    return codecs.recorded_answers((FOLDER / handler / "recording.har").read_text("utf-8"))


@functools.lru_cache(None)
def _usual(handler: str) -> Mapping[str, Shown]:
    """What each call shows of the recording."""
    codec = importlib.import_module(f"handlers.{handler}.decoding")
    return {call: _shown(codec, call, _recording(handler)) for call in CALLS}


@functools.lru_cache(None)
def _names(handler: str) -> Mapping[str, str]:
    """The answers' paths by their short names."""
    lines = [line[3:] for line in table(handler).lines() if line.startswith("at ")]
    return dict(line.split(" = ") for line in lines)


def _value(text: str) -> Any:
    """The value that a text stands for."""
    if text == "@denied":
        return HttpDenied("the reason")
    if text.startswith("@"):
        return HttpRefused("the reason", text[1:])
    if text.startswith("`"):
        return text.strip("`").encode()
    return None if text == "-" else json.loads(text)


def _change(answers: dict[str, Any], names: Mapping[str, str], change: str) -> None:
    """Make one change of a line in the answers: `o.0.state = "OFF"`, `o.*.state = -` (no such
    member in any row) or `o += o.0 {"id": "x"}` (a copy of a row with this member)."""
    match = re.fullmatch(r"(\S+) (\+?=) (.*)", change)
    assert match, change
    place, operator, text = match.groups()
    path = _path(place, names)
    if operator == "+=":
        template, _, members = text.partition(" ")
        row = copy.deepcopy(_at(answers, _path(template, names)))
        changed = json.loads(members or "{}")
        _at(answers, path).append({**row, **changed} if isinstance(changed, dict) else changed)
        return
    owner = _at(answers, path[:-1])
    owners = owner if "*" in path else [owner]
    for target in owners:
        key = path[-1]
        if text != "-":
            target[key] = copy.deepcopy(_value(text))
        elif isinstance(target, list):
            target.pop(key)
        else:
            target.pop(key, None)


def _path(place: str, names: Mapping[str, str]) -> Sequence[Any]:
    first, *rest = place.split(".")
    return [names[first], *(int(key) if key.isdigit() else key for key in rest)]


def _at(answers: Any, path: Sequence[Any]) -> Any:
    for key in path:
        answers = answers if key == "*" else answers[key]
    return answers


def _statements(text: str) -> dict[str, Expected]:
    """What is expected of each call that the text names."""
    by_call: dict[str, Expected] = {}
    parts = re.split(rf"\s*\[({'|'.join(CALLS)})\]\s*", f"[statistic] {text}")
    for call, statements in zip(parts[1::2], parts[2::2]):
        by_call[call] = statements if statements.startswith("error") else _by_name(statements)
    return by_call


def _by_name(statements: str) -> dict[str, str]:
    """Statements about an answer that is no error, by what they are about."""
    texts: dict[str, str] = {}
    for statement in re.split(r";\s+", statements):
        if statement.startswith("caution("):
            texts["caution"] = statement[len("caution(") : -1]
        elif statement not in ("", "same"):
            name, _, text = statement.partition(" ")
            texts[name] = text
    return texts


# ---- what the codec shows ------------------------------------------------------------------------


def _shown(codec: Any, call: str, answers: Mapping[str, Any]) -> Shown:
    """What one of CALLS shows of these answers: name -> text, or its error."""
    try:
        if call == "names":
            read_names = codecs.labels if hasattr(codec, "read_labels") else codecs.outlets
            return {outlet.identity: outlet.name for outlet in read_names(codec, answers)}
        if call == "command":
            return _states(codecs.outlets(codec, answers))
        unit = codecs.read(codec, answers, call == "statistic")
    except errors.PduHandlerError as error:
        return error
    shown = _states(unit.outlets)
    if call == "status":
        return shown
    figures_by_name = {outlet.identity: outlet.figures for outlet in unit.outlets}
    figures_by_name["unit"] = MeterFigures(unit.load_a, unit.power_w, unit.energy_kwh)
    for name, figures in figures_by_name.items():
        for quantity, figure in zip(_QUANTITIES, figures):
            shown[f"{name}.{quantity}"] = _figure(figure)
    for outlet in unit.outlets:
        shown[f"{outlet.identity}.name"] = outlet.name
        shown[f"{outlet.identity}.number"] = outlet.number or ""
    shown["caution"] = "; ".join(unit.cautions)
    return shown


def _states(outlets: Iterable[Outlet]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for outlet in outlets:
        reason = f"({outlet.reason})" if outlet.reason else ""
        texts[outlet.identity] = _STATES[outlet.state] + reason
    return texts


def _figure(figure: Figure) -> str:
    if figure is None:
        return "-"
    if isinstance(figure, (int, float)):
        return f"{round(figure, 9):.9g}"
    sign = "-" if isinstance(figure, NotMetered) else "?"
    return f"{sign}({reason_without(figure)})"


def _command(codec: Any, identity: str, on: bool, answer: str = "``") -> str:
    """The request of a command, or the error of its answer."""
    try:
        (request,) = codecs.commands(codec, identity, on, _value(answer))
    except errors.PduHandlerError as error:
        kind = next(base for base in type(error).__mro__ if base.__module__ == errors.__name__)
        return f"error {kind.__name__} {error}"
    usual = type(request)(request.path, request.body)._asdict()
    words = [request.method, request.path, request.body.decode()]
    for name, value in request._asdict().items():
        if name not in ("path", "body", "method") and value != usual[name]:
            words.append(f"{name}={value}")
    return " ".join(words)


def cases(handler: str) -> Sequence[Case]:
    """The cases of a handler's table."""
    return table(handler).cases()
