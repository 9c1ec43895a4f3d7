"""`pdu platform`: on the project's own doubles, on plausible platforms, and on broken ones."""

from __future__ import annotations

import json
import re
import socket
import sys
from pathlib import Path
from types import ModuleType

import pytest

from handlers import registry
from pdu import root
from pdu.cli.exit_codes import DEFECT, DONE, NOT_SEEN, WRONG
from pdu.platform_copy import command, unknown_platform
from pdu.platform_copy.report_lines import ReportLine
from pdu_common.connection import PduSnmpData
from tests.conformance import baseline
from tests.conformance.variants import VARIANTS
from tests.needs import ROOT
from tests.packaging.building import small_pack
from tests.pdu.loading.page_handler import SOURCE, folder as page_folder, packed

_CONNECTION = """
class PduSnmpData:
    def __init__(self, rack, host, snmp_params):
        self.host, self.snmp_params = host, snmp_params


class PduHttpData:
    handler_params = None

    def __init__(self, host):
        self.host = host


def wire(data):
    return data.host, data.snmp_params
"""
OTHER_NAMES = {
    "pdu_common/base_pdu.py": "",
    "pdu_common/abstractions.py": baseline.BASE_PDU,
    "pdu_common/base_snmp_pdu.py": baseline.SNMP.replace("from .base_pdu", "from .abstractions"),
    "pdu_common/connection.py": _CONNECTION,
    **baseline.helper(
        statistic=baseline.STATISTIC_VIEWS.replace("consumption=0.0", "energy=0.0").replace(
            "self.identity, self.consumption = identity, consumption",
            "self.identity, self.energy = identity, energy",
        )
    ),
}


def tree(folder: Path, files: dict[str, str]) -> str:
    baseline.write(files, folder)
    return str(folder)


class Run:
    """`pdu platform` in this process, which writes its report into a folder of the test."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.report, self._capsys = folder / "report.txt", capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = root.run(["platform", *arguments, "--out", str(self.report)])
        output = self._capsys.readouterr()
        return code, output.out, output.err


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capsys)


# ---- verdicts ----


def test_on_the_doubles_of_this_project_you_may_upload(run: Run) -> None:
    code, out, err = run(str(ROOT))
    assert (code, err) == (DONE, ""), out
    for line in (
        "BasePdu: in pdu_common.base_pdu, not abstract",
        "requirement: pysnmp>=7",
        "get_logger: logging.Logger",
        "agrees  snmp",
        "agrees  nut",
    ):
        assert line in out
    (unrun,) = [line for line in out.splitlines() if line.startswith("not run  ")]
    names = unrun.removeprefix("not run  ").partition(": ")[0].split(", ")
    assert {*names, "snmp", "nut"} == {*registry.names()}
    assert len(names) > 2
    *lines, where, verdict = out.splitlines()
    assert verdict.startswith("you may upload: snmp, nut ")
    assert str(run.report) in where
    # where no error has words, what is sent is what was shown
    assert run.report.read_text().splitlines() == [*lines, verdict]


@pytest.mark.parametrize(
    "point, form",
    [
        ("BasePdu", "only as a base class of BaseSnmpPdu"),
        ("views of ports", "slots, and keyword arguments only"),
        ("get_logger", "a thin wrapper"),
    ],
)
def test_on_other_forms_of_the_platform_you_may_upload(
    point: str, form: str, run: Run, tmp_path: Path
) -> None:
    (variant,) = [row for row in VARIANTS if row.point == point and row.form == form]
    copy = tmp_path / "copy"
    copy.mkdir()
    code, out, _ = run(tree(copy, dict(variant.files)))
    assert code == DONE, out
    verdict = out.splitlines()[-1]
    assert "you may upload" in verdict, out


@pytest.mark.trial
def test_a_platform_with_other_names_is_supported(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    code, out, _ = run(tree(copy, OTHER_NAMES))
    assert code == DONE, out
    # the owner's copy stays as it was
    assert [path for path in copy.rglob("*") if "__pycache__" in path.parts] == []
    assert "BasePdu: in pdu_common.abstractions" in out
    assert "PduSnmpData(rack, host" in out


@pytest.mark.parametrize(
    "files, words",
    [
        pytest.param(
            {
                "pdu_common/base_pdu.py": "",
                "pdu_common/base_snmp_pdu.py": "class BaseSnmpPdu:\n    pass\n",
            },
            "no class BasePdu in ",
            id="no BasePdu anywhere",
        ),
        pytest.param(
            baseline.helper(
                ports=baseline.PORT_VIEWS.replace("self.ports = []", "self.ports = None")
            ),
            "PduView has no list of ports",
            id="no list of ports",
        ),
        pytest.param(
            baseline.rows(row="\ndef row(oid, index, value):\n    return Row(value)\n"),
            "a walked row has neither an OID",
            id="rows without OID and index",
        ),
    ],
)
def test_on_a_broken_platform_the_last_line_says_not_to_upload(
    files: dict[str, str], words: str, run: Run, tmp_path: Path
) -> None:
    code, out, _ = run(tree(tmp_path / "copy", files), "snmp")
    assert code == DEFECT
    assert words in out
    assert out.splitlines()[-1] == "do not upload yet: snmp: see above what differs"
    assert "differs  snmp" in run.report.read_text()


def test_what_differs_counts_more_than_what_was_not_tried() -> None:
    line = [ReportLine("x")]
    cases = (
        ("differs", DEFECT, command.Trial("snmp", faults=line, untried=line)),
        ("not tried", NOT_SEEN, command.Trial("snmp", faults=[], untried=line)),
        ("agrees", NOT_SEEN, command.Trial("snmp", faults=[], untried=[])),
    )
    survey = command.Survey(lines=[], is_complete=False)
    for result, code, trial in cases:
        report = command.Report(survey, [trial], unrun_handlers=[], comparisons=[])
        assert (trial.result, report.verdict[0]) == (result, code)


def test_the_code_of_the_copy_does_not_get_the_logins_of_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DCI_PASSWORD", "PDU_COMMUNITY"):
        monkeypatch.setenv(name, "hunter2")
    copy, record = tmp_path / "copy", tmp_path / "seen"
    tree(copy, {})
    module = copy / "pdu_common" / "base_snmp_pdu.py"
    source = f"\nimport os\nopen({str(record)!r}, 'a').write(f'{{dict(os.environ)}}\\n')\n"
    module.write_text(module.read_text() + source)
    code, out, _ = run(str(copy), "snmp")
    assert code == DONE, out
    assert "PATH" in record.read_text()
    assert "hunter2" not in record.read_text()


def test_a_platform_that_tells_old_states_is_found(run: Run, tmp_path: Path) -> None:
    """Its views have all that is asked, and its walk answers from the first one."""
    cached = baseline.SNMP.replace(
        "    def snmp_walk(self, oid):",
        "    kept = {}\n\n    def snmp_walk(self, oid):\n"
        "        if str(oid) not in self.kept:\n"
        "            self.kept[str(oid)] = self.walk_now(oid)\n"
        "        return self.kept[str(oid)]\n\n    def walk_now(self, oid):",
    )
    files = {"pdu_common/base_snmp_pdu.py": cached}
    code, out, _ = run(tree(tmp_path / "copy", files), "snmp")
    assert code == DEFECT, out
    assert "(changed by hand)" in out, out


def test_a_platform_whose_packages_are_missing_was_not_tried(run: Run, tmp_path: Path) -> None:
    files = {"pdu_common/base_snmp_pdu.py": "import easysnmp\n" + baseline.SNMP}
    code, out, _ = run(tree(tmp_path / "copy", files), "snmp")
    assert code == NOT_SEEN
    assert out.splitlines()[-1].startswith("not everything was tried: snmp")
    assert "this Python has no package easysnmp: give --python" in out


@pytest.mark.trial
def test_a_platform_that_sends_nothing_to_the_port_was_not_tried(run: Run, tmp_path: Path) -> None:
    files = {
        "pdu_common/connection.py": baseline.CONNECTION
        + "\n_wire = wire\n\n\ndef wire(data):\n    address, params = _wire(data)\n"
        '    return address, {**params, "port": "1", "timeout": "0.2", "retries": "0"}\n'
    }
    code, out, _ = run(tree(tmp_path / "copy", files), "snmp")
    assert code == NOT_SEEN
    assert "as root, --snmp-port 161" in out


@pytest.mark.trial
def test_an_unknown_field_needs_an_adapter(run: Run, tmp_path: Path) -> None:
    strange = {"pdu_common/connection.py": _CONNECTION.replace("host", "where")}
    copy = tree(tmp_path / "copy", strange)
    code, out, _ = run(copy, "nut")
    assert code == DEFECT
    assert "no field for the address" in out
    adapter = tmp_path / "mine.py"
    adapter.write_text(
        "def data(protocol, address, snmp, settings, handler):\n    from pdu_common.connection"
        " import PduHttpData\n    made = PduHttpData(address)\n    made.ip, made.handler_params ="
        " address, settings\n    return made\n"
    )
    code, out, _ = run(copy, "nut", "--adapter", str(adapter))
    assert code == DONE, out


# ---- archives ----


@pytest.mark.trial
def test_an_archive_and_a_handler_of_anybody_run_in_the_copy(run: Run, tmp_path: Path) -> None:
    dist = small_pack(tmp_path / "dist", "snmp")
    archive = str(next(dist.glob("*.tar.gz")))
    own = str(packed(page_folder(tmp_path)))
    code, out, _ = run(str(ROOT), own, archive)
    # one reads no APC unit, and the other one no unit at all
    for path in (archive, own):
        assert code == DEFECT
        assert f"differs  {Path(path).name}\n" in out
    assert str(tmp_path) not in run.report.read_text()


# ---- what is sent ----


def test_the_report_has_requirements_and_parameters_without_values(
    run: Run, tmp_path: Path
) -> None:
    files = {
        "pdu_common/connection.py": baseline.CONNECTION.replace(
            'custom_params=None, device=""', 'custom_params=None, device="mine"'
        ),
        "requirements.txt": "easysnmp==0.2.6  # ours\n",
    }
    code, out, _ = run(tree(tmp_path / "copy", files), "snmp")
    assert code == DONE, out
    text = run.report.read_text()
    assert "requirement: easysnmp==0.2.6\n" in text
    assert "custom_params=None, device=…" in text
    assert "EnumPowerStatus: UP, DOWN, UNKNOWN\n" in text


def test_what_a_module_prints_and_the_words_of_errors_are_on_the_terminal_alone(
    run: Run, tmp_path: Path
) -> None:
    files = {"common/logger.py": "print('a token')\nraise OSError('a password')\n"}
    code, out, _ = run(tree(tmp_path / "copy", files), "nut")
    assert code == DEFECT
    text = run.report.read_text()
    assert "get_logger: no answer (OSError)\n" in text
    assert "    status: import: OSError\n" in text
    for words in ("a token", "a password"):
        assert words in out
        assert words not in text


def test_json_has_the_report(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(str(ROOT), "nut", "--json")
    document = json.loads(out)
    assert document["verdict"].startswith("you may upload: nut")
    (trial,) = document["handlers"]
    assert trial["handler"] == "nut"
    assert trial["faults"] == []
    assert trial["untried"] == []


def test_a_report_is_replaced_and_another_file_is_not(run: Run) -> None:
    run.report.write_text("pack 1.0.0 of an earlier run")
    assert run(str(ROOT), "nut")[0] == DONE
    assert "earlier run" not in run.report.read_text()
    run.report.write_text("my notes")
    code, _, err = run(str(ROOT), "nut")
    assert code == WRONG
    assert "is not replaced" in err
    assert run.report.read_text() == "my notes"


# ---- the survey ----


@pytest.mark.trial
def test_a_platform_module_that_exits_does_not_end_the_survey(run: Run, tmp_path: Path) -> None:
    files = {
        "pdu_common/base_snmp_pdu.py": "raise SystemExit(3)\n",
        "requirements.txt": "# none\n",
    }
    _, out, _ = run(tree(tmp_path / "copy", files), "nut")
    assert "BasePdu: no answer (SystemExit)\n" in out
    assert "requirement: none found" in out
    assert "get_logger: logging.Logger" in out


def test_a_survey_that_does_not_end_is_reported_and_handlers_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_SURVEY_SECONDS", 0.001)
    code, out, _ = run(str(ROOT), "nut")
    assert code == NOT_SEEN
    assert "did not end within 0.001 s\n" in out
    assert "agrees  nut" in out
    assert out.splitlines()[-1] == "not everything was tried: the survey: see above"


def test_a_survey_that_a_module_of_the_copy_ends_is_not_whole(run: Run, tmp_path: Path) -> None:
    source = baseline.files({})["pdu_common/helper.py"]
    end = "import os, sys\nif 'survey' in sys.argv[0]:\n    os._exit(0)\n"
    copy = tree(tmp_path / "copy", {"pdu_common/helper.py": f"{end}{source}"})
    code, out, _ = run(copy, "nut")
    assert code == NOT_SEEN, out
    assert "the survey ended (code 0)\n" in out


# ---- a module that is missing ----


def test_a_module_that_a_handler_lacks_is_named_as_its_own(run: Run, tmp_path: Path) -> None:
    handler = page_folder(tmp_path, source=f"import its_codec\n{SOURCE}")
    code, out, _ = run(str(ROOT), str(handler))
    assert code == DEFECT
    assert "the handler has no module its_codec, which it imports" in out


# ---- arguments ----


def test_a_port_in_use_is_reported_in_one_line(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
        udp_socket.bind(("127.0.0.1", 0))
        port = udp_socket.getsockname()[1]
        code, _, err = run(str(ROOT), "--snmp-port", str(port), "snmp")
    assert code == WRONG
    assert f"the UDP port {port} cannot be used" in err
    assert err.count("\n") == 1


def test_the_given_interpreter_is_used(run: Run, tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'no such interpreter' >&2\nexit 3\n")
    program.chmod(0o755)
    code, out, _ = run(str(ROOT), "--python", str(program), "nut")
    assert code == NOT_SEEN
    assert "no such interpreter" in out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["/proc"], "has no folder common: give a copy"),
        ([str(ROOT), "raritan"], "raritan has no simulated PDU here"),
        ([str(ROOT), "nosuch"], "nosuch is no file"),
        ([str(ROOT), "--adapter", "/no/such/file"], "No such file"),
        ([str(ROOT), "--snmp-port", "70000"], "70000"),
        ([str(ROOT), "--python", "no/such/python"], "no/such/python"),
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str], words: str, run: Run) -> None:
    code, _, err = run(*arguments)
    assert code == WRONG
    assert words in err
    assert not run.report.exists()


def test_a_custom_handler_of_anybody_has_no_unit_here(run: Run, tmp_path: Path) -> None:
    own = page_folder(tmp_path, source=SOURCE.replace("Snmp", "Http"))
    code, _, err = run(str(ROOT), str(own))
    assert code == WRONG
    assert "speaks no SNMP" in err


# ---- connection data that cannot be made ----

# all that the platform's pdu_common.connection defines, the protocol, and what the error says
_CONNECTIONS = {
    "no class for other PDUs": ("", "custom", "(found: none)"),
    "two classes for other PDUs": (
        "class PduHttpData: pass\nclass PduTelnetData: pass\n",
        "custom",
        "(found: PduHttpData, PduTelnetData)",
    ),
    "no class for SNMP": ("", "snmp", "no class PduSnmpData: "),
    "no field for SNMP": (
        "class PduSnmpData:\n    def __init__(self, ip, **settings): self.ip = ip\n",
        "snmp",
        "no field for the SNMP parameters",
    ),
}


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An empty module in place of the platform's pdu_common.connection."""
    module = ModuleType("pdu_common.connection")
    monkeypatch.setitem(sys.modules, "pdu_common.connection", module)
    return module


@pytest.mark.parametrize("point", _CONNECTIONS)
def test_connection_data_that_cannot_be_made_are_an_error_that_says_why(
    point: str, connection: ModuleType
) -> None:
    """`exec` fills the empty module, with no class that `unknown_platform.data` can use."""
    source, protocol, words = _CONNECTIONS[point]
    exec(source, vars(connection))
    with pytest.raises(LookupError, match=re.escape(words) + ".*--adapter"):
        unknown_platform.data(protocol, "192.0.2.1", {}, {}, "pdu_x")


def test_a_class_of_snmp_data_that_the_platform_imports_is_used(connection: ModuleType) -> None:
    setattr(connection, "PduSnmpData", PduSnmpData)
    pdu_data = unknown_platform.data("snmp", "192.0.2.1", {"port": "161"}, {}, "pdu_x")
    assert type(pdu_data) is PduSnmpData
    assert (pdu_data.ip, pdu_data.snmp_params) == ("192.0.2.1", {"port": "161"})


class _Loose:
    """Connection data whose constructor accepts any further keyword."""

    snmp_params: dict[str, str] = {}

    def __init__(self, ip: str, **settings: object) -> None:
        self.ip, self.more = ip, settings


def test_a_parameter_for_any_keyword_is_not_filled(connection: ModuleType) -> None:
    setattr(connection, "PduSnmpData", _Loose)
    data = unknown_platform.data("snmp", "192.0.2.1", {"port": "161"}, {"a": "b"}, "pdu_x")
    assert data.more == {}
