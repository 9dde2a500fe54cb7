"""An aiohttp.ClientSession per request, eight at a time."""
import asyncio
import sys

import aiohttp


async def fetch(url, permits):
    async with permits, aiohttp.ClientSession(trust_env=True) as session, session.get(url) as response:
        response.raise_for_status()
        await response.read()


async def main(base, n):
    permits = asyncio.Semaphore(8)
    await asyncio.gather(*(fetch(f"{base}/get", permits) for _ in range(n)))


base, n = sys.argv[1].rstrip("/"), int(sys.argv[2])
asyncio.run(main(base, n))
print(n, "ok")
