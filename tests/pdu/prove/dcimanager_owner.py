"""An owner of a DCImanager, who does what `pdu prove platform https://SERVER` asks for: he reads
what the command says, types it into the page of the stand-in, clicks there, and answers in lines.
"""

from __future__ import annotations

import io
import os
import re
import threading
from dataclasses import dataclass, field
from typing import Callable, Optional

import pytest

from pdu import root
from tests.dcimanager.manager import DciManager
from tests.dcimanager.records import Pdu
from tests.dcimanager.visiting import Visitor
from tests.waiting import PATIENCE_S, finished, until

_SETTING = re.compile(r"Handler settings: (\S+)\s+(\S+)$", re.M)


class _Screen(io.TextIOBase):
    """What the command has said, on no terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)


@dataclass
class Owner:
    """Answers the questions in their order. Each field is a mistake that an owner can make."""

    manager: DciManager
    #: changes the settings of the form before they are typed
    mistypes: Callable[[dict[str, str]], None] = lambda typed: None
    #: what he does when the command says that the login is wrong; None: nothing
    corrects: bool = False
    #: instead of a click: what he clicks on for (outlet, "on" or "off")
    clicks: Callable[[str, str], Optional[tuple[str, str]]] = lambda outlet, to: (outlet, to)
    #: what he says that he sees
    sees_off: Callable[[list[str]], str] = ", ".join
    sees_load: Callable[[float], str] = "{:.1f}".format
    sees_energy: Callable[[float], str] = "{:.0f}".format
    #: with which words he says that the PDU is added and removed
    adds: str = ""
    removes: str = ""
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._visitor = Visitor(self.manager)
        self._visitor.log_in()
        self._screen, self._read_to = _Screen(), 0
        self._typed: dict[str, str] = {}

    # ---- the command and its owner

    def run(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
        """Exit code of the command, and what it said on standard error."""
        reader, writer = os.pipe()
        with os.fdopen(reader) as lines, os.fdopen(writer, "w") as self._lines:
            monkeypatch.setattr("sys.stdin", lines)
            monkeypatch.setattr("sys.stderr", self._screen)
            thread = threading.Thread(target=self._answer, daemon=True)
            thread.start()
            code = root.run(("prove", "platform", self.manager.url, "--yes", *arguments))
            self._over = True
            finished(thread)
        return code, self._screen.text

    _over = False

    def _answer(self) -> None:
        steps: tuple[tuple[str, Callable[[], str]], ...] = (
            ("when DCImanager has added the PDU", self._add),
            ("when you have clicked off", lambda: self._click("off")),
            ("Which ports does DCImanager show as off", self._off),
            ("when you have clicked on", lambda: self._click("on")),
            ("Which load in A", lambda: self.sees_load(self._pdu().load_a or 0.0)),
            ("Which energy in kWh", lambda: self.sees_energy(self._pdu().energy_kwh or 0.0)),
            ("when it is removed", self._remove),
        )
        for question, act in steps:
            if not self._waited_for(question):
                return
            self._lines.write(f"{act()}\n")
            self._lines.flush()
            if self.corrects and question.endswith("added the PDU"):
                self._correct()

    def _waited_for(self, text: str) -> bool:
        """Whether the command said it; not if it has ended, or goes on to remove the PDU."""

        def is_there() -> bool:
            left = self._screen.text[self._read_to :]
            return self._over or text in left or "when it is removed" in left

        assert until(is_there, PATIENCE_S)
        at = self._screen.text.find(text, self._read_to)
        if at >= 0:
            self._read_to = at + len(text)
        elif not self._over:
            self._lines.write(f"{self._remove()}\n")
            self._lines.flush()
        return at >= 0

    # ---- what he does at the page

    def _add(self) -> str:
        self._typed = dict(_SETTING.findall(self._screen.text))
        self._address = re.findall(r"IP address\s+(\S+)", self._screen.text)[0]
        self._name = re.findall(r"Name\s+(\S+)", self._screen.text)[0]
        wrong = dict(self._typed)
        self.mistypes(wrong)
        if self.adds != "no":
            self._send("/pdus/add", wrong)
        return self.adds

    def _send(self, path: str, settings: dict[str, str]) -> None:
        form = {"name": self._name, "handler": "pdu_nut", "address": self._address}
        for number, (key, value) in enumerate(settings.items()):
            form.update({f"key_{number}": key, f"value_{number}": value})
        assert self._visitor.post(path, form).status == 303

    def _correct(self) -> None:
        assert self._waited_for("correct it in DCImanager")
        self._send(f"/pdus/{self._pdu().id}/edit", self._typed)

    def _pdu(self) -> Pdu:
        return self.manager.pdus()[0]

    def _click(self, to: str) -> str:
        clicked = self.clicks("3", to)
        if clicked is None:
            return "no"
        outlet, word = clicked
        if outlet:
            # the first poll may have reached the PDU, and not yet the page
            assert until(lambda: outlet in self._pdu().ports, PATIENCE_S)
            form = {"outlet": outlet, "to": word}
            assert self._visitor.post(f"/pdus/{self._pdu().id}/switch", form).status == 303
        return ""

    def _off(self) -> str:
        off = [name for name, state in self._pdu().ports.items() if state == "DOWN"]
        return self.sees_off(off)

    def _remove(self) -> str:
        for pdu in self.manager.pdus():
            self._visitor.post(f"/pdus/{pdu.id}/remove", {})
        return self.removes
