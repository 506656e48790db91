"""What every answer carries: no third parties, no leaking addresses, nothing kept of pages that hold a token."""

from flask import Flask, Response, request

from service.web.access import Door, access_of

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def register_headers(app: Flask) -> None:
    """Set the headers after every request, unless a view has set its own."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        access = access_of(app, request.endpoint)
        private = access is not None and access.door in {Door.SIGNED_LINK, Door.TELLER, Door.DESK}
        headers.setdefault("Referrer-Policy", "no-referrer" if private else "strict-origin-when-cross-origin")
        if private:
            headers.setdefault("Cache-Control", "private, no-store")
            headers.setdefault("X-Robots-Tag", "noindex")
        headers.setdefault("Cache-Control", "no-cache")  # asked every time: nobody serves a story that was taken back
        return response
