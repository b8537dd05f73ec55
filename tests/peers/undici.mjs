// undici.mjs URL: many requests on one connection before their answers, against http-echo at URL.

import assert from 'node:assert/strict';
import {createRequire} from 'node:module';

const load = createRequire(process.env.PEERS_MODULES + '/');
const {Client} = load('undici');

const client = new Client(process.argv[2], {pipelining: 16});
let connections = 0;
client.on('connect', () => ++connections);
const asked = Array.from({length: 500}, async (_, i) => {
  const kinds = [
    {path: `/anything?i=${i}`, method: 'GET'},
    {path: `/anything?i=${i}`, method: 'PUT', body: 'x'.repeat(i)},
    {path: `/bytes/${i}`, method: 'HEAD', reset: false},
    {path: '/stream/3', method: 'GET'},
    {path: '/status/404', method: 'GET'},
  ];
  const {statusCode, body} = await client.request({...kinds[i % 5], idempotent: true});
  const text = await body.text();
  assert.equal(statusCode, i % 5 === 4 ? 404 : 200);
  if (i % 5 < 2) assert.equal(JSON.parse(text).args.i, String(i));
  if (i % 5 === 1) assert.equal(JSON.parse(text).body_bytes, i);
  if (i % 5 === 2) assert.equal(text, '');
  if (i % 5 === 3) assert.equal(text.trim().split('\n').length, 3);
});
await Promise.all(asked);
assert.equal(connections, 1);
await client.close();
