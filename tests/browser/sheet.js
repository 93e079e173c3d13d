// The identity sheet: who said what by keyboard, on paper, for programs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { house, open, overflow, sheets } from "./house.js";
import { sheetOfTheFirstHit } from "./server.js";

/** A sheet with something to unfold: the communes of a coordination territory. */
async function sheetOfADac() {
  const found = await (await fetch(`${house.demo.address}/api/v1/search?category=dac&commune=92007`)).json();
  return `/ressources/${found.hits[0].slug}?commune=92007`;
}

test("the source of each thing is shown and hidden by keyboard, without JavaScript", async () => {
  const { page, close } = await open(await sheetOfTheFirstHit(house.demo), { javaScriptEnabled: false });
  assert.equal(await page.getByText("d’après").count(), 0);
  await page.getByRole("link", { name: "Afficher les sources" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**sources=1**");
  assert.ok((await page.getByText("d’après").count()) > 5);
  await page.getByRole("link", { name: "Masquer les sources" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.search.includes("sources"));
  assert.equal(await page.getByText("d’après").count(), 0);
  await close();
});

test("what is folded is unfolded by keyboard", async () => {
  const { page, close } = await open(await sheetOfADac());
  const names = page.locator("details.names").first();
  await names.locator("summary").focus();
  await page.keyboard.press("Enter");
  await names.locator("li").first().waitFor({ state: "visible" });
  await close();
});

test("on paper the phone, the hours and what is folded are there, the buttons are not, and nothing is cut", async () => {
  const { page, close } = await open(await sheetOfADac(), { viewport: { width: 680, height: 960 } });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".phones .phone").first().isVisible());
  assert.ok(await page.locator("table.hours").first().isVisible());
  assert.ok(await page.locator("details.names li").first().isVisible());
  assert.ok(!(await page.getByText("Signaler une erreur").isVisible()));
  assert.equal(Math.max(await overflow(page), 0), 0);
  assert.ok(await page.getByText(/^Imprimé le .+http.+\/ressources\//).isVisible());
  assert.equal(await page.locator("footer.site .links").isVisible(), false);
  assert.ok((await sheets(page)) <= 2);
  await close();
});

test("a sheet holds on a phone whose text is twice as large: a number goes on with its next pair", async () => {
  const { page, close } = await open(await sheetOfADac(), { viewport: { width: 375, height: 800 } });
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "212.5%";
  });
  assert.equal(Math.max(await overflow(page), 0), 0);
  await close();
});

test("the button that prints is there with a script, and prints", async () => {
  const { page, errors, close } = await open(await sheetOfTheFirstHit(house.demo));
  await page.evaluate(() => {
    window.print = () => document.body.classList.add("sent-to-paper");
  });
  await page.getByRole("button", { name: "Imprimer" }).click();
  await page.locator("body.sent-to-paper").waitFor();
  assert.deepEqual(errors, []);
  await close();
  const without = await open(await sheetOfTheFirstHit(house.demo), { javaScriptEnabled: false });
  assert.equal(await without.page.getByRole("button", { name: "Imprimer" }).count(), 0);
  await without.close();
});

test("programs read a service in the page", async () => {
  const { page, errors, close } = await open(await sheetOfTheFirstHit(house.demo));
  const data = JSON.parse(await page.locator("script[type='application/ld+json']").innerText());
  assert.equal(data["@type"], "Service");
  assert.equal(data.name, await page.getByRole("heading", { level: 1 }).locator("bdi").first().innerText());
  assert.deepEqual(errors, []);
  await close();
});
