"""What can be the case in the ledger."""


class LostBatch(Exception):
    """The batch is no longer this worker's: its lease ran out, or the issue was stopped."""


class ContentChanged(Exception):
    """A story in the rendered issue may no longer be shown; render again before anything leaves."""
