"""One client, one request after another: one_by_one.py urllib3|http-client|httpx|aiohttp URL N"""
import asyncio
import http.client
import os
import ssl
import sys
import urllib.parse

kind, base, n = sys.argv[1], sys.argv[2].rstrip("/"), int(sys.argv[3])
trusted = os.environ.get("SSL_CERT_FILE")


def with_urllib3():
    import urllib3

    pool = urllib3.PoolManager(ca_certs=trusted)
    return [pool.request("GET", f"{base}/get?page={page}").status for page in range(n)]


def with_http_client():
    parts = urllib.parse.urlsplit(base)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=trusted)
        connection = http.client.HTTPSConnection(parts.netloc, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc)
    statuses = []
    for page in range(n):
        connection.request("GET", f"/get?page={page}")
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    return statuses


def with_httpx():
    import httpx

    with httpx.Client() as client:
        return [client.get(f"{base}/get?page={page}").status_code for page in range(n)]


def with_aiohttp():
    import aiohttp

    async def main():
        statuses = []
        async with aiohttp.ClientSession(trust_env=True) as session:
            for page in range(n):
                async with session.get(f"{base}/get?page={page}") as answer:
                    await answer.read()
                    statuses.append(answer.status)
        return statuses

    return asyncio.run(main())


fetch = {"urllib3": with_urllib3, "http-client": with_http_client, "httpx": with_httpx, "aiohttp": with_aiohttp}[kind]
statuses = fetch()
assert statuses == [200] * n, statuses
print(n, "ok")
