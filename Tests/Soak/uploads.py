"""Interrupted uploads: nothing of them stays, and existing files are unchanged."""

import os
import socket
import struct

from soak import ARTIFACTS, Home, Tally, share, wait_for


def begin(server, name, kind, size):
    """A connection with the head of an upload and the frame of its first bytes."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    framing = "Transfer-Encoding: chunked" if kind == "chunked" else f"Content-Length: {size}"
    expect = "Expect: 100-continue\r\n" if kind == "expecting" else ""
    client.sendall(f"PUT {ARTIFACTS}{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n{expect}{framing}\r\n\r\n".encode())
    return client


def send_part(client, kind, sent):
    """Some bytes, in their frames; for that kind with a broken frame at the end."""
    data = os.urandom(sent)
    if kind == "chunked":
        data = b"%x\r\n%s\r\n" % (len(data), data) if data else b""
        data += b"zz\r\n" if sent % 2 else b"ffff\r\nab"
    client.sendall(data)


def leftovers(home):
    """Files that no complete upload created."""
    folder = f"{home.workspace}/artifacts"
    return [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
            if os.path.relpath(os.path.join(at, name), folder) != "there/kept.bin"]


with Tally("aborted uploads", seconds=600) as tally:
    home = Home()
    server = home.serve()
    kept = os.urandom(100_000)
    server.call("PUT", f"{ARTIFACTS}there/kept.bin", kept)
    before = server.descriptors()
    open_ones = []
    for number in range(share(300)):
        kind = ("sized", "chunked", "expecting")[number % 3]
        size = tally.random.choice([1, 1000, 70_000, 1_000_000, 5_000_000])
        name = "there/kept.bin" if number % 4 == 0 else f"new{number}/file.bin"
        end = ("reset", "closed", "half", "left open")[tally.random.randrange(4)]
        try:
            client = begin(server, name, kind, size + 1)
            send_part(client, kind, tally.random.randrange(size + 1))
            if end == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
            elif end == "closed":
                client.close()
            else:
                if end == "half":
                    client.shutdown(socket.SHUT_WR)
                open_ones.append(client)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It was refused before it was sent.
        if len(open_ones) > 30:
            open_ones.pop(0).close()
        if number % 10 == 9:
            there = server.call("GET", f"{ARTIFACTS}there/kept.bin")
            tally.check(there == (200, kept), f"after upload {number} the file that was there is another")
        else:
            tally.check(server.process.poll() is None, f"upload {number} ({kind}, {end}) ended the server")
    for client in open_ones:
        client.close()
    tally.check(wait_for(lambda: not leftovers(home), 15), f"left behind: {leftovers(home)[:3]}")
    tally.check(wait_for(lambda: server.descriptors() <= before + 4, 15),
                f"{server.descriptors() - before} descriptors are left open")
    tally.check(server.call("GET", f"{ARTIFACTS}there/kept.bin") == (200, kept), "the file is another")
    tally.check(server.is_alive, "the server does not answer any more")

    # One that is running when the server is killed is removed when the next server starts.
    client = begin(server, "late/file.bin", "sized", 10_000_000)
    send_part(client, "sized", 1_000_000)
    tally.check(wait_for(lambda: leftovers(home), 10), "an upload that is under way is nowhere")
    server.process.kill()
    server.process.wait()
    client.close()
    server = home.serve()
    tally.check(wait_for(lambda: not leftovers(home), 15), f"a killed server leaves {leftovers(home)[:3]}")
    tally.check(server.is_alive, "the server does not answer any more")
