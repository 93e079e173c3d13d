// A field that proposes while one types: the editable combobox with list autocomplete of the ARIA Authoring Practices.

export interface Option {
  label: string;
  detail: string | null;
  choose(): void;
}

export interface Group {
  label: string;
  options: Option[];
}

/** What to propose for a text; given up when the signal says so. */
export type Propose = (text: string, signal: AbortSignal) => Promise<Group[]>;

/** How long a pause in typing is, milliseconds. */
const PAUSE = 80;

export class Combobox {
  private readonly list = document.createElement("div");
  private readonly status = document.createElement("p");
  private options: { element: HTMLElement; choose: () => void }[] = [];
  private active = -1;
  private timer = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly propose: Propose,
  ) {
    this.list.id = `${input.id}-propositions`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Propositions");
    // Browsers stop at what scrolls; here the keyboard stays in the field.
    this.list.tabIndex = -1;
    this.list.hidden = true;
    this.status.className = "hidden";
    this.status.setAttribute("role", "status");
    input.after(this.list, this.status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", () => this.ask(PAUSE));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The field keeps the focus while an option is pressed.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const pressed = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      this.choose(this.options.findIndex(({ element }) => element === pressed));
    });
  }

  private get isOpen(): boolean {
    return !this.list.hidden;
  }

  /** Asks after a pause; what was asked before is given up. */
  private ask(pause: number, then?: () => void): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    const text = this.input.value;
    if (text.trim() === "") {
      this.close();
      return;
    }
    const asking = new AbortController();
    this.asking = asking;
    this.timer = window.setTimeout(async () => {
      try {
        const groups = await this.propose(text, asking.signal);
        if (asking.signal.aborted) return;
        this.show(groups);
        then?.();
      } catch {
        // Nothing is proposed, and nothing else changes: the form works all the same.
        if (!asking.signal.aborted) this.close();
      }
    }, pause);
  }

  private show(groups: Group[]): void {
    this.options = [];
    this.activate(-1);
    this.list.replaceChildren(...groups.map((group, at) => this.group(group, `${this.list.id}-${at}`)));
    this.list.scrollTop = 0;
    this.list.hidden = this.options.length === 0;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    const count = this.options.length;
    this.status.textContent = count === 0 ? "Aucune proposition" : `${count} proposition${count > 1 ? "s" : ""}`;
  }

  private group(group: Group, id: string): HTMLElement {
    const element = document.createElement("div");
    element.setAttribute("role", "group");
    element.setAttribute("aria-labelledby", id);
    const label = document.createElement("div");
    label.id = id;
    label.className = "group";
    label.setAttribute("role", "presentation");
    label.textContent = group.label;
    element.append(label, ...group.options.map((option) => this.option(option)));
    return element;
  }

  private option(option: Option): HTMLElement {
    const element = document.createElement("div");
    element.id = `${this.list.id}-option-${this.options.length}`;
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    const label = document.createElement("bdi");
    label.textContent = option.label;
    element.append(label);
    if (option.detail) {
      const detail = document.createElement("bdi");
      detail.className = "quiet";
      detail.textContent = option.detail;
      element.append(" ", detail);
    }
    this.options.push({ element, choose: option.choose });
    return element;
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.options = [];
    this.activate(-1);
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.status.textContent = "";
  }

  private activate(at: number): void {
    this.options[this.active]?.element.setAttribute("aria-selected", "false");
    this.active = at;
    const option = this.options[at];
    if (option) {
      option.element.setAttribute("aria-selected", "true");
      option.element.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.element.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  private choose(at: number): void {
    const option = this.options[at];
    if (!option) return;
    this.close();
    option.choose();
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = this.options.length - 1;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        const down = event.key === "ArrowDown";
        event.preventDefault();
        if (!this.isOpen) this.ask(0, () => this.activate(down ? 0 : this.options.length - 1));
        // From the last option to the field, from the field to the first.
        else if (down) this.activate(this.active === last ? -1 : this.active + 1);
        else this.activate(this.active === -1 ? last : this.active - 1);
        break;
      }
      case "Enter":
        if (this.active >= 0) {
          event.preventDefault();
          this.choose(this.active);
        } else {
          this.close();
        }
        break;
      case "Escape":
        if (this.isOpen) {
          event.preventDefault();
          this.close();
        }
        break;
      case "Tab":
        // Before the focus looks for what comes next.
        this.close();
        break;
      case "Home":
      case "End":
      case "ArrowLeft":
      case "ArrowRight":
        // The caret moves, as in any field.
        this.activate(-1);
        break;
    }
  }
}
