"""HTTP/1.1 for handlers: where a device is, whom to trust, one kept connection with a deadline, and what a failure means.

    message     Endpoint, Request, Reply, and the seam Transport
    client      Login, and one device's HTTP service: the one repetition of a read, what a status means
    connection  the transport on the standard library that handlers use
    settings    scheme, user name and password
    strict_json JSON from a device, bounded before it is parsed
    echo        how a login stays out of errors when a device sends it back
    redirects   where a redirect may lead
    places      links that a device hands out, and whether they stay on it
    failures    the error for each way in which an exchange fails
    multipart   file uploads, read while they are sent
    sessions    a transport on the caller's own session of `requests`; for scripts, never in an archive

Nothing here knows what is said over HTTP. Certificates are checked by `handlers.tls`, which NUT's STARTTLS shares.
"""
