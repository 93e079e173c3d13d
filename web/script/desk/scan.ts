// What is typed is read as one types: what may tell who a person is, and what asks for a national number at once. Nothing of
// it is kept anywhere.
import { form } from "./keys";
import { call } from "./sendings";
import { words } from "./voice";

interface Heard {
  found: { kind: string; label: string; start: number; end: number }[];
  alerts: Alert[];
}

interface Alert {
  number: string;
  label: string;
  why: string;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

const READ = "/accueil/relire";
const FIELDS = ["q", "besoin", "note"];
/** How long a pause in typing is. */
const PAUSE_MS = 250;

/** What each field asks for, by its name. */
const alerts = new Map<string, Alert[]>();
const asking = new Map<string, { timer: number; given: AbortController }>();

export function startScan(): void {
  document.addEventListener("input", (event) => {
    if (isRead(event.target)) askLater(event.target);
  });
}

/** Of a page that just came: what was found in a text that changed is over. */
export function scanAfresh(): void {
  for (const { timer, given } of asking.values()) {
    clearTimeout(timer);
    given.abort();
  }
  asking.clear();
  alerts.clear();
  for (const field of form()?.elements ?? []) if (isRead(field)) placeOf(field);
}

function isRead(target: EventTarget | null): target is Field {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return false;
  return target.form !== null && target.form === form() && FIELDS.includes(target.name);
}

function askLater(field: Field): void {
  const before = asking.get(field.name);
  clearTimeout(before?.timer);
  before?.given.abort();
  const given = new AbortController();
  const timer = window.setTimeout(() => void ask(field, given.signal), PAUSE_MS);
  asking.set(field.name, { timer, given });
}

async function ask(field: Field, signal: AbortSignal): Promise<void> {
  const body = new URLSearchParams({ texte: field.value, appel: call(), q: valueOf("q"), domicile: valueOf("domicile") });
  try {
    const answer = await fetch(READ, { method: "POST", body, signal, headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const heard = (await answer.json()) as Heard;
    if (signal.aborted) return;
    tell(field, heard.found);
    alerts.set(field.name, heard.alerts);
    alert();
  } catch {
    // Typed again meanwhile, or nobody answers: it is read again when it is sent.
  }
}

/** What the form has in a field: the resources that it leads to may be named. */
function valueOf(name: string): string {
  const field = form()?.elements.namedItem(name);
  return field instanceof HTMLInputElement ? field.value : "";
}

/** Where what was found in a field is told: made beforehand, so that what comes there is read aloud. */
function placeOf(field: Field): HTMLElement {
  const id = `${field.name}-relu`;
  const known = document.getElementById(id);
  if (known) return known;
  const place = document.createElement("p");
  place.id = id;
  place.className = "reread";
  place.setAttribute("aria-live", "polite");
  field.after(place);
  field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
  return place;
}

/** « Mme Martin » : un nom de personne. */
function tell(field: Field, found: Heard["found"]): void {
  const place = placeOf(field);
  const told = found.map(({ label, start, end }) => `«\u202f${field.value.slice(start, end)}\u202f»\u202f: ${label}. `);
  const text = told.length === 0 ? "" : `${told.join("")}À retirer\u202f: rien de tel n’est enregistré.`;
  if (place.textContent !== text) place.textContent = text;
}

/** Shows the numbers that the page does not show yet, above the results. */
function alert(): void {
  const shown = new Set([...document.querySelectorAll("main .alerts:not(.heard) .number")].map((number) => words(number)));
  const wanted = new Map([...alerts.values()].flat().filter(({ number }) => !shown.has(number)).map((one) => [one.number, one]));
  const before = document.querySelector<HTMLElement>("main .alerts.heard");
  const numbers = [...wanted.keys()].join(" ");
  if ((before?.dataset["numbers"] ?? "") === numbers) return;
  before?.remove();
  if (wanted.size === 0) return;
  const region = document.createElement("section");
  region.className = "alerts heard";
  region.dataset["numbers"] = numbers;
  region.setAttribute("role", "alert");
  for (const { number, label, why } of wanted.values()) {
    const [told, reason] = [document.createElement("p"), document.createElement("p")];
    const dial = document.createElement("a");
    dial.href = `tel:${number}`;
    dial.className = "number";
    dial.textContent = number;
    const strong = document.createElement("strong");
    strong.textContent = label;
    told.append(dial, " ", strong);
    reason.className = "reason";
    reason.textContent = why;
    region.append(told, reason);
  }
  form()?.after(region);
}
