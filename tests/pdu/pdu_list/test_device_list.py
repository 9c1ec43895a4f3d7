"""ListedPdu lists and files of logins: what is read and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu.files import secret_files, toml
from pdu.loading.handler_loading import load
from pdu.pdu_list import device_list, logins as auth
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading import polling
from tests.pdu.monitoring.halls import private as private_file

SECRET = "s3cret-w0rd"
PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"
HEAD = "name,handler,address,auth,settings,metered\n"
PDU = '[[pdu]]\nhandler = "snmp"\naddress = "h"\n'
PLAIN = ListedPdu("a", "snmp", Address("192.0.2.1"))


@pytest.fixture
def read_list(tmp_path: Path) -> Callable[..., device_list.DeviceList]:
    def read_text(text: str, name: str = "list.csv") -> device_list.DeviceList:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return device_list.read_device_list(str(tmp_path / name))

    return read_text


def refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(SettingsError) as error_info:
        ask()
    assert SECRET not in repr(error_info.value) + str(error_info.value)
    return error_info.value.reason


def test_only_a_line_that_begins_with_a_hash_is_left_out(read_list: Any) -> None:
    devices = read_list(
        HEAD + '# b, "\n"#1 left",nut,192.0.2.1,,"timeout=1;\n# x=2"\n # "\n"# c",nut,192.0.2.2\n'
    ).devices
    assert [(device.name, device.settings) for device in devices] == [
        ("#1 left", (("timeout", "1"), ("# x", "2"))),
        ("# c", ()),
    ]
    assert "line 4: there is no address" in refused(lambda: read_list(HEAD + '# "\n\na,nut\n'))


def test_relative_paths_start_at_the_folder_of_the_list(read_list: Any, tmp_path: Path) -> None:
    row = 'a,dist/pdu_nut-1.tar.gz,192.0.2.1,ups,"device=rack1; ca_pem = ca.pem",yes\n'
    settings = (("device", "rack1"), ("ca_pem", f"{tmp_path}/ca.pem"))
    archive, address = f"{tmp_path}/dist/pdu_nut-1.tar.gz", Address("192.0.2.1")
    (device,) = read_list(HEAD + row).devices
    assert device == ListedPdu("a", archive, address, "ups", settings, True)
    assert read_list(HEAD + "a,x.tgz,192.0.2.1\n").devices[0].handler == f"{tmp_path}/x.tgz"


@pytest.mark.parametrize(
    "text, value",
    [("ca.pem", "{folder}/ca.pem"), ("/etc/ca.pem", "/etc/ca.pem"), (PEM, PEM)],
    ids=["relative", "absolute", "content"],
)
def test_the_authorities_of_a_login_are_in_the_folder_of_its_file(
    text: str, value: str, tmp_path: Path
) -> None:
    path = private_file(tmp_path / "logins.toml", "[auth.xerus]\nca_pem = " + json.dumps(text))
    (login,) = auth.read_logins(str(path)).values()
    assert login.settings == {"ca_pem": value.format(folder=tmp_path)}


def test_a_toml_list_holds_pdus_and_logins_with_references_to_secrets(
    read_list: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RACK_COMMUNITY", SECRET)
    private_file(tmp_path / "password", f"{SECRET}\n")
    fleet = read_list(
        """
[auth.snmp]
snmp_version = 2
community_env = "RACK_COMMUNITY"
[auth.xerus]
username = "monitor"
password_file = "password"
[[pdu]]
handler = "snmp"
address = "192.0.2.1"
name = "a"
[[pdu]]
handler = "raritan"
address = "192.0.2.2"
auth = "xerus"
metered = true
settings = {timeout = 5, verify = false}
""",
        "list.toml",
    )
    assert fleet.devices == [
        PLAIN,
        ListedPdu(
            "192.0.2.2",
            "raritan",
            Address("192.0.2.2"),
            "xerus",
            (("timeout", "5"), ("verify", "no")),
            True,
        ),
    ]
    assert fleet.auths["snmp"].settings == {"snmp_version": "2"}
    assert fleet.auths["snmp"].secrets == {"community": SECRET}
    assert fleet.auths["xerus"].settings == {"username": "monitor"}
    assert fleet.auths["xerus"].secrets == {"password": SECRET}
    assert SECRET not in repr(fleet)


@pytest.mark.parametrize(
    "text, words",
    [
        (HEAD, "no PDU in it"),
        ("name,adress\n", "'adress' is not a column"),
        ("name,handler\n", "no column 'address'"),
        (f"handler,address,password\nsnmp,h,{SECRET}\n", "'password' is a secret, which a list"),
        (HEAD + "a,snmp,\n", "line 2: there is no address"),
        (HEAD + "a,,192.0.2.1\n", "line 2: there is no handler"),
        (HEAD + "a,snmp,http://192.0.2.1/\n", "line 2: 'http://192.0.2.1/' is a URL"),
        (HEAD + "a,nut,rack1@192.0.2.1\n", "line 2: an address has no @"),
        (HEAD + "a,snmp,192.0.2.1,,x\n", "settings must have the form key=value"),
        (HEAD + f"a,snmp,192.0.2.1,,community={SECRET}\n", "line 2: community is a secret, which"),
        (HEAD + "a,snmp,192.0.2.1,,x=1;x=2\n", "'x' is given twice"),
        (HEAD + "a,snmp,192.0.2.1,,,maybe\n", "metered must be yes or no"),
        (HEAD + "--yes,snmp,h1\n", "line 2: the name '--yes' would be an option of a command"),
        (HEAD + "a,snmp,h1\nb,nut,h2\n\na,nut,h3\n", "line 5: the name 'a' is already in line 2"),
        (
            "name,handler,address,\na,snmp,h,rack 1\n",
            "line 2: a cell is in a column without a name",
        ),
        (HEAD + "a\x1bb,snmp,192.0.2.1\n", "not printable"),
    ],
)
def test_a_wrong_list_is_refused_with_the_reason(read_list: Any, text: str, words: str) -> None:
    assert words in refused(lambda: read_list(text))


@pytest.mark.parametrize(
    "text, words",
    [
        (
            f'[auth.x]\ncommunity = "{SECRET}"\n[[pdu]]\n',
            "not contain: give community_file or community_env",
        ),
        (f'{PDU}settings = {{Community = "{SECRET}"}}\n', "PDU 1: community is a secret"),
        (f'[auth.x]\ncommunity = "{SECRET}\n', "not valid TOML at line 2"),
        ('pdu = "x"\n', "each PDU must be a table"),
        ("[other]\n", "'other' is unknown; allowed: [[pdu]]"),
        (
            '[auth.x]\ncommunity_env = "NOT_SET"\n[[pdu]]\n',
            "names a variable that is not set or is empty",
        ),
        ("[auth.x]\nuser = []\n[[pdu]]\n", "neither text nor"),
        (f"{PDU}port = 3\n", "PDU 1: 'port' is unknown; allowed: name"),
        ("[[pdu]]\nhandler = 1\n", "handler must be a text in quotes"),
        ("[[pdu]]\nmetered = 0xfffffffffffffffff\n", "metered is an integer of more than 64 bits"),
        (f"{PDU}settings = 3\n", "settings must be a table or have the form"),
    ],
)
def test_a_wrong_toml_list_is_refused_with_the_reason(
    read_list: Any, text: str, words: str
) -> None:
    assert words in refused(lambda: read_list(text, "list.toml"))


def test_a_list_that_cannot_be_read_or_is_not_utf_8_is_refused_with_the_reason(
    read_list: Any, tmp_path: Path
) -> None:
    assert "cannot be read (No such file or directory)" in refused(
        lambda: device_list.read_device_list(str(tmp_path / "none.csv"))
    )
    assert "cannot be read (Is a directory)" in refused(
        lambda: device_list.read_device_list(str(tmp_path))
    )
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"\xe9,snmp,192.0.2.1\n")
    assert "not UTF-8" in refused(lambda: device_list.read_device_list(str(tmp_path / "latin.csv")))


# ---- permissions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mode, is_accepted",
    [(0o600, True), (0o640, True), (0o644, False), (0o660, False), (0o602, False)],
)
def test_only_owner_and_group_may_read_logins_and_only_the_owner_may_change_them(
    tmp_path: Path, mode: int, is_accepted: bool
) -> None:
    path = private_file(tmp_path / "logins.toml", f'[auth.x]\ncommunity = "{SECRET}"\n')
    path.chmod(mode)
    if is_accepted:
        assert auth.read_logins(str(path))["x"].secrets == {"community": SECRET}
    else:
        assert f"permissions {mode:04o}" in refused(lambda: auth.read_logins(str(path)))


@pytest.mark.parametrize(
    "mode, why", [(None, "cannot be read (No such file or directory)"), (0o644, "chmod g-w,o-rw")]
)
def test_an_unusable_secret_file_is_named_with_its_login(
    tmp_path: Path, mode: Optional[int], why: str
) -> None:
    if mode is not None:
        (tmp_path / "community").write_text(SECRET)
        (tmp_path / "community").chmod(mode)
    path = private_file(tmp_path / "logins.toml", '[auth.x]\ncommunity_file = "community"\n')
    error = refused(lambda: auth.read_logins(str(path)))
    assert error.startswith(f"{path}: [auth.x]: community_file: {tmp_path / 'community'} ")
    assert why in error


def test_a_secret_file_for_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    path = str(private_file(tmp_path / "community", SECRET))
    assert len(polling.targets([PLAIN], {}, auth.environment_login({"community": path}))) == 1
    error = refused(
        lambda: polling.targets([PLAIN], {}, auth.environment_login({"comunity": path}))
    )
    assert error.startswith(
        "--secret-file: unknown secret 'comunity'; known: auth_password, community, "
    )


@pytest.mark.parametrize("stage", ["auth", "priv"])
def test_a_login_with_a_password_but_no_protocol_is_refused(stage: str) -> None:
    login = auth.DeviceLogin(
        "x", {"snmp_version": "3", "username": "u"}, {f"{stage}_password": SECRET}
    )
    error = refused(polling.Target(PLAIN, load("snmp"), login).data)
    assert error == f"{stage}_password has no effect without a protocol: give '{stage}_protocol'"


def test_a_list_that_everybody_can_change_is_refused(read_list: Any, tmp_path: Path) -> None:
    read_list("handler,address\nsnmp,192.0.2.1\n")
    (tmp_path / "a list.csv").touch(0o600)
    (tmp_path / "a list.csv").chmod(0o666)
    why = refused(lambda: device_list.read_device_list(str(tmp_path / "a list.csv")))
    assert f"decides where logins are sent; chmod o-w '{tmp_path}/a list.csv'" in why


def test_a_file_above_the_limit_is_refused(read_list: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_files, "LONGEST", 40)
    assert "list.csv is larger than" in refused(lambda: read_list(HEAD + "a,snmp,192.0.2.1\n"))


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0,
    reason="only root can give a file to another user: sudo make test",
)
def test_a_file_of_another_user_is_refused_unless_that_user_is_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = private_file(tmp_path / "logins.toml", "of root")
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert secret_files.read_secret(str(path), secret_files.SECRET) == "of root"
    os.chown(path, 12345, -1)
    assert "belongs to another user (12345)" in refused(
        lambda: secret_files.read_secret(str(path), secret_files.SECRET)
    )


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "[auth.NAME] tables are expected"),
        ("[other]\n", "not 'other'"),
        (f'[auth.x]\ncommunity = "{SECRET}"\ncommunity_env = "PATH"\n', "community is given twice"),
        ('[auth.x]\nusername = "a"\nUsername = "b"\n', "username is given twice"),
    ],
)
def test_a_wrong_file_of_logins_is_refused_with_the_reason(
    tmp_path: Path, text: str, words: str
) -> None:
    path = private_file(tmp_path / "logins.toml", text)
    assert words in refused(lambda: auth.read_logins(str(path)))


def test_deeply_nested_brackets_are_refused_as_invalid_toml() -> None:
    assert "not valid TOML" in refused(lambda: toml.loads(f"x = {'[' * 5000}", "f"))


@pytest.mark.parametrize("column", ["serial", "setting", "auht", "password", "community"])
def test_an_unknown_column_and_one_of_secrets_are_refused(column: str, tmp_path: Path) -> None:
    """Without its settings another PDU might be read."""
    file = tmp_path / "list.csv"
    file.write_text(f"handler,address,{column}\nsnmp,192.0.2.1,{SECRET}\n", "utf-8")
    words = refused(lambda: device_list.read_device_list(str(file)))
    is_secret = column in ("password", "community")
    why = "is a secret" if is_secret else "is not a column; allowed columns"
    assert f"'{column}' {why}" in words


def test_a_list_that_russian_excel_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    text = "name;handler;address;auth;settings;metered\r\nстойка 1;snmp;192.0.2.1;;timeout=3;\r\n"
    path.write_bytes(text.encode("cp1251"))
    read_list = device_list.read_device_list(str(path))
    assert [device.name for device in read_list.devices] == ["стойка 1"]
    assert ["is read as cp1251" in warning for warning in read_list.warnings] == [True]


def test_a_list_of_version_1_with_the_limits_of_a_month_is_read_with_one_note(
    tmp_path: Path,
) -> None:
    csv_list, toml_list = tmp_path / "list.csv", tmp_path / "list.toml"
    csv_list.write_text(
        "name,handler,address,limit_kw,pdu_limit_kw\na,snmp,192.0.2.1,2.3,7\nb,snmp,192.0.2.2,,7\n"
    )
    toml_list.write_text(
        '[[pdu]]\nname = "a"\nhandler = "snmp"\naddress = "192.0.2.1"\nlimit_kw = 2.3\n'
        '[[pdu]]\nname = "b"\nhandler = "snmp"\naddress = "192.0.2.2"\npdu_limit_kw = 7\n'
    )
    for file in (csv_list, toml_list):
        fleet = device_list.read_device_list(str(file))
        assert [device.name for device in fleet.devices] == ["a", "b"]
        assert fleet.warnings == [f"{file}: no command reads limit_kw and pdu_limit_kw any more"]
