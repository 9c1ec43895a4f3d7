"""Tests of pdu/site."""
