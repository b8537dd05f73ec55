// A relay between WebSockets and TCP on Node's `ws`, as its users write one: binary messages one
// way, what comes at once the other.
//
//   node node_ws_relay.cjs FOLDER ws-tcp TARGET-PORT      clients are WebSockets
//   node node_ws_relay.cjs FOLDER tcp-ws TARGET-PORT      the target is
//
// FOLDER is where the package is; the port is printed on stdout.

const { createRequire } = require('node:module');
const net = require('node:net');
const { WebSocket, WebSocketServer } = createRequire(process.argv[2] + '/')('ws');

const [way, target] = process.argv.slice(3);

function join(socket, tcp) {
  socket.on('message', (data) => tcp.write(data));
  socket.on('close', () => tcp.end());
  socket.on('error', () => tcp.destroy());
  tcp.on('data', (data) => socket.send(data));
  tcp.on('end', () => socket.close());
  tcp.on('error', () => socket.close());
}

if (way === 'ws-tcp') {
  const server = new WebSocketServer({
    host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false,
  });
  server.on('listening', () => console.log(server.address().port));
  server.on('connection', (socket) => {
    const tcp = net.connect({ host: '127.0.0.1', port: Number(target), noDelay: true });
    join(socket, tcp);
  });
} else {
  const server = net.createServer({ noDelay: true }, (tcp) => {
    tcp.pause();
    const socket = new WebSocket(`ws://127.0.0.1:${target}/`, { perMessageDeflate: false });
    socket.on('open', () => {
      join(socket, tcp);
      tcp.resume();
    });
    socket.on('error', () => tcp.destroy());
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () =>
    console.log(server.address().port));
}
