"""Twenty requests at a time, in three waves, of which each begins before the last is over: waves.py URL

So 23 connections are needed, most of them three times; nothing is wrong with that.
"""
import asyncio
import sys

import aiohttp

SIZE, WAVES, OVERLAP = 20, 3, 3


async def main(base):
    connector = aiohttp.TCPConnector(limit=SIZE + OVERLAP)
    async with aiohttp.ClientSession(connector=connector, trust_env=True) as session:

        async def fetch():
            async with session.get(f"{base}/get") as answer:
                answer.raise_for_status()
                await answer.read()

        running = set()
        for _ in range(WAVES):
            running |= {asyncio.create_task(fetch()) for _ in range(SIZE)}
            while len(running) > OVERLAP:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        await asyncio.gather(*running)


asyncio.run(main(sys.argv[1].rstrip("/")))
print(SIZE * WAVES, "ok")
