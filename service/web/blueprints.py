"""Every blueprint, registered in one place."""

from flask import Flask

from service.web import health, hooks, limits, outbox
from service.web.desk import blueprints as desk_blueprints
from service.web.portal import preferences, subscriptions
from service.web.site import (
    about,
    articles,
    confirmation,
    feeds,
    home,
    network,
    newsletter,
    prove,
    resources,
    robots,
    search,
    share,
    signup,
    stories,
    surroundings,
)


def register(app: Flask) -> None:
    """Hang all blueprints on the app."""
    limits.register(app)
    desk_blueprints.register(app)
    health.register(app)
    app.register_blueprint(hooks.hooks)
    outbox.register(app)
    surroundings.register(app)
    for part in (signup, confirmation, subscriptions, preferences):
        app.register_blueprint(part.blueprint)
    for part in (stories, share, prove):
        app.register_blueprint(part.blueprint)
    for part in (home, articles, newsletter, network, about, resources, search, feeds, robots):
        app.register_blueprint(part.blueprint)
