// The desk as it is lived: calls answered with the keyboard alone, a name refused, a server that dies in the middle of a call.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { DESK_SCREENS, NOA, answerAtDesk, logInAtDesk, rows, startDesk } from "./desk.js";
import { enter, faults, house, leave, sheets, tabTo } from "./house.js";
import { start } from "./server.js";
import { PASSWORD } from "./team.js";

const newContext = (options = {}) => house.browser.newContext({ baseURL: house.demo.address, locale: "fr-FR", ...options });

/** The session of whoever answers here: one logs in once. */
let storageState;

before(async () => {
  await enter(startDesk);
  const context = await newContext();
  await logInAtDesk(context);
  storageState = await context.storageState();
  await context.close();
});
after(leave);

/** A blank page of the desk, in a browser of its own. */
async function atDesk(options = {}) {
  const context = await newContext({ storageState, ...options });
  const page = await context.newPage();
  await page.goto("/accueil");
  return { context, page };
}

/** What there is of a call in the store. */
async function callOf(query) {
  const found = await rows(
    house.demo,
    `select call.*, (select count(*) from call_listing where call = call.id and given_at is not null) as given
     from call where query = '${query.replaceAll("'", "''")}'`,
  );
  assert.equal(found.length, 1, `one call is about ${query}`);
  return found[0];
}

const said = (page, words) => page.locator("main .said").getByText(words);
const inList = (page) => page.locator("#reponses[data-ready] [role=row]:focus").waitFor();
const inSearch = (page) => page.locator("#q:focus").waitFor();

/** Hands on a keyboard: how often they pressed since the need was typed. */
class Hands {
  presses = 0;

  constructor(page) {
    this.page = page;
  }

  async press(...keys) {
    for (const key of keys) {
      this.presses += 1;
      await this.page.keyboard.press(key);
    }
  }

  /** Types a need in the search box, which has the focus, and searches it. */
  async search(query) {
    await inSearch(this.page);
    await this.page.keyboard.type(query);
    await this.press("Enter");
    await inList(this.page);
  }

  /** Ends the call with these keys; hands are back in the search box of the next. */
  async end(...keys) {
    await this.press(...keys);
    await said(this.page, "Appel enregistré").waitFor();
    await inSearch(this.page);
  }
}

/** Who asks, as `1` to `8`. */
const [GP, , HOSPITAL, , SOCIAL, , PERSON] = ["1", "2", "3", "4", "5", "6", "7"];

/** The calls that are answered at once: what is typed, the keys, and what the store says of it then. */
const CALLS = [
  ["a geriatric team at home in Bagneux", "équipe mobile de gériatrie à domicile bagneux 82 ans", ["d", "d", "d", GP, "f"],
    { home: "92007", requester: "medecin-generaliste", answer: "orientation", age_band: "75-plus", subject: "personnes-agees", given: 3 }],
  ["an MDPH file, from outside the territory", "dossier mdph versailles", [PERSON, "h"],
    { home: "78646", requester: "usager", answer: "hors-territoire", given: 1 }],
  ["a cluttered home", "logement encombré diogène montrouge", ["d", "d", SOCIAL, "f"],
    { home: "92049", requester: "social", answer: "orientation", given: 2 }],
  ["a carer at the end of her strength", "aidante épuisée par son mari châtillon", ["d", "d", "d", PERSON, "f"],
    { home: "92020", requester: "usager", answer: "orientation", given: 3 }],
  ["an autism diagnosis for a child", "diagnostic autisme enfant de 4 ans clamart", ["d", "d", PERSON, "f"],
    { home: "92023", age_band: "0-25", answer: "orientation", given: 2 }],
  ["no GP", "ne trouve pas de médecin traitant malakoff", ["d", "d", PERSON, "f"],
    { home: "92046", requester: "usager", answer: "orientation", given: 2 }],
  ["care without health cover", "soins sans couverture maladie antony", ["d", "d", SOCIAL, "f"],
    { home: "92002", requester: "social", answer: "orientation", given: 2 }],
  ["homeless tonight", "hébergement pour ce soir, à la rue", ["s", "d", "d", SOCIAL, "f"],
    { home: "sans-domicile", requester: "social", answer: "orientation", given: 2 }],
  ["palliative care at home", "soins palliatifs à domicile bagneux 68 ans", ["d", "d", "d", HOSPITAL, "f"],
    { home: "92007", requester: "etablissement-sanitaire", age_band: "60-74", answer: "orientation", given: 3 }],
  ["place unknown", "portage de repas", ["l", "d", PERSON, "f"],
    { home: "inconnu", requester: "usager", answer: "orientation", given: 1 }],
];

const SUICIDE = "homme de 45 ans qui parle de suicide, bagneux";
const PARKED = "ssiad antony";
const MEANWHILE = "clic fontenay aux roses";

test("twelve calls with the keyboard only", async (t) => {
  const { context, page } = await atDesk();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  const presses = [];

  for (const [name, query, keys, expected] of CALLS) {
    await t.test(name, async () => {
      const hands = new Hands(page);
      await hands.search(query);
      await hands.end(...keys);
      presses.push(hands.presses);
      const call = await callOf(query);
      assert.ok(call.closed_at && call.answered_at, "logged, and answered");
      assert.equal(call.channel, "telephone");
      for (const [what, value] of Object.entries(expected)) assert.equal(call[what], value, what);
    });
  }

  await t.test("a suicidal remark: the number is there before anything is searched", async () => {
    const hands = new Hands(page);
    await inSearch(page);
    await page.keyboard.type(SUICIDE);
    const alert = page.getByRole("alert");
    await alert.getByText("3114", { exact: true }).waitFor();
    await hands.press("Enter");
    await inList(page);
    assert.match(await alert.innerText(), /3114/);
    assert.equal(await alert.count(), 1);
    const [above, list] = [await alert.boundingBox(), await page.locator("#reponses").boundingBox()];
    assert.ok(above.y < list.y, "above the results");
    await hands.end("d", "d", GP, "f");
    presses.push(hands.presses);
    const call = await callOf(SUICIDE);
    assert.deepEqual([call.answer, call.given, call.age_band], ["orientation", 2, "26-59"]);
  });

  await t.test("two calls at once, one parked", async () => {
    const [first, second] = [new Hands(page), new Hands(page)];
    await first.search(PARKED);
    await first.press("d", "x");
    await said(page, "Appel mis en attente").waitFor();
    await second.search(MEANWHILE);
    assert.match(await page.locator(".waiting").innerText(), /Antony[^]*SSIAD de la Bièvre/, "the parked one stays in sight");
    await second.end("d", SOCIAL, "f");
    await first.press("ArrowDown", "y");
    await page.waitForFunction((query) => document.querySelector("#q").value === query, PARKED);
    await inList(page);
    await first.end(GP, "f");
    presses.push(first.presses, second.presses);
    for (const query of [PARKED, MEANWHILE]) {
      const call = await callOf(query);
      assert.deepEqual([call.answer, call.given, call.parked], ["orientation", 1, false]);
      assert.ok(call.closed_at && call.answered_at);
    }
  });

  await t.test("at most six key presses, half of the time", () => {
    const sorted = presses.toSorted((a, b) => a - b);
    const median = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
    t.diagnostic(`key presses after the query is typed: ${presses.join(", ")}; median ${median}`);
    assert.ok(median <= 6, `median ${median}`);
  });

  await t.test("outside the territory, the right DAC was given, and those of the place were shown", async () => {
    const [{ name }] = await rows(house.demo, `
      select listing.name from call join call_listing on call_listing.call = call.id join listing on listing.id = call_listing.listing
      where call.answer = 'hors-territoire'`);
    assert.equal(name, "DAC Yvelines Sud");
  });

  assert.deepEqual(errors, []);
  await context.close();
});

test("other endings, by keyboard: the answer leaves, level 2, somebody is called back", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("cmp bagneux adultes");
  await hands.press("d", "e");
  await page.waitForURL("**/reponse");
  await page.getByRole("heading", { name: "Envoyer la réponse" }).waitFor();
  await page.getByRole("link", { name: "Revenir à l’appel" }).click();
  await page.locator("#reponses [role=row]").first().focus();
  await hands.end(GP, "f");
  assert.deepEqual(await callOf("cmp bagneux adultes").then(({ given, answer }) => [given, answer]), [1, "orientation"]);

  await hands.search("sortie d’hôpital difficile bagneux");
  await hands.end("n", HOSPITAL, "f");
  const coordinated = await callOf("sortie d’hôpital difficile bagneux");
  assert.ok(coordinated.closed_at);
  assert.equal(coordinated.answer, "appui-coordination");

  await hands.search("hébergement temporaire bagneux");
  await hands.press("r");
  await page.locator("[aria-pressed=true]", { hasText: "À rappeler" }).waitFor();
  await inList(page);
  await hands.end(SOCIAL, "f");
  const recalled = await callOf("hébergement temporaire bagneux");
  assert.deepEqual([recalled.recall, recalled.answered_at], [true, null], "not answered yet");
  await context.close();
});

test("a pain in the chest: 15, as it is typed", async () => {
  const { context, page } = await atDesk();
  await inSearch(page);
  await page.keyboard.type("douleur dans la poitrine depuis une heure");
  await page.getByRole("alert").getByText("15", { exact: true }).waitFor();
  assert.equal((await rows(house.demo, "select 1 from call where query like '%poitrine%'")).length, 0, "nothing was searched");
  await context.close();
});

test("the answer of four resources, and the sheet of their call, are each one page of paper", async () => {
  const { context, page } = await atDesk();
  const call = await answerAtDesk(page, "équipe mobile bagneux", "d", "d", "d", "d", "1", "f");
  await page.goto(`${call}/reponse`);
  assert.equal(await page.locator(".entries > *").count(), 4);
  assert.equal(await sheets(page), 1);
  await page.emulateMedia({ media: "print" });
  for (const hidden of [page.getByRole("button"), page.getByRole("textbox"), page.getByRole("navigation")]) {
    assert.equal(await hidden.filter({ visible: true }).count(), 0);
  }
  await page.goto(call);
  assert.equal(await page.locator(".given > li").count(), 4);
  assert.equal(await sheets(page), 1);
  assert.equal(await page.getByRole("button").filter({ visible: true }).count(), 0);
  await context.close();
});

const MARTIN = "mari de Mme Martin, 06 12 34 56 78";

test("a name and a number: told as they are typed, refused, and taken out by one key", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("ssiad bourg la reine");
  await tabTo(page, "#note");
  await page.keyboard.type(MARTIN);
  await page.locator("#note-relu").filter({ hasText: "Martin" }).waitFor();
  assert.match(await page.locator("#note-relu").innerText(), /Mme Martin\s»\s: un nom de personne[^]*06 12 34 56 78\s»\s: un numéro de téléphone/);
  assert.match(await page.locator("#note").getAttribute("aria-describedby"), /note-relu/);
  await page.keyboard.press("Escape");
  await inList(page);
  await page.keyboard.press("1");
  await page.keyboard.press("f");
  const button = page.getByRole("button", { name: "Retirer et enregistrer" });
  await page.waitForFunction((wanted) => document.activeElement?.textContent === wanted, "Retirer et enregistrer");
  assert.equal((await callOf("ssiad bourg la reine")).note, "", "nothing of it is kept");
  assert.equal(await page.locator("#note").inputValue(), MARTIN, "what was typed is still there");
  assert.ok((await page.locator("#reponses [role=row]").count()) > 0, "the search is answered all the same");
  assert.ok(await button.isVisible());
  await page.keyboard.press("Enter");
  await said(page, "Appel enregistré").waitFor();
  const { note, closed_at } = await callOf("ssiad bourg la reine");
  assert.ok(closed_at && !/Martin|06/.test(note), note);
  await context.close();
});

test("the contact of the resource itself is no identity", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("had bagneux");
  const phone = await page.locator("#reponses .phone").first().innerText();
  await tabTo(page, "#note");
  await page.keyboard.type(`rappeler le ${phone}`);
  await page.locator("[data-saved]").filter({ hasText: "Enregistré" }).waitFor();
  assert.match((await callOf("had bagneux")).note, /rappeler le 01\s99/);
  await page.keyboard.press("Escape");
  await inList(page);
  await hands.end("1", "f");
  await context.close();
});

test("hands: arrows, unfolding, the search box and back, the help, and no key while one types", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("aide pour un aidant bagneux");
  const focused = () => page.evaluate(() => document.activeElement.id);
  const lines = await page.locator("#reponses [role=row]").evaluateAll((all) => all.map((line) => line.id));
  assert.ok(lines.length > 2 && lines.length <= 10, `${lines.length} lines`);
  assert.equal(await focused(), lines[0]);
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), lines[1]);
  await page.keyboard.press("End");
  assert.equal(await focused(), lines.at(-1));
  await page.keyboard.press("Home");
  assert.equal(await focused(), lines[0]);
  assert.equal(await page.locator("#reponses [role=row][tabindex='0']").count(), 1, "one stop of the keyboard");

  await page.keyboard.press("Enter");
  assert.ok(await page.locator(`#${lines[0]} details[open]`).isVisible());
  await page.keyboard.press("a");
  await page.locator(`#${lines[0]} [value^="retirer:"]`).waitFor();
  assert.equal(await focused(), lines[0], "what is put aside stays under hands");
  assert.ok(await page.locator(`#${lines[0]} details[open]`).isVisible(), "and unfolded");

  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Touches" });
  await help.getByText("Terminer l’appel").waitFor();
  await page.keyboard.press("f");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  assert.equal(await focused(), lines[0], "the focus comes back");

  await page.keyboard.press("Escape");
  assert.equal(await focused(), "q");
  await page.keyboard.type(" fdx1?");
  assert.equal(await page.locator("#q").inputValue(), "aide pour un aidant bagneux fdx1?");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), lines[0]);
  await page.keyboard.press("Control+d");
  assert.equal(await page.locator("#reponses .given").count(), 0, "with another key, it is the browser's");

  await page.keyboard.press("c");
  await page.getByRole("status").filter({ hasText: /^Copi/ }).waitFor();
  const { need, closed_at, given } = await callOf("aide pour un aidant bagneux");
  assert.deepEqual([need, closed_at, given], ["aide pour un aidant bagneux", null, 0]);
  await page.keyboard.press("f");
  await page.waitForFunction(() => document.activeElement.name === "demandeur");
  await hands.end("1", "f");
  await context.close();
});

test("who still types when the answers come presses no key; what a key does is then in sight", async () => {
  const { context, page } = await atDesk();
  await page.clock.install();
  await page.reload();
  await page.clock.pauseAt(new Date(Date.now() + 10_000));
  const query = "ssiad fontenay aux roses";
  await inSearch(page);
  await page.keyboard.type(query);
  await page.keyboard.press("Enter");
  await page.locator("#reponses:not([data-ready]) [role=row]:focus").waitFor();
  const done = page.locator("[data-did]");
  await page.keyboard.type("s");
  assert.equal(await done.innerText(), "");
  await page.clock.runFor(300);
  await page.keyboard.type("eule 82 ans");
  assert.equal(await done.innerText(), "Touches ignorées\u202f: la recherche venait d’arriver");
  await page.clock.runFor(399);
  assert.equal(await page.locator("#reponses[data-ready]").count(), 0, "hands rest for a while first");
  await page.clock.runFor(1);
  await inList(page);
  const { requester, home, version } = await callOf(query);
  assert.deepEqual([requester, home, version], [null, "92032", 1], "nothing of it acted");

  await page.clock.resume();
  await page.keyboard.press(GP);
  await done.getByText("Qui demande\u202f: médecin généraliste").waitFor();
  await page.keyboard.press("d");
  await done.getByText("Donnée\u202f: SSIAD de la Bièvre").waitFor();
  assert.ok(await done.isVisible());
  await new Hands(page).end("f");
  await context.close();
});

test("a place that several share: the question has hands, and they go on to the answers", async () => {
  const { context, page } = await atDesk();
  const query = "had saint-denis";
  await inSearch(page);
  await page.keyboard.type(query);
  await page.keyboard.press("Enter");
  const choices = page.locator(".which button");
  await page.locator("#reponses[data-ready]").waitFor();
  const focused = () => choices.evaluateAll((all) => all.indexOf(document.activeElement));
  assert.equal(await focused(), 0);
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), 1);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await inList(page);
  await page.locator("[data-did]").getByText("Lieu de vie").waitFor();
  await new Hands(page).end(PERSON, "f");
  assert.match((await callOf(query)).home, /^9/);
  await context.close();
});

test("keys go on after a button of the sheet, a name taken out, a click on a blank", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("pass clamart");
  const chosen = (key) => page.locator(`.sheet-of-call [data-key="${key}"]:checked`).waitFor();
  await page.keyboard.press("k");
  assert.equal(await page.evaluate(() => document.activeElement.id), "note");
  await page.keyboard.type("vue par Mme Durand");
  await tabTo(page, "[value=garder]");
  await page.keyboard.press("Enter");
  await page.waitForFunction((wanted) => document.activeElement?.textContent === wanted, "Retirer et enregistrer");
  await page.keyboard.press("Enter");
  await inList(page);
  await page.keyboard.press("2");
  await chosen("2");
  await tabTo(page, "[value=garder]");
  await page.keyboard.press("Enter");
  await page.locator("[data-did]").getByText("Enregistrer\u202f: enregistré").waitFor();
  await page.keyboard.press("3");
  await chosen("3");
  await page.locator("h1").click();
  await page.keyboard.press("4");
  await page.locator("#titre-reponses").click();
  await inList(page);
  assert.equal(await page.locator('.sheet-of-call [data-key="4"]:checked').count(), 0, "no key acts where nothing has the focus");
  await page.keyboard.press("5");
  await chosen("5");
  await hands.end("f");
  await context.close();
});

test("what a reader of screens hears of a line: what tells it from another", async () => {
  const { context, page } = await atDesk();
  await new Hands(page).search("équipe mobile de gériatrie montrouge");
  const row = page.locator("#reponses [role=row]").first();
  const name = await row.locator("h3 bdi").first().innerText();
  const label = await row.ariaSnapshot();
  assert.ok(label.startsWith(`- row "${name}`) && /^- row "[^"]*01\s99/.test(label), label);
  assert.doesNotMatch(label.split("\n")[0], /Donner|Copier/);
  assert.equal(await page.getByRole("button", { name: `Donner ${name}`, exact: true }).count(), 1);
  await context.close();
});

test("the blank page says how keys are reached, and the answer is sent and left by keyboard", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("clic montrouge");
  await page.keyboard.press("d");
  await hands.end(GP, "f");
  const send = page.locator('main .said [data-key="e"]');
  // What a stylesheet adds is in no text of the page.
  const before = (key) => key.locator("kbd").evaluate((hint) => getComputedStyle(hint, "::before").content);
  assert.equal(await before(send), '"↓ puis "');
  assert.ok((await send.boundingBox()).y >= 0, "in sight");
  assert.equal(await before(page.getByRole("link", { name: "Touches" })), '"↓ puis "');
  await page.keyboard.press("ArrowDown");
  assert.equal(await before(send), "none");
  await page.keyboard.press("e");
  await page.waitForURL("**/reponse");
  await page.waitForFunction(() => document.activeElement?.textContent === "Copier le texte");
  await page.keyboard.press("Escape");
  await page.waitForURL("**/accueil?appel=**");
  await context.close();
});

test("a reload finds the sheet as it is", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("consultation cmp bagneux");
  await page.keyboard.press("2");
  await page.locator("[data-saved]").filter({ hasText: "Enregistré" }).waitFor();
  await tabTo(page, "#note");
  await page.keyboard.type("préfère le matin");
  // Before it rests: the page goes with it.
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#note")?.value === "préfère le matin");
  assert.equal(await page.locator("#demandeur-autre-ville").isChecked(), true);
  await page.locator("#note").focus();
  await page.keyboard.press("End");
  await page.keyboard.type(", pas le mardi");
  await page.locator("[data-saved]").filter({ hasText: "Enregistré" }).waitFor();
  assert.equal((await callOf("consultation cmp bagneux")).note, "préfère le matin, pas le mardi");
  assert.match(page.url(), /\/accueil\?appel=[0-9a-f-]+$/, "no word of the search is in the address");
  await context.close();
});

test("the server dies in the middle of a call: the sheet is as it was, once, and what is typed meanwhile is taken", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  const query = "aide au désencombrement clamart";
  await hands.search(query);
  await hands.press("d", SOCIAL);
  await tabTo(page, "#note");
  await page.keyboard.type("visite possible le jeudi");
  const saved = page.locator("[data-saved]").filter({ hasText: "Enregistré" });
  await saved.waitFor();
  const before = await callOf(query);
  assert.equal(before.note, "visite possible le jeudi");

  await house.demo.kill();
  await page.keyboard.type(", deuxième étage");
  await page.getByText("Non enregistré pour l’instant").waitFor();
  await page.keyboard.type(" sans ascenseur");
  Object.assign(house.demo, await start(house.demo.data, "serve", ...house.demo.options));
  assert.equal(await page.locator("#note").inputValue(), "visite possible le jeudi, deuxième étage sans ascenseur");
  await saved.waitFor();
  const after = await callOf(query);
  assert.equal(after.note, "visite possible le jeudi, deuxième étage sans ascenseur");
  assert.deepEqual([after.id, after.given, after.requester, after.opened_at], [before.id, 1, "social", before.opened_at]);

  await page.reload();
  assert.equal(await page.locator("#note").inputValue(), after.note);
  assert.equal(await page.locator("#reponses .given").count(), 1);
  await context.close();
});

test("an answer that is lost on its way: what was pressed happens once; what is typed meanwhile stays", async () => {
  const { context, page } = await atDesk();
  const query = "cmpp chatillon";
  await new Hands(page).search(query);
  const names = [];
  await page.route("**/accueil", async (route) => {
    names.push(new URLSearchParams(route.request().postData()).get("envoi"));
    if (names.length > 1) return route.continue();
    await route.fetch({ maxRedirects: 0 });
    await tabTo(page, "#note");
    await page.keyboard.type("rappeler le soir");
    await route.abort();
  });
  await page.keyboard.press("d");
  await page.locator("#reponses .given").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "note", "hands stay where they went");
  await page.locator("[data-saved]").filter({ hasText: "Enregistré" }).waitFor();
  const call = await callOf(query);
  assert.deepEqual([call.given, call.note, call.version], [1, "rappeler le soir", 3], "searched, given, typed");
  assert.equal(names[0], names[1], "the same sending, sent again");
  await context.close();
});

test("a call that another window wrote: what was typed is shown, and nothing of theirs is lost", async () => {
  const { context, page } = await atDesk();
  const query = "pass bagneux";
  await new Hands(page).search(query);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator("#note").fill("plutôt le jeudi");
  await other.locator("[data-saved]").filter({ hasText: "Enregistré" }).waitFor();
  await page.locator("#note").fill("plutôt le lundi");
  const trouble = page.locator(".trouble");
  await trouble.getByText("plutôt le lundi").waitFor();
  assert.match(await trouble.innerText(), /a changé dans une autre fenêtre/);
  assert.equal(await page.locator("#note").inputValue(), "plutôt le jeudi");
  assert.equal((await callOf(query)).note, "plutôt le jeudi");
  await context.close();
});

test("a session that ends in the middle of a call: one logs in again, and what was typed is sent", async () => {
  const { context, page } = await atDesk();
  const query = "had sceaux";
  await new Hands(page).search(query);
  await context.clearCookies();
  await page.locator("#note").fill("lit médicalisé sur place");
  await page.getByText("Votre session a pris fin").waitFor();
  await page.locator("#q").press("Enter");
  await page.getByLabel("Mot de passe").waitFor();
  await page.getByLabel("Adresse de courriel").fill(NOA.email);
  await page.getByLabel("Mot de passe").fill(PASSWORD);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByRole("button", { name: /^Envoyer/ }).click();
  await page.locator("#note").waitFor();
  assert.equal((await callOf(query)).note, "lit médicalisé sur place");
  await context.close();
});

test("without JavaScript: search, give, say who asks, end", async () => {
  const { context, page } = await atDesk({ javaScriptEnabled: false });
  const query = "accueil de jour pour sans abri montrouge";
  await page.locator("#q").fill(query);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/accueil?appel=**");
  await page.locator("#reponses").getByRole("button", { name: /^Donner/ }).first().click();
  await page.locator("#reponses .given").waitFor();
  await page.getByRole("button", { name: /^Terminer l’appel/ }).click();
  await page.getByText("Dites qui demande").first().waitFor();
  await page.locator("#demandeur-social").check();
  await page.locator("#note").fill("rappelée par Mme Durand");
  await page.getByRole("button", { name: /^Terminer l’appel/ }).click();
  await page.getByRole("button", { name: "Retirer et enregistrer" }).click();
  await said(page, "Appel enregistré").waitFor();
  const call = await callOf(query);
  assert.deepEqual([call.requester, call.given, call.note.includes("Durand")], ["social", 1, false]);
  assert.ok(call.closed_at);
  await context.close();
});

describe("every screen of the desk is accessible, light and dark, and no wider than 320 px", () => {
  for (const [name, come] of DESK_SCREENS) {
    test(name, async () => {
      const { context, page } = await atDesk();
      await come(page, house.demo);
      const wrong = await faults(page);
      await context.close();
      assert.deepEqual(wrong, []);
    });
  }
});

test("the screen of a call is read in the order that it is lived", async () => {
  const { context, page } = await atDesk();
  const hands = new Hands(page);
  await hands.search("homme qui parle de suicide bagneux");
  await hands.press("d");
  await page.locator("#reponses .given").waitFor();
  const tree = await page.locator("main").ariaSnapshot();
  const expected = [
    'heading "Appel en cours"',
    "searchbox",
    "alert",
    "3114",
    'heading "Ce qui a été compris"',
    /region "Bagneux/,
    /grid "Réponses/,
    "row",
    "gridcell",
    /Liste de l’appel/,
    'heading "Fiche de l’appel"',
    'group "Qui demande"',
    'textbox "Note"',
    /button "Terminer l’appel/,
  ];
  let from = 0;
  for (const words of expected) {
    const rest = tree.slice(from);
    const at = typeof words === "string" ? rest.indexOf(words) : rest.search(words);
    assert.ok(at >= 0, `${words} comes next in:\n${tree}`);
    from += at;
  }
  await context.close();
});

test("no sheet holds an identity", async () => {
  const columns = await rows(house.demo, "select column_name as name from information_schema.columns where table_name = 'call' and data_type in ('text', 'ARRAY')");
  for (const name of ["query", "need", "note", "home", "categories"]) assert.ok(columns.some((column) => column.name === name), name);
  const calls = await rows(house.demo, `select ${columns.map(({ name }) => name)} from call`);
  assert.ok(calls.length > 12);
  for (const call of calls) assert.doesNotMatch(JSON.stringify(call), /Martin|Durand|\b06\b|@/i);
});

/** What each table of the activity counts. */
const COUNTED = { demandeur: "requester", reponse: "answer", parcours: "subject", age: "age_band", canal: "channel", "lieu-de-vie": "home" };

test("the activity is what a recount of the rows finds", async () => {
  const { context, page } = await atDesk();
  const file = await (await page.request.get("/accueil/activite.csv")).text();
  await context.close();
  const told = file.trim().split(/\r?\n/).slice(1).map((line) => line.slice(1, -1).split('";"'));
  const table = (name) => Object.fromEntries(told.filter(([of, , , count]) => of === name && count !== "0").map(([, code, , count]) => [code, Number(count)]));
  const calls = await rows(house.demo, `
    select * from call where closed_at is not null and discarded_at is null
    and opened_at at time zone 'Europe/Paris' >= date_trunc('month', now() at time zone 'Europe/Paris')`);
  const recount = (codeOf, counted = calls) => {
    const counts = {};
    for (const code of counted.map(codeOf)) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  };
  assert.ok(calls.length > 12);
  assert.deepEqual(table("volume"), { appels: calls.length });
  for (const [name, column] of Object.entries(COUNTED)) {
    assert.deepEqual(table(name), recount((call) => call[column] ?? (name === "age" ? "non-precise" : "non-renseigne")), name);
  }
  const due = calls.filter((call) => call.answered_at || new Date(call.recall_due) < new Date());
  assert.ok(due.length < calls.length, "somebody is still to be called back");
  assert.deepEqual(table("delai"), recount((call) => (call.answered_at && call.answered_at <= call.recall_due ? "a-temps" : "hors-delai"), due));
  assert.deepEqual(table("besoin-non-couvert"), recount((call) => (call.unmet ? "oui" : "non")));
});
