#include "commands/exec_page.h"

namespace commands {
namespace {

constexpr std::string_view kBegin = R"--page--(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gnet exec-server</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --dim: #666; --line: #ccc; --said: #06c; --bad: #b00; }
  @media (prefers-color-scheme: dark) {
    :root { --dim: #999; --line: #444; --said: #6af; --bad: #f77; }
  }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
  h1 { font-size: 1.2rem; margin: 0; }
  form { display: flex; gap: .5rem; margin: .75rem 0; flex-wrap: wrap; }
  input { font: inherit; flex: 1; min-width: 10rem; padding: .3rem .5rem; }
  button { font: inherit; padding: .3rem .8rem; }
  #state { color: var(--dim); }
  #log { margin: 0; padding: .5rem; border: 1px solid var(--line); height: 65vh; overflow: auto;
         font: 14px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
  .said { color: var(--said); }
  .note { color: var(--dim); }
  .bad { color: var(--bad); }
</style>
<h1>gnet exec-server</h1>
<form id="place">
  <input id="url" aria-label="address" spellcheck="false">
  <button id="connect">Connect</button>
</form>
<p role="status" id="state">not connected</p>
<div id="log" role="log" tabindex="0" aria-label="what the program writes"></div>
<form id="say">
  <input id="text" aria-label="line for the program" placeholder="a line for the program" autocomplete="off">
  <button id="send" disabled>Send</button>
</form>
<script>
'use strict';
const events = )--page--";

constexpr std::string_view kEnd = R"--page--(;
const $ = id => document.getElementById(id);
let link = null;

const scheme = events ? location.protocol : location.protocol.replace('http', 'ws');
$('url').value = scheme + '//' + location.host + location.pathname;
if (events) $('say').hidden = true;

// Lines that have come are put in together: each by itself would have the page laid out anew.
const most = 5000;
const pending = [];

function note(kind, text) {
  const line = document.createElement('div');
  line.className = kind;
  line.textContent = text;
  if (pending.length === most) pending.shift();
  if (pending.push(line) === 1) setTimeout(put_in, 16);
}

function put_in() {
  const log = $('log');
  const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  log.append(...pending.splice(0));
  while (log.childElementCount > most) log.firstElementChild.remove();
  if (follows) log.scrollTop = log.scrollHeight;
}

function show(text) {
  $('state').textContent = text;
  $('send').disabled = events || link === null || link.readyState !== WebSocket.OPEN;
  $('connect').textContent = link === null ? 'Connect' : 'Close';
}

function ended(kind, text) {
  link = null;
  show('not connected');
  note(kind, text);
}

function open_events() {
  link = new EventSource($('url').value);
  link.onopen = () => show('connected');
  link.onmessage = ({data}) => note('', data);
  link.addEventListener('stderr', ({data}) => note('bad', data));
  link.addEventListener('exit', ({data}) => { link.close(); ended('note', data); });
  link.onerror = () => { link.close(); ended('bad', 'closed'); };
}

function open_socket() {
  link = new WebSocket($('url').value);
  link.binaryType = 'arraybuffer';
  link.onopen = () => { show('connected'); note('note', 'connected'); $('text').focus(); };
  link.onmessage = ({data}) => note('', typeof data === 'string' ? data : data.byteLength + ' bytes');
  link.onclose = ({code, reason}) =>
      ended(code === 1000 ? 'note' : 'bad', `closed ${code} ${reason}`.trim());
}

$('place').addEventListener('submit', event => {
  event.preventDefault();
  if (link !== null) {
    link.close();
    if (events) ended('note', 'closed');
    return;
  }
  try {
    if (events) open_events(); else open_socket();
    show('connecting');
  } catch (error) {
    note('bad', error.message);
  }
});

$('say').addEventListener('submit', event => {
  event.preventDefault();
  if (link === null || link.readyState !== WebSocket.OPEN) return;
  link.send($('text').value);
  note('said', $('text').value);
  $('text').value = '';
});
</script>
</html>
)--page--";

}  // namespace

std::string exec_page(bool events) {
  return std::string(kBegin) + (events ? "true" : "false") + std::string(kEnd);
}

}  // namespace commands
