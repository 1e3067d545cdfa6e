"""A real server for real pages: the static folder at /web/, whatever a test adds, and an empty page."""

from __future__ import annotations

import base64
import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.web import static_folder

_EMPTY = b'<!doctype html><html lang="en"><title>A test</title><main></main>'
#: What a careful server says: nothing from elsewhere, nothing inline; and, asked to, memory that threads may share.
_POLICY = "default-src 'self'; img-src 'self' data:"
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, files: dict[str, bytes], isolated: bool, **more: Any) -> None:
        self.files, self.isolated = files, isolated
        super().__init__(*arguments, directory=str(static_folder()), **more)

    def do_GET(self) -> None:
        if self.path in self.files:
            page = self.files[self.path].startswith(b"<!doctype")
            plain = "text/html; charset=utf-8" if page else "application/octet-stream"
            self.send_response(200)
            self.send_header("Content-Type", _TYPES.get(Path(self.path).suffix, plain))
            self.end_headers()
            self.wfile.write(self.files[self.path])
        elif self.path.startswith("/web/"):
            self.path = self.path.removeprefix("/web")
            super().do_GET()
        else:
            self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", _POLICY)
        for name, value in (_ISOLATED if self.isolated else {}).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def served(files: dict[str, bytes] | None = None, *, isolated: bool = False) -> Iterator[str]:
    """Serve on a free port of this machine; ``files`` by path, beginning with a slash. Yields the origin."""
    everything = {"/": _EMPTY, "/favicon.ico": b"", **(files or {})}
    handler = functools.partial(_Handler, files=everything, isolated=isolated)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def opened(chromium: Any, origin: str, **options: Any) -> Iterator[Any]:
    """Open the empty page in a context of its own; a fault that the page did not expect fails the test."""
    context = chromium.new_context(**options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(origin)
    yield page
    context.close()
    assert not faults, faults


def planar(audio: NDArray[Any]) -> bytes:
    """Turn audio, (channels, frames), into the bytes of float32 channels one after the other."""
    return np.ascontiguousarray(audio, dtype="<f4").tobytes()


def decoded(text: str, channels: int) -> NDArray[np.float32]:
    """Turn what :data:`ENCODE` made back into audio, (channels, frames)."""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").reshape(channels, -1)


#: In a page: ``await channelsOf(path, count)`` and ``encoded(arrays)``, the counterparts of the two above.
HELPERS = """() => {
globalThis.channelsOf = async (path, count) => {
  const all = new Float32Array(await (await fetch(path)).arrayBuffer());
  const frames = all.length / count;
  return Array.from({ length: count }, (_, i) => all.slice(i * frames, (i + 1) * frames));
};
globalThis.encoded = (arrays) => {
  const bytes = new Uint8Array(arrays.reduce((sum, x) => sum + x.byteLength, 0));
  let at = 0;
  for (const x of arrays) {
    bytes.set(new Uint8Array(x.buffer, x.byteOffset, x.byteLength), at);
    at += x.byteLength;
  }
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
};
}"""
