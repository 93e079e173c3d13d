// Maps as they are seen: letters large enough on a phone, names clear of one another, nothing to load.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { house, open } from "./house.js";
import { RESULTS, sheetOfTheFirstHit } from "./server.js";

const MAPS = [
  ["results", () => RESULTS],
  ["a sheet", async () => `${await sheetOfTheFirstHit(house.demo)}?commune=92007`],
];

/** Every word of the map that is seen: its height in pixels and where its ink is, without the room that letters do not use. */
function words(page) {
  return page.locator("figure.map svg").first().evaluate((svg) => {
    const scale = svg.getScreenCTM().a;
    return [...svg.querySelectorAll("text")].filter((text) => text.getClientRects().length > 0).map((text) => {
      const box = text.getBoundingClientRect();
      const own = text.getCTM().a / svg.getCTM().a;
      const slack = box.height * 0.2;
      return {
        text: text.textContent,
        pixels: parseFloat(getComputedStyle(text).fontSize) * scale * own,
        box: [box.left, box.top + slack, box.right, box.bottom - slack],
      };
    });
  });
}

for (const width of [320, 375, 1280]) {
  describe(`maps at ${width} px`, () => {
    for (const [name, path] of MAPS) {
      test(name, async () => {
        const { page, close } = await open(await path(), { viewport: { width, height: 800 } });
        await page.evaluate(() => document.fonts.ready);
        const seen = await words(page);
        assert.ok(seen.length > 3, "a map has names");
        for (const { text, pixels } of seen) assert.ok(pixels >= 11.9, `${text}: ${pixels} px`);
        const over = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
        for (const [position, one] of seen.entries()) {
          const covered = seen.slice(position + 1).find((other) => over(one.box, other.box));
          assert.equal(covered, undefined, `${one.text} and ${covered?.text}`);
        }
        await close();
      });
    }
  });
}

test("a map is an image with a name, and its legend is in words", async () => {
  const { page, close } = await open(RESULTS, { javaScriptEnabled: false });
  const map = page.getByRole("img", { name: /^Carte des ressources/ });
  await map.waitFor();
  assert.match(await page.locator("figure.map .legend").innerText(), /lieu demandé/);
  await close();
});
