"""Writes the statements of all customers: what each PDU gives to each customer, then customer by
customer the files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from handlers import VERSION
from handlers.shared.errors import SettingsError, printable

from ...core.files.work_folders import left_folders, work_folder
from ..journal.journals import group_by_day, temporary_folder
from ..registers.parallel import parallel_map
from ..registers.unit_aliases import Holding, UnitEvidence, alias_map, check_held_once, same
from . import billing, document
from .customer_shares import (
    CustomerShare,
    StatementInputs,
    new_file,
    read_pdus,
    unread_shares,
)
from .numbers import PART, IssuedStatement, Numbers, PeriodKey, StatementNumber
from .wording import DRAFT

_DAY_S = 86400.0
#: customers that earn the start of processes
_LARGE = 50


@dataclass(frozen=True)
class StatementFile:
    """What was written."""

    statements: int = 0
    #: the first and the last number of theirs
    numbers: tuple[str, str] = ("", "")
    #: of them, those that correct an earlier one
    corrections: int = 0
    #: statements of an earlier run that stand: these would say the same
    unchanged: int = 0
    outlets: int = 0
    #: in bytes, of all files
    size: int = 0
    #: customers of such corrections who have no outlet any more
    emptied: Sequence[str] = ()
    #: outlets of which no energy was read
    unread: int = 0
    #: sentences about units that were read under two names
    repeated: Sequence[str] = ()
    #: sentences about what runs left that were killed
    unfinished: Sequence[str] = ()
    #: of a draft: sentences about outlets that it would bill once more
    overlaps: Sequence[str] = ()
    #: sentences about times between two bills that are billed to nobody
    unbilled: Sequence[str] = ()


def write(inputs: StatementInputs, into: str) -> StatementFile:
    """Write a folder for each customer, and `billing.csv`, into a new folder.

    Raises SettingsError, also for outlets that were billed before; then nothing is written and no
    number taken.
    """
    left = [
        f"{printable(path)} has readings, and is of a run that did not end: remove it"
        for path in left_folders(temporary_folder())
    ]
    with work_folder(temporary_folder()) as room, Numbers(inputs.folder) as numbers:
        unfinished = [*left, *numbers.find_unfinished()]
        _check_new(into, unfinished)
        inputs = _add_last_readings(inputs, numbers)
        shares, units = _read_pdus(inputs, room)
        aliases = [*same(units)]
        check_held_once(
            (Holding(share.customer, *share.outlet[:4]) for share in shares), alias_map(aliases)
        )
        shares += unread_shares(inputs, shares, room)
        shares_by_key = _group_by_customer(
            inputs, _leave_aliases_out(shares, alias_map(aliases)), numbers
        )
        outlets = {key: [share.outlet for share in some] for key, some in shares_by_key.items()}
        overlaps = numbers.overlaps(outlets)
        if overlaps and not inputs.is_draft:
            raise SettingsError(
                f"{'; '.join(overlaps)}: correct that statement first, with its own period and"
                " customers, or see this one with --draft"
            )
        customers = [*_number_customers(inputs, into, shares_by_key, numbers)]
        statement_file = StatementFile(
            unchanged=len(shares_by_key) - len(customers),
            repeated=[pair.sentence() for pair in aliases],
            unfinished=unfinished,
            unbilled=numbers.unbilled(outlets, inputs.rules.zone),
        )
        if not customers:
            return statement_file
        statement_file = dataclasses.replace(statement_file, overlaps=overlaps)
        with _new_folder(into) as folder:
            write_one = partial(_write_statement, inputs)
            is_large = len(customers) > _LARGE
            statements = [*parallel_map(write_one, customers, large=is_large)]
            texts = [billing.HEAD_LINE, *(statement.billing_text for statement in statements)]
            size = _write(os.path.join(folder, billing.FILE), "".join(texts).encode())
            if not inputs.is_draft:
                os.sync()  # what is issued is on the disk
                numbers.keep([statement.issued for statement in statements])
        return dataclasses.replace(
            statement_file,
            statements=len(statements),
            numbers=(customers[0].number.number, customers[-1].number.number),
            corrections=sum(customer.number.corrects is not None for customer in customers),
            emptied=[customer.name for customer in customers if not customer.shares],
            outlets=sum(len(customer.shares) for customer in customers),
            size=size + sum(statement.size for statement in statements),
            unread=sum(statement.unread for statement in statements),
        )


def _check_new(into: str, unfinished: Sequence[str]) -> None:
    """Nothing is ever overwritten. Raises SettingsError."""
    for path in (into, f"{into}{PART}"):
        if os.path.lexists(path):
            why = "; ".join(unfinished) if path != into else "give a folder that is not there"
            raise SettingsError(f"{printable(path)} cannot be made (File exists): {why}")
    parent = os.path.dirname(os.path.abspath(into))
    if not os.path.isdir(parent) or not os.access(parent, os.W_OK):
        raise SettingsError(f"{printable(into)} cannot be made: no folder to write in")


def _add_last_readings(inputs: StatementInputs, numbers: Numbers) -> StatementInputs:
    """With the files since the readings at which the last bills ended: after a hole, these are long
    before the period. Raises SettingsError.
    """
    last_by_pdu = {
        pdu: time
        for pdu, time in numbers.last_readings(inputs.begin).items()
        if time < inputs.begin - _DAY_S
    }
    if not last_by_pdu:
        return inputs
    paths = inputs.source.past(min(last_by_pdu.values()), inputs.end)
    first_day = next(iter(group_by_day(inputs.paths)))
    return inputs._replace(paths=paths, first_day=first_day, hole_pdus=frozenset(last_by_pdu))


def _read_pdus(
    inputs: StatementInputs, room: str
) -> tuple[list[CustomerShare], Sequence[UnitEvidence]]:
    """What customers get of all PDUs. Raises SettingsError."""
    shares, units = list[CustomerShare](), list[UnitEvidence]()
    outlets_by_pdu: dict[str, Collection[str]] = {}
    for pdu_shares in read_pdus(inputs, room):
        outlets_by_pdu[pdu_shares.pdu] = pdu_shares.outlets
        shares += pdu_shares.shares
        units += [] if pdu_shares.unit is None else [pdu_shares.unit]
    if not outlets_by_pdu:
        raise SettingsError(f"{printable(inputs.folder)} has no whole day of this period yet")
    if not inputs.is_draft:
        inputs.customers.check_named(outlets_by_pdu, inputs.begin, inputs.end)
    return shares, units


def _leave_aliases_out(
    shares: Sequence[CustomerShare], names: Mapping[str, str]
) -> Sequence[CustomerShare]:
    """Shares without those that the same customer has by another name of the PDU."""
    had = {(share.customer, *share.outlet[:3]) for share in shares}
    return [
        share
        for share in shares
        if (share.customer, names.get(share.outlet.pdu, ""), *share.outlet[1:3]) not in had
    ]


# ---- what is numbered ----------------------------------------------------------------------------


class _Customer(NamedTuple):
    name: str
    folder: str
    number: StatementNumber
    shares: Sequence[CustomerShare]


def _group_by_customer(
    inputs: StatementInputs, shares: Sequence[CustomerShare], numbers: Numbers
) -> Mapping[PeriodKey, Sequence[CustomerShare]]:
    """The outlets of each customer, in order; none of one who has lost all that he had in a
    statement for this period.
    """
    period = (inputs.begin, inputs.end)
    customers = {*numbers.list_customers(*period), *(share.customer for share in shares)}
    shares_by_key = {PeriodKey(name, *period): list[CustomerShare]() for name in sorted(customers)}
    for share in sorted(shares, key=lambda share: share.outlet):
        shares_by_key[PeriodKey(share.customer, *period)].append(share)
    return shares_by_key


def _number_customers(
    inputs: StatementInputs,
    into: str,
    shares_by_key: Mapping[PeriodKey, Sequence[CustomerShare]],
    numbers: Numbers,
) -> Iterator[_Customer]:
    """Those who get a statement, with its number: of the others, the last one says the same."""
    keys = [
        key
        for key, shares in shares_by_key.items()
        if inputs.is_draft or not _is_issued(inputs, key, shares, numbers)
    ]
    texts: Sequence[str] = [DRAFT] * len(keys)
    if keys and not inputs.is_draft:
        texts = numbers.reserve(len(keys), inputs.date, into)
    for at, (key, text) in enumerate(zip(keys, texts), start=1):
        folder = os.path.join(f"{into}{PART}", f"{at:04d}{_slug(key.customer)}")
        yield _Customer(key.customer, folder, numbers.correction(key, text), shares_by_key[key])


def _is_issued(
    inputs: StatementInputs, key: PeriodKey, shares: Sequence[CustomerShare], numbers: Numbers
) -> bool:
    """Whether the last statement of a customer says what this run would say."""
    latest = numbers.latest(key)
    if latest is None:
        return False
    number = StatementNumber(latest.billed.number, None)
    again = _document(inputs, _Customer(key.customer, "", number, shares))
    return document.content_hash(again) == latest.content


def _slug(name: str) -> str:
    """A customer's name as part of a folder's, with nothing that a path could mean."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"-{plain}" if plain else ""


# ---- what is written -----------------------------------------------------------------------------


class _Statement(NamedTuple):
    """A customer's statement that is on the disk."""

    #: in bytes
    size: int
    #: outlets of which no energy was read
    unread: int
    #: his rows of billing.csv
    billing_text: str
    issued: IssuedStatement


@contextlib.contextmanager
def _new_folder(into: str) -> Iterator[str]:
    """A folder that gets its name when it is whole: nobody may take a part for the whole. Raises
    SettingsError.
    """
    folder = f"{into}{PART}"
    try:
        os.mkdir(folder, 0o700)
        yield folder
    except OSError as error:
        raise SettingsError(f"{printable(folder)}: {error.strerror}") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    os.rename(folder, into)


def _document(inputs: StatementInputs, customer: _Customer) -> dict[str, Any]:
    party, number = inputs.tariff.party(customer.name), customer.number
    annex = document.Annex(
        number.number,
        inputs.date,
        number.corrects,
        inputs.tariff.issuer,
        party.id,
        party.address,
        party.prices,
        number.previous,
    )
    return document.document(
        customer.name,
        (inputs.begin, inputs.end),
        inputs.rules,
        inputs.factors,
        [*inputs.source.holes(inputs.paths)],
        (share.figures() for share in customer.shares),
        VERSION,
        annex,
    )


def _write_statement(inputs: StatementInputs, customer: _Customer) -> _Statement:
    statement = _document(inputs, customer)
    try:
        os.mkdir(customer.folder, 0o700)
    except OSError as error:
        raise SettingsError(f"{printable(customer.folder)}: {error.strerror}") from None
    return _Statement(
        sum(
            _write(os.path.join(customer.folder, name), content)
            for name, content in document.contents(statement).items()
        ),
        statement["total"]["unread"],
        billing.as_csv(billing.rows(statement)),
        IssuedStatement(
            PeriodKey(customer.name, inputs.begin, inputs.end),
            [share.outlet for share in customer.shares],
            document.billed_amounts(statement),
            document.content_hash(statement),
        ),
    )


def _write(path: str, content: bytes) -> int:
    """Write a file that is not there yet. Returns its size in bytes. Raises SettingsError."""
    with new_file(path) as file:
        return file.write(content)
