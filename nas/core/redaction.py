"""A storage's URL without its secrets, also where it is mistyped and no parser would take it."""

import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

HIDDEN = "***"
SHORT = 6  # letters; a secret of fewer may be a part of any word, and is looked for as a whole one

# What a parameter is called that holds a secret, or anything at all.
_NAMES = "pass|pw|secret|token|key|auth|cred|connect|option"
_SECRET = re.compile(_NAMES, re.IGNORECASE)
GIVEN = re.compile(rf"\w*(?:{_NAMES})\w*\s*=\s*", re.IGNORECASE)  # as in `host=h password=p`
_VALUE = re.compile(rf"{GIVEN.pattern}([^;\s]+)", re.IGNORECASE)

_SCHEME = r"(?:journal:)?+(?:[\w+]++:/++)?+"  # for good: none of it is a name
_JOURNAL = re.compile(r"journal:(?!.*(?:://|pass\w*=))", re.DOTALL)
_FILE = re.compile(r"sqlite[\w+]*:(?!//[^/])")
# A password may hold whatever ends it: it reaches from the first colon to the last @.
_PASSWORD = re.compile(rf"{_SCHEME}[^?]*?(?::|%3A)(?P<password>.*)@", re.IGNORECASE | re.DOTALL)
# Without an @, what follows NAME: and is no port may be one to which the @ was forgotten.
_NO_PORT = re.compile(
    rf"(?!.*@){_SCHEME}(?:\[[^]]*\]|[^/?#:[]*?)(?::|%3A)(?P<password>(?!\d*(?:[/?#]|$)).*)",
    re.IGNORECASE | re.DOTALL,
)


def redacted(url: str) -> str:
    """A storage URL without its secrets; it may hide more than those, and raises nothing."""
    return "".join(HIDDEN if secret else text for text, secret in _pieces(url))


def cleaned(said: str, url: str) -> str:
    """Words about a storage, without the secrets that its URL holds."""
    said = said.replace(url, redacted(url)) if url else said
    for secret in sorted(_secrets(url), key=len, reverse=True):
        pattern = re.escape(secret)
        said = re.sub(pattern if len(secret) >= SHORT else rf"(?<!\w){pattern}(?!\w)", HIDDEN, said)
    return said


def misread(url: str) -> str | None:
    """What to mend in a URL of which a driver would take, and tell, half a password for a host."""
    if _FILE.match(url) or _JOURNAL.match(url):
        return None
    if url.startswith("journal:"):
        return "expected journal:FILE, or a database's URL without journal:"
    if "://" not in url:
        return None  # no parser takes it
    found = _PASSWORD.match(url)
    if found is not None and "@" in found["password"]:
        return (
            "expected one @; write @ : / ? # of a name, a password or a parameter as"
            " %40 %3A %2F %3F %23"
        )
    if _NO_PORT.match(url):
        return "expected HOST:PORT with a number, or USER:PASSWORD@HOST; the @ may be missing"
    return None


def _secrets(url: str) -> set[str]:
    """Each as it is written in the URL, as a driver is given it, and as one may repeat it."""
    written = {text for text, secret in _pieces(url) if secret}
    given = {form for text in written for form in (unquote(text), unquote_plus(text))}
    given |= {value for text in given for value in _VALUE.findall(text)}
    return written | {
        form
        for secret in given
        for form in (
            *(secret, repr(secret)[1:-1]),
            *(quoted(secret, errors="surrogateescape") for quoted in (quote, quote_plus)),
        )
    }


def _pieces(url: str) -> Iterator[tuple[str, bool]]:
    """The URL in pieces, none of them empty, and whether each is secret."""
    if _JOURNAL.match(url):
        yield url, False
        return
    begin, end = _password(url)
    place, mark, query = url[end:].partition("?")
    pieces = [(url[:begin], False), (url[begin:end], True), (place + mark, False)]
    yield from ((text, secret) for text, secret in (*pieces, *_parameters(query)) if text)


def _password(url: str) -> tuple[int, int]:
    """Where it begins and ends; an empty stretch if there is none."""
    if _FILE.match(url):
        return 0, 0
    found = _PASSWORD.match(url) or _NO_PORT.match(url)
    given = GIVEN.search(url.partition("?")[0])
    if given and (found is None or given.end() <= found.start("password")):
        return given.end(), len(url)  # a quoted one may hold anything
    return found.span("password") if found else (0, 0)


def _parameters(query: str) -> Iterator[tuple[str, bool]]:
    """Of a query; what holds parameters itself, or is none, is hidden, too."""
    for number, parameter in enumerate(query.split("&")):
        name, equals, value = parameter.partition("=")
        yield "&" if number else "", False
        if not equals or ";" in unquote(name):
            yield parameter, True
            continue
        yield name + equals, False
        nested = re.search("[;=]", unquote(value)) is not None
        yield value, nested or _SECRET.search(unquote(name)) is not None
