"""The languages the service writes in, and which of them run from right to left."""

LANGUAGES = ("en",)
"""Languages with templates of our own; a reader of another language gets the first."""

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def primary(locale: str) -> str:
    """The primary language of a BCP 47 tag: `en` for `en-GB`."""
    return locale.split("-", 1)[0].lower()


def direction(locale: str) -> str:
    """`rtl` or `ltr`, as HTML's dir attribute wants it."""
    return "rtl" if primary(locale) in _RIGHT_TO_LEFT else "ltr"
