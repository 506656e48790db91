"""What may follow what in the life of a batch: one table, walked by tests and asked by every step."""

from service.delivery.model import BatchStatus as B

TRANSITIONS: dict[str, tuple[frozenset[B], B]] = {
    "claim": (frozenset({B.READY}), B.CLAIMED),
    "release": (frozenset({B.CLAIMED}), B.READY),
    "intend": (frozenset({B.CLAIMED}), B.POSTING),
    "accepted": (frozenset({B.POSTING, B.UNKNOWN}), B.HANDED_OVER),
    "refused_for_now": (frozenset({B.POSTING}), B.READY),
    "refused_for_good": (frozenset({B.POSTING}), B.REJECTED),
    "lost_sight": (frozenset({B.POSTING}), B.UNKNOWN),
    "resend": (frozenset({B.UNKNOWN}), B.READY),
    "let_go": (frozenset({B.UNKNOWN}), B.REJECTED),
    "cancel": (frozenset({B.READY}), B.CANCELLED),
}
"""step -> (the statuses it may start from, the status it leads to). `resend` and `let_go` need a person."""

OPEN = frozenset({B.READY, B.CLAIMED, B.POSTING, B.UNKNOWN})
"""While one batch is in one of these, the issue is not sent."""
