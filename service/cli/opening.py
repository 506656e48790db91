"""The services for a command."""

from service.bootstrap import Services, bootstrap
from service.logs import configure
from service.settings import Settings


def open_services() -> Services:
    """Bootstrap from the environment. Raises BadSetting."""
    settings = Settings.load()
    configure("WARNING")
    return bootstrap(settings)
