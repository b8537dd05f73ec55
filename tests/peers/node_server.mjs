// node_server.mjs CLIENT: a server of Node, asked by the program of tests/peers/client.cpp.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import http from 'node:http';
import zlib from 'node:zlib';

let connections = 0;
const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://a');
  switch (url.pathname) {
    case '/hello':
      return response.end('hello');
    case '/echo':
      return request.pipe(response);
    case '/chunks':
      for (let i = 0; i < 100; ++i) response.write('x'.repeat(1000));
      return response.end();
    case '/gzip':
      response.setHeader('Content-Encoding', 'gzip');
      return response.end(zlib.gzipSync('compressed'));
    case '/trailers':
      response.writeHead(200, {Trailer: 'X-Sum'});
      response.write('body');
      response.addTrailers({'X-Sum': '7'});
      return response.end();
    case '/hints':
      response.writeEarlyHints({link: '</a.css>; rel=preload; as=style'});
      return response.end('hinted');
    case '/refuse':  // before the body has come
      return response.writeHead(413, {Connection: 'close'}).end('too much');
    case '/redirect':
      return response.writeHead(302, {Location: '/hello'}).end();
    case '/connections':
      return response.end(String(connections));
    case '/half':
      response.writeHead(200, {'Content-Length': 100});
      response.write('half');
      return setImmediate(() => request.socket.destroy());
    case '/close':
      return response.writeHead(200, {Connection: 'close'}).end('closing');
    default:
      return response.writeHead(404).end();
  }
});
server.keepAliveTimeout = 60000;
server.on('connection', () => ++connections);
server.listen(0, '127.0.0.1', () => {
  const client = spawn(process.argv[2], [`http://127.0.0.1:${server.address().port}`],
                       {stdio: 'inherit'});
  client.on('exit', (code) => {
    assert.equal(code, 0);
    server.close();
    server.closeAllConnections();
  });
});
