"""HTTP/1.1 for handlers: persistent connections with deadlines, certificate checks and an error for
each kind of failure.

- client: one device's HTTP service; repeats a read, follows its redirects, turns statuses into
  errors
- connection: the transport that handlers use, on the standard library
- dialogue: the handler of a vendor whose codec yields HTTP requests
- digest: the answers to a challenge of digest login
- errors: the error for each way in which an exchange fails
- login: user, password and token; hides a device's text in errors if it holds them
- login_forms: how a codec says that its units want their login, and the requests that it becomes
- message: Endpoint, Request, Response, and the protocol classes of streams and transports
- multipart: file uploads, read while they are sent
- redirects: which redirects of reads are followed, and where they lead
- settings: scheme, user name and password
- strict_json: JSON from a device, bounded before it is parsed
- unit_requests: the requests that a codec yields
- urls: the path of a link, if the link stays on the device

This package does not depend on the protocol above HTTP. `handlers.shared.tls` checks certificates,
also for NUT's STARTTLS.
"""
