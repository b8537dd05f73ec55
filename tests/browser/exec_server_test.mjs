// The page that gnet exec-server --devconsole has for a browser.

import {assert, eventually, group} from './harness.mjs';

const shell = (script) => ['exec-server', '--devconsole', '--sh', script];
const lines = (page) => page.$$eval('#log div', (all) => all.map((line) => line.textContent));

await group('exec-server', async (it) => {
  await it('talks to a program', {command: shell('while read -r line; do echo "got $line"; done')},
    async ({page, url}) => {
      await page.goto(url);
      await page.click('#connect');
      await eventually(async () => assert.equal(await page.textContent('#state'), 'connected'));
      for (const text of ['hello', 'Gr\u00fc\u00dfe \u{1f44b} <b>&amp;']) {
        await page.fill('#text', text);
        await page.press('#text', 'Enter');
        await eventually(async () => assert.deepEqual((await lines(page)).slice(-2), [text, `got ${text}`]));
        assert.equal(await page.inputValue('#text'), '');
      }
      await page.click('#connect');
      await eventually(async () => assert.equal((await lines(page)).at(-1), 'closed 1000'));
      assert.equal(await page.textContent('#connect'), 'Connect');
    });

  await it('shows how it has ended', {command: shell('echo one; exit 3')}, async ({page, url}) => {
    await page.goto(url);
    await page.click('#connect');
    await eventually(async () =>
      assert.deepEqual((await lines(page)).slice(-3), ['connected', 'one', 'closed 4003 exit 3']));
    assert.equal(await page.textContent('#state'), 'not connected');
    assert.equal(await page.isDisabled('#send'), true);
  });

  await it('follows what is long', {command: shell('seq 1 6000')}, async ({page, url}) => {
    await page.goto(url);
    await page.click('#connect');
    await eventually(async () => assert.equal((await lines(page)).at(-1), 'closed 1000'));
    assert.equal((await lines(page)).at(-2), '6000');
    assert.ok((await lines(page)).length <= 5000);
    assert.ok(await page.$eval('#log', (log) => log.scrollTop + log.clientHeight >= log.scrollHeight - 4));
  });
});
