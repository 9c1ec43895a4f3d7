"""The platform's SNMP calls as handlers use them: rows, values, and the errors for its failures."""

from __future__ import annotations

import enum
import functools
import logging
from types import SimpleNamespace
from typing import Any, Callable, NamedTuple, Optional

import pytest
from pysnmp.proto import errind, rfc1902, rfc1905

from handlers.dcimanager.rows import oid_arcs
from handlers.dcimanager.snmp import Snmp
from handlers.dcimanager.view_fields import ports_of
from handlers.shared.errors import (
    Denied,
    PduHandlerError,
    ProtocolError,
    Refused,
    SettingsError,
    Unreachable,
)
from pdu.loading import answers
from tests.chains import kept
from tests.handlers.dcimanager.platform_double import Platform, snmp_over

ROOT = "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4"


PARAMS = {"community": "s3cret", "port": "161"}


def snmp(answer: object, params: object = PARAMS) -> Snmp:
    return snmp_over(Platform(answer, params))


def row(value: object, **where: object) -> SimpleNamespace:
    return SimpleNamespace(value=value, **where)


FORMS: list[tuple[str, Callable[[str, str], SimpleNamespace]]] = [
    ("full OID", lambda i, v: row(v, oid=f"{ROOT}.{i}")),
    ("leading dot", lambda i, v: row(v, oid=f".{ROOT}.{i}", oid_index="")),
    ("named root", lambda i, v: row(v, oid=f"iso.{ROOT[2:]}.{i}")),
    ("full OID and index", lambda i, v: row(v, oid=f"{ROOT}.{i}", index=i)),
    (
        "full OID and last part of the index",
        lambda i, v: row(v, oid=f"{ROOT}.{i}", oid_index=i.rpartition(".")[2]),
    ),
    ("OID without index", lambda i, v: row(v, oid=ROOT, oid_index=i)),
    (
        "OID without the last part of the index",
        lambda i, v: row(
            v,
            oid=f"enterprises.{f'{ROOT}.{i}'[12:].rpartition('.')[0]}",
            oid_index=i.rpartition(".")[2],
        ),
    ),
    ("index alone", lambda i, v: row(v, oid_index=i)),
    ("full OID as index", lambda i, v: row(v, index=f"{ROOT}.{i}")),
    ("full OID twice", lambda i, v: row(v, oid=f".{ROOT}.{i}", oid_index=f"{ROOT}.{i}")),
    ("a label and an index", lambda i, v: row(v, oid="rPDUOutletStatusOutletState", oid_index=i)),
]


@pytest.mark.sample(16)
@pytest.mark.parametrize(
    "indexes", [["1", "2", "10"], ["1.1", "1.2", "2.1", "2.2"], ["1.1.7", "1.2.7", "1.3.7"], ["0"]]
)
@pytest.mark.parametrize("form", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
def test_a_rows_index_is_found_in_every_form(
    form: Callable[[str, str], SimpleNamespace], indexes: list[str]
) -> None:
    assert snmp([form(i, "1") for i in indexes]).walk(ROOT) == {i: "1" for i in indexes}


@pytest.mark.parametrize(
    "text, oid",
    [
        ("1.3.6.1.4.1.318.1", "1.3.6.1.4.1.318.1"),
        (".1.3.6.1.4.1.318.1", "1.3.6.1.4.1.318.1"),
        ("iso.3.6.1.4.1.318.1", "1.3.6.1.4.1.318.1"),
        ("SNMPv2-SMI::enterprises.318.1", "1.3.6.1.4.1.318.1"),
        ("NET-SNMP-MIB::netSnmpAgentOIDs.10", "1.3.6.1.4.1.8072.3.2.10"),
        ("UCD-SNMP-MIB::linux", "1.3.6.1.4.1.2021.250.10"),
        ("UCD-SNMP-MIB::ucdavis.250.10", "1.3.6.1.4.1.2021.250.10"),
        ("NET-SNMP-TC::linux", "1.3.6.1.4.1.8072.3.2.10"),
        ("PowerNet-MIB::masterSwitchrPDU", None),
        ("1.3.x", None),
        ("1..3", None),
        ("\u0661.3", None),
        ("", ""),
    ],
)
def test_an_oid_is_read_in_each_known_spelling_and_others_are_refused(
    text: str, oid: Optional[str]
) -> None:
    arcs = oid_arcs(text)
    assert (None if arcs is None else ".".join(map(str, arcs))) == oid


def test_a_row_with_neither_an_oid_nor_an_index_is_an_error() -> None:
    for rows in (
        [row("1"), row("2")],
        [row("1", oid="rPDUOutletStatusOutletState", oid_index="1"), row("2")],
    ):
        with pytest.raises(
            ProtocolError, match="a walked row has neither an OID that can be read nor an index"
        ):
            snmp(rows).walk(ROOT)


@pytest.mark.parametrize(
    "where",
    [["1.5.1.3", "1.4.1.1", "1.4.1.2"], ["1.4.1.1", "1.5.1.2", "1.5.1.3"], ["1.5.1.1", "1.5.1.2"]],
    ids=["first", "two at the end", "only"],
)
def test_rows_of_another_column_are_an_error(where: list[str]) -> None:
    """Its index alone would make it an outlet of this column."""
    rows = [row("1", oid=f"1.3.6.1.4.1.9.{at}", oid_index=at.rpartition(".")[2]) for at in where]
    with pytest.raises(ProtocolError, match="not asked for"):
        snmp(rows).walk("1.3.6.1.4.1.9.1.4")


# ---- how libraries end a walk: easysnmp 0.2.6, ezsnmp 2.5.0, pysnmp 4.4.12 -----------------------

END = "No more variables left in this MIB View (It is past the end of the MIB tree)"
NO_INSTANCE = "No Such Instance currently exists at this OID"
TWO = [row("5", oid=f"{ROOT}.1"), row("5", oid=f"{ROOT}.2")]


@pytest.mark.parametrize(
    "last",
    [
        row(END, oid=f"{ROOT}.2"),
        row("5", oid=f"{ROOT}.2"),
        row("6", oid="1.3.6.1.6.3.1.1.6.1.0"),
        row("6", oid=f"{ROOT.rpartition('.')[0]}.999.1"),
    ],
    ids=["a sentence", "again", "behind the device's objects", "behind the table"],
)
def test_what_a_library_adds_at_the_end_of_a_walk_is_no_row(last: SimpleNamespace) -> None:
    assert snmp([*TWO, last]).walk(ROOT) == {"1": "5", "2": "5"}


@pytest.mark.parametrize(
    "only",
    [
        row(NO_INSTANCE, oid=ROOT.rpartition(".")[0], index=ROOT.rpartition(".")[2]),
        row("", oid=ROOT),
    ],
    ids=["a sentence", "the table without a value"],
)
def test_what_a_library_makes_of_an_empty_table_is_no_row(only: SimpleNamespace) -> None:
    assert snmp([only]).walk(ROOT) == {}


def test_the_one_row_of_a_table_may_be_empty() -> None:
    """Without it, a sum would be another counter's."""
    assert snmp_over(Table({"7": ""}, split=True)).walk(ROOT) == {"7": ""}


def test_an_outlet_whose_name_is_the_text_of_an_exception_is_a_row() -> None:
    rows = [row("A", oid=f"{ROOT}.1"), row(NO_INSTANCE, oid=f"{ROOT}.2")]
    assert snmp(rows).walk(ROOT) == {"1": "A", "2": ""}


def test_a_walk_that_raises_and_has_lost_its_rows_is_an_error() -> None:
    class Losing(Table):
        def snmp_walk(self, oid: object) -> Any:
            if str(oid) == ROOT:
                raise RuntimeError("no such name error encountered")
            return [self._element(f"{oid}.7.7", "1")]

    for index, columns in (("1", ()), ("7.7", (f"{ROOT.rpartition('.')[0]}.2",))):
        device = snmp_over(Losing({index: "1"}, False))
        for column in columns:  # one of the same table shows an index
            assert device.walk(column) == {"7.7": "1"}
        with pytest.raises(ProtocolError, match="lost the rows .* set the SNMP version to 2"):
            device.walk(ROOT)


def test_rows_of_which_only_some_have_a_readable_oid_are_an_error() -> None:
    with pytest.raises(ProtocolError, match="only some of the walked rows"):
        snmp([row("1", oid=f"{ROOT}.1", oid_index="1"), row("1", oid="", oid_index="2")]).walk(ROOT)


def test_a_repeated_row_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="twice"):
        snmp([row("1", oid=f"{ROOT}.1"), row("2", oid=f"{ROOT}.1")]).walk(ROOT)


@pytest.mark.parametrize(
    "rows", [[row("1", oid=ROOT)], [row("1", oid=ROOT), row("1", oid=f"{ROOT}.1")]]
)
def test_a_row_without_an_index_is_an_error(rows: list[SimpleNamespace]) -> None:
    """A broken agent may answer with the column itself, which would become an outlet with an empty
    identity.
    """
    with pytest.raises(ProtocolError, match="a row has no index"):
        snmp(rows).walk(ROOT)
    assert snmp([row("No Such Instance currently exists at this OID", oid=ROOT)]).walk(ROOT) == {}


@pytest.mark.parametrize("form", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
def test_a_value_of_another_object_is_an_error_where_the_oid_can_be_read(
    form: Callable[[str, str], SimpleNamespace],
) -> None:
    element = form("1.7", "1")
    assert snmp(element).get(f"{ROOT}.1.7") == "1"

    has_oid = hasattr(element, "oid") and oid_arcs(element.oid) is not None
    if has_oid:
        neighbour = form("1.8", "1")
        with pytest.raises(ProtocolError, match="another object"):
            snmp(neighbour).get(f"{ROOT}.1.7")


def test_a_boolean_is_read_as_text_and_not_as_the_number_1() -> None:
    assert snmp(row(True)).get(ROOT) == "True"


class _TwoNames(SimpleNamespace):
    def __init__(self) -> None:
        self.port_list: list[object] = []
        self.outlets = self.port_list


class _Computed(SimpleNamespace):
    @property
    def outlet_list(self) -> list[object]:
        return []


def test_the_ports_of_a_view_are_its_list_ports_or_else_its_only_list() -> None:
    """`pdu` finds them as handlers do: it judges views of anybody's handler."""
    ports: list[object] = []
    two_names = _TwoNames()
    expected_by_view = [
        (SimpleNamespace(ports=ports, other=[1]), ports),
        (SimpleNamespace(ports="none", outlets=ports), ports),
        (SimpleNamespace(first=[], second=[]), None),
        (SimpleNamespace(outlets=ports, _outlets=ports), ports),
        (SimpleNamespace(_ports=ports), ports),
        (two_names, two_names.outlets),
        # what is appended to it may be lost
        (_Computed(), None),
    ]
    for find_ports in (ports_of, answers.ports_of):
        for view, expected in expected_by_view:
            assert find_ports(view) is expected, view


def test_a_row_without_a_value_keeps_its_place_in_a_table_with_values() -> None:
    first = row("1", oid=f"{ROOT}.1")
    without_value = row(None, oid=f"{ROOT}.2")
    no_such_instance = row("NOSUCHINSTANCE", oid=f"{ROOT}.3")
    empty = row("", oid=f"{ROOT}.4")

    values = snmp([first, without_value, no_such_instance, empty]).walk(ROOT)

    assert values == {"1": "1", "2": "", "3": "", "4": ""}


def test_rows_without_a_value_alone_are_a_column_that_the_device_does_not_have() -> None:
    without_value = row(None, oid=f"{ROOT}.2")
    no_such_instance = row("NOSUCHINSTANCE", oid=f"{ROOT}.3")
    assert snmp([without_value, no_such_instance]).walk(ROOT) == {}


def test_a_row_of_the_column_itself_without_a_value_marks_the_end_of_a_walk() -> None:
    first = row("1", oid=f"{ROOT}.1")
    end = row(None, oid=ROOT)
    assert snmp([first, end]).walk(ROOT) == {"1": "1"}


@pytest.mark.parametrize(
    "missing",
    [
        None,
        row(None),
        row("NOSUCHINSTANCE"),
        row("No Such Object available on this agent"),
        row("noSuchName"),
        row("endOfMibView"),
        RuntimeError("noSuchName at 1"),
        type("EasySNMPNoSuchInstanceError", (Exception,), {})("x"),
        row("No more variables left in this MIB View (It is past the end of the MIB tree)"),
        row(rfc1905.noSuchInstance),
        row(rfc1905.noSuchObject),
        row(rfc1905.endOfMibView),
        row(LookupError("No Such Instance currently exists at this OID")),
    ],
)
def test_a_missing_object_is_none_in_each_known_form(missing: object) -> None:
    assert snmp(missing).get(ROOT) is None


class Lazy:
    """An element whose value raises when it is read."""

    def __init__(self, words: str) -> None:
        self.oid = f"{ROOT}.1"
        self._words = words

    @property
    def value(self) -> object:
        raise RuntimeError(self._words)


def test_an_element_may_raise_when_its_value_is_read() -> None:
    missing = Lazy("No Such Instance currently exists at this OID")
    second = row("1", oid=f"{ROOT}.2")
    assert snmp(missing).get(f"{ROOT}.1") is None
    assert snmp([missing]).walk(ROOT) == {}
    assert snmp([missing, second]).walk(ROOT) == {"1": "", "2": "1"}


class Unresolved:
    """An element whose index raises when it is read, as a library may if it lacks the MIB."""

    oid = f"{ROOT}.1"
    value = "5"

    @property
    def oid_index(self) -> object:
        raise RuntimeError("not resolved")


def test_the_index_of_an_element_is_not_read_if_its_oid_is_the_one_asked_for() -> None:
    assert snmp(Unresolved()).get(f"{ROOT}.1") == "5"


def test_the_words_of_an_element_that_raises_are_shown_without_a_secret() -> None:
    broken = Lazy("broken for s3cret")
    sentence = r"192\.0\.2\.7: {}: .*RuntimeError: broken for \*\*\*"
    with pytest.raises(Unreachable, match=sentence.format("read")):
        snmp(broken).get(f"{ROOT}.1")
    with pytest.raises(Unreachable, match=sentence.format("walk")):
        snmp([broken]).walk(ROOT)


def test_a_long_text_of_the_platform_is_cut_after_its_control_characters_are_escaped() -> None:
    with pytest.raises(Refused) as error_info:
        snmp(RuntimeError("wrongValue " + "\x01" * 600)).set(f"{ROOT}.1", 1)
    reason = error_info.value.reason
    assert reason.count("\\x01") < 75
    assert reason.endswith("...)")


def test_an_empty_text_of_the_platforms_own_type_is_not_missing() -> None:
    assert snmp(row(rfc1902.OctetString(""))).get(ROOT) == ""


@pytest.mark.parametrize("value", [0, "0", b"\x00\xff", "", -1, -(2**63), 2**64 - 1])
def test_get_returns_a_value_unchanged(value: object) -> None:
    assert snmp(row(value)).get(ROOT) == value


# texts of the platform and of pysnmp (errind), and the errors of a read and of a write
TEXTS: list[tuple[object, type, type]] = [
    *(
        (words, Unreachable, Unreachable)
        for words in (
            "Timeout: no response from 192.0.2.7 (s3cret)",
            "timed out",
            "kaputt",
            "[Errno -2] Name or service not known",
            errind.requestTimedOut,
        )
    ),
    *(
        (words, Denied, Denied)
        for words in (
            "noAccess",
            "notWritable",
            "authorizationError",
            "Unknown user name",
            "Wrong SNMP PDU digest",
            errind.authenticationError,
            errind.authenticationFailure,
            errind.decryptionError,
            errind.notInTimeWindow,
            errind.unknownUserName,
            errind.unknownSecurityName,
            errind.unsupportedSecurityLevel,
            errind.wrongDigest,
            errind.unknownCommunityName,
        )
    ),
    *((words, Refused, Refused) for words in ("wrongValue", "badValue", "inconsistentValue")),
    # the device failed, so the outlet may have switched
    *((words, Refused, Unreachable) for words in ("genErr", "commitFailed", "undoFailed")),
    *(
        (words, SettingsError, SettingsError)
        for words in (
            "snmp_params has no community",
            "snmp_params timeout must be a number from 0.05 to 60",
            errind.unsupportedAuthProtocol,
            errind.unsupportedPrivProtocol,
        )
    ),
]


@pytest.mark.parametrize("words, reading, writing", TEXTS, ids=str)
def test_each_text_of_the_platform_becomes_an_error_of_its_class_without_secrets(
    words: object, reading: type, writing: type
) -> None:
    platform = snmp(RuntimeError(str(words)))
    calls: list[tuple[Callable[[], object], type]] = [
        (lambda: platform.get(ROOT), reading),
        (lambda: platform.set(ROOT, 1), writing),
    ]
    for call, kind in calls:
        with pytest.raises(PduHandlerError) as error_info:
            call()
        error = error_info.value
        assert type(error) is kind
        assert "s3cret" not in str(error)
        assert error.host == "192.0.2.7"
        assert "RuntimeError" in error.reason


def test_a_request_outside_the_time_window_does_not_blame_the_login() -> None:
    for indication in (errind.notInTimeWindow, "(errorIndication): not in windows of trust"):
        with pytest.raises(Denied, match="accepts the SNMPv3 user but not the time of the request"):
            snmp(RuntimeError(str(indication))).get(ROOT)


@pytest.mark.parametrize(
    "words, reading, writing",
    [
        (
            "authorizationError",
            "may read, with the security level",
            "may write, and enable SNMP SET",
        ),
        *(
            (words, *["the address cannot be resolved: check it"] * 2)
            for words in (
                "Name or service not known",
                "No address associated with hostname",
                "Unknown host (rack-7)",
            )
        ),
        ("genErr", "failed while it read", "failed while it carried out the write"),
        ("UnknownUserName", "check them", "check them"),
        ("snmp_params port", "correct them", "correct them"),
        ("tooBig", "the device refused to read this", "the device refused the write"),
    ],
)
def test_the_text_of_an_error_fits_a_read_or_a_write(
    words: str, reading: str, writing: str
) -> None:
    with pytest.raises(PduHandlerError, match=reading):
        snmp(RuntimeError(words)).get(ROOT)
    with pytest.raises(PduHandlerError, match=writing):
        snmp(RuntimeError(words)).set(ROOT, 1)


@pytest.mark.parametrize("host", ["timeout-lab", "nosuchname", "generr.example"])
def test_the_error_for_a_host_that_cannot_be_resolved_does_not_depend_on_its_name(
    host: str,
) -> None:
    platform = snmp(RuntimeError(f"no address for {host}"))
    for call in (functools.partial(platform.get, ROOT), functools.partial(platform.set, ROOT, 1)):
        with pytest.raises(Unreachable, match="the address cannot be resolved"):
            call()


def test_a_write_that_snmpv1_answers_with_nosuchname_is_denied_not_missing() -> None:
    with pytest.raises(Denied):
        snmp(RuntimeError("noSuchName")).set(ROOT, 1)


@pytest.mark.sample(13)
@pytest.mark.parametrize(
    "community", ["a", "no", "o", "Error", "t", "timeout", "readonly", "noSuchName", "genErr"]
)
@pytest.mark.parametrize(
    "words, reading, writing",
    [
        ("noSuchInstance", None, Denied),
        ("authorizationError", Denied, Denied),
        ("Timeout: no response", Unreachable, Unreachable),
        ("wrongValue", Refused, Refused),
    ],
)
def test_a_community_that_occurs_in_the_platforms_text_changes_no_error(
    community: str, words: str, reading: Optional[type], writing: type
) -> None:
    """This holds where the community is a part of a word and where it is a whole word."""
    device = snmp(RuntimeError(f"{words} ({community})"), {"community": community})
    if reading is None:
        assert device.get(ROOT) is None
    else:
        with pytest.raises(reading):
            device.get(ROOT)
    with pytest.raises(writing) as error_info:
        device.set(ROOT, 1)
    assert f"({community})" not in str(error_info.value)


def test_the_platforms_exception_is_not_attached_as_it_may_hold_the_community() -> None:
    with pytest.raises(PduHandlerError) as error_info:
        snmp(RuntimeError("authorizationError for s3cret")).get(ROOT)
    assert error_info.value.__context__ is None
    assert "s3cret" not in str(error_info.value)


@pytest.mark.parametrize("code", ["wrongValue", "badValue", "inconsistentValue", "tooBig"])
def test_a_refusal_has_the_devices_code(code: str) -> None:
    with pytest.raises(Refused, match="the device refused the write") as error_info:
        snmp(RuntimeError(code)).set(ROOT, 1)
    assert error_info.value.code == code.lower()


class Login(NamedTuple):
    community: str = "31415926"


class Password(str, enum.Enum):
    OF_USER = "31415926"


class SecretStr:
    """As pydantic's."""

    def get_secret_value(self) -> str:
        return "31415926"

    def __str__(self) -> str:
        return "**********"

    __repr__ = __str__


class SlottedLogin:
    """As a class of attrs or a dataclass with slots: without `__dict__`."""

    __slots__ = ("port", "community")

    def __init__(self) -> None:
        self.community = "31415926"


def knows_itself() -> object:
    """With its logger, it also knows half of the program."""
    params = SimpleNamespace(port="1161", logger=logging.getLogger("pdu"), community="31415926")
    params.owner = params
    return params


@pytest.mark.parametrize(
    "params",
    [
        {"community": 31415926},
        {"community": ["31415926"]},
        {"community": b"31415926"},
        {"community": SecretStr()},
        {"community": Password.OF_USER},
        {"users": [{"auth_secret": "31415926"}]},
        {"v3": {"auth_password": "31415926"}},
        {"auth": {"password": SecretStr()}},
        *(
            {key: "31415926"}
            for key in ("community", "read_commun", "auth_password", "priv_key", "secret")
        ),
        {"v3": {"auth_key": "31415926"}},
        knows_itself(),
        Login(),
        SlottedLogin(),
        {"v3": SlottedLogin()},
        SimpleNamespace(v3=SimpleNamespace(auth_password="31415926")),
        [{"community": "31415926"}],
        ("2", "31415926"),
    ],
    ids=lambda params: type(params).__name__,
)
def test_a_secret_in_parameters_of_any_form_is_not_shown(params: object) -> None:
    # a password in a word of the text is replaced by a notice
    for text in ("wrongValue (31415926)", "no answer to x31415926 from the agent"):
        with pytest.raises(PduHandlerError) as error_info:
            snmp(RuntimeError(text), params).get(ROOT)
        assert "31415926" not in kept(error_info.value)


@pytest.mark.parametrize(
    "value",
    ["1" * 70_000, b"\0" * 70_000, 10**4999, -(2**63) - 1, 2**64],
    ids=["text", "octets", "5,000 digits", "below the 64-bit range", "above the 64-bit range"],
)
def test_an_impossible_value_is_a_protocol_error(value: object) -> None:
    with pytest.raises(ProtocolError, match="64 bits|more than 65535"):
        snmp(row(value)).get(ROOT)


@pytest.mark.parametrize(
    "text",
    ["1.3." + "6" * 5000, "1." * 5000 + "1", "9" * 60_000, "enterprises." + "3" * 4301],
    ids=["long arc", "many arcs", "one number", "long arc behind a name"],
)
def test_an_oid_that_is_too_long_is_refused(text: str) -> None:
    assert oid_arcs(text) is None
    with pytest.raises(ProtocolError):
        snmp([row("1", oid=text), row("2", oid=text + ".1")]).walk(ROOT)


def test_no_request_starts_half_a_minute_after_the_last_answer_or_after_the_limit_of_a_call() -> (
    None
):
    now = [0.0]
    device = snmp_over(Platform(row(1)), 100.0, clock=lambda: now[0])

    def assert_over() -> None:
        for call in (
            lambda: device.get(ROOT),
            lambda: device.walk(ROOT),
            lambda: device.set(ROOT, 1),
        ):
            with pytest.raises(Unreachable, match=f"{now[0]:.0f} s were not enough") as error_info:
                call()
            assert error_info.value.host == "192.0.2.7"

    for now[0] in (29.0, 58.0, 87.0, 100.0):
        assert device.get(ROOT) == 1
    now[0] = 101.0
    assert_over()
    device.extend(200.0)
    assert device.get(ROOT) == 1
    assert device.remaining() == pytest.approx(30.0)
    now[0] = 132.0
    assert_over()


def test_a_reading_follows_a_write_that_waited_longer_than_a_silence() -> None:
    now = [0.0]

    class Slow(Platform):
        def snmp_set(self, *_: object) -> None:
            now[0] += 40.0
            raise TimeoutError("timed out")

    device = snmp_over(Slow(row(1)), 100.0, clock=lambda: now[0])
    with pytest.raises(Unreachable, match="timed out"):
        device.set(ROOT, 1)
    assert device.get(ROOT) == 1


def test_an_error_of_the_pack_is_passed_on_unchanged() -> None:
    error = ProtocolError("ours")
    with pytest.raises(ProtocolError) as error_info:
        snmp(error).get(ROOT)
    assert error_info.value is error


@pytest.mark.parametrize(
    "words, remedy",
    [
        ("192.0.2.7:161 did not continue the walk: 1.3.1 after 1.3.1", "also try version 1"),
        ("Error: OID not increasing: 1.3.1", "also try version 1"),
        ("192.0.2.7:161 sent a value that cannot be decoded: 1.3.1 is cut off", "1.3.1 is cut off"),
    ],
)
def test_an_answer_that_snmp_does_not_allow_comes_with_a_remedy(words: str, remedy: str) -> None:
    with pytest.raises(ProtocolError) as error_info:
        snmp(RuntimeError(words)).walk(ROOT)
    assert remedy in error_info.value.reason
    assert "update its firmware" in error_info.value.reason


@pytest.mark.parametrize("secret", ["short", "the"])
def test_a_platforms_text_that_holds_a_password_is_left_out(secret: str) -> None:
    """A mask would reveal the secret: `***er than the 8 characters` shows that it is "short", `than
    *** 8` that it is "the".
    """
    words = "snmp_params auth_password is shorter than the 8 characters that SNMPv3 requires"
    with pytest.raises(SettingsError) as error_info:
        snmp(RuntimeError(words), {"version": "3", "auth_password": secret}).get(ROOT)
    reason = error_info.value.reason
    assert "shorter" not in reason
    assert "than the" not in reason
    assert "***" not in reason
    assert "auth_password and is left out; auth_password has fewer than 8 characters" in reason


@pytest.mark.parametrize(
    "keys", [("community", "write_community"), ("write_community", "community")]
)
def test_a_secret_that_begins_with_another_one_is_masked_whole(keys: tuple[str, str]) -> None:
    parameters = dict(zip(keys, ("site", "site-4711")))
    with pytest.raises(PduHandlerError) as error_info:
        snmp(RuntimeError("refused for site-4711"), parameters).get(ROOT)
    assert "***" in error_info.value.reason
    assert "4711" not in error_info.value.reason


@pytest.mark.parametrize("word", ["xhidden-4711", "hidden-4711x"])
def test_a_text_that_holds_a_secret_without_a_key_says_that_a_parameter_has_it(word: str) -> None:
    platform = snmp(RuntimeError(f"no answer to {word}"), ["2", "hidden-4711"])
    with pytest.raises(PduHandlerError, match="the value of a parameter and is left out"):
        platform.get(ROOT)


def test_an_exception_without_a_text_is_shown_by_its_name_alone() -> None:
    with pytest.raises(Unreachable, match=r"\(TimeoutError\)"):
        snmp(TimeoutError()).get(ROOT)


class Table(Platform):
    """A platform over a table of `rows`: it splits OIDs before the last arc, or not. `asked` lists
    the objects of its GETs.

    With `failure`, the walk raises it after its rows.
    """

    def __init__(
        self, rows: dict[str, str], split: bool, failure: Optional[Exception] = None
    ) -> None:
        super().__init__(None)
        self._rows = rows
        self._split = split
        self._failure = failure
        self.asked: list[str] = []

    def _element(self, oid: str, value: object) -> SimpleNamespace:
        parent, _, index = oid.rpartition(".")
        return row(value, oid=parent if self._split else oid, oid_index=index)

    def snmp_get(self, oid: object) -> Any:
        self.asked.append(str(oid))
        if str(oid) == "1.3.6.1.2.1.1.2.0":
            return self._element(str(oid), "1.3.6.1.4.1.318")
        return self._element(str(oid), self._rows.get(str(oid)[len(ROOT) + 1 :]))

    def snmp_walk(self, oid: object) -> Any:
        for index, value in self._rows.items():
            yield self._element(f"{ROOT}.{index}", value)
        if self._failure:
            raise self._failure


ROWS_WITH_EQUAL_ARCS = pytest.mark.parametrize(
    "rows",
    [["1.1"], ["1.1", "2.2"], ["1", "2"], ["3"], ["1", "2", "3"], ["1.1.1"], ["1.2.2", "1.3.3"]],
)


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
@ROWS_WITH_EQUAL_ARCS
def test_a_row_whose_last_arcs_are_equal_loses_none_of_them(rows: list[str], split: bool) -> None:
    """Split before the last arc, the row 1.1 looks like a row 1 whose index is told twice."""
    value_by_index = {index: "1" for index in rows}
    platform = Table(value_by_index, split)
    device = snmp_over(platform)
    device.get("1.3.6.1.2.1.1.2.0")  # as every detection does
    assert device.walk(ROOT) == value_by_index
    assert len(platform.asked) == 1


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
@ROWS_WITH_EQUAL_ARCS
def test_a_first_walk_asks_for_one_object_at_most_to_learn_the_form_of_oids(
    rows: list[str], split: bool
) -> None:
    """With a fixed family nothing was read before. Most tables show the form, or one GET does."""
    value_by_index = {index: "1" for index in rows}
    platform = Table(value_by_index, split)
    assert snmp_over(platform).walk(ROOT) == value_by_index
    assert len(platform.asked) <= 1


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
def test_the_form_of_oids_is_learnt_from_a_table_that_shows_it(split: bool) -> None:
    """`split`: whether the platform splits OIDs before the last arc."""
    platform = Table({"1.1": "1", "1.2": "1"}, split)
    device = snmp_over(platform)
    assert list(device.walk(ROOT)) == ["1.1", "1.2"]

    asked_to_learn = len(platform.asked)
    assert asked_to_learn <= 1
    # a row with two equal arcs does not show it
    platform._rows = {"2.2": "1"}
    assert list(device.walk(ROOT)) == ["2.2"]
    assert len(platform.asked) == asked_to_learn


@pytest.mark.parametrize(
    "words",
    [
        "noSuchName",
        "(noSuchName) There is no such variable name in this MIB.",
        "endOfMibView",
        "No more variables left in this MIB View (It is past the end of the MIB tree)",
    ],
)
def test_a_walk_that_ends_with_the_end_of_the_table_keeps_its_rows(words: str) -> None:
    """SNMPv1 answers a request behind the last object with noSuchName (RFC 1157, 4.1.3)."""
    for rows in ({"1": "1", "2": "2"}, {}):
        assert snmp_over(Table(rows, False, RuntimeError(words))).walk(ROOT) == rows


@pytest.mark.parametrize(
    "words",
    [
        "timeout",
        "No SNMP response received before timeout",
        "timeout after noSuchName",
        "genErr",
        "noSuchInstance",
        "tooBig",
        "authorizationError",
    ],
)
def test_a_walk_that_fails_after_its_first_rows_is_an_error(words: str) -> None:
    with pytest.raises(PduHandlerError):
        snmp_over(Table({"1": "1", "2": "2"}, False, RuntimeError(words))).walk(ROOT)
