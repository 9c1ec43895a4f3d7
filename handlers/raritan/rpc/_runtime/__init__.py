"""The machinery of the binding: turns the vendor's IDL into classes, and their values into calls
and JSON.

    idl_text     IDL text → definitions; the notation
    classes      definitions → classes
    declarations the Python types of fields and parameters
    calls        interfaces, their methods, bulks
    scripts      uploads and downloads of the device's CGI scripts
    structures, enumerations, references   the base classes of IDL types, each with its JSON
    codec        JSON → values, values → JSON
    printing     values as text
    agent        one device: login, connection, waits, JSON-RPC calls and answers, files
    registry     the vendor's modules, the base of IDL types, classes by IDL name
    errors       the exceptions
    times        seconds since 1970, and datetimes
"""
