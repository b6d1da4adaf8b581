// Where one is in the gallery, kept in the address and in this entry of the browser's history: a reload, a link to it and the
// way back find the same.

export const FILTERS = {
  all: null,
  ready: ["COMPLETED"],
  making: ["PROCESSING"],
  waiting: ["QUEUED"],
  ended: ["FAILED", "CANCELLED"],
};
export const ORDERS = ["NEWEST", "OLDEST", "NAME", "EXPIRES_FIRST"];

/** `{ search, filter, orderBy }` as the address says it. */
export function wishOfAddress() {
  const asked = new URLSearchParams(location.search);
  const filter = asked.get("show");
  const order = asked.get("order")?.toUpperCase();
  return {
    search: (asked.get("search") ?? "").slice(0, 100),
    filter: Object.hasOwn(FILTERS, filter ?? "") ? filter : "all",
    orderBy: ORDERS.includes(order) ? order : "NEWEST",
  };
}

/** Say it in the address; what goes without saying is left out. */
export function tellAddress({ search, filter, orderBy }) {
  const asked = new URLSearchParams(location.search);
  const said = { search, show: filter === "all" ? "" : filter, order: orderBy === "NEWEST" ? "" : orderBy.toLowerCase() };
  for (const [name, value] of Object.entries(said)) value ? asked.set(name, value) : asked.delete(name);
  const query = asked.toString();
  history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : "") + location.hash);
}

/** What the API is asked for it. */
export const queryOf = ({ search, filter, orderBy }) => ({ search: search.trim(), states: FILTERS[filter], orderBy });

/** How far one has scrolled and how many there were: `{ y, total }`, or null. */
export const leftAt = () => history.state?.gallery ?? null;

export function leave(total) {
  history.replaceState({ ...history.state, gallery: { y: scrollY, total } }, "");
}
