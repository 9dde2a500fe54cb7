"""One aiohttp.ClientSession for all requests, eight at a time."""
import asyncio
import sys

import aiohttp


async def fetch(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        await response.read()


async def main(base, n):
    connector = aiohttp.TCPConnector(limit=8)
    # Without trust_env aiohttp looks at no HTTPS_PROXY.
    async with aiohttp.ClientSession(connector=connector, trust_env=True) as session:
        await asyncio.gather(*(fetch(session, f"{base}/get") for _ in range(n)))


base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
asyncio.run(main(base, n))
print(n, "ok")
