"""The owner's list of PDUs with its logins, and DCImanager's form of one PDU.

A *login* is the settings and secrets with which a PDU is reached; its *source* is a file or the
environment, and names it in errors. A *place* is where a unit is read: handler, host, port, and
which of several units there.
"""
