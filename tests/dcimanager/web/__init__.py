"""The stand-in's page: functions of DCImanager's own pages, in a browser."""
