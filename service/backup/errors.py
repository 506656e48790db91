"""What can be the case with backups."""


class BackupRefused(Exception):
    """A backup cannot be made or restored; the message is one sentence that says why. Nothing has been changed."""
