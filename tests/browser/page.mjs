// Looks at the live page of a running server through Chromium, and says what is wrong with it.
//
//   npm install --prefix DIR playwright-core
//   NODE_PATH=DIR/node_modules node tests/browser/page.mjs URL METRIC SCREENSHOTS
//
// The metric must be one whose number changes while someone feeds it. Chromium is /usr/bin/chromium, or $CHROMIUM.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// `import` does not look into NODE_PATH.
const { chromium } = createRequire(import.meta.url)('playwright-core');

const [url, metric, screenshots] = process.argv.slice(2);
assert.ok(screenshots, 'usage: page.mjs URL METRIC SCREENSHOTS');
mkdirSync(screenshots, { recursive: true });

const SCREENS = [
  { name: 'wall', width: 1920, height: 1080, scrolls: false },
  { name: 'laptop', width: 1366, height: 768, scrolls: false },
  { name: 'phone', width: 390, height: 844, scrolls: true },
];
const PATIENCE_MS = 30_000;

/** What would have been cut off: elements wider than their place, tiles outside of the window. */
const overflowing = () => {
  const root = document.documentElement;
  const wide = root.scrollWidth > innerWidth ? [`page ${root.scrollWidth} > ${innerWidth}`] : [];
  const numbers = [...document.querySelectorAll('.tile .reading')]
    .filter((reading) => reading.scrollWidth > reading.clientWidth)
    .map((reading) => `${reading.closest('.tile').ariaLabel}: ${reading.textContent}`);
  const tall = root.scrollHeight > innerHeight ? [`page ${root.scrollHeight} > ${innerHeight}`] : [];
  return { wide: [...wide, ...numbers], tall };
};

async function look(browser, { name, width, height, scrolls }) {
  const page = await browser.newPage({ viewport: { width, height } });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()));

  await page.goto(url);
  const tile = page.getByRole('article', { name: new RegExp(`^${RegExp.escape?.(metric) ?? metric}, `) }).first();
  const number = tile.locator('.number');
  await number.waitFor({ timeout: PATIENCE_MS });
  await tile.locator('canvas').waitFor({ timeout: PATIENCE_MS });

  const before = await number.textContent();
  await page.waitForFunction(
    ([label, old]) => [...document.querySelectorAll('.tile')]
      .some((tile) => tile.ariaLabel.startsWith(`${label}, `) && tile.querySelector('.number').textContent !== old),
    [metric, before],
    { timeout: PATIENCE_MS },
  );
  assert.equal(await page.locator('#state').textContent(), 'live');
  assert.ok(await page.locator('#banner').isHidden(), 'the banner says stale');

  const { wide, tall } = await page.evaluate(overflowing);
  assert.deepEqual(wide, [], `${name}: wider than its place`);
  if (!scrolls) assert.deepEqual(tall, [], `${name}: a wall has nobody who scrolls`);
  await page.screenshot({ path: join(screenshots, `${name}.png`) });

  await page.locator('#q').fill(metric);
  await page.waitForURL(/[?&]q=/, { timeout: PATIENCE_MS });
  await page.reload();
  await tile.waitFor({ timeout: PATIENCE_MS });
  assert.equal(await page.locator('#q').inputValue(), metric);

  // A refused style or script is reported as a console error too.
  assert.deepEqual(errors, [], `${name}: console`);
  await page.close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
try {
  for (const screen of SCREENS) {
    await look(browser, screen);
    console.log(`${screen.name} ok`);
  }
} finally {
  await browser.close();
}
