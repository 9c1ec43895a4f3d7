"""The workshop: a handler or a family of your own, begun, drafted, checked and tried."""
