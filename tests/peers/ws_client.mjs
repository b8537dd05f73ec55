// ws_client.mjs URL: the client of `ws` against ws-echo at URL.

import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createRequire} from 'node:module';

const load = createRequire(process.env.PEERS_MODULES + '/');
const WebSocket = load('ws');

const url = process.argv[2];
const text = 'abcdefghij'.repeat(100000);

for (const perMessageDeflate of [false, true, {clientNoContextTakeover: true},
                                 {serverNoContextTakeover: true, serverMaxWindowBits: 10}]) {
  const socket = new WebSocket(url, ['other', 'chat'], {perMessageDeflate});
  await once(socket, 'open');
  assert.equal(socket.protocol, 'chat');
  assert.equal(socket.extensions !== '', perMessageDeflate !== false);
  const echo = async (data, binary) => {
    socket.send(data, {binary});
    const [message, isBinary] = await once(socket, 'message');
    assert.equal(isBinary, binary);
    assert.ok(message.equals(Buffer.from(data)));
  };
  for (const size of [0, 1, 125, 126, 65535, 65536, 1000000]) {
    await echo(text.slice(0, size), false);
    await echo(text.slice(0, size), true);
  }
  // In fragments, with a ping between them.
  socket.send('one ', {fin: false});
  socket.ping('between');
  socket.send('two', {fin: true});
  const [[pong], [message]] = await Promise.all([once(socket, 'pong'), once(socket, 'message')]);
  assert.equal(pong.toString(), 'between');
  assert.equal(message.toString(), 'one two');
  // Many at once come back in order.
  let next = 0;
  const all = new Promise((resolve) => socket.on('message', (data) => {
    assert.equal(data.toString(), String(next));
    if (++next === 2000) resolve();
  }));
  for (let i = 0; i < 2000; ++i) socket.send(String(i));
  await all;
  socket.close(4000, 'enough');
  assert.equal((await once(socket, 'close'))[0], 4000);
}

// What is no text is refused, with 1007.
const socket = new WebSocket(url);
await once(socket, 'open');
socket.send(Buffer.from([0xc3, 0x28]), {binary: false});
assert.equal((await once(socket, 'close'))[0], 1007);
