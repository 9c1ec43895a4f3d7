"""`pdu supports WORDS`: whether a PDU is supported, by which handler, and on what evidence.

A *match* is a row of the table of supported PDUs (`entry`: a family of SNMP, or a handler), with
the *name* that fits the model: AP8959 matches the family apc-rpdu2 by the name AP89xx. A row says
what the family reads; its name may take from that what these models do not do.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import printable

from ..cli.error_output import Usage
from ..cli.exit_codes import DONE, code_of
from ..cli.groups import Subcommand
from ..cli.options import Output, output_options, pass_output, word_completion
from ..cli.output import Result, print_result, tabulate
from .model_names import NAMES, Claim, Name
from .own_handlers import own_handlers, own_handlers_sentence
from .recorded import UNPROVEN
from .search import MAYBE, UNKNOWN, YES, Match, SupportAnswer, answer
from .table import READ, VARIES, SupportEntry

_IN_FULL = 4  # more matches than this are a table
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
    """The models of one word, for completion; a class of models as its source writes it: `AP89xx`.

    >>> "AP89xx" in _model_words(), any(" " in model for model in _model_words())
    (True, False)
    """
    words: dict[str, None] = {}
    for name in NAMES:
        model = name.pattern.rstrip("*")
        if not set("*? ") & set(model):
            words[model] = None
    return words


@click.command(
    "supports",
    cls=Subcommand,
    examples=("pdu supports AP8959", "pdu supports Eaton ePDU G3"),
)
@click.argument("words", nargs=-1, required=True, shell_complete=word_completion(_model_words))
@output_options
@pass_output
def supports(output: Output, words: Sequence[str]) -> int:
    """Say whether a PDU is supported: which handler and family read it, what is read, metered and
    switched, and on what evidence. Asks no device. WORDS are a model, vendor, brand, family or
    sysObjectID, in any order.

    The exit code is 0 only for a yes. It is 8 for a PDU that is known not to be supported, for one
    that is maybe read (its vendor is known, not its name), and for one that no
    source names: pdu identify HOST asks the PDU itself.
    """
    question = " ".join(words).strip()
    if not question:
        raise Usage("WORDS is empty: give a model, a vendor, a brand or a sysObjectID")
    support_answer = answer(question)
    code = DONE if support_answer.verdict == YES else code_of("unsupported")
    result = Result(_data(support_answer), _lines(support_answer), code)
    return print_result(result, as_json=output.json)


# ---- for a person --------------------------------------------------------------------------------


def _lines(result: SupportAnswer) -> list[str]:
    """The lines of an answer for people: the verdict, its reasons, and the rows that match; a table
    of more than four.

    AP8959: yes
      own       DCImanager has a handler of its own for APC: keep it where it ...
    snmp, family apc-rpdu2: APC, PowerNet-MIB (rPDU2)
      model     AP89xx (https://docs.openstack.org/ironic/latest/admin/drivers/snmp.html)
      ...
    """
    verdict = "not known" if result.verdict == UNKNOWN else result.verdict
    lines = [f"{printable(result.question, 60)}: {verdict}"]
    for sentence in _sentences(result):
        lines += _wrapped("", sentence)
    names = _own_handlers(result)
    if names or result.matches:
        lines += _wrapped("own", own_handlers_sentence(names))
    if len(result.matches) > _IN_FULL:
        lines += _table(result.matches)
        lines += _wrapped("next", f"name the model; {_IDENTIFY}")
    else:
        for match in result.matches:
            lines += _match_lines(match, result.remarks)
        if result.verdict in (MAYBE, UNKNOWN):
            lines += _wrapped("next", _IDENTIFY)
    if result.verdict in (MAYBE, UNKNOWN):
        lines += _wrapped("", _NUT)
    return lines


def _own_handlers(result: SupportAnswer) -> list[str]:
    """The names of DCImanager's own handlers for the makers and families of an answer.

    >>> _own_handlers(answer("AP8959")), _own_handlers(answer("PX3"))
    (['APC'], [])
    """
    makers = [result.question, *result.question.split()]
    if result.refused_name is not None:
        makers.append(result.refused_name.pattern)
    if result.verdict == YES:
        for match in result.matches:
            if match.entry.family:
                makers += match.entry.vendors
    return own_handlers(makers, result.families)


def _sentences(result: SupportAnswer) -> Iterable[str]:
    """The reasons of an answer, a sentence each; none for a plain yes.

    >>> list(_sentences(answer("AP8959 foo")))
    ['no source names FOO']
    >>> list(_sentences(answer("AP8959")))
    []
    """
    name = result.refused_name
    if name is not None:
        article = "" if name.why.startswith(("a ", "an ")) else "not supported: "
        yield f"{name.pattern} is {article}{name.why}"
        yield f"said by {name.source}"
    yield from result.remarks
    has_model = any(match.name is not None for match in result.matches)
    if has_model and len(result.families) > 1:
        families = " or ".join(result.families)
        yield f"it may be of the families {families}: the handler asks the unit which one it is"
    if result.unknown_words:
        shown_words = [printable(word, 40) for word in result.unknown_words]
        yield f"no source names {', '.join(shown_words)}"
    if result.verdict == UNKNOWN:
        yield "name a model, a vendor, a brand or a sysObjectID"


def _table(matches: Sequence[Match]) -> list[str]:
    """The lines of a table of matches, for an answer with too many to show each in full.

    handler  family     models             switched  per outlet
    snmp     apc-rpdu2  AP84xx, AP86xx ... yes       A, W, kWh
    """
    head = ("handler", "family", "models", "switched", "per outlet")
    rows: list[Sequence[str]] = []
    for match in matches:
        entry = match.entry
        models = match.name.pattern if match.name else ", ".join(entry.models)
        switching = _switching(match)
        row = (
            entry.handler,
            entry.family or "-",
            textwrap.shorten(models, _CELL, placeholder=" ..."),
            "varies" if switching == VARIES else switching,
            ", ".join(_UNITS[figure] for figure in _outlet_figures(match)) or "no",
        )
        rows.append(row)
    return tabulate(head, rows)


def _match_lines(match: Match, remarks: Sequence[str]) -> list[str]:
    """The lines about one match, in full. A note that is one of the answer's `remarks` stands above
    already, and is left out. The note of a name says "maybe" if it is not certain that models of
    this name are supported (`sure` is False).

    snmp, family apc-rpdu2: APC, PowerNet-MIB (rPDU2)
      document  https://github.com/librenms/librenms/blob/HEAD/mibs/apc/PowerNet-MIB
      read      the state, number and name of each outlet
      metered   the unit: ...; each outlet: ...
      switched  yes
      evidence  ...
    """
    entry, name = match.entry, match.name
    head = f"{entry.label}: {', '.join(entry.vendors)}, {entry.document}"
    lines = textwrap.wrap(head, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    lines += _wrapped("document", entry.source)
    lines += _model_lines(entry, name)
    lines += _wrapped("read", _reads(match))
    unit_figures = _figures_text(entry.pdu_figures)
    lines += _wrapped("metered", f"the unit: {unit_figures}; each outlet: {_outlet_text(match)}")
    lines += _wrapped("switched", _switched(match))
    lines += _wrapped("evidence", _evidence_text(match))
    if name and name.note and name.note not in remarks:
        lines += _wrapped("note" if name.sure else "maybe", name.note)
    if entry.note:
        lines += _wrapped("note", entry.note)
    return lines


def _model_lines(entry: SupportEntry, name: Optional[Name]) -> list[str]:
    """The lines about the models of a row: the name that fits, with its source; without one, all
    names of the row.

    >>> apc = answer("apc-rpdu2").matches[0].entry
    >>> _model_lines(apc, Name("AP89xx", "apc-rpdu2", "https://apc.example"))
    ['  model     AP89xx (https://apc.example)']
    """
    if name is not None:
        return _wrapped("model", f"{name.pattern} ({name.source})")
    patterns: list[str] = []
    for entry_name in entry.names:
        maybe = "" if entry_name.sure else " (maybe)"
        patterns.append(f"{entry_name.pattern}{maybe}")
    return _wrapped("models", ", ".join(patterns)) if patterns else []


def _wrapped(label: str, text: str) -> list[str]:
    """The text in lines of at most 79 characters, behind a label, or behind as many blanks.

    >>> _wrapped("switched", "yes"), _wrapped("", "no source names FOO")
    (['  switched  yes'], ['            no source names FOO'])
    """
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {label:<{_LABEL - 2}}",
        subsequent_indent=" " * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )


# ---- what a model does of what its row says ------------------------------------------------------


def _is_unswitched(match: Match) -> bool:
    """Whether the model is one without switched outlets, though its family may have them.

    >>> _is_unswitched(answer("AP8959").matches[0]), _is_unswitched(answer("AP8858").matches[0])
    (False, True)
    """
    return match.name is not None and match.name.switched is Claim.NO


def _states(match: Match) -> str:
    """Whether states of outlets are read: "yes", "no" or a condition. Models without switched
    outlets have no states.

    >>> _states(answer("AP8959").matches[0]), _states(answer("AP8858").matches[0])
    ('yes', 'no')
    """
    if _is_unswitched(match) and match.entry.states == READ:
        return "no"
    return match.entry.states


def _switching(match: Match) -> str:
    """Whether outlets are switched: "yes", "no", "unproven" or a condition.

    >>> _switching(answer("AP8959").matches[0]), _switching(answer("AP8858").matches[0])
    ('yes', 'no')
    """
    return "no" if _is_unswitched(match) else match.entry.switching


def _outlet_figures(match: Match) -> Mapping[str, str]:
    """The figures of an outlet, each with "yes" or a condition: {"current": "yes"}; none for models
    that do not meter outlets.
    """
    if match.name is not None and match.name.outlets is Claim.NO:
        return {}
    return match.entry.outlet_figures


def _evidence(match: Match) -> Mapping[str, str]:
    """What each capability of the model rests on: {"state": "the vendor's MIB, not tried", ...}.
    A model without switched outlets has no `state` and no `switching`.
    """
    basis_by_capability = dict(match.entry.evidence)
    if _states(match) == "no":
        basis_by_capability.pop("state", None)
        basis_by_capability.pop("switching", None)
    return basis_by_capability


def _reads(match: Match) -> str:
    """What is read of the outlets: their states, or figures alone.

    >>> _reads(answer("AP8959").matches[0])
    'the state, number and name of each outlet'
    """
    if match.entry.states == "no":
        return "figures, no states of outlets"
    states = _states(match)
    if states == "no":
        return "no states: this PDU has no switched outlets"
    return f"the state, number and name of each outlet{_condition(states)}"


def _outlet_text(match: Match) -> str:
    """The units of the figures of an outlet, on a condition if the model may not meter them.

    >>> _outlet_text(answer("AP8959").matches[0]), _outlet_text(answer("apc-rpdu2").matches[0])
    ('no', 'A, W, kWh, if the model meters them')
    """
    figures = _outlet_figures(match)
    is_sure = match.name is not None and match.name.outlets is Claim.YES
    if is_sure or READ not in figures.values():
        return _figures_text(figures)
    return f"{_figures_text(figures)}, if the model meters them"


def _figures_text(figures: Mapping[str, str]) -> str:
    """The units of figures, with their condition; `no` for none.

    >>> _figures_text({"current": READ, "energy": READ}), _figures_text({"power": VARIES})
    ('A, kWh', 'W, if the unit does it')
    >>> _figures_text({})
    'no'
    """
    if not figures:
        return "no"
    units = ", ".join(_UNITS[name] for name in figures)
    return f"{units}{_condition(next(iter(figures.values())))}"


def _condition(basis: str) -> str:
    """The end of a phrase about what varies from unit to unit; "" for what is always so.

    >>> _condition(VARIES), _condition(READ)
    (', if the unit does it', '')
    """
    return f", {basis}" if basis == VARIES else ""


def _switched(match: Match) -> str:
    """Whether outlets of the match are switched, in a phrase for people.

    >>> _switched(answer("AP8959").matches[0]), _switched(answer("apc-rpdu2").matches[0])
    ('yes', 'yes, if the model switches outlets')
    """
    if _is_unswitched(match):
        return "no: this model does not switch outlets"
    switching = match.entry.switching
    if switching == UNPROVEN:
        return f"{UNPROVEN}: only with switch_unproven=yes; try an idle outlet first"
    is_said_of_model = match.name is not None and match.name.switched is Claim.YES
    # "yes" for the family: some of its models may be metered alone
    if switching == READ and not is_said_of_model:
        return f"{READ}, if the model switches outlets"
    return switching


def _evidence_text(match: Match) -> str:
    """The capabilities of a match, grouped by what they rest on.

    >>> _evidence_text(answer("NETIO PowerBOX").matches[0])
    "state, current, power, energy, switching: the vendor's client and simulated units"
    """
    names_by_basis: dict[str, list[str]] = {}
    for name, basis in _evidence(match).items():
        names_by_basis.setdefault(basis, []).append(name)
    return "; ".join(f"{', '.join(names)}: {basis}" for basis, names in names_by_basis.items())


# ---- for a program -------------------------------------------------------------------------------


def _data(result: SupportAnswer) -> dict[str, Any]:
    """The answer as `pdu supports --json` prints it. A match is in `perhaps_read_by` if the verdict
    is no yes, or its name is not certain.

    >>> document = _data(answer("AP8959 foo"))
    >>> document["answer"], document["not_known"], len(document["perhaps_read_by"])
    ('maybe', ['FOO'], 1)
    """
    read_by: list[dict[str, Any]] = []
    perhaps_read_by: list[dict[str, Any]] = []
    for match in result.matches:
        is_read = match.is_sure and result.verdict == YES
        (read_by if is_read else perhaps_read_by).append(_match_data(match))
    refused_names = [result.refused_name] if result.refused_name else []
    return {
        "asked": result.question,
        "answer": result.verdict,
        "read_by": read_by,
        "perhaps_read_by": perhaps_read_by,
        "doubts": list(result.remarks),
        "not_supported": list(map(_name_data, refused_names)),
        "own_handlers": _own_handlers(result),
        "not_known": list(result.unknown_words),
    }


def _match_data(match: Match) -> dict[str, Any]:
    """A match in JSON.

    >>> match = _match_data(answer("AP8959").matches[0])
    >>> match["handler"], match["family"], match["states"], match["switched"], match["outlet"]
    ('snmp', 'apc-rpdu2', 'yes', 'yes', {})
    """
    entry = match.entry
    return {
        "handler": entry.handler,
        "vendors": entry.vendors,
        "brands": entry.brands,
        "unit": entry.pdu_figures,
        "document": entry.document,
        "family": entry.family or None,
        "model": _name_data(match.name) if match.name else None,
        "states": _states(match),
        "outlet": dict(_outlet_figures(match)),
        "switched": _switched(match),
        "evidence": dict(_evidence(match)),
        "source": entry.source,
        "note": entry.note,
    }


def _name_data(name: Name) -> dict[str, Any]:
    """A pattern of models in JSON.

    >>> _name_data(Name("AP89xx", "apc-rpdu2", "https://apc.example"))["pattern"]
    'AP89xx'
    """
    return {
        "pattern": name.pattern,
        "source": name.source,
        "why": name.why,
        "note": name.note,
        "sure": name.sure,
    }
