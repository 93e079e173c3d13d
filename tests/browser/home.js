// The one box, what it proposes while one types, and the place that stays.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { open, overflow, violations } from "./house.js";

const box = (page) => page.getByRole("combobox", { name: "Que cherchez-vous, et où" });
const options = (page) => page.getByRole("option");
const place = (page) => page.getByRole("region", { name: "Lieu", exact: true });

/** The option that the keyboard is on, as assistive technology is told. */
const active = (page) =>
  page.evaluate(() => {
    const id = document.activeElement?.getAttribute("aria-activedescendant");
    return (id && document.getElementById(id)?.textContent) ?? null;
  });

/** Writes in a field that proposes nothing yet, and waits for what it proposes. */
async function type(page, field, text) {
  await field.fill(text);
  await options(page).first().waitFor();
}

describe("while one types", () => {
  test("from the first letter to a sheet, by keyboard", async () => {
    const { page, errors, close } = await open("/?commune=92007");
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await box(page).focus();
    await page.keyboard.press("s");
    await options(page).first().waitFor();
    assert.equal(await box(page).getAttribute("aria-expanded"), "true");
    assert.match(await page.getByRole("status").first().innerText(), /^\d+ propositions$/);
    for (const group of ["Types de ressource", "Ressources", "Lieux"]) {
      assert.ok(await page.getByRole("group", { name: group }).isVisible(), group);
    }
    assert.equal(await page.getByRole("group", { name: "Besoins" }).count(), 0, "needs wait for words");
    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), height, "nothing moves");
    assert.deepEqual(await violations(page), []);

    await box(page).fill("");
    await type(page, box(page), "ssiad de bag");
    const listing = page.getByRole("group", { name: "Ressources" }).getByRole("option").first();
    const name = await listing.locator("bdi").first().innerText();
    // The kind, in that town, is proposed before it.
    do await page.keyboard.press("ArrowDown");
    while (await active(page) !== null && !(await active(page)).startsWith(name));
    assert.ok((await active(page)).startsWith(name));
    assert.equal(await listing.getAttribute("aria-selected"), "true");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/ressources/**commune=92007");
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), name);
    assert.deepEqual(errors, []);
    await close();
  });

  test("the keys of a combobox", async () => {
    const { page, close } = await open("/");
    await type(page, box(page), "ssiad");
    const count = await options(page).count();
    await page.keyboard.press("ArrowUp");
    assert.equal(await active(page), await options(page).nth(count - 1).innerText());
    await page.keyboard.press("ArrowDown");
    assert.equal(await active(page), null, "the field, between the last and the first");
    await page.keyboard.press("ArrowDown");
    assert.match(await active(page), /^SSIAD – Service de soins infirmiers à domicile$/);
    await page.keyboard.press("Home");
    assert.equal(await active(page), null);
    assert.equal(await box(page).evaluate((field) => field.selectionStart), 0);
    await page.keyboard.press("Escape");
    assert.equal(await options(page).count(), 0);
    assert.equal(await box(page).inputValue(), "ssiad", "what was typed stays");
    await page.keyboard.press("ArrowDown");
    await options(page).first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await options(page).count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), "Chercher");
    await close();
  });

  test("a kind and a need search, with the place that stays", async () => {
    const { page, close } = await open("/?commune=92007");
    await type(page, box(page), "ssiad");
    await options(page).filter({ hasText: "SSIAD – Service" }).click();
    await page.waitForURL("**/recherche?**");
    assert.equal(new URL(page.url()).search, "?commune=92007&category=ssiad");
    await box(page).fill("");
    await type(page, box(page), "tombe");
    await page.getByRole("group", { name: "Besoins" }).getByRole("option").first().click();
    await page.waitForURL(/q=.*tomb/i);
    assert.match(await place(page).innerText(), /Bagneux \(92\)/);
    await close();
  });

  test("a town proposed after a need keeps the need, and is the place from then on", async () => {
    const { page, close } = await open("/?commune=92002");
    await type(page, box(page), "emg bagn");
    await options(page).filter({ hasText: "emg Bagneux" }).click();
    await page.waitForURL("**/recherche?**");
    assert.match(await place(page).innerText(), /Bagneux \(92\)/);
    assert.equal(await box(page).inputValue(), "emg");
    await close();
  });

  test("nothing is proposed that a patient should not read, and the towns of the directory come first", async () => {
    const { page, close } = await open("/");
    for (const text of ["m", "p", "s", "pipe", "mon mari me"]) {
      const answered = page.waitForResponse((response) => new URL(response.url()).searchParams.get("q") === text);
      await box(page).fill(text);
      const { groups } = await (await answered).json();
      assert.ok(groups.every(({ kind }) => kind !== "need"), text);
    }
    await box(page).fill("");
    await type(page, box(page), "ba");
    assert.match(await options(page).first().innerText(), /^Bagneux/);
    await box(page).fill("");
    await type(page, box(page), "psy ado malakoff");
    const kind = page.getByRole("group", { name: "Types de ressource" }).getByRole("option").first();
    assert.match(await kind.innerText(), /, Malakoff$/);
    await kind.click();
    await page.waitForURL(/category=.*commune%3A92046|commune%3A92046.*category=/);
    await close();
  });

  test("an answer that fails, or comes too late, changes nothing", async () => {
    const { page, close } = await open("/");
    const asks = (text) => (url) => url.pathname === "/api/v1/suggest" && url.searchParams.get("q") === text;
    const held = new Promise((resolve) => page.route(asks("ss"), resolve));
    await box(page).pressSequentially("ss");
    const route = await held;
    const answered = page.waitForResponse((response) => asks("ssi")(new URL(response.url())));
    await page.keyboard.type("i");
    await answered;
    await options(page).first().waitFor();
    const shown = await options(page).allInnerTexts();
    // The browser has given it up already: nobody is there to hear it.
    await route.fulfill({ json: { groups: [] } }).catch(() => {});
    assert.deepEqual(await options(page).allInnerTexts(), shown);

    await page.route(asks("ssia"), (route) => route.fulfill({ status: 500, body: "" }));
    await page.keyboard.type("a");
    await options(page).first().waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/recherche?q=ssia");
    await close();
  });

  test("on a phone, in forced colours, nothing is cut and every option can be touched", async () => {
    const { page, close } = await open("/", { viewport: { width: 320, height: 640 }, hasTouch: true, forcedColors: "active" });
    await type(page, box(page), "s");
    assert.ok((await overflow(page)) <= 0);
    for (const option of await options(page).all()) assert.ok((await option.boundingBox()).height >= 44);
    const kind = options(page).first();
    const said = await kind.innerText();
    await kind.tap();
    await page.waitForURL("**/recherche?category=**");
    assert.ok(said.endsWith(await box(page).inputValue()), said);
    await close();
  });
});

describe("the place stays", () => {
  test("chosen in its own field, it is on every page of the visit", async () => {
    const { page, close } = await open("/aide");
    await place(page).getByText("Préciser").click();
    await type(page, page.getByRole("combobox", { name: "Commune ou code postal" }), "bagn");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/aide?**");
    for (const link of ["Carte", "Qui coordonne ici", "Aide", "Sélection", "Comment les résultats sont classés"]) {
      await page.locator("header.site, footer.site").getByRole("link", { name: link, exact: true }).click();
      await page.waitForURL(/commune=92007/);
      assert.match(await place(page).innerText(), /Lieu\s: Bagneux \(92\)/, link);
    }
    await close();
  });

  test("its form covers nothing, open or left", async () => {
    for (const [width, javaScriptEnabled] of [[375, true], [1280, true], [375, false]]) {
      const { page, close } = await open("/recherche?q=ssiad&commune=92007", { viewport: { width, height: 812 }, javaScriptEnabled });
      const summary = place(page).getByText("Changer");
      const before = await summary.boundingBox();
      await summary.click();
      assert.deepEqual(await summary.boundingBox(), before, "what was pressed stays under the finger");
      await place(page).getByRole("button", { name: "Choisir ce lieu" }).focus();
      await page.keyboard.press("Tab");
      const field = page.getByLabel("Que cherchez-vous, et où");
      const focused = javaScriptEnabled ? box(page) : field;
      assert.ok(await focused.evaluate((element) => element === document.activeElement));
      // Whatever is in sight where the field and its button are is themselves.
      for (const part of [field, page.getByRole("button", { name: "Chercher" })]) {
        const covered = await part.evaluate((element) => {
          const { left, top, width, height } = element.getBoundingClientRect();
          const points = [[2, 2], [width / 2, height / 2], [width - 3, height - 3]];
          return points.some(([x, y]) => !element.contains(document.elementFromPoint(left + x, top + y)));
        });
        assert.equal(covered, false, `${width}`);
      }
      await close();
    }
  });

  test("on a phone, the answer begins in the upper third, and the button keeps its name and size", async () => {
    const { page, close } = await open("/recherche?q=equipe+mobile+geriatrie&commune=92007", { viewport: { width: 375, height: 812 } });
    assert.ok((await page.getByRole("heading", { level: 1 }).boundingBox()).y < 300);
    const button = await page.getByRole("button", { name: "Chercher", exact: true }).boundingBox();
    assert.ok(button.width >= 44 && button.height >= 44);
    assert.ok(Math.abs(button.y - (await box(page).boundingBox()).y) < 2, "beside the field");
    await close();
  });

  test("one that is none for sure is said first, and its field is known to be wrong", async () => {
    for (const [typed, title] of [["zzzz", /^Lieu inconnu – /], ["Saint-Denis", /^Quel lieu\s\? – /]]) {
      const { page, close } = await open(`/?commune=${typed}`);
      assert.match(await page.title(), title);
      const field = page.getByRole("combobox", { name: "Commune ou code postal" });
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      const described = await field.evaluate((element) => document.getElementById(element.getAttribute("aria-describedby")).textContent);
      assert.match(described, /aucun lieu de ce nom|Lequel est-ce/);
      await close();
    }
  });

  test("its panel goes away with Escape", async () => {
    const { page, close } = await open("/?commune=92007");
    const field = page.getByRole("combobox", { name: "Commune ou code postal" });
    await place(page).getByText("Changer").click();
    await field.focus();
    await page.keyboard.press("Escape");
    assert.equal(await field.isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "SUMMARY");
    await close();
  });

  test("chosen, asked again when several share its name, changed and dropped without JavaScript", async () => {
    const { page, close } = await open("/recherche?q=emg&selection=0123456789ab", { javaScriptEnabled: false });
    const choose = async (opening, written) => {
      await place(page).getByText(opening).click();
      await page.getByLabel("Commune ou code postal").fill(written);
      await page.getByRole("button", { name: "Choisir ce lieu" }).click();
    };
    await choose("Préciser", "92220");
    assert.match(await place(page).innerText(), /Bagneux \(92\)/);
    assert.match(page.url(), /q=emg&selection=0123456789ab&commune=92220$/);
    await page.getByRole("link", { name: "Aide", exact: true }).click();
    await choose("Changer", "Saint-Denis");
    assert.match(await place(page).innerText(), /plusieurs lieux portent ce nom/);
    await place(page).getByRole("link", { name: "Saint-Denis (93)" }).click();
    assert.match(await place(page).innerText(), /Saint-Denis \(93\)/);
    assert.match(page.url(), /\/aide\?selection=0123456789ab&commune=93066$/);
    await place(page).getByRole("link", { name: "Retirer le lieu" }).click();
    assert.match(await place(page).innerText(), /Lieu non précisé/);
    await choose("Préciser", "zzzzzz");
    assert.match(await place(page).innerText(), /aucun lieu de ce nom/);
    assert.equal(await page.getByLabel("Commune ou code postal").inputValue(), "zzzzzz");
    await close();
  });

  test("a town typed in the box wins over it, and is kept", async () => {
    const { page, close } = await open("/?commune=92007", { javaScriptEnabled: false });
    const search = async (text) => {
      await page.getByLabel("Que cherchez-vous, et où").fill(text);
      await page.getByRole("button", { name: "Chercher" }).click();
      return place(page).innerText();
    };
    assert.match(await search("emg"), /Bagneux \(92\)/);
    assert.match(await search("ssiad Antony"), /Antony \(92\)/);
    assert.match(await search("emg"), /Antony \(92\)/);
    assert.match(await search("emg Bagneux"), /Bagneux \(92\)/);
    await close();
  });
});
