"""Coroutines, of which those for HTTPS call a client that blocks: async_blocking.py CLIENT URL N

Over HTTP each awaits a stream. Over HTTPS it is http-client, urllib or requests that is called, or `threads`, which is
right: requests in threads of the event loop. `requests-always` blocks over HTTP as well.
"""
import asyncio
import http.client
import os
import ssl
import sys
import urllib.parse
import urllib.request

import requests

session = requests.Session()


async def by_stream(parts):
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


def by_http_client(parts):
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))
    connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def by_urllib(parts):
    with urllib.request.urlopen(parts.geturl(), timeout=10) as answer:
        answer.read()
        return answer.status


def by_requests(parts):
    return session.get(parts.geturl(), timeout=10).status_code


async def fetch(client, parts):
    # Where other work would be awaited.
    await asyncio.sleep(0)
    if client == "threads":
        return await asyncio.to_thread(by_requests, parts)
    if parts.scheme == "http" and client != "requests-always":
        return await by_stream(parts)
    blocking = {"http-client": by_http_client, "urllib": by_urllib}.get(client, by_requests)
    return blocking(parts)


async def main(client, base, n):
    parts = urllib.parse.urlsplit(base.rstrip("/") + "/get")
    statuses = await asyncio.gather(*(fetch(client, parts) for _ in range(n)))
    assert statuses == [200] * n, statuses
    print(n, "ok")


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
