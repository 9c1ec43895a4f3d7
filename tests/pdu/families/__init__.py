"""Tests of pdu/families."""
