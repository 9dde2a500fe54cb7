"""Threads that share a PoolManager of urllib3: urllib3_places.py PLACES wait|drop THREADS URL N

`wait`: a connection pool of so many places for HTTPS, which blocks (for HTTP: as many as there are threads). `drop`: a
pool of so many places, which closes what finds none.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import urllib3

places, kind, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
base, n = sys.argv[4].rstrip("/"), int(sys.argv[5])
waits = kind == "wait" and base.startswith("https:")
manager = urllib3.PoolManager(
    maxsize=threads if kind == "wait" and not waits else places, block=waits, ca_certs=os.environ.get("SSL_CERT_FILE")
)


def fetch(i):
    return manager.request("GET", f"{base}/get?item={i}", timeout=20).status


with ThreadPoolExecutor(threads) as pool:
    statuses = list(pool.map(fetch, range(n)))
assert statuses == [200] * n, statuses
print(n, "ok")
