// Echo over WebSockets on Node's `ws`, which compresses for clients that want it.
//
//   node node_ws.cjs FOLDER      where the package is; the port is printed on stdout

const { createRequire } = require('node:module');
const { WebSocketServer } = createRequire(process.argv[2] + '/')('ws');

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  backlog: 4096,
  perMessageDeflate: { threshold: 0 },
});
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
