"""`make conformance COPY=DIR`: on the project's own doubles, on plausible platforms, and on broken
ones.

A platform is a dict of the texts of its files by path, which differ from those of a synthetic
platform. `run(files, "nut")` writes it as a copy of DCImanager's project, and runs the command for
these handlers: it describes the copy, and calls the handlers in it. Its result is the exit code,
the output, which an owner sends us, and what went to standard error.
"""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pdu.cli.exit_codes import NOT_SEEN
from pdu_common.connection import PduSnmpData
from tests.conformance import __main__ as conformance, baseline, unknown_platform
from tests.conformance.survey import END
from tests.needs import ROOT

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


class Run:
    """`python -m tests.conformance --copy` in this process. `copy` is the copy's folder."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.copy, self._capfd = folder / "copy", capfd

    def __call__(self, files: dict[str, str], *names: str) -> tuple[int, str, str]:
        """Its exit code and output for a platform with these files."""
        baseline.write(files, self.copy)
        return self.of(self.copy, *names)

    def of(self, folder: Path, *names: str) -> tuple[int, str, str]:
        code = conformance.main(["--copy", str(folder), *names])
        output = self._capfd.readouterr()
        return code, output.out, output.err


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capfd)


def test_on_the_doubles_of_this_project_archives_agree(run: Run) -> None:
    code, out, err = run.of(ROOT, "snmp", "nut")
    assert (code, err) == (0, ""), out
    for line in (
        "BasePdu: in pdu_common.base_pdu, not abstract",
        "requirement: pysnmp>=7",
        "get_logger: logging.Logger",
        "EnumPowerStatus: UP, DOWN, UNKNOWN",
        "agrees  pdu_snmp",
        "agrees  pdu_nut",
        "2 agree, 0 differ",
    ):
        assert line in out


def test_a_platform_with_other_names_is_supported(run: Run) -> None:
    """BasePdu is in another module, and fields have other names."""
    code, out, _ = run(OTHER_NAMES, "snmp", "nut")
    assert code == 0, out
    # the owner's copy stays as it was
    assert [path for path in run.copy.rglob("*") if "__pycache__" in path.parts] == []
    assert "BasePdu: in pdu_common.abstractions" in out
    assert "PduSnmpData(rack, host" in out


def test_a_platform_that_tells_old_states_is_found(run: Run) -> None:
    """Its views have all that is asked, and its walk answers from the first one."""
    cached = baseline.SNMP.replace(
        "    def snmp_walk(self, oid):",
        "    kept = {}\n\n    def snmp_walk(self, oid):\n"
        "        if str(oid) not in self.kept:\n"
        "            self.kept[str(oid)] = self.walk_now(oid)\n"
        "        return self.kept[str(oid)]\n\n    def walk_now(self, oid):",
    )
    code, out, _ = run({"pdu_common/base_snmp_pdu.py": cached}, "snmp")
    assert code == 1, out
    assert ", an old state" in out, out


# what keeps the handler of an SNMP PDU, or of another one, from being called -> what is said
_NOT_CALLED = {
    "no class for other PDUs": (
        {"pdu_common/connection.py": "class PduSnmpData: pass\n"},
        "nut",
        "LookupError: pdu_common.connection has no single class for PDUs without SNMP",
    ),
    "a class that cannot be made": (
        {"pdu_common/connection.py": _CONNECTION.replace("rack, host", "rack, /, host")},
        "snmp",
        "TypeError: ",
    ),
    "a package that is not installed here": (
        {"pdu_common/base_snmp_pdu.py": "import easysnmp\n" + baseline.SNMP},
        "snmp",
        "ModuleNotFoundError: easysnmp",
    ),
    "a module that exits": (
        {"common/logger.py": "raise SystemExit(3)\n"},
        "nut",
        "SystemExit",
    ),
}


@pytest.mark.parametrize("point", _NOT_CALLED)
def test_a_handler_that_was_not_called_is_not_tried(point: str, run: Run) -> None:
    """`point`: a key of _NOT_CALLED, which has the files, the handler, and what is said."""
    files, name, words = _NOT_CALLED[point]
    code, out, _ = run(files, name)
    assert code == NOT_SEEN, out
    assert f"not tried  pdu_{name}\n    {words}" in out
    assert "\n0 agree, 0 differ, 1 not tried\nnothing was compared: " in out
    tried = out[out.index(END) :]
    for verdict in ("differs", "bug", "upload"):
        assert verdict not in tried


def test_a_class_that_a_handler_does_not_find_differs(run: Run) -> None:
    """It was loaded: on the platform, it would not be."""
    files = {"pdu_common/base_snmp_pdu.py": "class Other: pass\n"}
    code, out, _ = run(files, "snmp")
    assert code == 1
    assert "differs  pdu_snmp\n" in out


@pytest.mark.parametrize(
    "files",
    [
        {"pdu_common/base_snmp_pdu.py": f"PLANTED\n{baseline.SNMP}"},
        {"pdu_common/connection.py": _CONNECTION.replace("self.host, self", "PLANTED, self", 1)},
        {
            "pdu_common/base_snmp_pdu.py": baseline.SNMP.replace(
                "    def snmp_walk(self, oid):", "    def snmp_walk(self, oid):\n        PLANTED"
            )
        },
    ],
    ids=["at its import", "of connection data", "of a call"],
)
def test_what_is_sent_names_nothing_of_the_owners_machine(
    files: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform raises an error that has paths and names of the machine, at a place of `files`
    that says PLANTED; of its words, only those that name nothing are shown.
    """
    monkeypatch.setenv("HOME", "/home/Ivan Petrov")
    monkeypatch.setenv("LOGNAME", "ipetrov")
    monkeypatch.setattr(socket, "gethostname", lambda: "dc3-mgmt.acme.example")
    own = ["/srv/dc3 east/key.pem", "/etc/acme.ini", "/home/Ivan Petrov/x", "/var/acme"]
    words = (
        f"{own[0]!r} {own[1]}: {own[2]} file://{own[3]}, user ipetrov at dc3-mgmt"
        f" {run.copy}/common/logger.py: an owner's word"
    )
    planted = f"raise OSError({words!r}) #"
    ((path, text),) = files.items()
    _, out, _ = run({path: text.replace("PLANTED", planted)}, "snmp")
    assert "OSError" in out
    for word in (
        "an owner's word",
        "dc3",
        "acme",
        "Ivan",
        "Petrov",
        "ipetrov",
        str(run.copy),
        str(ROOT),
    ):
        assert word not in out, out


def test_the_code_of_the_copy_does_not_get_the_logins_of_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DCI_PASSWORD", "PDU_COMMUNITY"):
        monkeypatch.setenv(name, "hunter2")
    record = tmp_path / "seen"
    source = f"\nimport os\nopen({str(record)!r}, 'a').write(f'{{dict(os.environ)}}\\n')\n"
    code, out, _ = run({"pdu_common/base_snmp_pdu.py": baseline.SNMP + source}, "snmp")
    assert code == 0, out
    assert "PATH" in record.read_text()
    assert "hunter2" not in record.read_text()


def test_the_description_has_no_values_and_goes_on_after_a_module_that_exits(run: Run) -> None:
    files = {
        "pdu_common/base_snmp_pdu.py": "raise SystemExit(3)\n",
        "common/logger.py": "print('a token')\nraise OSError('a password')\n",
        "pdu_common/connection.py": baseline.CONNECTION.replace(
            'custom_params=None, device=""', 'custom_params=None, device="mine"'
        ),
        "requirements.txt": "easysnmp==0.2.6  # ours\n",
    }
    baseline.write(files, run.copy)
    text = "\n".join(conformance.described(run.copy, sys.executable))
    for words in (
        "BasePdu: no answer (SystemExit)\n",
        "requirement: easysnmp==0.2.6\n",
        "custom_params=None, device=…",
        "get_logger: no answer (OSError)\n",
    ):
        assert words in text
    for secret in ("a token", "a password"):
        assert secret not in text


def test_a_module_of_the_copy_that_ends_the_description_is_told(run: Run) -> None:
    """Its import calls os._exit in the process that describes the copy."""
    source = baseline.files({})["pdu_common/helper.py"]
    end = "import os, sys\nif 'survey' in sys.argv[0]:\n    os._exit(0)\n"
    code, out, _ = run({"pdu_common/helper.py": f"{end}{source}"}, "nut")
    assert (code, "the survey ended (code 0)\n" in out) == (0, True), out


def test_a_folder_that_is_no_copy_is_refused(run: Run) -> None:
    with pytest.raises(SystemExit):
        run.of(Path("/proc"))


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
    with pytest.raises(LookupError, match=re.escape(words) + ".*unknown_platform"):
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
