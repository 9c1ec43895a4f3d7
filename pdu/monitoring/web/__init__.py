"""The web server of `pdu exporter`: HTTP/1.1 on asyncio and h11, by
what these two document, with limits on slow and too many clients.

It knows no product: an application is a function of a `WebRequest` that returns a `WebResponse`.
"""
