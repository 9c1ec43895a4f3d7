"""The scripts of docs/libraries.md and of docs/raritan, one after the other on a simulated
unit with a link unit: each prints what the page, or its last comment, shows.

The jobs are those of the vendor's "Python JSON-RPC Client Binding", "PDU Data Model" and "Cascading
and Linking".
"""

from __future__ import annotations

import contextlib
import getpass
import io
import re
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from handlers.raritan.rpc import pdumodel
from tests.needs import ROOT
from tests.process_lock import turn
from tests.simulators.xerus import Model, XerusPdu, image
from tests.waiting import until

from .conftest import MakeAgent, connected
from .test_zeroconf import announced

PAGE = ROOT / "docs" / "libraries.md"
MODEL = Model(
    outlets=4, phases=3, in_rush_guard_ms=0, cycle_delay_s=0, names={1: "web-1", 2: "web-2"}
)
_HEADING_OR_SCRIPT = re.compile(
    r"^##+ (?P<heading>[^\n]+)$|^```python\n(?P<script>.*?)^```\n(?:\n```text\n(?P<text>.*?)^```)?",
    re.MULTILINE | re.DOTALL,
)
_FOLDER = ROOT / "docs" / "raritan"
_OUTPUT = re.compile(r"(?ms)^# It prints, [^\n]+\n(?P<text>.*)\Z")
#: the connection is the page's; a search has a test of its own
_ELSEWHERE = ("unit.py", "find_units.py")


class Script(NamedTuple):
    """A script of the page or of its folder, and what it says that it prints."""

    place: str
    line: int
    code: str
    output: str


def _local(code: str) -> str:
    """The script with this clone's names of the package."""
    return code.replace("dcimanager_pdu_handlers.", "handlers.")


def _of_the_page() -> Iterator[Script]:
    text, heading = PAGE.read_text("utf-8").partition("\n## NUT\n")[0], ""
    for match in _HEADING_OR_SCRIPT.finditer(text):
        heading = match["heading"] or heading
        if match["script"]:
            line = text.count("\n", 0, match.start("script"))
            yield Script(heading, line, _local(match["script"]), match["text"] or "")


def _script(name: str) -> Script:
    """The script of a file."""
    code = (_FOLDER / name).read_text("utf-8")
    output = _OUTPUT.search(code)
    text = re.sub(r"(?m)^# ?", "", output["text"]) if output else ""
    return Script(name, 0, _local(code).replace("from unit import agent\n", ""), text)


def _named_scripts() -> Sequence[str]:
    """The files that the page names, in its order."""
    return [*dict.fromkeys(re.findall(r"`(\w+\.py)`", PAGE.read_text("utf-8")))]


def _of_the_folder() -> Iterator[Script]:
    """The scripts in the order of the page's table."""
    for name in _named_scripts():
        if name not in _ELSEWHERE:
            yield _script(name)


ON_THE_UNIT = [*_of_the_page(), *_of_the_folder()]


def run(script: Script, code: str, names: dict[str, Any]) -> str:
    """What the script prints, with its traceback if it fails."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile("\n" * script.line + code, str(PAGE), "exec"), names)
        except Exception:
            traceback.print_exc(file=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Script, str]:
    """What each script of ON_THE_UNIT prints. They run in the page's order, as it says."""
    sleep = time.sleep
    with (
        XerusPdu(MODEL, links={3: Model(outlets=2)}, update_seconds=0.2) as unit,
        pytest.MonkeyPatch.context() as patch,
    ):
        folder = tmp_path_factory.mktemp("scripts")
        patch.chdir(folder)
        key, certificate = unit.authority.issue()
        Path("key.pem").write_bytes(key)
        Path("cert.pem").write_bytes(certificate)
        Path("pdu.bin").write_bytes(image("4.4.1.6-53300"))
        Path("pmc.json").write_text('{"inlet.0": "main"}')
        patch.setenv("PDU_PASSWORD", unit.password)
        patch.setenv("PDU_LINK_PASSWORD", "legrand")
        patch.setenv("PDU_COMMUNITY", "public")
        patch.setattr(getpass, "getpass", lambda question: "s3cret")
        patch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.05)))
        first = ON_THE_UNIT[0]
        assert "pdu.example" in first.code
        assert "5E:0A:..." in first.code
        code = first.code.replace("pdu.example", f"{unit.host}:{unit.port}")
        names: dict[str, Any] = {}
        printed = {first: run(first, code.replace("5E:0A:...", unit.fingerprint), names)}
        for script in ON_THE_UNIT[1:]:
            text = run(script, script.code, names)
            printed[script] = text.replace(f"{unit.host}:{unit.port}", "pdu.example")
        names["agent"].close()
    return printed


@pytest.mark.parametrize(
    "script", ON_THE_UNIT, ids=lambda script: f"{script.place}, line {script.line}"
)
def test_a_script_prints_what_the_page_shows(script: Script, printed: Mapping[Script, str]) -> None:
    assert script.output
    assert printed[script] == script.output


def test_the_script_of_sensors_shows_no_figure_that_is_not_available(agent: MakeAgent) -> None:
    script = _script("sensors.py")
    with XerusPdu(MODEL) as unit:
        unit.fall_asleep(inlets=2)
        printed = run(script, script.code, {"agent": connected(agent, unit)})

    lines = ("L1", "L2", "L3", "NEUTRAL")
    assert printed.splitlines()[-4:] == [f"{line} not known A" for line in lines]


def test_scripts_show_no_state_of_an_outlet_without_a_relay(agent: MakeAgent) -> None:
    first, bulk = ON_THE_UNIT[0], _script("bulk.py")
    _, _, below_connection = first.code.partition("pdu = ")
    with XerusPdu(Model(outlets=1, power_control=False)) as unit:
        names = {"agent": connected(agent, unit), "pdumodel": pdumodel}
        _, shown = run(first, f"pdu = {below_connection}", names).splitlines()
        assert shown == "1  unknown"
        assert run(bulk, bulk.code, names) == "(no name) unknown False\n"


def test_each_script_of_the_folder_is_on_the_page() -> None:
    files = {path.name for path in _FOLDER.glob("*.py")}
    assert files == set(_named_scripts())


def test_the_connection_of_the_scripts_is_that_of_the_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with XerusPdu(MODEL) as unit:
        variables = {
            "PDU_HOST": f"{unit.host}:{unit.port}",
            "PDU_USERNAME": "admin",
            "PDU_PASSWORD": unit.password,
            "PDU_FINGERPRINT": unit.fingerprint,
        }
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        script = _script("unit.py")
        names: dict[str, Any] = {}
        assert run(script, script.code, names) == ""
        with names["agent"] as agent:
            assert pdumodel.Pdu("/model/pdu/0", agent).getMetaData().nameplate.model == "PX3-5190R"


def test_the_script_of_a_search_prints_the_units_that_announce_themselves() -> None:
    script = _script("find_units.py")
    code = script.code.replace("discover_devices()", 'discover_devices(2, ["127.0.0.1"])')
    assert code != script.code
    with turn("mdns"), contextlib.contextmanager(announced)():
        # a busy machine may answer late
        assert until(lambda: {*script.output.splitlines()} <= {*run(script, code, {}).splitlines()})
