"""The identity on the object of a port, which the platform passes to port_up and port_down."""

from __future__ import annotations

from pdu_common.helper import PduPortView

from ..shared.errors import NoSuchOutlet, PduHandlerError

# Of an identity that is an integer: twice the 32 bits of an SNMP arc (RFC 2578, section 3.5). The
# text of an integer without a limit could be of any length.
_MOST_BITS = 64


def outlet_identity(port: PduPortView) -> str:
    """The identity as text, with no character added, removed or replaced: handlers compare it with
    the device's own.

    A platform may pass an identity of digits as an integer: 7 is "7". Anything else raises
    NoSuchOutlet. A float names several outlets: 1.1 is "1.1" as well as "1.10". True is not outlet
    1, and b"7" is not text.

    >>> outlet_identity(PduPortView(identity="1.10"))
    '1.10'
    >>> outlet_identity(PduPortView(identity=1.1))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.NoSuchOutlet: the platform names an outlet by the float 1.1, ...
    """
    try:
        return _identity_text(getattr(port, "identity", None))
    except PduHandlerError:
        raise
    except Exception as error:
        error_type = type(error).__name__
    raise NoSuchOutlet(
        f"the identity of the port, which the platform passed, cannot be read ({error_type}):"
        " nothing was switched"
    )


def _identity_text(value: object) -> str:
    """Text unchanged, an integer as digits. Raises NoSuchOutlet for anything else.

    >>> _identity_text("1.10"), _identity_text(7)
    ('1.10', '7')
    """
    # The methods of the base class: the own text of an Enum of str or int is its member's name.
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and type(value) is not bool and int.bit_length(value) <= _MOST_BITS:
        return int.__repr__(value)
    raise NoSuchOutlet(
        f"the platform names an outlet by {_describe(value)}, which may be another outlet's number:"
        " nothing was switched. An identity is text or an integer, exactly as a poll lists it"
    )


def _describe(value: object) -> str:
    """The value's type, and the value itself if it is a number.

    Text of another object could be anything.

    >>> _describe(1.1), _describe(b"7")
    ('the float 1.1', 'an object of the type bytes')
    """
    if value is None:
        return "None"
    if type(value) in (bool, float):
        return f"the {type(value).__name__} {value!r}"
    return f"an object of the type {type(value).__name__}"
