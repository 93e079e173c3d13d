// The maps by keyboard, and whom to call for a commune.
import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "./house.js";

test("from the map to a sheet by keyboard", async () => {
  const { page, close } = await open("/carte?category=emg&place=territory:dac-92-sud");
  const dots = page.locator("figure.map a[href^='/ressources/']");
  const name = await dots.first().getAttribute("aria-label");
  await page.getByRole("heading", { level: 2, name: "pour DAC 92 Sud", exact: false }).waitFor();
  let focused = "";
  for (let presses = 0; presses < 80 && focused !== name; presses += 1) {
    await page.keyboard.press("Tab");
    focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  }
  assert.equal(focused, name);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/ressources/**");
  assert.ok(name.startsWith(await page.getByRole("heading", { level: 1 }).innerText()));
  await close();
});

test("what the map counts, the list says, and both lead to the same place", async () => {
  const { page, close } = await open("/carte?place=territory:dac-92-sud");
  const onMap = page.locator("figure.map a[aria-label^='Bagneux']");
  const label = await onMap.getAttribute("aria-label");
  const listed = page.locator(".map-list li").filter({ hasText: "Bagneux" });
  assert.equal(label.match(/\d+/)[0], await listed.locator(".count").innerText());
  const href = await onMap.getAttribute("href");
  assert.equal(await listed.locator("a").getAttribute("href"), href);
  await listed.locator("a").click();
  await page.getByRole("heading", { name: "pour Bagneux (92)", exact: false }).waitFor();
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a territory, a commune, whom to call, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
    const { page, close } = await open("/dac", { javaScriptEnabled });
    await page.locator("figure.map a[href*='territoire=dac-92-sud']").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/dac?territoire=dac-92-sud");
    await page.locator("figure.map a[aria-label='Bagneux']").click();
    await page.waitForURL("**/dac?commune=92007");
    const answer = page.getByRole("region", { name: "Pour Bagneux (92)" });
    await answer.getByRole("link", { name: "DAC 92 Sud", exact: false }).waitFor();
    assert.match(await answer.locator("a[href^='tel:']").first().innerText(), /01/);
    await close();
  });
}

test("a commune that is typed is answered, and asked again when nobody knows it", async () => {
  const { page, close } = await open("/dac", { javaScriptEnabled: false });
  const field = page.getByLabel("Commune de la personne");
  await field.fill("Bagneuxx-la-Lune");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/dac?commune=**");
  assert.equal(await field.inputValue(), "Bagneuxx-la-Lune");
  await page.getByText("Aucune commune n’a ce nom", { exact: false }).waitFor();
  await field.fill("31000");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Pour Toulouse (31)" }).waitFor();
  await close();
});

test("nothing slides over what follows a map", async () => {
  const { page, close } = await open("/carte", { viewport: { width: 1280, height: 800 } });
  for (const link of await page.locator(".map-rest a:visible").all()) {
    await link.scrollIntoViewIfNeeded();
    const seen = await link.evaluate((element) => {
      const box = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
    });
    assert.ok(seen, await link.innerText());
  }
  await close();
});

test("a map can be passed, and its links are seen when they have the focus", async () => {
  const { page, close } = await open("/carte", { viewport: { width: 375, height: 800 } });
  const area = page.locator("figure.map a").first();
  assert.equal(await page.locator(".counts").evaluate((layer) => getComputedStyle(layer).opacity), "1");
  await page.getByRole("link", { name: "Passer la carte", exact: false }).focus();
  await page.keyboard.press("Tab");
  assert.ok(await area.evaluate((element) => element === document.activeElement), "the first part has the focus");
  assert.equal(await page.locator(".counts").evaluate((layer) => getComputedStyle(layer).opacity), "0.15");
  await page.goto(page.url().replace("/carte", "/carte?category=emg&place=territory:dac-92-sud"));
  await page.getByRole("link", { name: "Passer la carte", exact: false }).focus();
  await page.keyboard.press("Tab");
  while (!(await page.evaluate(() => document.activeElement.querySelector(".ring")))) await page.keyboard.press("Tab");
  const ring = await page.evaluate(() => {
    const { stroke, strokeWidth } = getComputedStyle(document.activeElement.querySelector(".ring"));
    return [stroke === "none", strokeWidth];
  });
  assert.deepEqual(ring, [false, "3px"]);
  await close();
});

test("the commune of a DAC is proposed as it is typed", async () => {
  const { page, close } = await open("/dac");
  const field = page.getByLabel("Commune de la personne");
  await field.pressSequentially("clamar");
  await page.getByRole("option", { name: "Clamart", exact: false }).first().click();
  await page.getByRole("heading", { name: "Pour Clamart (92)" }).waitFor();
  await close();
});

test("the communes of a territory are in the tab order once, in the list", async () => {
  const { page, close } = await open("/dac?territoire=dac-31", { javaScriptEnabled: false });
  assert.equal(await page.locator("figure.map a:not([tabindex='-1'])").count(), 0);
  const listed = page.locator(".communes a");
  assert.ok((await listed.count()) > 500);
  const heights = await listed.evaluateAll((links) => links.slice(0, 40).map((link) => link.getBoundingClientRect().height));
  assert.ok(heights.every((height) => height >= 24), heights.join(" "));
  await close();
});
