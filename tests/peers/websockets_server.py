"""websockets_server.py CLIENT: a server of websockets, asked by the program of client.cpp."""

import asyncio
import sys

import websockets


async def handle(socket, *_):
    if socket.path == "/echo":
        try:
            while True:
                await socket.send(await socket.recv())
        except websockets.ConnectionClosed:
            return
    pong = await socket.ping("between")
    await socket.send(["one ", "two ", "three"])
    await pong
    await socket.send("pong")
    await socket.close(4001, "done")


async def main(client):
    async with websockets.serve(
        handle, "127.0.0.1", 0, subprotocols=["chat"], max_size=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        process = await asyncio.create_subprocess_exec(client, f"ws://127.0.0.1:{port}")
        return await process.wait()


sys.exit(asyncio.run(asyncio.wait_for(main(sys.argv[1]), 40)))
