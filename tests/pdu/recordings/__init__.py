"""Tests of pdu/recordings."""
