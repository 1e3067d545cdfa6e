"""Who is let in, what is refused, and that nobody gets at what is not theirs."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from studio_server import CHANGING, Client, httpx, shared, write_music

POLICY = "content-security-policy"


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_music(tmp_path_factory.mktemp("guard") / "song.wav", 1.0)


def raw(path: str, host: str | None = None, extra: str = "") -> tuple[int, bytes]:
    """Send a request as it stands, which no client would."""
    server = shared()
    host = f"127.0.0.1:{server.told['port']}" if host is None else host
    named = f"Host: {host}\r\n" if host else ""
    with socket.create_connection(("127.0.0.1", server.told["port"]), 10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\n{named}{extra}Connection: close\r\n\r\n".encode())
        content = b""
        while part := line.recv(65536):
            content += part
    return int(content.split()[1]), content


def test_the_page_is_for_everybody_and_the_rest_for_those_with_the_token() -> None:
    server = shared()
    stranger = Client(server.url, {})
    assert stranger.get("/").status_code == 200
    assert stranger.get("/static/studio/index.html").status_code == 200
    for answer in (stranger.get("/api/start"), Client(server.url, {"Authorization": "Bearer wrong"}).get("/api/start")):
        assert answer.status_code == 401
        assert "link" in answer.json()["message"]
    assert stranger.get("/", params={"token": "wrong"}).headers.get("set-cookie") is None
    assert stranger.get("/api/start").status_code == 401
    entered = stranger.get("/", params={"token": server.told["token"]})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith(f"tonewright-{server.told['port']}=")
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert server.told["token"] not in cookie
    assert stranger.get("/api/start").status_code == 200


def test_what_is_let_through_by_host_and_origin() -> None:
    port, token = shared().told["port"], shared().told["token"]
    bearer = f"Authorization: Bearer {token}\r\n"
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert raw("/api/start", host, bearer)[0] == 200, host
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1:1", f"a@127.0.0.1:{port}", "127.0.0.1:x", ""):
        assert raw("/api/start", host, bearer)[0] == 400, host
    mine = f"http://127.0.0.1:{port}"
    assert raw("/api/start", None, f"{bearer}Origin: {mine}\r\n")[0] == 200
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}", f"http://localhost:{port}"):
        assert raw("/api/start", None, f"{bearer}Origin: {origin}\r\n")[0] == 400, origin
    assert raw("/api/start", None, f"{bearer}Sec-Fetch-Site: cross-site\r\n")[0] == 400
    assert raw("/api/start", None, f"{bearer}Sec-Fetch-Site: same-origin\r\n")[0] == 200


def test_every_answer_carries_the_policy() -> None:
    client = shared().client()
    for address in ("/", "/static/studio/index.html", "/api/start", "/api/nothing", "/nothing"):
        headers = client.get(address).headers
        assert "script-src 'self';" in headers[POLICY]
        assert "default-src 'none'" in headers[POLICY]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert client.get("/api/start").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/static/studio/../application.py",
        "/static/studio/..%2fapplication.py",
        "/static/studio/%2e%2e/application.py",
        "/static/web/..%2f..%2f..%2fpyproject.toml",
        "/static/web//etc/passwd",
        "/static/studio/..\\application.py",
        "/../../../../etc/passwd",
        "/api/files/..%2f..%2f..%2fetc%2fpasswd",
        "/api/recordings/..%2f..%2fetc%2fpasswd/audio",
        "/api/recordings/%2e%2e/audio",
        "/openapi.json",
        "/docs",
    ],
)
def test_no_path_leads_out(path: str) -> None:
    status, content = raw(path, None, f"Authorization: Bearer {shared().told['token']}\r\n")
    assert status in (400, 404)
    assert b"root:" not in content
    assert b"def create_app" not in content


def test_sessions_do_not_mix(song: Path) -> None:
    one, other = shared().client(), shared().client()
    mine = one.upload(song)
    assert [each["id"] for each in one.get("/api/start").json()["recordings"]] == [mine["id"]]
    assert other.get("/api/start").json()["recordings"] == []
    job = one.begin("/api/render", recording=mine["id"], settings=CHANGING.to_dict())
    kept = one.ended(job)["result"]
    addresses = [f"/api/recordings/{mine['id']}{rest}" for rest in ("", "/audio", "/peaks")]
    for address in (*addresses, f"/api/jobs/{job}", f"/api/jobs/{job}/events", kept["url"]):
        assert other.get(address).status_code == 404, address
        assert one.get(address).status_code == 200, address
    assert other.delete(f"/api/recordings/{mine['id']}").status_code == 404
    assert other.delete(f"/api/jobs/{job}").status_code == 404
    for address in ("/api/auto", "/api/render", "/api/measure", "/api/report"):
        body = {"recording": mine["id"], "settings": CHANGING.to_dict()}
        body = {"recording": mine["id"]} if address == "/api/auto" else body
        assert other.post(address, json=body).status_code == 404, address
    assert other.post("/api/projects", json={"state": {}, "recordings": [mine["id"]]}).status_code == 404
    assert one.delete(f"/api/recordings/{mine['id']}").status_code == 204
    assert one.get(f"/api/recordings/{mine['id']}").status_code == 404


def test_requests_that_are_not_understood_get_a_sentence() -> None:
    client = shared().client()
    for address, content, said in (
        ("/api/auto", b"{}", "recording"),
        ("/api/auto", b'{"recording": "x", "path": "/etc/passwd"}', "path"),
        ("/api/auto", b'{"recording": "x", "amount": 2}', "amount"),
        ("/api/auto", b'{"recording": "x", "amount": NaN}', "amount"),
        ("/api/auto", b"not json", ""),
        ("/api/measure", b"[" * 100_000, ""),
        ("/api/say", b'{"prompt": "' + b"x" * 3000 + b'"}', "prompt"),
    ):
        answer = client.post(address, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, answer.text
        assert said in answer.json()["message"]
        assert answer.json()["message"].count("\n") == 0
    assert client.get("/api/auto").status_code == 405
    assert "message" in client.get("/api/nothing").json()


def test_large_bodies_are_refused() -> None:
    client = shared().client()
    body = b'{"state": {"a": "' + b"x" * (9 << 20) + b'"}}'
    kind = {"Content-Type": "application/json"}

    def chunks() -> object:
        yield from (body[start : start + 65536] for start in range(0, len(body), 65536))

    for content in (body, chunks()):
        try:
            answer = client.post("/api/projects", content=content, headers=kind)
        except httpx.WriteError:  # the answer came while the body was still on its way
            continue
        assert answer.status_code == 413
        assert "8 MB" in answer.json()["message"]
    assert client.get("/api/start").status_code == 200
