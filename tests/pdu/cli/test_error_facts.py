"""An error of somebody's handler may have attributes of any form: every command tells it in one
sentence, and what it says of itself in another form is left out.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.shared.errors import NamedSetting, Refused
from pdu.cli.error_facts import attribute_text, kind_of, parts_of
from pdu.cli.error_output import reason
from pdu.cli.exit_codes import DEFECT, code_of
from pdu.reading.parts import error_of
from pdu_common.helper import PduPortView, PduView
from tests.pdu.running import run, use_pdu

WORDS = "the relay is locked"


class Raising:
    """No text can be made of it."""

    def __str__(self) -> str:
        raise ValueError("no text")


class OddText(str):
    def __str__(self) -> str:
        raise ValueError("no text")


class Unreadable:
    """A property that raises, as a class attribute."""

    def __get__(self, thing: object, owner: object) -> Any:
        raise RuntimeError("not to be read")


class Part:
    def __init__(self, key: object, value: object) -> None:
        self.key, self.value = key, value


ODD: tuple[object, ...] = (
    *(None, 5, 1.5, True, b"bytes", "text", "", ["a", 5], [None], [[]], {"a": 1}, {1}, object()),
    *(Raising(), OddText("odd"), Unreadable(), Part(5, 6), [Part(None, "")], [Part("key", 7)]),
    *((text for text in "ab"), [Raising()], range(2), print, type),
)
ATTRIBUTES = ("kind", "host", "operation", "parts", "reason", "args", "set_reason", "close", "at")


def odd_error(attribute: str, value: object) -> BaseException:
    """An error of somebody's class, one of whose attributes has an odd value."""
    attributes: dict[str, object] = {"kind": "refused", "reason": WORDS, attribute: value}
    if attribute == "args":
        attributes["args"] = property(lambda self: value)
    odd_class: type[BaseException] = type("OddError", (Exception,), attributes)
    return odd_class("a text")


def name_of(value: object) -> str:
    return f"{type(value).__name__}"


@pytest.mark.sample(30)
@pytest.mark.parametrize("value", ODD, ids=name_of)
@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_an_odd_error_ends_a_command_with_its_sentence(
    attribute: str,
    value: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = odd_error(attribute, value)

    class Handler:
        def status(self) -> PduView:
            return PduView(ports=[PduPortView(identity="1"), PduPortView(identity="2")])

        def port_down(self, port: PduPortView) -> PduPortView:
            raise error

    use_pdu(monkeypatch, lambda data: Handler())
    # a range is looked up, a number is not
    outlets = "1-2" if ODD.index(value) % 2 else "1"
    words = ("off", "nut", "192.0.2.1", outlets, "--yes")

    code, _, err = run(capsys, *words)
    assert "Traceback" not in err
    assert err.endswith("\n")
    if kind_of(error) == "refused":
        assert code == code_of("refused")
        assert err.startswith("refused: ")

    code, out, _ = run(capsys, *words, "--json")
    facts = json.loads(out)["error"]
    assert facts["exit_code"] == code
    for key in KEYS:
        assert isinstance(facts[key], str)


@pytest.mark.parametrize("value", ODD, ids=name_of)
@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_an_odd_error_of_a_reading_has_a_kind_and_a_reason(attribute: str, value: object) -> None:
    call_error = error_of(odd_error(attribute, value))
    assert isinstance(call_error.kind, str)
    assert isinstance(call_error.reason, str)


KEYS = ("kind", "host", "operation", "reason")


def test_what_an_error_says_in_the_form_of_this_pack_is_shown() -> None:
    error = Refused(("set ", NamedSetting("timeout", "9"), " or wait"), "7", "192.0.2.1", "status")
    assert (kind_of(error), attribute_text(error, "host")) == ("refused", "192.0.2.1")
    assert parts_of(error) == list(error.parts)
    assert reason(error) == "set -s timeout=9 or wait"
    # an archive has classes of its own
    theirs = odd_error("parts", ("set ", Part("timeout", "9"), " or wait"))
    assert reason(theirs) == reason(error)


def test_an_error_with_parts_of_another_form_has_its_reason() -> None:
    assert reason(odd_error("parts", 5)) == WORDS
    assert reason(odd_error("parts", ["a", Part(1, 2)])) == WORDS
    assert error_of(odd_error("kind", 5)).kind == "defect"
    assert code_of("") == DEFECT
