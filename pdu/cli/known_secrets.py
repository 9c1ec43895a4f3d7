"""The secrets of this run, and what keeps them out of what others write: log lines of somebody's
handler and of libraries, and errors of which nobody knows what they quote.

The handlers of this project mask what they log and raise themselves.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from handlers.http.login import SecretForms, forms_of, holds
from handlers.shared.errors import PduHandlerError

from .error_facts import attribute_text

#: in the place of a text
HIDDEN = "its text holds the login and is not shown"
_OURS = ("handlers", "pdu", "pdu_common", "common")
_ROOT = Path(__file__).parents[2]
_forms_by_secret: dict[str, SecretForms] = {}


def note_secret(secret: str) -> None:
    """Keep this secret out of texts until the run ends."""
    if secret and secret not in _forms_by_secret:
        _forms_by_secret[secret] = forms_of([secret])


def forget_secrets() -> None:
    """Begin a run, which knows no secret."""
    _forms_by_secret.clear()


def without_secrets(text: str) -> str:
    """The text, or HIDDEN if it holds a secret of this run.

    >>> note_secret("s3cr3t-word")
    >>> without_secrets("GET /?p=s3cr3t-word"), without_secrets("GET /")
    ('its text holds the login and is not shown', 'GET /')
    >>> forget_secrets()
    """
    all_forms = list(_forms_by_secret.values())  # another thread may note a secret
    if any(holds(text, forms) for forms in all_forms):
        return HIDDEN
    return text


def error_text(error: BaseException) -> str:
    """The error's own text without secrets; "" if its class, which may be anybody's, cannot tell
    it.

    >>> error_text(ValueError("no list"))
    'no list'
    """
    try:
        return without_secrets(str(error))
    except Exception:
        return ""


def reason_text(error: BaseException) -> str:
    """The reason of an error with a kind, else its text."""
    return text_of_error(error, attribute_text(error, "reason") or error_text(error))


def text_of_error(error: BaseException, text: str) -> str:
    """A text of an error. One of a class that is not of this process, whatever its attributes, may
    quote a secret.
    """
    return text if isinstance(error, PduHandlerError) else without_secrets(text)


def traceback_text(error: BaseException) -> str:
    """The error with its causes and places, as Python prints a traceback; HIDDEN if it holds a
    secret of this run.
    """
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return without_secrets("".join(lines))


def hide_secrets(record: logging.LogRecord) -> bool:
    """A filter of logging: takes the text of others' records that hold a secret, and drops records
    whose text cannot be made: whoever logs does not expect an error. It changes the record.

    >>> note_secret("s3cr3t-word")
    >>> record = logging.makeLogRecord({"name": "urllib3", "msg": "GET /?p=s3cr3t-word"})
    >>> hide_secrets(record), record.msg
    (True, 'its text holds the login and is not shown')
    >>> forget_secrets()
    """
    try:
        text = record.getMessage()
    except Exception:
        return False
    package = record.name.partition(".")[0]
    # anybody's handler may call its logger `pdu`
    if package in _OURS and Path(record.pathname).is_relative_to(_ROOT / package):
        return True
    error = record.exc_info[1] if record.exc_info else None
    error_lines = "" if error is None else traceback_text(error)
    if HIDDEN in (without_secrets(text), error_lines):
        record.msg = HIDDEN
        record.args = ()
        record.exc_info = record.exc_text = record.stack_info = None
    return True
