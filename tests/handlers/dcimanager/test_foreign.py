"""Values and exceptions of the platform whose own methods raise, or hide their text."""

from __future__ import annotations

import enum
from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers import dcimanager
from handlers.shared.errors import ProtocolError, SettingsError, Unreachable
from handlers.shared.settings import Setting, Settings, one_line
from handlers.snmp import handler as snmp
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.chains import kept
from tests.handlers.dcimanager.platform_double import Platform, snmp_over
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

SECRET = "hunter2-secret"


class Raising(Exception):
    def __str__(self) -> str:
        raise ValueError(SECRET)

    __repr__ = __str__


class Textless(Exception):
    def __str__(self) -> str:
        return cast(str, None)

    __repr__ = __str__


# ---- exceptions of the platform's SNMP calls -----------------------------------------------------


def calls(error: BaseException) -> list[Any]:
    """A GET, a walk and a SET of a platform that raises this."""
    device = snmp_over(Platform(error, {"community": SECRET}))
    return [
        lambda: device.get("1.3.6.1.2.1.1.2.0"),
        lambda: device.walk("1.3.6.1.2.1.2.2"),
        lambda: device.set("1.3.6.1.4.1.1.0", 1),
    ]


@pytest.mark.parametrize("error", [Raising(SECRET), Textless(SECRET)])
def test_an_exception_without_a_text_is_our_error_with_the_name_of_its_type(
    error: Exception,
) -> None:
    name = type(error).__name__
    for call in calls(error):
        with pytest.raises(Unreachable, match=f"{name}, whose text cannot be made") as error_info:
            call()
        assert SECRET not in kept(error_info.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), GeneratorExit()])
def test_what_ends_a_process_is_passed_on(error: BaseException) -> None:
    for call in calls(error):
        with pytest.raises(type(error)):
            call()


class Switched(snmp.SnmpPdu):
    """A platform whose SET raises this after it was carried out, or without."""

    error: Exception = Raising()
    acts = True

    def snmp_set(self, oid: Any, value: Any) -> Any:
        if self.acts:
            super().snmp_set(oid, value)
        raise self.error


@pytest.mark.parametrize("error", [Raising(), Textless()])
def test_a_write_whose_exception_has_no_text_is_read_back(error: Exception) -> None:
    with Agent(apc.rpdu2(outlets=2)) as agent:
        data = PduSnmpData(agent.host, {"port": str(agent.port), "community": "private"})
        pdu = Switched(data)
        pdu.error = error
        port = PduPortView(identity="1", power_status=EnumPowerStatus.UNKNOWN)

        pdu.port_down(port)
        assert port.power_status is EnumPowerStatus.DOWN

        pdu.acts = False
        with pytest.raises(Unreachable, match="may"):
            pdu.port_up(port, deadline=0.2, pause=0.05)
        books = agent.books()
        assert books.states["1"] is False
        assert len(books.writes) == 1


def test_a_walk_of_none_is_an_empty_table() -> None:
    assert snmp_over(Platform(None)).walk("1.3.6.1.9") == {}


class Word(str, enum.Enum):
    ON, ADMIN = "1", "admin"


class Number(enum.IntEnum):
    ON = 1


@pytest.mark.parametrize(
    "value, raw",
    [(Word.ON, "1"), (Number.ON, 1), (bytearray(b"1"), b"1"), (memoryview(b"1"), b"1")],
)
def test_a_value_of_a_subclass_is_exactly_its_text_number_or_octets(
    value: object, raw: object
) -> None:
    rows = [SimpleNamespace(value=value, oid="1.3.6.1.9.1", oid_index="1")]
    plain_value = snmp_over(Platform(rows)).walk("1.3.6.1.9")["1"]
    assert type(plain_value) is type(raw)
    assert plain_value == raw


class SecretStr:
    """As pydantic's."""

    def __init__(self, secret: object) -> None:
        self._secret = secret

    def get_secret_value(self) -> object:
        return self._secret

    def __str__(self) -> str:
        return "**********"

    __repr__ = __str__


# ---- settings ------------------------------------------------------------------------------------


class Lazy:
    """A text that is made when it is needed, as of a translation."""

    def __str__(self) -> str:
        return "admin"


class Starred(str):
    def __str__(self) -> str:
        return "*****"

    __format__ = object.__format__


@pytest.mark.parametrize(
    "value, text",
    [
        (Word.ADMIN, "admin"),
        (Number.ON, "1"),
        (Starred("admin"), "admin"),
        (b"admin", "admin"),
        (SecretStr("admin"), "admin"),
        (SecretStr(b"admin"), "admin"),
        (SecretStr(None), ""),
        (2.5, "2.5"),
        (443, "443"),
        (True, "yes"),
        (None, ""),
        (False, "no"),
    ],
)
def test_a_setting_of_another_type_is_exactly_its_text(value: object, text: str) -> None:
    settings = dcimanager.settings({"custom_params": {"username": value}})
    assert settings == {"username": text}
    assert type(settings["username"]) is str
    pair = [SimpleNamespace(key=Starred("username"), value=value)]
    assert dcimanager.settings(SimpleNamespace(custom_params=pair)) == {"username": text}


class Plain(enum.Enum):
    ADMIN = "admin"


@pytest.mark.parametrize(
    "value",
    [Lazy(), object(), Plain.ADMIN, SecretStr(object()), b"\xff\xfe", Raising()],
    ids=lambda value: type(value).__name__,
)
def test_a_setting_without_a_certain_text_is_refused_and_never_sent(value: object) -> None:
    with pytest.raises(SettingsError, match="value of 'password'") as error_info:
        dcimanager.settings({"custom_params": {"password": value}})
    assert SECRET not in kept(error_info.value)


@pytest.mark.parametrize("text", ["**********", "******", "••••••••", " ******** "])
def test_a_secret_of_only_stars_is_refused(text: str) -> None:
    password = Setting("password", "text", one_line, "", "the password", secret=True)
    with pytest.raises(SettingsError, match="'password': the value is only stars"):
        Settings({"password": text}, (password,))
    assert Settings({"password": "***** x"}, (password,))[password] == "***** x"


@pytest.mark.parametrize("empty", [None, {}, [], "", " ", b"", "{}", "null", {"": ""}])
def test_an_empty_field_hides_no_settings_of_another(empty: object) -> None:
    form = {"username": "admin"}
    assert dcimanager.settings(SimpleNamespace(custom_params=empty)) == {}
    data = SimpleNamespace(custom_params=empty, handler_params=form)
    assert dcimanager.settings(data) == form
    platforms = SimpleNamespace(custom_params={"device": "x"}, handler_settings=form)
    assert dcimanager.settings(platforms) == form
    assert (
        dcimanager.settings(SimpleNamespace(custom_params=form, handler_params={"a": "b"})) == form
    )


def test_fields_of_common_names_are_read_only_without_the_others() -> None:
    assert dcimanager.settings(SimpleNamespace(settings={"port": 1})) == {"port": "1"}
    assert dcimanager.settings(SimpleNamespace(custom_params={}, settings={"poll": 1})) == {}


def test_a_port_that_takes_no_state_is_our_error_with_the_state() -> None:
    class Frozen:
        identity = "1"

        def __setattr__(self, name: str, value: object) -> None:
            raise Raising(SECRET)

    with Agent(apc.rpdu2(outlets=2)) as agent:
        data = PduSnmpData(agent.host, {"port": str(agent.port), "community": "private"})
        with pytest.raises(ProtocolError, match=r"state is DOWN; .* power_status \(Raising\)"):
            snmp.make_handler(data).port_down(cast(Any, Frozen()))
        assert agent.books().states["1"] is False
