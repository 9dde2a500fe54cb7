#!/usr/bin/env python3
"""TLS servers with one oddity each: odd.py KIND CHAIN KEY [SECONDS]

Prints its port when it listens, on 127.0.0.1, and serves until it is ended. Answers any path of HTTP/1.1 with a few
bytes, and keeps connections. CHAIN and KEY are PEM files; what of the chain is in the file is what is sent.

plain         nothing odd
delay         each answer takes SECONDS (0.2)
expect        never sends 100 Continue, whatever a request expects
continue      does, at once
late          no length: an answer ends with its connection, which is closed SECONDS (1) late
late-some     the same for every other request, and keeps the connection after those between
prompt-close  no length either, and closed at once
impatient     closes a connection that was idle for SECONDS (0.2)
impatient-tls the same, but says so in TLS alone, and leaves the closing to the client
close-each    says `Connection: close` and closes after each answer
http10        speaks HTTP/1.0: answers have a length, and connections end with them
reset         resets each connection when its third request is there
never         reads requests and never answers
"""
import socket
import ssl
import struct
import sys
import threading
import time

DEFAULTS = {"delay": 0.2, "late": 1.0, "late-some": 0.3, "impatient": 0.2, "impatient-tls": 0.2}
BODY = b'{"ok": true}\n'


class Gone(Exception):
    """The client has left, or was idle for too long."""


class Connection:
    """One connection, by blocking calls of its own thread."""

    def __init__(self, kind, seconds, sock):
        self.kind, self.seconds, self.sock = kind, seconds, sock
        self.unread = b""

    def more(self):
        try:
            received = self.sock.recv(65536)
        except TimeoutError as idle:
            raise Gone from idle
        if not received:
            raise Gone
        self.unread += received

    def request(self):
        """Reads one to its end."""
        while b"\r\n\r\n" not in self.unread:
            self.more()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        # While a request is under way nobody is idle.
        self.sock.settimeout(60)
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        if b"100-continue" in fields.get(b"expect", b"") and self.kind != "expect":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(fields.get(b"content-length", b"0"))
        while len(self.unread) < length:
            self.more()
        self.unread = self.unread[length:]

    def answer(self, *fields, version="1.1", length=True):
        head = [f"HTTP/{version} 200 OK", "Content-Type: application/json", *fields]
        if length:
            head.append(f"Content-Length: {len(BODY)}")
        self.sock.sendall("\r\n".join([*head, "", ""]).encode() + BODY)

    def serve(self):
        requests = 0
        while True:
            if self.kind.startswith("impatient"):
                self.sock.settimeout(self.seconds)
            self.request()
            requests += 1
            time.sleep(self.seconds if self.kind == "delay" else 0.01)
            if self.kind == "never":
                while True:
                    self.more()
            elif self.kind == "reset" and requests == 3:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            elif self.kind in ("late", "prompt-close") or (self.kind == "late-some" and requests == 2):
                self.answer("Connection: close", length=False)
                if self.kind.startswith("late"):
                    time.sleep(self.seconds)
                return
            elif self.kind == "close-each":
                self.answer("Connection: close")
                return
            elif self.kind == "http10":
                self.answer(version="1.0")
                return
            else:
                self.answer()


def one(kind, seconds, context, accepted):
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    accepted.settimeout(60)
    sock = accepted
    try:
        sock = context.wrap_socket(accepted, server_side=True)
        try:
            Connection(kind, seconds, sock).serve()
        except Gone:
            pass
        if kind != "reset":
            # Sends close_notify, and waits for the client's only where it is not to be the first who closes.
            sock.settimeout(5 if kind == "impatient-tls" else 0)
            sock.unwrap()
    except (OSError, ValueError):
        pass
    finally:
        sock.close()


def main(kind, chain, key, seconds=None):
    if f"\n{kind} " not in __doc__:
        sys.exit(f"odd.py: no kind {kind}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    seconds = float(seconds) if seconds else DEFAULTS.get(kind, 0.0)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)
    while True:
        accepted, _ = listener.accept()
        threading.Thread(target=one, args=(kind, seconds, context, accepted), daemon=True).start()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
