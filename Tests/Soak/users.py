"""Another user of this machine: the server refuses their calls, and the workspace is inaccessible to them."""

import contextlib
import json
import os
import signal
import socket
import struct

from soak import API, ARTIFACTS, Home, Tally, share, skip

NOBODY = 65534
HEADERS = [
    {}, {"Authorization": "Bearer wb_guess"}, {"Authorization": "Basic b3duZXI6"}, {"Authorization": ""},
    {"Authorization": "Bearer"}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"}, {"Origin": "http://127.0.0.1"}, {"Host": "localhost"},
    {"Cookie": "token=a"}, {"Via": "1.1 proxy"}, {"X-User": "root"}, {"Connection": "Upgrade"},
]
CALLS = [
    ("GET", "/", b""), ("GET", "/metrics", b""), ("GET", f"{API}experiments/get?experiment_id=0", b""),
    ("POST", f"{API}experiments/search", b'{"max_results": 5}'),
    ("POST", f"{API}runs/create", b'{"experiment_id": "0"}'),
    ("POST", f"{API}runs/search", b'{"experiment_ids": ["0"]}'),
    ("POST", f"{API}registered-models/create", b'{"name": "theirs"}'),
    ("GET", f"{API}registered-models/search", b""), ("GET", f"{ARTIFACTS[:-1]}?path=", b""),
    ("GET", f"{ARTIFACTS}secret.txt", b""), ("PUT", f"{ARTIFACTS}theirs.txt", b"theirs"),
    ("DELETE", f"{ARTIFACTS}secret.txt", b""), ("GET", "/get-artifact?run_id=a&path=b", b""),
    ("POST", "/api/3.0/mlflow/traces/search", b"{}"), ("GET", "/ajax-api/2.0/mlflow/experiments/search", b""),
]


def call(port, method, path, body, headers, source=0):
    """The status of a call as this process's user; `source` is the port it comes from."""
    with socket.socket() as client:
        client.settimeout(20)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(("127.0.0.1", source))
        client.connect(("127.0.0.1", port))
        lines = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json",
                 "Content-Length": str(len(body)), "Connection": "close", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        client.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return int(client.recv(65536)[9:12] or 0)


def as_nobody(work):
    """The result of `work` as another user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.write(writing, json.dumps(work()).encode())
        except BaseException as error:  # The parent hears of whatever it is.
            os.write(writing, json.dumps(f"failed: {error!r}").encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        given = json.loads(answer.read() or b'"failed"')
    os.waitpid(child, 0)
    return given


def old_port(port):
    """The port of a connection of the owner that has just been answered and closed."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(f"GET {API}experiments/get?experiment_id=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    if b" 200 " not in client.recv(65536)[:20]:
        raise RuntimeError("the owner is not answered")
    source = client.getsockname()[1]
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    return source


def touches(home):
    """Ways to access the workspace's files; each is True if it succeeded."""
    workspace = home.workspace
    for path in [workspace, f"{workspace}/artifacts", f"{workspace}/logs", f"{workspace}/locks"]:
        yield f"list {path}", lambda path=path: os.listdir(path)
        yield f"write in {path}", lambda path=path: open(f"{path}/theirs", "x")
        yield f"chmod {path}", lambda path=path: os.chmod(path, 0o777)
        yield f"rename {path}", lambda path=path: os.rename(path, path + "-theirs")
    for name in ["workbench.db", "workbench.db-wal", "tokens.json", "artifacts/secret.txt", "config.yaml"]:
        for flags in (os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_CREAT):
            yield f"open {name}", lambda name=name, flags=flags: os.close(
                os.open(f"{workspace}/{name}", flags))
        yield f"link {name}", lambda name=name: os.link(f"{workspace}/{name}", f"/tmp/theirs-{os.getpid()}")
        yield f"remove {name}", lambda name=name: os.unlink(f"{workspace}/{name}")


def goes_through(touch):
    try:
        touch()
        return True
    except OSError:
        return False


if os.geteuid() != 0:
    skip("other local users", "only root can be another user")

with Tally("other local users", seconds=300) as tally:
    home = Home()
    os.chmod(home.folder, 0o755)
    home.must("serve", "tokens", "add", "ann", "--role", "read")
    server = home.serve()
    server.call("PUT", f"{ARTIFACTS}secret.txt", b"secret")

    cases = [("call", *one, headers) for one in CALLS for headers in HEADERS]
    cases += [("port", method, path, body, {}) for method, path, body in CALLS * 3]
    cases += [("touch", name, touch) for name, touch in touches(home)]
    cases += [("signal", number) for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, signal.SIGHUP)]
    chosen = tally.random.sample(cases, share(min(300, len(cases))))
    for kind, *case in chosen:
        if kind in ("call", "port"):
            source = old_port(server.port) if kind == "port" else 0
            status = as_nobody(lambda: call(server.port, *case, source=source))
            tally.check(status in (401, 403, 429, 400), f"{case[0]} {case[1]} {case[3]} ({kind}): {status}")
        elif kind == "touch":
            done = as_nobody(lambda: goes_through(case[1]))
            tally.check(done is False, f"{case[0]}: {done}")
        else:
            done = as_nobody(lambda: goes_through(lambda: os.kill(server.process.pid, case[0])))
            tally.check(done is False, f"signal {case[0]}: {done}")
    with contextlib.suppress(RuntimeError):
        names = server.must("registered-models/search", None, "GET")
        tally.check(b"theirs" not in json.dumps(names).encode(), "another user's call was carried out")
    tally.check(server.call("GET", f"{ARTIFACTS}secret.txt") == (200, b"secret"), "the file is not as it was")
    tally.check(server.is_alive, "the server does not answer any more")
