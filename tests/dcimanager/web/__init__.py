"""The stand-in's page for a browser, with functions of DCImanager's own pages."""
