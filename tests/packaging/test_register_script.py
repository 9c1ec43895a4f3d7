"""`register.sh` with the real curl against the stand-in for DCImanager: few starts, because all that
it shares with `pdu register` is tested there (tests/pdu/registration).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from handlers import VERSION
from pdu.files.secret_files import SECRET
from pdu.registration.replies import Outcome, Reply
from tests import terminal
from tests.dcimanager.api import Answer, Request, answer_error, answer_json
from tests.dcimanager.manager import DciManager
from tests.handlers.raritan.peer import Peer, http
from tests.hostile import TEXTS
from tests.needs import ROOT, program
from tests.simulators.certificates import usual
from tests.waiting import PATIENCE_S

from .registering import CREATE, LIST, SHELLS, UPLOAD, Admin, Run, answering, calls, without_list

pytestmark = pytest.mark.against("curl")
TEMPLATE = ROOT / "packaging" / "register.sh"


def assert_stopped(run: Run, *words: str) -> None:
    assert run.code == 1, run
    assert run.err.splitlines()[-1].startswith("register.sh: "), run.err
    for word in words:
        assert word in run.err, run.err


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_run_registers_and_the_second_uploads_again(
    admin: Admin, manager: DciManager, shell: str
) -> None:
    path = admin.shell(shell)
    first = admin.run_script(manager, shell=path)
    assert (first.code, first.err) == (0, "")
    assert "pdu_small: registered with the id 1" in first.out
    assert "id 2" in first.out
    second = admin.run_script(manager, "snmp", shell=path)
    assert (second.code, second.err) == (0, "")
    assert "registered" not in second.out
    assert [
        (h.handler, h.name, h.protocol, h.features, h.device_type, h.import_path, h.uploads)
        for h in manager.handlers()
    ] == [
        ("pdu_small", "Small small", ["custom"], [], "pdu", "pdu_small.handler", 1),
        ("pdu_snmp", "Small snmp", ["snmp"], [], "pdu", "pdu_snmp.handler", 2),
    ]
    # both share the file of ids
    assert admin.run(manager, "small").code == 0
    assert len(manager.handlers()) == 2
    assert admin.ids.read_text().count("\n") == 3


def test_an_id_that_is_given_is_used_alone(admin: Admin, manager: DciManager) -> None:
    manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])
    run = admin.run_script(manager, "pdu_snmp", "1")
    assert (run.code, run.err) == (0, "")
    assert [h.uploads for h in manager.handlers()] == [1]
    assert calls(manager, LIST) == 0


@pytest.mark.parametrize(
    "key, typed", [("https://Host:443", "https://host"), ("https://host", "HTTPS://Host:443/")]
)
def test_an_id_is_known_by_the_server_however_its_address_is_spelt(
    admin: Admin, key: str, typed: str
) -> None:
    """The text of register.sh up to its login, then what it remembers."""
    admin.ids.write_text(f"{key} pdu_snmp 7\n")
    script = admin.dist / "register.sh"
    before, login, _ = script.read_text().partition("log_in || stop")
    assert login
    script.write_text(f"{before}remembered_id pdu_snmp\n")
    settings = {"DCI_EMAIL": "a@b", "DCI_PASSWORD": "x"}
    run = admin.run_script(None, DCI_URL=typed, **settings)
    assert (run.code, run.out) == (0, "7\n"), run


# ---- the password and the token ----


def test_no_program_has_a_secret_as_an_argument_or_in_its_environment_and_no_file_has_it(
    admin: Admin, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    for name in ("curl", "sed", "tr", "cut", "awk", "grep", "cat", "dirname"):
        admin.tool(name, f"{{ echo \"$*\"; env; }} >>'{seen}'; exec '{program(name)}' \"$@\"")
    tokens: set[str] = set()
    files: list[Path] = []

    def look(request: Request, serve: Callable[[Request], Answer]) -> Answer:
        tokens.update(filter(None, [request.headers.get("x-xsrf-token", "")]))
        files.extend(path for path in admin.dist.rglob("*") if path.is_file())
        return serve(request)

    with DciManager(password='Very"Secret\\77', wrap=look) as manager:
        # names of the script's own variables
        exported = {"password": "x", "token": "y", "reply": "z", "answer": "w"}
        run = admin.run_script(manager, "snmp", TMPDIR=str(tmp_path), **exported)
    assert (run.code, run.err) == (0, ""), run
    (token,) = tokens
    text = seen.read_text() + run.out + "".join(path.read_text("latin-1") for path in files)
    assert "DCI_URL=" in text
    assert "curl" not in run.out
    assert "Secret" not in text
    assert token not in text
    assert {path.name for path in admin.dist.iterdir()} == {
        *(f"pdu_{name}-{VERSION}.tar.gz" for name in ("small", "snmp")),
        *("register.sh", "register.ids"),
    }


def test_the_password_is_asked_for_on_the_terminal_without_echo(
    admin: Admin, manager: DciManager
) -> None:
    output = terminal.run(
        admin.command("snmp"),
        admin.environment(manager, DCI_PASSWORD=""),
        "Password of admin@example.com: ",
        manager.password.encode() + b"\n",
    )
    assert output.code == 0
    assert "was uploaded" in output.text
    assert manager.password not in output.text


def test_a_password_of_a_file_and_relative_paths_are_read(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(manager.password)  # no line break
    (tmp_path / "password").chmod(0o640)
    (tmp_path / "my ca.pem").write_bytes(manager.ca_file.read_bytes())
    files = {"DCI_PASSWORD_FILE": "password", "CURL_CA_BUNDLE": "my ca.pem"}
    process = subprocess.run(
        admin.command("small"),
        cwd=tmp_path,
        env=admin.environment(manager, DCI_PASSWORD="", **files),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert [handler.uploads for handler in manager.handlers()] == [1]


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_file_of_a_password_that_others_can_read_or_change_is_refused(
    admin: Admin, manager: DciManager, tmp_path: Path, mode: int
) -> None:
    secret = tmp_path / "pass word"
    secret.write_text(manager.password)
    secret.chmod(mode)
    run = admin.run_script(manager, DCI_PASSWORD="", DCI_PASSWORD_FILE=str(secret))
    assert_stopped(run, SECRET.danger, f"{SECRET.remedy} '{secret}'")
    assert manager.requests == []
    assert manager.password not in run.err


def test_a_file_of_a_password_that_does_not_exist_is_an_error(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run_script(manager, DCI_PASSWORD_FILE="-nowhere")
    assert_stopped(run, "-nowhere cannot be read")
    assert manager.requests == []


@pytest.mark.parametrize(
    "value", ['s3cret/Pass"w\\rd', 's3cret\\/Pass\\"w\\\\rd', "\\u0073\\u0033cret"]
)
def test_a_password_that_the_server_repeats_is_not_shown(admin: Admin, value: str) -> None:
    body = f'{{"error": {{"code": 1001, "msg": "too long", "value": "{value}"}}}}'.encode()
    with DciManager(wrap=lambda request, serve: Answer(400, body)) as manager:
        run = admin.run_script(manager, DCI_PASSWORD='s3cret/Pass"w\\rd')
    assert_stopped(run, "the login of admin@example.com failed: HTTP 400", "not shown")
    assert "cret" not in run.out + run.err


@pytest.mark.parametrize(
    "body, secret",
    [
        (b'{"error": {"msg": "\\u20acuro"}}', "uro"),
        (b"<p>a&lt;b</p>", "lt;"),
        (b'{"error": {"msg": "a%3Cb"}}', "%3C"),
        (b'[{"token": "SECRET"}]', "SECRET"),
        (b'{"token": "SECRET", "success": false}', "SECRET"),
    ],
)
def test_an_answer_to_the_login_that_may_hold_a_secret_in_another_form_is_not_shown(
    admin: Admin, body: bytes, secret: str
) -> None:
    with DciManager(wrap=lambda request, serve: Answer(200, body)) as manager:
        run = admin.run_script(manager)
    assert_stopped(run, "the login of admin@example.com failed: HTTP 200", "not shown")
    assert secret not in run.out + run.err


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_a_shell_that_exports_or_traces_shows_no_secret(
    admin: Admin, manager: DciManager, shell: str, tmp_path: Path
) -> None:
    environments = tmp_path / "environments"
    for name in ("curl", "sed", "tr"):
        admin.tool(name, f"env >>'{environments}'; exec '{program(name)}' \"$@\"")
    _, *arguments = admin.command("small")
    process = subprocess.run(
        [admin.shell(shell), "-ax", *arguments],
        env=admin.environment(manager),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert process.returncode == 0, process.stderr
    for text in (process.stderr, process.stdout, environments.read_text()):
        assert manager.password not in text


# ---- errors ----


def test_a_handler_whose_archive_is_missing_is_not_registered(
    admin: Admin, manager: DciManager
) -> None:
    admin.archive("snmp").unlink()
    assert_stopped(admin.run_script(manager, "snmp"), f"pdu_snmp-{VERSION}.tar.gz cannot be read")
    assert manager.handlers() == []


def test_handlers_of_others_alone_are_no_success(admin: Admin, manager: DciManager) -> None:
    script = admin.dist / "register.sh"
    rows = re.sub(r"(?m)^(pdu_\w+\|[^|]*\|[^|]*\|)\|", r"\1by name|", script.read_text())
    script.write_text(rows)
    assert_stopped(admin.run_script(manager), "handlers of others alone")
    assert manager.handlers() == []


def test_an_untrusted_certificate_ends_the_run_before_the_password_is_sent(
    admin: Admin, manager: DciManager
) -> None:
    # the administrator's curl defaults must not weaken the check
    (admin.home / ".curlrc").write_text("insecure\n")
    run = admin.run_script(manager, CURL_CA_BUNDLE="")
    assert_stopped(run, "certificate", "the login failed")
    assert manager.requests == []


def test_an_untrusted_certificate_is_accepted_with_dci_insecure(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run_script(manager, "snmp", CURL_CA_BUNDLE="", DCI_INSECURE="1")
    assert run.code == 0


@pytest.mark.parametrize(
    "answer",
    [None, answer_error(502, 0, "gateway"), answer_json(201, {"id": 1, "task": {"id": 9}})],
)
def test_a_registration_with_an_unclear_answer_is_never_repeated(
    admin: Admin, answer: Answer
) -> None:
    with DciManager(wrap=answering(CREATE, answer)) as manager:
        run = admin.run_script(manager, "snmp")
        assert_stopped(run, "it is not known whether pdu_snmp was registered", "snmp ID")
        again = admin.run_script(manager, "snmp")
        assert_stopped(again, "DCImanager lists pdu_snmp already", "snmp ID")
        assert calls(manager, CREATE) == 1
        assert admin.run(manager, "snmp").code == 0  # which finds it in the list


def test_after_an_unclear_answer_a_list_that_lacks_the_handler_leads_to_a_second_registration(
    admin: Admin,
) -> None:
    lost = answering(CREATE, answer_error(502, 0, "gateway"), is_done=False)
    with DciManager(wrap=lost) as manager:
        assert admin.run_script(manager, "snmp").code == 1
        assert admin.run_script(manager, "snmp").code == 0
        assert calls(manager, CREATE) == 2
        assert len(manager.handlers()) == 1


def test_after_an_unclear_answer_no_list_leads_to_no_second_registration(admin: Admin) -> None:
    with DciManager(wrap=without_list()) as manager:
        admin.ids.write_text(f"{manager.url} pdu_snmp ?\n")
        run = admin.run_script(manager, "snmp")
        assert_stopped(run, "it is not known whether pdu_snmp was registered", "snmp ID")
        assert calls(manager, CREATE) == 0


def test_a_handler_that_the_list_shows_is_not_registered_again(
    admin: Admin, manager: DciManager
) -> None:
    manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])
    run = admin.run_script(manager, "snmp")
    assert_stopped(run, "DCImanager lists pdu_snmp already", "snmp ID")
    assert calls(manager, CREATE) == 0
    assert calls(manager, UPLOAD) == 0


@pytest.mark.parametrize(
    "answer",
    [
        answer_json(200, {"list": [{"id": 1, "handler": "h1"}], "total": 200}),
        answer_json(200, {}),
        Answer(200, b""),
    ],
)
def test_a_list_that_is_a_page_or_none_registers_nothing(admin: Admin, answer: Answer) -> None:
    with DciManager(wrap=answering(LIST, answer)) as manager:
        assert_stopped(admin.run_script(manager, "snmp"), "no list, or one page of it", "snmp ID")
        assert calls(manager, CREATE) == calls(manager, UPLOAD) == 0


def test_a_remembered_id_is_not_used_where_the_list_lacks_the_handler(admin: Admin) -> None:
    """The server was installed anew, and another handler has the id."""
    empty = answer_json(200, {"last_notify": 2, "list": [], "size": 0})
    others = [{"id": 1, "handler": "pdu_other"}]
    installed_anew = answer_json(200, {"last_notify": 3, "list": others, "size": 1})
    with DciManager(wrap=answering(LIST, empty, installed_anew)) as manager:
        assert admin.run_script(manager, "snmp").code == 0
        run = admin.run_script(manager, "snmp")
        assert_stopped(run, "register.ids is not in DCImanager")
        assert calls(manager, CREATE) == 1
        assert calls(manager, UPLOAD) == 1


def test_a_refusal_is_forgotten_where_a_manager_has_no_list(admin: Admin) -> None:
    refusal = answer_error(400, 1002, f"no such protocol {TEXTS['ANSI']}\u009b31m")

    def refuse_the_first(request: Request, serve: Callable[[Request], Answer]) -> object:
        if (request.method, request.path) == CREATE and calls(manager, CREATE) == 1:
            return refusal
        return without_list()(request, serve)

    with DciManager(wrap=refuse_the_first) as manager:  # type: ignore[arg-type]
        run = admin.run_script(manager, "snmp")
        assert_stopped(run, "pdu_snmp was not registered: HTTP 400", "no such protocol")
        # the control characters of the refusal
        assert "\x1b" not in run.err
        assert "\x9b" not in run.err

        assert admin.run_script(manager, "snmp").code == 0
        (handler,) = manager.handlers()
        assert handler.uploads == 1


def test_an_answer_that_ends_within_its_headers_is_no_success(admin: Admin) -> None:
    answers = [
        http('{"token": "abc"}', "201 Created"),
        http('{"list": []}'),
        http('{"id": 1}'),
        b"HTTP/1.1 200 OK\r\nServer: nginx\r\n",
    ]
    with Peer([[answer] for answer in answers], tls=usual().context) as peer:
        settings = {"DCI_EMAIL": "me@example.com", "DCI_PASSWORD": "x", "DCI_INSECURE": "1"}
        run = admin.run_script(None, "snmp", DCI_URL=f"https://{peer.address}", **settings)
    assert_stopped(run, "pdu_snmp (id 1): the upload failed")


_ANSWERS = [
    (b"", 204),
    (b"{}", 200),
    (b'{"error": null}', 200),
    (b'{"errors": [], "x": 1}', 200),
    (b'{"id": 1, "error_count": 0}', 201),
    (b'{"success": false, "msg": "bad"}', 200),
    (b'{"error": {"msg": "bad"}}', 200),
    (b'{"errors": [{"msg": "bad"}]}', 200),
    (b"<html>portal</html>", 200),
    (b'[{"error": {"msg": "bad"}}]', 200),
    (b"", 500),
    (b"", 302),
]


def test_the_script_and_the_command_take_the_same_answers_for_success() -> None:
    """In one shell, for all answers: a start takes longer than what it says."""
    functions = re.search(r"(?ms)^is_success\(\) \{.*?^\}", TEMPLATE.read_text("utf-8"))
    assert functions is not None
    lines = [functions[0]]
    for body, status in _ANSWERS:
        lines.append(f"status={status} answer='{body.decode()}'")
        lines.append("if is_success; then echo yes; else echo no; fi")
    process = subprocess.run(
        ["sh"], input="\n".join(lines), capture_output=True, text=True, timeout=PATIENCE_S
    )
    secrets = Reply(0, b"", None).secrets  # type: ignore[arg-type]
    expected = [
        "yes" if Reply(status, body, secrets).outcome is Outcome.DONE else "no"
        for body, status in _ANSWERS
    ]
    assert process.stdout.split() == expected, process.stderr


# ---- arguments, and the text itself ----


@pytest.mark.parametrize(
    "arguments, changes, words",
    [
        (["nosuch"], {}, "there is no handler nosuch here"),
        (["pdu_pdu_snmp"], {}, "there is no handler pdu_pdu_snmp here"),
        (["snmp", "x"], {}, "usage: "),
        (["--help"], {}, "usage: "),
        (["../x"], {}, "usage: "),
        ([], {"DCI_URL": "http://127.0.0.1"}, "DCI_URL"),
        ([], {"DCI_URL": "https://me:secret@host"}, "DCI_URL"),
        ([], {"DCI_URL": "https://host/path"}, "DCI_URL"),
        ([], {"DCI_PASSWORD": "tab\tbed"}, "control characters"),
    ],
)
def test_wrong_arguments_and_settings_are_refused_and_nothing_is_sent(
    admin: Admin, arguments: list[str], changes: dict[str, str], words: str
) -> None:
    nowhere = {"DCI_URL": "https://127.0.0.1:1", "DCI_EMAIL": "me@x", "DCI_PASSWORD": "s3cret"}
    run = admin.run_script(None, *arguments, **{**nowhere, **changes})
    assert_stopped(run, words)
    assert "curl: " not in run.err


@pytest.mark.against("shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    process = subprocess.run(
        [program("shellcheck"), str(TEMPLATE)], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (process.returncode, process.stdout) == (0, "")


def test_a_person_can_read_it_before_a_password_is_typed_into_it() -> None:
    text = TEMPLATE.read_text("utf-8")
    lines = text.splitlines()
    assert len(lines) <= 230
    assert max(len(line) for line in lines) <= 100
    # it runs no other program than those of any system
    assert not re.search(r"(?i)\bpython\b(?!\.$)", text.replace("and no Python.", ""))
    assert not re.search(r"\b(eval|exec|source|wget|mktemp)\b", text)
    # the password is used to log in, and to be kept out of what is shown
    uses = [line for line in lines if "$password" in line or "${password" in line]
    assert len(uses) == 4, uses


def test_a_shell_without_a_printf_of_its_own_is_refused(admin: Admin) -> None:
    """Its arguments would be in the process list."""
    code = "command() { echo /usr/bin/printf; }\n" + (admin.dist / "register.sh").read_text()
    (admin.dist / "register.sh").write_text(code)
    settings = {"DCI_URL": "https://127.0.0.1:1", "DCI_EMAIL": "a@b", "DCI_PASSWORD": "x"}
    run = admin.run_script(None, **settings)
    assert_stopped(run, "no printf of its own")
