"""`register.sh` when something fails."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from tests import terminal
from tests.dcimanager.api import Answer, Request, answer_error, answer_json
from tests.dcimanager.manager import DciManager
from tests.handlers.raritan.peer import Peer, http
from tests.needs import program
from tests.servers.scripted import serving
from tests.simulators.certificates import usual

from .building import packed
from .registering import Admin, Run
from .test_register import CREATE, LIST, calls

pytestmark = pytest.mark.against("curl")
Serve = Callable[[Request], Answer]


def is_call(request: Request, call: object) -> bool:
    return (request.method, request.path) == call


def assert_failed(run: Run, code: int, *words: str) -> None:
    assert run.code == code, run
    assert run.err.startswith("register.sh: ") and run.err.count("\n") == 1, run.err
    for word in words:
        assert word in run.err


def test_a_wrong_password_is_an_error_and_registers_nothing(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, DCI_PASSWORD="not-the-s3cret")
    assert_failed(run, 3, "login", "wrong e-mail or password", "DCI_EMAIL", "from DCI_PASSWORD")
    assert (
        len(manager.requests) == 1
        and manager.handlers() == []
        and "s3cret" not in run.out + run.err
    )
    assert admin.left_behind() == []


def test_an_expired_token_is_an_error_that_says_to_run_again(admin: Admin) -> None:
    with DciManager(token_seconds=0) as manager:
        assert_failed(admin.run(manager), 3, "3005", "run again", "administrator")
        assert manager.handlers() == []


def test_a_server_that_is_not_ready_is_tried_again_with_growing_pauses(admin: Admin) -> None:
    with DciManager(busy=2) as manager:
        run = admin.run(manager)
        assert (run.code, run.err) == (0, "") and run.out.count("(503)") == 2
        assert admin.pauses() == [1, 2] and calls(manager, CREATE) == 2


def test_a_registration_is_repeated_after_503(admin: Admin) -> None:
    seen = []

    def busy_at_create(request: Request, serve: Serve) -> Answer:
        seen.append(request)
        if is_call(request, CREATE) and sum(is_call(r, CREATE) for r in seen) == 1:
            return answer_error(503, 503, "starting")
        return serve(request)

    with DciManager(wrap=busy_at_create) as manager:
        assert admin.run(manager, "snmp", DCI_PAUSE="3").code == 0
        assert (
            calls(manager, CREATE) == 2 and len(manager.handlers()) == 1 and admin.pauses() == [3]
        )


def test_a_server_that_is_never_ready_is_tried_six_times(admin: Admin) -> None:
    with DciManager(busy=1000) as manager:
        assert_failed(admin.run(manager), 4, "503")
        assert len(manager.requests) == 6 and admin.pauses() == [1, 2, 4, 8, 16]


def test_a_refused_connection_is_tried_again_and_then_named(
    admin: Admin, manager: DciManager
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = "[::1]" if socket.has_dualstack_ipv6() else "127.0.0.1"
        # no_proxy covers the server
        run = admin.run(
            manager,
            DCI_URL=f"https://{host}:{unused.getsockname()[1]}/path",
            https_proxy="http://127.0.0.1:1",
        )
    assert_failed(run, 4, "refuses the connection", "DCI_URL")
    assert admin.pauses() == [1, 2, 4, 8, 16]


def test_an_untrusted_certificate_ends_the_run_before_the_password_is_sent(
    admin: Admin, manager: DciManager
) -> None:
    # the administrator's curl defaults must not weaken the check
    (admin.home / ".curlrc").write_text("insecure\n")
    assert_failed(
        admin.run(manager, CURL_CA_BUNDLE=""), 4, "not trusted", "DCI_INSECURE=1", "CURL_CA_BUNDLE"
    )
    assert manager.requests == [] and admin.pauses() == []


def test_an_untrusted_certificate_is_accepted_with_dci_insecure(
    admin: Admin, manager: DciManager
) -> None:
    assert admin.run(manager, CURL_CA_BUNDLE="", DCI_INSECURE="1").code == 0
    assert len(manager.handlers()) == 2


def test_a_server_without_tls_is_an_error(admin: Admin, manager: DciManager) -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(1000)

    with serving(speak) as port:
        run = admin.run(manager, DCI_URL=f"https://127.0.0.1:{port}")
    assert_failed(run, 4, "TLS handshake")


@pytest.mark.parametrize(
    "version, code", [(ssl.TLSVersion.TLSv1_1, 4), (ssl.TLSVersion.TLSv1_2, 0)]
)
def test_tls_below_1_2_is_refused_even_where_curl_would_accept_it(
    admin: Admin, manager: DciManager, tmp_path: Path, version: ssl.TLSVersion, code: int
) -> None:
    lenient = tmp_path / "openssl.cnf"
    lenient.write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
        "[c]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        manager.speak_only(version)
    run = admin.run(manager, OPENSSL_CONF=str(lenient))
    assert run.code == code, run
    assert bool(manager.requests) is (code == 0)


HOSTILE = 'no\u001b[2J\r\n"$(touch here)" `touch here` \u009b31m\u202e\u2066\u200f\ttab; ключ'


def test_a_refused_registration_is_shown_without_control_characters(
    admin: Admin, tmp_path: Path
) -> None:
    def refuse(request: Request, serve: Serve) -> Answer:
        return (
            answer_error(400, 1002, HOSTILE, {"a": ["b"]})
            if is_call(request, CREATE)
            else serve(request)
        )

    with DciManager(wrap=refuse) as manager:
        run = admin.run(manager, folder=tmp_path)
    assert_failed(run, 1, "pdu_small was not registered", "(code 1002)", "ключ", '"$(touch here)"')
    assert (
        not set(run.err[:-1]) & set("\x1b\r\n\t\u009b\u202e\u2066\u200f")
        and not (tmp_path / "here").exists()
    )
    assert (admin.script.parent / "register.ids").read_text() == ""


def test_a_refused_upload_keeps_the_id_for_the_next_run(admin: Admin) -> None:
    def refuse(request: Request, serve: Serve) -> Answer:
        return (
            answer_error(500, 7, "disk full")
            if request.path.endswith("/content")
            else serve(request)
        )

    with DciManager(wrap=refuse) as manager:
        assert_failed(admin.run(manager, "snmp"), 1, "id 1", "disk full")
        assert (admin.script.parent / "register.ids").read_text() == f"{manager.url} pdu_snmp 1\n"
        assert_failed(admin.run(manager, "snmp"), 1, "disk full")
        assert calls(manager, CREATE) == 1


def test_the_error_for_a_stale_id_names_it_and_its_file(admin: Admin) -> None:
    def without_list(request: Request, serve: Serve) -> Answer:
        return answer_error(404, 1, "none") if is_call(request, LIST) else serve(request)

    with DciManager(wrap=without_list) as manager:
        (admin.script.parent / "register.ids").write_text(f"{manager.url} pdu_snmp 77\n")
        assert_failed(admin.run(manager, "snmp"), 1, "id 77", "register.ids")
        assert manager.handlers() == []


def test_the_error_for_a_wrong_given_id_does_not_blame_the_file_of_ids(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, "--id", "77", "snmp")
    assert_failed(run, 1, "(id 77): the upload failed (is this its id in DCImanager?)")
    assert "register.ids" not in run.err


Unclear = Callable[[Request, Serve], Optional[Answer]]


def cut_after_registering(request: Request, serve: Serve) -> Optional[Answer]:
    answer = serve(request)
    return None if is_call(request, CREATE) else answer


def proxy_error(request: Request, serve: Serve) -> Optional[Answer]:
    answer = serve(request)
    return answer_error(502, 0, "bad gateway") if is_call(request, CREATE) else answer


def half_an_answer(request: Request, serve: Serve) -> Optional[Answer]:
    answer = serve(request)
    return Answer(201, b'{"id": ') if is_call(request, CREATE) else answer


def not_an_id(request: Request, serve: Serve) -> Optional[Answer]:
    answer = serve(request)
    return answer_json(200, {"id": "1; rm"}) if is_call(request, CREATE) else answer


@pytest.mark.parametrize("unclear", [cut_after_registering, proxy_error, half_an_answer, not_an_id])
def test_a_registration_with_an_unclear_answer_is_never_repeated(
    admin: Admin, unclear: Unclear
) -> None:
    with DciManager(wrap=unclear) as manager:
        assert_failed(
            admin.run(manager, "snmp"), 5, "not known whether pdu_snmp was registered", "--id"
        )
        assert calls(manager, CREATE) == 1 and admin.pauses() == []
        again = admin.run(manager, "snmp")  # this run finds the id in the list
        assert (again.code, again.err) == (0, "")
        assert calls(manager, CREATE) == 1 and [
            handler.uploads for handler in manager.handlers()
        ] == [1]


def test_after_an_unclear_answer_the_administrator_must_give_the_id_if_no_list_can_be_read(
    admin: Admin,
) -> None:
    def unclear(request: Request, serve: Serve) -> Optional[Answer]:
        if is_call(request, LIST):
            return answer_error(404, 1, "none")
        return cut_after_registering(request, serve)

    with DciManager(wrap=unclear) as manager:
        assert_failed(admin.run(manager, "snmp"), 5)
        assert_failed(admin.run(manager, "snmp"), 5, "--id ID", "delete its line")
        assert calls(manager, CREATE) == 1
        assert admin.run(manager, "--id", "1", "snmp").code == 0
        assert admin.run(manager, "snmp").code == 0
        assert calls(manager, CREATE) == 1 and manager.handlers()[0].uploads == 2


def test_a_key_that_only_begins_with_error_names_none(admin: Admin) -> None:
    def counting(request: Request, serve: Serve) -> Optional[Answer]:
        answer = serve(request)
        return answer_json(201, {"id": 1, "error_count": 0}) if is_call(request, CREATE) else answer

    with DciManager(wrap=counting) as manager:
        assert admin.run(manager, "snmp").code == 0
        assert [handler.uploads for handler in manager.handlers()] == [1]


def test_an_upload_succeeds_with_an_empty_answer_or_a_null_error(admin: Admin) -> None:
    answers = [Answer(204, b""), answer_json(200, {"error": None})]

    def empty(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        return answers.pop() if request.path.endswith("/content") else answer

    with DciManager(wrap=empty) as manager:
        assert admin.run(manager).code == 0 and not answers


@pytest.mark.parametrize(
    "call, code, words", [("create", 5, "not known whether"), ("upload", 4, "the upload failed")]
)
def test_an_answer_that_ends_within_its_headers_is_no_success(
    admin: Admin, manager: DciManager, call: str, code: int, words: str
) -> None:
    answers = {
        "login": http('{"token": "abc"}', "201 Created"),
        "list": http('{"list": []}'),
        "create": http('{"id": 1}'),
        call: b"HTTP/1.1 200 OK\r\nServer: nginx\r\n",
    }
    with Peer([[answer] for answer in answers.values()], tls=usual().context) as peer:
        run = admin.run(manager, "snmp", DCI_URL=f"https://{peer.address}", DCI_INSECURE="1")
    assert_failed(run, code, words)
    # OpenSSL 3.2 and newer report the end without TLS' own themselves
    assert "the answer ended within its headers" in run.err or "unexpected eof" in run.err


def test_a_login_without_a_valid_token_ends_the_run(admin: Admin) -> None:
    answers = [
        Answer(200, body)
        for body in (
            b"<html>login</html>",
            b"",
            b"[]",
            b'{"token": ""}',
            b'{"token": "a\\"\\nb"}',
            b'{"token": {}}',
            b'{"token": null}',
            b'{"token": true}',
            b'{"token": 12345}',
            b'{"token": ["abc"]}',
            b'{"token": " "}',
            b'{"token": "$(id)"}',
            b'{"token": "x"',
            b"\x00\xff",
            b"{" * 5000,
        )
    ]
    with DciManager(wrap=lambda request, serve: answers.pop()) as manager:
        while answers:
            answer, left = answers[-1], len(answers)
            assert_failed(admin.run(manager), 1, "DCI_URL")
            assert len(answers) == left - 1, answer


def test_a_redirect_of_the_login_is_not_followed(admin: Admin, manager: DciManager) -> None:
    with DciManager(
        wrap=lambda request, serve: Answer(302, b"", location=manager.url + request.path)
    ) as elsewhere:
        assert_failed(admin.run(elsewhere), 1, "302", "set DCI_URL")
        assert len(elsewhere.requests) == 1 and manager.requests == []


# Settings for a server that does not exist. A run that tries to connect fails with exit code 4.
NOWHERE: dict[str, Any] = {
    "DCI_URL": "https://127.0.0.1:1",
    "DCI_EMAIL": "me@example.com",
    "DCI_PASSWORD": "s3cret",
}


@pytest.mark.parametrize(
    "damage", ["missing", "empty", "cut short", "one byte", "not gzip", "other directory"]
)
def test_a_bad_archive_is_refused_before_anything_is_sent(admin: Admin, damage: str) -> None:
    file = next(admin.script.parent.glob("pdu_snmp-*.tar.gz"))
    whole = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        flipped = whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]
        file.write_bytes(
            {
                "empty": b"",
                "cut short": whole[: len(whole) // 2],
                "one byte": flipped,
                "not gzip": b"PK" * 500,
                "other directory": next(admin.script.parent.glob("pdu_small-*")).read_bytes(),
            }[damage]
        )
    assert_failed(admin.run(None, **NOWHERE), 6, "pdu_snmp-1.0.tar.gz")
    assert admin.left_behind() == []


@pytest.mark.parametrize(
    "paths",
    [
        (),
        ("pdu_small/",),
        ("pdu_small/handler.py",),
        ("pdu_small/__init__.py",),
        ("__init__.py", "handler.py"),
        ("pdu_small/a/__init__.py", "pdu_small/handler.py"),
        ("pdu_small/__init__.py", "pdu_small/handler_py"),
        ("pdu_small/__init__.py", "pdu_small/handler.py", "pdu_snmp/handler.py"),
        ("pdu_small/__init__.py", "pdu_small/handler.py", "pdu_small/../x.py"),
        ("pdu_small/__init__.py", "pdu_small/handler.py", "pdu_small/a/.."),
        ("/pdu_small/__init__.py", "/pdu_small/handler.py"),
        ("pdu_/__init__.py", "pdu_/handler.py"),
        ("Pdu_small/__init__.py", "Pdu_small/handler.py"),
        ("pdu_Small/__init__.py", "pdu_Small/handler.py"),
    ],
)
def test_an_archive_that_is_not_one_folder_with_a_handler_is_refused(
    admin: Admin, tmp_path: Path, paths: tuple[str, ...]
) -> None:
    (tmp_path / "made.tar.gz").write_bytes(packed(*paths))
    assert_failed(
        admin.run(None, "--archive", "made.tar.gz", folder=tmp_path, **NOWHERE),
        6,
        "the archive made.tar.gz",
    )


def test_a_missing_archive_is_an_error_that_says_to_build_it_or_to_name_another(
    admin: Admin,
) -> None:
    assert_failed(
        admin.run(None, "--archive", "nosuch.tar.gz"),
        6,
        "there is no archive nosuch.tar.gz: name another one",
    )
    next(admin.script.parent.glob("pdu_snmp-*.tar.gz")).unlink()
    assert_failed(admin.run(None), 6, "there is no archive", "make packages", "packaging/build.py")


@pytest.mark.parametrize(
    "arguments, changes, words",
    [
        (["--archive"], {}, "--archive"),
        (["--id", "x"], {}, "number"),
        (["--id", "1"], {}, "one handler"),
        (["--nonsense"], {}, "--nonsense"),
        (["nosuch"], {}, "small, snmp"),
        (["../x"], {}, "no handler"),
        ([], {"DCI_URL": "http://127.0.0.1"}, "https://"),
        ([], {"DCI_URL": "https://"}, "https://"),
        ([], {"DCI_URL": 'https://x"\nurl = "y'}, "DCI_URL"),
        ([], {"DCI_URL": "https://me:secret@host"}, "DCI_URL"),
        ([], {"DCI_URL": ""}, "DCI_URL"),
        ([], {"DCI_EMAIL": ""}, "DCI_EMAIL"),
        ([], {"DCI_PASSWORD": ""}, "DCI_PASSWORD"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/nonexistent/file"}, "cannot be read"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/"}, "cannot be read"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/dev/null"}, "empty"),
        ([], {"DCI_PAUSE": "x"}, "DCI_PAUSE"),
        ([], {"DCI_PAUSE": "08"}, "DCI_PAUSE"),
        ([], {"DCI_PAUSE": "1000"}, "0 to 999"),
        ([], {"DCI_INSECURE": "perhaps"}, "DCI_INSECURE"),
    ],
)
def test_wrong_arguments_and_settings_are_refused_and_nothing_is_sent(
    admin: Admin, arguments: list[str], changes: dict[str, str], words: str
) -> None:
    assert_failed(admin.run(None, *arguments, **{**NOWHERE, **changes}), 2, words)
    assert admin.left_behind() == []


def test_a_pipe_for_the_ids_is_refused_and_stays_a_pipe(admin: Admin, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ids")
    assert_failed(
        admin.run(None, "snmp", **NOWHERE, DCI_IDS=str(tmp_path / "ids")),
        2,
        "DCI_IDS",
        "is a device or a pipe",
    )
    assert (tmp_path / "ids").is_fifo()


def test_a_folder_for_the_ids_is_refused_and_no_file_is_left(admin: Admin, tmp_path: Path) -> None:
    folder = tmp_path / "ids"
    folder.mkdir()
    assert_failed(admin.run(None, **NOWHERE, DCI_IDS=str(folder)), 2, "DCI_IDS", "is a folder")
    assert list(folder.iterdir()) == [] and not list(tmp_path.glob("ids.*"))


@pytest.mark.parametrize("arguments", [("--dry-run", "snmp"), ("snmp",)])
def test_a_file_of_ids_that_cannot_be_read_is_named(admin: Admin, arguments: Sequence[str]) -> None:
    def without_list(request: Request, serve: Serve) -> Answer:
        return answer_error(404, 1, "none") if is_call(request, LIST) else serve(request)

    with DciManager(wrap=without_list) as manager:
        run = admin.run(manager, *arguments, DCI_IDS="/proc/self/mem")
        assert_failed(run, 2, "/proc/self/mem", "cannot be read: set DCI_IDS to another file")
        assert manager.handlers() == []


def test_missing_programs_are_named(admin: Admin, tmp_path: Path) -> None:
    few, shell = tmp_path / "few", str(shutil.which("sh"))
    few.mkdir()

    def run(*arguments: str) -> Run:
        return admin.run(None, *arguments, shell=shell, PATH=str(few))

    for name in ("cat", "cut", "grep", "rm"):
        (few / name).symlink_to(program(name))
    assert_failed(run("--help"), 2, "Python 3.9 or newer, called python3, is missing")
    (few / "python3").write_text("#!/bin/sh\nexit 1\n")  # as of an older one
    (few / "python3").chmod(0o755)
    assert_failed(run(), 2, "Python 3.9 or newer")
    (few / "python3").unlink()
    (few / "python3").symlink_to(sys.executable)
    for arguments in ((), ("snmp",), ("--archive", "x.tar.gz")):
        assert_failed(run(*arguments), 2, "the program curl is missing")
    assert run("--help").code == 0


def test_the_error_for_another_servers_answer_does_not_blame_the_password(admin: Admin) -> None:
    answers = [
        Answer(404, b"<html>not found</html>"),
        Answer(404, b'{"detail": "Not Found"}'),
        Answer(405, b""),
        Answer(401, b"<html>who?</html>"),
        Answer(404, b'{"error": {"code": 1, "msg": "no such function"}}'),
        Answer(403, b"forbidden"),
        Answer(400, b"{}"),
        Answer(401, b""),
        Answer(
            401,
            b'{"error": {"code": "Base.1.18.GeneralError", "message": "There is no valid'
            b' session."}}',
        ),
    ]
    with DciManager(wrap=lambda request, serve: answers.pop()) as other:
        while answers:
            answer, left = answers[-1], len(answers)
            run = admin.run(other)
            assert_failed(run, 1, f"HTTP {answer.status}")
            assert (
                "password" not in run.err and "DCI_URL" in run.err and len(answers) == left - 1
            ), answer


def test_an_address_with_a_path_is_named_as_the_reason(admin: Admin, manager: DciManager) -> None:
    run = admin.run(manager, DCI_URL=f"{manager.url}/dcimgr")
    assert_failed(run, 1, "HTTP 4", "without a path")
    assert "password" not in run.err


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_dead_proxy_is_named_without_its_login(
    admin: Admin, manager: DciManager, variable: str
) -> None:
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{dead.getsockname()[1]}"
        changes: dict[str, Any] = {variable: f"http://me:s3cret@{proxy}", "no_proxy": ""}
        run = admin.run(manager, **changes)
    assert_failed(run, 4, f"the proxy {proxy}", "https_proxy")
    assert "s3cret" not in run.err + run.out and manager.requests == []


def test_a_file_of_ids_that_cannot_be_written_ends_the_run_before_registering(
    admin: Admin, manager: DciManager
) -> None:
    assert_failed(admin.run(manager, DCI_IDS="/proc/no/such/file"), 2, "DCI_IDS")
    assert manager.handlers() == []


@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="the process list is read from /proc"
)
def test_no_secret_is_visible_in_the_process_list(admin: Admin) -> None:
    seen, tokens = [], []

    def look(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        tokens.extend(
            [request.headers["x-xsrf-token"]] if "x-xsrf-token" in request.headers else []
        )
        # curl waits for this answer, so the list holds curl and the script
        seen.extend(command_lines())
        return answer

    with DciManager(password="Very-Secret-77", wrap=look) as manager:
        assert admin.run(manager).code == 0
    text = "\n".join(seen)
    assert "curl" in text and "register.sh" in text and len(set(tokens)) == 1
    assert "Very-Secret-77" not in text and tokens[0] not in text


def command_lines() -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.append(
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                )
            except OSError:
                continue  # the process has ended meanwhile
    return found


def test_curls_environment_has_no_secret_and_login_json_is_removed_after_the_login(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    admin.tool("curl", f"{{ env; ls; }} >>'{seen}'; exec '{program('curl')}' \"$@\"")
    run = admin.run(manager)
    assert (run.code, run.err) == (0, "")
    text, token = seen.read_text(), manager.requests[-1].headers["x-xsrf-token"]
    assert manager.password not in text and token not in text
    assert text.count("DCI_URL=") == len(manager.requests) > 2 and text.count("login.json") == 1


def test_the_password_is_asked_for_on_the_terminal_without_echo(
    admin: Admin, manager: DciManager
) -> None:
    shown = terminal.run(
        admin.command("snmp"),
        admin.environment(manager, DCI_PASSWORD=""),
        "Password of admin@example.com: ",
        manager.password.encode() + b"\n",
    )
    assert shown.code == 0 and "archive uploaded" in shown.text
    assert manager.password not in shown.text


@pytest.mark.parametrize(
    "variable, question",
    [("DCI_URL", "URL of DCImanager (https://…): "), ("DCI_EMAIL", "E-mail of an administrator: ")],
)
def test_blanks_around_a_url_or_an_email_that_was_pasted_are_ignored(
    admin: Admin, manager: DciManager, variable: str, question: str
) -> None:
    environment = admin.environment(manager)
    typed = environment.pop(variable)
    shown = terminal.run(admin.command("snmp"), environment, question, f" {typed} \n".encode())
    assert shown.code == 0 and "archive uploaded" in shown.text
