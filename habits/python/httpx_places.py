"""One AsyncClient, mounted for HTTPS with a transport of so many connections: httpx_places.py PLACES URL N

Over HTTP it has ten.
"""
import asyncio
import sys

import httpx


async def main(places, base, n):
    few = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=places))
    mounts = {"https://": few} if base.startswith("https:") else {}
    async with httpx.AsyncClient(mounts=mounts, limits=httpx.Limits(max_connections=10), timeout=20) as client:
        answers = await asyncio.gather(*(client.get(f"{base}/get?item={i}") for i in range(n)))
    for answer in answers:
        answer.raise_for_status()


base, n = sys.argv[2].rstrip("/"), int(sys.argv[3])
asyncio.run(main(int(sys.argv[1]), base, n))
print(n, "ok")
