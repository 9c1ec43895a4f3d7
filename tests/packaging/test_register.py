"""`register.sh` with the real curl against the stand-in for DCImanager: what it registers and
uploads, the ids that it remembers, its dry run, where the password comes from and who sees it, and
its standard streams.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable

import pytest

from pdu.loading.handler_archives import pack_archive
from tests import terminal
from tests.dcimanager.api import Answer, Request, answer_error, answer_json
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT, program
from tests.waiting import PATIENCE_S

from .building import archive, register_script, small_tree
from .registering import (
    CREATE,
    LIST,
    SHELLS,
    UPLOAD,
    Admin,
    answering,
    assert_failed,
    calls,
    without_list,
)

pytestmark = pytest.mark.against("curl")
Serve = Callable[[Request], Answer]


def remembered(ids: Path) -> list[str]:
    """The lines of the file of ids, without the content that was uploaded."""
    return sorted(" ".join(line.split()[:3]) for line in ids.read_text().splitlines())


def uploads(manager: DciManager) -> list[tuple[int, str, int]]:
    return [(handler.id, handler.handler, handler.uploads) for handler in manager.handlers()]


def register_snmp(manager: DciManager) -> None:
    """Registers pdu_snmp as another machine did, under the id 1."""
    manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])


# ---- what is registered and uploaded ----


@pytest.mark.sample(1)
@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_run_registers_and_the_second_uploads_again(
    admin: Admin, manager: DciManager, shell: str
) -> None:
    path = admin.shell(shell)
    first = admin.run(manager, shell=path)
    assert (first.code, first.err) == (0, "")
    assert [
        (h.handler, h.protocol, h.features, h.device_type, h.import_path, h.uploads)
        for h in manager.handlers()
    ] == [
        ("pdu_small", ["custom"], [], "pdu", "pdu_small.handler", 1),
        ("pdu_snmp", ["snmp"], [], "pdu", "pdu_snmp.handler", 1),
    ]
    assert 'registered as "Small small" with id 1' in first.out and "id 2" in first.out
    second = admin.run(manager, shell=path)
    assert (second.code, second.err) == (0, "") and "registered as" not in second.out
    assert all(run.out.splitlines()[-1].startswith("next: ") for run in (first, second))
    assert uploads(manager) == [(1, "pdu_small", 2), (2, "pdu_snmp", 2)]
    assert admin.left_behind() == []


def test_a_handler_that_is_named_twice_is_uploaded_once(admin: Admin, manager: DciManager) -> None:
    assert admin.run(manager, "small", "pdu_small").code == 0
    assert uploads(manager) == [(1, "pdu_small", 1)]


def test_a_handler_of_the_same_name_for_other_devices_is_not_replaced(
    admin: Admin, manager: DciManager
) -> None:
    manager.store.create("switch", "pdu_snmp", "Ours", ["snmp"], [])
    run = admin.run(manager, "snmp")
    assert_failed(run, 1, "another handler named pdu_snmp (id 1), for devices of the type switch")
    assert calls(manager, CREATE) == 0 and uploads(manager) == [(1, "pdu_snmp", 0)]


def test_the_option_archive_uploads_that_very_file(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    older = tmp_path / "older.tar.gz"
    older.write_bytes(archive(small_tree(tmp_path / "older", version="0.9"), "small"))
    assert admin.run(manager, "--archive", older.name, folder=tmp_path).code == 0
    assert older.read_bytes() in manager.requests[-1].body
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert "0.9" in pdu.ports


def test_each_upload_says_what_it_uploads_and_what_this_script_uploaded_before(
    admin: Admin, manager: DciManager
) -> None:
    first = admin.run(manager, "small")
    (content,) = re.findall(r"archive uploaded, (1\.0\+c[0-9a-f]{12}), import path", first.out)
    again = admin.run(manager, "small")
    assert f"archive uploaded, {content} (before: {content}), import path" in again.out


def test_files_of_the_clone_that_are_newer_than_an_archive_are_named(
    admin: Admin, manager: DciManager
) -> None:
    """After `git pull` without `make packages`, dist/ has the old archives."""
    clone = admin.script.parent.parent
    for path in ("packaging/build.py", "handlers/nut/reader.py"):
        (clone / path).parent.mkdir(parents=True)
        (clone / path).touch()
    for path, time in (("packaging/build.py", 1_000), ("handlers/nut/reader.py", 4_000_000_000)):
        os.utime(clone / path, (time, time))
    run = admin.run(manager, "small")
    words = "note: handlers/nut/reader.py is newer than pdu_small-1.0.tar.gz; to build what you have: make packages"
    assert run.code == 0 and words in run.out.splitlines()
    os.utime(clone / "handlers/nut/reader.py", (1_000, 1_000))
    assert "is newer" not in admin.run(manager, "small").out


def test_a_name_for_a_registered_handler_is_told_to_have_no_effect(
    admin: Admin, manager: DciManager
) -> None:
    register_snmp(manager)
    archive_ = str(admin.archive("snmp"))
    run = admin.run(manager, "--archive", archive_, "--name", "Mine")
    assert run.code == 0 and "--name is for a new handler" in run.out
    assert [handler.name for handler in manager.handlers()] == ["Small snmp"]


@pytest.mark.parametrize("locale", ["C", "KOI8-R", "CP1251"])
def test_letters_of_any_script_arrive_in_any_locale(
    admin: Admin, manager: DciManager, tmp_path: Path, locale: str
) -> None:
    """A shell in an old locale; `about.py` has its texts as Python writes them."""
    environment: dict[str, Any] = {"LC_ALL": locale}
    if locale != "C":
        locale_folder = tmp_path / f"ru_RU.{locale}"
        definition = ["localedef", "-c", "-i", "ru_RU", "-f", locale, str(locale_folder)]
        if not Path("/usr/share/i18n/locales/ru_RU").exists():
            pytest.skip("the sources of locales are missing: apt-get install locales")
        subprocess.run(definition, check=True, capture_output=True, timeout=PATIENCE_S)
        environment = {"LC_ALL": locale_folder.name, "LOCPATH": str(tmp_path)}
    tree = small_tree(tmp_path / "own")
    members = {
        "own/__init__.py": b"",
        "own/handler.py": (tree / "small" / "handler.py").read_bytes(),
        "own/about.py": "SHOWN = 'Стойка \"1\"'\nPROTOCOL = 'custom'\n".encode(),
    }
    file = tmp_path / "own.tar.gz"
    file.write_bytes(pack_archive(members, "0" * 64))
    dry = admin.run(manager, "--dry-run", "--archive", str(file), **environment)
    assert (dry.code, dry.err) == (0, "") and '"name": "Стойка \\"1\\""' in dry.out
    assert admin.run(manager, "--archive", str(file), **environment).code == 0
    assert [(h.name, h.protocol) for h in manager.handlers()] == [('Стойка "1"', ["custom"])]


def test_the_script_uploads_its_own_version_among_archives_of_two_versions(
    admin: Admin, manager: DciManager
) -> None:
    register_script(admin.script.parent, "small", version="2.0")
    assert admin.run(manager).code == 0
    assert (admin.script.parent / "pdu_small-2.0.tar.gz").read_bytes() in manager.requests[-1].body


# ---- ids ----


def test_an_id_is_found_in_the_list_when_the_file_is_lost(
    admin: Admin, manager: DciManager
) -> None:
    register_snmp(manager)
    assert admin.run(manager, "snmp").code == 0
    assert uploads(manager) == [(1, "pdu_snmp", 1)]


def test_a_given_id_is_used_without_the_list(admin: Admin, manager: DciManager) -> None:
    register_snmp(manager)
    assert admin.run(manager, "--id", "1", "snmp").code == 0
    assert uploads(manager) == [(1, "pdu_snmp", 1)] and calls(manager, LIST) == 0


def test_ids_are_remembered_for_each_server(admin: Admin) -> None:
    """Where there is no list, the file alone says that a handler is registered."""
    with DciManager(wrap=without_list()) as first, DciManager(wrap=without_list()) as second:
        assert admin.run(first, "snmp").code == 0
        assert admin.run(second).code == 0
        assert admin.run(first, "snmp").code == 0
        assert uploads(first) == [(1, "pdu_snmp", 2)]
        assert remembered(admin.ids) == sorted(
            [f"{first.url} pdu_snmp 1", f"{second.url} pdu_small 1", f"{second.url} pdu_snmp 2"]
        )


def test_a_remembered_id_that_the_list_shows_for_another_handler_is_not_used(
    admin: Admin, manager: DciManager
) -> None:
    """A server that was set up anew may count its ids from 1 again."""
    manager.store.create("pdu", "pdu_small", "Small small", ["custom"], [])
    admin.ids.write_text(f"{manager.url} pdu_snmp 1\n")
    assert admin.run(manager, "snmp").code == 0
    assert uploads(manager) == [(1, "pdu_small", 0), (2, "pdu_snmp", 1)]
    assert remembered(admin.ids) == [f"{manager.url} pdu_snmp 2"]


def test_the_files_of_ids_and_authorities_may_have_relative_paths(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    (tmp_path / "my ca.pem").write_bytes(manager.ca_file.read_bytes())
    files = {"DCI_IDS": "my=ids", "CURL_CA_BUNDLE": "my ca.pem"}
    assert admin.run(manager, "snmp", folder=tmp_path, **files).code == 0
    assert remembered(tmp_path / "my=ids") == [f"{manager.url} pdu_snmp 1"]
    assert not admin.ids.exists()


@pytest.mark.parametrize("start", ["absolute", "relative", "same", "link"])
def test_archives_and_ids_are_found_from_any_directory(
    admin: Admin, tmp_path: Path, start: str
) -> None:
    place = admin.script.parent
    # with it, `cd` prints the folder that it finds in it
    environment = admin.environment(None, DCI_URL="https://dci", CDPATH=str(tmp_path))
    folder, name = {
        "absolute": (Path("/"), str(admin.script)),
        "relative": (tmp_path, f"{place.name}/register.sh"),
        "same": (place, "register.sh"),
        "link": (tmp_path, "linked folder/register.sh"),
    }[start]
    (tmp_path / "linked folder").symlink_to(place)
    admin.ids.write_text("https://dci pdu_snmp 7\n")
    process = subprocess.run(
        ["sh", name, "--dry-run", "snmp"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert "known under id 7" in process.stdout and "/pdu_snmp-1.0.tar.gz" in process.stdout


# ---- dry run and help ----


def test_a_dry_run_sends_nothing_and_shows_each_call_without_a_secret(
    admin: Admin, manager: DciManager
) -> None:
    dry_run = admin.run(manager, "--dry-run")
    assert (dry_run.code, dry_run.err, manager.requests) == (0, "", [])
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
    assert dry_run.code == 0 and "<DCI_URL>/api/" in dry_run.out
    assert "https://<DCI_URL>" not in dry_run.out


def test_the_help_names_every_dci_variable_and_every_option_and_exit_code(admin: Admin) -> None:
    help_run = admin.run(None, "--help")
    assert help_run.code == 0
    text = admin.script.read_text()
    code = text.partition("\n# ---- settings")[2]
    variables = set(re.findall(r"\b(DCI_[A-Z_]+)\b", code))
    assert len(variables) == 7 and all(f"\n  {name}" in help_run.out for name in variables)
    options = set(re.findall(r"(--[a-z-]+)(?= \||\))", code))
    assert len(options) == 8 and all(f"\n  {word} " in help_run.out for word in options)
    codes = set(re.findall(r"\b(?:stop|interrupt|exit) (\d+)\b", text)) | {"0"}
    listed = re.findall(r"(?m)(?:^|\s)(\d+)(?=,? )", help_run.out.partition("\nExit codes:\n")[2])
    assert set(listed) == codes and len(listed) == len(codes) == 12


@pytest.mark.against("shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    process = subprocess.run(
        [program("shellcheck"), str(ROOT / "packaging" / "register.sh")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (process.returncode, process.stdout) == (0, "")


# ---- the password ----

REFUSAL = answer_error(400, 1, "no")


def bodies(manager: DciManager) -> list[dict[str, str]]:
    return [json.loads(request.body) for request in manager.requests]


def test_the_password_may_come_from_the_first_line_of_a_file(admin: Admin, tmp_path: Path) -> None:
    secret = tmp_path / "pass word"
    secret.write_bytes("\ufeffs3cret line\r\nmore\n".encode())
    secret.chmod(0o640)
    with DciManager(wrap=lambda request, serve: REFUSAL) as manager:
        assert admin.run(manager, DCI_PASSWORD="", DCI_PASSWORD_FILE=str(secret)).code == 3
        assert [body["password"] for body in bodies(manager)] == ["s3cret line"]


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_file_of_a_password_that_others_can_read_or_change_is_refused(
    admin: Admin, tmp_path: Path, mode: int
) -> None:
    secret = tmp_path / "pass word"
    secret.write_text("s3cret\n")
    secret.chmod(mode)
    with DciManager() as manager:
        run = admin.run(manager, DCI_PASSWORD="", DCI_PASSWORD_FILE=str(secret))
        assert_failed(run, 2, f"chmod g-w,o-rw '{secret}'")
        assert manager.requests == []


def test_any_password_arrives_unchanged(admin: Admin, tmp_path: Path) -> None:
    email = 'o\'neil+"x"@example.com'
    passwords = [
        'a"b\\c$(touch here) `touch here` $HOME %s %n tab\there line\nend\n'
        "пароль ☃ 🔑' ; #\x01\x1f\x7f\\u0041",
        "@/etc/passwd",
    ]
    with DciManager(wrap=lambda request, serve: REFUSAL) as manager:
        for secret in passwords:
            run = admin.run(manager, folder=tmp_path, DCI_EMAIL=email, DCI_PASSWORD=secret)
            assert run.code == 3, secret
        assert bodies(manager) == [{"email": email, "password": secret} for secret in passwords]
    assert not (tmp_path / "here").exists()


def test_the_password_is_asked_for_on_the_terminal_without_echo(
    admin: Admin, manager: DciManager
) -> None:
    output = terminal.run(
        admin.command("snmp"),
        admin.environment(manager, DCI_PASSWORD=""),
        "Password of admin@example.com: ",
        manager.password.encode() + b"\n",
    )
    assert output.code == 0 and "archive uploaded" in output.text
    assert manager.password not in output.text


@pytest.mark.parametrize(
    "variable, question",
    [("DCI_URL", "URL of DCImanager (https://…): "), ("DCI_EMAIL", "E-mail of an administrator: ")],
)
def test_blanks_around_a_url_or_an_email_that_was_pasted_are_ignored(
    admin: Admin, manager: DciManager, variable: str, question: str
) -> None:
    environment = admin.environment(manager)
    value = environment.pop(variable)
    output = terminal.run(admin.command("snmp"), environment, question, f" {value} \n".encode())
    assert output.code == 0 and "archive uploaded" in output.text


@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="/proc, with the process list, is only on Linux"
)
def test_no_secret_is_visible_in_the_process_list(admin: Admin) -> None:
    lines: list[str] = []
    tokens: set[str] = set()

    def look(request: Request, serve: Serve) -> Answer:
        lines.extend(command_lines())  # curl waits for the answer
        tokens.update(
            [request.headers["x-xsrf-token"]] if "x-xsrf-token" in request.headers else []
        )
        return serve(request)

    with DciManager(password="Very-Secret-77", wrap=look) as manager:
        assert admin.run(manager, "snmp").code == 0
    text, (token,) = "\n".join(lines), tokens
    assert "curl" in text and "register.sh" in text
    assert "Very-Secret-77" not in text and token not in text


def command_lines() -> list[str]:
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue  # the process has ended meanwhile
    return lines


def test_no_program_has_a_secret_as_an_argument_and_only_the_user_reads_curls_files(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    process_list, arguments = tmp_path / "seen", tmp_path / "arguments"
    admin.tool(
        "curl", f"{{ env; ls -lA . ..; }} >>'{process_list}'; exec '{program('curl')}' \"$@\""
    )
    admin.tool(
        "python3", f"{{ echo \"$*\"; env; }} >>'{arguments}'; exec '{sys.executable}' \"$@\""
    )
    # names of the script's own variables
    run = admin.run(manager, "snmp", password="exported", token="exported")  # noqa: S106
    assert (run.code, run.err) == (0, "")
    text, token = process_list.read_text(), manager.requests[-1].headers["x-xsrf-token"]
    assert manager.password not in text and token not in text
    words = arguments.read_text()
    assert manager.email in words and manager.password not in words and token not in words
    # the file with the password is there for the login alone
    assert text.count("DCI_URL=") == len(manager.requests) > 2 and text.count("login.json") == 1
    modes = re.findall(r"(?m)^([d-][rwxst-]{9}).* (\S+)$", text)
    assert {"login.json", "options"} < {name for _, name in modes}
    assert {mode[4:] for mode, _ in modes} == {"------"}


# ---- interruptions and standard streams ----


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_an_interrupted_run_cleans_up_and_the_next_one_goes_on(
    admin: Admin, number: signal.Signals
) -> None:
    at_create, released, first = threading.Event(), threading.Event(), [True]

    def hold(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        if (request.method, request.path) == CREATE and first:
            first.clear()
            at_create.set()
            released.wait(PATIENCE_S)
        return answer

    with DciManager(wrap=hold) as manager:
        process = subprocess.Popen(
            admin.command("snmp"),
            env=admin.environment(manager),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert at_create.wait(PATIENCE_S)
            while process.poll() is None:  # the script and its curl, over and over
                os.killpg(process.pid, number)
            _, err = process.communicate(timeout=PATIENCE_S)
        finally:
            released.set()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 128 + number and "run it again" in err
        assert admin.left_behind() == []
        if number == signal.SIGINT:
            assert admin.run(manager, "snmp").code == 0
            assert calls(manager, CREATE) == 1 and uploads(manager) == [(1, "pdu_snmp", 1)]


def test_a_run_whose_output_is_closed_cleans_up(admin: Admin, manager: DciManager) -> None:
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    try:
        process = subprocess.run(
            admin.command("snmp"),
            env=admin.environment(manager),
            stdin=subprocess.DEVNULL,
            stdout=writing_end,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
        )
    finally:
        os.close(writing_end)
    assert process.returncode == 128 + signal.SIGPIPE and "run it again" in process.stderr
    assert admin.left_behind() == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is only on Linux")
@pytest.mark.sample(3)
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("closing", [">/dev/full 2>&1", "<&- >&- 2>&-", "2>&-", ">&-", "<&-"])
def test_a_run_whose_outputs_are_closed_or_full_registers_the_handler(
    admin: Admin, manager: DciManager, shell: str, closing: str
) -> None:
    command = admin.command("snmp", shell=admin.shell(shell))
    process = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {closing}', *command],
        env=admin.environment(manager),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert process.returncode == 0, process.stderr
    assert uploads(manager) == [(1, "pdu_snmp", 1)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is only on Linux")
def test_an_error_that_cannot_be_printed_keeps_its_exit_code(admin: Admin) -> None:
    process = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" 2>/dev/full', *admin.command("nope")],
        env=admin.environment(None),
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
    )
    assert process.returncode == 2


@pytest.mark.parametrize("size", ["4k", "64k"])
def test_a_full_folder_for_temporary_files_is_named(
    admin: Admin, tmp_path: Path, size: str
) -> None:
    """The script's own files do not fit, or the copy of the archive does not."""
    mounted = subprocess.run(["unshare", "-m", "true"], capture_output=True, timeout=PATIENCE_S)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here: sudo make test, outside a container")
    handler = (small_tree(tmp_path / "own") / "small" / "handler.py").read_bytes()
    members = {"own/__init__.py": b"", "own/handler.py": handler, "own/data": os.urandom(99_000)}
    file = tmp_path / "own.tar.gz"
    file.write_bytes(pack_archive(members, "0" * 64))
    words = admin.command("--archive", str(file), "--protocol", "snmp")
    mount = f"mount -t tmpfs -o size={size} tmpfs '{admin.temporary}'"
    process = subprocess.run(
        ["unshare", "-m", "sh", "-c", f'{mount} && exec "$0" "$@"', *words],
        env=admin.environment(None, DCI_URL="https://127.0.0.1:1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    last = process.stderr.splitlines()[-1]
    assert (
        process.returncode == 2 and "TMPDIR names another" in last and "cannot be written" in last
    )


@pytest.mark.parametrize("answer", [Answer(204, b""), answer_json(200, {"error": None})])
def test_an_upload_succeeds_with_an_empty_answer_or_a_null_error(
    admin: Admin, answer: Answer
) -> None:
    with DciManager(wrap=answering(UPLOAD, answer)) as manager:
        assert admin.run(manager, "snmp").code == 0
        assert uploads(manager) == [(1, "pdu_snmp", 1)]
