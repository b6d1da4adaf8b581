// The API's events in the browser: the few messages of graphql-transport-ws that one subscription takes. Two thousand jobs
// must neither cross the page's own socket nor lie in the server's memory, so this list is followed from here.

import { CHANGES } from "./operations.js";

// Milliseconds until the next attempt to connect, and between signs of life: a sleeping laptop's socket looks open.
const PATIENCE = [300, 1000, 2000, 4000, 8000];
const BEAT = 20_000;
// Milliseconds of being open after which what comes is a new trouble and no more of the last: the server takes a connection
// before it says what it thinks of the subscription.
const STEADY = 5000;

/**
 * Calls `onEvent` with every event of the viewer's jobs, and `onOpen` when events begin to come, after each gap too.
 * Returns the function that ends it.
 */
export function followJobs(onEvent, onOpen) {
  let socket, timer, beat, steady;
  let failures = 0;
  let isOver = false;

  const open = () => {
    let isAlive = true;
    let atLeast = 0; // milliseconds for which it is not worth trying again, as the server says
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/graphql`, "graphql-transport-ws");
    const send = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => send({ type: "connection_init" });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      isAlive = true;
      if (message.type === "connection_ack") {
        send({ id: "1", type: "subscribe", payload: { query: CHANGES } });
        beat = setInterval(() => {
          if (!isAlive) return socket.close();
          isAlive = false;
          send({ type: "ping" });
        }, BEAT);
        steady = setTimeout(() => (failures = 0), STEADY);
        onOpen();
      } else if (message.type === "next" && message.payload.data) {
        onEvent(message.payload.data.viewerJobs);
      } else if (message.type === "ping") {
        send({ type: "pong" });
      } else if (message.type === "error" || message.type === "complete") {
        atLeast = 1000 * (message.payload?.[0]?.extensions?.retryAfterSeconds ?? 0);
        socket.close();
      }
    };
    socket.onclose = () => {
      clearInterval(beat);
      clearTimeout(steady);
      if (isOver) return;
      const wait = PATIENCE[Math.min(failures++, PATIENCE.length - 1)];
      timer = setTimeout(open, atLeast + wait * (0.7 + 0.6 * Math.random()));
    };
  };

  open();
  return () => {
    isOver = true;
    clearTimeout(timer);
    clearInterval(beat);
    clearTimeout(steady);
    socket.close();
  };
}
