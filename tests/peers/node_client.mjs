// node_client.mjs URL: what programs in Node do with http-echo at URL.

import assert from 'node:assert/strict';
import http from 'node:http';

const site = process.argv[2];

// fetch keeps its connections.
assert.equal(await (await fetch(`${site}/hello`)).text(), 'hello, world!\n');
const many = Array.from({length: 200}, async (_, i) => {
  const answer = await fetch(`${site}/anything?i=${i}`, {method: 'POST', body: `body ${i}`});
  const seen = await answer.json();
  assert.equal(seen.body, `body ${i}`);
  assert.equal(seen.args.i, String(i));
});
await Promise.all(many);

// Bodies that stream, in both directions.
const pieces = new ReadableStream({
  start(to) {
    for (let i = 0; i < 100; ++i) to.enqueue(new TextEncoder().encode('x'.repeat(10000)));
    to.close();
  },
});
const sent = await fetch(`${site}/anything`, {method: 'PUT', body: pieces, duplex: 'half'});
const seen = await sent.json();
assert.equal(seen.body_bytes, 1000000);
assert.equal(seen.headers['transfer-encoding'], 'chunked');
let lines = 0;
for await (const piece of (await fetch(`${site}/stream/50`)).body) {
  lines += piece.filter((c) => c === 10).length;
}
assert.equal(lines, 50);
assert.equal((await (await fetch(`${site}/gzip`)).json()).method, 'GET');
assert.equal((await (await fetch(`${site}/br`)).json()).method, 'GET');
assert.equal((await fetch(`${site}/redirect/3`)).redirected, true);
assert.equal((await fetch(`${site}/status/204`)).status, 204);
assert.equal((await fetch(`${site}/bytes/1M`, {method: 'HEAD'})).headers.get('content-length'), '1048576');

// Half an answer is an error.
await assert.rejects(async () => (await fetch(`${site}/close`)).text());

// Who loses interest takes nobody along.
for (let i = 0; i < 20; ++i) {
  const leaving = new AbortController();
  const answer = await fetch(`${site}/drip?bytes=100&duration=60s`, {signal: leaving.signal});
  leaving.abort();
  await assert.rejects(() => answer.text());
}

// One connection, with bodies that are announced.
const agent = new http.Agent({keepAlive: true, maxSockets: 1});
const ports = new Set();
const ask = (options, body) => new Promise((resolve, reject) => {
  const request = http.request(`${site}${options.path}`, {agent, ...options}, (answer) => {
    let text = '';
    answer.on('data', (data) => text += data);
    answer.on('end', () => resolve({status: answer.statusCode, text}));
  });
  request.on('socket', (socket) => ports.add(socket.localPort ?? socket));
  request.on('error', reject);
  if (options.headers?.Expect) {
    request.flushHeaders();
    request.on('continue', () => request.end(body));
  } else {
    request.end(body);
  }
});
for (let i = 0; i < 20; ++i) {
  const answer = await ask({path: '/anything', method: 'POST',
                            headers: {'Expect': '100-continue', 'Content-Length': 5}}, 'hello');
  assert.equal(JSON.parse(answer.text).body, 'hello');
  assert.equal((await ask({path: '/hello', method: 'HEAD'})).text, '');
  assert.equal((await ask({path: '/status/418', method: 'GET'})).status, 418);
}
agent.destroy();
