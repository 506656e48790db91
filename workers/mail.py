"""Doorbells for transactional mail."""

from service.mail.notices import send_notice as send
from workers.app import app, services


@app.task(name="mail.send_notice")
def send_notice(notice_id: int) -> None:
    """Send one notice, if it is due."""
    house = services()
    send(house.database, house.mailer, house.head, house.composers, notice_id, clock=house.clock)
