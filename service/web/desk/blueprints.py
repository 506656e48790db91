"""Every blueprint of the desk."""

from flask import Flask

from service.web.desk import (
    account,
    articles,
    home,
    issue_delivery,
    issue_items,
    issue_schedule,
    issues,
    security,
    signin,
    stories,
    story_answers,
    story_words,
    subscribers,
    trail,
)


def register(app: Flask) -> None:
    """Set the session up and hang the desk on the app."""
    security.register(app)
    for part in (
        signin,
        home,
        stories,
        story_words,
        story_answers,
        articles,
        issues,
        issue_items,
        issue_delivery,
        issue_schedule,
        subscribers,
        trail,
        account,
    ):
        app.register_blueprint(part.blueprint)
