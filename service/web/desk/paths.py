"""Which addresses a sign-in may lead to."""

from urllib.parse import urlsplit

DESK = "/desk"


def local_desk_path(value: str) -> str:
    """`value` if it is a path of the desk on this very site, else the desk's home: no link sends anybody elsewhere."""
    if not value.isascii() or not value.isprintable() or "\\" in value or ".." in value:
        return DESK
    parts = urlsplit(value)
    inside = parts.path == DESK or parts.path.startswith(DESK + "/")
    return value if inside and not parts.scheme and not parts.netloc else DESK
