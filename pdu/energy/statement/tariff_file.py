"""Reads a tariff (TOML): periods, and prices if it has them. Each error is one sentence with the
line.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files import toml
from ...core.files.whole_files import text_of
from ...site.drawing.toml_positions import TomlPositions
from .prices import CURRENCY, MOST_DECIMALS, PRICE, Prices
from .tariffs import DAY_MINUTES, DAY_NIGHT, DAYS, TariffRow, minutes_of, weekdays_of

_SUFFIX, _DAY_NIGHT = ".toml", "day-night"
_KEYS: Mapping[str, Collection[str]] = {
    "": ("currency", "decimals", "issuer", "peak_price", "period", "customer"),
    "period": ("name", "days", "from", "to", "price"),
    "customer": ("name", "id", "address", "prices", "peak_price"),
}
_LONGEST = 100  # of a text
_USUAL_DECIMALS = 2
_LINES = 2  # of issuer and customer


class Party(NamedTuple):
    """What the tariff says of one customer."""

    #: the number that he has in the provider's books, "" if none is given
    id: str
    #: up to two lines: name and address
    address: Sequence[str]
    #: None: nothing is priced
    prices: Optional[Prices]


class Tariff(NamedTuple):
    """Periods, prices, and who bills whom."""

    rows: tuple[TariffRow, ...]
    issuer: Sequence[str] = ()
    #: of customers that the file does not name
    usual: Party = Party("", (), None)
    customers: Mapping[str, Party] = {}

    def party(self, customer: str) -> Party:
        """What holds for a customer."""
        return self.customers.get(customer, self.usual)


def tariff_named(name: Optional[str], customer_names: Collection[str]) -> Tariff:
    """A tariff by the value of --tariff: None, day-night, or a file. `customer_names`: of those who
    have an outlet. Raises SettingsError.
    """
    if name is None or name == _DAY_NIGHT:
        return Tariff(() if name is None else DAY_NIGHT)
    if not name.endswith(_SUFFIX):
        raise SettingsError(
            f"--tariff {printable(name, 80)!r}: give {_DAY_NIGHT}, or a file that ends in {_SUFFIX}"
        )
    return tariff_of(name, customer_names)


def tariff_of(path: str, customer_names: Collection[str]) -> Tariff:
    """The tariff in a file. Raises SettingsError."""
    text = text_of(path)
    return _File(path, text, toml.loads(text, printable(path))).tariff(customer_names)


class _File:
    """The file, and where its keys are."""

    def __init__(self, path: str, text: str, document: Mapping[str, Any]) -> None:
        self._path, self._document, self._lines = path, document, TomlPositions(text)

    def tariff(self, customer_names: Collection[str]) -> Tariff:
        self._check_keys("", self._document, 0)
        periods, customers = (self._tables(kind) for kind in ("period", "customer"))
        if not periods:
            self.refuse(1, "no [[period]] of a tariff")
        rows = tuple(self._row(table, line) for table, line in periods)
        _check_week(self, [*zip(rows, (line for _, line in periods))])
        prices = self._prices(periods)
        parties: dict[str, Party] = {}
        for table, line in customers:
            name = self._text(table, "name", line)
            if name in parties:
                self.refuse(line, f"a second [[customer]] {printable(name, 60)}")
            if name not in customer_names:
                self.refuse(line, f"nobody of --customers is called {printable(name, 60)!r}")
            parties[name] = self._party(table, line, prices)
        return Tariff(
            rows, self._address("issuer", self._document, 0), Party("", (), prices), parties
        )

    def _tables(self, name: str) -> Sequence[tuple[Mapping[str, Any], int]]:
        """The tables of a name, each with its line."""
        tables = self._document.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.refuse(self.line(0, name), f"write [[{name}]], a table for each")
        numbered_tables = [
            (table, self._lines.table(name, at) or 1) for at, table in enumerate(tables)
        ]
        for table, line in numbered_tables:
            self._check_keys(name, table, line)
        return numbered_tables

    def _check_keys(self, name: str, table: Mapping[str, Any], line: int) -> None:
        for key in table:
            if key not in _KEYS[name]:
                self.refuse(
                    self.line(line, key),
                    f"unknown key {printable(key, 40)!r}; allowed: {', '.join(_KEYS[name])}",
                )

    def line(self, table: int, key: str) -> int:
        """The line of a key of a table."""
        return self._lines.key(table, key) or max(table, 1)

    def refuse(self, line: int, why: str) -> NoReturn:
        """Raises SettingsError."""
        raise SettingsError(f"{printable(self._path)}, line {line}: {why}")

    def _row(self, table: Mapping[str, Any], line: int) -> TariffRow:
        cells = {key: self._text(table, key, line, "") for key in ("days", "from", "to")}
        name = self._text(table, "name", line)
        try:
            since, to = (minutes_of(key, cells[key]) for key in ("from", "to"))
            days = weekdays_of(cells["days"])
        except SettingsError as error:
            self.refuse(line, str(error))
        return TariffRow(name, days, since or 0, DAY_MINUTES if to is None else to)

    def _prices(self, periods: Sequence[tuple[Mapping[str, Any], int]]) -> Optional[Prices]:
        price_by_period: dict[str, str] = {}
        for table, line in periods:
            if "price" in table:
                price = self._price(table, "price", line)
                if price_by_period.setdefault(table["name"], price) != price:
                    self.refuse(
                        self.line(line, "price"),
                        f"the period {printable(table['name'], 40)!r} has another price above",
                    )
        missing = next(
            (
                (table, line)
                for table, line in periods
                if price_by_period and table["name"] not in price_by_period
            ),
            None,
        )
        if missing is not None:
            self.refuse(
                missing[1], f"the period {printable(missing[0]['name'], 40)!r} has no price"
            )
        if not price_by_period:
            if "peak_price" in self._document:
                self.refuse(self.line(0, "peak_price"), "a price of the peak, and none of kWh")
            return None
        line = next(self.line(line, "price") for table, line in periods if "price" in table)
        return Prices(*self._currency(line), price_by_period, self._peak(self._document, 0))

    def _currency(self, line: int) -> tuple[str, int]:
        """Code and decimals. `line`: that of the first price."""
        if "currency" not in self._document:
            self.refuse(line, 'a price without a currency: add currency = "EUR" at the top')
        code = self._document["currency"]
        if not isinstance(code, str) or not CURRENCY.fullmatch(code):
            self.refuse(self.line(0, "currency"), "currency: give a code of ISO 4217, such as EUR")
        decimals = self._document.get("decimals", _USUAL_DECIMALS)
        if type(decimals) is not int or not 0 <= decimals <= MOST_DECIMALS:
            self.refuse(self.line(0, "decimals"), f"decimals: give 0 to {MOST_DECIMALS}")
        return code, decimals

    def _peak(self, table: Mapping[str, Any], line: int) -> Optional[str]:
        return self._price(table, "peak_price", line) if "peak_price" in table else None

    def _price(self, table: Mapping[str, Any], key: str, line: int) -> str:
        value, at = table[key], self.line(line, key)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        text = repr(value) if is_number else value
        value_text = printable(str(value), 40)
        if not isinstance(text, str):
            self.refuse(at, f"{key} is {value_text}: give a number such as 0.289")
        if text.startswith("-"):
            self.refuse(at, f"{key} is {value_text}: a price may not be negative")
        if "," in text:
            self.refuse(
                at, f"{key} is {value_text!r}: write a point for decimals, and no other mark"
            )
        if not PRICE.fullmatch(text):
            self.refuse(
                at, f"{key} is {value_text!r}: give a number such as 0.289, with up to 6 decimals"
            )
        return text

    def _party(self, table: Mapping[str, Any], line: int, usual: Optional[Prices]) -> Party:
        address, party_id = self._address("address", table, line), self._text(table, "id", line, "")
        own_prices = table.get("prices", {})
        if not isinstance(own_prices, dict):
            self.refuse(self.line(line, "prices"), "prices: give such as { day = 0.289 }")
        if usual is None:
            if own_prices or "peak_price" in table:
                self.refuse(line, "prices of a customer, and none of the periods")
            return Party(party_id, address, None)
        for period in own_prices:
            if period not in usual.kwh:
                self.refuse(
                    self.line(line, "prices"), f"prices: no period {printable(period, 40)!r}"
                )
        at = self.line(line, "prices")
        kwh = {
            **usual.kwh,
            **{period: self._price(own_prices, period, at) for period in own_prices},
        }
        peak = self._peak(table, line)
        return Party(party_id, address, usual._replace(kwh=kwh, peak_kw=peak or usual.peak_kw))

    def _text(
        self, table: Mapping[str, Any], key: str, line: int, usual: Optional[str] = None
    ) -> str:
        text = table.get(key, usual)
        if not isinstance(text, str) or len(text) > _LONGEST or (usual is None and not text):
            self.refuse(self.line(line, key), f"{key}: give a text of up to {_LONGEST} characters")
        return text

    def _address(self, key: str, table: Mapping[str, Any], line: int) -> Sequence[str]:
        lines: Any = table.get(key, [])
        is_right = isinstance(lines, list) and len(lines) <= _LINES
        if not is_right or not all(
            isinstance(text, str) and len(text) <= _LONGEST for text in lines
        ):
            self.refuse(
                self.line(line, key),
                f"{key}: give up to {_LINES} texts of up to {_LONGEST} characters",
            )
        return [*lines]


def _check_week(file: _File, rows: Sequence[tuple[TariffRow, int]]) -> None:
    """Raises SettingsError for a minute of the week that no period has, or two. `rows`: each with
    its line.
    """
    for day, minute in itertools.product(range(len(DAYS)), range(DAY_MINUTES)):
        having = [(row, line) for row, line in rows if row.has(day, minute)]
        if len(having) == 1:
            continue
        when = f"{DAYS[day]} {minute // 60:02d}:{minute % 60:02d}"
        if not having:
            file.refuse(rows[-1][1], f"no period has {when}: the tariff has a hole")
        names = " and ".join(printable(row.period, 40) for row, _ in having[:2])
        file.refuse(having[1][1], f"{when} belongs to {names}: they overlap")
