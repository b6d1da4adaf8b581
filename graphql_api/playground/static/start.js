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
    "schema.reloadOnStart": true,
  },
});
