"""`register.sh` when something fails, and with hostile text: in answers of DCImanager, in the name
and content of an archive, and in the environment.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Optional

import pytest

from tests.dcimanager.api import Answer, answer_error, answer_json
from tests.dcimanager.manager import DciManager
from tests.handlers.raritan.peer import Peer, http
from tests.hostile import TEXTS, is_one_line
from tests.needs import program
from tests.servers.scripted import serving
from tests.simulators.certificates import usual
from tests.waiting import PATIENCE_S

from .building import packed
from .registering import (
    CREATE,
    LIST,
    SHELLS,
    UPLOAD,
    Admin,
    Run,
    answering,
    assert_failed,
    calls,
    without_list,
)

pytestmark = pytest.mark.against("curl")
# Settings for a server that does not exist. A run that tries to connect fails with exit code 4.
NOWHERE: dict[str, Any] = {
    "DCI_URL": "https://127.0.0.1:1",
    "DCI_EMAIL": "me@example.com",
    "DCI_PASSWORD": "s3cret",
}

# ---- the connection ----


def test_a_server_that_is_not_ready_is_tried_again_with_growing_pauses(admin: Admin) -> None:
    with DciManager(busy=2) as manager:
        run = admin.run(manager, "snmp", DCI_PAUSE="3")
        assert (run.code, run.err) == (0, "") and run.out.count("(503)") == 2
        assert admin.pauses() == [3, 6] and len(manager.handlers()) == 1


def test_a_registration_is_repeated_after_503(admin: Admin) -> None:
    busy = answering(CREATE, answer_error(503, 503, "starting"), is_done=False)
    with DciManager(wrap=busy) as manager:
        assert admin.run(manager, "snmp").code == 0
        assert calls(manager, CREATE) == 2 and admin.pauses() == [1]


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
        url = f"https://{host}:{unused.getsockname()[1]}/path"
        # no_proxy covers the server
        run = admin.run(manager, DCI_URL=url, https_proxy="http://127.0.0.1:1")
    assert_failed(run, 4, "refuses the connection", "DCI_URL")
    assert admin.pauses() == [1, 2, 4, 8, 16]


@pytest.mark.sample(1)
@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_dead_proxy_is_named_without_its_login(
    admin: Admin, manager: DciManager, variable: str
) -> None:
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{dead.getsockname()[1]}"
        changes: dict[str, Any] = {variable: f"http://me:s3cret@{proxy}", "no_proxy": ""}
        run = admin.run(manager, **changes)
    assert_failed(run, 4, f"through the proxy {proxy} (variable https_proxy or all_proxy), check")
    assert "s3cret" not in run.err + run.out and manager.requests == []


def test_an_untrusted_certificate_ends_the_run_before_the_password_is_sent(
    admin: Admin, manager: DciManager
) -> None:
    # the administrator's curl defaults must not weaken the check
    (admin.home / ".curlrc").write_text("insecure\n")
    run = admin.run(manager, CURL_CA_BUNDLE="")
    assert_failed(run, 4, "not trusted", "DCI_INSECURE=1", "CURL_CA_BUNDLE")
    assert manager.requests == [] and admin.pauses() == []


def test_an_untrusted_certificate_is_accepted_with_dci_insecure(
    admin: Admin, manager: DciManager
) -> None:
    assert admin.run(manager, "snmp", CURL_CA_BUNDLE="", DCI_INSECURE="1").code == 0
    assert len(manager.handlers()) == 1


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
    run = admin.run(manager, "snmp", OPENSSL_CONF=str(lenient))
    assert run.code == code, run
    assert bool(manager.requests) is (code == 0)


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


# ---- the login ----


def test_a_wrong_password_is_an_error_and_registers_nothing(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, DCI_PASSWORD="not-the-s3cret")
    assert_failed(run, 3, "login", "wrong e-mail or password", "DCI_EMAIL", "from DCI_PASSWORD")
    assert len(manager.requests) == 1 and "s3cret" not in run.out + run.err
    assert admin.left_behind() == []


def test_an_expired_token_is_an_error_that_says_to_run_again(admin: Admin) -> None:
    with DciManager(token_seconds=0) as manager:
        assert_failed(admin.run(manager), 3, "3005", "run again", "administrator")
        assert manager.handlers() == []


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "body",
    [
        b"<html>login</html>",
        b"{" * 5000,
        b'{"token": "a\\"\\nb"}',
        b'{"token": "$(id)"}',
        b'{"token": true}',
        b'{"token": ["abc"]}',
        b"\x00\xff",
        b"[]",
    ],
)
def test_a_login_without_a_valid_token_ends_the_run(admin: Admin, body: bytes) -> None:
    with DciManager(wrap=lambda request, serve: Answer(200, body)) as manager:
        assert_failed(admin.run(manager), 1, "DCI_URL")
        assert len(manager.requests) == 1


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "status, body",
    [
        (404, b'{"error": {"code": 1, "msg": "no such function"}}'),
        (404, b'{"detail": "Not Found"}'),
        (401, b'{"error": {"code": "Base.1.18.GeneralError", "message": "no valid session"}}'),
        (401, b"<html>who?</html>"),
        (403, b"forbidden"),
        (400, b"{}"),
    ],
)
def test_the_error_for_another_servers_answer_does_not_blame_the_password(
    admin: Admin, status: int, body: bytes
) -> None:
    with DciManager(wrap=lambda request, serve: Answer(status, body)) as other:
        run = admin.run(other)
    assert_failed(run, 1, f"HTTP {status}", "DCI_URL")
    assert "password" not in run.err


def test_an_address_with_a_path_is_named_as_the_reason(admin: Admin, manager: DciManager) -> None:
    run = admin.run(manager, DCI_URL=f"{manager.url}/dcimgr")
    assert_failed(run, 1, "HTTP 4", "without a path")
    assert "password" not in run.err


def test_a_redirect_of_the_login_is_not_followed(admin: Admin, manager: DciManager) -> None:
    with DciManager(
        wrap=lambda request, serve: Answer(302, b"", location=manager.url + request.path)
    ) as elsewhere:
        assert_failed(admin.run(elsewhere), 1, "302", "set DCI_URL")
        assert len(elsewhere.requests) == 1 and manager.requests == []


# ---- the registration and the upload ----


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="cut"),
        pytest.param(answer_error(502, 0, "bad gateway"), id="proxy error"),
        pytest.param(answer_error(504, 0, "gateway timeout"), id="504"),
        pytest.param(Answer(201, b'{"id": '), id="half an answer"),
    ],
)
def test_a_registration_with_an_unclear_answer_is_never_repeated(
    admin: Admin, answer: Optional[Answer]
) -> None:
    with DciManager(wrap=answering(CREATE, answer)) as manager:
        run = admin.run(manager, "snmp")
        assert_failed(run, 5, "not known whether pdu_snmp was registered", "--id")
        assert calls(manager, CREATE) == 1 and admin.pauses() == []
        assert admin.ids.read_text() == f"{manager.url} pdu_snmp ?\n"
        again = admin.run(manager, "snmp")  # this run finds the id in the list
        assert (again.code, again.err) == (0, "") and calls(manager, CREATE) == 1


def test_a_registration_that_timed_out_is_not_forgotten(admin: Admin, manager: DciManager) -> None:
    """The server may have carried it out."""
    late = 'case "$*" in *create.json*) exit 28 ;; esac'
    admin.tool("curl", f"{late}; exec '{program('curl')}' \"$@\"")
    assert_failed(admin.run(manager, "snmp"), 5, "not known whether pdu_snmp was registered")
    assert admin.ids.read_text() == f"{manager.url} pdu_snmp ?\n"


def test_after_an_unclear_answer_the_administrator_must_give_the_id_if_no_list_can_be_read(
    admin: Admin,
) -> None:
    with DciManager(wrap=without_list()) as manager:
        manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])
        admin.ids.write_text(f"{manager.url} pdu_snmp ?\n")
        assert_failed(admin.run(manager, "snmp"), 5, "with --id ID, else with --id new")
        assert admin.run(manager, "--id", "1", "snmp").code == 0
        assert admin.ids.read_text().startswith(f"{manager.url} pdu_snmp 1 ")
        assert calls(manager, CREATE) == 0


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "answer, code",
    [
        pytest.param(None, 4, id="cut"),
        pytest.param(answer_error(500, 1, "database"), 1, id="500"),
        pytest.param(answer_error(504, 1, "gateway"), 1, id="504"),
        pytest.param(answer_error(403, 1, "no right"), 3, id="403"),
        pytest.param(Answer(200, b"<html>log in</html>"), 1, id="HTML"),
        pytest.param(Answer(200, b'{"list": [' + b" " * 1_000_001), 4, id="over 1 MB"),
        pytest.param(answer_json(200, {"error": {"msg": "busy"}}), 1, id="an error"),
        pytest.param(answer_json(200, {"list": [], "size": 40}), 5, id="a first page"),
        pytest.param(answer_json(200, {"pdu_snmp": {"id": 1}}), 5, id="no list"),
        pytest.param(
            answer_json(200, {"list": [{"id": 1, "about": {"handler": "pdu_snmp"}}]}),
            5,
            id="a nested name",
        ),
        pytest.param(answer_json(200, {"list": [{"id": 7, "name": "x"}]}), 5, id="other names"),
        pytest.param(
            answer_json(200, {"errors": [], "list": [{"id": 7, "name": "x"}]}), 5, id="two lists"
        ),
    ],
)
def test_nothing_is_registered_if_the_list_of_handlers_cannot_be_read_whole(
    admin: Admin, answer: Optional[Answer], code: int
) -> None:
    """The handler is there, and the answer does not show it: a second one would be created."""
    with DciManager(wrap=answering(LIST, *[answer] * 9)) as manager:
        manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])
        assert_failed(admin.run(manager, "snmp"), code, "--id ID, else with --id new")
        assert calls(manager, CREATE) == 0 and calls(manager, UPLOAD) == 0


def test_a_new_id_registers_without_a_look_at_the_list(admin: Admin) -> None:
    with DciManager(wrap=answering(LIST, *[answer_error(500, 1, "database")] * 9)) as manager:
        assert admin.run(manager, "--id", "new", "snmp").code == 0
        assert [handler.uploads for handler in manager.handlers()] == [1]
        assert calls(manager, LIST) == 0


@pytest.mark.parametrize(
    "answer, words",
    [
        (Answer(200, b"<html>portal</html>"), "not from DCImanager"),
        (answer_json(200, {"errors": [{"msg": "bad import path"}]}), "bad import path"),
        (answer_json(200, {"error": "bad import path"}), "bad import path"),
    ],
)
def test_an_upload_is_done_only_by_an_empty_answer_or_json_without_an_error(
    admin: Admin, answer: Answer, words: str
) -> None:
    with DciManager(wrap=answering(UPLOAD, answer)) as manager:
        run = admin.run(manager, "snmp")
    assert_failed(run, 1, "the upload failed", words)
    assert "archive uploaded" not in run.out


def test_a_key_that_only_begins_with_error_names_none(admin: Admin) -> None:
    counting = answering(CREATE, answer_json(201, {"id": 1, "error_count": 0}))
    with DciManager(wrap=counting) as manager:
        assert admin.run(manager, "snmp").code == 0
        assert [handler.uploads for handler in manager.handlers()] == [1]


def test_a_refused_upload_keeps_the_id_for_the_next_run(admin: Admin) -> None:
    with DciManager(wrap=answering(UPLOAD, answer_error(500, 7, "disk full"))) as manager:
        assert_failed(admin.run(manager, "snmp"), 1, "id 1", "disk full")
        assert admin.ids.read_text() == f"{manager.url} pdu_snmp 1\n"


def test_the_error_for_a_stale_id_names_it_and_its_file(admin: Admin) -> None:
    with DciManager(wrap=without_list()) as manager:
        admin.ids.write_text(f"{manager.url} pdu_snmp 77\n")
        assert_failed(admin.run(manager, "snmp"), 1, "id 77", "register.ids")
        assert manager.handlers() == []


def test_the_error_for_a_wrong_given_id_does_not_blame_the_file_of_ids(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, "--id", "77", "snmp")
    assert_failed(run, 1, "(id 77): the upload failed (is this its id in DCImanager?)")
    assert "register.ids" not in run.err


# ---- archives, arguments, settings and programs, before anything is sent ----


@pytest.mark.parametrize("damage", ["missing", "empty", "cut short", "one byte", "other directory"])
def test_a_bad_archive_is_refused_before_anything_is_sent(admin: Admin, damage: str) -> None:
    file = admin.archive("snmp")
    whole = file.read_bytes()
    contents = {
        "empty": b"",
        "cut short": whole[: len(whole) // 2],
        "one byte": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
        "other directory": admin.archive("small").read_bytes(),
    }
    file.unlink()
    if damage in contents:
        file.write_bytes(contents[damage])
    assert_failed(admin.run(None, **NOWHERE), 6, "pdu_snmp-1.0.tar.gz", "make packages")
    assert admin.run(None, "--dry-run").code == 6 and admin.left_behind() == []


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
        ([], {"DCI_URL": 'https://x"\nurl = "y'}, "DCI_URL"),
        ([], {"DCI_URL": "https://me:secret@host"}, "DCI_URL"),
        ([], {"DCI_URL": ""}, "DCI_URL"),
        ([], {"DCI_EMAIL": ""}, "DCI_EMAIL"),
        ([], {"DCI_PASSWORD": ""}, "DCI_PASSWORD"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/"}, "cannot be read"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/dev/null"}, "empty"),
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


def test_a_folder_or_a_pipe_for_the_ids_is_refused_and_stays_as_it_is(
    admin: Admin, tmp_path: Path
) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path, words in ((pipe, "is a device or a pipe"), (folder, "is a folder")):
        assert_failed(admin.run(None, **NOWHERE, DCI_IDS=str(path)), 2, "DCI_IDS", words)
    assert pipe.is_fifo() and list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "ids, arguments, words",
    [
        ("/proc/self/mem", ["snmp"], "cannot be read: set DCI_IDS to another file"),
        ("/proc/self/mem", ["--dry-run", "snmp"], "cannot be read: set DCI_IDS to another file"),
        ("/proc/no/such/file", ["snmp"], "DCI_IDS"),
    ],
)
def test_a_file_of_ids_that_cannot_be_read_or_written_ends_the_run_before_registering(
    admin: Admin, manager: DciManager, ids: str, arguments: list[str], words: str
) -> None:
    assert_failed(admin.run(manager, *arguments, DCI_IDS=ids), 2, ids, words)
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
    assert_failed(run("snmp"), 2, "the program curl is missing")
    assert run("--help").code == 0


# ---- hostile text ----

MARKER = "here"  # the file that the commands in the texts would create
# what a shell, a terminal and a URL take for signs of their own, in one text
SIGNS = "".join(
    TEXTS[about]
    for about in (
        "line break",
        "CRLF",
        "quotes",
        "substitution",
        "backticks",
        "end of a command",
        "markup",
        "ANSI",
        "percent path",
        "bar",
        "right to left",
        "line separator",
    )
)
ANSWERS = {"signs": SIGNS, **{about: TEXTS[about] for about in ("upwards", "NUL", "long", "half")}}
# line ends, direction marks
TURNS = "\u200e\u200f\u061c\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def is_clean(text: str) -> bool:
    """Whether `text` is one line with its line break, without control characters and direction
    marks.
    """
    return text.endswith("\n") and not any(
        ord(c) < 32 or 127 <= ord(c) < 160 or c in TURNS for c in text[:-1]
    )


def answered(status: int, value: object) -> Answer:
    """An answer with `value` as JSON in UTF-8.

    A lone surrogate, which UTF-8 cannot express, is escaped.
    """
    return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def pasted(commands: str, folder: Path) -> list[str]:
    """The arguments, one after another, of the curl commands that a person pastes into a shell."""
    text = "curl() { printf '%s\\0' \"$@\"; }\n" + commands
    process = subprocess.run(
        ["sh", "-c", text], cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert process.stderr == ""
    return process.stdout.split("\0")


@pytest.mark.parametrize("texts", [[SIGNS, TEXTS["NUL"], TEXTS["half"]], [TEXTS["long"]]])
def test_a_refusal_with_hostile_text_is_shown_in_one_line_and_runs_nothing(
    admin: Admin, tmp_path: Path, texts: list[str]
) -> None:
    text = "".join(texts) + "ключ"
    refusal = answered(400, {"error": {"code": 1002, "msg": text, "value": text}})
    with DciManager(wrap=answering(CREATE, refusal, is_done=False)) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
    assert_failed(run, 1, "pdu_small was not registered", "(code 1002): ")
    assert is_clean(run.err) and not list(tmp_path.rglob(MARKER)) and admin.left_behind() == []
    assert admin.ids.read_text() == "" and ("ключ" in run.err or len(text) > 500)


@pytest.mark.sample(1)
@pytest.mark.parametrize("about", ANSWERS)
def test_an_id_that_is_not_a_number_reaches_no_url_no_file_and_no_terminal(
    admin: Admin, tmp_path: Path, about: str
) -> None:
    with DciManager(wrap=answering(CREATE, answered(200, {"id": ANSWERS[about]}))) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
        assert run.code == 5 and is_clean(run.err) and not list(tmp_path.rglob(MARKER)), run
        assert ANSWERS[about][:5] not in run.out + run.err
        assert admin.ids.read_text() == f"{manager.url} pdu_small ?\n"
        assert [handler.uploads for handler in manager.handlers()] == [0]


def test_hostile_entries_in_the_list_of_handlers_register_nothing(
    admin: Admin, tmp_path: Path
) -> None:
    listed = [
        entry
        for text in ANSWERS.values()
        for entry in (
            {"id": text, "handler": "pdu_small", "name": text},
            {"id": 7, "handler": text, "name": "pdu_small"},
        )
    ]
    with DciManager(wrap=answering(LIST, answered(200, {"list": listed}))) as manager:
        run = admin.run(manager, "small", folder=tmp_path)
        assert calls(manager, CREATE) == 0
    assert_failed(run, 5, "no whole list")
    assert all(map(is_one_line, run.out.splitlines())) and not list(tmp_path.rglob(MARKER))


@pytest.mark.parametrize("name", [SIGNS.replace("/", ""), TEXTS["option"], TEXTS["equals"]])
def test_an_archive_may_have_any_name(
    admin: Admin, manager: DciManager, tmp_path: Path, name: str
) -> None:
    first_run = admin.run(manager, "--archive", name, folder=tmp_path)
    assert first_run.code == 6 and is_clean(first_run.err) and manager.requests == []
    data = admin.archive("small").read_bytes()
    (tmp_path / name).write_bytes(data)
    second_run = admin.run(manager, "--archive", name, folder=tmp_path)
    assert (second_run.code, second_run.err) == (0, "") and data in manager.requests[-1].body
    assert is_one_line(second_run.out.replace("\n", ""))
    assert not [path for path in tmp_path.rglob(MARKER) if path.name != name]


def test_curl_finds_the_file_of_a_pasted_dry_run(admin: Admin, tmp_path: Path) -> None:
    """Curl takes a semicolon for the end of the name, and a comma for the begin of another one."""
    name = "a;type=b,c 'd' \"e\" $(touch here).tar.gz"
    (tmp_path / name).write_bytes(admin.archive("small").read_bytes())
    address = {"DCI_URL": "https://127.0.0.1:1"}
    dry = admin.run(None, "--dry-run", "--archive", name, folder=tmp_path, **address)
    process = subprocess.run(
        ["sh", "-c", dry.out[dry.out.rindex("curl -X POST") :]],
        cwd=tmp_path,
        env=admin.environment(None),
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert process.returncode == 7  # no connection; 26: the file cannot be read
    assert not (tmp_path / MARKER).exists()


@pytest.mark.sample(1)
@pytest.mark.parametrize("shell", SHELLS)
def test_dry_run_shows_no_direction_mark_of_a_file_name_or_the_environment(
    admin: Admin, tmp_path: Path, shell: str
) -> None:
    name, email = f"a{TURNS}'b.tar.gz", f"a{TURNS}'\"\x1b[2Jb@example.com"
    (tmp_path / name).write_bytes(admin.archive("small").read_bytes())
    options = ("--dry-run", "--archive", name)
    path = admin.shell(shell)
    dry = admin.run(None, *options, shell=path, folder=tmp_path, DCI_EMAIL=email)
    assert dry.code == 0 and is_clean(dry.out.replace("\n", "") + "\n"), dry
    lines = [line for line in dry.out.splitlines()[1:] if not line.startswith("pdu_small: ")]
    arguments = pasted("\n".join(lines), tmp_path)
    hidden = "?" * len(TURNS)
    assert f'data=@"a{hidden}\'b.tar.gz"' in arguments
    assert {"email": f"a{hidden}'\"\x1b[2Jb@example.com", "password": "<password>"} in [
        json.loads(argument) for argument in arguments if argument.startswith("{")
    ]


def test_an_archive_with_a_hostile_folder_is_refused(admin: Admin, tmp_path: Path) -> None:
    top = f"pdu_{SIGNS.replace('/', '')}"
    (tmp_path / "made.tar.gz").write_bytes(packed(f"{top}/__init__.py", f"{top}/handler.py"))
    run = admin.run(None, "--archive", "made.tar.gz", folder=tmp_path)
    assert run.code == 6 and is_clean(run.err) and "the archive made.tar.gz" in run.err
    assert not list(tmp_path.rglob(MARKER))
