"""The one error of this folder: data that cannot be trained on, said in one line."""

from nas.core.errors import InputError


class DataError(InputError):
    """Images or labels that cannot be used: what was expected, what came, and what to do."""

    def __init__(self, message: object) -> None:
        """Keep the message on one line, whatever a library put into it."""
        super().__init__(" ".join(str(message).split()))
