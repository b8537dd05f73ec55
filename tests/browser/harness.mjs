// What the tests in a browser share: a server of a folder, a page, checks, pictures.
//
//   import {group, serve} from './harness.mjs';
//   await group('listing', async (it) => {
//     await it('shows a file', {files: {'a.txt': 'hello'}}, async ({page, url}) => {
//       await page.goto(url);
//       …
//     });
//   });
//
// Environment: GNET is the gnet program, PLAYWRIGHT a folder in which playwright-core is installed,
// CHROMIUM the browser (chromium), PICTURES where screenshots go.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';

const {GNET, PLAYWRIGHT, CHROMIUM = '/usr/bin/chromium', PICTURES = '.'} = process.env;
if (!GNET || !PLAYWRIGHT) throw new Error('set GNET and PLAYWRIGHT: see ./dev test --browser');
const {chromium} = createRequire(join(PLAYWRIGHT, 'package.json'))('playwright-core');

// Starts a server with these arguments, which ends with this process. Its first line is its port.
export async function start(...args) {
  const child = spawn(GNET, [...args, '-q', '-p', '0', '--print-port', '--die-with-parent'],
                      {stdio: ['ignore', 'pipe', 'inherit']});
  const failed = new Promise((_, no) => child.once('exit', (code) => no(new Error(`gnet ended: ${code}`))));
  failed.catch(() => 0);
  const lines = createInterface({input: child.stdout});
  const port = await Promise.race([new Promise((yes) => lines.once('line', yes)), failed]);
  return {
    url: `http://127.0.0.1:${port}/`,
    port: +port,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: () => new Promise((yes) => {
      if (child.exitCode !== null || child.signalCode !== null) return yes();
      child.removeAllListeners('exit');
      child.once('exit', yes);
      child.kill('SIGTERM');
    }),
  };
}

// A folder with files, by their names; a name that ends with a slash is a folder.
export function folder(files) {
  const root = mkdtempSync(join(tmpdir(), 'gnet-browser-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), {recursive: true});
    if (!name.endsWith('/')) writeFileSync(path, content);
  }
  return {root, path: (name) => join(root, name), remove: () => rmSync(root, {recursive: true, force: true})};
}

// Runs a group of tests, each with a page of its own, and ends the process with their result.
export async function group(name, define) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  });
  const chosen = process.argv[2];
  let passed = 0, failed = 0;
  const it = async (what, options, body) => {
    if (chosen && !what.includes(chosen)) return;
    const site = folder(options.files || {});
    const server = await start(...(options.command || ['http-serve', site.root]), ...(options.flags || []));
    const context = await browser.newContext({viewport: {width: 1100, height: 800}, ...options.context});
    const page = await context.newPage();
    page.setDefaultTimeout(10000);
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const expected = (options.complaints || []).some((text) => message.text().includes(text));
      if (message.type() === 'error' && !expected) complaints.push(message.text());
    });
    try {
      await body({page, context, site, server, url: server.url});
      assert.deepEqual(complaints, [], 'the console has errors');
      ++passed;
      console.log(`ok      ${name} ${what}`);
    } catch (error) {
      ++failed;
      console.log(`FAILED  ${name} ${what}\n${error.stack}`);
      await page.screenshot({path: picture(`failed-${what.replace(/\W+/g, '-')}`)}).catch(() => 0);
    }
    await context.close();
    await server.stop();
    site.remove();
  };
  await define(it, browser);
  await browser.close();
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  if (failed || !passed) process.exitCode = 1;
}

export function picture(name) {
  mkdirSync(PICTURES, {recursive: true});
  return join(PICTURES, `${name}.png`);
}

// Waits until a check no longer fails.
export async function eventually(check, patience = 10000) {
  for (const end = Date.now() + patience;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((later) => setTimeout(later, 20));
    }
  }
}

export {assert};
