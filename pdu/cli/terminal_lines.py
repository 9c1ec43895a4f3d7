"""Text for people in lines that are no wider than the terminal. What is no terminal gets every line
as it is: programs read lines.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Optional, TextIO

from .invocation import program

_COLUMN = re.compile(r"(?<=\S)\s\s+(?=\S)")
_COMMENT = "    # "
# blanks inside of quotes separate no words
_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")
# what a reader copies out of a sentence in one piece: what stands between quotes
_QUOTED = r"""(?P<quote>['"])\S(?:.*?\S)?(?P=quote)(?!\w)"""
# and a path with blanks, such as "/home/o/my lists/hall one.csv": where it ends is not written, so
# it goes to the ending of a file's name, else to its last slash and the word behind that
_PATH_BEGIN = r"(?:~|\.\.?)?/"
_PART = r"[^\s,;:]"
_FILE = rf"{_PATH_BEGIN}(?:{_PART}* ){{0,4}}?{_PART}*?\.[a-z]\w{{0,5}}(?![\w.])"
_FOLDER = rf"{_PATH_BEGIN}(?:(?:{_PART}* ){{0,4}}{_PART}*/)?{_PART}*"
# with what stands before and behind it without a blank, such as "(" and ":"
_WHOLE = re.compile(rf"(?<!\S)(?:\S*[(=])?(?:{_QUOTED}|{_FILE}|{_FOLDER})\S*")
# in the place of a blank at which a sentence is not cut; not printable, so no text has it
_KEPT_BLANK = "\ue000"
# a line in one colour, as click.style makes it
_COLOURED = re.compile(r"(\x1b\[[0-9;]+m)(.*)(\x1b\[0m)")
_STEP = 2  # characters by which the rest of a line is indented
_GOES_ON = " \\"  # at the end of a line of a command


def print_text(
    text: str, stream: Optional[TextIO] = None, *, end: str = "\n", flush: bool = False
) -> None:
    """Print lines of text; on a terminal none is wider than it. Without a stream: on standard
    output.
    """
    output = sys.stdout if stream is None else stream
    shown_line = shown_text(text, output)
    print(shown_line, end=end, file=output, flush=flush)


def shown_text(text: str, stream: TextIO) -> str:
    """The text as this stream shows it."""
    if not stream.isatty():
        return text
    width = _columns_of(stream)
    pieces: list[str] = []
    continues_command = False  # of the line before
    for line in text.split("\n"):
        is_of_command = continues_command or line.endswith(_GOES_ON)
        continues_command = line.endswith(_GOES_ON)
        if is_of_command and len(line) > width:
            pieces += _pieces_of_command_line(line, width)
        else:
            pieces += fitted_pieces(line, width)
    return "\n".join(pieces)


def _columns_of(terminal: TextIO) -> int:
    """The width of this terminal: COLUMNS of the environment, else its own; if it has none, what
    shutil says, which asks standard output alone.
    """
    try:
        own_size = os.get_terminal_size(terminal.fileno())
    except (OSError, ValueError):
        own_size = os.terminal_size((0, 0))
    if not os.environ.get("COLUMNS") and own_size.columns > 0:
        return own_size.columns
    return shutil.get_terminal_size().columns


def fitted_pieces(line: str, width: int) -> Sequence[str]:
    """A line in pieces of at most `width` characters; codes of colours are not counted. It is cut
    at blanks. A word that is longer than `width`, such as a path, stays whole. So does what stands
    between quotes, and a path with blanks, if it fits. A command is cut so that a shell still
    takes its pieces as one command.
    """
    if len(line) <= width:
        return [line]
    coloured = _COLOURED.fullmatch(line)
    if coloured is not None:
        begin, words, end = coloured.groups()
        return [f"{begin}{piece}{end}" for piece in fitted_pieces(words, width)]
    command = re.search(rf"(?:^\s*|: |\s\s)(?={re.escape(program())} |python3 )", line)
    if command is None:
        return _sentence_pieces(line, width)
    lead = line[: command.end()]
    command_text = line[command.end() :]
    if len(lead) <= width // 2:
        return _command_pieces(lead, command_text, width)
    # behind a long sentence, the command has lines of its own
    indent = _indent(line, width) * " "
    sentence_pieces = _sentence_pieces(lead.rstrip(), width)
    return [*sentence_pieces, *_command_pieces(indent, command_text, width)]


def _sentence_pieces(line: str, width: int) -> Sequence[str]:
    """A line of words, in pieces. What is longer than a piece is cut at its blanks like others."""
    indent = _indent(line, width)

    def kept(part: re.Match[str]) -> str:
        is_too_long = len(part[0]) > width - indent
        return part[0] if is_too_long else part[0].replace(" ", _KEPT_BLANK)

    pieces = textwrap.wrap(
        _WHOLE.sub(kept, line),
        width,
        subsequent_indent=indent * " ",
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [piece.replace(_KEPT_BLANK, " ") for piece in pieces]


def _indent(line: str, width: int) -> int:
    """Where the rest of a line begins: below its last column that leaves half of the width."""
    starts = [match.end() for match in _COLUMN.finditer(line)]
    fitting_starts = [start for start in starts if start <= width // 2]
    if fitting_starts:
        return fitting_starts[-1]
    return len(line) - len(line.lstrip()) + _STEP


def _pieces_of_command_line(line: str, width: int) -> Sequence[str]:
    """A line of a command that has several, whose last backslash stays its last."""
    command = line.lstrip()
    lead = line[: len(line) - len(command)]
    pieces = _command_pieces(lead, command.removesuffix(_GOES_ON), width)
    if line.endswith(_GOES_ON):
        pieces[-1] += _GOES_ON
    return pieces


def _command_pieces(lead: str, text: str, width: int) -> list[str]:
    """A command behind what stands before it in its line: a backslash ends each piece of it but the
    last. Its comment stands behind that, or below it.
    """
    command, _, comment = text.partition(_COMMENT)
    indent = len(lead) * " "
    first_word, *words = _SHELL_WORD.findall(command)
    pieces: list[str] = []
    piece = f"{lead}{first_word}"
    for word in words:
        longer_piece = f"{piece} {word}"
        if len(longer_piece) + len(_GOES_ON) <= width:
            piece = longer_piece
        else:
            pieces.append(f"{piece}{_GOES_ON}")
            piece = f"{indent}{word}"
    if not comment:
        return [*pieces, piece]
    piece_with_comment = f"{piece}{_COMMENT}{comment}"
    if len(piece_with_comment) <= width:
        return [*pieces, piece_with_comment]
    mark = f"{indent}# "
    comment_lines = textwrap.wrap(comment, width, initial_indent=mark, subsequent_indent=mark)
    return [*pieces, piece, *comment_lines]
