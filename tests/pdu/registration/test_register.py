"""`pdu register` against the stand-in for DCImanager: what it registers and uploads, the ids that
it remembers, its dry run, and where the password comes from.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable
from unittest import mock

import pytest

from builder import command, script
from handlers import VERSION
from pdu import root
from pdu.loading.handler_archives import pack_archive
from pdu.registration import replies
from pdu.registration.known_ids import IdFile
from tests import terminal
from tests.dcimanager.api import Answer, Request, answer_error
from tests.dcimanager.manager import DciManager, Wrap
from tests.needs import ROOT, program
from tests.packaging import building
from tests.packaging.building import small_tree
from tests.packaging.registering import (
    CREATE,
    LIST,
    Admin,
    Run,
    answering,
    assert_failed,
    calls,
    without_list,
)
from tests.processes.forked import FORKED, run_pdu
from tests.tables import fits
from tests.waiting import PATIENCE_S


def remembered(ids: Path) -> list[str]:
    """The last line of each handler in the file of ids."""
    lines = {}
    for line in ids.read_text().splitlines():
        handler, _, _ = line.rpartition(" ")
        lines[handler] = line
    return sorted(lines.values())


def uploads(manager: DciManager) -> list[tuple[int, str, int]]:
    """The id, name and number of uploads of each handler."""
    return [(handler.id, handler.handler, handler.uploads) for handler in manager.handlers()]


def register_snmp(manager: DciManager) -> None:
    """Registers pdu_snmp as another machine did, under the id 1."""
    manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])


# ---- what is registered and uploaded ----


def test_a_run_says_what_it_did(admin: Admin, manager: DciManager) -> None:
    new = admin.run(manager)
    # as older versions wrote it
    admin.ids.write_text(f"{manager.url} pdu_small 1 1.0.0+c0a1b2c3d4e5f\n")
    again = admin.run(manager, "small", "--name", "pdu_small_try")
    assert (new.code, new.err, again.code, again.err) == (0, "", 0, "")
    lines = [
        f"Logged in to {manager.url} as {manager.email}.",
        'pdu_small: registered as "Small small" with id 1, protocol custom.',
        f"pdu_small: archive uploaded, {VERSION}+c.., import path pdu_small.handler, id 1.",
        'pdu_snmp: registered as "Small snmp" with id 2, protocol snmp.',
        f"pdu_snmp: archive uploaded, {VERSION}+c.., import path pdu_snmp.handler, id 2.",
        "next: for a new PDU, .. CHANGELOG.md says what an upgrade asks of you",
    ]
    lines_beside = [
        lines[0],
        'pdu_small_try: registered as "pdu_small_try" with id 3, protocol custom.',
        "pdu_small_try: archive uploaded, .., import path pdu_small_try.handler, id 3.",
        lines[5],
    ]
    for run, expected_lines in ((new, lines), (again, lines_beside)):
        shown_lines = run.out.splitlines()
        assert len(shown_lines) == len(expected_lines)
        for shown_line, expected_line in zip(shown_lines, expected_lines):
            assert fits(shown_line, expected_line)


def test_json_has_what_was_uploaded_and_the_error(admin: Admin) -> None:
    refusals = [answer_error(400, 1002, "no such protocol")]
    with DciManager(wrap=answering(CREATE, *refusals, is_done=False)) as manager:
        first = admin.run(manager, "--json")
        second = admin.run(manager, "--json", "small")
        third = admin.run(manager, "--json", "small", DCI_URL="https://127.0.0.1:1")
    row = {"handler": "pdu_snmp", "id": "1", "is_new": True, "import_path": "pdu_snmp.handler"}
    document = json.loads(first.out)
    assert first == Run(6, first.out, "")
    assert document["handlers"][0].pop("content").startswith(f"{VERSION}+c")
    assert document["handlers"] == [row]
    reason = document["error"].pop("reason")
    assert "1 of 2 handlers were refused, the others are uploaded: pdu_small: " in reason
    error = {"kind": "refused", "host": manager.url, "operation": "", "exit_code": 6}
    assert document["error"] == error

    document = json.loads(second.out)
    assert second == Run(0, second.out, "")
    assert [*document] == ["handlers"]
    assert [uploaded["id"] for uploaded in document["handlers"]] == ["2"]

    document = json.loads(third.out)
    assert (third.code, document["handlers"]) == (3, [])
    assert document["error"]["kind"] == "unreachable"


def test_a_handler_is_registered_with_its_protocol_and_import_path(
    admin: Admin, manager: DciManager
) -> None:
    admin.run(manager)
    small, snmp = manager.handlers()
    assert (small.handler, small.import_path) == ("pdu_small", "pdu_small.handler")
    assert small.protocol == ["custom"]
    assert (snmp.handler, snmp.import_path) == ("pdu_snmp", "pdu_snmp.handler")
    assert snmp.protocol == ["snmp"]
    for handler in (small, snmp):
        assert handler.device_type == "pdu"
        assert handler.features == []


def test_an_older_archive_is_uploaded_as_it_is(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    older = building.small_pack(tmp_path / "older", "small", version="0.9")
    path = older / "pdu_small-0.9.tar.gz"
    assert admin.run(manager, str(path)).code == 0
    assert path.read_bytes() in manager.requests[-1].body
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert "0.9" in pdu.ports


def _listed(admin: Admin) -> list[Any]:
    """The archives of the handler small in the list as JSON."""
    run = admin.run(None, "--list", "small", "--json")
    archives: list[Any] = json.loads(run.out)["archives"]
    return archives


@pytest.mark.parametrize(
    "words, has_snmp",
    [
        pytest.param(["--list"], True, id="all"),
        pytest.param(["--list", "small"], False, id="by name"),
        pytest.param(["--list", "pdu_small"], False, id="by the name of the archive"),
    ],
)
def test_the_list_has_older_versions(admin: Admin, words: list[str], has_snmp: bool) -> None:
    (admin.dist / "notes.tar.gz").write_text("no archive")
    older = building.small_pack(admin.dist, "small", version="0.9") / "pdu_small-0.9.tar.gz"

    run = admin.run(None, *words)

    assert (run.code, run.err) == (0, "")
    assert "pdu register with its path" in run.out
    assert ("pdu_snmp" in run.out) is has_snmp
    assert str(older) in run.out
    assert "0.9+c" in run.out
    assert "notes" not in run.out


def _build(tree: Path, dist: Path, remark: str) -> None:
    """Build the handler small with this remark at the end of its code."""
    reader = tree / "small" / "handler.py"
    source = reader.read_text().partition("\n# ")[0]
    reader.write_text(f"{source}\n# {remark}\n")
    command.build(tree, dist, [script.Handler("small", "Small", "custom")])


def test_the_list_leads_back_to_a_replaced_build(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    admin.run(manager, "small")
    first = admin.archive("small").read_bytes()
    _build(small_tree(tmp_path / "tree", version=VERSION), admin.dist, "changed")

    (replaced,) = [row for row in _listed(admin) if not row["is_newest_build"]]

    assert replaced["path"].startswith(f"{admin.dist}/previous/pdu_small-{VERSION}+c")
    assert admin.run(manager, replaced["path"]).code == 0
    assert first in manager.requests[-1].body


def test_a_replaced_build_that_is_built_again_is_in_the_list_once(
    admin: Admin, tmp_path: Path
) -> None:
    building.small_pack(admin.dist, "small", version="0.9")
    tree = small_tree(tmp_path / "tree", version=VERSION)
    for remark in ("changed", "changed once more", "changed"):
        _build(tree, admin.dist, remark)
    contents = [row["content"] for row in _listed(admin)]
    # of version 0.9, the first of this version, and the two of the tree
    assert len(contents) == 4
    assert len(set(contents)) == 4


def test_a_list_of_nothing_is_an_error(admin: Admin, tmp_path: Path) -> None:
    assert_failed(admin.run(None, "--list", "nut"), "settings", "has no archive of nut")
    admin.dist = tmp_path / "empty"
    admin.dist.mkdir()
    assert_failed(admin.run(None, "--list"), "settings", "has no archive", "make packages")
    (admin.dist / "pdu_x.tar.gz").symlink_to(tmp_path / "gone")
    assert_failed(admin.run(None, "--list"), "settings", "pdu_x.tar.gz cannot be read")


def test_an_archive_of_another_version_is_named(admin: Admin) -> None:
    admin.archive("small").rename(admin.dist / "pdu_small-0.9.tar.gz")
    run = admin.run(None, "small")
    assert_failed(run, "settings", "there is no archive", "pdu_small-0.9.tar.gz: give its path")


def test_files_of_the_clone_that_are_newer_than_an_archive_are_named(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    """After `git pull` without `make packages`, dist/ has the old archives."""
    clone = tmp_path / "clone"
    for path in ("packaging/build.py", "handlers/nut/reader.py"):
        (clone / path).parent.mkdir(parents=True)
        (clone / path).touch()
    admin.dist.rename(clone / "dist")
    admin.dist = clone / "dist"
    for path, time in (("packaging/build.py", 1_000), ("handlers/nut/reader.py", 4_000_000_000)):
        os.utime(clone / path, (time, time))
    own_archive = admin.dist / "small.tar.gz"
    shutil.copy(admin.archive("small"), own_archive)
    for name, build in (("small", "packaging/build.py, as before"), ("snmp", "make packages")):
        run = admin.run(manager, name)
        note = f"note: handlers/nut/reader.py is newer than pdu_{name}-{VERSION}.tar.gz; to build"
        assert run.code == 0
        assert f"{note} what you have: {build}\n" in run.out
    # that of anybody's handler has no files of the clone
    assert "is newer" not in admin.run(manager, str(own_archive)).out
    os.utime(clone / "handlers/nut/reader.py", (1_000, 1_000))
    assert "is newer" not in admin.run(manager, "small").out


def test_the_name_and_protocol_that_are_typed_are_those_of_a_handler_beside_the_one_in_use(
    admin: Admin, manager: DciManager
) -> None:
    register_snmp(manager)
    assert admin.run(manager, "snmp", "--name", "mine", "--protocol", "custom").code == 0
    in_use, beside = manager.handlers()
    assert (in_use.handler, in_use.uploads) == ("pdu_snmp", 0)
    assert (beside.handler, beside.name, beside.protocol) == ("mine", "mine", ["custom"])


def test_a_registration_that_was_not_sent_before_ctrl_c_is_not_remembered(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run would have to be told by hand whether the handler is registered."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("urllib3.Retry.sleep", interrupt)
    not_ready = [Answer(503, b"starting")]
    with DciManager(wrap=answering(CREATE, *not_ready, is_done=False)) as manager:
        run = admin.run(manager, "snmp")
        assert calls(manager, CREATE) == 1
    assert run.err.startswith("interrupted: ")
    assert remembered(admin.ids) == [f"{manager.url} pdu_snmp -"]


def test_letters_of_any_script_arrive(admin: Admin, manager: DciManager, tmp_path: Path) -> None:
    tree = small_tree(tmp_path / "tree")
    members = {
        "own/__init__.py": b"",
        "own/handler.py": (tree / "small" / "handler.py").read_bytes(),
        "own/about.py": "SHOWN = 'Стойка \"1\"'\nPROTOCOL = 'custom'\n".encode(),
    }
    file = tmp_path / "own.tar.gz"
    file.write_bytes(pack_archive(members, "0" * 64))

    dry = admin.run(manager, "--dry-run", str(file))
    assert (dry.code, dry.err) == (0, "")
    assert '"name": "Стойка \\"1\\""' in dry.out

    assert admin.run(manager, str(file)).code == 0
    (handler,) = manager.handlers()
    assert (handler.name, handler.protocol) == ('Стойка "1"', ["custom"])


# ---- ids ----


def test_ids_are_remembered_for_each_server(admin: Admin) -> None:
    """Where there is no list, the file alone says that a handler is registered."""
    with DciManager(wrap=without_list()) as first, DciManager(wrap=without_list()) as second:
        assert admin.run(first, "snmp").code == 0
        assert admin.run(second).code == 0
        assert admin.run(first, "snmp").code == 0
        assert uploads(first) == [(1, "pdu_snmp", 2)]
        expected = [
            f"{first.url} pdu_snmp 1",
            f"{second.url} pdu_small 1",
            f"{second.url} pdu_snmp 2",
        ]
        assert remembered(admin.ids) == sorted(expected)


@pytest.mark.parametrize("key", ["https://DCI.Example.com", "HTTPS://dci.example.com:443/"])
@pytest.mark.parametrize("address", ["https://dci.example.com", "HTTPS://DCI.example.com:443"])
def test_an_id_is_known_by_the_server_however_its_address_is_spelt(
    admin: Admin, key: str, address: str
) -> None:
    admin.ids.write_text(f"{key} pdu_snmp 7\nhttps://dci.example.com:8443 pdu_snmp 8\n")
    dry = admin.run(None, "--dry-run", "snmp", DCI_URL=address)
    assert "pdu_snmp: known under id 7\n" in dry.out, dry


@pytest.mark.parametrize("key", ["https://DCI.Example.com", "HTTPS://dci.example.com:443/"])
def test_a_new_id_counts_for_the_server_however_its_address_is_spelt(
    admin: Admin, key: str
) -> None:
    before = f"{key} pdu_snmp 7\nhttps://dci.example.com:8443 pdu_snmp 8\n"
    admin.ids.write_text(before)
    ids = IdFile(str(admin.ids), "https://dci.example.com")
    ids.remember("pdu_snmp", "9")
    ids.remember("pdu_snmp", "9")
    assert ids.known("pdu_snmp") == "9"
    assert admin.ids.read_text() == f"{before}https://dci.example.com pdu_snmp 9\n"
    ids.remember("pdu_snmp", "")
    assert ids.known("pdu_snmp") == ""


def test_the_last_line_of_a_handler_counts_and_a_link_to_the_file_stays(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    register_snmp(manager)
    real = tmp_path / "real ids"
    real.write_text(f"{manager.url} pdu_snmp ?\n{manager.url} pdu_snmp 1\n")
    admin.ids.symlink_to(real)
    dry = admin.run(manager, "--dry-run", "snmp")
    assert "pdu_snmp: known under id 1" in dry.out
    assert admin.run(manager, "snmp").code == 0
    assert admin.ids.is_symlink()
    assert remembered(real) == [f"{manager.url} pdu_snmp 1"]


@pytest.mark.parametrize("has_list", [True, False])
def test_two_runs_at_once_lose_nothing_and_register_one_handler_once(
    admin: Admin, tmp_path: Path, has_list: bool
) -> None:
    """Of two handlers, then of one. In two folders, as of two clones, where there is a list;
    without one, in one folder, as of two users, whose file alone says what is registered.
    """
    folders = [admin.dist, admin.dist]
    if has_list:
        folders[1] = shutil.copytree(admin.dist, tmp_path / "other")
    for pair in (("small", "snmp"), ("snmp", "snmp")):
        admin.ids.unlink(missing_ok=True)
        with DciManager(wrap=_slow_list() if has_list else without_list()) as manager:
            environment = admin.environment(manager)
            processes = []
            for folder, name, place in zip(folders, pair, ("a", "b")):
                state = {"XDG_STATE_HOME": "" if has_list else str(folder / place)}
                words = ["register", "--dist", str(folder), name]
                processes.append(
                    FORKED.Process(target=run_pdu, args=(words, {**environment, **state}))
                )
            for process in processes:
                process.start()
            for process in processes:
                process.join(PATIENCE_S)
            assert [process.exitcode for process in processes] == [0, 0]
            names = sorted(handler.handler for handler in manager.handlers())
            assert names == sorted({f"pdu_{name}" for name in pair})
            assert sum(handler.uploads for handler in manager.handlers()) == 2
            assert calls(manager, CREATE) == len(names)
            if not has_list:
                assert len(remembered(admin.ids)) == len(names)
        (folders[1] / "register.ids").unlink(missing_ok=True)
    if has_list:
        locks = (admin.home / ".local" / "state").glob("*/*")
        assert {lock.name.partition("_")[0] for lock in locks} == {"register-127.0.0.1"}


def _slow_list() -> Wrap:
    """The `wrap` of a DCImanager whose list two runs have asked for before one registers, if
    nothing keeps them apart, and which knows a name once.
    """
    is_asked_twice = threading.Barrier(2, timeout=1.0)

    def wrap(request: Request, serve: Callable[[Request], Answer]) -> Answer:
        answer = serve(request)
        if (request.method, request.path) == LIST:
            with contextlib.suppress(threading.BrokenBarrierError):
                is_asked_twice.wait()
        return answer

    return wrap


def test_a_folder_of_state_that_cannot_be_written_ends_the_run(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, "snmp", XDG_STATE_HOME="/proc/no/such")
    words = "/dcimanager-pdu-handlers/register-127.0.0.1_"
    assert_failed(run, "settings", f"/proc/no/such{words}", "XDG_STATE_HOME")
    assert manager.handlers() == []


# ---- the file of ids ----


def test_what_cannot_be_the_file_of_ids_is_refused_and_stays_as_it_is(
    admin: Admin, manager: DciManager
) -> None:
    good = "https://dci.example.com pdu_nut 7"
    for text, words in (
        (good, f"line 1, '{good}', has no line break at its end"),
        (f"{good}\n{good}", f"line 2, '{good}', has no line break at its end"),
        (f"\n{good}{good}\n", "line 2, "),
        ("https://dci.example.com pdu_nut 7/../../x\n", "line 1, "),
        ("https://dci.example.com pdu_nut\n", "line 1, "),
        ("https://dci.example.com pdu_nut 7\x00\n", "line 1, "),
    ):
        admin.ids.write_text(text)
        for arguments in (["snmp"], ["--dry-run", "snmp"]):
            run = admin.run(manager, *arguments)
            assert_failed(run, "settings", "register.ids", words, "correct or delete it")
        assert admin.ids.read_text() == text
    admin.ids.unlink()
    admin.ids.mkdir()
    words = "register.ids cannot be read (Is a directory)"
    assert_failed(admin.run(manager, "snmp"), "settings", words)
    admin.ids.rmdir()
    admin.ids.symlink_to("/proc/no/such/file")
    run = admin.run(manager, "snmp")
    assert_failed(run, "settings", "register.ids", "cannot be written", "--dist")
    assert manager.handlers() == []


def test_a_file_of_ids_that_cannot_be_read_ends_the_run(
    admin: Admin, manager: DciManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    admin.ids.write_text("")
    monkeypatch.setattr("pdu.files.whole_files.open", refused, raising=False)
    for arguments in (["snmp"], ["--dry-run", "snmp"]):
        run = admin.run(manager, *arguments, CURL_CA_BUNDLE="")
        assert_failed(run, "settings", f"the file of ids, {admin.ids} cannot be read (Permission")
    assert manager.requests == []


# ---- another name beside the handler in use ----


def test_a_handler_under_another_name_and_the_one_in_use_are_polled(
    admin: Admin, manager: DciManager
) -> None:
    admin.run(manager, "small")
    admin.run(manager, "small", "--name", "pdu_small_try")
    pdus = []
    for name in ("pdu_small", "pdu_small_try"):
        pdus.append(manager.add_pdu(name, name, "127.0.0.1", settings={"say": ""}))
    manager.poll()
    for pdu in pdus:
        assert [call.text for call in pdu.calls] == ["", ""]


# ---- dry run and help ----


def test_a_dry_run_sends_nothing_and_shows_each_call_without_a_secret(
    admin: Admin, manager: DciManager
) -> None:
    dry_run = admin.run(manager, "--dry-run")
    assert dry_run.code == 0
    assert dry_run.err == ""
    assert manager.requests == []
    assert manager.password not in dry_run.out
    for part in (
        "/api/auth/v4/public/token",
        CREATE[1],
        "/content",
        '"protocol": ["snmp"]',
        '"protocol": ["custom"]',
        "handler_import=pdu_small.handler",
        "isp-box-instance: true",
        "x-xsrf-token: <token>",
        "<password>",
        '-H "Content-Type: application/json"',
    ):
        assert part in dry_run.out


def test_a_dry_run_needs_no_settings(admin: Admin) -> None:
    dry_run = admin.run(None, "--dry-run", "snmp")
    assert dry_run.code == 0
    assert "curl -X POST '<DCI_URL>/api/" in dry_run.out


@pytest.mark.against("curl")
def test_curl_finds_the_file_of_a_pasted_dry_run(admin: Admin, tmp_path: Path) -> None:
    """Curl takes a semicolon for the end of the name, and a comma for the begin of another one."""
    program("curl")
    path = tmp_path / "a;type=b,c 'd' \"e\" $(touch here).tar.gz"
    path.write_bytes(admin.archive("small").read_bytes())
    dry = admin.run(None, "--dry-run", str(path), DCI_URL="https://127.0.0.1:1")
    last_command = dry.out[dry.out.rindex("curl -X POST") :]
    process = subprocess.run(
        ["sh", "-c", last_command],
        cwd=tmp_path,
        env=admin.environment(None),
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert process.returncode == 7  # no connection; 26: the file cannot be read
    assert not (tmp_path / "here").exists()


def test_the_help_names_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        root.run(["register", "--help"])
    text = capsys.readouterr().out
    code = (ROOT / "pdu" / "registration" / "settings.py").read_text()
    variables = set(re.findall(r"\b(DCI_[A-Z_]+|CURL_CA_BUNDLE)\b", code))
    assert len(variables) == 7, variables
    assert all(name in text for name in variables), variables


# ---- the password ----

REFUSAL = answer_error(400, 1, "no")


def bodies(manager: DciManager) -> list[dict[str, str]]:
    return [json.loads(request.body) for request in manager.requests]


def test_the_password_may_come_from_the_first_line_of_a_file(admin: Admin, tmp_path: Path) -> None:
    secret = tmp_path / "pass word"
    secret.write_bytes("\ufeffs3cret line\r\nmore\n".encode())
    secret.chmod(0o640)
    with DciManager(wrap=lambda request, serve: REFUSAL) as manager:
        run = admin.run(manager, DCI_PASSWORD="", DCI_PASSWORD_FILE=str(secret))
        assert_failed(run, "denied", "DCI_PASSWORD_FILE", str(secret))
        assert [body["password"] for body in bodies(manager)] == ["s3cret line"]


def test_a_file_of_a_password_that_others_can_read_is_refused(admin: Admin, tmp_path: Path) -> None:
    secret = tmp_path / "pass word"
    secret.write_text("s3cret\n")
    secret.chmod(0o644)
    with DciManager() as manager:
        run = admin.run(manager, DCI_PASSWORD="", DCI_PASSWORD_FILE=str(secret))
        assert_failed(run, "settings", f"chmod g-w,o-rw '{secret}'")
        assert manager.requests == []


def test_any_password_arrives_unchanged(admin: Admin) -> None:
    email = 'o\'neil+"x"@example.com'
    passwords = [
        'a"b\\c$(touch here) `touch here` $HOME %s %n tab\there line\nend\n'
        "пароль ☃ 🔑' ; #\x01\x1f\x7f\\u0041",
        "@/etc/passwd",
        "bytes \udcff",  # as the environment has a byte that is no UTF-8
    ]
    with DciManager(wrap=lambda request, serve: REFUSAL) as manager:
        for password in passwords:
            run = admin.run(manager, DCI_EMAIL=email, DCI_PASSWORD=password)
            assert run.code == 4, password
            body = manager.requests[-1].body.decode("utf-8", "surrogateescape")
            assert json.loads(body) == {"email": email, "password": password}
        assert len(manager.requests) == len(passwords)


def test_the_password_leaves_the_environment(admin: Admin, manager: DciManager) -> None:
    environment = admin.environment(manager)
    output = io.StringIO()
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        contextlib.redirect_stdout(output),
    ):
        assert root.run(["register", "--dist", str(admin.dist), "small"]) == 0
        assert "DCI_PASSWORD" not in os.environ
    assert manager.password not in output.getvalue()


@pytest.mark.parametrize(
    "variable, question, typed",
    [
        ("DCI_PASSWORD", "Password of admin@example.com: ", "{manager.password}\n"),
        ("DCI_URL", "URL of DCImanager (https://...): ", " {manager.url} \n"),
    ],
    ids=["a password without echo", "a URL that was pasted with blanks"],
)
def test_what_the_environment_lacks_is_asked_for_on_the_terminal(
    variable: str, question: str, typed: str, admin: Admin, manager: DciManager
) -> None:
    output = terminal.run(
        [sys.executable, "-m", "pdu", "register", "--dist", str(admin.dist), "snmp"],
        admin.environment(manager, **{variable: ""}),
        question,
        typed.format(manager=manager).encode(),
    )
    assert output.code == 0
    assert "archive uploaded" in output.text
    assert manager.password not in output.text


# ---- the end of a run ----


class _Unwritable(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_an_output_that_is_closed_ends_no_registration(admin: Admin, manager: DciManager) -> None:
    with (
        mock.patch.dict(os.environ, admin.environment(manager), clear=True),
        contextlib.redirect_stdout(_Unwritable()),
        pytest.raises(BrokenPipeError),
    ):
        root.run(["register", "--dist", str(admin.dist), "snmp"])
    assert uploads(manager) == [(1, "pdu_snmp", 1)]


def test_ctrl_c_names_the_handlers_that_are_done(admin: Admin) -> None:
    def stop() -> Callable[..., Any]:
        id_in = replies.id_in
        numbers = []

        def stopped(row: Any) -> str:
            numbers.append(id_in(row))
            if len(numbers) == 2:
                raise KeyboardInterrupt
            return numbers[-1]

        return stopped

    with DciManager() as manager:
        with mock.patch("pdu.registration.registrar.id_in", stop()):
            run = admin.run(manager)
        words = (
            "interrupted: uploaded: pdu_small (id 1); not known to be uploaded: pdu_snmp: run again"
            " for these\n"
        )
        assert (run.code, run.err) == (130, words)
        assert remembered(admin.ids)[1] == f"{manager.url} pdu_snmp ?"
        with mock.patch("pdu.registration.registrar.id_in", stop()):
            run = admin.run(manager, "--json")
        assert run.code == 0  # this run finds both in the list
        assert calls(manager, CREATE) == 2
        assert uploads(manager) == [(1, "pdu_small", 2), (2, "pdu_snmp", 1)]


def test_of_two_archives_of_one_name_none_is_uploaded(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    data = gzip.decompress(admin.archive("snmp").read_bytes())
    other = tmp_path / "other.tar.gz"
    other.write_bytes(gzip.compress(data, mtime=5))
    run = admin.run(manager, "snmp", str(other))
    assert_failed(run, "settings", "are both pdu_snmp: give one")
    assert manager.requests == []


def test_what_is_missing_in_a_clone_is_built_there(admin: Admin, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    (clone / "packaging").mkdir(parents=True)
    (clone / "packaging" / "build.py").touch()
    admin.dist = clone / "dist"
    for words in ([], ["snmp"]):
        run = admin.run(None, *words)
        assert_failed(run, "settings", "build it in this clone, by make packages or")
    run = admin.run(None, str(clone))
    advice = f"without a HANDLER, all archives of dist are taken, and with --dist {clone} those of"
    assert_failed(run, "settings", advice)


def test_shown_lines_are_pasted_by_a_shell_as_they_were_meant(admin: Admin) -> None:
    dry = admin.run(None, "--dry-run", "snmp", DCI_URL="https://[::1]:8443", DCI_EMAIL="o'n@x")
    _, _, calls = dry.out.partition("\n")
    first_call, _, _ = calls.partition("\n\n")
    words = shlex.split(first_call.replace("\\\n", " "))
    assert words[:4] == ["curl", "-X", "POST", "https://[::1]:8443/api/auth/v4/public/token"]
    assert json.loads(words[-1]) == {"email": "o'n@x", "password": "<password>"}
