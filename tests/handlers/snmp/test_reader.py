from __future__ import annotations

from handlers.snmp.reader import Reader
from tests.handlers.snmp.memory import Memory


def test_a_column_is_walked_once_and_an_object_read_once() -> None:
    device = Memory({"1.3.1.1": 1})
    reader = Reader(device)
    assert reader.walk("1.3.1") == reader.walk("1.3.1") == {"1": 1}
    assert reader.get("1.3.1.1") == reader.get("1.3.1.1") == 1
    assert device.asked == ["walk 1.3.1", "get 1.3.1.1"]


def test_a_missing_object_is_remembered() -> None:
    device = Memory({})
    reader = Reader(device)
    assert reader.get("1.3") is None and reader.get("1.3") is None
    assert device.asked == ["get 1.3"]


def test_the_tilde_means_the_root_and_roots_share_one_cache() -> None:
    device = Memory({"1.3.5.1.7": 1, "1.3.6.1.7": 2})
    reader = Reader(device)
    assert reader.at("1.3.5").walk("~.1") == {"7": 1}
    assert reader.at("1.3.6").walk("~.1") == {"7": 2}
    assert reader.walk("1.3.5.1") == {"7": 1}
    assert device.asked == ["walk 1.3.5.1", "walk 1.3.6.1"]


def test_a_new_reading_asks_the_device_again() -> None:
    device = Memory({"1.3.1": 1})
    reader = Reader(device, "1.3")
    assert reader.get("~.1") == 1
    device.put("1.3.1", 2)
    assert reader.get("~.1") == 1
    assert reader.again().get("~.1") == 2


def test_names_are_walked_once_for_all_readings_of_a_call() -> None:
    device = Memory({"1.3.1.1": "name"})
    reader = Reader(device)
    assert (
        reader.names("1.3.1")
        == reader.again().names("1.3.1")
        == reader.at("1.3").again().names("~.1")
        == {"1": "name"}
    )
    assert device.asked == ["walk 1.3.1"]
