// One key, one gesture: a control says which key works it. Keys act where nobody types, in the list or on a choice or a
// button of the call, so that none takes a letter from a text or from a screen reader.
import { choices, current, goTo, lineOf, lines, list, towards } from "./list";
import { say, words } from "./voice";

const FORM = "appel";
const SEARCH = "q";
/** How long a pause tells that hands have seen where they are, in milliseconds. */
const SETTLING_MS = 400;
/** What the list carries while keys act. */
const READY = "data-ready";

export const form = (): HTMLFormElement | null => document.getElementById(FORM) as HTMLFormElement | null;

export const searchBox = (): HTMLInputElement | undefined =>
  form()?.querySelector<HTMLInputElement>(`[name=${SEARCH}]`) ?? undefined;

export const isRadio = (at: Element): at is HTMLInputElement => at instanceof HTMLInputElement && at.type === "radio";

let settling = 0;
/** What came too early. */
let ignored = 0;

export function startKeys(): void {
  document.addEventListener("keydown", pressed);
  document.addEventListener("keyup", released);
}

/** Hands were led out of the search box: what they still type was meant for it, until they pause. */
export function settle(): void {
  ignored = 0;
  rest();
}

/** Keys act from now on, unless hands were just led here. */
export function ready(): void {
  if (!settling) list()?.setAttribute(READY, "");
}

/** A search leaves: the list that is there will not be the one that keys act on. */
export const unready = (): void => list()?.removeAttribute(READY);

function rest(): void {
  unready();
  clearTimeout(settling);
  settling = window.setTimeout(settled, SETTLING_MS);
}

/** Whoever pauses, moves in the list or goes there knows where hands are. */
function settled(): void {
  clearTimeout(settling);
  settling = 0;
  ready();
}

/** Whether this key is of what was typed before hands were led here; several of them are told. */
function isEarly(event: KeyboardEvent): boolean {
  if (!settling || (event.key.length > 1 && event.key !== "Enter")) return false;
  event.preventDefault();
  ignored += 1;
  rest();
  if (ignored > 1) say("Touches ignorées\u202f: la recherche venait d’arriver");
  return true;
}

/** The space bar works a button when it is released. */
function released(event: KeyboardEvent): void {
  if (settling && event.key === " " && document.activeElement instanceof HTMLButtonElement) event.preventDefault();
}

export function goToSearch(): void {
  const box = searchBox();
  box?.focus();
  box?.setSelectionRange(box.value.length, box.value.length);
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const at = document.activeElement;
  if (!at || at.closest("dialog")) return;
  if (isText(at)) leaveText(event, at);
  else if (list()?.contains(at) || isControl(at)) act(event, at);
}

/** Whether it is a choice or a button of the call. */
const isControl = (at: Element): boolean =>
  (isRadio(at) || at instanceof HTMLButtonElement) && at.form !== null && at.form === form();

/** Whether somebody types there, in the call. */
const isText = (at: Element): boolean =>
  ((at instanceof HTMLInputElement && at.type === "search") || at instanceof HTMLTextAreaElement) && at.form === form();

/** From a text to the list, where keys act: Escape from the sheet, the arrow from the search box. */
function leaveText(event: KeyboardEvent, at: Element): void {
  const leaves = at === searchBox() ? event.key === "ArrowDown" : event.key === "Escape";
  if (!leaves || !goTo(current())) return;
  event.preventDefault();
  settled();
}

function act(event: KeyboardEvent, at: Element): void {
  if (isEarly(event)) return;
  const line = lineOf(at);
  if (event.key === "Escape") {
    event.preventDefault();
    goToSearch();
    return;
  }
  const next = line && towards(event.key, line, lines());
  if (next) {
    event.preventDefault();
    goTo(next);
    settled();
    return;
  }
  const choice = choices().includes(at as HTMLElement) ? towards(event.key, at as HTMLElement, choices()) : undefined;
  if (choice) {
    event.preventDefault();
    choice.focus();
    settled();
    return;
  }
  if (event.key === "Enter") {
    if (line === at) {
      event.preventDefault();
      unfold(line);
    }
    return;
  }
  const control = controlOf(keyOf(event), line);
  if (!control) return;
  event.preventDefault();
  // A key that is held would give the whole list.
  if (!event.repeat) press(control, line);
}

/** The name of a key: its digit wherever the keyboard has it, its letter otherwise. */
function keyOf(event: KeyboardEvent): string {
  const digit = event.code.match(/^(?:Digit|Numpad)(\d)$/)?.[1];
  const moves = event.code.startsWith("Numpad") && event.key.length > 1;
  return digit && !moves ? digit : event.key.toLowerCase();
}

function controlOf(key: string, line: HTMLElement | null): HTMLElement | undefined {
  const own = `[data-key="${CSS.escape(key)}"]`;
  const inLine = line?.querySelector<HTMLElement>(own);
  if (inLine) return inLine;
  const all = [...document.querySelectorAll<HTMLElement>(`main ${own}`)];
  return all.find((control) => !lineOf(control));
}

function press(control: HTMLElement, line: HTMLElement | null): void {
  if (control instanceof HTMLTextAreaElement) {
    control.focus();
    control.setSelectionRange(control.value.length, control.value.length);
    return;
  }
  control.click();
  if (isRadio(control)) say(chosen(control));
  // What was given is said; hands are already at what may be given next.
  if (line && control instanceof HTMLButtonElement && control.value.startsWith("donner:")) {
    goTo(lines()[lines().indexOf(line) + 1]);
  }
}

/** `Qui appelle : médecin généraliste`. */
function chosen(input: HTMLInputElement): string {
  const named = [input.closest("fieldset")?.querySelector("legend"), input.labels?.[0]];
  return named.map((name) => (name ? words(name) : "")).join("\u202f: ");
}

function unfold(line: HTMLElement): void {
  const details = line.querySelector("details");
  if (!details) return;
  details.open = !details.open;
  const summary = details.querySelector("summary");
  const told = [...details.children].filter((child) => child !== summary) as HTMLElement[];
  say(details.open ? told.map((part) => part.innerText.replace(/\s*\n\s*/g, ", ")).join(". ") : "Replié");
}
