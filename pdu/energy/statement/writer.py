"""Writes the statements of all customers: PDU by PDU the readings that each customer's proof shows,
then customer by customer the files.

What a PDU gives to a customer waits in a file of its own, so that memory is for one PDU and one
customer at a time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, NamedTuple, Optional, Union

from handlers import VERSION
from handlers.shared.errors import SettingsError, printable

from ...core.files.work_folders import left_folders, work_folder
from ..audit import checks
from ..audit.pdu_audit import Asked, Audited, AuditedRegister, PduWalk, audit_registers
from ..journal.journals import DayBlocks, MeterJournal, by_days, finished, temporary_folder
from ..journal.readings import PduReadings
from ..registers.customers import OutletTenancy, Place, cut
from ..registers.meter_facts import RegisterFacts
from ..registers.numpy_lazy import np
from ..registers.parallel import parallel_map
from ..registers.poll import OWN
from ..registers.unit_aliases import Holding, Seen, alias_map, check_held_once, same
from . import (
    billing,
    day_roots,
    disclosure,
    figures,
    leaf_rows,
    merkle,
    power,
    proof,
    stated,
)
from .daily_energy import DayEnergy
from .day_roots import SaltKey
from .figures import OutletReadings, Rules, StatementFigures, SurchargeFactors
from .numbers import PART, HeldOutlet, Issued, Numbers, PeriodKey, StatementNumber
from .shown_readings import HeldTime, PduTexts, ShownReadings
from .tariff_file import Tariff
from .wording import DRAFT

_DAY = 86400.0
#: customers that earn the start of processes
_LARGE = 50


class StatementInputs(NamedTuple):
    """What statements are made of."""

    folder: str
    source: MeterJournal
    #: finished files of the period, and around it
    paths: Sequence[str]
    begin: float
    end: float
    audit_scope: Asked
    rules: Rules
    factors: SurchargeFactors
    #: its periods are those of the rules
    tariff: Tariff
    #: the day of writing, such as 2026-11-02
    date: str
    #: outlet -> its machine
    machines: Mapping[Place, str]
    #: outlet -> what people call it
    names: Mapping[Place, str]
    #: whether this is for a look: nothing gets a number
    is_draft: bool = False


@dataclass(frozen=True)
class StatementFile:
    """What was written."""

    #: "" if nothing was written, because nothing changed
    root: str
    #: the last hash of the chain of roots
    chain: str
    statements: int
    #: the first and the last number of theirs
    numbers: tuple[str, str]
    #: of them, those that correct an earlier one
    corrections: int
    #: statements of an earlier run that stand: these would say the same
    unchanged: int
    outlets: int
    #: in bytes, of all files
    size: int
    #: outlets of which no energy was read
    unread: int
    #: sentences about units that were read under two names
    repeated: Sequence[str] = ()
    #: sentences about what runs left that were killed
    unfinished: Sequence[str] = ()
    #: of a draft: sentences about outlets that it would bill once more
    overlaps: Sequence[str] = ()


class _CustomerShare(NamedTuple):
    """What a PDU gives to a customer."""

    customer: str
    place: Place
    begin: float
    end: float
    path: str
    #: the file with the times of its PDU's polls; "" if it was not read
    times: str


class _PduResult(NamedTuple):
    leaves: Sequence[day_roots.DayLeaves]
    parts: Sequence[_CustomerShare]
    #: which unit it was; None if it has no customer
    unit: Optional[Seen]


def seal_finished_days(folder: str, without: Sequence[str] = ()) -> day_roots.Roots:
    """Keep the root of each finished day that has none, oldest first; all roots.

    `without`: what is left out, as in `journals.left_out`. Raises SettingsError, and
    journal.HashMismatch for a line that is not as it was written.
    """
    source = MeterJournal(folder, without)
    root_by_day = day_roots.kept_roots(folder).days
    new = {day: some for day, some in by_days(finished(folder)).items() if day not in root_by_day}
    if new:
        key = day_roots.key_of(folder)
        for paths in new.values():
            leaves = [
                leaf for some in source.by_day(paths, partial(_hash_days, key)) for leaf in some
            ]
            trees = {day: merkle.Tree(leaf.hash for leaf in leaves) for day in source.hashes}
            day_roots.keep(folder, trees, source.hashes)
    return day_roots.kept_roots(folder)


def _hash_days(key: SaltKey, pdu: str, days: Sequence[DayBlocks]) -> Sequence[day_roots.DayLeaves]:
    texts = PduTexts(pdu, days, key)
    return [leaf for outlet in texts.outlets() for leaf in texts.outlet(outlet, ())[0]]


def write(inputs: StatementInputs, into: str) -> StatementFile:
    """Write a folder for each customer, and what is published, into a new folder.

    Raises SettingsError, also if a day's readings are not those of its root any more.
    """
    key = day_roots.key_of(inputs.folder)
    left = [
        f"{printable(path)} has readings, and is of a run that did not end: remove it"
        for path in left_folders(temporary_folder())
    ]
    with work_folder(temporary_folder()) as room, Numbers(inputs.folder) as numbers:
        unfinished = [*left, *numbers.find_unfinished()]
        _check_new(into, unfinished)
        trees, parts, units = _read_pdus(inputs, key, room)
        chain = day_roots.keep(inputs.folder, trees, inputs.source.hashes).hash
        twice = [*same(units)]
        holdings = (Holding(part.customer, *part.place, part.begin, part.end) for part in parts)
        check_held_once(holdings, alias_map(twice))
        once = _leave_aliases_out(_add_unread(inputs, parts, room), alias_map(twice))
        statement_file = _Writer(inputs, into, key, trees, chain).write(once, numbers)
        repeated = [pair.sentence() for pair in twice]
        return dataclasses.replace(statement_file, repeated=repeated, unfinished=unfinished)


def _read_pdus(
    inputs: StatementInputs, key: SaltKey, room: str
) -> tuple[Mapping[str, merkle.Tree], Sequence[_CustomerShare], Sequence[Seen]]:
    """The tree of each day, and what customers get of all PDUs. Raises SettingsError."""
    hashes, parts, units = dict[str, bytearray](), list[_CustomerShare](), list[Seen]()
    for pdu_result in inputs.source.by_day(inputs.paths, partial(_read_pdu, inputs, key, room)):
        for leaf in pdu_result.leaves:
            hashes.setdefault(leaf.day, bytearray()).extend(leaf.hash)
        parts += pdu_result.parts
        units += [unit for unit in [pdu_result.unit] if unit is not None]
    if not inputs.source.hashes:
        raise SettingsError(f"{printable(inputs.folder)} has no whole day of this period yet")
    trees = {
        day: merkle.Tree(merkle.unpack(bytes(hashes.pop(day, b"")))) for day in inputs.source.hashes
    }
    return trees, parts, units


def _check_new(into: str, unfinished: Sequence[str]) -> None:
    """Nothing is ever overwritten. Raises SettingsError."""
    for path in (into, f"{into}{PART}"):
        if os.path.lexists(path):
            why = "; ".join(unfinished) if path != into else "give a folder that is not there"
            raise SettingsError(f"{printable(path)} cannot be made (File exists): {why}")
    parent = os.path.dirname(os.path.abspath(into))
    if not os.path.isdir(parent) or not os.access(parent, os.W_OK):
        raise SettingsError(f"{printable(into)} cannot be made: no folder to write in")


def _leave_aliases_out(
    parts: Sequence[_CustomerShare], names: Mapping[str, str]
) -> Sequence[_CustomerShare]:
    """Parts without those that the same customer has by another name of the PDU."""
    had = {(part.customer, *part.place, part.begin) for part in parts}
    return [
        part
        for part in parts
        if (part.customer, names.get(part.place[0], ""), part.place[1], part.begin) not in had
    ]


def _read_pdu(
    inputs: StatementInputs, key: SaltKey, room: str, pdu: str, days: Sequence[DayBlocks]
) -> _PduResult:
    """The hashes of a PDU's outlets, and what its customers get, in files in `room`."""
    audit_scope = inputs.audit_scope
    here = PduTexts(pdu, days, key)
    outlets = here.outlets()
    tenures_by_outlet = {
        outlet: cut(audit_scope.tenures.get((pdu, outlet), ()), inputs.begin, inputs.end)
        for outlet in outlets
    }
    held_times = {
        outlet: [
            HeldTime(tenure.begin, tenure.end, _continues(inputs, (pdu, outlet), tenure))
            for tenure in tenures
        ]
        for outlet, tenures in tenures_by_outlet.items()
    }
    audit = _audit(pdu, days, audit_scope) if any(tenures_by_outlet.values()) else None
    answers = {} if audit is None else {outlet.outlet: outlet for outlet in audit.outlets}
    if audit is not None and audit.own is not None:
        answers[OWN] = audit.own
    walk = _walk(inputs, here, held_times, answers)
    name = os.path.join(room, merkle.sha256(pdu.encode()).hex())
    times_path = f"{name}-times"  # one text, for thousands of outlets
    if any(tenures_by_outlet.values()):
        _keep_times(times_path, here)
    leaves, parts = list[day_roots.DayLeaves](), list[_CustomerShare]()
    for outlet in outlets:
        place, times = (pdu, outlet), held_times[outlet]
        day_leaves, shown_readings = here.outlet(outlet, times)
        leaves += day_leaves
        own_walk = walk if outlet in walk.registers else None
        for tenure, readings in zip(tenures_by_outlet[outlet], shown_readings):
            path = f"{name}-{len(parts)}"
            _keep(path, _part(inputs, place, tenure, readings, answers.get(outlet), own_walk))
            parts.append(_CustomerShare(tenure.customer, place, *tenure[1:], path, times_path))
    return _PduResult(leaves, parts, None if audit is None else audit.seen)


def _audit(pdu: str, days: Sequence[DayBlocks], audit_scope: Asked) -> Audited:
    readings = PduReadings(pdu)
    for block in leaf_rows.merge_blocks(block for _, blocks in days for block in blocks):
        readings.extend(block)
    return audit_registers(readings, audit_scope)


def _walk(
    inputs: StatementInputs,
    pdu: PduTexts,
    held_times: Mapping[str, Sequence[HeldTime]],
    answers: Mapping[str, AuditedRegister],
) -> PduWalk:
    """One walk over the readings of all outlets of which the same rows are shown, for the whole
    period, so that each of them is as its customer will find it. Others are walked over alone.
    """
    period = inputs.begin, inputs.end
    rows_by_outlet = {
        outlet: pdu.shown_rows(outlet, times[0])
        for outlet, times in held_times.items()
        if outlet in answers and len(times) == 1 and times[0][:2] == period
    }
    rows = max(rows_by_outlet.values(), key=len, default=range(0))
    outlets = [outlet for outlet, shown in rows_by_outlet.items() if shown == rows]
    facts = {outlet: _stated_facts(answers[outlet]) for outlet in outlets}
    return figures.walk_over(pdu.readings(outlets, rows, *period), facts, period, inputs.rules)


def _stated_facts(answer: AuditedRegister) -> RegisterFacts:
    """What a statement states of a register."""
    return dataclasses.replace(answer.meter, step_kwh=answer.step)


def _part(
    inputs: StatementInputs,
    place: Place,
    tenure: OutletTenancy,
    shown_readings: ShownReadings,
    answer: Optional[AuditedRegister],
    walk: Optional[PduWalk],
) -> _Kept:
    """What a customer gets of an outlet. A day's hash becomes its path later.

    `answer`: of the audit of its PDU. `walk`: over the readings that are shown of its outlets.
    """
    line_inputs = _outlet_readings(inputs, place, tenure)
    if answer is not None:
        share = next(share for share in answer.shares if share.begin == tenure.begin)
        line_inputs = line_inputs._replace(
            meter=_stated_facts(answer),
            most_kwh=share.energy.high,
            is_doubted=checks.is_unit_in_doubt(share.events),
            is_confirmed=answer.is_confirmed,
        )
    line_figures = figures.figures(line_inputs, shown_readings.blocks, inputs.rules, walk)
    return _Kept(line_figures, shown_readings.days)


def _continues(inputs: StatementInputs, place: Place, tenure: OutletTenancy) -> bool:
    """Whether a customer has an outlet also after the end of the period."""
    return any(
        later_tenure.customer == tenure.customer and later_tenure.end > tenure.end
        for later_tenure in inputs.audit_scope.tenures[place]
    )


def _is_held_before(inputs: StatementInputs, place: Place, tenure: OutletTenancy) -> bool:
    """Whether a customer had an outlet also before the begin of his time in the period."""
    return any(
        earlier.customer == tenure.customer and earlier.begin < tenure.begin <= earlier.end
        for earlier in inputs.audit_scope.tenures[place]
    )


def _outlet_readings(
    inputs: StatementInputs, place: Place, tenure: OutletTenancy
) -> OutletReadings:
    """An outlet of which nothing is known yet but who has it."""
    return OutletReadings(
        *place,
        name=inputs.names.get(place, ""),
        machine=inputs.machines.get(place, ""),
        begin=tenure.begin,
        end=tenure.end,
        meter=inputs.audit_scope.meters.of(*place),
        most_kwh=None,
        is_doubted=False,
        is_confirmed=False,
        is_held_before=_is_held_before(inputs, place, tenure),
    )


def _add_unread(
    inputs: StatementInputs, parts: Sequence[_CustomerShare], room: str
) -> Sequence[_CustomerShare]:
    """All parts, also of outlets that no reading names."""
    places = {part.place for part in parts}
    all_parts = [*parts]
    for place, tenures in inputs.audit_scope.tenures.items():
        if place in places:
            continue
        for tenure in cut(tenures, inputs.begin, inputs.end):
            none = figures.figures(_outlet_readings(inputs, place, tenure), (), inputs.rules)
            path = os.path.join(room, f"unread-{len(all_parts)}")
            _keep(path, _Kept(none, ()))
            all_parts.append(_CustomerShare(tenure.customer, place, *tenure[1:], path, ""))
    return all_parts


class _Kept(NamedTuple):
    """What a customer gets of an outlet, until his files are written."""

    line_figures: StatementFigures
    #: of his proof: each day, its hash, and what is shown of it, as `proof.canonical` writes it
    days: Sequence[tuple[str, bytes, bytes]]


def _keep(path: str, part_result: _Kept) -> None:
    """The line of the statement and its number of quarter hours, these, then two lines for each
    day.
    """
    flow = part_result.line_figures.power
    head = json.dumps(
        [part_result.line_figures.line, len(flow.numbers), part_result.line_figures.days]
    )
    with _room_file(path) as file:
        file.write(f"{head}\n".encode())
        file.write(flow.numbers.tobytes() + flow.kilowatts.tobytes())
        for day, node, text in part_result.days:
            file.write(f"{day} {node.hex()}\n".encode() + text + b"\n")


@contextlib.contextmanager
def _room_file(path: str) -> Iterator[IO[bytes]]:
    """A new file for the time of the command. Raises SettingsError."""
    try:
        with open(path, "wb") as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None


def _kept_figures(part: _CustomerShare) -> StatementFigures:
    with open(part.path, "rb") as file:
        line, count, days = json.loads(file.readline())
        columns = [np.frombuffer(file.read(8 * count), dtype) for dtype in ("i8", "f8")]
    span = (proof.parse_time(line["from"]), proof.parse_time(line["to"]))
    energies = [DayEnergy(*day) for day in days]
    return StatementFigures(line, power.QuarterHourPower(*span, *columns), energies)


def _kept_days(part: _CustomerShare) -> Iterator[tuple[str, bytes, bytes]]:
    with open(part.path, "rb") as file:
        _, count, _ = json.loads(file.readline())
        file.seek(16 * count, os.SEEK_CUR)
        for head, text in zip(file, file):
            day, node = head.decode().split()
            yield day, merkle.digest(node), text


def _keep_times(path: str, pdu: PduTexts) -> None:
    """Of each day a line, its name and a length, and the times of all polls, packed."""
    with _room_file(path) as file:
        for day, times in pdu.times():
            content = proof.times_text(day, times).content
            file.write(f"{day} {len(content)}\n".encode() + content)


def _kept_times(path: str, days: Container[str]) -> Iterator[proof.PackedPiece]:
    """The times of a PDU's polls on some days."""
    with open(path, "rb") as file:
        for head in file:
            day, length = head.decode().split()
            content = file.read(int(length))
            if day in days:
                yield proof.PackedPiece(content)


class _Customer(NamedTuple):
    name: str
    folder: str
    numbered: StatementNumber
    parts: Sequence[_CustomerShare]


class _Done(NamedTuple):
    """A customer whose statement is written, and whose proof is not yet."""

    customer: _Customer
    #: of FILES
    files: Mapping[str, str]
    salt: bytes
    #: in bytes
    size: int
    outlets: int
    unread: int
    #: his rows of billing.csv
    billed: str
    issued: Issued

    @property
    def leaf(self) -> bytes:
        return proof.files_leaf(self.salt, self.files)


class _Writer:
    """Writes the files of all customers."""

    def __init__(
        self,
        inputs: StatementInputs,
        into: str,
        key: SaltKey,
        trees: Mapping[str, merkle.Tree],
        chain: str,
    ) -> None:
        self._inputs, self._into, self._key = inputs, into, key
        self._trees, self._chain = trees, chain

    def write(self, parts: Sequence[_CustomerShare], numbers: Numbers) -> StatementFile:
        """Raises SettingsError, also for outlets that were billed before; then nothing is written
        and no number taken.
        """
        by_customer = self._group_by_customer(parts, numbers)
        overlaps = numbers.overlaps(
            {key: [_held_outlet(part) for part in some] for key, some in by_customer.items()}
        )
        if overlaps and not self._inputs.is_draft:
            raise SettingsError(
                f"{'; '.join(overlaps)}: correct that statement first, with its own period and"
                " customers, or see this one with --draft"
            )
        keys = [*self._keys_to_issue(by_customer, numbers)]
        nothing = StatementFile(
            "", self._chain, 0, ("", ""), 0, len(by_customer) - len(keys), 0, 0, 0
        )
        if not keys:
            return nothing
        statement_numbers = self._take_numbers(keys, numbers)
        customers = [
            _Customer(key.customer, folder, numbered, by_customer[key])
            for key, folder, numbered in zip(keys, self._folders(keys), statement_numbers)
        ]
        try:
            os.mkdir(self._part, 0o700)
            statement_file = self._write_all(customers, numbers)
        except OSError as error:
            raise SettingsError(f"{printable(self._part)}: {error.strerror}") from None
        except BaseException:
            # nobody may take a part for the whole
            shutil.rmtree(self._part, ignore_errors=True)
            raise
        os.rename(self._part, self._into)
        return dataclasses.replace(statement_file, unchanged=nothing.unchanged, overlaps=overlaps)

    @property
    def _part(self) -> str:
        """The folder until it is whole."""
        return f"{self._into}{PART}"

    def _group_by_customer(
        self, parts: Sequence[_CustomerShare], numbers: Numbers
    ) -> Mapping[PeriodKey, Sequence[_CustomerShare]]:
        """The outlets of each customer, in order; none of one who has lost all that he had in a
        statement for this period.
        """
        period = (self._inputs.begin, self._inputs.end)
        lost = numbers.list_customers(*period)
        parts_by_customer: dict[str, list[_CustomerShare]] = {name: [] for name in lost}
        for part in parts:
            parts_by_customer.setdefault(part.customer, []).append(part)
        return {
            PeriodKey(name, *period): sorted(parts_by_customer[name], key=_order)
            for name in sorted(parts_by_customer)
        }

    def _keys_to_issue(
        self, by_customer: Mapping[PeriodKey, Sequence[_CustomerShare]], numbers: Numbers
    ) -> Iterator[PeriodKey]:
        """Those who get a statement: of the others, the last one says the same."""
        for key, parts in by_customer.items():
            latest = numbers.latest(key)
            if latest is not None and not self._inputs.is_draft:
                number = StatementNumber(latest.billed.number, None)
                again = self._document(_Customer(key.customer, "", number, parts))
                if proof.content_hash(again) == latest.content:
                    continue
            yield key

    def _take_numbers(
        self, keys: Sequence[PeriodKey], numbers: Numbers
    ) -> Sequence[StatementNumber]:
        if self._inputs.is_draft:
            number_texts: Sequence[str] = [DRAFT] * len(keys)
        else:
            number_texts = numbers.reserve(len(keys), self._inputs.date, self._into)
        return [numbers.correction(key, number) for key, number in zip(keys, number_texts)]

    def _folders(self, keys: Sequence[PeriodKey]) -> Iterator[str]:
        for at, key in enumerate(keys, start=1):
            yield os.path.join(self._part, f"{at:04d}{_slug(key.customer)}")

    def _write_all(self, customers: Sequence[_Customer], numbers: Numbers) -> StatementFile:
        begin, end = self._period()
        large = len(customers) > _LARGE
        outcomes = [*parallel_map(self._statement, customers, large=large)]
        statements = merkle.Tree(outcome.leaf for outcome in outcomes)
        publication = proof.Published(
            begin,
            end,
            self._inputs.rules.zone.key,
            self._chain,
            {day: tree.root.hex() for day, tree in sorted(self._trees.items())},
            statements.root.hex(),
        ).text()
        size = _write_file(self._part, proof.PUBLISHED, publication.encode())
        prove = partial(self._proof, publication, statements)
        size += sum(parallel_map(prove, outcomes, large=large)) + sum(
            outcome.size for outcome in outcomes
        )
        billing_text = billing.HEAD_LINE + "".join(outcome.billed for outcome in outcomes)
        size += _write_file(self._part, billing.FILE, billing_text.encode())
        if not self._inputs.is_draft:
            os.sync()  # what is issued is on the disk
            numbers.keep([outcome.issued for outcome in outcomes])
        issued_numbers = [outcome.customer.numbered for outcome in outcomes]
        return StatementFile(
            proof.root_of(publication),
            self._chain,
            len(outcomes),
            (issued_numbers[0].number, issued_numbers[-1].number),
            sum(number.corrects is not None for number in issued_numbers),
            0,
            sum(outcome.outlets for outcome in outcomes),
            size,
            sum(outcome.unread for outcome in outcomes),
        )

    def _period(self) -> tuple[str, str]:
        inputs = self._inputs
        begin, end = (figures.local(time, inputs.rules.zone) for time in (inputs.begin, inputs.end))
        return begin, end

    def _document(self, customer: _Customer) -> dict[str, Any]:
        inputs = self._inputs
        party = inputs.tariff.party(customer.name)
        annex = proof.Annex(
            customer.numbered.number,
            inputs.date,
            customer.numbered.corrects,
            inputs.tariff.issuer,
            party.id,
            party.address,
            party.prices,
            customer.numbered.previous,
        )
        return proof.document(
            customer.name,
            (inputs.begin, inputs.end),
            inputs.rules,
            inputs.factors,
            [*inputs.source.holes(inputs.paths)],
            map(_kept_figures, customer.parts),
            VERSION,
            annex,
        )

    def _statement(self, customer: _Customer) -> _Done:
        statement = self._document(customer)
        wrong = stated.fault(statement)
        if wrong:
            raise SettingsError(f"{printable(customer.name, 60)}: a statement cannot have{wrong}")
        files = proof.contents(statement)
        try:
            os.mkdir(customer.folder, 0o700)
        except OSError as error:
            raise SettingsError(f"{printable(customer.folder)}: {error.strerror}") from None
        size = sum(_write_file(customer.folder, name, content) for name, content in files.items())
        hashes = {name: merkle.sha256(content).hex() for name, content in files.items()}
        salt = self._key.salt(*(statement[key] for key in ("from", "to", "customer")))
        unread = statement["total"]["unread"]
        billing_text = billing.as_csv(billing.rows(statement))
        issued = Issued(
            PeriodKey(customer.name, self._inputs.begin, self._inputs.end),
            [*map(_held_outlet, customer.parts)],
            proof.billed(statement),
            proof.content_hash(statement),
        )
        outlets = len(customer.parts)
        return _Done(customer, hashes, salt, size, outlets, unread, billing_text, issued)

    def _proof(self, publication: str, statements: merkle.Tree, outcome: _Done) -> int:
        needed_times = dict[str, _NeededTimes]()
        texts = proof.texts(
            publication,
            outcome.files,
            outcome.salt,
            statements.path(outcome.leaf),
            self._lines(outcome, needed_times),
            _times(needed_times),
        )
        return _write_file(outcome.customer.folder, proof.PROOF, proof.packed_pieces(texts))

    def _lines(self, outcome: _Done, needed_times: dict[str, _NeededTimes]) -> Iterator[bytes]:
        """An outlet's part of a proof at a time. `needed_times` gets the times that it needs."""
        for part in outcome.customer.parts:
            days = list[bytes]()
            for day, node, text in _kept_days(part):
                if text.startswith(disclosure.ROWS):
                    pdu = needed_times.setdefault(part.place[0], _NeededTimes(part.times, set()))
                    pdu.days.add(day)
                days.append(proof.day_text(day, self._trees[day].path(node), text))
            yield proof.line_text(*part.place, days)


class _NeededTimes(NamedTuple):
    """The days of a PDU whose times a proof needs."""

    path: str
    days: set[str]


def _times(
    needed_times: Mapping[str, _NeededTimes],
) -> Iterator[tuple[str, Sequence[proof.PackedPiece]]]:
    for pdu in sorted(needed_times):
        yield pdu, [*_kept_times(*needed_times[pdu])]


def _held_outlet(part: _CustomerShare) -> HeldOutlet:
    return HeldOutlet(*part.place, part.begin, part.end)


def _order(part: _CustomerShare) -> tuple[Any, ...]:
    return (*part.place, part.begin)


def _slug(name: str) -> str:
    """A customer's name as part of a folder's, with nothing that a path could mean."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"-{plain}" if plain else ""


def _write_file(folder: str, name: str, content: Union[bytes, Iterable[bytes]]) -> int:
    """Returns the size in bytes."""
    path = os.path.join(folder, name)
    try:
        with open(path, "xb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            return file.tell()
    except OSError as error:
        raise SettingsError(f"{printable(path)} cannot be written ({error.strerror})") from None


def outlet_labels(source: MeterJournal, paths: Sequence[str]) -> Mapping[Place, str]:
    """What people call outlets, as the lines of units in the last of these files say it."""
    for path in reversed(paths):
        label_by_place: dict[Place, str] = {}
        has_units = False
        for line in source.lines(path):
            if line.body.startswith(b'"unit":'):
                has_units = True
                unit = json.loads(b"{" + line.body)
                pairs = zip(unit.get("outlets", ()), unit.get("names", ()))
                label_by_place.update(
                    {(unit["name"], outlet): name for outlet, name in pairs if name}
                )
        if has_units:
            return label_by_place
    return {}
