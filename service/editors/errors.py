"""What can be the case with accounts."""


class AddressTaken(Exception):
    """There is an account with this address already."""


class NotAnAddress(Exception):
    """What was given for an e-mail address is none."""


class LinkSpent(Exception):
    """The sign-in link was used before, has expired, or was never one of ours."""


class PasswordTooShort(Exception):
    """The password has fewer characters than `passwords.SHORTEST`."""
