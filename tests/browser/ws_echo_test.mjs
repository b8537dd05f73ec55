// The page that gnet ws-echo has for a browser, and what a browser's WebSocket makes of the server.

import {assert, eventually, group, picture} from './harness.mjs';

const command = ['ws-echo'];
const lines = (page) => page.$$eval('#log li span:nth-child(2)', (all) => all.map((span) => span.textContent));

await group('ws-echo', async (it) => {
  await it('answers what one types', {command}, async ({page, url}) => {
    await page.goto(url);
    await page.click('#connect');
    await eventually(async () => assert.equal(await page.textContent('#state'), 'connected'));
    assert.match(await page.textContent('#log'), /permessage-deflate/);
    for (const text of ['hello', 'Gr\u00fc\u00dfe \u{1f44b} <b>&amp;', 'x'.repeat(100_000)]) {
      await page.fill('#text', text);
      await page.press('#text', 'Enter');
      await eventually(async () => assert.deepEqual((await lines(page)).slice(0, 2), [text, text]));
    }
    assert.match(await page.textContent('#state'), /^connected; 3 answers, median [\d.]+ ms$/);
    await page.fill('#text', 'message');
    await page.click('#many');
    await eventually(async () => assert.match(await page.textContent('#state'), /^connected; 103 answers/));
    await page.click('#connect');
    await eventually(async () => assert.equal((await lines(page))[0], 'closed 1000 '));
    assert.equal(await page.textContent('#connect'), 'Connect');
  });

  await it('is told that the server stops', {command}, async ({page, url, server}) => {
    await page.goto(url);
    await page.click('#connect');
    await eventually(async () => assert.equal(await page.textContent('#state'), 'connected'));
    await server.stop();
    await eventually(async () => assert.match((await lines(page))[0], /^closed 1001 /));
  });

  await it('takes binary messages of any size', {command}, async ({page, url}) => {
    await page.goto(url);
    const same = await page.evaluate(() => new Promise((resolve, reject) => {
      const socket = new WebSocket(document.querySelector('#url').value);
      const sizes = [0, 1, 125, 126, 65535, 65536, 3_000_000];
      const messages = sizes.map((size) => Uint8Array.from({length: size}, (_, i) => i * 7 + size));
      let next = 0;
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => { for (const message of messages) socket.send(message); };
      socket.onerror = () => reject(new Error('failed'));
      socket.onmessage = ({data}) => {
        const got = new Uint8Array(data), sent = messages[next++];
        if (got.length !== sent.length || got.some((byte, i) => byte !== sent[i])) resolve(`message ${next} is another`);
        if (next === messages.length) resolve(true);
      };
    }));
    assert.equal(same, true);
  });

  for (const colorScheme of ['light', 'dark']) {
    for (const [shape, width] of [['wide', 1000], ['narrow', 390]]) {
      const context = {colorScheme, viewport: {width, height: 600}};
      await it(`fits the screen: ${colorScheme}, ${shape}`, {command, context}, async ({page, url}) => {
        await page.goto(url);
        await page.click('#connect');
        await eventually(async () => assert.equal(await page.textContent('#state'), 'connected'));
        await page.fill('#text', 'a message');
        await page.press('#text', 'Enter');
        await eventually(async () => assert.equal((await lines(page)).length, 3));
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than the screen');
        await page.screenshot({path: picture(`ws-echo-${colorScheme}-${shape}`)});
      });
    }
  }
});
