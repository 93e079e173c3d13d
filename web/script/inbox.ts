// Chooses all the lines of the list at once, and says how many are chosen: a convenience, shown only where a script answers.
export function startPicking(): void {
  const shown = document.querySelector<HTMLElement>("[data-pick-all]");
  const button = shown?.querySelector("button");
  const said = shown?.querySelector("output");
  const boxes = [...document.querySelectorAll<HTMLInputElement>('.inbox input[type="checkbox"]')];
  if (!shown || !button || !said || boxes.length === 0) return;

  const tell = (): void => {
    const chosen = boxes.filter((box) => box.checked).length;
    button.textContent = chosen === boxes.length ? "Ne rien choisir" : "Tout choisir";
    said.textContent = chosen < 2 ? `${chosen} ligne choisie` : `${chosen} lignes choisies`;
  };
  button.addEventListener("click", () => {
    const all = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = all;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  shown.hidden = false;
  tell();
}
