"""Tests of `pdu handler`."""
