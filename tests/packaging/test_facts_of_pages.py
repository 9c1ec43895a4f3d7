"""What pages say in numbers or by names is what the code has."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from decimal import Decimal

import pytest

from handlers import registry
from handlers.dcimanager.snmp import LONGEST_SECONDS, SILENCE_SECONDS
from handlers.shared.ceilings import LARGEST, OUTLET_A, OUTLET_W, PART_A, PART_W
from handlers.shared.settings import Settings
from handlers.shared.switching import CALL_SECONDS, CONFIRM_SECONDS
from handlers.snmp.evidence import EvidenceLevel
from handlers.snmp.measurements import Ceilings
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.profiles.language import FLOOR
from handlers.snmp.switching import PLAN_SECONDS
from pdu.monitoring.check_result import UNKNOWN_FIGURES
from pdu.reading.parts import FIGURES, NAMES, POWER
from pdu.supports.recorded import evidence_of
from tests import foreign_files
from tests.needs import ROOT

CERTAIN = {
    "**Impossible figures are not known:**": "docs/certain.md",
    "**Невозможные показания неизвестны:**": "docs/certain.ru.md",
}


def _text(page: str) -> str:
    """The text of a page."""
    return (ROOT / page).read_text("utf-8")


def _numbers(line: str) -> list[Decimal]:
    """The numbers of a line, in either language's form."""
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", line).replace("10^15", str(LARGEST))
    return [Decimal(number.replace(",", ".")) for number in re.findall(r"\d+(?:[.,]\d+)?", plain)]


def _limits(unusual_outlet_a: Decimal) -> Sequence[Sequence[Decimal]]:
    """The numbers of each item of the list: A, then kW, and MW for the last one."""
    return [
        [OUTLET_A, unusual_outlet_a, OUTLET_W / 1000],
        [PART_A, PART_W / 1000],
        [FLOOR.outlet_a, FLOOR.outlet_w / 1000, FLOOR.part_a, FLOOR.part_w / 1_000_000],
        [LARGEST],
        [],
    ]


@pytest.mark.parametrize("begin, page", CERTAIN.items())
def test_the_limits_of_figures_are_those_of_the_families(begin: str, page: str) -> None:
    _, _, behind = _text(page).partition(begin)
    items = re.findall(r"(?m)^- (.*)$", behind.partition("\n## ")[0])
    (ict,) = {
        profile.ceilings.outlet_a
        for profile in PROFILES
        if profile.ceilings not in (Ceilings(), FLOOR)
    }
    assert PROFILE_BY_KEY["ict-pdu"].ceilings == Ceilings(outlet_a=ict)
    assert [_numbers(item) for item in items] == _limits(ict)


def test_the_high_limits_are_of_floor_pdus_busways_and_deltas_static_switch() -> None:
    """Other transfer switches have those of rack PDUs."""
    assert {profile.key for profile in PROFILES if profile.ceilings == FLOOR} == {
        *("apc-xpdu", "apc-isx-modular", "delta-pdu", "eaton-power-pdu", "liebert-power"),
        *("starline-ac", "starline-dc"),
        "delta-sts",
    }


def test_the_filled_forms_are_accepted() -> None:
    _, _, behind = _text("docs/settings.md").partition("\n## What to fill in\n")
    rows = re.findall(r"(?m)^\| (`.*?) \| (.*) \|$", behind.partition("\n## ")[0])
    names = []
    for handlers, form in rows:
        texts = dict(pair.split("=", 1) for pair in re.findall(r"`(\w+=[^`]*)`", form))
        if "fingerprint" in texts:
            texts["fingerprint"] = "5E" * 32
        for name in re.findall(r"`(\w+)`", handlers):
            names.append(name)
            Settings(texts, importlib.import_module(f"handlers.{name}.handler").SETTINGS)
    assert sorted(names) == sorted(registry.names())


@pytest.mark.parametrize(
    "page, sentence",
    [
        (
            "docs/certain.md",
            f"no request later than {SILENCE_SECONDS:g} s after the last answer, nor"
            f" {LONGEST_SECONDS / 60:g} minutes after its start. A command is sent within"
            f" {PLAN_SECONDS:g} s or not at all.",
        ),
        (
            "docs/certain.ru.md",
            f"позже {SILENCE_SECONDS:g} с после последнего ответа и позже"
            f" {LONGEST_SECONDS / 60:g} минут после своего начала. Команда отправляется за"
            f" {PLAN_SECONDS:g} с",
        ),
        ("docs/settings.md", f"sends nothing after {CALL_SECONDS:g} s"),
        ("docs/settings.ru.md", f"ничего не отправляет после {CALL_SECONDS:g} с"),
    ],
)
def test_the_time_limits_of_calls(page: str, sentence: str) -> None:
    assert sentence in _text(page)


def test_a_command_is_read_back_for_ten_seconds() -> None:
    assert CONFIRM_SECONDS == 10
    assert "for at most ten seconds" in _text("docs/certain.md")
    assert "не дольше десяти секунд" in _text("docs/certain.ru.md")


def test_what_readmes_example_rests_on() -> None:
    family = PROFILE_BY_KEY["apc-rpdu2"]
    assert evidence_of(family).state == EvidenceLevel.SIMULATED
    assert not family.recording
    assert len(family.programs) == 2
    assert "outlet states rest on the MIB alone, commands on two public programs" in _text(
        "README.md"
    )


@pytest.mark.parametrize("page", ["docs/many-pdus.md", "docs/many-pdus.ru.md"])
def test_the_results_of_a_check_are_explained(page: str) -> None:
    heads = "".join(re.findall(r"(?m)^\| ([^|]*) \|", _text(page)))
    for result in (UNKNOWN_FIGURES, *(f"no {part}" for part in (FIGURES, POWER, NAMES))):
        assert f"`{result}`" in heads, result


@pytest.mark.parametrize(
    "page, words",
    [
        ("docs/certain.md", "dumps of {} devices"),
        ("docs/certain.ru.md", "дампы NUT с {} устройств"),
    ],
)
def test_the_number_of_nuts_dumps(page: str, words: str) -> None:
    dumps = [*foreign_files.names("nut/dumps"), *foreign_files.names("nut/library")]
    assert words.format(len(dumps)) in _text(page)
