"""Every blueprint, registered in one place."""

from flask import Flask

from service.web import health, hooks, landings, limits, outbox
from service.web.desk import blueprints as desk_blueprints
from service.web.portal import blueprints as portal_blueprints
from service.web.portal import preferences, receipt, stop, subscriptions, trial
from service.web.site import (
    about,
    articles,
    confirmation,
    corrections,
    feeds,
    home,
    mail_links,
    media,
    network,
    newsletter,
    prove,
    resources,
    robots,
    search,
    share,
    share_later,
    share_photos,
    signup,
    stories,
    surroundings,
    thanks,
)


def register(app: Flask) -> None:
    """Hang all blueprints on the app."""
    limits.register(app)
    landings.register(app)
    desk_blueprints.register(app)
    health.register(app)
    app.register_blueprint(hooks.hooks)
    outbox.register(app)
    surroundings.register(app)
    for part in (signup, confirmation, trial, subscriptions, preferences, stop, receipt):
        app.register_blueprint(part.blueprint)
    portal_blueprints.register(app)
    for part in (stories, thanks, media, share, share_later, share_photos, prove):
        app.register_blueprint(part.blueprint)
    for part in (home, articles, newsletter, corrections, mail_links, network, about, resources, search, feeds, robots):
        app.register_blueprint(part.blueprint)
