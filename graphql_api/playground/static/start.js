// Starts Altair with the example tabs that the page carries. A file of its own, so that no inline script need be allowed.
const tabs = JSON.parse(document.getElementById("i2v-tabs").textContent);
const endpointURL = new URL("/graphql", location.href).href;
const subscriptionsEndpoint = endpointURL.replace(/^http/, "ws");
// What the API asks of programs that send a form: no other site's page can set it.
const initialHeaders = { "X-I2V-Request": "1" };

/** A public key as openPlayback takes it: base64url of an uncompressed P-256 point. Browsers make keys on https and localhost only. */
async function publicKey() {
  if (!crypto.subtle) return "";
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return btoa(String.fromCharCode(...point)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

for (const { variables } of tabs) {
  if ("publicKey" in variables) variables.publicKey = await publicKey();
}

window.AltairGraphQL.init({
  endpointURL,
  subscriptionsEndpoint,
  initialHeaders,
  initialSubscriptionRequestHandlerId: "graphql-ws",
  initialWindows: tabs.map(({ name, query, variables }) => ({
    initialName: name,
    initialQuery: query,
    initialVariables: JSON.stringify(variables, null, 2),
    initialHeaders,
    endpointURL,
    subscriptionsEndpoint,
    initialSubscriptionRequestHandlerId: "graphql-ws",
  })),
  // The examples are there at every visit, whatever became of them at the last.
  preserveState: false,
  instanceStorageNamespace: "i2v_playground_",
  // No account, no news and no updates: each of them would ask another server.
  disableAccount: true,
  persistedSettings: {
    theme: "system",
    disablePushNotification: true,
    "alert.disableUpdateNotification": true,
    "banners.disable": true,
    // Without it a tab has no schema until it is asked for.
    "schema.reloadOnStart": true,
  },
});

/** What `find` finds, once it finds something; undefined if it does not within `milliseconds`. */
async function appears(find, milliseconds = 5000) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await new Promise(requestAnimationFrame)) {
    const found = find();
    if (found) return found;
  }
}

const tabTitle = (name) =>
  [...document.querySelectorAll(".window-switcher__input")].find((title) => title.textContent.trim() === name);

/** Open the variables of every tab, for which Altair has no option, and come to rest at the first. */
async function openVariables() {
  await appears(() => tabs.every(({ name }) => tabTitle(name)));
  for (const { name, files } of [...tabs].reverse()) {
    const title = tabTitle(name);
    title?.click();
    await appears(() => title?.closest(".window-switcher__item--active"));
    (await appears(() => document.querySelector("app-window [track-id=toggle_variables]")))?.click();
    const addFile = await appears(() => document.querySelector("app-window [track-id=add_file_variable]"));
    for (const file of files) {
      addFile?.click();
      const field = await appears(() => document.querySelector("app-window [data-tid=file_name]"));
      if (!field) return;
      field.value = file;
      field.dispatchEvent(new Event("input"));
    }
  }
}

try {
  await openVariables();
} finally {
  document.querySelector("app-root").classList.remove("i2v-unready");
  document.querySelector(".i2v-wait").remove();
}

// Of a subscription the newest is what one wants to see, from its first line; Altair leaves it below the edge.
const shown = new WeakMap();
const showNewest = (list) => list.scrollTo(0, (list.lastElementChild?.offsetTop ?? 0) - list.offsetTop);
new MutationObserver(() => {
  for (const list of document.querySelectorAll(".query-result__list")) {
    if (shown.get(list) === list.childElementCount) continue;
    shown.set(list, list.childElementCount);
    // Again once the editor that shows it has found its height.
    for (const wait of [0, 150]) setTimeout(() => showNewest(list), wait);
  }
}).observe(document.querySelector("app-root"), { childList: true, subtree: true });
