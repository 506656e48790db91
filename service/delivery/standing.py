"""Where one delivery stands, in the four words that the counts and the lists share. Each delivery has exactly one."""

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_

from service.delivery.model import Batch, BatchStatus, Delivery, DeliveryStatus


class Standing(StrEnum):
    """What we can say of somebody's copy."""

    HANDED_OVER = "handed_over"
    """The transport has it, or an event proves that it had it."""
    CAME_BACK = "came_back"
    """Handed over, and then bounced, dropped or blocked."""
    REFUSED = "refused"
    """The transport would not take it, or a person let it go."""
    UNKNOWN = "unknown"
    """Nobody can prove either."""


BOUNCED = frozenset({DeliveryStatus.BOUNCED, DeliveryStatus.SOFT_BOUNCED, DeliveryStatus.DROPPED})
_SILENT = Delivery.status == DeliveryStatus.BATCH
_PROVEN = Delivery.status.not_in({DeliveryStatus.BATCH, DeliveryStatus.REJECTED} | BOUNCED)

STANDS: dict[Standing, ColumnElement[bool]] = {
    Standing.HANDED_OVER: or_(_PROVEN, and_(_SILENT, Batch.status == BatchStatus.HANDED_OVER)),
    Standing.CAME_BACK: Delivery.status.in_(BOUNCED),
    Standing.REFUSED: or_(
        Delivery.status == DeliveryStatus.REJECTED, and_(_SILENT, Batch.status == BatchStatus.REJECTED)
    ),
    Standing.UNKNOWN: and_(_SILENT, Batch.status.not_in({BatchStatus.HANDED_OVER, BatchStatus.REJECTED})),
}
"""The condition on a Delivery joined to its Batch. An event says more than the batch does."""
