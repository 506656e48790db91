"""Who tells a story, and how that person is named in public."""

from collections.abc import Mapping

from service.stories.model import Naming

ROLES: Mapping[str, str] = {
    "patient": "I am, or was, the person who is ill",
    "carer": "I care for someone who is ill",
    "parent": "My child is, or was, ill",
    "partner": "My partner is, or was, ill",
    "bereaved": "Someone close to me has died",
    "donor": "I gave blood, marrow or stem cells",
    "professional": "I work in health care",
}
"""The answers to "Who are you in this story?"."""

NAMINGS: Mapping[str, str] = {
    Naming.FULL: "My full name",
    Naming.FIRST: "My first name only",
    Naming.PSEUDONYM: "Another name that I make up",
    Naming.ANONYMOUS: "No name at all",
}
"""The answers to "What name should we show?"."""

NAMELESS = "Anonymous"
"""The name of everybody who asked not to be named."""
