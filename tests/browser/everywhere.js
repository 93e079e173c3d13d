// What holds on every page: nobody else is asked, nothing overflows, axe finds nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { open, overflow, violations } from "./house.js";
import { PAGES } from "./pages.js";

describe("nothing is asked of another host, and the policy forbids what is inline", () => {
  for (const [name, path] of PAGES) {
    test(name, async () => {
      const { page, response, elsewhere, close } = await open(await path());
      await page.waitForLoadState("networkidle");
      assert.deepEqual(elsewhere, []);
      assert.doesNotMatch(response.headers()["content-security-policy"], /unsafe/);
      await close();
    });
  }
});

describe("at 320 px, which is 1280 px at 400 % zoom, nothing is wider than the screen", () => {
  for (const [name, path] of PAGES) {
    test(name, async () => {
      const { page, close } = await open(await path(), { viewport: { width: 320, height: 640 } });
      assert.equal(Math.max(await overflow(page), 0), 0);
      await close();
    });
  }
});

/** WCAG 2.2, 1.4.12: the spacing that a reader may give to a text. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }`;
/** A text twice its size: the root's own size is a percentage of what the reader chose. */
const BIG = "html { font-size: 212.5% !important; }";

for (const [what, style] of [["with the spacing that a reader may give", SPACED], ["with a text twice its size", BIG]]) {
  test(`at 375 px ${what}, nothing is cut nor wider than the screen`, async () => {
    const { page, close } = await open("/", { viewport: { width: 375, height: 812 }, bypassCSP: true });
    const wrong = [];
    for (const [name, path] of PAGES) {
      await page.goto(await path());
      await page.addStyleTag({ content: style });
      const wide = await overflow(page);
      if (wide > 0) wrong.push(`${name}: ${wide} px too wide`);
      for (const cut of await page.evaluate(cutTexts)) wrong.push(`${name}: ${cut} is cut`);
    }
    assert.deepEqual(wrong, []);
    await close();
  });
}

/** The boxes that hide a part of their own text, in the page. Fields scroll; what is for the ear alone, and the first lines of what a sheet
 *  says in full, are cut on purpose. */
function cutTexts() {
  const cut = (element) => {
    const { overflowX, overflowY, clipPath, webkitLineClamp } = getComputedStyle(element);
    if (webkitLineClamp !== "none" || clipPath !== "none" || element.closest("svg, input, select, textarea, .hidden")) return false;
    const hides = (overflow) => overflow === "hidden" || overflow === "clip";
    return (
      (hides(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
      (hides(overflowY) && element.scrollHeight > element.clientHeight + 1)
    );
  };
  return [...document.body.querySelectorAll("*")].filter(cut).map((element) => element.outerHTML.slice(0, 80));
}

for (const colorScheme of ["light", "dark"]) {
  describe(`axe finds nothing, ${colorScheme}`, () => {
    for (const [name, path] of PAGES) {
      test(name, async () => {
        const { page, close } = await open(await path(), { colorScheme });
        assert.deepEqual(await violations(page), []);
        await close();
      });
    }
  });
}
