"""Paths and links that lead out of `artifacts/`: nothing outside is read, written or removed."""

import itertools
import os
import pathlib
import socket
from urllib.parse import quote

from soak import API, ARTIFACTS, Home, Tally, share

SECRET = b"soak-secret-7c1f"
DOTS = ["..", "%2e%2e", "%252e%252e", ".%2e", "%2e.", "..%00", "..;", "%c0%ae%c0%ae", "%u002e%u002e",
        "%ef%bc%8e%ef%bc%8e"]
SEPARATORS = ["/", "%2f", "%5c", "%252f"]


def ask(server, method, target, body=b""):
    """The whole answer to a call whose target is sent literally."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close"
                       f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


def outside(home):
    """The files outside `artifacts/`, except those that the server itself writes."""
    found = {}
    for folder, folders, files in os.walk(home.folder):
        if folder == home.workspace:
            folders[:] = [name for name in folders if name not in ("artifacts", "logs")]
        for name in files:
            path = pathlib.Path(folder, name)
            found[str(path)] = path.read_bytes() if not name.startswith("workbench.db") else None
    return found


def tries(server, path, run):
    """Every call that contains a path."""
    yield "GET", ARTIFACTS + path, b""
    yield "PUT", ARTIFACTS + path, b"overwritten"
    yield "DELETE", ARTIFACTS + path, b""
    yield "GET", f"{ARTIFACTS[:-1]}?path={path}", b""
    yield "GET", f"/get-artifact?run_id={run}&path={path}", b""
    yield "GET", f"/ajax-api/2.0/mlflow/get-artifact?run_id={run}&path={path}", b""
    yield "GET", f"{API}artifacts/list?run_id={run}&path={path}", b""


def holds(server, home, path, run, before):
    """The failures with this path; none if there were none."""
    for method, target, body in tries(server, path, run):
        answer = ask(server, method, target, body)
        if SECRET in answer or b"root:x:" in answer:
            return f"{method} {target} reads a file outside"
        if answer[9:10] not in (b"2", b"4"):
            return f"{method} {target}: {answer[:100]!r}"
        if outside(home) != before:
            return f"{method} {target} changes what lies outside"
    return ""


with Tally("path tricks and links", seconds=300) as tally:
    home = Home()
    server = home.serve()
    run = server.must("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
    artifacts = f"{home.workspace}/artifacts"
    server.call("PUT", f"{ARTIFACTS}0/{run}/artifacts/kept.txt", b"kept")
    for folder in (home.folder, home.workspace):
        pathlib.Path(folder, "secret").write_bytes(SECRET)
    pathlib.Path(home.folder, "folder").mkdir()
    pathlib.Path(home.folder, "folder/secret").write_bytes(SECRET)
    before = outside(home)

    tricks = list(itertools.product(DOTS, SEPARATORS))
    for dots, slash in tally.random.sample(tricks, share(len(tricks))):
        up = dots + slash
        ways = [f"{up}secret", f"0{slash}{up}{up}secret", f"{up * 3}folder{slash}secret", f"{up}{up}secret",
                slash + slash.join(f"{home.folder}/secret".split("/")[1:]), f"{up * 12}etc{slash}passwd"]
        broken = [text for way in ways if (text := holds(server, home, way, run, before))]
        tally.check(not broken, "; ".join(broken[:2]))

    links = {
        "file": f"{home.folder}/secret", "folder": f"{home.folder}/folder", "root": "/", "up": "../..",
        "loop": "loop", "chain": "file", "new": f"{home.folder}/new", "environ": "/proc/self/environ",
    }
    for name, target in list(links.items())[:share(len(links))]:
        os.symlink(target, f"{artifacts}/{name}")
        below = {"folder": "/secret", "root": home.folder + "/secret", "up": "/secret"}.get(name, "")
        broken = []
        for path in [name + below, f"{name}/made.txt"]:
            if not os.path.lexists(f"{artifacts}/{name}"):
                os.symlink(target, f"{artifacts}/{name}")
            if text := holds(server, home, quote(path), run, before):
                broken.append(text)
        reading = ask(server, "GET", ARTIFACTS + name)
        if b"WORKBENCH_HOME" in reading or SECRET in reading:
            broken.append(f"GET {name} reads through the link")
        ask(server, "DELETE", ARTIFACTS + name)
        if outside(home) != before:
            broken.append(f"DELETE {name} removes what the link leads to")
        tally.check(not broken, f"link {name}: {broken[:1]}")
        if os.path.islink(f"{artifacts}/{name}"):
            os.unlink(f"{artifacts}/{name}")

    kept = server.call("GET", f"{ARTIFACTS}0/{run}/artifacts/kept.txt")
    tally.check(kept == (200, b"kept"), f"the run's own file is not there: {kept}")
    tally.check(server.is_alive, "the server does not answer any more")
