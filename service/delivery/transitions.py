"""What may follow what in the life of a batch: one table, walked by tests and asked by every step."""

from service.delivery.model import BatchStatus as B

TRANSITIONS: dict[str, tuple[frozenset[B], B]] = {
    "claim": (frozenset({B.READY}), B.CLAIMED),
    "release": (frozenset({B.CLAIMED}), B.READY),
    "intend": (frozenset({B.CLAIMED}), B.POSTING),
    "accepted": (frozenset({B.POSTING, B.UNKNOWN}), B.HANDED_OVER),
    "refused_for_now": (frozenset({B.POSTING, B.UNKNOWN}), B.READY),
    "refused_for_good": (frozenset({B.POSTING, B.UNKNOWN}), B.REJECTED),
    "lost_sight": (frozenset({B.POSTING}), B.UNKNOWN),
    "resend": (frozenset({B.UNKNOWN}), B.READY),
    "let_go": (frozenset({B.UNKNOWN}), B.REJECTED),
    "let_go_on": (frozenset({B.HELD}), B.READY),
    "cancel": (frozenset({B.HELD, B.READY}), B.CANCELLED),
    "called_back": (frozenset({B.POSTING, B.UNKNOWN, B.HANDED_OVER}), B.CALLED_BACK),
    "doubted": (frozenset({B.POSTING, B.HANDED_OVER}), B.UNKNOWN),
}
"""step -> (the statuses it may start from, the status it leads to). `resend` and `let_go` need a person.

What the transport said is recorded even after somebody judged the worker dead meanwhile: it was there and knows. The
worker's name fences it, because whatever gives an unknown batch to somebody else takes that name away.
"""

OPEN = frozenset({B.HELD, B.READY, B.CLAIMED, B.POSTING, B.UNKNOWN})
"""While one batch is in one of these, the issue is not sent."""
