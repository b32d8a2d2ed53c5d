"""The wire between a driver and its database, which can be cut, also behind a commit's back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SIZE = 2**16


class Wire:
    """Passes bytes on between whoever connects to `port` and the server behind it."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._whole = threading.Event()
        self._whole.set()
        self._awaited: list[bytes] = []
        self._deaf = threading.Event()
        self.port = int(self._door.getsockname()[1])
        self.lost = 0  # answers
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """All connections end, and new ones at once."""
        self._whole.clear()
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut_at_the_answer_to(self, *words: bytes) -> None:
        """Once these have been asked for in turn. It takes place, and nobody hears of it."""
        self._awaited = [*words]

    @property
    def is_cut(self) -> bool:
        """Whether nothing passes."""
        return not self._whole.is_set()

    def mend(self) -> None:
        """New connections pass again."""
        self._whole.set()

    def close(self) -> None:
        """For good."""
        self.cut()
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._door.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._server))
                self._ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    way = (source, sink, sink is near)
                    threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while content := source.recv(SIZE):
                if answers and self._deaf.is_set():
                    self._deaf.clear()
                    self.lost += 1
                    self.cut()
                    return
                self._look_into(b"" if answers else content)
                sink.sendall(content)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _look_into(self, content: bytes) -> None:
        while self._awaited and self._awaited[0] in content:
            self._awaited.pop(0)
            if not self._awaited:
                self._deaf.set()


@contextmanager
def wired(server: int) -> Iterator[Wire]:
    """A wire to the server at that port of loopback."""
    wire = Wire(server)
    try:
        yield wire
    finally:
        wire.close()
