"""websockets_client.py URL: the client of websockets against ws-echo at URL."""

import asyncio
import sys

import websockets


async def echo(socket, data):
    await socket.send(data)
    assert await socket.recv() == data


async def main(url):
    for compression in ("deflate", None):
        async with websockets.connect(
            url, compression=compression, subprotocols=["other", "chat"], max_size=None
        ) as socket:
            assert socket.subprotocol == "chat"
            assert bool(socket.extensions) == (compression is not None)
            for size in (0, 1, 125, 126, 65535, 65536, 1000000):
                text = ("äbcdefghij" * (size // 10 + 1))[:size]
                await echo(socket, text)
                await echo(socket, text.encode())
            # In fragments.
            await socket.send(["one ", "two ", "three"])
            assert await socket.recv() == "one two three"
            await (await socket.ping("data"))
            for i in range(500):
                await socket.send(str(i))
            for i in range(500):
                assert await socket.recv() == str(i)
            await socket.close(4000, "enough")
            assert socket.close_code == 4000

    # Many at once.
    async def one(i):
        async with websockets.connect(url) as socket:
            await echo(socket, f"hello {i}")

    await asyncio.gather(*(one(i) for i in range(50)))


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 40))
