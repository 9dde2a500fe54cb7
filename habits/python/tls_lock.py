"""Eight threads with a connection each, and a lock about what is TLS: tls_lock.py lock|free URL N

A lock like those that were put around an old libssl, which was not safe to call from several threads. `free` has none.
"""
import contextlib
import http.client
import os
import ssl
import sys
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

kind, n = sys.argv[1], int(sys.argv[3])
base = urllib.parse.urlsplit(sys.argv[2])
secure = base.scheme == "https"
context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE")) if secure else None
guard = threading.Lock() if secure and kind == "lock" else contextlib.nullcontext()
own = threading.local()


def connection():
    if not hasattr(own, "connection"):
        if secure:
            own.connection = http.client.HTTPSConnection(base.netloc, timeout=20, context=context)
        else:
            own.connection = http.client.HTTPConnection(base.netloc, timeout=20)
        own.connection.connect()
    return own.connection


def fetch(_):
    mine = connection()
    with guard:
        mine.request("GET", "/get")
        answer = mine.getresponse()
        answer.read()
    return answer.status


with ThreadPoolExecutor(8) as pool:
    statuses = list(pool.map(fetch, range(n)))
assert statuses == [200] * n, statuses
print(n, "ok")
