"""A third party's space may have defects: each costs one line that names the method."""

import traceback
from pathlib import Path
from typing import Any, cast

from nas.core.errors import InputError
from nas.core.space import SearchSpace


class DefectiveSpaceError(Exception):
    """A method of a space raised what it may not; one line says which, what and where.

    No InputError, which a space raises on purpose and a search takes for an answer.
    """


def guarded(name: str, space: SearchSpace) -> SearchSpace:
    """The same space, found as `name`, whose methods raise InputError or DefectiveSpaceError."""
    return cast(SearchSpace, _Guarded(name, space))


class _Guarded:
    """Looks each attribute up once; a search asks the same few methods many thousand times."""

    def __init__(self, name: str, space: SearchSpace) -> None:
        self._found_as = name
        self._space = space

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._space, attribute)
        if not callable(value):
            return value

        def answer(*arguments: Any, **named: Any) -> Any:
            try:
                return value(*arguments, **named)
            except InputError:
                raise
            except Exception as error:
                said = f"--space {self._found_as}: {attribute} raised {told(error)}"
                raise DefectiveSpaceError(said) from error

        self.__dict__[attribute] = answer
        return answer


def defect_behind(error: BaseException | None) -> DefectiveSpaceError | None:
    """The defect that an error comes from, if any: those who call a space may raise their own."""
    while error is not None and not isinstance(error, DefectiveSpaceError):
        error = error.__cause__ or error.__context__
    return error


def words_of(error: BaseException) -> str:
    """What an error says, on one line and in letters alone, whoever wrote it."""
    try:
        said = str(error)
    except Exception:
        return "(it cannot say)"
    return " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())


def told(error: BaseException) -> str:
    """Type, words and place of an error: KeyError: 'width' (space.py:12)."""
    words = words_of(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return f"{said} ({Path(place.filename).name}:{place.lineno})"
