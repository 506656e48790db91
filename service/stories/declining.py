"""The rules for which stories we publish: a story is declined by one of them only, and its teller is told which."""

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "others": "it names or describes other people who have not agreed to that",
    "advice": "it tells other people to start, stop or change a treatment, and only their own care team can do that",
    "advert": "it advertises something or asks for money",
    "harm": "it describes how people have harmed themselves, and reading that can put others in danger",
    "respect": "it attacks a person or a group",
    "subject": "it is not about living with illness, treatment or care, and that is all we publish",
}
"""Each goes on from "We will not publish it, because …"."""
