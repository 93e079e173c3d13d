// "Signaler une erreur", from the sheet to the thanks.
import assert from "node:assert/strict";
import { test } from "node:test";

import { house, open, overflow, tabTo, violations } from "./house.js";
import { sheetOfTheFirstHit } from "./server.js";

const form = async () => `${await sheetOfTheFirstHit(house.demo)}/signaler?commune=92007`;

test("the whole way by keyboard, without JavaScript", async () => {
  const { page, close } = await open(await form(), { javaScriptEnabled: false });
  // Nothing is chosen: what is wrong is what the keyboard and the screen reader are at.
  await tabTo(page, "button[type=submit]");
  await page.keyboard.press("Enter");
  const summary = page.getByRole("region", { name: "À corriger avant l’envoi" });
  await summary.waitFor();
  assert.equal(await summary.evaluate((element) => element === document.activeElement), true);
  assert.match(await page.title(), /^À corriger/);
  const reasons = page.getByRole("radiogroup", { name: "Qu’est-ce qui est faux" });
  assert.equal(await reasons.getAttribute("aria-invalid"), "true");

  // The summary leads to the field.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  assert.equal(await page.getByLabel("Le service a fermé").isChecked(), true);
  for (let pressed = 0; pressed < 6; pressed += 1) await page.keyboard.press("ArrowDown");
  assert.equal(await page.getByLabel("Autre chose").isChecked(), true);

  const met = await tabTo(page, "#texte");
  assert.deepEqual(met, ["texte"]);
  await page.keyboard.type("L’adresse a changé.");
  const after = await tabTo(page, "button[type=submit]");
  assert.ok(!after.includes("site_web"), "what people must not fill is met by nobody");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/signaler/merci?commune=92007");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Votre signalement est enregistré");
  await page.getByRole("link", { name: "Revenir à la fiche" }).click();
  await page.waitForURL(/\/ressources\/[^/]+\?commune=92007$/);
  await close();
});

test("what is shown to nobody is told to nobody", async () => {
  const { page, close } = await open(await form());
  assert.equal(await page.locator("#site_web").isVisible(), false);
  assert.equal(await page.getByRole("textbox").count(), 1);
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in a form with errors, ${colorScheme}`, async () => {
    const { page, close } = await open(await form(), { colorScheme, viewport: { width: 320, height: 640 } });
    await page.getByLabel("Précisez").fill("a".repeat(2_100));
    await page.getByRole("button", { name: "Envoyer le signalement" }).click();
    await page.getByRole("link", { name: "Choisissez ce qui est faux." }).waitFor();
    assert.equal(await page.getByLabel("Précisez").inputValue(), "a".repeat(2_100), "nothing typed is lost");
    assert.deepEqual(await violations(page), []);
    assert.equal(Math.max(await overflow(page), 0), 0);
    await close();
  });
}

test("what one answers with is as tall as a finger", async () => {
  const { page, close } = await open(await form(), { viewport: { width: 375, height: 812 } });
  for (const label of await page.locator(".option label").all()) {
    assert.ok((await label.boundingBox()).height >= 44, await label.innerText());
  }
  await close();
});
