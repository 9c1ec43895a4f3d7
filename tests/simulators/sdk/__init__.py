"""The vendor's SDK drives the simulator of the matching firmware: if both agree, the simulator speaks the protocol.

The SDK is strict: a field that is missing, of the wrong type, or an enumeration value that its release does not know
makes it raise.
"""
