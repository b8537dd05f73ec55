// http1_requests.mjs DATA: sends the cases of DATA/http1_requests.txt to a server of Node, and fails
// unless what it makes of them differs from what gnet makes of them just as
// DATA/http1_node_differences.txt says. A unit test sees to it that what the first file says of gnet
// is so. Exits with 77 when this is another Node than those which the second file is about.

import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';

const data = process.argv[2];
const node = process.versions.node.split('.')[0];
const llhttp = process.versions.llhttp.split('.')[0];
if ({18: '6', 20: '9'}[node] !== llhttp) {
  console.log(`nothing is known of Node ${node} with llhttp ${llhttp}`);
  process.exit(77);
}

function read_lines(name) {
  return fs.readFileSync(`${data}/${name}`, 'latin1').split('\n')
      .filter(line => line !== '' && !line.startsWith('#')).map(line => line.split('\t'));
}

// The format is explained at the head of http1_requests.txt.
function bytes_of(text) {
  const escapes = {r: '\r', n: '\n', t: '\t', '\\': '\\'};
  return text.replace(/\{then\}/g, '')
      .replace(/\{(\d+)\*([^}]*)\}/g, (_, count, part) => part.repeat(Number(count)))
      .replace(/\\(?:x(..)|(.))/g, (_, hex, c) => hex ? String.fromCharCode(parseInt(hex, 16))
                                                      : escapes[c]);
}

// What Node answers by itself to what it does not understand.
function verdict_of(error) {
  switch (error.code) {
    case 'HPE_INVALID_EOF_STATE': return 'incomplete';
    case 'ERR_HTTP_REQUEST_TIMEOUT': return 'timeout';
    case 'HPE_HEADER_OVERFLOW': return '431';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW': return '413';
    default: return '400';
  }
}

function outcome_of(verdict, requests) {
  return requests === '' ? verdict : `${verdict}: ${requests}`;
}

// What a server makes of the bytes: a verdict, and the requests that it has seen.
function send(bytes) {
  return new Promise((resolve, reject) => {
    const requests = [];
    let verdict = 'accept';
    const options = {
      insecureHTTPParser: false, requestTimeout: 15000, connectionsCheckingInterval: 500
    };
    const server = http.createServer(options, (request, response) => {
      const place = requests.push(null) - 1;
      let body = '';
      request.setEncoding('latin1');
      request.on('data', part => body += part);
      request.on('end', () => {
        requests[place] = request.method + ' ' + request.url + (body === '' ? '' : ' ' + body);
        response.end();
      });
      request.on('error', () => {});  // it ends within its body
    });
    server.httpAllowHalfOpen = true;  // the end of the bytes does not take back what was asked
    server.on('clientError', (error, socket) => {
      verdict = verdict_of(error);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1', () => {
      let answers = '';
      const client = net.connect(server.address().port, '127.0.0.1');
      client.setEncoding('latin1');
      client.on('data', part => answers += part);
      client.on('error', error => {
        if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
      });
      client.on('close', () => {
        server.close();
        server.closeAllConnections();
        const refused = answers.match(/^HTTP\/1\.1 ([45]\d\d)/m);
        if (refused !== null) verdict = refused[1];
        resolve(outcome_of(verdict, requests.filter(one => one !== null).join(' | ')));
      });
      client.end(Buffer.from(bytes, 'latin1'));
    });
  });
}

const cases = read_lines('http1_requests.txt').filter(([, verdict]) => verdict !== 'server');
const outcomes = [];
for (const [, , , bytes] of cases) outcomes.push(await send(bytes_of(bytes)));

const expected = new Map(cases.map(([name, verdicts, requests]) => [
  name, outcome_of(verdicts.split('/')[0], bytes_of(requests))
]));
let wrong = 0;
function complain(...words) {
  console.log(...words);
  ++wrong;
}
for (const [name, versions, outcome] of read_lines('http1_node_differences.txt')) {
  if (!versions.split(' ').includes(node)) continue;
  if (!expected.has(name)) complain(name, 'is no case');
  if (expected.get(name) === bytes_of(outcome)) complain(name, 'is no difference');
  expected.set(name, bytes_of(outcome));
}
cases.forEach(([name], i) => {
  if (expected.get(name) === outcomes[i]) return;
  complain(name, JSON.stringify(outcomes[i]), 'instead of', JSON.stringify(expected.get(name)));
});
console.log(`Node ${process.version}: ${cases.length} cases, ${wrong} surprises`);
process.exit(cases.length > 0 && wrong === 0 ? 0 : 1);
