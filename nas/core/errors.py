"""Errors for the person at the keyboard: one line, what was expected, what came, what to do."""


class InputError(ValueError):
    """Bad input of the user's; commands print its one line and exit with code 2."""
