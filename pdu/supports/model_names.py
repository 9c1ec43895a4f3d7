"""The public names of PDUs: models, from model_names.csv beside this file; makers that no handler
reads, from unread_makers.csv, which has the same columns; and brands, from brands.csv.

A name is in a table only if its source, the MIB of its family or a recording of such a unit says
that it belongs there. A line that begins with `#` is a comment.

A row of models has a list of patterns, whether they are supported (`yes`, `no`, or `maybe`: the
note then says why), the family or handler that reads them, whether these models switch outlets and
whether they meter each outlet (`yes`, `no`, empty where the name does not say it), the address of
the page that says it, and a note: what the owner of such a PDU should know, or why it is not
supported. In a pattern, `x` is a digit, `?` a letter, `*` any letters and digits; hyphens and
blanks do not count.
"""

from __future__ import annotations

import csv
import enum
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("model_names.csv")
UNREAD_MAKERS = Path(__file__).with_name("unread_makers.csv")
_BRANDS = Path(__file__).with_name("brands.csv")
COLUMNS = ["supported", "names", "read_by", "switched", "outlets", "source", "note"]
_SUPPORTED = ("yes", "maybe", "no")


class Claim(enum.Enum):
    """What a name says of all its models: that they do something, that they do not, or neither."""

    YES = "yes"
    NO = "no"
    NOT_SAID = ""


_CLAIMS = {claim.value: claim for claim in Claim}


class Name(NamedTuple):
    """A pattern of model names, and what is known of these models: `Name("AP89xx", "apc-rpdu2",
    "https://docs.openstack.org/...", switched=Claim.YES, outlets=Claim.NO)`.
    """

    pattern: str
    #: the family, or the handler where it has no families; "" if the PDU is not supported
    key: str
    #: the address of the page that says it
    source: str
    #: whether these models switch outlets
    switched: Claim = Claim.NOT_SAID
    #: whether these models meter each outlet
    outlets: Claim = Claim.NOT_SAID
    #: why the PDU is not supported
    why: str = ""
    #: what the owner of such a PDU should know
    note: str = ""
    #: False if it is not certain that it is read; the note then says why
    sure: bool = True


class Brand(NamedTuple):
    """A vendor's other name: a brand, an owner, or a company that sells the same PDUs. It says
    which families to expect, not that each of its PDUs is read. `Brand("Geist", ["Vertiv"],
    ["geist-v3"], is_shared=False, source="https://...")` is one of some families.
    """

    name: str
    #: as in `Profile.vendor`
    vendors: Sequence[str]
    #: if not empty, only these families of the vendors; or a handler that has no families
    families: Sequence[str]
    #: whether the name also stands on PDUs of others, so that it alone answers only "maybe"
    is_shared: bool
    #: the address of the page that says it
    source: str


def read_names(lines: Iterable[str]) -> Iterator[Name]:
    """One name for each pattern of a table of models, in its order. `lines`: of a CSV file.

    >>> head = ",".join(COLUMNS)
    >>> names = read_names([head, '"yes","AP89xx, AP86xx",apc-rpdu2,yes,no,https://apc.example,'])
    >>> [name.pattern for name in names]
    ['AP89xx', 'AP86xx']
    >>> list(read_names([head, "no,AP75xx,apc-rpdu2,no,no,https://apc.example,basic"]))
    Traceback (most recent call last):
    ValueError: AP75xx: supported is no, read_by is 'apc-rpdu2'

    Raises csv.Error for text that is not CSV, and ValueError for other columns, a row with more or
    fewer cells, a word that its column does not have, and for a supported row without a family or
    handler, or one with it that is not supported.
    """
    table_lines = (line for line in lines if not line.startswith("#"))
    rows = csv.reader(table_lines, strict=True)
    if next(rows, None) != COLUMNS:
        raise ValueError(f"the columns are not {', '.join(COLUMNS)}")
    for supported, patterns, key, switched, outlets, source, note in rows:
        is_known_word = supported in _SUPPORTED and {switched, outlets} <= _CLAIMS.keys()
        if not is_known_word:
            raise ValueError(f"{patterns}: {supported!r}, {switched!r} or {outlets!r} is no word")
        is_read = supported != "no"
        if is_read is not bool(key):
            raise ValueError(f"{patterns}: supported is {supported}, read_by is {key!r}")
        for pattern in patterns.split(","):
            yield Name(
                pattern=pattern.strip(),
                key=key,
                source=source,
                switched=_CLAIMS[switched],
                outlets=_CLAIMS[outlets],
                why="" if is_read else note,
                note=note if is_read else "",
                sure=supported != "maybe",
            )


def _read_brands() -> Iterator[Brand]:
    """The brands of brands.csv, one for each row after its head. `families` is empty for a brand of
    all families of the vendors; `is_shared` is True for one that is on PDUs of other makers, too.

    >>> geist = next(brand for brand in _read_brands() if brand.name == "Geist")
    >>> geist.vendors, geist.families, geist.is_shared
    (['Vertiv'], ['geist-v5', 'geist-v3', 'geist-em'], False)
    """
    rows = csv.reader(_BRANDS.read_text("utf-8").splitlines()[1:], strict=True)
    for name, vendors, families, is_shared, source in rows:
        yield Brand(
            name=name,
            vendors=vendors.split(", "),
            families=families.split(", ") if families else (),
            is_shared=is_shared == "yes",
            source=source,
        )


def _names_of(table: Path) -> Iterator[Name]:
    """The names in this file."""
    return read_names(table.read_text("utf-8").splitlines())


NAMES = (*_names_of(_TABLE), *_names_of(UNREAD_MAKERS))
BRANDS = tuple(_read_brands())
