"""The secrets that this run of the program was given, and what keeps them out of log lines and
errors of anybody's handler and of libraries, which may quote them. Of a text that has a secret,
HIDDEN is shown. The handlers of this project mask what they log and raise themselves.
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
    """Remember a secret that the user gave: until the run ends, texts with it are hidden."""
    if secret and secret not in _forms_by_secret:
        _forms_by_secret[secret] = forms_of([secret])


def forget_secrets() -> None:
    """Forget all secrets, as at the beginning of a run."""
    _forms_by_secret.clear()


def without_secrets(text: str) -> str:
    """The text; HIDDEN in its place if it has a secret of this run, also in a form such as Base64.

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
    """The text of any error, `str(error)`; HIDDEN if it has a secret, "" if its class, which may be
    anybody's, raises instead of telling it.

    >>> error_text(ValueError("no list"))
    'no list'
    """
    try:
        return without_secrets(str(error))
    except Exception:
        return ""


def reason_text(error: BaseException) -> str:
    """The reason of an error that has an attribute `reason`, else its text; HIDDEN if it has a
    secret and is not of this pack.

    >>> reason_text(ValueError("no list"))
    'no list'
    """
    return text_of_error(error, attribute_text(error, "reason") or error_text(error))


def text_of_error(error: BaseException, text: str) -> str:
    """`text`, which was taken from an error, as it may be shown: unchanged if the error is one of
    this pack, which quotes no secret; else HIDDEN if it has a secret.
    """
    return text if isinstance(error, PduHandlerError) else without_secrets(text)


def traceback_text(error: BaseException) -> str:
    """The traceback of an error and of its causes, as Python prints it; HIDDEN if it has a secret
    of this run.
    """
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return without_secrets("".join(lines))


def hide_secrets(record: logging.LogRecord) -> bool:
    """A filter of Python's `logging`. Returns whether the record is logged: False for one whose
    text cannot be made. A record with a secret gets the text HIDDEN, unless this pack has logged
    it.

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
