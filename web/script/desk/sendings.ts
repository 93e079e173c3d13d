// What is sent of a call, one sending at a time: each has its name, so that one whose answer was lost is sent again, and
// taken once.
import { form } from "./keys";
import { say, saySaved, warn } from "./voice";

/** A page that answers a sending. */
export interface Answer {
  fresh: Document;
  url: string;
  status: number;
  redirected: boolean;
}

/** What waits for its turn: something that was pressed in a call, about a resource or not, with where hands were then, or a page to come. */
export type Turn =
  | { kind: "pressed"; call: string; name: string; does: string; label: string; about: string; from: string | undefined }
  | { kind: "visit"; address: string };

/** What the page does with what comes back. */
export interface Desk {
  show(answer: Answer, turn: Turn, sent: FormData | undefined): void;
  /** What is wrong in the sheet, by its fields; the others were saved. */
  wrong(faults: Kept["faults"]): void;
}

/** What answers what is saved as one goes: the version that the store has now, and what it does not take. */
interface Kept {
  version: number;
  faults: { text: string }[];
}

/** What only a page of the desk has. */
export const DESK = "main [data-desk]";
const KEEP = "garder";
const JSON_TYPE = "application/json";
/** The call that a page was left in while something of it was sent, and the version it makes. */
const LEFT = "maille:appel";
/** What a rest in typing is. */
const REST_MS = 600;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** How often, and how many times at most, a page is asked for again. */
const CATCHING_UP_MS = 200;
const MOST_CATCHING_UP = 15;
/** A server that says nothing for that long says nothing more. */
const PATIENCE_MS = 15_000;

const AWAY = "Non enregistré pour l’instant\u202f: nouvel essai.";
const SAVED = "Enregistré";
const UNSAVED = "Modifié";
const ENDED = "Votre session a pris fin\u202f: envoyez la fiche (touche Entrée dans la recherche), elle sera gardée le temps de vous reconnecter.";
const REFUSED = "La fiche n’a pas été enregistrée\u202f: le serveur l’a refusée. Ce que vous avez tapé reste affiché.";

export class Sendings {
  private readonly turns: Turn[] = [];
  private running: Promise<void> | undefined;
  /** The sheet has something that was not sent. */
  private changed = false;
  private timer = 0;
  private underway = false;
  private away = false;
  /** What was said of the last saving is over with the next. */
  private refused = false;

  constructor(private readonly desk: Desk) {
    addEventListener("beforeunload", (event) => {
      this.remember();
      if (this.changed) void this.run();
      // Nobody takes what would be lost.
      if (this.away) event.preventDefault();
    });
    addEventListener("pagehide", () => {
      this.remember();
      this.leave();
    });
    void this.catchUp();
  }

  /** Something of the sheet changed: it is saved after a rest, or at once; before the first search, with that. */
  change(atOnce: boolean): void {
    if (!isOpened() && !this.underway) return;
    this.changed = true;
    if (!atOnce) saySaved(UNSAVED);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(), atOnce ? 0 : REST_MS);
  }

  add(turn: Turn): void {
    const last = this.turns.at(-1);
    if (last && JSON.stringify(last) === JSON.stringify(turn)) return;
    this.turns.push(turn);
    void this.run();
  }

  /** Once everything was taken. */
  async settled(): Promise<void> {
    clearTimeout(this.timer);
    await this.run();
  }

  /** The page has just said what the directory has. */
  saved(): void {
    if (!this.changed && isOpened()) saySaved(SAVED);
  }

  get isBusy(): boolean {
    return this.running !== undefined || this.changed;
  }

  private run(): Promise<void> {
    this.running ??= this.all().finally(() => (this.running = undefined));
    return this.running;
  }

  private async all(): Promise<void> {
    for (;;) {
      const turn = this.turns.shift();
      if (turn?.kind === "visit") {
        if (this.changed) await this.keep();
        await this.visit(turn);
      } else if (turn) await this.press(turn);
      else if (this.changed) await this.keep();
      else return;
    }
  }

  private async keep(): Promise<void> {
    // The search that was to open it did not.
    if (!isOpened()) this.changed = false;
    if (!this.changed) return;
    const sent = this.take("faire", KEEP);
    if (!sent) return;
    const { answer, text } = await this.insist(sent, JSON_TYPE);
    this.kept(answer.status, text);
  }

  private kept(status: number, text: string): void {
    const kept = status === 200 || status === 422 ? (JSON.parse(text) as Kept) : undefined;
    const field = hidden("version");
    if (kept && field) field.value = String(kept.version);
    if (status === 200) {
      if (this.refused) say("");
      this.refused = false;
      this.saved();
      return;
    }
    saySaved("");
    this.refused = true;
    if (kept) this.desk.wrong(kept.faults);
    // Another window wrote it: the page says so, with what was typed.
    else if (status === 409) this.turns.unshift({ kind: "pressed", call: call(), name: "faire", does: KEEP, label: "", about: "", from: undefined });
    else warn(status === 401 ? ENDED : REFUSED);
  }

  private async press(turn: Turn & { kind: "pressed" }): Promise<void> {
    // The call ended before its turn came.
    if (turn.call !== call()) return;
    const sent = this.take(turn.name, turn.does);
    if (!sent) return;
    const { answer, text } = await this.insist(sent, "text/html");
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (fresh.querySelector(DESK)) this.desk.show(answerOf(answer, fresh), turn, sent);
    else if (answer.ok && answer.redirected) location.assign(answer.url);
    else sendAsPage(sent);
  }

  private async visit(turn: Turn & { kind: "visit" }): Promise<void> {
    const sheet = form();
    const shown = sheet ? new FormData(sheet) : undefined;
    try {
      const answer = await fetch(turn.address, { headers: { accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && fresh.querySelector(DESK)) {
        return this.desk.show(answerOf(answer, fresh), turn, shown);
      }
    } catch {
      // The browser says what is wrong.
    }
    location.assign(turn.address);
  }

  /** The sheet as it is now, about to be sent. */
  private take(name: string, does: string): FormData | undefined {
    const sheet = form();
    if (!sheet) return undefined;
    clearTimeout(this.timer);
    this.changed = false;
    const sent = new FormData(sheet);
    sent.set("envoi", freshId());
    sent.set(name, does);
    return sent;
  }

  /** Sends, and sends again what nobody answers, until somebody does. */
  private async insist(sent: FormData, accept: string): Promise<{ answer: Response; text: string }> {
    this.underway = true;
    // What is only saved goes on when the page goes.
    const keepalive = accept === JSON_TYPE;
    const init = { method: "POST", body: parameters(sent), headers: { accept }, keepalive };
    let rest = FIRST_PAUSE_MS;
    for (;;) {
      try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const answer = await fetch("/accueil", { ...init, signal });
        const text = await answer.text();
        if (![502, 503, 504].includes(answer.status)) {
          if (this.away) say("");
          this.away = this.underway = false;
          return { answer, text };
        }
      } catch {
        // As a server that says that it cannot.
      }
      this.away = true;
      warn(AWAY);
      await pause(rest);
      rest = Math.min(2 * rest, LONGEST_PAUSE_MS);
    }
  }

  /** Notes what the store will have once all is taken, for the page that comes: no word of the call. */
  private remember(): void {
    if (!this.changed && !this.underway) return;
    const version = Number(hidden("version")?.value ?? 0) + Number(this.underway) + Number(this.changed);
    sessionStorage.setItem(LEFT, `${call()} ${version}`);
  }

  /** The page was asked for before what the last one sent was taken: it is asked for again. */
  private async catchUp(): Promise<void> {
    const [left, version] = (sessionStorage.getItem(LEFT) ?? "").split(" ");
    sessionStorage.removeItem(LEFT);
    for (let times = 0; times < MOST_CATCHING_UP; times += 1) {
      if (left !== call() || Number(hidden("version")?.value) >= Number(version)) return;
      this.turns.push({ kind: "visit", address: location.href });
      await this.run();
      await pause(CATCHING_UP_MS);
    }
  }

  /** The page goes while something is under way: what it did not send goes too, as if that were taken. */
  private leave(): void {
    if (!this.changed) return;
    if (!this.underway) return void this.run();
    const version = Number(hidden("version")?.value ?? 0) + 1;
    const sent = this.take("faire", KEEP);
    if (!sent) return;
    sent.set("version", String(version));
    const headers = { accept: JSON_TYPE };
    void fetch("/accueil", { method: "POST", body: parameters(sent), headers, keepalive: true }).catch(() => {});
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const answerOf = ({ url, status, redirected }: Response, fresh: Document): Answer => ({ fresh, url, status, redirected });

const parameters = (sent: FormData): URLSearchParams =>
  new URLSearchParams([...sent].map(([name, value]) => [name, String(value)]));

const hidden = (name: string): HTMLInputElement | null => form()?.querySelector<HTMLInputElement>(`input[name=${name}]`) ?? null;

/** Whether a search opened the call of the page. */
const isOpened = (): boolean => (hidden("version")?.value ?? "0") !== "0";

/** The call of the page. */
export const call = (): string => hidden("appel")?.value ?? "";

/** Sends it as a page without a script does: what answers is another page, which the browser shows. */
function sendAsPage(sent: FormData): void {
  const page = document.createElement("form");
  page.method = "post";
  page.action = "/accueil";
  page.hidden = true;
  for (const [name, value] of sent) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = String(value);
    page.append(field);
  }
  document.body.append(page);
  page.submit();
}

/** A random UUID; `crypto.randomUUID` is missing on a site without HTTPS. */
function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
