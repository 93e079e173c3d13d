// The selection: put in order and noted without a script, printed on a page, copied and shared with one.
import assert from "node:assert/strict";
import { test } from "node:test";

import { house, open, sheets } from "./house.js";
import { shortIds } from "./server.js";

const NOTE = "Appeler plutôt le matin et dire la commune. Prévoir le dernier compte rendu et la liste des traitements. ".repeat(2).slice(0, 200);

/** The address of a selection, each of its listings with this note. */
function selection(ids, note) {
  const notes = note ? ids.map((id) => `&note.${id}=${encodeURIComponent(note)}`).join("") : "";
  return `/selection?commune=92007&selection=${ids.join(".")}${notes}`;
}

const names = (page) => page.locator(".entry h2 a").allInnerTexts();

test("listings are put in order, noted and taken out by keyboard, without JavaScript", async () => {
  const ids = await shortIds(house.demo, 2);
  const { page, close } = await open(selection(ids), { javaScriptEnabled: false });
  const [first, second] = await names(page);
  assert.equal(await page.getByRole("button", { name: "Imprimer" }).count(), 0);
  assert.ok(await page.getByText("touches Ctrl et P").isVisible());

  await page.getByLabel("Titre (sans nom de personne)").fill("Sortie d’hospitalisation");
  await page.getByLabel(`Note sur ${second}`).focus();
  await page.keyboard.type("Le matin");
  // Moving keeps what was typed, and the focus goes on with the listing that moved.
  await page.getByRole("button", { name: `Monter ${second}` }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/selection?*#r-${ids[1]}`);
  assert.deepEqual(await names(page), [second, first]);
  assert.equal(await page.locator(":focus").getAttribute("id"), `r-${ids[1]}`);
  assert.equal(await page.getByLabel(`Note sur ${second}`).inputValue(), "Le matin");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Sortie d’hospitalisation");

  // Enter in a field keeps the words, and moves nothing.
  await page.getByLabel("Titre (sans nom de personne)").fill("Autre titre");
  await page.keyboard.press("Enter");
  await page.waitForURL("**titre=Autre+titre**");
  assert.deepEqual(await names(page), [second, first]);

  await page.getByRole("button", { name: `Retirer ${second}` }).click();
  await page.waitForURL(`**#r-${ids[0]}`);
  assert.deepEqual(await names(page), [first]);
  await page.getByRole("link", { name: "Vider la sélection" }).click();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Votre sélection est vide");
  await close();
});

test("the text and the link are copied, and the link opens the same page", async () => {
  const ids = await shortIds(house.demo, 2);
  const { page, errors, close } = await open(selection(ids, "Le matin"), { permissions: ["clipboard-read", "clipboard-write"] });
  const before = await page.getByRole("main").innerText();
  const pasted = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copier le texte" }).click();
  await page.getByRole("status").filter({ hasText: "Texte copié" }).waitFor();
  const text = await pasted();
  for (const said of [...(await names(page)), "Note\u00a0: Le matin", "Cette sélection en ligne"]) assert.ok(text.includes(said), said);
  assert.equal(text.trim(), (await page.request.get(page.url().replace("/selection?", "/selection.txt?")).then((answer) => answer.text())).trim());

  await page.getByRole("button", { name: "Copier le lien" }).click();
  await page.getByRole("status").filter({ hasText: "Lien copié" }).waitFor();
  const link = await pasted();
  await page.goto(link);
  assert.equal(await page.getByRole("main").innerText(), before);
  assert.deepEqual(errors, []);
  await close();
});

test("what is typed is copied, printed and in the address at once, and found again by going back", async () => {
  const ids = await shortIds(house.demo, 2);
  const { page, errors, close } = await open(selection(ids), { permissions: ["clipboard-read", "clipboard-write"] });
  assert.equal(await page.getByRole("button", { name: "Garder le titre" }).count(), 0, "nothing to do to keep it");
  await page.getByLabel("Titre (sans nom de personne)").fill("Sortie");
  await page.getByLabel("Note sur").first().fill("À rappeler");
  await page.getByRole("button", { name: "Copier le texte" }).click();
  await page.getByRole("status").filter({ hasText: "Texte copié" }).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(text.startsWith("Sortie\n") && text.includes("Note\u00a0: À rappeler"), text);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Sortie");
  const link = await page.locator("#lien-copie").inputValue();
  assert.ok(link.includes("titre=Sortie") && link.includes(`note.${ids[0]}=`), link);
  assert.match(await page.locator("#courriel").getAttribute("href"), /^mailto:\?subject=Sortie&body=.*rappeler/s);

  await page.getByLabel("Note sur").last().fill("Le matin");
  await page.locator(".entry h2 a").first().click();
  await page.waitForURL("**/ressources/**");
  await page.goBack();
  assert.equal(await page.getByLabel("Note sur").first().inputValue(), "À rappeler");
  assert.equal(await page.getByLabel("Note sur").last().inputValue(), "Le matin");

  // Paper has even what is still being typed.
  await page.getByLabel("Note sur").first().fill("Demain");
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.getByText("Demain", { exact: true }).and(page.locator("p")).isVisible());
  assert.deepEqual(errors, []);
  await close();
});

test("a portal that does not answer is said, and what was typed stays in the address", async () => {
  const ids = await shortIds(house.demo, 1);
  const { page, close } = await open(selection(ids));
  await page.context().setOffline(true);
  const behind = page.getByText("L’annuaire ne répond pas");
  assert.equal(await behind.isVisible(), false);
  await page.getByLabel("Note sur").fill("À rappeler");
  await page.keyboard.press("Tab");
  await behind.waitFor();
  assert.ok(page.url().includes(`note.${ids[0]}=`));
  await close();
});

test("twelve listings with long notes are printed on one page, with what it is and where it comes from", async () => {
  const ids = await shortIds(house.demo, 12);
  const { page, close } = await open(selection(ids, NOTE));
  assert.equal((await names(page)).length, 12);
  assert.equal(await sheets(page), 1);
  await page.emulateMedia({ media: "print" });
  for (const seen of [page.getByText("Données de démonstration", { exact: false }).first(), page.locator(".qr"), page.locator(".online")]) {
    assert.ok(await seen.isVisible());
  }
  for (const hidden of [page.getByRole("button"), page.getByRole("textbox"), page.getByRole("navigation")]) {
    assert.equal(await hidden.filter({ visible: true }).count(), 0);
  }
  await close();
});

test("six listings that say much are printed on one page", async () => {
  const { page, close } = await open(selection(await shortIds(house.demo, 6), NOTE));
  await page.evaluate(() => {
    for (const long of document.querySelectorAll(".entry h2 bdi, .entry .how bdi, .entry .hours bdi")) long.textContent = "Un texte que la source a écrit long. ".repeat(30);
  });
  assert.equal(await sheets(page), 1);
  await close();
});
