"""`pdu new` in a copy of the tree: the new files work at once, each of docs/dev/new-handler.md's
commands does.
"""

from __future__ import annotations

import contextlib
import json
import keyword
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from handlers import registry
from handlers.http import dialogue, login_forms, unit_requests
from handlers.shared import errors, meter_figures
from pdu import root
from pdu.cli.exit_codes import INTERRUPTED
from pdu.workshop import new
from pdu.workshop.new import SHAPES, families_table, family_files, handler_files
from tests.needs import ROOT
from tests.packaging.installing import once
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("new.txt"))
GUIDE = (ROOT / "docs" / "dev" / "new-handler.md").read_text("utf-8")
_LEFT_OUT = shutil.ignore_patterns(".*", "dist", "build", "*.egg-info")
_MYPY_CACHE = ".mypy_cache"
_LINT_IMPORTS = (
    "import sys; sys.argv[1:] = ['--no-cache']; from importlinter.cli import lint_imports_command"
    " as run; run()"
)
_SECONDS = 900  # of a whole run of pytest or mypy, on a busy machine
# a test may run several programs, each for up to _SECONDS
pytestmark = pytest.mark.timeout(2700)


def _copy(source: str, target: str) -> None:
    # a file of a cache that another process is replacing
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


def run(tree: Path, *arguments: str) -> str:
    """Runs a Python program in that tree and returns its output. The program must succeed."""
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_SECONDS,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    assert process.returncode == 0, process.stdout[-3000:]
    return process.stdout


# name of a new handler -> the arguments of `pdu new`
NEW_HANDLERS = {
    "acme": ("--title", "Acme & Sons"),
}


def _commands(part: str) -> list[list[str]]:
    """The words of each line to paste, without comments."""
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```$", part)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]


# the lines of the guide's begin, and of its last section, which runs the tests
FIRST, LAST = _commands(GUIDE.partition("\n## ")[0]), _commands(GUIDE.partition("## 6.")[2])


@pytest.fixture(scope="module", name="grown")
def _grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with an unedited handler, and two families.

    Its compiled files stay valid, because the copied sources keep their times. Tests write only
    caches and dist/.
    """
    return once(tmp_path_factory, "grown", _grow) / "copy"


def _grow(folder: Path) -> None:
    tree = folder / "copy"
    shutil.rmtree(tree, ignore_errors=True)  # left by a call that failed
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT, copy_function=_copy)
    assert ["pdu", "new", "acme", "--title", "Acme"] in FIRST
    for name, options in NEW_HANDLERS.items():
        printed = run(tree, "-m", "pdu", "new", name, *options)
        assert f"tests/handlers/{name}" in printed
        assert "docs/dev/new-handler.md" in printed
    printed = run(tree, "-m", "pdu", "new", "globex-strip8", "--snmp", "--title", "Globex")
    assert "docs/dev/new-family.md" in printed
    assert "docs/devices.md (changed)" in printed
    assert "globex-strip8" in (tree / "docs" / "devices.md").read_text("utf-8")
    run(tree, "-m", "pdu", "new", "acme-strip", "--snmp")  # as its help says


# Tests of the whole source and of every handler; {} stands for the new one.
COMMON_TESTS = (
    "tests/test_imports.py",
    "tests/handlers/{}/test_cases.py",
    "tests/handlers/test_registry.py",
    "tests/handlers/test_units.py",
    "tests/packaging/test_pages.py",
    "tests/test_hostile_text.py::test_an_outlets_name_stays_within_its_line[{}]",
    "tests/test_hostile_text.py::test_an_outlets_name_stays_within_its_json_value[{}]",
    "tests/faults/test_matrix.py::test_each_fault_is_played_or_excluded_with_a_reason[{}]",
    "tests/pdu/reading/test_one_reading.py",
)


def passed(tree: Path, report: Path, *arguments: str) -> list[str]:
    """Runs tests in that tree; none may fail.

    Returns those that passed, as `module.name` with dots for slashes.
    """
    run(tree, "-m", "pytest", "-q", "-n", "0", f"--junitxml={report}", *arguments)
    tests = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  # written by pytest
        if case.find("skipped") is None:
            tests.append(f"{case.get('classname')}.{case.get('name')}")
    return tests


@pytest.mark.trial
def test_new_handlers_pass_their_own_and_the_common_tests(grown: Path, tmp_path: Path) -> None:
    common_tests = [test.format(name) for test in COMMON_TESTS for name in NEW_HANDLERS]

    tests = passed(grown, tmp_path / "report.xml", *dict.fromkeys(common_tests))

    for name in NEW_HANDLERS:
        own = [test for test in tests if f".{name}.test_cases.test_case[" in test]
        assert len(own) >= 2
        # the common ones: the recording of each is spoilt
        assert any(f"[{name}]" in test for test in tests)


@pytest.mark.trial
def test_the_pages_last_lines_run_the_tests_of_a_new_handler(grown: Path, tmp_path: Path) -> None:
    own, faults = [words[3:] for words in LAST if words[:3] == ["python", "-m", "pytest"]]
    own_files = ["tests/handlers/acme", "tests/handlers/test_units.py"]
    assert own == [*own_files, "-k", "acme"]
    assert faults == ["tests/faults", "-k", "acme"]
    tests = passed(grown, tmp_path / "faults.xml", *faults, "-m", "not trial")
    assert len(tests) > 4


@pytest.mark.trial
def test_a_device_of_each_new_handler_is_read_switched_recorded_and_replayed(
    grown: Path, tmp_path: Path
) -> None:
    """Runs the page's commands of `pdu` on the simulators, and those of their archives."""
    pdu_commands = [words[1] for words in _commands(GUIDE) if words[0] == "pdu"]
    assert pdu_commands == ["new", "record", "replay", "status"]
    run(grown, "packaging/build.py", *NEW_HANDLERS)
    for name in NEW_HANDLERS:
        (archive,) = (grown / "dist").glob(f"pdu_{name}-*.tar.gz")
        recording = tmp_path / f"{name}.json"
        program = _ON_SIMULATOR.format(name=name, archive=archive, file=recording)
        assert "all of it is right" in run(grown, "-c", program)


# Reads, switches and records the simulated PDU of a handler, as people do.
_ON_SIMULATOR = """
import os, subprocess, sys
from pathlib import Path
from pdu.recordings import handler_recordings
from tests.servers.peers.unit_pdus import UnitPeers

peers, file = UnitPeers("{name}"), Path("{file}")
with peers.peer() as peer:
    host = f"{{peer.address}}:{{peer.settings['port']}}"
    keys = ("username", "scheme")
    given = [word for key in keys if key in peer.settings for word in
             (["-s", f"{{key}}={{peer.settings[key]}}"])]

    def pdu(*words):
        done = subprocess.run(
            [sys.executable, "-m", "pdu", *words, *given], text=True, capture_output=True,
            env={{**os.environ, "PDU_PASSWORD": peer.settings["password"]}}, timeout=300,
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    for handler in ("{name}", "{archive}"):
        assert "8 outlets: 7 on, 1 off" in pdu("status", handler, host)
        pdu("on", handler, host, "3", "--yes")
        assert peer.truth().states["3"] is True
        pdu("off", handler, host, "3", "--yes")
        assert peer.truth().states["3"] is False
    assert "{name}" in pdu("identify", host, "--handler", "{name}")
    pdu("record", "{name}", host, "--out", str(file))
    for recording in (str(file), "tests/handlers/{name}/recording.har"):
        # exit 0: all was tried, and nothing is broken
        pdu("handler", "check", "{archive}", "--replay", recording)
handler, kind = handler_recordings.handler_of_recording(file.read_text(), str(file))
served = kind.serve(file.read_text(), 0)
host = f"{{served.host}}:{{served.port}}"
assert handler == "{name}" and "8 outlets: 7 on, 1 off" in pdu("status", handler, host)
served.close()
print("all of it is right")
"""


@pytest.mark.trial
def test_new_families_pass_the_tests_of_all_families(grown: Path, tmp_path: Path) -> None:
    # tests with devices of no family, which the new families must not detect
    tests_of_unknown_devices = (
        "tests/pdu/inspection/test_identify_snmp.py",
        "tests/pdu/outlets/test_identify.py",
        "tests/pdu/monitoring/test_find.py",
    )
    tests = passed(
        grown,
        tmp_path / "report.xml",
        "tests/handlers/snmp",
        *tests_of_unknown_devices,
        "-k",
        "globex or acme-strip or no_family_fits or become_a_list or the_example or"
        " mistake_in_a_fixture or test_cases or test_families or"
        " test_evidence or test_profile or test_schema or test_siblings",
    )
    for key in ("globex", "acme-strip"):
        assert len([name for name in tests if key in name]) > 10
    names_of_new_families = re.compile("globex|acme-strip")
    tests_of_tools = [name for name in tests if re.search(r"tests\.pdu\.(outlets|mon)", name)]
    # the others are of all families at once
    tests_of_all = [name for name in tests_of_tools if not names_of_new_families.search(name)]
    assert len(tests_of_all) == 2


@pytest.mark.trial
def test_the_help_build_and_conformance_include_new_handlers(
    grown: Path,
) -> None:
    """Runs the page's commands except pytest, mypy and pdu.

    Builds all of them, and tries two forms of the platform.
    """
    words_of_help = run(grown, "-m", "pdu", "--help").replace(",", " ").split()
    assert set(NEW_HANDLERS) <= set(words_of_help)
    two_forms = (
        "import sys; from tests.conformance import __main__ as made;"
        " made.VARIANTS = made.VARIANTS[:2]; sys.exit(made.main(sys.argv[1:]))"
    )
    programs = []
    for program, *arguments in LAST:
        name = arguments[1] if arguments[0] == "-m" else arguments[0]
        # these have their own tests; pdu needs a real device
        if program != "python" or name in ("pytest", "mypy"):
            continue
        programs.append(name)
        if name == "tests.conformance":
            run(grown, "-c", two_forms, *arguments[2:])
        else:
            run(grown, *arguments, *NEW_HANDLERS)
    assert sorted(programs) == ["packaging/build.py", "tests.conformance"]
    archives = [path.name.partition("-")[0] for path in (grown / "dist").glob("*.tar.gz")]
    assert sorted(archives) == sorted(f"pdu_{name}" for name in NEW_HANDLERS)
    script = (grown / "dist" / "register.sh").read_text("utf-8")
    assert '"name": "Acme & Sons PDUs", "protocol": ["custom"]' in script


@pytest.mark.trial
def test_mypy_and_ruff_accept_what_is_made(grown: Path) -> None:
    run(grown, "-m", "ruff", "check")
    # mypy's cache of `make lint` is valid for unchanged files
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(ROOT / _MYPY_CACHE, grown / _MYPY_CACHE, copy_function=_copy)
    paths = [
        f"{folder}/{name}" for name in NEW_HANDLERS for folder in ("handlers", "tests/handlers")
    ]
    paths += [f"tests/simulators/{name}.py" for name in NEW_HANDLERS]
    assert ["python", "-m", "mypy"] in LAST
    run(grown, "-m", "mypy", *paths, "handlers/snmp/profiles/globex.py")


@pytest.mark.trial
@pytest.mark.skipif(sys.version_info < (3, 10), reason="import-linter needs Python 3.10")
def test_the_contract_of_imports_lists_a_new_handler_and_is_kept(grown: Path) -> None:
    layer = " | ".join(sorted([*registry.names(), "acme"]))
    assert f'"{layer}",' in (grown / "pyproject.toml").read_text("utf-8")
    assert "0 broken" in run(grown, "-c", _LINT_IMPORTS)


def test_the_page_has_at_most_1000_words() -> None:
    assert len(GUIDE.split()) <= 1000


def test_each_file_that_the_page_names_is_there_or_is_made() -> None:
    made_files = {str(path) for path in handler_files(ROOT, "acme", None)}
    possible_files = {"tests/servers/peers/acme.py", "tests/faults/protocols/acme.py"}
    named_files = set(re.findall(r"`((?:[\w-]+/)+[\w.-]+)`", GUIDE))
    other_files = named_files - made_files - possible_files
    assert len(other_files) > 8
    for path in other_files:
        assert (ROOT / path).exists(), path


def test_the_page_shows_code_of_what_is_made() -> None:
    (block,) = re.findall(r"(?ms)^```python\n(.*?)^```$", GUIDE)
    files = handler_files(ROOT, "acme", None)
    assert block in files[Path("handlers/acme/decoding.py")]


def test_the_page_names_only_fields_and_functions_that_exist() -> None:
    _, _, rest = GUIDE.partition("\n## 2.")
    section, _, _ = rest.partition("\n## ")
    words = set(re.findall(r"`(\w+)`", section)) - set(keyword.kwlist)
    assert {"WriteRequest", "reason", "read_unit"} <= words

    names = {"LOGIN"}
    for module in (dialogue, errors, unit_requests, meter_figures):
        names.update(vars(module))
    for record in (
        dialogue.Outlet,
        dialogue.PduState,
        dialogue.ReadRequest,
        dialogue.WriteRequest,
        login_forms.DigestLogin,
        login_forms.FieldLogin,
        login_forms.SessionLogin,
    ):
        names.update(record.__annotations__)
    for kind in (dialogue.Codec, dialogue.HttpPdu):
        names.update(name for name in dir(kind) if not name.startswith("_"))
    assert words <= names, words - names


@pytest.fixture(scope="module", name="small")
def _small_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the parts of the project that `pdu new` reads.

    Shared by tests after which it must be as it was; `written` ends what one of them changes.
    """
    folder = tmp_path_factory.mktemp("small")
    for name in ("common", "pdu_common", "handlers", "pdu", "packaging", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT, copy_function=_copy)
    for name in ("CONTRIBUTING.md", "README.md", "README.ru.md", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder)
    return folder


@contextlib.contextmanager
def written(file: Path, content: bytes) -> Iterator[None]:
    """The file has this content meanwhile; its folders stay."""
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    try:
        yield
    finally:
        file.unlink()
        if before is not None:
            file.write_bytes(before)


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_a_new_handler_or_family_is_refused_or_placed_as_the_lines_say(
    case: Case, small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is refused writes nothing."""
    monkeypatch.chdir(small)
    *files, line = case.left.split(TABLE.separator)
    word, *arguments = line.split(" ")
    if word == "place":
        case.check(vendors_beside(arguments[0]))
        return
    with contextlib.ExitStack() as stack:
        for file in files:
            path, _, text = file.removeprefix("file ").partition(" = ")
            content = text.encode().decode("unicode_escape").encode("latin-1")
            stack.enter_context(written(small / path, content))
        before = _files(small)
        code = root.run(("new", *arguments))
        assert _files(small) == before
    sentence = " ".join(capsys.readouterr().err.split())
    case.check(f"{code} {sentence}".replace(str(small), "TREE").replace(json.__file__, "FILE"))


def vendors_beside(file: str) -> str:
    """The vendors before and after a new one; each comment stays above its own entry."""
    ((table, text),) = families_table(ROOT, f"{file}-strip").items()
    assert text.replace(f"    {file},\n", "") == (ROOT / table).read_text("utf-8")
    imports, _, vendors = text.partition("VENDORS = (\n")
    assert f"    {file},\n" in imports
    names = ["", *re.findall(r"(?m)^    (\w+),$", vendors)]
    place = names.index(file)
    return " ".join(names[place - 1 : place + 2]).strip()


def test_a_vendors_name_with_a_word_of_the_example_is_kept() -> None:
    files = family_files(ROOT, "globex-strip8", "ACME Acme")
    text = files[Path("handlers/snmp/profiles/globex.py")]
    assert 'vendor="ACME Acme",' in text
    assert 'mib="GLOBEX-MIB",' in text


def test_a_title_and_a_name_with_a_word_of_the_example_are_kept() -> None:
    files = handler_files(ROOT, "revolt", "Supervolt 2000", "http")
    assert 'SHOWN = "Supervolt 2000 PDUs"' in files[Path("revolt", "about.py")]
    assert "class RevoltPdu(BasePdu):" in files[Path("revolt", "handler.py")]


def test_no_line_is_too_long_for_ruff_with_the_longest_name_and_title() -> None:
    title, family = 61 * "T", f"{21 * 'v'}-{30 * 'm'}"
    files = {**family_files(ROOT, family, title), **families_table(ROOT, family)}
    for shape in SHAPES:
        files.update(handler_files(ROOT, 31 * "n", title, shape))
    assert len(files) > 10
    for path, text in files.items():
        longest_line = max(text.splitlines(), key=len, default="")
        assert path.suffix != ".py" or len(longest_line) <= 100, path


def test_ruff_accepts_the_folder_of_a_handler_in_a_clone(tmp_path: Path) -> None:
    for path, text in {
        **handler_files(ROOT, "acme", "Acme", "platform"),
        **handler_files(ROOT, "bolt", "Bolt", "http"),
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    run(tmp_path, "-m", "ruff", "check", "--no-cache")
    run(tmp_path, "-m", "ruff", "format", "--check", "--no-cache")


def _files(tree: Path) -> dict[Path, bytes]:
    """The content of each file of the tree, without what Python caches."""
    content_by_path = {}
    for path in tree.rglob("*"):
        if path.is_file() and path.parent.name != "__pycache__":
            content_by_path[path] = path.read_bytes()
    return content_by_path


def test_if_the_pages_are_not_written_in_time_the_error_is_one_line_and_the_tree_stays_as_it_was(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _files(small)
    monkeypatch.chdir(small)
    monkeypatch.setattr(new, "_PAGES_S", 0.001)
    assert root.run(("new", "acme")) == 2
    message = capsys.readouterr().err
    assert "packaging/readme.py took more than 0.001 s; nothing was made" in message
    assert message.count("\n") == 1
    assert _files(small) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_after_a_signal_the_tree_is_as_it_was(
    number: signal.Signals, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _files(small)

    def signalled(*_: object, **__: object) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.chdir(small)
    monkeypatch.setattr("pdu.workshop.new.subprocess.run", signalled)
    assert root.run(("new", "acme")) == INTERRUPTED
    assert _files(small) == before
    assert not (small / "handlers" / "acme").exists()


def test_if_a_page_cannot_be_written_the_error_is_one_line_and_the_tree_stays_as_it_was(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    # readme.py writes docs/devices.md before it fails at this page.
    page = small / "docs" / "settings.md"
    with written(page, page.read_bytes().replace(b"<!-- settings-nut:begin -->", b"")):
        before = _files(small)
        assert root.run(("new", "globex-strip8", "--snmp")) == 2
        message = capsys.readouterr().err
        assert "packaging/readme.py failed (ValueError: " in message
        assert "nothing was made" in message
        assert message.count("\n") == 1
        assert _files(small) == before
