// An echo server and a verifying client on the package `ws` of Node.
//
//   node ws_node.mjs server [plain]        prints its port
//   node ws_node.mjs client URL [plain]    exits 0 when all that it sends comes back
import { createRequire } from 'node:module';

const load = createRequire(process.env.PEERS_MODULES + '/');
const { WebSocket, WebSocketServer } = load('ws');
const plain = process.argv.includes('plain');
const perMessageDeflate = plain ? false : { threshold: 0 };
setTimeout(() => process.exit(2), 60000);

if (process.argv[2] === 'server') {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
  server.on('listening', () => console.log(server.address().port));
  server.on('connection', socket =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })));
} else {
  const messages = [0, 1, 125, 126, 65535, 65536, 1000000].flatMap(
    size => ['é'.repeat(size >> 1), Buffer.alloc(size, size)]);
  const socket = new WebSocket(process.argv[3], { perMessageDeflate });
  let next = 0;
  let ponged = false;
  const send = () => next < messages.length ? socket.send(messages[next]) : socket.ping('p');
  socket.on('open', send);
  socket.on('message', (data, isBinary) => {
    const wanted = messages[next++];
    if (isBinary !== (typeof wanted !== 'string') || !data.equals(Buffer.from(wanted))) {
      console.log(`message ${next} is wrong`);
      process.exit(1);
    }
    send();
  });
  socket.on('pong', () => { ponged = true; socket.close(4001, 'bye'); });
  socket.on('close', code => process.exit(code === 4001 && ponged ? 0 : 1));
  socket.on('error', error => { console.log(error.message); process.exit(1); });
}
