// A page that changes in place.

/** Puts the children of the new page in place of the old ones; those that did not change stay, with what was typed in them. */
export function renew(selector: string, fresh: Document): void {
  const old = document.querySelector(selector);
  const next = fresh.querySelector(selector);
  if (!old || !next) return;
  old.className = next.className;
  const before = [...old.children];
  const now = [...next.children];
  if (before.length === now.length) {
    before.forEach((child, position) => {
      const replacement = now[position];
      if (replacement && !child.isEqualNode(replacement)) child.replaceWith(replacement);
    });
  } else {
    old.replaceChildren(...now.map((child) => before.find((known) => known.isEqualNode(child)) ?? child));
  }
}
