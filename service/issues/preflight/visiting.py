"""What becomes of trying a link: `service.outside` asks, and this judges as a reader's browser would."""

from dataclasses import dataclass

from service.issues.preflight.model import LinkVerdict
from service.outside import NotReached, Outside, Refused, Silent, Unusable

HEADERS = {"User-Agent": "Storywell link check", "Accept": "*/*"}
_TOO_MANY_REQUESTS = 429
_VERDICTS: dict[type[NotReached], LinkVerdict] = {
    Refused: LinkVerdict.REFUSED,
    Silent: LinkVerdict.SILENT,
    Unusable: LinkVerdict.BROKEN,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of a visit; `detail` is the rest of the sentence "The link to … "."""

    verdict: LinkVerdict
    detail: str = "answers"


def visit(outside: Outside, url: str) -> Visit:
    """Ask for an address, and for whatever it redirects to. Never raises."""
    try:
        return _judged(outside.ask(url, headers=HEADERS).status)
    except NotReached as why:
        return Visit(_VERDICTS[type(why)], str(why))


def _judged(status: int) -> Visit:
    if status == _TOO_MANY_REQUESTS:
        return Visit(LinkVerdict.SILENT, "asked us to come back later (429)")
    if not 200 <= status < 300:
        return Visit(LinkVerdict.BROKEN, f"answers with an error ({status})")
    return Visit(LinkVerdict.ANSWERS)
