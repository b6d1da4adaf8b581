// Runs the audits of the GraphQL over HTTP specification against the address in the first argument; prints what each found.

import { serverAudits } from "graphql-http";

// What our documentation asks of every client: without it a GET could be another site's.
const fetchFn = (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, "x-i2v-request": "1" } });

const results = await Promise.all(serverAudits({ url: process.argv[2], fetchFn }).map((audit) => audit.fn()));
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
