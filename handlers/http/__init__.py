"""HTTP/1.1 for handlers: persistent connections with deadlines, certificate checks and an error for
each kind of failure.

message Endpoint, Request, Reply, and the protocol classes Stream and Transport client one device's
HTTP service: repeats a read after a closed connection, follows redirects, turns statuses into
errors connection the transport that handlers use, on the standard library keeping whether a write
may go out on the persistent connection settings scheme, user name and password strict_json JSON
from a device, bounded before it is parsed redirects which redirects are followed, and where they
lead failures the error for each way in which an exchange fails login Login; hides a device's text
in errors if it holds the login urls the path of a link, if the link stays on the device multipart
file uploads, read while they are sent sessions a transport on the caller's own session of
`requests`; for scripts, never in an archive

This package does not depend on the protocol above HTTP. `handlers.shared.tls` checks certificates,
also for NUT's STARTTLS.
"""
