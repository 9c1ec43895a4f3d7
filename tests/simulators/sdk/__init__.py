"""The vendor's SDK operates the simulator of the matching firmware, to test that the simulator speaks the protocol.

The SDK is strict: it raises on a missing field, a field of the wrong type or, for nearly all enumerations, a value that its
release does not have.
"""
