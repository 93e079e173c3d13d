// The desk, by keyboard: the page of a call changes in place, hands stay where they were, and the sheet is saved as one goes.
import { copyText } from "./copy";
import { showHelp } from "./desk/help";
import { form, goToSearch, isRadio, ready, searchBox, settle, startKeys, unready } from "./desk/keys";
import { choices, current, goTo, goToChoice, goToFirstAnswer, lineOf, lines, list, startList, stopAt } from "./desk/list";
import { scanAfresh, startScan } from "./desk/scan";
import { type Answer, call, DESK, Sendings, type Turn } from "./desk/sendings";
import { read, say, startVoice, warn, words } from "./desk/voice";
import { renew } from "./renew";

const HERE = "/accueil";
const SEARCH = "chercher";
/** The gesture that says where the person lives. */
const LIVES = "domicile:";
/** What a gesture about a resource has done. */
const DONE: Record<string, string> = {
  donner: "Donnée",
  reprendre: "N’est plus donnée",
  proposer: "Dans la liste",
  retirer: "N’est plus dans la liste",
};
/** Where a click means what is clicked. */
const MEANT = "a, button, summary, input, textarea, label";
/** What tells the call and the sending, and nothing of the sheet. */
const OWN_FIELDS = ["appel", "version", "envoi", "faire"];

export function startDesk(): void {
  if (!document.querySelector(DESK)) return;
  // What is shown of keys is true now.
  document.documentElement.classList.add("keyed");
  const sendings = new Sendings({ show: (...came) => show(sendings, ...came), wrong });
  startVoice();
  startList();
  startKeys();
  ready();
  startScan();
  scanAfresh();
  document.addEventListener("submit", (event) => submitted(event, sendings));
  document.addEventListener("click", (event) => clicked(event, sendings));
  document.addEventListener("input", ({ target }) => {
    if (isOfSheet(target)) sendings.change(isRadio(target));
  });
  document.addEventListener("focusin", ({ target }) => {
    const line = target instanceof Element ? lineOf(target) : null;
    if (line && line !== current()) stopAt(line);
    // The list is a stop of its own for those who come by its address, or click between two lines.
    if (target === list()) goTo(current());
  });
  addEventListener("pageshow", ({ persisted }) => {
    // Other sendings may have come since: the store knows.
    if (persisted) location.reload();
  });
}

type Field = HTMLInputElement | HTMLTextAreaElement;

function isOfSheet(target: EventTarget | null): target is Field {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return false;
  return target.form !== null && target.form === form() && target !== searchBox();
}

function submitted(event: SubmitEvent, sendings: Sendings): void {
  if (event.target !== form()) return;
  const button = event.submitter as HTMLButtonElement | null;
  event.preventDefault();
  const [name, does] = button ? [button.name, button.value] : ["faire", SEARCH];
  const about = button?.closest("[role=row], li")?.querySelector("bdi")?.textContent ?? "";
  const label = button ? words(button) : "";
  if (does === SEARCH) unready();
  sendings.add({ kind: "pressed", call: call(), name, does, label, about, from: placeOf(document.activeElement) });
}

function clicked(event: MouseEvent, sendings: Sendings): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const target = event.target as Element;
  const button = target.closest<HTMLElement>("main [data-text]");
  if (button) {
    event.preventDefault();
    void copyFrom(button);
    return;
  }
  const help = target.closest('main a[data-key="?"]') && document.querySelector<HTMLElement>("main [data-help]");
  if (help) {
    event.preventDefault();
    showHelp(help);
    return;
  }
  if (target.closest(".replies") && !target.closest(MEANT) && !lineOf(document.activeElement)) {
    // A blank of the answers: hands are in them. What is selected with the pointer stays selected.
    if (getSelection()?.isCollapsed !== false) goTo(current());
    return;
  }
  const link = target.closest<HTMLAnchorElement>("main a[href]");
  if (!link || link.target || link.getAttribute("href")?.startsWith("#")) return;
  if (new URL(link.href).pathname === HERE) {
    event.preventDefault();
    sendings.add({ kind: "visit", address: link.href });
  } else if (sendings.isBusy) {
    event.preventDefault();
    void sendings.settled().then(() => location.assign(link.href));
  }
}

/** Copies the text that a control holds. */
async function copyFrom(button: HTMLElement): Promise<void> {
  if (await copyText(button.dataset["text"] ?? "")) say("Copié");
  else warn("Copie impossible dans ce navigateur");
}

/** Shows the page that answers, and leaves hands where they were, or leads them where they go next. */
function show(sendings: Sendings, answer: Answer, turn: Turn, sent: FormData | undefined): void {
  const hands = placeOf(document.activeElement);
  const caret = caretOf(document.activeElement);
  const typed = sent ? typedSince(sent) : [];
  const unfolded = lines().filter((line) => line.querySelector("details[open]")).map((line) => line.id);
  const stop = current()?.id;
  if (answer.redirected || turn.kind === "visit") history.replaceState(null, "", answer.url);
  document.title = answer.fresh.title;
  renew("header.site", answer.fresh);
  renew("main", answer.fresh);
  document.dispatchEvent(new CustomEvent("maille:swapped"));
  startList();
  scanAfresh();
  if (answer.status < 400) sendings.saved();
  const sheet = form();
  const another = !sheet || sent?.get("appel") !== new FormData(sheet).get("appel");
  if (another) {
    // What is said of the last call stands above the search box.
    scrollTo(0, 0);
    goToFirstAnswer() || goToSearch();
  } else {
    for (const id of unfolded) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    stopAt(lines().find((line) => line.id === stop) ?? lines()[0]);
    if (typed.map(type).includes(true)) sendings.change(false);
    const asked = turn.kind === "pressed" ? turn : undefined;
    const stayed = hands === asked?.from && typed.length === 0;
    if (answer.status >= 400 && stayed) toFault();
    else if (asked?.does === SEARCH && stayed) {
      if (goToChoice() || goToFirstAnswer()) settle();
      else goToSearch();
    } else if (hands && document.querySelector(hands)) comeBack(hands, caret);
    // Answers of another place are other answers.
    else (asked?.does.startsWith(LIVES) && goToFirstAnswer()) || goTo(current()) || goToSearch();
  }
  ready();
  tell(turn, another);
}

/** Says what the page says of what was done; else what was found, or what was pressed. */
function tell(turn: Turn, onTop: boolean): void {
  const said = document.querySelector("main .trouble h2") ?? document.querySelector("main .said p");
  const label = list()?.getAttribute("aria-labelledby");
  const heading = label ? document.getElementById(label) : null;
  if (said) (onTop ? read : say)(words(said));
  else if (turn.kind === "visit" || turn.does === SEARCH) {
    const asks = choices()[0]?.closest("details")?.querySelector("summary");
    read([asks, heading].filter((part) => part != null).map(words).join(" ") || document.title);
  } else say(done(turn));
}

/** `Donnée : SSIAD de la Bièvre`. */
function done({ does, label, about }: Turn & { kind: "pressed" }): string {
  const gesture = DONE[does.split(":")[0] ?? ""];
  if (gesture && about) return `${gesture}\u202f: ${about}`;
  if (does.startsWith(LIVES)) return `Lieu de vie\u202f: ${label}`;
  const pressed = document.querySelector(`main button[value="${CSS.escape(does)}"]`)?.getAttribute("aria-pressed");
  return `${label}\u202f: ${pressed ? (pressed === "true" ? "oui" : "non") : "enregistré"}`;
}

/** To the first thing that is wrong, or to the button that makes it right. */
function toFault(): void {
  const first = document.querySelector<HTMLElement>("main [autofocus]:not([name=q])") ?? document.querySelector<HTMLElement>("main [aria-invalid=true]");
  const within = first?.querySelector<HTMLElement>("input, button") ?? first;
  within?.focus();
}

/** What the server says of the fields of a sheet that it does not save. */
function wrong(faults: { text: string }[]): void {
  warn(`Non enregistré\u202f: ${faults.map(({ text }) => text).join(" ")}`);
}

/** What tells where hands are, from one page to the next. */
function placeOf(element: Element | null): string | undefined {
  if (!element || element === document.body || element.tagName === "MAIN") return undefined;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const line = lineOf(element);
  const within = line ? `#${CSS.escape(line.id)}` : "main";
  const key = (element as HTMLElement).dataset["key"];
  if (key) return `${within} [data-key="${CSS.escape(key)}"]`;
  const name = element.getAttribute("name");
  const own = isRadio(element) || element instanceof HTMLButtonElement ? `[value="${CSS.escape(element.value)}"]` : "";
  if (name) return `${within} [name="${CSS.escape(name)}"]${own}`;
  return line ? within : undefined;
}

type Caret = [number | null, number | null];

function caretOf(element: Element | null): Caret | undefined {
  if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) return undefined;
  return [element.selectionStart, element.selectionEnd];
}

function comeBack(place: string, caret: Caret | undefined): void {
  const found = document.querySelector<HTMLElement>(place);
  if (!found || found === document.activeElement) return;
  found.focus({ preventScroll: true });
  if (caret?.[0] != null && (found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement)) {
    found.setSelectionRange(...caret);
  }
}

/** The fields that are no longer as they were sent, and what they say now. */
function typedSince(sent: FormData): [string, FormDataEntryValue[]][] {
  const sheet = form();
  if (!sheet) return [];
  const now = new FormData(sheet);
  const names = new Set([...sent.keys(), ...now.keys()].filter((name) => !OWN_FIELDS.includes(name)));
  const changed = [...names].filter((name) => String(sent.getAll(name)) !== String(now.getAll(name)));
  return changed.map((name) => [name, now.getAll(name)]);
}

/** Puts in the new page what was typed while it came; whether it is of the sheet. */
function type([name, values]: [string, FormDataEntryValue[]]): boolean {
  const fields = [...(form()?.elements ?? [])].filter((field): field is Field => (field as Field).name === name);
  for (const field of fields) {
    if (isRadio(field)) field.checked = values.includes(field.value);
    else field.value = String(values[0] ?? "");
  }
  return fields.some(isOfSheet);
}
