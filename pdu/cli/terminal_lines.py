"""Text for people in lines that are no wider than the terminal. What is no terminal gets every line
as it is: programs read lines.
"""

from __future__ import annotations

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
_STEP = 2  # characters by which the rest of a line is indented


def print_text(
    text: str, stream: Optional[TextIO] = None, *, end: str = "\n", flush: bool = False
) -> None:
    """Print lines of text; on a terminal none is wider than it. Without a stream: on standard
    output.
    """
    output = sys.stdout if stream is None else stream
    print(shown_text(text, output), end=end, file=output, flush=flush)


def shown_text(text: str, stream: TextIO) -> str:
    """The text as this stream shows it."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    pieces: list[str] = []
    for line in text.split("\n"):
        pieces += fitted_pieces(line, width)
    return "\n".join(pieces)


def fitted_pieces(line: str, width: int) -> Sequence[str]:
    """A line in pieces of at most `width` characters. It is cut at blanks: a word that is longer,
    such as a path, stays whole. What is pasted into a shell is still one command.
    """
    if len(line) <= width:
        return [line]
    command = re.search(rf"(?:^\s*|: |\s\s)(?={re.escape(program())} |python3 )", line)
    if command is None:
        return _sentence_pieces(line, width)
    lead, start = line[: command.end()], command.end()
    if start <= width // 2:
        return _command_pieces(lead, line[start:], width)
    # behind a long sentence, the command has lines of its own
    indent = _indent(line, width) * " "
    return [
        *_sentence_pieces(lead.rstrip(), width),
        *_command_pieces(indent, line[start:], width),
    ]


def _sentence_pieces(line: str, width: int) -> Sequence[str]:
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=_indent(line, width) * " ",
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _indent(line: str, width: int) -> int:
    """Where the rest of a line begins: below its last column that leaves half of the width."""
    starts = [match.end() for match in _COLUMN.finditer(line)]
    fitting_starts = [start for start in starts if start <= width // 2]
    if fitting_starts:
        return fitting_starts[-1]
    return len(line) - len(line.lstrip()) + _STEP


def _command_pieces(lead: str, text: str, width: int) -> Sequence[str]:
    """A command behind what stands before it in its line: a backslash ends each piece of it but the
    last.
    """
    command, _, comment = text.partition(_COMMENT)
    indent = len(lead) * " "
    words = _SHELL_WORD.findall(command)
    pieces = [lead + words[0]]
    for word in words[1:]:
        longer_piece = f"{pieces[-1]} {word}"
        if len(longer_piece) <= width - len(" \\"):
            pieces[-1] = longer_piece
        else:
            pieces.append(f"{indent}{word}")
    ended_pieces = [f"{piece} \\" for piece in pieces[:-1]] + pieces[-1:]
    if not comment:
        return ended_pieces
    last_piece = f"{ended_pieces[-1]}{_COMMENT}{comment}"
    if len(last_piece) <= width:
        return [*ended_pieces[:-1], last_piece]
    mark = f"{indent}# "
    comment_lines = textwrap.wrap(comment, width, initial_indent=mark, subsequent_indent=mark)
    return [*ended_pieces, *comment_lines]
