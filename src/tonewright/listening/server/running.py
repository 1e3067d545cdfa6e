"""A server that runs until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from tonewright.errors import OutputError
from tonewright.listening.server.app import make_app
from tonewright.listening.server.material import Material
from tonewright.listening.store.store import Store


def run_server(
    material: Material,
    store: Store,
    *,
    host: str,
    port: int,
    certificate: Path | None = None,
    key: Path | None = None,
    ready: Callable[[list[str]], None] | None = None,
) -> None:
    """Serve a study until the process is told to end.

    Parameters
    ----------
    host, port
        Where; port 0 takes a free one.
    certificate, key
        For https, as files in PEM.
    ready
        Called with the addresses once listeners can come.

    Raises
    ------
    OutputError
        If the address is taken, or the certificate cannot be used.
    """
    import uvicorn

    config = uvicorn.Config(
        make_app(material, store),
        log_level="warning",
        # Nobody's network address is written down.
        access_log=False,
        server_header=False,
        lifespan="off",
        ssl_certfile=None if certificate is None else str(certificate),
        ssl_keyfile=None if key is None else str(key),
        backlog=2048,
        # Listeners think between two messages.
        timeout_keep_alive=75,
    )
    try:
        config.load()
    except OSError as error:
        raise OutputError(f"The certificate or its key cannot be used ({error}).") from None
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OutputError(
            f"The server cannot listen at {host}, port {port} ({error.strerror or error}); choose another with --port."
        ) from None
    listening.listen(2048)
    if ready is not None:
        scheme = "http" if certificate is None else "https"
        names = [host] if host not in ("0.0.0.0", "::") else ["localhost", *_own_addresses()]
        ready([f"{scheme}://{name}:{listening.getsockname()[1]}/" for name in names])
    uvicorn.Server(config).run(sockets=[listening])


def _own_addresses() -> list[str]:
    """Return this machine's address in its local network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return [str(probe.getsockname()[0])]
        except OSError:
            return []
