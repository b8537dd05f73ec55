// The page that gnet load --format html writes, of a run against a server that fails at times.

import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

import {assert, group, picture} from './harness.mjs';

const command = ['http-echo'];
const run = promisify(execFile);

// Runs gnet load against the server, and shows what it has written.
async function show({page, site, url}, ...flags) {
  const report = site.path('report.html');
  await run(process.env.GNET, ['load', '--format', 'html', '-o', report, '-c', '2', '--no-progress', ...flags, url]);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`file://${report}`);
  // Of itself, and of nobody else.
  assert.deepEqual(asked.filter((address) => !address.startsWith('data:')), [`file://${report}`]);
}

const labels = (page) => page.$$eval('svg', (all) => all.map((svg) => svg.getAttribute('aria-label')));
const legend = (page) => page.$$eval('svg .legend', (all) => all.map((text) => text.textContent));
const wide = ['-R', '200', '-d', '3s', '--warmup', '1s'];

await group('load', async (it) => {
  await it('draws both latencies of an open loop, and the run', {command}, async (at) => {
    await show(at, ...wide);
    const {page} = at;
    assert.deepEqual(await labels(page), ['latency by percentile', 'answers a second', 'latency', 'errors']);
    const names = await legend(page);
    for (const name of ['corrected', 'uncorrected', 'intended', 'p99']) assert.ok(names.includes(name), name);
    // Lines that are on the paper, and not beside it.
    const boxes = await page.$$eval('svg', (all) => all.map((svg) => {
      const paper = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('path.line')].every((line) => {
        const box = line.getBoundingClientRect();
        return box.width > 50 && box.left >= paper.left && box.right <= paper.right + 1 &&
            box.top >= paper.top && box.bottom <= paper.bottom + 1;
      });
    }));
    assert.deepEqual(boxes, [true, true, true, true]);
    assert.match(await page.textContent('dl'), /answered, [\d,.]+\/s of 200\/s intended/);
    const rows = await page.$$eval('table:first-of-type td:first-child', (all) => all.map((td) => td.textContent));
    for (const name of ['min', 'mean', 'p50', 'p99.99', 'max']) assert.ok(rows.includes(name), name);
  });

  await it('says what a point of the curve is', {command}, async (at) => {
    await show(at, ...wide);
    const hints = await at.page.$$eval('svg:first-of-type .dot title', (all) => all.map((title) => title.textContent));
    assert.ok(hints.some((hint) => /^corrected: 90 % took at most [\d.]+[mu]s$/.test(hint)), hints[0]);
    assert.ok(hints.some((hint) => /^uncorrected: the longest took /.test(hint)));
  });

  await it('runs no script and shows what others write as text', {command}, async (at) => {
    await show({...at, url: `${at.url}?<script>document.title='bad'</script>`}, '-n', '10');
    assert.equal(await at.page.$('script'), null);
    assert.match(await at.page.title(), /^gnet load http/);
    assert.match(await at.page.textContent('body'), /closed loop, queueing time is not included/);
  });

  for (const colorScheme of ['light', 'dark']) {
    for (const [shape, width] of [['wide', 1000], ['narrow', 390]]) {
      const context = {colorScheme, viewport: {width, height: 900}};
      await it(`fits the screen: ${colorScheme}, ${shape}`, {command, context}, async (at) => {
        await show(at, ...wide);
        assert.ok(await at.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than the screen');
        await at.page.screenshot({path: picture(`load-${colorScheme}-${shape}`), fullPage: true});
      });
    }
  }
});
