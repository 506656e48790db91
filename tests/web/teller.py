"""Somebody who tells a story: the pages, the button that begins, and the mails that come."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.mail.notices import due_notices, send_notice
from service.stories.model import StoryDraft
from service.stories.telling import way_through
from service.tokens import Purpose
from tests.conftest import Clock, Postbox
from tests.stories.tales import EVERY_ANSWER

PAGES = {
    step.key: {field.name: EVERY_ANSWER.get(field.name, "") for field in step.fields}
    for step in way_through(EVERY_ANSWER)
}
CHILD = {"told_by": "guardian", "relation": "mother", "child_age": "9", "parental_responsibility": "yes"}
ASKED_OF = {
    "child": {"told_by": "guardian"},
    "child-says": CHILD,
    "kin": {"told_by": "next_of_kin"},
    "other": {"told_by": "proxy"},
    "postcard": {"way": "postcard"},
    "call": {"way": "call"},
    **{
        f"question-{n}": {"way": "questions", **{f"passed_question-{m}": "yes" for m in range(1, n)}}
        for n in range(1, 7)
    },
}
"""The answers that bring up the questions not everybody is asked."""


def begin(client: FlaskClient, clock: Clock, **more: str) -> TestResponse:
    """Press Start, as fast as a hand can."""
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/stories/share").text)
    assert token
    clock.move(seconds=2)
    return client.post("/stories/share", data={"form_token": token[1], "website": "", **more})


def path_of(services: Services, draft: StoryDraft) -> str:
    """Where a draft is on the web."""
    return f"/stories/share/{services.tokens.seal(Purpose.DRAFT, draft.id)}"


def post(services: Services, postbox: Postbox) -> None:
    """A worker sends what is owed."""
    with services.database.read() as session:
        owed = due_notices(session, services.clock())
    for notice in owed:
        send_notice(services.database, postbox, services.head, services.composers, notice, clock=services.clock)


def link_in(postbox: Postbox) -> str:
    """The path of the newest link that proves an address."""
    found = re.search(r"http://localhost(/stories/share/prove/\S+)", postbox.mailings[-1].text)
    assert found
    return found[1]


def only_draft(services: Services) -> StoryDraft:
    """The one draft there is."""
    with services.database.read() as session:
        draft = session.scalars(select(StoryDraft)).one()
        session.expunge_all()
    return draft
