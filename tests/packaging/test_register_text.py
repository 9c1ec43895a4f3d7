"""What `register.sh` reads of an answer, and that it stays a shell script and a Python program."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, strategies as st

from tests.needs import ROOT

from .building import build
from .registering import SHELLS

SOURCE = ROOT / "packaging" / "register.py"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("register_of_pack", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


register = _loaded()


@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"{", b"[1", b'{"a"}', b"{a: 1}", b"1 2", b"NaN", b"[Infinity]", b"<html>",
     b"[" * 100_000, b"9" * 10_000 + b"x"],
)  # fmt: skip
def test_text_that_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        register.parsed(text)


def test_json_that_is_too_long_is_refused() -> None:
    assert register.parsed(b'"%s"' % (b"x" * 999_998)) == "x" * 999_998
    with pytest.raises(ValueError):
        register.parsed(b'"%s"' % (b"x" * 999_999))


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_an_error_is_named_unless_all_of_it_is_null(value: object) -> None:
    text = json.dumps({"error": value})
    answer = register.Answer(0, "200", b"", "", json.loads(text), True)
    is_null = not set(text[len('{"error": ') : -1].replace("null", "")) - set("[], ")
    assert answer.names_error is not is_null and answer.has_succeeded is is_null


@given(st.text())
def test_shown_text_is_one_line_without_control_characters(text: str) -> None:
    shown = register.printable(text)
    assert shown == register.printable(shown) and not set(shown) & set("\x1b\r\n\t\x9b\u202e\u2028")


@pytest.mark.parametrize("value", [True, 1.0, "1; rm", "12345678901234567890", None, [1], -1, "١"])
def test_only_digits_are_an_id(value: object) -> None:
    assert register.id_of(value) == "" and register.id_of(7) == register.id_of("7") == "7"


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_hands_over_to_python(shell: str, tmp_path: Path) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is missing")
    script = tmp_path / "register.sh"
    script.write_text(build.register_script("1.0", build.HANDLERS), encoding="utf-8")
    command = [path, "sh"] if shell == "busybox" else [path]
    done = subprocess.run(
        [*command, str(script), "--help"], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, register.HELP, "")
