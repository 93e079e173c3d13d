// The whole search, from the first key to the sheet.
import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "./house.js";

const FIRST = "Équipe mobile";

test("a search from the first key to the sheet, by keyboard, without JavaScript", async () => {
  const { page, close } = await open("/", { javaScriptEnabled: false });
  await page.getByLabel("Que cherchez-vous", { exact: false }).focus();
  await page.keyboard.type("equipe mobile geriatrie bagneux");
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
