"""Maps the error texts of different SNMP libraries to the errors of this project. A text is
compared by its letters and digits alone, in lower case ("normalized"): "SnmpError: No SNMP response
received" has "nosnmpresponse".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Optional

from ..shared import login_texts
from ..shared.errors import (
    Denied,
    PduHandlerError,
    ProtocolError,
    Refused,
    SettingsError,
    Unreachable,
    printable,
)
from .rows import MISSING, normalize_text

_UNRESOLVED = (
    "noaddressfor",
    "noaddressassociated",
    "nameorservicenotknown",
    "temporaryfailureinnameresolution",
    "unknownhost",
)
# at the end of a walk
_LAST = ("nosuchname", "endofmibview", "nomorevariablesleftinthismibview")
_CLOSED = ("nothinglistensthere",)
# the system's words for ENETUNREACH and EHOSTUNREACH
_NO_ROUTE = ("networkisunreachable", "noroutetohost")
# of our pdu_common alone: an agent drops what it cannot decrypt (RFC 3414, 3.2)
_UNDECRYPTED = "discoveryofsnmpv3"
# our double's own words for the same, which name the address: 50 equal errors would be 50 texts
_NO_MORE = ("refuses datagrams: nothing listens there", "timeout: no SNMP answer from")
_ELSEWHERE = "answeredinstead"  # of the local double
_SILENT = ("timeout", "timedout", "noresponse", "nosnmpresponse")
# Words in the text of an agent or an SNMP library -> the class of the error, and how its text
# begins.
_REFUSALS: tuple[tuple[tuple[str, ...], type[PduHandlerError], str], ...] = (
    (
        ("snmpparams", "protocolisnotsupported"),
        SettingsError,
        "the PDU's SNMP fields are incomplete, wrong or not supported: correct them",
    ),
    (
        ("noaccess", "authorizationerror", "notwritable", "readonly", "unknownsnmpcommunity"),
        Denied,
        login_texts.NO_SNMP_RIGHT,
    ),
    # Names from the RFCs, then the wording of Net-SNMP and of pysnmp (pysnmp.proto.errind).
    (
        (
            "authenticationfailure",
            "wrongdigest",
            "unknownusername",
            "unsupportedsecuritylevel",
            "unsupportedseclevel",
            "decryptionerror",
            "unknownuser",
            "pdudigest",
            "unknownusmuser",
            "unknownsnmpsecurityname",
            "unsupportedsnmpsecuritylevel",
            "authenticatormismatched",
            "badparameters",
            "ciphertextisbroken",
        ),
        Denied,
        login_texts.SNMPV3_REFUSED,
    ),
    (
        ("notintimewindow", "windowsoftrust"),
        Denied,
        (
            "the device accepts the SNMPv3 user but not the time of the request (RFC 3414, 3.2):"
            " restart its SNMP agent, and check that no other device has its engine ID"
        ),
    ),
    (
        ("didnotcontinuethewalk", "notincreasing"),
        ProtocolError,
        (
            "the device's SNMP agent repeats objects or goes back, so the end of the table is not"
            " known (RFC 3416, 4.2.2): update its firmware; with SNMP 2c or 3, also try version 1,"
            " which asks in another way"
        ),
    ),
    (
        ("cannotbedecoded",),
        ProtocolError,
        (
            "the device's SNMP agent sent a value that is none of SNMP's (RFC 3416, 3): update its"
            " firmware, or record the PDU and tell us"
        ),
    ),
    (
        (
            "wrongvalue",
            "badvalue",
            "wrongtype",
            "wronglength",
            "wrongencoding",
            "inconsistentvalue",
            "inconsistentname",
            "nocreation",
            "resourceunavailable",
            "toobig",
        ),
        Refused,
        "the device refused {what}",
    ),
)
# After these answers to a write the outlet may have switched. Only undoFailed says so (RFC 3416,
# 4.2.5), but devices may send the others when a command fails half-way. Of the three, SNMPv1 has
# only genErr (RFC 1157, 4.1.5).
_FAILED = ("generr", "commitfailed", "undofailed")
_SHOWN = 300  # limit for the platform's text in an error, in characters


def translate(
    text: str, words: str, *, writing: bool, port: str, has_answered: bool = False
) -> Optional[PduHandlerError]:
    """The error for the text of an exception of the platform's library; None if it says that an
    object to be read is missing.

    `text` is what is interpreted: without the host's name and without secrets that stand as words,
    because a community such as "readonly" would be mistaken for an answer. `words` is shown: it has
    no secret at all. `writing`: whether the call was a SET; `port`: the UDP port of the device;
    `has_answered`: it is of a walk, and the device answered earlier in this session.

    >>> words = "SnmpError: No SNMP response received before timeout"
    >>> type(translate(words, words, writing=False, port="161")).__name__
    'Unreachable'
    >>> translate("noSuchInstance", "noSuchInstance", writing=False, port="161") is None
    True
    >>> type(translate("notWritable", "notWritable", writing=True, port="161")).__name__
    'Denied'
    """
    shown_words = printable(words, _SHOWN)
    normalized_text = normalize_text(text)
    if _phrase_in(normalized_text, _UNRESOLVED):
        has_port = re.search(r"[^\s:]:\d{1,5}\b", words) is not None
        where = "; a port belongs into the SNMP field port, not behind it" if has_port else ""
        return Unreachable(f"the address cannot be resolved: check it{where} ({shown_words})")
    is_silent = _phrase_in(normalized_text, _SILENT) != ""
    is_missing = _phrase_in(normalized_text, MISSING) != ""
    if is_missing and not is_silent and not writing:
        return None
    silence = _silence(
        normalized_text, shown_words, writing=writing, port=port, has_answered=has_answered
    )
    if silence is not None:
        return silence
    refusal = _refusal(normalized_text, shown_words, writing=writing)
    if refusal is not None:
        return refusal
    return Unreachable(f"the platform's SNMP call failed ({shown_words})")


def _phrase_in(text: str, phrases: Iterable[str]) -> str:
    """The first of the phrases that is in the text; "" if none is.

    >>> _phrase_in("timeoutfrom192027", ("noresponse", "timeout"))
    'timeout'
    >>> _phrase_in("generr", ("noresponse", "timeout"))
    ''
    """
    for phrase in phrases:
        if phrase in text:
            return phrase
    return ""


def is_end_of_table(text: str) -> bool:
    """Whether the platform's text says that no object follows, as at the end of a walk: noSuchName
    in SNMPv1 (RFC 1157, 4.1.3), else endOfMibView. A missing instance does not say that.

    >>> is_end_of_table("SNMPv1 noSuchName"), is_end_of_table("No Such Instance")
    (True, False)
    """
    return _phrase_in(normalize_text(text), _LAST) != ""


def _silence(
    normalized_text: str, words: str, *, writing: bool, port: str, has_answered: bool
) -> Optional[Unreachable]:
    """The error for the platform's text if it says that no answer came, else None.
    `normalized_text` is compared, `words` are shown. `has_answered`: the device answered before, so
    that address and community are right.

    no route to host                         this machine has no way to the PDU's network
    nothing listens there                    nothing listens at UDP port 161 there
    snmp_params timeout must be a number     None
    timeout, of a SET                        the outlet may or may not have switched
    timeout                                  no SNMP answer: address, port, community, version
    timeout, of a walk, `has_answered`       no answer to a walk, though it answered before
    noSuchName                               None

    >>> silence = _silence("timeout", "timeout", writing=True, port="161", has_answered=False)
    >>> type(silence).__name__
    'Unreachable'
    >>> _silence("generr", "genErr", writing=False, port="161", has_answered=False) is None
    True
    """
    platform_words = "" if _phrase_in(words, _NO_MORE) else f" ({words})"
    if _phrase_in(normalized_text, _NO_ROUTE):
        return Unreachable(
            "this machine has no way to the PDU's network: check the address, and this machine's"
            f" routes, cable or VPN ({words})"
        )
    if _phrase_in(normalized_text, _CLOSED):
        return Unreachable(
            f"nothing listens at UDP port {port} there: check the address and the port, and that"
            f" SNMP is enabled on the PDU{platform_words}"
        )
    is_of_a_parameter = "snmpparams" in normalized_text  # "snmp_params timeout must be ..."
    if is_of_a_parameter or not _phrase_in(normalized_text, _SILENT):
        return None
    if _ELSEWHERE in normalized_text:
        return Unreachable(
            "the device answers from another address or port than the one that was asked, and that"
            f" is not taken: give that one as its address ({words})"
        )
    if writing:
        return Unreachable(login_texts.NO_ANSWER_TO_WRITE.format(words=words))
    if _UNDECRYPTED not in normalized_text and not has_answered:
        reason = login_texts.NO_SNMP_ANSWER.format(port=port, words=platform_words)
        return Unreachable(reason)
    return _silence_of_known_agent(normalized_text, words)


def _silence_of_known_agent(normalized_text: str, words: str) -> Unreachable:
    """The error if a device does not answer a reading, though it answered before it. `words`: the
    platform's text, to be shown. The reason is one text, or a tuple of texts and NamedSetting if it
    names a setting, which each program spells in its own way.

    >>> _silence_of_known_agent("timeout", "timeout").reason.partition(",")[0]
    'no answer to a walk'
    """
    if _UNDECRYPTED in normalized_text:
        return Unreachable((*login_texts.SNMPV3_NOT_DECRYPTED, f" ({words})"))
    return Unreachable(
        "no answer to a walk, though the device answered before it: try again, with a longer"
        " time-out if it answers late (pdu: -s timeout=5); if it stays so with SNMP 2c or 3, set"
        " the SNMP version to 1: some devices leave GETBULK requests without an answer"
        f" ({words})"
    )


def _refusal(normalized_text: str, words: str, *, writing: bool) -> Optional[PduHandlerError]:
    """The error for a text in which the agent or the library declines; None for another text.
    `normalized_text` is compared, `words` are shown.

    noSuchName, of a SET                 Denied: no such object, or no right to write
    genErr, of a SET                     Unreachable: the outlet may or may not have switched
    genErr, of a GET                     Refused
    a phrase of `_REFUSALS`              the class of its row

    >>> refusal = _refusal("badvalue", "badValue", writing=True)
    >>> refusal.code, refusal.reason
    ('badvalue', 'the device refused the write (badValue)')
    """
    if writing and _phrase_in(normalized_text, MISSING):
        return Denied(login_texts.NO_OBJECT_OR_RIGHT.format(words=words))
    failure = _phrase_in(normalized_text, _FAILED)
    if failure:
        if writing:
            return Unreachable(f"the device failed while it carried out the write ({words})")
        return Refused(f"the device failed while it read this ({words})", code=failure)
    what = "the write" if writing else "to read this"
    right = "read, with the security level required"
    if writing:
        right = "write, and enable SNMP SET on the device"
    for phrases, error_class, remedy in _REFUSALS:
        phrase = _phrase_in(normalized_text, phrases)
        if not phrase:
            continue
        reason = f"{remedy.format(right=right, what=what)} ({words})"
        if error_class is Refused:
            return Refused(reason, code=phrase)
        return error_class(reason)
    return None
