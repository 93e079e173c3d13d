// A day of the team, in the order that it is lived: first each of its screens, then the work, by keyboard where people would.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { enter, faults, house, leave, tabTo } from "./house.js";
import { OUTSIDE, REFUSED, SCREENS } from "./screens.js";
import { CAMILLE, EMG, PASSWORD, SACHA, importAgain, listingNamed, logIn, searched, startTeam } from "./team.js";

before(() => enter(startTeam));
after(leave);

const newContext = (options = {}) => house.browser.newContext({ baseURL: house.demo.address, locale: "fr-FR", ...options });

describe("every screen is accessible, light and dark, and no wider than 320 px", () => {
  for (const [who, screens] of [[null, OUTSIDE], [SACHA, SCREENS], [CAMILLE, REFUSED]]) {
    describe(who?.name ?? "nobody yet", () => {
      let context;
      before(async () => {
        context = await newContext();
        if (who) await (await logIn(context, who)).close();
      });
      after(() => context?.close());

      for (const [name, come] of screens) {
        test(name, async () => {
          const page = await context.newPage();
          await come(page, house.demo);
          const wrong = await faults(page);
          await page.close();
          assert.deepEqual(wrong, []);
        });
      }
    });
  }
});

/** How long after the answer to what `act` sends the API finds what is looked for, in milliseconds. */
async function delay(page, act, found) {
  const answered = page.waitForResponse((response) => response.request().method() === "POST" && response.status() === 303);
  answered.catch(() => {});
  await act();
  await answered;
  const since = performance.now();
  while (!(await found())) {
    if (performance.now() - since > 20_000) throw new Error("what was written is not found");
  }
  return performance.now() - since;
}

/** The longest that was waited. */
let slowest = 0;

/** One of these writes is found in less than a second: a machine that does much else may be late for those before it. */
async function soon(page, ...writes) {
  const delays = [];
  for (const [act, found] of writes) {
    delays.push(await delay(page, act, found));
    slowest = Math.max(slowest, delays.at(-1));
    if (delays.at(-1) < 1_000) return;
  }
  assert.fail(`found after ${delays.map(Math.round)} ms`);
}

/** The history of a listing has a change for this reason, by who is logged in. */
async function told(page, listing, reason) {
  const history = await page.context().newPage();
  await history.goto(`/animation/fiches/${listing}/histoire`);
  const line = history.locator(".who-did", { hasText: reason }).first();
  assert.match(await line.innerText(), new RegExp(CAMILLE.name), reason);
  await history.close();
}

const said = (page) => page.locator("p.said").innerText();
const phoneOf = async (name, commune) => (await listingNamed(house.demo, name, commune)).phone;
const click = (page, name) => page.getByRole("button", { name, exact: true }).click();
/** The line of the inbox about this listing. */
const line = (page, name) => page.locator(".inbox > li").filter({ has: page.getByRole("heading", { level: 3, name, exact: true }) });

test("a day", async (t) => {
  const context = await newContext();
  const page = await context.newPage();
  const step = (name, run) => t.test(name, run);

  await step("one logs in, by keyboard", async () => {
    await page.goto("/animation");
    assert.match(page.url(), /\/connexion/);
    await tabTo(page, "#courriel");
    await page.keyboard.type(CAMILLE.email);
    await tabTo(page, "#mot_de_passe");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/animation");
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "À traiter");
  });

  await step("a report is settled, by keyboard", async () => {
    await tabTo(page, "#l1-raison");
    await page.keyboard.type("horaires précisés au téléphone");
    await tabTo(page, "button[value=traite]");
    await page.keyboard.press("Enter");
    await page.waitForURL("**dit=traite**");
    assert.match(await said(page), /1\s+signalement traité/);
  });

  await step("a conflict: ours is kept, by keyboard", async () => {
    await page.goto("/animation?type=conflit");
    await tabTo(page, "#l1-raison");
    await page.keyboard.type("le secrétariat confirme");
    await tabTo(page, "button[value=garder]");
    await page.keyboard.press("Enter");
    await page.waitForURL("**dit=garder**");
    const { id, phone } = await listingNamed(house.demo, "SSIAD de la Bièvre", "92002");
    assert.equal(phone, "+33199000009");
    await told(page, id, "le secrétariat confirme");
  });

  await step("what is no duplicate is said so", async () => {
    await page.goto("/animation?type=doublon");
    const clic = page.locator(".inbox > li", { hasText: "CLIC de l’Orme" });
    await clic.getByLabel("Pourquoi").first().fill("deux équipes, deux bureaux");
    await clic.getByRole("button", { name: "Ce n’est pas un doublon" }).click();
    await page.waitForURL("**dit=distinct**");
    assert.equal(await clic.count(), 0);
    await page.goto("/animation/doublons?vue=decisions");
    assert.match(await page.locator(".pairs").innerText(), /Camille Durand[^]*deux équipes, deux bureaux/);
  });

  await step("what its source withdrew is kept, and searches find it", async () => {
    await page.goto("/animation?type=retrait");
    const moulin = line(page, "Portage de repas du Moulin");
    await moulin.getByLabel("Pourquoi").first().fill("elle livre toujours");
    const found = async () => (await searched(house.demo, "Portage de repas du Moulin", "92032")).some((hit) => hit.name.endsWith("du Moulin"));
    assert.equal(await found(), false);
    await soon(page, [() => moulin.getByRole("button", { name: "Garder dans l’annuaire" }).click(), found]);
    await page.waitForURL("**dit=gardee**");
    await told(page, (await listingNamed(house.demo, "Portage de repas du Moulin", "92032")).id, "elle livre toujours");
  });

  await step("a listing that nobody can call gets a number, from the inbox", async () => {
    await page.goto("/animation?type=sans-contact");
    await line(page, "Accueil de jour des Lilas").getByRole("link", { name: "Donner un contact" }).click();
    await page.locator("#phone").fill("01 99 00 00 14");
    await page.locator("#raison").fill("trouvé sur leur porte");
    await soon(page, [() => click(page, "Enregistrer"), async () => (await phoneOf("Accueil de jour des Lilas", "92046")) === "+33199000014"]);
    await page.waitForURL("**dit=corrigee");
    await told(page, page.url().match(/fiches\/([^?]+)/)[1], "trouvé sur leur porte");
  });

  await step("a listing that serves nobody gets a zone, and is found from its commune", async () => {
    await page.goto("/animation?type=sans-zone");
    await line(page, "Accueil de jour des Lilas").getByRole("link", { name: "Dire sa zone" }).click();
    await addCommune(page, "Vanves");
    await page.locator("#raison").fill("ils vont jusqu’à Vanves");
    await soon(page, [() => click(page, "Enregistrer la zone"), serves("Accueil de jour des Lilas", "92075")]);
    await page.waitForURL("**dit=**");
    await told(page, page.url().match(/fiches\/([^/?]+)/)[1], "ils vont jusqu’à Vanves");
  });

  const { emg } = house.demo;
  await step("a phone is corrected, by keyboard, and found at once", async () => {
    const correct = (phone) => [
      async () => {
        await page.goto(`/animation/fiches/${emg}`);
        await tabTo(page, "#phone");
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.type(phone);
        await tabTo(page, "#raison");
        await page.keyboard.type(`appelés ce matin, ${phone}`);
        await page.keyboard.press("Enter");
      },
      async () => (await phoneOf(...EMG)) === phone.replaceAll(" ", "").replace("0", "+33"),
    ];
    await soon(page, ...["01 99 00 00 21", "01 99 00 00 22", "01 99 00 00 23"].map(correct));
    await page.waitForURL("**dit=corrigee");
    await told(page, emg, "appelés ce matin, 01 99 00 00 2");
  });

  await step("searches are tried on what is typed and not saved", async () => {
    await page.goto(`/animation/fiches/${emg}`);
    await page.locator("#cost").fill("10 € la séance");
    await click(page, "Essayer des recherches");
    await page.waitForURL("**/essai");
    assert.match(await page.locator("main").innerText(), /pas enregistrées\s*: Coût\./);
    assert.equal(await page.locator(".trouble").count(), 0);
  });

  const ours = await phoneOf(...EMG);
  await step("its source says otherwise when it is imported again: the conflict waits, and ours is kept", async () => {
    await importAgain(house.demo, { emg: "01 99 00 00 31", repas: "01 99 00 00 35" });
    assert.equal(await phoneOf(...EMG), ours, "what people saw stays");
    await page.goto("/animation?type=conflit");
    const conflict = line(page, EMG[0]);
    assert.match(await conflict.innerText(), /01 99 00 00 31/);
    await conflict.getByLabel("Pourquoi").first().fill("l’annuaire a l’ancien standard");
    await conflict.getByRole("button", { name: "Garder la nôtre" }).click();
    await page.waitForURL("**dit=garder**");
    assert.equal(await conflict.count(), 0);
    assert.equal(await phoneOf(...EMG), ours);
    await told(page, emg, "l’annuaire a l’ancien standard");
  });

  const alike = async () => (await listingNamed(house.demo, ...EMG)).also.length;
  await step("two are merged, and parted", async () => {
    assert.equal(await alike(), 1, "one is shown, the other said beside");
    await page.goto("/animation?type=doublon");
    await page.locator(".inbox > li", { hasText: EMG[0] }).getByRole("link", { name: "Comparer et décider" }).click();
    await page.locator("#raison-meme").fill("même standard, même équipe");
    await page.getByRole("radio", { name: "Fiche 1" }).first().check();
    await soon(page, [() => page.locator("#meme").getByRole("button", { name: "C’est la même chose" }).click(), async () => (await alike()) === 0]);
    await told(page, emg, "même standard, même équipe");

    await page.goto(`/animation/doublons/${emg}`);
    const decision = page.locator(".pairs > li", { hasText: "même standard, même équipe" });
    await decision.locator("summary").click();
    await decision.getByLabel("Pourquoi l’annuler").fill("deux équipes en fait");
    await soon(page, [() => decision.getByRole("button", { name: "Annuler la décision" }).click(), async () => (await alike()) === 1]);
    await told(page, emg, "deux équipes en fait");
  });

  await step("a zone is redrawn, and the listing found from the commune just added", async () => {
    const found = serves(EMG[0], "92071");
    assert.equal(await found(), false);
    await page.goto(`/animation/fiches/${emg}/zone`);
    await addCommune(page, "Sceaux");
    await page.locator("#raison").fill("Sceaux est de leur convention");
    await soon(page, [() => click(page, "Enregistrer la zone"), found]);
    await told(page, emg, "Sceaux est de leur convention");
  });

  await step("ten are verified at once", async () => {
    await page.goto("/animation?type=verification");
    // The label is what one touches: it covers its box.
    const boxes = page.locator(".inbox > li .pick label");
    const names = await page.locator(".inbox > li h3").allInnerTexts();
    for (let place = 0; place < 10; place += 1) await boxes.nth(place).click();
    await page.locator("#lot").getByRole("button", { name: "Par téléphone" }).click();
    await page.waitForURL("**dit=verifiees-10");
    assert.match(await said(page), /10\s+fiches vérifiées/);
    const left = await page.locator(".inbox > li h3").allInnerTexts();
    assert.deepEqual(left, names.slice(10));
  });

  await step("an import is undone as a whole", async () => {
    const [name, commune] = ["Portage de repas du Marché", "92023"];
    assert.equal(await phoneOf(name, commune), "+33199000035");
    await page.goto("/animation/imports?source=annuaire");
    await page.locator(".imports a").first().click();
    await page.getByLabel("Pourquoi").fill("mauvais fichier");
    await soon(page, [() => page.getByRole("button", { name: /^Annuler l’import/ }).click(), async () => (await phoneOf(name, commune)) === "+33199000005"]);
    await page.getByText("Annulé le").waitFor();
    assert.equal(await phoneOf(...EMG), ours, "what people saw stays");
    await told(page, (await listingNamed(house.demo, name, commune)).id, "mauvais fichier");
  });

  await step("one logs out", async () => {
    await click(page, "Se déconnecter");
    await page.goto("/animation");
    assert.match(page.url(), /\/connexion/);
  });
  t.diagnostic(`what was written was found in ${Math.round(slowest)} ms at most`);
  await context.close();
});

/** Whether a search from this commune finds the listing among those that serve it. */
function serves(name, commune) {
  return async () => (await searched(house.demo, name, commune)).some((hit) => hit.name === name && hit.serves !== "no");
}

/** Adds a commune to the draft of a zone, by its name. */
async function addCommune(page, name) {
  await page.getByLabel("Ajouter par le nom").fill(name);
  await click(page, "Chercher");
  await page.locator("#proposees").getByRole("button", { name: /^Ajouter/ }).first().click();
  await page.locator("#raison").waitFor();
}

test("without JavaScript, one logs in, corrects, settles and verifies", async () => {
  const context = await newContext({ javaScriptEnabled: false });
  const page = await logIn(context);
  const { emg } = house.demo;

  await page.goto(`/animation/fiches/${emg}`);
  await page.locator("#phone").fill("01 99 00 00 41");
  await page.locator("#raison").fill("nouveau standard");
  await soon(page, [() => click(page, "Enregistrer"), async () => (await phoneOf(...EMG)) === "+33199000041"]);
  await told(page, emg, "nouveau standard");

  await page.goto("/animation?type=verification");
  const stale = page.locator(".inbox > li").first();
  const name = await stale.getByRole("heading", { level: 3 }).innerText();
  await stale.locator("summary", { hasText: "Mettre de côté" }).click();
  await stale.locator("details").getByLabel("Pourquoi").fill("rappeler lundi");
  await stale.getByRole("button", { name: "Mettre de côté" }).click();
  await page.waitForURL("**dit=cote**");
  assert.equal(await line(page, name).count(), 0);

  const last = page.locator(".inbox > li").first();
  await last.locator("fieldset").getByRole("button", { name: "Sur place" }).click();
  await page.waitForURL("**dit=verifiee**");
  assert.match(await said(page), /vérifiée/);
  await context.close();
});
