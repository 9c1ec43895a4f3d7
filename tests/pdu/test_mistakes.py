"""What tired people type and paste: each mistake has a sentence that says how to go on."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import click
import pytest
from hypothesis import assume, given, strategies

from pdu import root
from pdu.cli import exit_codes, other_words
from tests import name_server
from tests.pdu.running import run

HEAD = "name,handler,address,auth,settings"
ROW = "r1-left,snmp,192.0.2.1,snmp,"
LOGINS = '[auth.snmp]\ncommunity = "s3cret-w0rd"\n'


#: a line as it is typed | the end of the sentence, which says how to go on
TYPED = (
    "statsu snmp 192.0.2.1 | did you mean status?",
    "check logins.toml | no PDU: give it as --auth logins.toml beside the list of PDUs",
    "check hall.csv logins.toml | and the file of logins as --auth",
    "recordings | choose from record, replay; pdu help recordings shows them",
    "check hall.csv --auth hall.csv | and the list of PDUs as the argument or as --list",
    "status | For example: pdu status",
    "status snmp | For example: pdu status",
    "status 192.0.2.1 snmp | the handler stands before the address: pdu status snmp 192.0.2.1",
    "off 'row 3 192.0.2.1' 1 | the name of a PDU needs its list",
    "status APC 192.0.2.1 | APC is read by the handler snmp or redfish, as pdu supports APC says",
    "status snmp https://192.0.2.1/ | give the address without scheme and path, as in 192.0.2.1",
    "status snmp admin@192.0.2.1 | give the host alone, a user as --username",
    "status snmp 192.0.2.300 | give a host name or an IP address",
    "status snmp 192.0.2.1:99999 | give one from 1 to 65535",
    "status snmp 192.0.2.1 --port 70000 | --port must be a number from 1 to 65535",
    "status snmp 192.0.2.1 -s profile | it takes the form KEY=VALUE",
    "status snmp 192.0.2.1 -s profil=apc-rpdu2 | it takes profile, switch_unproven, ",
    "status snmp 192.0.2.1 -s profile=apc | similar: apc-rpdu2, apc-rpdu, apc-masterswitch",
    "status snmp 192.0.2.1 --snmp-version v3 | SNMPv3 needs a user: give --username",
    "status snmp 192.0.2.1 -c public | use PDU_COMMUNITY (or --secret-file community=FILE)",
    "status snmp 192.0.2.1 --community x | use PDU_COMMUNITY (or --secret-file community=FILE)",
    "status raritan 192.0.2.1 --password x | use PDU_PASSWORD (or --secret-file password=FILE)",
    "status raritan 192.0.2.1 | no password was given: set PDU_PASSWORD (or --secret-file",
    "status raritan 192.0.2.1 -s ca_pem=missing.pem | -s ca_pem=...: missing.pem cannot be read",
    "status snmp 192.0.2.1 -s timeout=0 | -s timeout=... must be a number from 0.05 to 60, not '0'",
    "status snmp 192.0.2.1 -s 'timeout=5;retries=9' | each setting has its own -s KEY=VALUE",
    "status snmp 192.0.2.1 --secret-file community | it takes the form KEY=FILE",
    "status snmp 192.0.2.1 --secret-file community=/nowhere | /nowhere cannot be read",
    "status ./missing.tar.gz 192.0.2.1 | `make packages` in a copy of the project builds archives",
    "off snmp 192.0.2.1 | For example: pdu off snmp 192.0.2.8 3",
    "off 3 snmp 192.0.2.1 | the outlet comes last: pdu off snmp 192.0.2.8 3",
    "cycle snmp 192.0.2.1 1 --pause 5m | '5m': give 0 to 3600 seconds",
    "check | give the list of PDUs: --list FILE, PDU_LIST or ~/.config/pdu/pdus.csv",
    "check r1-left | give the list of PDUs: --list FILE, PDU_LIST or ~/.config/pdu/pdus.csv",
    "check hall.csv snmp 192.0.2.1 | is a handler: give HANDLER HOST... without a list, or NAMEs",
    "check gone.csv | gone.csv cannot be read (No such file or directory)",
    "check hall.csv --every 30s | No such option: --every (pdu check --help)",
    "find | For example: pdu find 192.0.2.0/24",
    "find 192.0.2.1/24 | did you mean 192.0.2.0/24?",
    "find 192.0.2.1:161 | pdu identify 192.0.2.1:161 asks one device, and --port is of all",
    "status snmp [::1]:x | the port is a number, as in [::1]:443",
    "find 192.0.2.0-255 | is not a network such as 192.0.2.0/24",
    "find 192.0.2.0/24 --login x | --login needs --auth",
    "replay | For example: pdu replay unit.snmprec",
    "replay hall.csv | use pdu record, snmpwalk -On, an HTTP Archive (HAR)",
    "record snmp | For example: pdu record",
    "record 192.0.2.1 | pdu identify 192.0.2.1 asks the device which handler reads it",
    "record apc 192.0.2.1 | apc is read by the handler snmp or redfish, as pdu supports apc says",
    "record mine.py 192.0.2.1 | `make packages` in a copy of the project builds archives)",
    "find 192.0.2.1,192.0.2.2 | give several with spaces between them, without commas",
    "find 192.0.2.0/24 --add r1 | pdu identify HOST asks one device by its name, and its --add",
    "find 192.0.2.1 --add --list gone.csv --auth ./gone.csv | as the file of logins: give two",
    "identify | For example: pdu identify 192.0.2.8",
    "supports | For example: pdu supports AP8959",
    "snmp family | did you mean families?",
    "new My-PDU | run pdu new in the folder of a copy",
    "handler | Missing command: choose from check",
    "handler check gone | is no file, folder or archive with a handler",
    "completion powershell | is not one of 'bash', 'zsh', 'fish'",
    "help nothing | there is no command 'nothing'; choose from status, ",
    "version --jsn | did you mean --json?",
    "check 192.0.2.1 | for one PDU: pdu identify 192.0.2.1",
    "identify snmp | 'snmp' is a handler: give the address of the PDU, as in pdu identify",
    "identify 192.0.2.0/24 | pdu find 192.0.2.0/24 searches a network",
    "help handler chek | did you mean check?",
    "status ./hall.csv 192.0.2.1 | a list of PDUs is read by pdu check ./hall.csv, or pdu status",
    "status hall.csv r1-left | pdu status NAME --list hall.csv",
    "status hall.csv | a list of PDUs is read by pdu check hall.csv, or pdu status NAME --list",
    "off hall.csv r1-left 1 | pdu status NAME --list hall.csv",
    "status unit.zip 192.0.2.1 | give a Python file (.py), a folder or a tar.gz with one",
    "status snmp 192.0.2.1 3 | the number of an outlet comes last: pdu off snmp 192.0.2.8 3",
    "on snmp 3 192.0.2.1 | the number of an outlet comes last: pdu off snmp 192.0.2.8 3",
    "status snmp 192.0.2.1,192.0.2.2 | several with spaces between them",
    "status snmp pdu1:snmp | the port is a number, as in pdu1:443",
    "status snmp 192.0.2.1 -s port | such as -s timeout=5",
    "record snmp 192.0.2.1 unit.rec | For example: pdu record snmp 192.0.2.8 -o unit.snmprec",
    "completion zsh bash | For example: pdu completion bash >> ~/.bashrc",
    "new handler mine | For example: pdu new modbus",
    "version 1 | For example: pdu version",
    "check hall.csv --list hall.csv | give the list once, as an argument or as --list",
    "STATUS | did you mean status?",
    "ыефегы snmp 192.0.2.1 | it has Cyrillic letters: did you mean 'status'?",
    "snmp сhесk mine.json | it has Cyrillic letters: did you mean 'check'?",
    "off snmp 192.0.2.1 1 --нуы | it has Cyrillic letters: did you mean '--yes'?",
    "status ытьз 192.0.2.1 | it has Cyrillic letters: did you mean 'snmp'?",
    "off snmp 192.0.2.1 1 —yes | did you mean '--yes'?",
    "cycle snmp 192.0.2.1 –yes | did you mean '--yes'?",
    "status snmp −-timeout 3 | an option begins with two plain hyphens",
    "status snmp １９２.0.2.1 | did you mean 192.0.2.1?",
    "status snmp «192.0.2.1» | did you mean 192.0.2.1?",
    "status snmp 192.0.2.1: | did you mean 192.0.2.1?",
    "status snmp 192.0.2.1/index.html | did you mean 192.0.2.1?",
    "status snmp '192.0.2.1 161' | did you mean 192.0.2.1:161?",
    "status snmp 192.000.002.001 | IPv4 has four numbers from 0 to 255, without zeros",
    "find 192.0.2.* | did you mean 192.0.2.0/24?",
    "find 192.0.2.3-192.0.2.20 | did you mean 192.0.2.0/24?",
    "xyzzy | choose from status, ",
    "simulate | replay",
    "doctor | identify",
    "off raritan h 1 -p | use PDU_PASSWORD",
    "status smnp 192.0.2.1 | builds archives); did you mean snmp?",
    "check l.csv --watch 5 | No such option: --watch",
    "prove snmp h | there is no command 'prove'; use pdu record, and pdu cycle of an idle outlet",
    "platform COPY | there is no command 'platform'; use make conformance COPY=DIR in a clone",
    "exporter hall.csv | there is no command 'exporter'; use pdu check --prometheus FILE",
    "restart snmp h 2 | there is no command 'restart'; use pdu cycle (pdu --help)",
    "192.0.2.8 status | the command stands first: pdu status 192.0.2.8",
    "snmp 192.0.2.8 status | the command stands first: pdu status snmp 192.0.2.8",
    "status r1-left snmp --list hall.csv | 'snmp' is a handler, and stands behind the name of a",
    "off 192.0.2.8 snmp 2 --yes | the handler stands before the address: pdu off snmp 192.0.2.8",
    "check hall.csv --html page.html | No such option: --html; use --csv or --json",
    "register snpm --dry-run | did you mean snmp?",
    "register SNMP --dry-run | did you mean snmp?",
    "register nosuchthing --dry-run | in a clone",
    "register --remove snmp | DCImanager removes a handler: ",
    "unregister snmp | DCImanager removes a handler: ",
    "find 192.0.2.0 255.255.255.0 | 255.255.255.0 is a mask: give the network as 192.0.2.0/24",
    "find 255.255.255.128 | is a mask: give the network as 192.0.2.0/25",
    "find 192.0.2.1 --dry-run | without --add nothing is changed (pdu find --help)",
    "register snmp --try | No such option: --try; use --name NAME_try",
    "identify h --verbose | No such option: --verbose; what it added is always shown; --debug logs",
    "snmp families --table devices | No such option: --table; both tables are printed",
    "new acme --tree x | No such option: --tree; run it in the folder of a copy",
    "status snmp h --timeout 5 | No such option: --timeout; use -s timeout=5",
    "status raritan h --fingerprint x | No such option: --fingerprint; use -s fingerprint=...",
    "status snmp 192.0.2.1 --yes | No such option: --yes (pdu status --help)",
    "status snmp 192.0.2.1 --username | requires an argument. (pdu status --help)",
    "--verson | No such option: --verson; did you mean --version?",
    "identify snmp 192.0.2.1 | as in pdu identify 192.0.2.8 --handler snmp",
    "'' | there is no command ''; choose from status, statistic, ",
    "snmp '' | there is no command ''; choose from families, show, check",
    "supports '' | WORDS is empty: give a model",
    "status snmp fe80::1 | add this machine's interface, as in fe80::1%eth0",
    "status snmp 2001:db8::8:161 | write [2001:db8::8]:161, or [2001:db8::8:161] for the address",
    "status snmp 192.0.2.1 --username x | has no effect without SNMPv3: give --snmp-version 3",
    "status snmp h --snmp-version 3 --username '' | '--username': the value is empty",
    "snmp | Missing command: choose from ",
    "find 10.0.0.0/4 | did you mean 10.0.0.0/16?",
    "find 192.0.2.0/24 --auth a | --auth needs --login",
    "find 192.0.2.0/30 --rate 50 | No such option: --rate; pdu find sends 200 requests a second",
    "status snmp h -s timeout=5s | settings: -s timeout=... must be a number from 0.05 to 60",
    "status snmp h -s retries=99 | settings: -s retries=... must be a number from 0 to 10",
    "status snmp h --snmp-version 7 | settings: --snmp-version must be one of 1, ",
    "status snmp h -s device=rack1 | -s device=... is unknown: snmp has no such setting; ",
    "status snmp h -s tls=yes | -s tls=... is unknown: snmp has no such setting; it takes profile",
    "completion | Choose from: bash, zsh, fish. For example: pdu completion bash",
    "status nut h -s password=s3cret-w0rd | --secret-file",
    "status snmp h --auth-password=s3cret-w0rd | use PDU_AUTH_PASSWORD",
    "status nut h --secret-file s3cret-w0rd | KEY=FILE",
    "status nut h -s pasword=s3cret-w0rd | -s pasword=... is unknown: nut has no such setting",
    "status snmp http:// | without scheme and path",
    "status snmp https://admin:s3cret-w0rd@192.0.2.7:8443/x | 'https://192.0.2.7:8443/' is a URL",
    "status snmp https://admin:s3cret-w0rd/1@192.0.2.7/x | is a URL",
    "status snmp https://admin:s3cret-w0rd#1@192.0.2.7/x | is a URL",
    "status snmp admin:s3cret-w0rd@https://192.0.2.7 | 'https://192.0.2.7/' is a URL",
    "status snmp http://192.0.2.7?password=s3cret-w0rd | as in 192.0.2.7",
    "status nut s3cret-w0rd@192.0.2.7 | give the host alone",
    "status nut h1 h2 -s host=h3 | -s host=... is not taken beside HOST: give one address",
    "status nut h:0 | has the port 0: give one from 1 to 65535",
    "identify [::1]:999999 | has the port 999999",
    "off web-1 | the name of a PDU needs its list (--list FILE, PDU_LIST or ~/.config",
    "status AP8959 | AP8959 is read by the handler snmp, as pdu supports AP8959 says",
    "off lenovo 192.0.2.7 3 | lenovo is perhaps read by the handler snmp",
    "status raritan h -s ca_pem=/dev/null | -s ca_pem=...: /dev/null is empty",
    "status raritan h -s ca_pem=hall.csv | -s ca_pem=...: hall.csv contains no PEM certificate",
    "status nut h --secret-file pasword=/dev/null | it takes password",
    "status snmp h --secret-file password=/dev/null | it takes community",
    "find 192.0.2.1 --secret-file comunity=/dev/null | find has no secret 'comunity'; it takes com",
    "check noheader.csv | the first line is a PDU: put the names of the columns above it, such as",
    'check hall.csv --auth curly.toml | it has typographic quotes; write "text" with straight ones',
    'check hall.csv --auth bare.toml | at line 2, column 13: a text needs quotes: key = "text"',
    "check password.csv | 'password' is a secret, which a list must not contain: take the column",
    "status snmp h --community-file s3cret-w0rd | (or --secret-file community=FILE)",
    "off server-3 | an outlet of this name: pdu where server-3 (pdu off --help)",
    "off server-3 --list hall.csv | an outlet of this name: pdu where server-3",
    "status HOST | usage: 'HOST' is not a handler (",
    "status snmp 192.0.2.1 161 | a port is written behind its host, as in 192.0.2.8:161",
    "status gone --list hall.csv | nor a PDU of hall.csv; pdu check shows its names",
    "snmp check hall.csv | docs/own-pdu.md says how a profile is made",
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the lines below name. It is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PDU_COMMUNITY", "s3cret-w0rd")
    for name, text in {
        "hall.csv": f"{HEAD}\n{ROW}\n",
        "noheader.csv": f"{ROW}\nr1-right,snmp,192.0.2.2,snmp,\n",
        "password.csv": f"{HEAD},password\n{ROW},s3cret-w0rd\n",
        "unit.zip": "PK",
        "logins.toml": LOGINS,
        "curly.toml": LOGINS.replace('"s3cret-w0rd"', "“s3cret-w0rd”"),
        "bare.toml": LOGINS.replace('"s3cret-w0rd"', "s3cret-w0rd"),
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
        os.chmod(tmp_path / name, 0o600)
    return tmp_path


@pytest.mark.parametrize("line", TYPED)
def test_a_mistyped_line_is_answered_with_the_next_step(
    line: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("PDU_LIST", "PDU_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(files))
    typed, _, advice = line.partition(" | ")
    code, out, err = run(capsys, *shlex.split(typed))
    assert (code, out) == (2, "")
    assert advice in err
    assert err.count("\n") == 1
    assert "s3cret-w0rd" not in err


@pytest.mark.parametrize("line", TYPED[:6])
def test_a_mistake_in_json_has_its_kind_and_the_same_sentence(
    line: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, _, advice = line.partition(" | ")
    code, out, err = run(capsys, *typed.split(), "--json")
    error = json.loads(out)["error"]
    assert code == 2
    assert err == ""
    assert error["exit_code"] == 2
    assert advice in error["reason"]
    assert error["kind"] in ("usage", "settings")


def test_each_other_word_is_no_word_of_this_program_and_names_one() -> None:
    assert not set(other_words.COMMANDS) & set(root.ROOT.lazy_commands)
    sentences = [*other_words.COMMANDS.values(), *other_words.OPTIONS.values()]
    for command in re.findall(r"\bpdu (\w+)", " ".join(sentences)):
        assert command in root.ROOT.lazy_commands
    options: set[str] = set()
    with click.Context(root.ROOT) as context:
        commands = [root.ROOT.get_command(context, name) for name in root.ROOT.lazy_commands]
    for command in commands:
        for parameter in command.params if command is not None else ():
            options.update(parameter.opts)
    assert not set(other_words.OPTIONS) & options
    for option in re.findall(r"--[a-z]+", " ".join(other_words.OPTIONS.values())):
        assert option in options


@pytest.mark.parametrize(
    "line",
    [
        *("status r1-lefft", "statistic r1-lefft", "outlets r1-lefft", "off r1-lefft 1 --yes"),
        *("on r1-lefft 1 --yes", "cycle r1-lefft 1 --yes", "check r1-lefft"),
        *("record r1-lefft -o unit.snmprec", "identify r1-lefft --handler snmp"),
    ],
)
def test_a_misspelt_name_of_a_pdu_leads_to_the_listed_one(
    line: str, files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_server.take_away(monkeypatch)
    _, _, err = run(capsys, *line.split(), "--list", "hall.csv")
    assert "did you mean r1-left?" in err


@pytest.mark.parametrize("name", root.ROOT.lazy_commands)
def test_a_command_with_a_letter_twice_leads_to_this_command(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """To both directions, if it is one of the two that switch."""
    code, out, err = run(capsys, f"{name}{name[-1]}")
    assert (code, out) == (2, "")
    advice = "on switches outlets on, off " if name in ("on", "off") else f"did you mean {name}?"
    assert advice in err


@given(
    strategies.text("onfupdwer-_ ", min_size=1, max_size=7)
    | strategies.sampled_from(["dwon", "dow", "own", "upp", "donw", "onn"])
)
def test_similarity_never_picks_a_direction(word: str) -> None:
    """A word that is not in the table never leads to `on` alone or to `off` alone."""
    assume(word not in other_words.COMMANDS)
    sentence = root.ROOT._advice(word, list(root.ROOT.lazy_commands))
    assert ("on" in sentence.split()) == ("off" in sentence.split())
    assert sentence not in [f"did you mean {word}?" for word in ("on", "off")]


@pytest.mark.parametrize(
    "variable, handler, sentence",
    [
        ("PDU_TIMEOUT=abc", "snmp", "PDU_TIMEOUT must be a number from 0.05 to 60, not 'abc'"),
        ("PDU_SNMP_VERSION=9", "snmp", "PDU_SNMP_VERSION must be one of 1, v1, 2, 2c, v2, v2c"),
        ("PDU_VERIFY=maybe", "netio", "PDU_VERIFY: 'maybe' is not allowed; give yes or no"),
        ("PDU_PROFILE=apc", "snmp", "PDU_PROFILE names the family 'apc', which this handler"),
    ],
)
def test_a_variable_that_is_wrong_is_named(
    variable: str,
    handler: str,
    sentence: str,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the variable, if the command line does not give the setting."""
    name, _, value = variable.partition("=")
    for key, text in {name: value, "PDU_USERNAME": "admin", "PDU_PASSWORD": "s3cret"}.items():
        monkeypatch.setenv(key, text)
    assert sentence in run(capsys, "status", handler, "192.0.2.1")[2]
    setting = name.removeprefix("PDU_").lower()
    typed_err = run(capsys, "status", handler, "192.0.2.1", "-s", f"{setting}={value}")[2]
    assert sentence.replace(name, f"-s {setting}=...") in typed_err


def test_a_community_in_the_place_of_a_host_is_not_asked_of_the_name_server(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ("public", "s3cret-w0rd"):
        code, out, err = run(capsys, "status", "snmp", "127.0.0.1:9", word)
        assert (code, out) == (2, "")
        assert "a community stands where a further host" in err
        assert word not in err
        assert "127.0.0.1" not in err


def test_a_wrong_option_is_named_before_a_community_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PDU_COMMUNITY", raising=False)
    code, _, err = run(capsys, "status", "snmp", "127.0.0.1:9", "-s", "timeout=0")
    assert code == 2
    assert err.startswith("settings: -s timeout=... must be")


def test_an_ipv6_address_in_brackets_is_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "identify", "[2001:db8::8:161]", "--handler", "nut")
    assert code == 3
    assert out.startswith("nut: closed: no connection to TCP port 3493")


def test_a_community_with_a_blank_is_said_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private ")
    code, _, err = run(capsys, "status", "snmp", "127.0.0.1:9")
    assert code == exit_codes.WRONG
    assert "the community begins or ends with a blank: set PDU_COMMUNITY" in err
    assert "private" not in err
