"""The receipt in a real browser."""

import pytest
from playwright.sync_api import Page

from service.bootstrap import Services
from service.delivery.taking_back import surfaces
from service.stories.moderation import withdraw
from service.stories.taking_back import take_back
from tests.journeys.conftest import faults
from tests.stories.tales import a_published_story

pytestmark = [pytest.mark.journey, pytest.mark.browser]


def test_everybody_can_read_a_receipt(services: Services, site: str, small_phone: Page) -> None:
    """No fault, nothing wider than the narrowest phone; before the places were looked at and after."""
    with services.database.unit() as uow:
        story = a_published_story(uow.session)
        withdraw(uow, story, organisation="The Group", now=services.clock(), by="storyteller")
    path = services.links.receipt(story.id).removeprefix("http://localhost")

    small_phone.goto(site + path)
    assert faults(small_phone) == []
    take_back(
        services.database, story.id, surfaces(services.head),
        lambda _session, _story: [{"on": "2026-06-02", "readers": 40}], clock=services.clock,
    )  # fmt: skip
    small_phone.goto(site + path)
    assert faults(small_phone) == []
