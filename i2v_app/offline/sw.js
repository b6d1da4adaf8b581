// The service worker. Where a page cannot be loaded because there is no connection, it shows the offline page in its place.
// It stores that one page and nothing else: no document of the app, no answer of the API, no segment. And it answers a tap on
// a notification, which on Android comes to nobody else.
//
// The build writes a hash of the offline page here: another page is another worker, which the browser fetches, and which
// throws away what the one before it stored. To be rid of it for good, serve a worker in its place whose `activate` calls
// `registration.unregister()`; deleting the file does the same at the browser's next look, within a day.

const STORE = "i2v-offline-/* hash */";
const PAGE = "/offline.html";

self.addEventListener("install", (event) => {
  // Without cookies: what is stored is everybody's.
  const page = new Request(PAGE, { credentials: "omit", cache: "reload" });
  event.waitUntil(caches.open(STORE).then((store) => store.add(page)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers());
});

async function forgetOthers() {
  for (const name of await caches.keys()) if (name.startsWith("i2v-offline-") && name !== STORE) await caches.delete(name);
  // The page is asked for while this worker still starts up.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && !isNoPage(event.request.url)) event.respondWith(load(event));
});

// What the server refuses to an address bar with an empty answer is an error of the browser's; from here it would be a download.
const isNoPage = (url) => /^\/(media|graphql|api)(\/|$)/.test(new URL(url).pathname);

async function load(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(PAGE)) ?? Response.error();
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.tag));
});

/** Bring the page into view, or open it with the video where there is none any more. */
async function show(job) {
  const pages = await self.clients.matchAll({ type: "window" });
  const open = pages.find(({ url }) => !isNoPage(url));
  await (open ? open.focus() : self.clients.openWindow(`/?watch=${encodeURIComponent(job)}`));
}
