"""An echo server on Python gevent: one greenlet a connection.

gevent_echo.py [PORT]
"""

import socket
import sys

from gevent.server import StreamServer


def echo(connection, _address):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        try:
            data = connection.recv(64 * 1024)
            if not data:
                return
            connection.sendall(data)
        except OSError:
            return


server = StreamServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), echo, backlog=4096)
server.start()
print(server.server_port, flush=True)
server.serve_forever()
