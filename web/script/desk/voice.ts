// What the desk says: to those who listen to the page, and to those who see it when it must be seen.

const voice = document.createElement("p");
/** Where the sheet says that it is saved: in sight, and never read aloud twice. */
const SAVED = "[data-saved]";
/** Where the list of answers says what the last key did: in sight, for those who do not hear the page. */
const DID = "[data-did]";

export function startVoice(): void {
  voice.setAttribute("role", "status");
  voice.className = "status hidden";
  document.body.append(voice);
}

/** Says what was done: aloud, and above the answers. */
export function say(text: string): void {
  tell(text, "status hidden", text);
}

/** Says what must be seen wherever one looks, over the page. */
export function warn(text: string): void {
  tell(text, "status", "");
}

/** Says aloud what the page already shows. */
export function read(text: string): void {
  tell(text, "status hidden", "");
}

function tell(text: string, className: string, did: string): void {
  voice.className = className;
  voice.textContent = text;
  for (const place of document.querySelectorAll(DID)) place.textContent = did;
}

/** Says how much of the sheet the directory has. */
export function saySaved(text: string): void {
  for (const place of document.querySelectorAll(SAVED)) place.textContent = text;
}

/** What a control is called, without the key that works it. */
export function words(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const key of copy.querySelectorAll("kbd")) key.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}
