"""Connections that are opened ahead of need, most of them for nothing: warm_up.py OPENED USED URL N

Goes through the proxy of the environment, where there is one.
"""
import os
import socket
import ssl
import sys
import time
import urllib.parse

opened, used, n = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
target = urllib.parse.urlsplit(sys.argv[3])
host, port = target.hostname, target.port or 443
proxy = urllib.parse.urlsplit(os.environ.get("HTTPS_PROXY", ""))
context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))


def read_head(sock):
    """The head of an answer, and what came of its body."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        more = sock.recv(4096)
        if not more:
            raise EOFError("the server has hung up")
        seen += more
    return seen.split(b"\r\n\r\n", 1)


def connect():
    if not proxy.hostname:
        raw = socket.create_connection((host, port), timeout=10)
    else:
        import base64

        raw = socket.create_connection((proxy.hostname, proxy.port), timeout=10)
        ask = f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        if proxy.username:
            user = urllib.parse.unquote(proxy.username) + ":" + urllib.parse.unquote(proxy.password or "")
            ask += f"Proxy-Authorization: Basic {base64.b64encode(user.encode()).decode()}\r\n"
        raw.sendall((ask + "\r\n").encode())
        head, _ = read_head(raw)
        assert b" 200" in head.split(b"\r\n")[0], head
    if target.scheme == "http":
        return raw
    return context.wrap_socket(raw, server_hostname=host)


def get(sock):
    sock.sendall(f"GET /get HTTP/1.1\r\nHost: {target.netloc}\r\n\r\n".encode())
    head, body = read_head(sock)
    length = next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < int(length):
        body += sock.recv(4096)
    assert b" 200" in head.split(b"\r\n")[0], head


pool = [connect() for _ in range(opened)]
time.sleep(0.3)
for i in range(n):
    get(pool[i % used])
for sock in pool:
    sock.close()
print(n, "ok")
