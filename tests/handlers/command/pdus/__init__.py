"""Lists, logins and handlers."""
