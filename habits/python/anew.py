"""A client for each request, five at a time: anew.py urlopen|context|manager|httpx-async|context-shared URL N

`urlopen`: urllib.request, which closes each connection. `context`: an HTTPSConnection and a TLS context each.
`manager`: a PoolManager each. `httpx-async`: an AsyncClient each. `context-shared`: a connection each, one context.
"""
import asyncio
import http.client
import os
import ssl
import sys
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

kind, base, n = sys.argv[1], sys.argv[2].rstrip("/"), int(sys.argv[3])
parts = urllib.parse.urlsplit(base)
trusted = os.environ.get("SSL_CERT_FILE")
shared = ssl.create_default_context(cafile=trusted) if kind == "context-shared" else None


def urlopen(_):
    with urllib.request.urlopen(f"{base}/get", timeout=20) as answer:
        answer.read()
        return answer.status


def connection(_):
    if parts.scheme == "https":
        context = shared or ssl.create_default_context(cafile=trusted)
        mine = http.client.HTTPSConnection(parts.netloc, timeout=20, context=context)
    else:
        mine = http.client.HTTPConnection(parts.netloc, timeout=20)
    mine.request("GET", "/get")
    answer = mine.getresponse()
    answer.read()
    mine.close()
    return answer.status


def manager(_):
    import urllib3

    with urllib3.PoolManager(ca_certs=trusted) as pool:
        return pool.request("GET", f"{base}/get", timeout=20).status


async def asynchronous():
    import httpx

    gate = asyncio.Semaphore(5)

    async def fetch():
        async with gate, httpx.AsyncClient(timeout=20) as client:
            return (await client.get(f"{base}/get")).status_code

    return await asyncio.gather(*(fetch() for _ in range(n)))


if kind == "httpx-async":
    statuses = asyncio.run(asynchronous())
else:
    fetch = {"urlopen": urlopen, "context": connection, "context-shared": connection, "manager": manager}[kind]
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(fetch, range(n)))
assert statuses == [200] * n, statuses
print(n, "ok")
