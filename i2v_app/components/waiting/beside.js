// Where the focus goes on when what it is in goes away. Left alone, it would fall to the page's beginning.

/** To the same button of the next card, or of the one before, or else to the list. */
export function focusBeside(card) {
  const next = [card?.nextElementSibling, card?.previousElementSibling].find((one) => one?.matches(".card"));
  const button = next?.querySelector("[data-delete]") ?? next?.querySelector(".card-actions button");
  if (button) button.focus({ preventScroll: true });
  else focusList();
}

/** To the heading of the list of cards. */
export function focusList() {
  document.getElementById("videos")?.focus({ preventScroll: true });
}
