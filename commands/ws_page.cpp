#include "commands/ws_page.h"

#include "gnet/base/utf8.h"

namespace commands {
namespace {

constexpr std::string_view kBegin = R"--page--(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gnet ws-echo</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --dim: #666; --line: #ccc; --in: #06c; --bad: #b00; }
  @media (prefers-color-scheme: dark) {
    :root { --dim: #999; --line: #444; --in: #6af; --bad: #f77; }
  }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 1rem auto; padding: 0 1rem; }
  h1 { font-size: 1.2rem; margin: 0; }
  form, .bar { display: flex; gap: .5rem; margin: .75rem 0; flex-wrap: wrap; align-items: center; }
  input { font: inherit; flex: 1; min-width: 10rem; padding: .3rem .5rem; }
  button { font: inherit; padding: .3rem .8rem; }
  ol { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line);
       font: 14px/1.6 ui-monospace, monospace; }
  li { display: flex; gap: .75rem; border-bottom: 1px solid var(--line); }
  li span:first-child, li span:last-child { color: var(--dim); }
  li span:first-child { white-space: nowrap; }
  li span:last-child { max-width: 40%; overflow-wrap: anywhere; }
  li span:nth-child(2) { flex: 1; white-space: pre-wrap; overflow-wrap: anywhere; }
  .in span:nth-child(2) { color: var(--in); }
  .bad span:nth-child(2) { color: var(--bad); }
</style>
<h1>gnet ws-echo</h1>
<form id="place">
  <input id="url" aria-label="address" spellcheck="false">
  <button id="connect">Connect</button>
</form>
<form id="say">
  <input id="text" aria-label="message" placeholder="a message" autocomplete="off">
  <button id="send" disabled>Send</button>
  <button id="many" type="button" disabled>Send 100</button>
</form>
<p class="bar" role="status" id="state">not connected</p>
<ol id="log"></ol>
<script>
'use strict';
const path = )--page--";

constexpr std::string_view kEnd = R"--page--(;
const $ = id => document.getElementById(id);
let socket = null;
let sent = [];
let times = [];

$('url').value = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + path;

function note(kind, text, more) {
  const line = document.createElement('li');
  line.className = kind;
  for (const part of [new Date().toLocaleTimeString(), text, more || '']) {
    const span = document.createElement('span');
    span.textContent = part;
    line.append(span);
  }
  $('log').prepend(line);
  while ($('log').childElementCount > 500) $('log').lastElementChild.remove();
}

function show(text) {
  const open = socket !== null && socket.readyState === WebSocket.OPEN;
  $('send').disabled = $('many').disabled = !open;
  $('connect').textContent = socket === null ? 'Connect' : 'Close';
  $('state').textContent = text;
}

function measure(text) {
  const at = sent.findIndex(one => one.text === text);
  if (at < 0) return '';
  const time = performance.now() - sent[at].at;
  sent.splice(at, 1);
  times.push(time);
  const sorted = [...times].sort((a, b) => a - b);
  show(`connected; ${times.length} answers, median ${sorted[sorted.length >> 1].toFixed(2)} ms`);
  return time.toFixed(2) + ' ms';
}

$('place').addEventListener('submit', event => {
  event.preventDefault();
  if (socket !== null) return socket.close(1000);
  try {
    socket = new WebSocket($('url').value);
  } catch (error) {
    return note('bad', error.message);
  }
  socket.binaryType = 'arraybuffer';
  sent = [];
  times = [];
  socket.onopen = () => { show('connected'); note('', 'connected', socket.extensions); $('text').focus(); };
  socket.onmessage = ({data}) => {
    if (typeof data !== 'string') return note('in', data.byteLength + ' bytes');
    note('in', data, measure(data));
  };
  socket.onclose = ({code, reason}) => {
    socket = null;
    show('not connected');
    note(code === 1000 ? '' : 'bad', `closed ${code} ${reason}`);
  };
  show('connecting');
});

function send(text) {
  sent.push({text, at: performance.now()});
  if (sent.length > 1000) sent.shift();
  socket.send(text);
}

$('say').addEventListener('submit', event => {
  event.preventDefault();
  if (socket === null || socket.readyState !== WebSocket.OPEN) return;
  send($('text').value);
  note('', $('text').value);
  $('text').select();
});

$('many').addEventListener('click', () => {
  for (let i = 1; i <= 100; ++i) send(`${$('text').value} ${i}`);
});
</script>
</html>
)--page--";

}  // namespace

std::string ws_page(std::string_view path) {
  // "</script>" would end the script in the middle of a string.
  std::string text;
  for (const char c : gnet::json_string(path)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return std::string(kBegin) + text + std::string(kEnd);
}

}  // namespace commands
