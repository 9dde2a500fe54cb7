"""One client that asks for each connection to be closed: closing.py requests|http-client|urllib3|httpx URL N"""
import http.client
import os
import ssl
import sys
import urllib.parse

kind, base, n = sys.argv[1], sys.argv[2].rstrip("/"), int(sys.argv[3])
trusted = os.environ.get("SSL_CERT_FILE")
close = {"Connection": "close"}


def with_requests():
    import requests

    session = requests.Session()
    # A workaround for a server that lost connections, never taken out again.
    session.headers.update(close)
    return [session.get(f"{base}/get").status_code for _ in range(n)]


def with_http_client():
    parts = urllib.parse.urlsplit(base)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=trusted)
        connection = http.client.HTTPSConnection(parts.netloc, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc)
    statuses = []
    for _ in range(n):
        # The connection opens itself again.
        connection.request("GET", "/get", headers=close)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    return statuses


def with_urllib3():
    import urllib3

    pool = urllib3.PoolManager(headers=close, ca_certs=trusted)
    return [pool.request("GET", f"{base}/get").status for _ in range(n)]


def with_httpx():
    import httpx

    with httpx.Client(headers=close) as client:
        return [client.get(f"{base}/get").status_code for _ in range(n)]


kinds = {"requests": with_requests, "http-client": with_http_client, "urllib3": with_urllib3, "httpx": with_httpx}
statuses = kinds[kind]()
assert statuses == [200] * n, statuses
print(n, "ok")
