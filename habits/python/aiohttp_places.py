"""One ClientSession, whose connector has so many places for HTTPS, and ten for HTTP: aiohttp_places.py PLACES URL N"""
import asyncio
import sys

import aiohttp


async def main(places, base, n):
    limit = places if base.startswith("https:") else 10
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=limit), trust_env=True) as session:

        async def fetch(i):
            async with session.get(f"{base}/get", params={"item": i}) as answer:
                answer.raise_for_status()
                return await answer.read()

        await asyncio.gather(*map(fetch, range(n)))


base, n = sys.argv[2].rstrip("/"), int(sys.argv[3])
asyncio.run(main(int(sys.argv[1]), base, n))
print(n, "ok")
