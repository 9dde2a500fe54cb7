"""A loop that other work stalls: aiohttp_stalled.py URL N

Requests go one after another over new connections, while another task of the same event loop does something that blocks it.
"""
import asyncio
import sys
import time

import aiohttp


async def report():
    """What should have gone to a thread: 60 ms at a time in which nothing else runs."""
    while True:
        time.sleep(0.06)
        await asyncio.sleep(0)


async def main(base, n):
    # A connection per request, as behind a load balancer that wants it so.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, trust_env=True) as session:
        writing = asyncio.create_task(report())
        for _ in range(n):
            async with session.get(base + '/get') as answer:
                answer.raise_for_status()
                await answer.read()
        writing.cancel()
    print(n, 'ok')


asyncio.run(main(sys.argv[1].rstrip('/'), int(sys.argv[2])))
