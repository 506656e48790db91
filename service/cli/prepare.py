"""What `storywell run` does before it starts the parts: tables, demo content once, the first account.

Run as a process of its own, so that the supervisor stays small; prints one JSON document with the sign-in link.
"""

import json
from datetime import timedelta

from service.bootstrap import Services, bootstrap
from service.cli.database import upgrade_database
from service.cli.demo import seed_demo
from service.db import SilentDoorbell
from service.editors.actions import add_editor, make_sign_in_link
from service.editors.model import Role
from service.editors.queries import editor_by_email
from service.logs import configure
from service.settings import Settings, Transport

FIRST_EDITOR = "editor@example.org"
LINK_LIFE = timedelta(hours=24)


def main() -> None:
    """Prepare the database that the environment names."""
    settings = Settings.load()
    configure("WARNING")
    upgrade_database(settings)
    services = bootstrap(settings, doorbell=SilentDoorbell())
    if settings.mail_transport is Transport.OUTBOX:  # invented readers never meet a transport that mails them
        seed_demo(services)
    print(json.dumps({"sign_in": _sign_in_link(services)}))  # noqa: T201
    services.close()


def _sign_in_link(services: Services) -> str:
    now = services.clock()
    with services.database.unit() as uow:
        editor = editor_by_email(uow.session, FIRST_EDITOR) or add_editor(uow, FIRST_EDITOR, role=Role.ADMIN, now=now)
        token = make_sign_in_link(uow, editor, tokens=services.tokens, life=LINK_LIFE, now=now)
    return services.links.desk(f"/enter/{token}")


if __name__ == "__main__":
    main()
