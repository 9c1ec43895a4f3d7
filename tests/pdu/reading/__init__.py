"""Tests of pdu/reading."""
