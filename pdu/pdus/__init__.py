"""The PDUs of an owner: their list and logins, their handlers, and one reading of them."""
