"""Compares the JSON functions of register.sh with Python's under each of AWKS.

Also checks the script with shellcheck and the parsers of three shells.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.waiting import PATIENCE_S

from .building import build

AWKS = [name for name in ("mawk", "gawk", "original-awk", "busybox") if shutil.which(name)] or [
    "awk"
]
HANDLERS = tuple(build.HANDLERS)


@functools.cache
def functions() -> str:
    """The text of json_text and json_lines."""
    text = build.register_script("1.0", HANDLERS)
    found = re.findall(r"^json_(?:text|lines)\(\) \{$.*?^\}$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 2
    return "\n".join(found)


@pytest.fixture(scope="module", params=AWKS)
def tools(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `awk` is one particular awk."""
    folder = tmp_path_factory.mktemp("tools")
    (folder / "awk").symlink_to(str(shutil.which(request.param)))
    return folder


def run(
    tools: Path, function: str, given: bytes, shell: Sequence[str] = ("sh",), seconds: float = 30.0
) -> tuple[int, bytes]:
    done = subprocess.run(
        [*shell, "-c", f"{functions()}\n{function}"],
        input=given,
        capture_output=True,
        timeout=seconds,
        env={"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C"},
    )
    return done.returncode, done.stdout


def flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(
                inner, f"{path}.{re.sub(rb'[^A-Za-z0-9_-]', b'?', key.encode()).decode()}"
            )
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from flat(inner, f"{path}[{number}]")
    else:
        yield path, value


def shown(value: object) -> str:
    """A value as the script shows it: text with "?" or a space for each control character, any
    other value as JSON.
    """
    if not isinstance(value, str):
        return json.dumps(value)
    controls = {code: "?" for code in (*range(32), *range(127, 160))}
    return value.translate({**controls, **dict.fromkeys(map(ord, "\n\r\t\b\f"), " ")})


texts = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",)), max_size=12)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "error", "a b", "x.y", "ключ"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(document=documents, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_values_are_those_that_python_reads(
    tools: Path, document: object, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    code, out = run(tools, "json_lines", text.encode())
    # JSON allows 0x7f unescaped. The script shows an unescaped one as a space, and an escaped one
    # as "?": both pass.
    want = "".join(
        f"{path}\t{shown(value)}\t{'text' if isinstance(value, str) else 'word'}\n"
        for path, value in flat(document)
    )
    assert code == 0 and out.decode().replace(" ", "?") == want.replace(" ", "?")


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(secret=st.text(st.characters(min_codepoint=1, exclude_categories=("Cs",)), max_size=12))
def test_any_text_becomes_a_json_string(tools: Path, secret: str) -> None:
    code, out = run(tools, "json_text", secret.encode() + b"\n")
    assert code == 0 and json.loads(b'"' + out + b'"', strict=True) == secret


BROKEN: list[bytes] = [
    b"",
    b" ",
    b"{",
    b"[1",
    b'{"a"}',
    b'{"a":}',
    b"{a: 1}",
    b'"x',
    b'"\\u12"',
    b'"\\x"',
    b"01x",
    b"nul",
    b"1 2",
    b"1\n2",
    b'{"a": 1,}x',
    b'{"a": 1; "b": 2}',
    b"[1,",
    b"[1; 2]",
    b"<html>",
    b"'a'",
    b"$(id)",
    b'{"id": $(id)}',
    b'"\\u12',
]


@pytest.mark.parametrize("text", BROKEN)
def test_text_that_is_not_json_is_refused(tools: Path, text: bytes) -> None:
    assert run(tools, "json_lines", text)[0] == 1


@pytest.mark.parametrize(
    "text, lines",
    [
        (b'"a\tb\x01\x7fc"', "\ta b  c\ttext\n"),
        (b'"\\ud83d\\udd11"', "\t??\ttext\n"),
        (b"[1.5, -2e3, 1E+2]", "[0]\t1.5\tword\n[1]\t-2e3\tword\n[2]\t1E+2\tword\n"),
    ],
)
def test_control_characters_surrogates_and_every_form_of_number_are_read(
    tools: Path, text: bytes, lines: str
) -> None:
    assert run(tools, "json_lines", text) == (0, lines.encode())


def test_a_long_string_is_read_to_its_end(tools: Path) -> None:
    text = "x" * 999 + '"' + "y" * 1000 + "\\" + "\u00e9" * 1500
    for document in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert run(tools, "json_lines", document.encode()) == (0, f"\t{text}\ttext\n".encode())


LARGE = {
    "line ends behind it": b'{"a": 1}' + b"\n" * 900_000,
    "line ends in it": b"[" + b"\n" * 900_000 + b"1]",
    "line ends in a string": b'"' + b"\n" * 900_000 + b'"',
    "escaped line ends": b'"' + b"\\n" * 60_000 + b'"',
    "a line": b'"' + b"x" * 900_000 + b'"',
    "many values": (
        json.dumps([{"id": number, "handler": "pdu"} for number in range(5_000)], indent=1).encode()
    ),
    "many numbers": json.dumps([1] * 30_000).encode(),
}


@pytest.mark.parametrize("about", LARGE)
def test_a_large_answer_is_read_in_a_time_that_grows_with_its_size(tools: Path, about: str) -> None:
    """As on a machine of each awk: busybox has its own shell."""
    awk = (tools / "awk").resolve()
    shell = [str(awk), "sh"] if awk.name == "busybox" else ["sh"]
    code, out = run(tools, "json_lines", LARGE[about], shell, PATIENCE_S)
    assert code == 0 and out.count(b"\n") == {"many values": 10_000, "many numbers": 30_000}.get(
        about, 1
    )


def test_more_than_a_million_bytes_are_refused(tools: Path) -> None:
    for more, code in ((0, 0), (1, 1)):
        for end in (b"", b"\n"):
            assert run(tools, "json_lines", b'"%s"' % (b"x" * (999_998 + more)) + end)[0] == code


def test_json_nested_more_than_32_levels_deep_is_refused(tools: Path) -> None:
    for levels, code in ((32, 0), (33, 1)):
        assert run(tools, "json_lines", b"[" * levels + b"1" + b"]" * levels)[0] == code


def test_a_key_cannot_pretend_to_be_a_path(tools: Path) -> None:
    _, out = run(tools, "json_lines", b'{"error.code": 1, "list[0].id": 2, "a\\tb": 3}')
    assert out == b".error?code\t1\tword\n.list?0??id\t2\tword\n.a?b\t3\tword\n"


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    linter = shutil.which("shellcheck")
    if linter is None:
        pytest.skip("shellcheck is missing: apt-get install shellcheck")
    script = tmp_path / "register.sh"
    script.write_text(build.register_script("1.0", HANDLERS))
    done = subprocess.run(
        [linter, "--shell=sh", str(script)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_each_shell_parses_the_script(shell: str, tmp_path: Path) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is missing")
    script = tmp_path / "register.sh"
    script.write_text(build.register_script("1.0", HANDLERS))
    command: dict[str, list[str]] = {
        "busybox": [path, "sh", "-n"],
        "bash": [path, "--posix", "-n"],
        "dash": [path, "-n"],
    }
    assert (
        subprocess.run([*command[shell], str(script)], capture_output=True, timeout=60).stderr
        == b""
    )
