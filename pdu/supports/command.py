"""`pdu supports WORDS`: whether a PDU is supported, by which handler, and on what evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import printable

from ..core.cli.error_output import Usage
from ..core.cli.exit_codes import DONE, code_of
from ..core.cli.groups import Subcommand
from ..core.cli.options import RunOptions, output_options, pass_run_options, word_completion
from ..core.cli.output import Result, counted, print_result, tabulate
from .model_names import TABLE, Name, read_names
from .search import MAYBE, NO, UNKNOWN, YES, Match, SupportAnswer, answer
from .table import READ, VARIES, SupportEntry

_IN_FULL = 3  # more hits than this are a table
_WIDTH = 79
_LABEL = 12
_CELL = 24  # characters of the models in a table
_UNITS = {"current": "A", "load": "A", "power": "W", "energy": "kWh"}
_IDENTIFY = "pdu identify HOST asks the PDU itself, and says which family reads it"
_NUT = (
    "A device that a driver of NUT reads (https://networkupstools.org/stable-hcl.html) is read by"
    " the handler nut. docs/own-pdu.md describes a PDU of your own."
)


def _model_words() -> Iterable[str]:
    """The models of one word, for completion; a class of models as its source writes it."""
    with TABLE.open(encoding="utf-8") as lines:
        patterns = [name.pattern.rstrip("*") for name in read_names(lines)]
    return (word for word in dict.fromkeys(patterns) if not set("*? ") & set(word))


@click.command(
    "supports",
    cls=Subcommand,
    examples=("pdu supports AP8959", "pdu supports Eaton ePDU G3"),
)
@click.argument("words", nargs=-1, required=True, shell_complete=word_completion(_model_words))
@output_options
@pass_run_options
def supports(run_options: RunOptions, words: Sequence[str]) -> int:
    """Say whether a PDU is supported: which handler and family read it, what is read, metered and
    switched, and on what evidence. Asks no device. WORDS are a model, vendor, brand, family or
    sysObjectID, in any order and spelling.

    The exit code is 0 only for a yes. It is 8 for a PDU that is known not to be supported, for one
    that is maybe read (its vendor is known, not its name), and for one that no
    source names: pdu identify HOST asks the PDU itself.
    """
    question = " ".join(words).strip()
    if not question:
        raise Usage("WORDS is empty: give a model, a vendor, a brand or a sysObjectID")
    result = answer(question)
    code = DONE if result.verdict == YES else code_of("unsupported")
    return print_result(
        Result(_data(question, result), _lines(printable(question, 60), result), code),
        run_options.json,
    )


# ---- for a person --------------------------------------------------------------------------------


def _lines(question: str, result: SupportAnswer) -> list[str]:
    if result.each:
        return [
            line
            for model, model_answer in result.each
            for line in _lines(printable(model, 60), model_answer)
        ]
    if result.verdict == YES:
        return _yes_lines(question, result)
    lines = [f"{question}: {_head(result)}"]
    for name in result.refused:
        lines += _wrapped("", f"{name.pattern} is {_article(name.why)}")
        lines += _wrapped("", f"said by {name.source}")
    for doubt in result.doubts:
        lines += _wrapped("", doubt)
    lines += _shared_name_lines(result)
    if result.hits:
        lines += [line for hit in result.hits for line in _entry(hit, result.doubts)]
    if result.verdict == NO:
        return lines
    if result.oid:
        lines += _wrapped("", _oid_lines(result))
    elif result.strange:
        lines += _wrapped("", _vendor_lines(result))
    elif result.near:
        lines += _wrapped("", f"it may be read by {_keys_of(result)}")
    elif not result.hits:
        lines += _wrapped("", "name a model, a vendor, a brand or a sysObjectID")
    if result.alike:
        lines += _wrapped("nearest", ", ".join(result.alike))
    lines += _wrapped("next", _IDENTIFY)
    return [*lines, *_wrapped("", _NUT)]


def _head(result: SupportAnswer) -> str:
    """The first word of an answer that is no yes."""
    return "not known" if result.verdict == UNKNOWN else result.verdict


def _is_sure(hit: Match) -> bool:
    return hit.name is None or hit.name.sure


def _keys_of(result: SupportAnswer) -> str:
    return ", ".join(entry.label for entry in result.near)


def _yes_lines(question: str, result: SupportAnswer) -> list[str]:
    if len(result.hits) <= _IN_FULL:
        lines = [f"{question}: yes", *_shared_name_lines(result)]
        for hit in result.hits:
            lines += _entry(hit)
        return lines
    rows = [
        (
            hit.entry.handler,
            hit.entry.family or "-",
            _short(hit),
            _shown_switching(hit, brief=True),
            _brief_meters(hit),
        )
        for hit in result.hits
    ]
    head = ("handler", "family", "models", "switched", "per outlet")
    return [
        f"{question}: yes, by {counted(len(rows), 'entry', 'entries')}; name the model to see one"
        " in full",
        *_shared_name_lines(result),
        *tabulate(head, rows),
        *_wrapped("next", _IDENTIFY),
    ]


def _shared_name_lines(result: SupportAnswer) -> list[str]:
    return [
        line
        for name, families in result.shared
        for line in _wrapped(
            "",
            f"{printable(name, 60)} may be of the families {' or '.join(families)}: the handler"
            " asks the unit which one it is",
        )
    ]


def _entry(hit: Match, earlier_sentences: Sequence[str] = ()) -> list[str]:
    """`earlier_sentences`: those above it; a note among them is not repeated."""
    entry = hit.entry
    head = f"{entry.label}: {', '.join(entry.vendors)}, {entry.document}"
    lines = textwrap.wrap(head, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    if hit.name:
        lines += _wrapped("model", f"{hit.name.pattern} ({hit.name.source})")
    elif entry.names:
        patterns = (f"{name.pattern}{'' if name.sure else ' (maybe)'}" for name in entry.names)
        lines += _wrapped("models", ", ".join(patterns))
    lines += _wrapped("read", _reads(hit))
    lines += _wrapped("metered", _meters(hit))
    lines += _wrapped("switched", _shown_switching(hit))
    lines += _wrapped("evidence", _evidence(hit))
    if hit.name and hit.name.note and hit.name.note not in earlier_sentences:
        lines += _wrapped("note" if hit.name.sure else "maybe", hit.name.note)
    if entry.note:
        lines += _wrapped("note", entry.note)
    return lines


def _reads(hit: Match) -> str:
    states = _states(hit)
    if states == "no":
        return "no states: this PDU has no switched outlets"
    if hit.entry.states == "no":
        return "figures, no states of outlets"
    return "the state, number and name of each outlet" + _if(states)


def _states(hit: Match) -> str:
    """Whether states of outlets are read: "no" for models without switched outlets."""
    if hit.name is not None and hit.name.switched is False and hit.entry.states == READ:
        return "no"
    return hit.entry.states


def _meters(hit: Match) -> str:
    entry = hit.entry
    unit = _figures(entry.unit)
    outlets = "no" if _outlets_unmetered(hit) else _figures(entry.outlet)
    sure = hit.name is not None and hit.name.outlets
    varies = entry.outlet and outlets != "no" and not sure and READ in entry.outlet.values()
    return (
        f"the unit: {unit}; each outlet: {outlets}{', if the model meters them' if varies else ''}"
    )


def _outlets_unmetered(hit: Match) -> bool:
    return hit.name is not None and hit.name.outlets is False


def _figures(figures: Mapping[str, str]) -> str:
    if not figures:
        return "no"
    units = ", ".join(_UNITS[name] for name in figures)
    return units + _if(next(iter(figures.values())))


def _if(how: str) -> str:
    return f", {how}" if how == VARIES else ""


def _shown_switching(hit: Match, brief: bool = False) -> str:
    entry, name = hit.entry, hit.name
    if name is not None and name.switched is False:
        return "no" if brief else "no: this model does not switch outlets"
    words = entry.switching
    if brief and words.startswith("only"):
        return "unproven"
    if brief and words == VARIES:
        return "varies"
    is_open = name is None or name.switched is None
    if not brief and words == READ and is_open:
        return "yes, if the model switches outlets"
    return words


def _brief_meters(hit: Match) -> str:
    if _outlets_unmetered(hit) or not hit.entry.outlet:
        return "no"
    return ", ".join(_UNITS[name] for name in hit.entry.outlet)


def _evidence(hit: Match) -> str:
    by_basis: dict[str, list[str]] = {}
    for name, basis in _bases(hit).items():
        by_basis.setdefault(basis, []).append(name)
    sentence = "; ".join(f"{', '.join(names)}: {basis}" for basis, names in by_basis.items())
    return f"{sentence} ({hit.entry.source})"


def _bases(hit: Match) -> Mapping[str, str]:
    """The evidence for what the model can do: without switched outlets no states and commands."""
    lacking = ("state", "switching") if _states(hit) == "no" else ()
    return {name: basis for name, basis in hit.entry.evidence.items() if name not in lacking}


def _short(hit: Match) -> str:
    text = hit.name.pattern if hit.name else ", ".join(hit.entry.models)
    return textwrap.shorten(text, _CELL, placeholder=" ...")


def _oid_lines(result: SupportAnswer) -> str:
    if not result.near:
        return f"no family is of the vendor with the sysObjectID {result.oid}"
    keys = ", ".join(entry.key for entry in result.near)
    return f"a device with the sysObjectID {result.oid} may be one of {keys}, or no PDU at all"


def _vendor_lines(result: SupportAnswer) -> str:
    strange = ", ".join(printable(word, 40) for word in result.strange)
    if not result.near:
        return f"no vendor, brand or model is called {strange}"
    vendors = ", ".join(
        dict.fromkeys(entry.vendors[0] for entry in result.near if entry.handler != "redfish")
    )
    return (
        f"{vendors}: known, with {counted(len(result.near), 'entry', 'entries')} (pdu supports"
        f" VENDOR lists them), but none is called {strange}. It may be read all the same"
    )


def _article(why: str) -> str:
    return why if why.startswith(("a ", "an ")) else f"not supported: {why}"


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {label:<{_LABEL - 2}}",
        subsequent_indent=" " * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )


# ---- for a program -------------------------------------------------------------------------------


def _data(question: str, result: SupportAnswer) -> dict[str, Any]:
    sure = [result.verdict != MAYBE and _is_sure(hit) for hit in result.hits]
    return {
        "asked": question,
        "answer": result.verdict,
        "read_by": [_hit(hit) for hit, is_sure in zip(result.hits, sure) if is_sure],
        "perhaps_read_by": [_hit(hit) for hit, is_sure in zip(result.hits, sure) if not is_sure],
        "either_of": [{"name": name, "families": list(keys)} for name, keys in result.shared],
        "doubts": list(result.doubts),
        "not_supported": [_name(name) for name in result.refused],
        "may_be": _keys(result.near),
        "not_known": list(result.strange),
        "nearest": list(result.alike),
        "each": [_data(model, model_answer) for model, model_answer in result.each],
    }


def _hit(hit: Match) -> dict[str, Any]:
    entry, name = hit.entry, hit.name
    return {
        "handler": entry.handler,
        "family": entry.family or None,
        "vendors": list(entry.vendors),
        "brands": list(entry.brands),
        "model": _name(name),
        "states": _states(hit),
        "outlet": {} if _outlets_unmetered(hit) else dict(entry.outlet),
        "unit": dict(entry.unit),
        "switched": _shown_switching(hit),
        "evidence": dict(_bases(hit)),
        "document": entry.document,
        "source": entry.source,
        "note": entry.note,
    }


def _name(name: Optional[Name]) -> Optional[dict[str, Any]]:
    if name is None:
        return None
    return {
        "pattern": name.pattern,
        "source": name.source,
        "why": name.why,
        "note": name.note,
        "sure": name.sure,
    }


def _keys(entries: Iterable[SupportEntry]) -> list[str]:
    return [entry.key for entry in entries]
