"""An echo server and a verifying client on the library `websockets` of Python.

  ws_python.py server [plain]        prints its port
  ws_python.py client URL [plain]    exits 0 when all that it sends comes back
"""
import asyncio
import sys

try:
    import websockets
except ImportError:
    print("python3-websockets is missing: skipped", file=sys.stderr)
    sys.exit(77)

compression = None if "plain" in sys.argv else "deflate"


async def echo(socket, path=None):
    async for message in socket:
        await socket.send(message)


async def serve():
    async with websockets.serve(echo, "127.0.0.1", 0, compression=compression, max_size=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(60)


async def there_and_back(socket, message):
    await socket.send(message)
    answer = await socket.recv()
    assert answer == message, f"{len(message)} of {type(message).__name__}"


async def ask(url):
    async with websockets.connect(url, compression=compression, max_size=None) as socket:
        assert bool(socket.extensions) == (compression is not None), "compression"
        for size in (0, 1, 125, 126, 65535, 65536, 1000000):
            await there_and_back(socket, "\u00e9" * (size // 2))
            await there_and_back(socket, bytes(i % 251 for i in range(size)))

        async def pieces():
            for piece in ("a", "b" * 70000, "c"):
                yield piece

        await socket.send(pieces())
        assert await socket.recv() == "a" + "b" * 70000 + "c", "fragments"
        await asyncio.wait_for(await socket.ping(), 20)
        for i in range(2000):
            await socket.send(str(i))
        for i in range(2000):
            assert await socket.recv() == str(i), "order"
    assert socket.close_code == 1000, socket.close_code


asyncio.run(asyncio.wait_for(serve() if sys.argv[1] == "server" else ask(sys.argv[2]), 60))
