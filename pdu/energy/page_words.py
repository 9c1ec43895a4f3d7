"""What a customer's page says, in each language. A phrase of Python's str.format has its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..files import html
from .law import BOUNDED, FIRM, NOT_BILLABLE, WIDE


class PageWords(NamedTuple):
    """The phrases of a page."""

    frame: html.FrameWords
    title: str
    period: str
    until: str
    #: how the page is read
    reading: Sequence[str]
    heads: Sequence[str]
    kwh: str
    inlet: str
    sum: str
    no_sum: str
    verdict: str
    without_figure: str
    others: str
    notes_title: str
    notes_heads: Sequence[str]
    coarse: str
    grades: Mapping[str, str]
    #: patterns of reasons in English, and what they are here
    reasons: Sequence[tuple[str, str]] = ()
    #: the sign between whole and decimal places
    decimal: str = "."

    def reason(self, text: str) -> str:
        """A reason of a grade; in English if it is not known here."""
        for pattern, words in self.reasons:
            match = re.fullmatch(pattern, text)
            if match is not None:
                return words.format(*match.groups())
        return text


ENGLISH = PageWords(
    html.ENGLISH,
    "Energy of {}",
    "{} to {}, {}",
    "to {}",
    (
        "The energy of an outlet is the reading of its register at the end less the one at the"
        " begin; you can compare both with the unit's display. Where the register did not go on"
        " between them, it is the least that can have flowed.",
        "`low` and `high` are the bounds between which the energy lies by all readings. Not in them"
        " is the error of the meter itself.",
        "`firm`: bounds at most 1 % or 0.1 kWh apart; `bounded`: at most 10 %; `wide`: more; `not"
        " billable`: not read, or its unit is not known. The sum has a grade of its own.",
    ),
    ("outlet", "first reading", "last reading", "energy, kWh", "low", "high"),
    "kWh",
    "(inlet)",
    "sum",
    "no sum",
    "{grade}: between {low} and {high} kWh, outlets: {rows}",
    "without a figure: {missing} of {rows} outlets",
    "; the others took at least {low} kWh",
    "What widens these bounds",
    ("outlet", "grade", "reason"),
    "its register counts in coarse steps",
    {grade: grade for grade in (FIRM, BOUNDED, WIDE, NOT_BILLABLE)},
)
RUSSIAN = PageWords(
    html.FrameWords("ru", "как читать эту страницу", "Как читать эту страницу", "Подробнее: {}"),
    "Электроэнергия: {}",
    "с {} по {}, {}",
    "по {}",
    (
        "Расход розетки — показание её счётчика в конце периода минус показание в начале; оба можно"
        " сверить с экраном устройства. Если счётчик между ними прервался, это наименьший возможный"
        " расход.",
        "«Не меньше» и «не больше» — границы, между которыми лежит расход по всем показаниям."
        " Погрешность самого счётчика в них не входит.",
        "«Точно»: между границами не больше 1 % или 0,1 кВт·ч; «в пределах»: не больше 10 %;"
        " «приблизительно»: больше; «не для счёта»: не прочитано или единица счётчика неизвестна."
        " У итога своя оценка.",
    ),
    (
        "розетка",
        "первое показание",
        "последнее показание",
        "расход, кВт·ч",
        "не меньше",
        "не больше",
    ),
    "кВт·ч",
    "(ввод)",
    "итого",
    "итога нет",
    "{grade}: от {low} до {high} кВт·ч, розеток: {rows}",
    "без показаний: {missing} из {rows}",
    "; остальные — не меньше {low} кВт·ч",
    "Почему границы шире",
    ("розетка", "оценка", "причина"),
    "счётчик считает крупными шагами",
    {FIRM: "точно", BOUNDED: "в пределах", WIDE: "приблизительно", NOT_BILLABLE: "не для счёта"},
    (
        (r"for ([\d.]+) h its register is not known", "{} ч показания счётчика неизвестны"),
        ("it stood still while power flowed", "счётчик стоял, хотя нагрузка была"),
        (r"(\d+) % of its readings were left out", "отброшено {} % показаний"),
        ("another unit answered", "ответило другое устройство"),
        ("the unit restarted", "устройство перезапустилось"),
        ("several registers jumped at once", "несколько счётчиков изменились скачком"),
        (
            "too few readings confirm the register",
            "счётчик подтверждён слишком малым числом показаний",
        ),
        ("the register stood still", "счётчик стоял"),
        (
            r"the register fell by (\S+) kWh: it began again",
            "показание упало на {} кВт·ч: счётчик начал заново",
        ),
        (
            r"the register rose by (\S+) kWh: more than its supply delivers",
            "показание выросло на {} кВт·ч: больше, чем может отдать питание",
        ),
        (
            "the register left its line for a moment, and came back",
            "часть показаний ошибочна и отброшена",
        ),
        ("its register was not read", "счётчик не прочитан"),
        ("no PDU of this name was polled", "PDU с таким именем не опрашивался"),
        ("no register of its inlet was read", "счётчик ввода не прочитан"),
        ("the unit has no such outlet", "у устройства нет такой розетки"),
        ("never read: .*", "PDU не прочитан ни разу"),
        ("its unit is not known: .*", "единица счётчика неизвестна"),
        (
            "its register and the power beside it differ: .*",
            "счётчик расходится с измеренной мощностью",
        ),
        (
            "another register of its device counts in a wrong unit",
            "другой счётчик этого устройства расходится с измеренной мощностью",
        ),
        # the unit's own words
        (r"(.*) \((\d+) polls?\)", "{} (опросов: {})"),
    ),
    ",",
)
LANGUAGES: Mapping[str, PageWords] = {"en": ENGLISH, "ru": RUSSIAN}
