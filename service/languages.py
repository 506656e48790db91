"""The languages the service writes in, which of them run from right to left, and how a page says so."""

from markupsafe import Markup

LANGUAGES = ("en", "fr", "es", "de", "ar")
"""The languages that our own words to readers are written in; a reader of another gets the first."""

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def primary(locale: str) -> str:
    """The primary language of a BCP 47 tag: `en` for `en-GB`."""
    return locale.split("-", 1)[0].lower()


def spoken(*wanted: str) -> str:
    """The first of the languages (BCP 47, may be empty) that we write in; otherwise English."""
    return next((lang for lang in wanted if primary(lang) in LANGUAGES), LANGUAGES[0])


def direction(locale: str) -> str:
    """`rtl` or `ltr`, as HTML's dir attribute wants it."""
    return "rtl" if primary(locale) in _RIGHT_TO_LEFT else "ltr"


def marks(lang: str, around: str) -> Markup:
    """The attributes of an element in `lang` inside a text in `around` (WCAG 2.2, 3.1.2): ` lang="ar" dir="rtl"`.

    Empty where the two are one language, and for words of which nobody knows the language.
    """
    if not lang or primary(lang) == primary(around):
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(lang, direction(lang))
