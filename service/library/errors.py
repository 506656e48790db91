"""What can be wrong with an article, or with a feed of others."""

from collections.abc import Iterable


class ReferenceNotCited(Exception):
    """A reference is listed, but nothing in the text points at it. `numbers` are the listed numbers."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.numbers = tuple(numbers)
        super().__init__(f"listed but never cited: {_spoken(self.numbers)}")


class ReferenceNotListed(Exception):
    """The text points at a reference that is not in the list. `numbers` are those of the markers."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.numbers = tuple(numbers)
        super().__init__(f"cited but not listed: {_spoken(self.numbers)}")


class AddressTaken(Exception):
    """Another article of the section has this slug already."""


class BadSlug(Exception):
    """A slug has something other than small letters a to z, digits and single hyphens in it."""


class NotAWebAddress(Exception):
    """The address of a reference is not an http or https address."""


class NotAnAddress(Exception):
    """A feed needs an address that begins with https://."""


class FeedKnown(Exception):
    """We follow this feed already."""


class NoSuchResource(Exception):
    """There is no such feed, or no such article of one."""


class AlreadyDecided(Exception):
    """Another editor has accepted it or passed."""


def _spoken(numbers: tuple[int, ...]) -> str:
    return ", ".join(f"[{number}]" for number in numbers)
