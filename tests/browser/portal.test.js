// The portal as people meet it: by keyboard, without JavaScript, on a small screen, with assistive technology.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { launchBrowser } from "./browser.js";
import { RESULTS, sheetOfTheFirstHit, startDemo } from "./server.js";

const FIRST = "Équipe mobile";

let demo, browser, axe;

before(async () => {
  demo = await startDemo();
  browser = await launchBrowser();
  axe = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function open(path, options = {}) {
  const context = await browser.newContext({ baseURL: demo.address, locale: "fr-FR", ...options });
  const page = await context.newPage();
  const elsewhere = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.address) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  const response = await page.goto(path);
  return { page, response, elsewhere, close: () => context.close() };
}

test("a search from the first key to the sheet, by keyboard, without JavaScript", async () => {
  const { page, close } = await open("/", { javaScriptEnabled: false });
  const need = page.getByLabel("Que cherchez-vous", { exact: false });
  await need.focus();
  await page.keyboard.type("equipe mobile geriatrie");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Bagneux");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/recherche?**");
  await assert.doesNotReject(page.getByRole("heading", { level: 1 }).waitFor());
  // What was understood is a link of the same name, which drops it.
  const first = page.locator("a[href^='/ressources/']").filter({ hasText: FIRST }).first();
  await first.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/ressources/**");
  const title = await page.getByRole("heading", { level: 1 }).innerText();
  assert.match(title, /Équipe mobile/);
  await close();
});

test("nothing is asked of another host, and the policy forbids what is inline", async () => {
  for (const path of ["/", RESULTS, await sheetOfTheFirstHit(demo)]) {
    const { page, response, elsewhere, close } = await open(path);
    await page.waitForLoadState("networkidle");
    assert.deepEqual(elsewhere, [], path);
    assert.doesNotMatch(response.headers()["content-security-policy"], /unsafe/);
    await close();
  }
});

test("at 320 px, which is 1280 px at 400 % zoom, nothing is wider than the screen", async () => {
  for (const path of ["/", RESULTS, await sheetOfTheFirstHit(demo), "/classement", "/nulle-part"]) {
    const { page, close } = await open(path, { viewport: { width: 320, height: 640 } });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${path} overflows by ${overflow} px`);
    await close();
  }
});

describe("axe finds nothing", () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const [name, path] of [
      ["home", () => "/"],
      ["results", () => RESULTS],
      ["no result", () => "/recherche?q=zzzzzz&commune=92007"],
      ["an ambiguous place", () => "/recherche?q=ccas&commune=Saint-Denis"],
      ["a wrong parameter", () => "/recherche?commune=99999"],
      ["a sheet", () => sheetOfTheFirstHit(demo)],
      ["the order explained", () => "/classement"],
      ["a need in many words", () => `/recherche?q=${encodeURIComponent("papy 82 ans confus à Bagneux, qui peut venir le voir ?")}`],
      ["not found", () => "/nulle-part"],
    ]) {
      test(`${name}, ${colorScheme}`, async () => {
        const { page, close } = await open(await path(), { colorScheme });
        await page.evaluate(axe);
        const found = await page.evaluate(async () => (await window.axe.run()).violations);
        const violations = found.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`);
        assert.deepEqual(violations, []);
        await close();
      });
    }
  }
});
