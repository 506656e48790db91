"""A form that could not be kept because our records were out of reach: to be sent once more, with every word in it.

The tokens that stood in the form are sent again as they came; none is made here, so that a form which another site had
somebody send is not made one of ours.
"""

from dataclasses import dataclass

from flask import request

SECRETS = frozenset({"password", "current", "code"})
"""Fields that are never written into a page."""


@dataclass(frozen=True, slots=True)
class Again:
    """What was sent, in its order, and the kind of form it came in."""

    fields: tuple[tuple[str, str], ...]
    encoding: str

    @property
    def words(self) -> tuple[str, ...]:
        """What somebody typed in words of their own, to be seen and copied; tokens and choices are single words."""
        return tuple(value for _, value in self.fields if len(value.split()) > 1)


def form_again() -> Again | None:
    """The form of this request; None when there is none, or when a file or a secret would have to be typed anew."""
    if request.method != "POST" or SECRETS & set(request.form) or any(each.filename for each in request.files.values()):
        return None
    fields = tuple((name, value.replace("\r\n", "\n")) for name, value in request.form.items(multi=True))
    multipart = request.mimetype == "multipart/form-data"
    return Again(fields, "multipart/form-data" if multipart else "application/x-www-form-urlencoded")
