// The page that gnet http-serve shows of a folder, as a person uses it.

import {existsSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {createServer, connect} from 'node:net';

import {assert, eventually, folder, group, picture} from './harness.mjs';

const files = {
  'docs/a.txt': 'a', 'photos/': '', 'IMG_10.jpg': 'x'.repeat(3000), 'IMG_2.jpg': 'x'.repeat(200),
  'notes.txt': 'hello', 'README.md': '# Title\n\nText & <b>more</b>.\n',
  'caf\u00e9 \u201cx\u201d & <i>.txt': '1', 'a:b?c#d.txt': 'odd',
};
const writing = ['--upload', '--mkdir', '--delete'];

const names = (page) => page.$$eval('#list tr:not([hidden]) td:first-child > a', (all) => all.map((a) => a.textContent));
const sorted = (page) => page.$$eval('th[aria-sort]', (all) => all.map((th) => `${th.textContent} ${th.ariaSort}`));
const states = (page) => page.$$eval('#jobs output', (all) => all.map((output) => output.textContent));

// Between the browser and the server: the connection can be cut.
async function proxy(port) {
  const sockets = new Set();
  let passed = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => 0).on('close', () => { sockets.delete(socket); client.destroy(); upstream.destroy(); });
    }
    client.on('data', (data) => { passed += data.length; });
    client.pipe(upstream).pipe(client);
  });
  await new Promise((yes) => server.listen(0, '127.0.0.1', yes));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    passed: () => passed,
    cut: () => { for (const socket of sockets) socket.destroy(); },
    close: () => { for (const socket of sockets) socket.destroy(); server.close(); },
  };
}

await group('listing', async (it) => {
  await it('sorts, numbers by their value', {files}, async ({page, url}) => {
    await page.goto(url);
    const byName = ['docs/', 'photos/', 'a:b?c#d.txt', 'caf\u00e9 \u201cx\u201d & <i>.txt', 'IMG_2.jpg', 'IMG_10.jpg', 'notes.txt', 'README.md'];
    assert.deepEqual(await names(page), byName);
    assert.deepEqual(await sorted(page), ['Name ascending']);
    await page.click('th >> text=Size');
    assert.deepEqual((await names(page)).slice(-2), ['IMG_2.jpg', 'IMG_10.jpg']);
    assert.deepEqual(await sorted(page), ['Size ascending']);
    await page.click('th >> text=Size');
    assert.deepEqual((await names(page)).slice(0, 4), ['docs/', 'photos/', 'IMG_10.jpg', 'IMG_2.jpg']);
    assert.deepEqual(await sorted(page), ['Size descending']);
    assert.match(page.url(), /sort=size&order=desc/);
    const shown = await names(page);
    await page.reload();  // the server sorts in the same way
    assert.deepEqual(await names(page), shown);
    await page.click('th >> text=Name');
    assert.deepEqual(await names(page), byName);
  });

  await it('filters as one types', {files}, async ({page, url}) => {
    await page.goto(url);
    await page.keyboard.press('/');
    await page.keyboard.type('iMg');
    assert.deepEqual(await names(page), ['IMG_2.jpg', 'IMG_10.jpg']);
    assert.equal(await page.textContent('#count'), '2 of 8 match');
    await page.keyboard.press('Escape');
    assert.equal((await names(page)).length, 8);
    assert.match(await page.textContent('#count'), /^2 folders, 6 files, /);
    await page.goto(`${url}?q=img`);
    await eventually(async () => assert.equal(await page.textContent('#count'), '2 of 8 match'));
    await page.fill('#q', '');
    assert.equal((await names(page)).length, 8);
  });

  await it('is used by keys', {files}, async ({page, url}) => {
    await page.goto(url);
    const here = () => page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press('ArrowDown');
    assert.equal(await here(), 'docs/');
    await page.keyboard.press('End');
    assert.equal(await here(), 'README.md');
    await page.keyboard.press('ArrowDown');
    assert.equal(await here(), 'README.md');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    assert.equal(await here(), 'docs/');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/docs/');
    await page.keyboard.press('Alt+ArrowUp');
    await page.waitForURL(url);
    await page.keyboard.press('/');
    await page.keyboard.type('note');
    await page.keyboard.press('ArrowDown');
    assert.equal(await here(), 'notes.txt');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid');
  });

  await it('leads to every name', {files}, async ({page, url}) => {
    await page.goto(url);
    for (const [name, content] of [['a:b?c#d.txt', 'odd'], ['caf\u00e9 \u201cx\u201d & <i>.txt', '1']]) {
      const link = page.locator('#list a', {hasText: name});
      const answer = await page.request.get(new URL(await link.getAttribute('href'), url).href);
      assert.equal(await answer.text(), content);
    }
    await page.click('text=docs/');
    await page.click('h1 >> text=Files');
    await page.waitForURL(url);
  });

  await it('shows the README', {files, flags: ['--readme']}, async ({page, url}) => {
    await page.goto(url);
    assert.equal(await page.textContent('.readme pre'), '# Title\n\nText & <b>more</b>.\n');
  });

  await it('tells exact sizes and local times', {files, context: {timezoneId: 'Asia/Tokyo'}}, async ({page, url}) => {
    await page.goto(url);
    const row = page.locator('#list tr', {hasText: 'IMG_10.jpg'});
    assert.equal(await row.locator('td').nth(1).getAttribute('title'), '3,000 bytes');
    const time = row.locator('time');
    const local = new Date(new Date(await time.getAttribute('datetime')).getTime() + 9 * 3600e3);
    assert.equal(await time.getAttribute('title'), local.toISOString().slice(0, 19).replace('T', ' '));
  });

  await it('uploads, with progress, and the same file again', {files, flags: [...writing, '--overwrite', 'replace']}, async ({page, url, site}) => {
    const source = folder({'new file.txt': 'first', 'large.bin': Buffer.alloc(3_000_000, 'x')});
    await page.goto(url);
    await page.evaluate(() => {
      window.seen = [];
      new MutationObserver(() => { for (const o of document.querySelectorAll('#jobs output')) window.seen.push(o.textContent); })
          .observe(document.querySelector('#jobs'), {childList: true, subtree: true, characterData: true});
    });
    const input = page.locator('#up input[multiple]');
    await input.setInputFiles([source.path('new file.txt'), source.path('large.bin')]);
    await eventually(async () => assert.deepEqual(await states(page), ['saved', 'saved']));
    assert.equal(readFileSync(site.path('new file.txt'), 'utf8'), 'first');
    assert.equal(readFileSync(site.path('large.bin')).length, 3_000_000);
    assert.ok((await page.evaluate(() => window.seen)).some((text) => /^\d+ % of 3\.0 MB|saving/.test(text)));
    await eventually(async () => assert.ok((await names(page)).includes('large.bin')));
    writeFileSync(source.path('new file.txt'), 'second');
    await input.setInputFiles(source.path('new file.txt'));
    await eventually(async () => assert.deepEqual(await states(page), ['saved', 'saved', 'saved']));
    assert.equal(readFileSync(site.path('new file.txt'), 'utf8'), 'second');
    await page.click('#jobs button >> nth=0');
    assert.equal((await states(page)).length, 2);
    source.remove();
  });

  await it('says why an upload is refused', {files, flags: [...writing, '--max-upload', '100kB'], complaints: ['409']}, async ({page, url, site}) => {
    const source = folder({'notes.txt': 'other', 'large.bin': Buffer.alloc(100_001)});
    await page.goto(url);
    await page.setInputFiles('#up input[multiple]', [source.path('notes.txt'), source.path('large.bin')]);
    await eventually(async () => assert.deepEqual(await states(page), ['there is a \'notes.txt\' already', 'larger than 100.0 kB, which is the limit here']));
    assert.equal(readFileSync(site.path('notes.txt'), 'utf8'), 'hello');
    source.remove();
  });

  await it('uploads a folder', {files, flags: writing}, async ({page, url, site}) => {
    const source = folder({'box/a.txt': '1', 'box/in/b & c.txt': '2'});
    await page.goto(url);
    await page.setInputFiles('#up input[webkitdirectory]', source.path('box'));
    await eventually(async () => assert.deepEqual(await states(page), ['saved', 'saved']));
    assert.equal(readFileSync(site.path('box/in/b & c.txt'), 'utf8'), '2');
    await eventually(async () => assert.ok((await names(page)).includes('box/')));
    source.remove();
  });

  await it('takes what is dropped', {files, flags: writing}, async ({page, url, site}) => {
    await page.goto(url);
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['dropped'], 'dropped.txt'));
      return transfer;
    });
    await page.dispatchEvent('main', 'dragenter', {dataTransfer: data});
    assert.equal(await page.evaluate(() => document.documentElement.matches('.drop')), true);
    await page.screenshot({path: picture('listing-drop')});
    await page.dispatchEvent('main', 'drop', {dataTransfer: data});
    await eventually(async () => assert.deepEqual(await states(page), ['saved']));
    assert.equal(readFileSync(site.path('dropped.txt'), 'utf8'), 'dropped');
    assert.equal(await page.evaluate(() => document.documentElement.matches('.drop')), false);
  });

  await it('goes on when the connection was lost', {files, flags: writing, complaints: ['ERR_', '409']}, async ({page, server, site}) => {
    const way = await proxy(server.port);
    const source = folder({'huge.bin': Buffer.alloc(60_000_000, 'abcdefghij')});
    await page.goto(way.url);
    const before = way.passed();
    await page.setInputFiles('#up input[multiple]', source.path('huge.bin'));
    await eventually(() => assert.ok(way.passed() > before + 20_000_000));
    way.cut();
    await eventually(async () => assert.deepEqual(await states(page), ['saved']), 20000);
    assert.ok(readFileSync(site.path('huge.bin')).equals(readFileSync(source.path('huge.bin'))));
    assert.ok(way.passed() < before + 115_000_000, 'it began anew');
    way.close();
    source.remove();
  });

  await it('gives an upload up', {files, flags: writing, complaints: ['ERR_']}, async ({page, server, site}) => {
    const way = await proxy(server.port);
    const source = folder({'huge.bin': Buffer.alloc(60_000_000)});
    await page.goto(way.url);
    const before = way.passed();
    await page.setInputFiles('#up input[multiple]', source.path('huge.bin'));
    await eventually(() => assert.ok(way.passed() > before + 5_000_000));
    server.pause();
    await page.click('#jobs button');
    server.resume();
    await eventually(async () => assert.deepEqual(await states(page), ['cancelled']));
    await eventually(() => assert.ok(!readdirSync(site.root).some((name) => /huge|upload/.test(name))));
    way.close();
    source.remove();
  });

  await it('makes folders and deletes', {files, flags: writing, complaints: ['405', '409']}, async ({page, url, site}) => {
    await page.goto(url);
    await page.fill('#mkdir input', 'new & folder');
    await page.click('#mkdir button');
    await eventually(async () => assert.ok((await names(page)).includes('new & folder/')));
    await page.fill('#mkdir input', 'new & folder');
    await page.keyboard.press('Enter');
    await eventually(async () => assert.match(await page.textContent('#said'), /already/));
    page.once('dialog', (dialog) => dialog.dismiss());
    const button = (name) => page.locator('#list tr', {hasText: name}).locator('button');
    await button('notes.txt').click();
    assert.ok(existsSync(site.path('notes.txt')));
    page.on('dialog', (dialog) => dialog.accept());
    for (const name of ['notes.txt', 'caf\u00e9 \u201cx\u201d & <i>.txt', 'new & folder/']) {
      await button(name).click();
      await eventually(async () => assert.ok(!(await names(page)).includes(name)));
    }
    assert.ok(!existsSync(site.path('notes.txt')));
    await button('docs/').click();
    await eventually(async () => assert.equal(await page.textContent('#said'), 'the folder is not empty'));
  });

  await it('offers nothing that is not allowed', {files}, async ({page, url}) => {
    await page.goto(url);
    for (const what of ['#up', '#mkdir', 'button[name=delete]', '.qr', '.readme']) assert.equal(await page.locator(what).count(), 0);
  });

  await it('works without JavaScript', {files, flags: writing, context: {javaScriptEnabled: false}}, async ({page, url, site}) => {
    await page.goto(url);
    await page.click('th >> text=Size');
    await page.click('th >> text=Size');
    assert.deepEqual((await names(page)).slice(0, 3), ['docs/', 'photos/', 'IMG_10.jpg']);
    await page.fill('#q', 'img');
    await page.press('#q', 'Enter');
    await page.waitForURL('**q=img**');
    assert.deepEqual(await names(page), ['IMG_10.jpg', 'IMG_2.jpg']);
    await page.goto(url);
    const source = folder({'plain.txt': 'plain'});
    await page.setInputFiles('#up input[multiple]', source.path('plain.txt'));
    await page.screenshot({path: picture('listing-plain')});
    await page.click('#up button');
    await page.waitForURL(url);
    assert.equal(readFileSync(site.path('plain.txt'), 'utf8'), 'plain');
    await page.fill('#mkdir input', 'made');
    await page.click('#mkdir button');
    assert.ok((await names(page)).includes('made/'));
    await page.locator('#list tr', {hasText: 'notes.txt'}).locator('button').click();
    assert.match(await page.textContent('h1'), /Delete .notes\.txt.\?/);
    await page.screenshot({path: picture('listing-delete')});
    await page.click('text=Keep');
    await page.locator('#list tr', {hasText: 'notes.txt'}).locator('button').click();
    await page.click('button');
    assert.ok(!(await names(page)).includes('notes.txt'));
    assert.ok(!existsSync(site.path('notes.txt')));
    source.remove();
  });

  // Contrast of text against what it lies on (WCAG 2, 1.4.3).
  const contrast = () => {
    const parse = (text) => text.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
    const ground = (element) => {
      for (let e = element; e; e = e.parentElement) {
        const colour = parse(getComputedStyle(e).backgroundColor);
        if (colour.length < 4 || colour[3] > 0) return colour;
      }
    };
    return [...document.querySelectorAll('h1 *, p, th a, td a, td, td button, small, time, footer *, input, .button, pre')]
        .filter((element) => element.textContent.trim() && element.offsetParent)
        .map((element) => [parse(getComputedStyle(element).color), ground(element)].map(light).sort((a, b) => b - a))
        .map(([a, b]) => (a + .05) / (b + .05));
  };
  for (const colorScheme of ['light', 'dark']) {
    for (const [shape, width] of [['wide', 1200], ['narrow', 390]]) {
      const context = {colorScheme, viewport: {width, height: 900}};
      await it(`is legible: ${colorScheme}, ${shape}`, {files, context, flags: [...writing, '--archive', 'zip,tar', '--qr', '--readme']}, async ({page, url}) => {
        await page.goto(url);
        for (const ratio of await page.evaluate(contrast)) assert.ok(ratio >= 4.5, `a contrast of ${ratio}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than the screen');
        await page.screenshot({path: picture(`listing-${colorScheme}-${shape}`), fullPage: true});
      });
    }
  }
});
