"""PyNUTClient by its documented names, for scripts: `from dcimanager_pdu_handlers import pynut`."""

from .nut.pynut import (
    PyNUTAddressError as PyNUTAddressError,
    PyNUTBrokenError as PyNUTBrokenError,
    PyNUTClient as PyNUTClient,
    PyNUTConnectionError as PyNUTConnectionError,
    PyNUTError as PyNUTError,
    PyNUTRefusedError as PyNUTRefusedError,
    PyNUTResetError as PyNUTResetError,
    PyNUTTimeoutError as PyNUTTimeoutError,
)
