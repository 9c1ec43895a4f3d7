"""`register.sh` with the real curl against the stand-in for DCImanager: script.txt, and secrets."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Callable

import pytest

from handlers import VERSION
from pdu.files.secret_files import SECRET
from pdu.registration.replies import Outcome, Reply
from tests import terminal
from tests.dcimanager.api import Answer, Request
from tests.dcimanager.manager import DciManager
from tests.handlers.raritan.peer import Peer, http
from tests.needs import ROOT, program
from tests.simulators.certificates import usual
from tests.tables import Case
from tests.waiting import run_program

from .registering import LIST, SHELLS, Admin, Run, calls
from .script_table import TABLE, shown

pytestmark = pytest.mark.against("curl")
TEMPLATE = ROOT / "packaging" / "register.sh"


def assert_stopped(run: Run, *words: str) -> None:
    assert run.code == 1, run
    assert run.err.splitlines()[-1].startswith("register.sh: "), run.err
    for word in words:
        assert word in run.err, run.err


@pytest.mark.parametrize("shell", SHELLS)
def test_a_handler_is_registered_once_and_its_archive_uploaded_to_an_id(
    admin: Admin, manager: DciManager, shell: str
) -> None:
    path = admin.shell(shell)
    archive = f"pdu_snmp-{VERSION}.tar.gz was uploaded, import path pdu_snmp.handler, id 1"
    first = admin.run_script(manager, "snmp", "new", shell=path)
    assert first == Run(
        0,
        f"logged in to {manager.url}\npdu_snmp: registered with the id 1\npdu_snmp: {archive}\n",
        "",
    )
    second = admin.run_script(manager, "pdu_snmp", "1", shell=path)
    assert second == Run(0, f"logged in to {manager.url}\npdu_snmp: {archive}\n", "")
    (handler,) = manager.handlers()
    assert (handler.handler, handler.name, handler.protocol) == ("pdu_snmp", "Small snmp", ["snmp"])
    assert (handler.import_path, handler.uploads) == ("pdu_snmp.handler", 2)
    # it reads no list and remembers nothing
    assert calls(manager, LIST) == 0
    assert not admin.ids.exists()


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_a_run_prints_and_calls_what_the_lines_say(
    case: Case, tmp_path: Path, small_pack: Path
) -> None:
    admin = Admin(tmp_path, shutil.copytree(small_pack, tmp_path / "my 'dist'"))
    case.check(shown(admin, case))


# ---- the password and the token ----


@pytest.mark.parametrize("options", ["", "-ax"])
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_no_program_has_a_secret_as_an_argument_or_in_its_environment_and_no_file_has_it(
    admin: Admin, tmp_path: Path, shell: str, options: str
) -> None:
    record = tmp_path / "seen"
    for name in ("curl", "sed", "tr", "cut", "find", "dirname"):
        admin.tool(name, f"{{ echo \"$*\"; env; }} >>'{record}'; exec '{program(name)}' \"$@\"")
    tokens: set[str] = set()
    files: list[Path] = []

    def look(request: Request, serve: Callable[[Request], Answer]) -> Answer:
        tokens.update(filter(None, [request.headers.get("x-xsrf-token", "")]))
        files.extend(path for path in admin.dist.rglob("*") if path.is_file())
        return serve(request)

    with DciManager(password='Very"Secret\\77', wrap=look) as manager:
        # names of the script's own variables
        names = re.findall(r"(?m)(?:^|[ (])([a-z_]+)=", TEMPLATE.read_text("utf-8"))
        variables = dict.fromkeys(names, "x")
        _, *words = admin.command("snmp", "new")
        process = run_program(
            [admin.shell(shell), *options.split(), *words],
            env=admin.environment(manager, TMPDIR=str(tmp_path), **variables),
        )
    assert process.returncode == 0, process
    (token,) = tokens
    text = record.read_text() + process.stdout + process.stderr
    text += "".join(path.read_text("latin-1") for path in files)
    assert "DCI_URL=" in text
    assert "Secret" not in text
    assert token not in text
    assert {path.name for path in admin.dist.iterdir()} == {
        *(f"pdu_{name}-{VERSION}.tar.gz" for name in ("small", "snmp")),
        "register.sh",
    }


def test_the_password_is_asked_for_on_the_terminal_without_echo(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    record = tmp_path / "seen"
    admin.tool("stty", f"env >>'{record}'; exec '{program('stty')}' \"$@\"")
    output = terminal.run(
        admin.command("snmp", "new"),
        admin.environment(manager, DCI_PASSWORD="", typed="x"),
        f"Password of {manager.email} at {manager.url}: ",
        manager.password.encode() + b"\n",
    )
    assert output.code == 0
    assert "was uploaded" in output.text
    assert manager.password not in output.text
    assert manager.password not in record.read_text()


@pytest.mark.parametrize("line_break", ["", "\n", "\r\n"])
def test_a_password_of_a_file_and_relative_paths_are_read(
    admin: Admin, manager: DciManager, tmp_path: Path, line_break: str
) -> None:
    (tmp_path / "password").write_bytes(f"{manager.password}{line_break}".encode())
    (tmp_path / "password").chmod(0o640)
    (tmp_path / "my ca.pem").write_bytes(manager.ca_file.read_bytes())
    files = {"DCI_PASSWORD_FILE": "password", "CURL_CA_BUNDLE": "my ca.pem"}
    process = run_program(
        admin.command("small", "new"),
        cwd=tmp_path,
        env=admin.environment(manager, DCI_PASSWORD="", **files),
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert [handler.uploads for handler in manager.handlers()] == [1]


def test_a_file_of_a_password_that_others_can_read_or_change_is_refused(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    secret = tmp_path / "pass word"
    secret.write_text(manager.password)
    for mode in (0o644, 0o660, 0o602):
        secret.chmod(mode)
        run = admin.run_script(manager, "snmp", "new", DCI_PASSWORD_FILE=str(secret))
        assert_stopped(run, SECRET.danger, f"{SECRET.remedy} '{secret}'")
        assert manager.password not in run.err
    run = admin.run_script(manager, "snmp", "new", DCI_PASSWORD_FILE="-nowhere")
    assert_stopped(run, "-nowhere cannot be read")
    assert manager.requests == []


def test_an_answer_that_ends_within_its_headers_is_no_success(admin: Admin) -> None:
    """curl ends with 0."""
    answers = [http('{"token": "abc"}', "201 Created"), b"HTTP/1.1 200 OK\r\nServer: nginx\r\n"]
    with Peer([[answer] for answer in answers], tls=usual().context) as peer:
        settings = {"DCI_EMAIL": "me@example.com", "DCI_PASSWORD": "x", "DCI_INSECURE": "1"}
        run = admin.run_script(None, "snmp", "1", DCI_URL=f"https://{peer.address}", **settings)
    assert_stopped(run, "pdu_snmp (id 1): the upload failed")


def test_an_untrusted_certificate_ends_the_run_before_the_password_is_sent(
    admin: Admin, manager: DciManager
) -> None:
    # the administrator's curl defaults must not weaken the check
    (admin.home / ".curlrc").write_text("insecure\n")
    run = admin.run_script(manager, "snmp", "new", CURL_CA_BUNDLE="")
    assert_stopped(run, "certificate", "the login failed")
    assert manager.requests == []
    run = admin.run_script(manager, "snmp", "new", CURL_CA_BUNDLE="", DCI_INSECURE="1")
    assert run.code == 0, run.err
    first_line = f"the certificate of {manager.url} is not checked: others can listen"
    assert run.out.splitlines()[0] == first_line


@pytest.mark.parametrize("shell", SHELLS)
def test_an_output_that_nobody_reads_ends_no_upload(
    admin: Admin, manager: DciManager, shell: str
) -> None:
    line = '"$@" | true'
    process = run_program(
        ["sh", "-c", line, "sh", *admin.command("snmp", "new", shell=admin.shell(shell))],
        env=admin.environment(manager),
    )
    assert process.stderr == ""
    assert [handler.uploads for handler in manager.handlers()] == [1]


_ANSWERS = [
    (b"", 204),
    (b"{}", 200),
    (b'{"error": null}', 200),
    (b'{"error": null, "x": 1}', 200),
    (b'{"id": 1, "error_count": 0}', 201),
    (b'{"errors": [], "x": 1}', 200),
    (b'{"error": {"msg": "bad"}}', 200),
    (b'{"errors": [{"msg": "bad"}]}', 200),
    (b'{"success": false, "msg": "bad"}', 200),
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
    process = run_program(["sh"], input="\n".join(lines))
    expected = [
        "yes" if Reply(status, body).outcome is Outcome.DONE else "no" for body, status in _ANSWERS
    ]
    assert process.stdout.split() == expected, process.stderr


# ---- arguments, and the text itself ----


@pytest.mark.against("shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    process = run_program([program("shellcheck"), str(TEMPLATE)])
    assert (process.returncode, process.stdout) == (0, "")


def test_a_person_can_read_it_before_a_password_is_typed_into_it() -> None:
    text = TEMPLATE.read_text("utf-8")
    lines = text.splitlines()
    assert len(lines) <= 165
    assert max(len(line) for line in lines) <= 100
    # it runs no other program than those of any system
    assert not re.search(r"(?i)\bpython\b(?!\.$)", text.replace("and no Python.", ""))
    assert not re.search(r"\b(eval|exec|source|wget|mktemp)\b", text)
    # the password is read, and used to log in
    uses = [line for line in lines if "$password" in line or "${password" in line]
    assert len(uses) == 4, uses


def test_a_shell_without_a_printf_of_its_own_is_refused(admin: Admin) -> None:
    """Its arguments would be in the process list."""
    code = "command() { echo /usr/bin/printf; }\n" + (admin.dist / "register.sh").read_text()
    (admin.dist / "register.sh").write_text(code)
    settings = {"DCI_URL": "https://127.0.0.1:1", "DCI_EMAIL": "a@b", "DCI_PASSWORD": "x"}
    run = admin.run_script(None, "snmp", "new", **settings)
    assert_stopped(run, "no printf of its own")


def test_without_curl_it_asks_for_nothing(admin: Admin) -> None:
    path = admin.shell("sh")
    run = admin.run_script(None, "snmp", "new", shell=path, PATH="/nowhere")
    assert_stopped(run, "curl is not installed")
