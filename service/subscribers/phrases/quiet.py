"""What a newsletter and its sender are called where others may look over a shoulder."""

from service.mail.message import Address
from service.subscribers.phrases.table import phrases_in


def quiet_name(own: str, lang: str) -> str:
    """The discreet name of a newsletter in `lang`: its `own`, or ours where that is empty."""
    return own or phrases_in(lang).quiet_name


def quiet_sender(own: str, lang: str, usual: Address) -> Address:
    """Who writes to discreet readers of a newsletter in `lang`: `own` may be empty, a name, or a name with a mailbox.

    With a name alone the mailbox stays the usual one, because mail must be signed for the domain of its sender.
    """
    return Address.parse(own) if "@" in own else Address(usual.email, own or phrases_in(lang).quiet_sender)
