// Results that change in place: what leads from a page of results to another brings the new content here. The address
// holds everything, so that the links and forms are those of the page without a script, and history stays true.
// A sheet opened from results knows the same trick for its own link to the selection: it stays where it is, and leads back.
import { renew } from "./renew";

const RESULTS = "/recherche";
/** A search that answers sooner shows no sign of itself. */
const PATIENCE_MS = 300;
const UNDER_WAY = "Recherche en cours…";
const FAILED =
  "La recherche n’a pas abouti\u202f: le serveur ne répond pas. Ce qui est affiché n’a pas changé. Vérifiez la connexion, puis recommencez.";

/** How the page is left: where the person was, and what becomes of the focus. */
type After =
  /** A new search: from the top, at the title. */
  | { kind: "anew" }
  /** The same control, at the same height of the screen. */
  | { kind: "same"; control: Control }
  /** The same, for a listing put aside or taken back: the page is the same one, in the history too. */
  | { kind: "kept"; control: Control; before: number }
  /** Gone back to, or forward. */
  | { kind: "back"; scroll: number };

/** What tells a control from the others, from one page of results to the next. */
interface Control {
  scope: string;
  role: string | undefined;
  label: string;
  top: number;
}

/** Controls whose words change when they are used. */
const ROLES = ["keep", "group"];
/** Where the controls that stay in sight are. */
const STAYING = "#affiner, #ordre, .hit, .actions";
/** Where criteria are below the results: one that is chosen there leads to what it finds. */
const NARROW = matchMedia("(max-width: 999px)");
/** What puts a listing aside, or takes it back. */
const KEEP = "keep";

/** The page whose content is shown, without its fragment. */
let shown = pageOf(location.href);
let underway: AbortController | undefined;
const voice = document.createElement("p");

export function startResults(): void {
  const results = location.pathname === RESULTS;
  if (!results && !document.querySelector(`main .${KEEP}`)) return;
  voice.setAttribute("role", "status");
  voice.className = "status hidden";
  document.body.append(voice);
  document.addEventListener("click", clicked);
  leadBack();
  if (!results) return;
  // The content of a page gone back to comes after the browser would have scrolled.
  history.scrollRestoration = "manual";
  const left = scrollOf(history.state);
  if (left !== undefined) scrollTo(0, left);
  document.addEventListener("submit", submitted);
  addEventListener("popstate", (event) => {
    const scroll = scrollOf(event.state);
    if (pageOf(location.href) !== shown) void go(location.href, { kind: "back", scroll: scroll ?? 0 });
    else if (scroll !== undefined) scrollTo(0, scroll);
  });
  let timer = 0;
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(remember, 100);
  }, { passive: true });
  addEventListener("pagehide", remember);
}

/** Notes where the person is, for when they come back to it. */
function remember(): void {
  // Another page is in the address while its content is awaited: this place is not its own.
  if (location.pathname === RESULTS && pageOf(location.href) === shown) history.replaceState({ scroll: scrollY }, "");
}

function scrollOf(state: unknown): number | undefined {
  const scroll = (state as { scroll?: unknown } | null)?.scroll;
  return typeof scroll === "number" ? scroll : undefined;
}

function pageOf(address: string): string {
  const url = new URL(address, location.href);
  return url.pathname + url.search;
}

/** Whether an address is the page that is shown, with other parameters. */
function isHere(url: URL): boolean {
  return url.origin === location.origin && url.pathname === location.pathname;
}

/** How many listings an address puts aside. */
function keptIn(address: string): number {
  return new URL(address, location.href).searchParams.get("selection")?.split(".").filter(Boolean).length ?? 0;
}

/** On a sheet opened from results, the link back leads to them, at its line, with the selection as it is now. */
function leadBack(): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-line]");
  if (!link || !document.referrer) return;
  const results = new URL(document.referrer);
  if (results.origin !== location.origin || results.pathname !== RESULTS) return;
  const selection = new URL(location.href).searchParams.get("selection");
  if (selection) results.searchParams.set("selection", selection);
  else results.searchParams.delete("selection");
  results.hash = link.dataset["line"] ?? "";
  link.href = results.href;
  (link.querySelector("span") ?? link).textContent = "Revenir aux résultats";
}

function clicked(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("main a[href]");
  if (!link || link.target || link.hasAttribute("download") || link.getAttribute("href")?.startsWith("#")) return;
  const url = new URL(link.href);
  // On a sheet, the link to the selection alone changes in place.
  if (!isHere(url) || (location.pathname !== RESULTS && !link.classList.contains(KEEP))) return;
  event.preventDefault();
  url.hash = "";
  void go(url.href, after(link));
}

function submitted(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const url = new URL(form.action, location.href);
  if (event.defaultPrevented || form.method !== "get" || !isHere(url)) return;
  event.preventDefault();
  url.hash = "";
  const pairs: [string, string][] = [];
  for (const [name, value] of new FormData(form, event.submitter)) if (typeof value === "string" && value) pairs.push([name, value]);
  url.search = new URLSearchParams(pairs).toString();
  void go(url.href, event.submitter ? after(event.submitter) : { kind: "anew" });
}

/** What becomes of the person once `element` has been used. */
function after(element: HTMLElement): After {
  const scope = element.closest("[id]");
  if (!scope || !element.closest(STAYING) || (NARROW.matches && element.closest("#affiner"))) return { kind: "anew" };
  const role = ROLES.find((role) => element.classList.contains(role));
  const control = { scope: scope.id, role, label: labelOf(element), top: topOf(element) };
  return role === KEEP ? { kind: "kept", control, before: keptIn(location.href) } : { kind: "same", control };
}

function labelOf(element: Element): string {
  return (element.querySelector("span") ?? element).textContent ?? "";
}

function topOf(element: Element): number {
  return element.getBoundingClientRect().top;
}

function find(control: Control): HTMLElement | undefined {
  const scope = document.getElementById(control.scope);
  if (!scope) return undefined;
  if (control.role) return scope.querySelector<HTMLElement>(`a.${control.role}`) ?? undefined;
  return [...scope.querySelectorAll<HTMLElement>("a, button")].find((element) => labelOf(element) === control.label);
}

/** Brings the content of another page of results here. */
async function go(address: string, after: After): Promise<void> {
  underway?.abort();
  const mine = new AbortController();
  underway = mine;
  const main = document.querySelector("main");
  if (!main) return;
  if (after.kind !== "back") remember();
  main.setAttribute("aria-busy", "true");
  say("", false);
  const patience = setTimeout(() => say(UNDER_WAY, true), PATIENCE_MS);
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { accept: "text/html" } });
    const text = await answer.text();
    if (answer.status >= 500) throw new Error(`${answer.status}`);
    const url = new URL(answer.url);
    if (!isHere(url)) return location.assign(url.href);
    const fresh = new DOMParser().parseFromString(text, "text/html");
    say("", false);
    if (after.kind === "kept") history.replaceState(history.state, "", url.href);
    else if (after.kind !== "back" && pageOf(url.href) !== shown) history.pushState(null, "", url.href);
    shown = pageOf(location.href);
    document.title = fresh.title;
    renew("header.site", fresh);
    renew("main", fresh);
    document.dispatchEvent(new CustomEvent("maille:swapped"));
    leadBack();
    settle(after);
  } catch (error) {
    // Another search took its place: it says what happens.
    if (mine.signal.aborted) return;
    say(FAILED, true);
  } finally {
    clearTimeout(patience);
  }
  if (underway === mine) {
    underway = undefined;
    document.querySelector("main")?.removeAttribute("aria-busy");
  }
}

/** Puts the focus and the scroll where a person expects them, and says what was found. */
function settle(after: After): void {
  const title = document.querySelector<HTMLElement>("main h1");
  title?.setAttribute("tabindex", "-1");
  if (after.kind === "same" || after.kind === "kept") {
    const control = find(after.control);
    if (control) {
      control.closest("details")?.setAttribute("open", "");
      scrollBy(0, topOf(control) - after.control.top);
      control.focus({ preventScroll: true });
    } else {
      title?.focus();
    }
    say(after.kind === "kept" ? keptWords(after.before, keptIn(location.href)) : (title?.textContent ?? ""), false);
  } else {
    // The title is read because it has the focus.
    scrollTo(0, after.kind === "back" ? after.scroll : 0);
    title?.focus({ preventScroll: true });
  }
  remember();
}

function keptWords(before: number, now: number): string {
  const count = `${now}\u00a0ressource${now > 1 ? "s" : ""}`;
  return now < before ? `Retiré de la sélection\u202f: ${count}` : `Ajouté à la sélection\u202f: ${count}`;
}

/** Says it to those who listen to the page; to those who see it too, when it must be seen. */
function say(text: string, seen: boolean): void {
  voice.className = seen ? "status" : "status hidden";
  voice.textContent = text;
}
