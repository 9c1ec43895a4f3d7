"""`register.sh` with the real curl against the stand-in for DCImanager."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from tests.dcimanager.api import Answer, Request, answer_error, answer_json
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT, program

from .building import archive, register_script, small_tree
from .registering import SHELLS, Admin

pytestmark = pytest.mark.against("curl")
LIST = ("GET", "/api/eservice/v3/custom_equipment")
CREATE = ("POST", "/api/eservice/v3/custom_equipment")


def calls(manager: DciManager, call: object) -> int:
    return sum((request.method, request.path) == call for request in manager.requests)


def without_list(request: Request, serve: Callable[[Request], Answer]) -> Answer:
    """A DCImanager whose list of handlers cannot be read."""
    return (
        answer_error(404, 1, "no such function")
        if (request.method, request.path) == LIST
        else serve(request)
    )


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
    ids = [handler.id for handler in manager.handlers()]
    assert (
        f'registered as "Small small" with id {ids[0]}' in first.out and f"id {ids[1]}" in first.out
    )
    second = admin.run(manager, shell=path)
    assert (second.code, second.err) == (0, "") and "registered as" not in second.out
    assert all(run.out.splitlines()[-1].startswith("next: ") for run in (first, second))
    assert [handler.id for handler in manager.handlers()] == ids
    assert [handler.uploads for handler in manager.handlers()] == [2, 2]
    assert admin.left_behind() == []


def test_an_id_is_found_in_the_list_when_the_file_is_lost(
    admin: Admin, manager: DciManager
) -> None:
    assert admin.run(manager, "snmp").code == 0
    (admin.script.parent / "register.ids").unlink()
    assert admin.run(manager, "snmp").code == 0
    assert calls(manager, CREATE) == 1 and len(manager.handlers()) == 1


def test_an_id_is_remembered_where_the_list_cannot_be_read(admin: Admin) -> None:
    with DciManager(wrap=without_list) as manager:
        assert admin.run(manager, "snmp").code == 0
        second = admin.run(manager, "snmp")
        assert (second.code, second.err) == (0, "")
        assert calls(manager, CREATE) == 1
        assert [handler.uploads for handler in manager.handlers()] == [2]


def test_a_remembered_id_that_the_list_shows_for_another_handler_is_not_used(
    admin: Admin, manager: DciManager
) -> None:
    """A server that was set up anew may count its ids from 1 again."""
    assert admin.run(manager, "small", DCI_IDS=str(admin.home / "other")).code == 0
    (admin.script.parent / "register.ids").write_text(f"{manager.url} pdu_snmp 1\n")
    assert admin.run(manager, "snmp").code == 0
    assert [(handler.id, handler.handler, handler.uploads) for handler in manager.handlers()] == [
        (1, "pdu_small", 1),
        (2, "pdu_snmp", 1),
    ]
    assert (admin.script.parent / "register.ids").read_text() == f"{manager.url} pdu_snmp 2\n"


def test_a_handler_of_the_same_name_for_other_devices_is_not_replaced(admin: Admin) -> None:
    def foreign(request: Request, serve: Callable[[Request], Answer]) -> Answer:
        listed = {
            "list": [{"id": 7, "handler": "pdu_snmp", "name": "Ours", "device_type": "switch"}]
        }
        return (
            answer_json(200, listed) if (request.method, request.path) == LIST else serve(request)
        )

    with DciManager(wrap=foreign) as manager:
        run = admin.run(manager, "snmp")
        assert (
            run.code == 1
            and "another handler named pdu_snmp (id 7), for devices of the type switch" in run.err
        )
        assert manager.handlers() == [] and calls(manager, CREATE) == 0


def test_ids_are_remembered_for_each_server(admin: Admin) -> None:
    with DciManager(wrap=without_list) as first, DciManager(wrap=without_list) as second:
        assert admin.run(first, "snmp").code == 0
        assert admin.run(second).code == 0
        assert admin.run(first, "snmp").code == 0
        assert [handler.uploads for handler in first.handlers()] == [2]
        lines = (admin.script.parent / "register.ids").read_text().splitlines()
        assert sorted(lines) == sorted(
            [f"{first.url} pdu_snmp 1", f"{second.url} pdu_small 1", f"{second.url} pdu_snmp 2"]
        )


def test_the_files_of_ids_and_authorities_may_have_relative_paths(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    (tmp_path / "my ca.pem").write_bytes(manager.ca_file.read_bytes())
    assert (
        admin.run(manager, folder=tmp_path, DCI_IDS="my=ids", CURL_CA_BUNDLE="my ca.pem").code == 0
    )
    assert (
        tmp_path / "my=ids"
    ).read_text() == f"{manager.url} pdu_small 1\n{manager.url} pdu_snmp 2\n"
    assert not (admin.script.parent / "register.ids").exists()


def test_a_given_id_is_used_and_nothing_is_registered_twice(
    admin: Admin, manager: DciManager
) -> None:
    assert admin.run(manager, "snmp", DCI_IDS=str(admin.home / "other")).code == 0
    assert admin.run(manager, "--id", "1", "snmp").code == 0
    assert (
        calls(manager, CREATE) == calls(manager, LIST) == 1 and manager.handlers()[0].uploads == 2
    )


def test_the_option_archive_uploads_that_very_file_whatever_its_name(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    assert admin.run(manager, "small").code == 0
    old = tmp_path / "an old;type=x, \"quoted\" 'one' $(touch here)"
    old.write_bytes(archive(small_tree(tmp_path / "older", version="0.9"), "small"))
    done = admin.run(manager, "--archive", old.name, folder=tmp_path)
    assert (done.code, done.err) == (0, "") and not (tmp_path / "here").exists()
    assert old.read_bytes() in manager.requests[-1].body
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert "0.9" in pdu.ports


@pytest.mark.parametrize("start", ["absolute", "relative", "same", "link"])
def test_archives_and_ids_are_found_from_any_directory(
    admin: Admin, tmp_path: Path, start: str
) -> None:
    place = admin.script.parent
    folder, name = {
        "absolute": (Path("/"), str(admin.script)),
        "relative": (tmp_path, f"{place.name}/register.sh"),
        "same": (place, "register.sh"),
        "link": (tmp_path, "linked folder/register.sh"),
    }[start]
    (tmp_path / "linked folder").symlink_to(place)
    (place / "register.ids").write_text("https://dci pdu_snmp 7\n")
    done = subprocess.run(
        ["sh", name, "--dry-run", "snmp"],
        cwd=folder,
        env=admin.environment(None, DCI_URL="https://dci"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "known under id 7" in done.stdout and "/pdu_snmp-1.0.tar.gz" in done.stdout


def test_a_dry_run_sends_nothing_and_shows_no_secret(admin: Admin, manager: DciManager) -> None:
    shown = admin.run(manager, "--dry-run")
    assert (
        shown.code == 0 and manager.requests == [] and manager.password not in shown.out + shown.err
    )
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
        assert part in shown.out


def test_a_dry_run_needs_no_settings_and_names_a_known_id(
    admin: Admin, manager: DciManager
) -> None:
    shown = admin.run(None, "--dry-run")
    assert (
        shown.code == 0 and "<DCI_URL>/api/" in shown.out and "https://<DCI_URL>" not in shown.out
    )
    assert admin.run(manager).code == 0
    assert "custom_equipment/2/content" in admin.run(manager, "--dry-run", DCI_PASSWORD="").out


def test_a_handler_that_is_named_twice_is_uploaded_once(admin: Admin, manager: DciManager) -> None:
    assert admin.run(manager, "small", "pdu_small").code == 0
    assert [(handler.handler, handler.uploads) for handler in manager.handlers()] == [
        ("pdu_small", 1)
    ]


def test_a_dry_run_refuses_a_damaged_archive_too(admin: Admin, manager: DciManager) -> None:
    file = next(admin.script.parent.glob("pdu_snmp*"))
    file.write_bytes(file.read_bytes()[:-10])
    assert admin.run(manager, "--dry-run").code == 6


def test_the_help_names_every_dci_variable_and_every_option_and_exit_code(admin: Admin) -> None:
    shown = admin.run(None, "--help")
    assert shown.code == 0
    text = admin.script.read_text()
    code = text.partition("\n# ---- settings")[2]
    variables = set(re.findall(r"\b(DCI_[A-Z_]+)\b", code))
    assert len(variables) == 7 and all(f"\n  {name}" in shown.out for name in variables)
    options = set(re.findall(r"(--[a-z-]+)(?= \||\))", code))
    assert len(options) == 8 and all(f"\n  {word} " in shown.out for word in options)
    codes = set(re.findall(r"\b(?:stop|interrupt|exit) (\d+)\b", text)) | {"0"}
    listed = re.findall(r"(?m)(?:^|\s)(\d+)(?=,? )", shown.out.partition("\nExit codes:\n")[2])
    assert set(listed) == codes and len(listed) == len(codes) == 12


def refuse(request: Request, serve: Callable[[Request], Answer]) -> Answer:
    return answer_error(400, 1, "no")


def test_the_password_may_come_from_a_file(admin: Admin, tmp_path: Path) -> None:
    secret = tmp_path / "pass word"
    with DciManager(wrap=refuse) as manager:
        for content in ("s3cret line", "s3cret line\nmore\n", "\ufeffs3cret line\r\n"):
            secret.write_bytes(content.encode())
            assert admin.run(manager, DCI_PASSWORD="", DCI_PASSWORD_FILE=str(secret)).code == 3
    assert [json.loads(request.body)["password"] for request in manager.requests] == [
        "s3cret line"
    ] * 3


ODD: list[str] = [
    'a"b\\c$(touch here) `touch here` $HOME %s %n tab\there line\nend\n',
    "пароль ☃ 🔑' ; #\x01\x1f\x7f\\u0041",
    "-K/etc/passwd",
    "@/etc/passwd",
]


def test_any_password_arrives_unchanged(admin: Admin, tmp_path: Path) -> None:
    email = 'o\'neil+"x"@example.com'
    with DciManager(wrap=refuse) as manager:
        for secret in ODD:
            assert (
                admin.run(manager, folder=tmp_path, DCI_EMAIL=email, DCI_PASSWORD=secret).code == 3
            ), secret
    assert [json.loads(request.body) for request in manager.requests] == [
        {"email": email, "password": secret} for secret in ODD
    ]
    assert not (tmp_path / "here").exists()


def test_the_script_uploads_its_own_version_among_archives_of_two_versions(
    admin: Admin, manager: DciManager
) -> None:
    register_script(admin.script.parent, "small", "snmp", version="2.0")
    assert admin.run(manager).code == 0
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    manager.poll()
    assert "2.0" in pdu.ports


@pytest.mark.against("shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    template = str(ROOT / "packaging" / "register.sh")
    done = subprocess.run(
        [program("shellcheck"), template], capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, done.stdout) == (0, "")
