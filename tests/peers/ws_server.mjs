// ws_server.mjs CLIENT: a server of `ws`, asked by the program of tests/peers/client.cpp.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createRequire} from 'node:module';

const load = createRequire(process.env.PEERS_MODULES + '/');
const {WebSocketServer} = load('ws');

const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  perMessageDeflate: true,
  handleProtocols: (offered) => offered.has('chat') ? 'chat' : false,
});
server.on('connection', (socket, request) => {
  if (request.url === '/echo') {
    socket.on('message', (data, binary) => socket.send(data, {binary}));
    return;
  }
  socket.send('one ', {fin: false});
  socket.ping('between');
  socket.send('two ', {fin: false});
  socket.send('three', {fin: true});
  socket.on('pong', (data) => {
    assert.equal(data.toString(), 'between');
    socket.send('pong');
    socket.close(4001, 'done');
  });
});
server.on('listening', () => {
  const client = spawn(process.argv[2], [`ws://127.0.0.1:${server.address().port}`],
                       {stdio: 'inherit'});
  client.on('exit', (code) => {
    assert.equal(code, 0);
    server.close();
    for (const socket of server.clients) socket.terminate();
  });
});
