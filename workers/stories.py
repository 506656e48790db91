"""Doorbells for stories."""

from service.delivery.taking_back import mailed_to, surfaces
from service.stories.taking_back import take_back as work_off
from workers.app import app, services


@app.task(name="stories.take_back")
def take_back(story_id: int) -> None:
    """See a story that was taken back off every surface."""
    house = services()
    work_off(house.database, story_id, surfaces(house.head), mailed_to, clock=house.clock)
