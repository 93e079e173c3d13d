// Every screen of the team, in a state worth looking at: a name, and how one comes there, logged in. A new screen joins the list.
import { DOMINIQUE, listingNamed, logIn } from "./team.js";

const fields = (team) => `/animation/fiches/${team.emg}`;
const history = async (team) => `/animation/fiches/${(await listingNamed(team, "SSIAD de la Bièvre", "92002")).id}/histoire`;

/** A screen at an address. */
const at = (path) => async (page, team) => page.goto(typeof path === "string" ? path : await path(team));
/** A screen that a link or a button of another leads to. */
const after = (path, act) => async (page, team) => {
  await at(path)(page, team);
  await Promise.all([page.waitForEvent("domcontentloaded"), act(page, team)]);
};
const submit = (name, scope = "main") => (page) => page.locator(scope).getByRole("button", { name, exact: true }).click();

export const MATTERS = ["signalement", "conflit", "doublon", "retrait", "verification", "sans-zone", "sans-contact"];

/** What nobody needs to be logged in for. */
export const OUTSIDE = [
  ["login", at("/connexion")],
  ["login, refused", after("/connexion", async (page) => {
    await page.getByLabel("Adresse de courriel").fill("personne@dac.example");
    await page.getByLabel("Mot de passe").fill("autre chose");
    await page.getByRole("button", { name: "Se connecter" }).click();
  })],
  ["password forgotten", at("/connexion/oubli")],
  ["password forgotten, without an address", after("/connexion/oubli", submit("Recevoir un lien"))],
  ["mailed link", at((team) => team.link)],
  ["mailed link, too short a password", after((team) => team.link, async (page) => {
    await page.getByLabel("Nouveau mot de passe").fill("court");
    await page.getByRole("button", { name: "Choisir ce mot de passe" }).click();
  })],
  ["mailed link that is over", at("/connexion/lien?secret=rien")],
];

/** What everybody of the team meets; as who may do everything sees it. */
export const SCREENS = [
  ...MATTERS.map((matter) => [`inbox, ${matter}`, at(`/animation?type=${matter}`)]),
  ["inbox, set aside", at("/animation?type=sans-zone&etat=mis-de-cote")],
  ["inbox, a reason is missing", after("/animation?type=signalement", submit("Marquer comme traité", ".inbox"))],
  ["listings", at("/animation/fiches")],
  ["listings, none", at("/animation/fiches?q=zzzz")],
  ["new listing", at("/animation/fiches/nouvelle")],
  ["new listing, refused", after("/animation/fiches/nouvelle", submit("Créer la fiche"))],
  ["fields", at(fields)],
  ["fields, refused", after(fields, async (page) => {
    await page.locator("#phone").fill("bonjour");
    await submit("Enregistrer")(page);
  })],
  ["hours read again", after(fields, async (page) => {
    await page.locator("#hours").fill("du lundi au vendredi de 9 h à 17 h, sauf le mercredi");
    await submit("Relire les horaires")(page);
  })],
  ["preview", after(fields, async (page) => {
    await page.locator("#cost").fill("10 € la séance");
    await submit("Voir la fiche avant d’enregistrer")(page);
  })],
  ["two people at once", twoAtOnce],
  ["zone", at((team) => `${fields(team)}/zone`)],
  ["zone, a draft", at((team) => `${fields(team)}/zone?plus=92014&moins=92002`)],
  ["zone, looked for", at((team) => `${fields(team)}/zone?ajouter=Sceaux`)],
  ["trial", at((team) => `${fields(team)}/essai`)],
  ["trial, of a search", at((team) => `${fields(team)}/essai?q=equipe+mobile+geriatrie&commune=92014`)],
  ["trial, of what is typed", after(fields, async (page) => {
    await page.locator("#cost").fill("10 € la séance");
    await submit("Essayer des recherches")(page);
  })],
  ["verification", at((team) => `${fields(team)}/verifier`)],
  ["history", at(history)],
  ["a change to revert", after(history, (page) =>
    page.getByRole("link", { name: /^(Annuler ce changement|Revenir à la valeur)/ }).first().click())],
  ["duplicates", at("/animation/doublons")],
  ["duplicates, decided", at("/animation/doublons?vue=decisions")],
  ["a pair", after("/animation/doublons", (page) => page.locator(".pairs .names a").first().click())],
  ["duplicates of one listing", at((team) => `/animation/doublons/${team.emg}`)],
  ["quality", at("/animation/qualite")],
  ["quality, a list", after("/animation/qualite", (page) => page.locator("table.quality td a").first().click())],
  ["many to verify, none chosen", after("/animation/qualite", async (page) => {
    await page.locator("table.quality td a").first().click();
    await page.getByRole("button", { name: "Noter les vérifications" }).click();
    await page.waitForURL("**/verifier");
  })],
  ["imports", at("/animation/imports")],
  ["an import", after("/animation/imports", (page) => page.locator(".imports a").first().click())],
  ["an import, undone without a reason", after("/animation/imports", async (page) => {
    await page.locator(".imports a").first().click();
    await page.getByRole("button", { name: /^Annuler l’import/ }).click();
  })],
  ["territories", at("/animation/territoires")],
  ["a territory", at("/animation/territoires/dac-92-sud")],
  ["a territory, a draft", at("/animation/territoires/dac-92-sud?plus=92048")],
  ["accounts", at("/animation/comptes")],
  ["accounts, refused", after("/animation/comptes", submit("Inviter"))],
  ["an account", after("/animation/comptes", (page) => page.getByRole("link", { name: DOMINIQUE.name }).click())],
  ["one's own account", at("/animation/compte")],
  ["one's own account, refused", after("/animation/compte", submit("Changer le mot de passe"))],
  ["no such listing", at("/animation/fiches/00000000-0000-0000-0000-000000000000")],
  ["no such page", at("/animation/nulle-part")],
  ["a wrong parameter", at("/animation?type=autre")],
];

/** What somebody of one territory alone is told. */
export const REFUSED = [
  ["another territory's listing", at((team) => `/animation/fiches/${team.far}`)],
  ["accounts, of whom may not", at("/animation/comptes")],
  ["a territory, of whom may not", at("/animation/territoires/dac-92-sud")],
];

/** Somebody else changes the phone while this one does: what is written is asked again, and nothing is saved. */
async function twoAtOnce(page, team) {
  await page.goto(fields(team));
  const context = await page.context().browser().newContext({ baseURL: team.address });
  const other = await logIn(context, DOMINIQUE);
  await other.goto(fields(team));
  await other.locator("#cost").fill("12 €");
  await other.locator("#raison").fill("appelés");
  await submit("Enregistrer")(other);
  await other.waitForURL("**dit=corrigee");
  await context.close();
  await page.locator("#cost").fill("sur devis");
  await page.locator("#raison").fill("lu sur leur site");
  await Promise.all([page.waitForEvent("domcontentloaded"), submit("Enregistrer")(page)]);
}
