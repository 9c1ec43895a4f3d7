"""The vendor's SDK operates the simulator of the matching firmware, to test that the simulator
speaks the protocol.

The SDK is strict: it raises on a missing field, and on most wrong types and unknown values of
enumerations.
"""
