"""The Flask application: blueprints and the error table, nothing else. FLASK_APP is `service.app`."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.bootstrap import Services, bootstrap
from service.logs import configure
from service.settings import Settings
from service.tokens import Purpose
from service.web import blueprints
from service.web.access import check_declared, public
from service.web.doors import guard_doors
from service.web.errors import register_errors
from service.web.headers import register_headers
from service.web.pages import register_globals

LARGEST_REQUEST = 512 * 1024
"""Bytes; views that take more (a story, the provider's events) say so themselves."""


def create_app(services: Services | None = None) -> Flask:
    """The WSGI application over `services`, or over those the environment describes."""
    if services is None:
        settings = Settings.load()
        configure(settings.log_level)
        services = bootstrap(settings)
    app = Flask("service", template_folder="../templates", static_folder="../static")
    app.config.update(
        SECRET_KEY=services.tokens.key(Purpose.SESSION),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/desk",
        SESSION_COOKIE_SECURE=services.settings.site_url.startswith("https://"),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["storywell"] = services
    if services.settings.trusted_proxies:
        hops = services.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    register_globals(app)
    register_headers(app)
    register_errors(app)
    blueprints.register(app)
    public(app.view_functions["static"])
    guard_doors(app)
    check_declared(app)
    return app
